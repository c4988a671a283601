"""Inputs of a model: keys of a configuration that are uncertain or fitted, and the numbers that follow."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from thermospin.config.differences import stencil_points, stencil_weights
from thermospin.config.loading import replaced, validated
from thermospin.config.numbers import Place, material_numbers
from thermospin.config.parameters import SECTION
from thermospin.config.root import Config
from thermospin.config.uncertainties import with_uncertainties
from thermospin.units import to_si
from thermospin.units.names import split_quantity

NEGLIGIBLE = 1e-9
"""Relative change of a number per that of an input, below which it is rounding."""
TEMPERATURE = "temperature"
"""Key of the base temperature."""


@dataclass(frozen=True)
class Input:
    """A number of a configuration as its file gives it.

    Attributes:
        key: Its key: of a number of a material or interface, of ζ, of T0, or of a parameter.
        value: Its value in ``unit``.
        unit: SI unit of a number; of a parameter the unit in which it is written.
        shares: By place, the derivatives of the numbers of materials and interfaces that follow it.
        whole: Whether lengths of the geometry or the base temperature follow it, so that readings are solved
            for again.
    """

    key: str
    value: float
    unit: str
    shares: Mapping[Place, float]
    whole: bool = False

    def read(self, text: float | str) -> float:
        """A quantity of the kind of this input, in its unit.

        Args:
            text: The quantity; a plain number is in the unit.

        Raises:
            ValueError: It is no such quantity.
        """
        return to_si(text, self.unit)


def find_input(config: Config, key: str) -> Input:
    """An input of a configuration.

    Args:
        config: The configuration.
        key: Its key.

    Raises:
        InputError: No number has this key, the number is 0, or no number of a material follows the parameter.
    """
    value, unit = _value(config, key)
    if not value:
        raise config.error(key, "is 0, which says that it is not there; give a value that is not 0")
    changed = [with_value(config, key, x, unit) for x in stencil_points(value)]
    points = [{number.place: number.value for number in material_numbers(other)} for other in changed]
    weights, shares = stencil_weights(value), {}
    for place, nominal in ((n.place, n.value) for n in material_numbers(config)):
        share = float(weights @ [point.get(place, 0.0) for point in points])
        if abs(share * value) > NEGLIGIBLE * abs(nominal):
            shares[place] = share
    whole = any(getattr(changed[0], part) != getattr(config, part) for part in ("geometry", TEMPERATURE))
    return Input(key, value, unit, shares, whole)


def with_value(config: Config, key: str, value: float, unit: str) -> Config:
    """The configuration with another value of a key, read again from what was written.

    Args:
        config: The configuration.
        key: The key.
        value: The value.
        unit: Its unit; empty for a plain number.

    Raises:
        InputError: The value is not possible.
    """
    return with_values(config, [(key, value, unit)])


def with_values(config: Config, values: Iterable[tuple[str, float, str]]) -> Config:
    """The configuration with other values of some keys.

    Args:
        config: The configuration.
        values: Keys, values, and their units.

    Raises:
        InputError: A value is not possible.
    """
    data = dict(config.document)
    for key, value, unit in values:
        data = replaced(data, key, f"{value!r} {unit}" if unit else value, config.source)
    return validated(Config, data, config.source)


def uncertain_inputs(config: Config) -> tuple[Sequence[Input], Sequence[float]]:
    """The uncertain inputs that numbers of the device follow, and their standard uncertainties.

    Args:
        config: The configuration.

    Raises:
        InputError: A key or an uncertainty is not possible.
    """
    found = []
    for key, text in config.uncertainties.items():
        if _is_idle(config, key):
            continue
        given = find_input(config, key)
        try:
            size = given.read(text)
        except ValueError as error:
            raise config.error(key, f"uncertainty: {error}") from None
        if size <= 0:
            raise config.error(key, f"the uncertainty must be greater than 0, not {text}")
        if given.shares or given.whole:
            found.append((given, size))
    return [given for given, _ in found], [size for _, size in found]


def used_parameters(config: Config) -> list[Input]:
    """The named parameters that formulas of numbers need and that are not 0.

    Args:
        config: The configuration.
    """
    values = {f"{SECTION}.{name}" for name in config.parameters.keys() - config._unused}
    given = {
        f"{SECTION}.{name}"
        for name, text in with_uncertainties(config.document, config.source).get(SECTION, {}).items()
        if _is_number(text)
    }
    return [find_input(config, key) for key in sorted(values & given) if _value(config, key)[0]]


def _is_number(text: float | str) -> bool:
    """Whether a parameter is a number or a quantity, and no formula of others."""
    return not isinstance(text, str) or split_quantity(text) is not None


def _is_idle(config: Config, key: str) -> bool:
    """Whether a key belongs to a material of the file that the device lacks, or to a parameter not in use."""
    section, _, rest = key.partition(".")
    if section == SECTION:
        return rest in config._unused
    name = rest.rpartition(".")[0]
    return section == "materials" and name in config.materials.keys() - {*config.geometry.materials.values()}


def _value(config: Config, key: str) -> tuple[float, str]:
    """The value of a key and its unit."""
    numbers = {number.key: number for number in material_numbers(config)}
    if key in numbers:
        return numbers[key].value, numbers[key].unit
    if key == TEMPERATURE:
        return config.temperature, "K"
    section, _, name = key.partition(".")
    if section == SECTION and name in config.parameters:
        value = config.parameters[name]
        number, unit = split_quantity(value) if isinstance(value, str) else (value, "")
        return float(number), unit
    raise config.error(
        key,
        "is no number here; write the key of a number of a material, interface or sheet in use that is not "
        "0, such as 'materials.Py.seebeck', of 'heating.scale', 'temperature', or of a parameter",
    )
