"""The electrical side of a run: conditions at the terminals, and probes."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Discriminator, RootModel, Tag, model_validator

from thermospin.errors import brief
from thermospin.section import Section, mistake, one_of
from thermospin.units import quantity

RmsCurrent = quantity("A", ge=1e-12, le=1e3)
AppliedVoltage = quantity("V", ge=-1e3, le=1e3)
Share = quantity("", ge=-1, le=1)


class CurrentDrive(Section):
    """A terminal through which a share of the scheme's current enters (solver/physics.md §6)."""

    current: Literal["uniform", "equipotential"] = "uniform"
    """`uniform`: uniform density, `J↑ = J↓ = J/2`; `equipotential`: metal contact, V uniform, s = 0"""
    share: Share = 1.0
    """Part of the scheme's current that enters here; negative where it leaves."""


class Potential(Section):
    """A terminal held at a potential with s = 0; ground is 0 V."""

    voltage: AppliedVoltage
    """Potential, V."""


_FORMS = "current, {current: uniform|equipotential, share: 1}, ground, {voltage: 1 mV}, float"
_SHORT = {"current": {"current": "uniform"}, "ground": {"voltage": 0.0}, "float": "float"}


def _expand(value: Any) -> Any:
    """Write the short forms of a condition in full."""
    if isinstance(value, str):
        if value not in _SHORT:
            raise mistake(
                f"{one_of(value, _SHORT, 'terminal condition').split('; allowed')[0]}; write one of: {_FORMS}"
            )
        return _SHORT[value]
    if isinstance(value, CurrentDrive | Potential):
        return value
    if not isinstance(value, dict) or not ("current" in value) ^ ("voltage" in value):
        raise mistake(f"{brief(value)} is not a terminal condition; write one of: {_FORMS}")
    return value


def _kind(value: Any) -> str:
    if value == "float":
        return "float"
    return "current" if "current" in value or isinstance(value, CurrentDrive) else "voltage"


Condition = Annotated[
    Annotated[CurrentDrive, Tag("current")]
    | Annotated[Potential, Tag("voltage")]
    | Annotated[Literal["float"], Tag("float")],
    Discriminator(_kind),
    BeforeValidator(
        _expand, json_schema_input_type=Literal["current", "ground", "float"] | CurrentDrive | Potential
    ),
]


class Scheme(RootModel[dict[str, Condition]]):
    """Drive of the device: terminal name to condition. Terminals that are not named float."""

    model_config = ConfigDict(frozen=True)

    @property
    def currents(self) -> Mapping[str, CurrentDrive]:
        """The terminals through which current is driven."""
        return {name: drive for name, drive in self.root.items() if isinstance(drive, CurrentDrive)}

    @property
    def potentials(self) -> Mapping[str, float]:
        """The terminals held at a potential, V."""
        return {name: held.voltage for name, held in self.root.items() if isinstance(held, Potential)}

    @property
    def is_driven(self) -> bool:
        """Whether a current or a voltage drives it; otherwise heat sinks at two temperatures must."""
        return bool(self.currents) or any(self.potentials.values())

    @model_validator(mode="after")
    def _is_consistent(self) -> "Scheme":
        voltages = [name for name, volt in self.potentials.items() if volt != 0]
        if not self.potentials:
            raise mistake("no terminal fixes the potential; add one with 'ground'")
        if self.currents and voltages:
            raise mistake("driven by a current already; use 'ground' here, or voltages only", voltages[0])
        if self.currents:
            _check_shares(self.currents)
        return self


def _check_shares(currents: Mapping[str, CurrentDrive]) -> None:
    for name, drive in currents.items():
        if drive.share == 0:
            raise mistake("must not be 0; leave the terminal out to let it float", name, "share")
    entering = sum(drive.share for drive in currents.values() if drive.share > 0)
    leaving = -sum(drive.share for drive in currents.values() if drive.share < 0)
    if abs(entering - 1) > 1e-9:
        raise mistake(f"the shares of the entering current add up to {entering:g}; make them add up to 1")
    if leaving > 1 + 1e-9:
        raise mistake(f"the shares of the leaving current add up to -{leaving:g}; at most -1 can leave")


def not_empty(schemes: dict[str, Any]) -> dict[str, Any]:
    """Check that there is a scheme.

    Args:
        schemes: The schemes.

    Raises:
        PydanticCustomError: There is none; for a validator of the section that holds them.
    """
    if not schemes:
        raise mistake(
            "nothing to run; add a scheme, such as 'thermal: {contact1: current, contact2: ground}'"
        )
    return schemes


def _pair(value: Any) -> Any:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise mistake(f"expected two terminals, [plus, minus], not {brief(value)}")
    return value


Probe = Annotated[tuple[str, str], BeforeValidator(_pair)]
"""A pair of terminals, plus and minus, between which a voltmeter reads."""


class LockIn(Section):
    """A lock-in measurement, of which the first four harmonics are predicted."""

    rms_current: RmsCurrent
    """Root mean square of the current, A."""
