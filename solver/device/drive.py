"""The drive of a scheme: injected currents and held potentials per unit of it (solver/physics.md §6)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Self

from thermospin.config.schemes import Scheme


@dataclass(frozen=True)
class Drive:
    """Electrical drive of a scheme, per unit of the drive (1 A, or 1 V).

    Attributes:
        quantity: ``current``, ``voltage``, or ``temperature`` where sinks at two temperatures alone drive it.
        uniform: Terminals into which current is injected with uniform density, and their shares; besides,
            those of uniform potential whose lead takes up the Peltier heat of a given current.
        equipotential: Terminals into which current is injected at uniform potential, and their shares.
        potentials: Terminals held at a potential, V per unit of the drive; 0 at ground.
        scale: Value of the drive in the configuration: 1 A, or the largest given voltage.
    """

    quantity: str
    uniform: Mapping[str, float]
    equipotential: Mapping[str, float]
    potentials: Mapping[str, float]
    scale: float

    @classmethod
    def of(cls, scheme: Scheme, leads: Collection[str] = (), images: int = 1) -> Self:
        """The drive of a scheme of the configuration.

        The current of the only ground is given too, if its lead continues: what the others leave.

        Args:
            scheme: The scheme.
            leads: Terminals whose leads continue.
            images: Mirror images that share its currents; one of them is solved.
        """
        shares: dict[str, dict[str, float]] = {"uniform": {}, "equipotential": {}}
        for name, drive in scheme.currents.items():
            shares[drive.current][name] = drive.share / images
            if name in leads:
                shares["uniform"][name] = drive.share / images
        if scheme.currents and len(scheme.potentials) == 1:
            rest = -sum(drive.share for drive in scheme.currents.values()) / images
            shares["uniform"] |= {name: rest for name in scheme.potentials if name in leads}
        largest = max(map(abs, scheme.potentials.values()))
        scale = 1.0 if scheme.currents else largest or 1.0
        return cls(
            quantity="current" if scheme.currents else "voltage" if largest else "temperature",
            uniform=shares["uniform"],
            equipotential=shares["equipotential"],
            potentials={name: volt / scale for name, volt in scheme.potentials.items()},
            scale=scale,
        )

    @property
    def unit(self) -> str:
        """Unit of the drive; that of a temperature, which is no variable, drives nothing per unit."""
        return {"current": "A", "voltage": "V", "temperature": "K"}[self.quantity]

    @property
    def held(self) -> list[str]:
        """Terminals whose V is uniform, so that s = 0 there."""
        return [*self.potentials, *self.equipotential]
