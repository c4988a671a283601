"""The common base of all laws: range, series and derivatives."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import Annotated, Any, ClassVar, NamedTuple, Self

import numpy as np
from pydantic import AfterValidator, Field, create_model

from thermospin.errors import InputError
from thermospin.materials.laws.taylor import Taylor
from thermospin.section import Section, mistake
from thermospin.units import BOUNDS, COLDEST, quantity

Temperature = quantity("K", gt=0, ge=COLDEST, le=1e4)
SLACK = 1e-2
"""Share of its range by which a law goes on beyond either end: between the nodes of a mesh, and by rounding,
temperatures fall a little below that of the coldest sink, where a law may begin."""


def _increasing(limits: tuple[float, float]) -> tuple[float, float]:
    if limits[0] >= limits[1]:
        raise mistake(f"must be [lowest, highest], not [{limits[0]:g} K, {limits[1]:g} K]")
    return limits


TemperatureRange = Annotated[tuple[Temperature, Temperature], AfterValidator(_increasing)]


class RangeError(InputError):
    """A law is evaluated outside its range, or gives a value that no material can have.

    Args:
        message: The mistake.
        temperature: The temperature, K.
        key: Dotted path of the law.
        file: The file that holds it.
    """

    def __init__(self, message: str, temperature: float, *, key: str = "", file: str = "") -> None:
        super().__init__(message, key=key, file=file)
        self.key, self.file, self.temperature = key, file, temperature

    def __reduce__(self) -> tuple:
        """Form in which ranks send it to one another."""
        return _range_error, (self.message, self.temperature, self.key, self.file)

    def located(self, key: str, file: str = "") -> RangeError:
        """The same error with its place.

        Args:
            key: Dotted path of the law.
            file: The file that holds it.
        """
        return RangeError(self.message, self.temperature, key=key, file=file)


def _range_error(message: str, temperature: float, key: str, file: str) -> RangeError:
    return RangeError(message, temperature, key=key, file=file)


class Law(ABC):
    """A coefficient that depends on the temperature, and perhaps on the magnetic field."""

    written_as: ClassVar[str] = ""
    """Key of a material that gives it, where that is not the name of the coefficient."""

    @property
    def limits(self) -> tuple[float, float]:
        """The temperatures between which it holds, K."""
        return 0.0, math.inf

    @property
    def follows_field(self) -> bool:
        """Whether it depends on the magnetic field."""
        return False

    def at_field(self, field: float) -> Law:
        """The law of the temperature alone in a magnetic field.

        Args:
            field: B, T, along the axis of the spins.
        """
        return self

    def derivatives(self, temperatures: np.ndarray, order: int = 0) -> np.ndarray:
        """The value and its derivatives with respect to the temperature.

        Args:
            temperatures: T, K, of any shape.
            order: The highest derivative.

        Returns:
            In SI, (order + 1, …).

        Raises:
            RangeError: The law does not hold at one of the temperatures.
        """
        return self.series(Taylor.variable(temperatures, order)).derivatives

    def series(self, temperature: Taylor) -> Taylor:
        """The value as a Taylor series in the temperature.

        Args:
            temperature: The temperature, from :meth:`Taylor.variable`.

        Raises:
            RangeError: The law does not hold at one of the temperatures.
        """
        self._check_range(temperature.value)
        with np.errstate(all="ignore"):  # values that are no numbers are told below
            found = self._series(temperature)
        self._check_values(found.value, temperature.value)
        return found

    @abstractmethod
    def _series(self, temperature: Taylor) -> Taylor:
        """The value as a series, anywhere."""

    def _check_range(self, temperatures: np.ndarray) -> None:
        low, high = self.limits
        slack = SLACK * (high - low) if math.isfinite(high - low) else 0.0
        within = (temperatures >= low - slack) & (temperatures <= high + slack)
        outside = ~(within & (temperatures > 0))
        if outside.any():
            found = _farthest(np.asarray(temperatures)[outside], low, high)
            raise RangeError(
                f"the law holds from {low:g} K to {high:g} K, not at {found:.7g} K; extend it, or "
                "keep the device within its range",
                found,
            )

    def _check_values(self, values: np.ndarray, temperatures: np.ndarray) -> None:  # noqa: B027
        """Refuse values that no material can have; by default all are possible."""


def _farthest(temperatures: np.ndarray, low: float, high: float) -> float:
    """The temperature farthest from the range; one that is not a number, if there is one."""
    distance = np.maximum(low - temperatures, temperatures - high)
    return float(temperatures[np.argmax(np.where(np.isnan(distance), np.inf, distance))])


class Listed(NamedTuple):
    """A number in a list of a law.

    Attributes:
        place: Key of the list and indices in it.
        value: The number in SI.
        unit: Its SI unit.
    """

    place: tuple[str | int, ...]
    value: float
    unit: str


class CoefficientLaw(Section, Law):
    """A law of one coefficient, as a configuration writes it."""

    key: ClassVar[str]
    """The key by which a configuration says that it means this law."""
    unit: ClassVar[str] = ""
    """SI unit of the coefficient."""
    bounds: ClassVar[dict[str, float]] = {}
    """Bounds of the coefficient, as in :func:`thermospin.units.quantity`."""

    range: TemperatureRange | None = None
    """[lowest, highest] temperature where it holds, K; by default wherever the value is possible."""

    @property
    def limits(self) -> tuple[float, float]:
        """The temperatures between which it holds, K."""
        return self.range or super().limits

    @property
    def constant(self) -> float | None:
        """The value, if it is the same at all temperatures and the law holds at all of them."""
        return self._constant if self.range is None else None

    @property
    def _constant(self) -> float | None:
        """The value, if it is the same at all temperatures."""
        return None

    @property
    def listed(self) -> list[Listed]:
        """The numbers in its lists that set its values; none by default."""
        return []

    @classmethod
    def of(cls, name: str, unit: str, bounds: dict[str, float]) -> type[Self]:
        """The law as one of a coefficient.

        Args:
            name: The coefficient, such as ``seebeck``.
            unit: Its SI unit.
            bounds: Bounds of its values, as in :func:`thermospin.units.quantity`.
        """
        fields = {}
        for key, kind in cls._quantities(unit, bounds).items():
            known = cls.model_fields[key]
            default = ... if known.is_required() else known.default
            fields[key] = kind, Field(default, description=known.description)
        law = create_model(f"{cls.__name__} {name}", __base__=cls, __doc__=cls.__doc__, **fields)
        law.unit, law.bounds = unit, bounds
        return law

    @classmethod
    def _quantities(cls, unit: str, bounds: dict[str, float]) -> dict[str, Any]:
        """The types of the keys whose unit is that of the coefficient."""
        return {}

    @classmethod
    @abstractmethod
    def example(cls, unit: str) -> str:
        """An example of this law as a configuration writes it.

        Args:
            unit: SI unit of the coefficient.
        """

    def _check_values(self, values: np.ndarray, temperatures: np.ndarray) -> None:
        for bound, limit in self.bounds.items():
            holds, words = BOUNDS[bound]
            if (wrong := ~holds(values, limit)).any():
                value, temperature = np.asarray(values)[wrong][0], np.asarray(temperatures)[wrong][0]
                raise RangeError(
                    f"gives {value:.4g} {self.unit}".rstrip()
                    + f" at {temperature:.5g} K; must be {words} {limit:g} {self.unit}".rstrip()
                    + "; change the law there",
                    float(temperature),
                )
