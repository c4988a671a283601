"""The nonlocal valve of a configured device as a wire in one dimension: R1 in a field across the spins.

The wire is the metal of the probe's other terminal, a box; the magnets of injector and detector are boxes
across it (solver/physics.md §8.10, :mod:`thermospin.hanle`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from thermospin.config import Config
from thermospin.device import Device
from thermospin.errors import InputError
from thermospin.hanle.contacts import Film
from thermospin.hanle.curves import NonlocalWire
from thermospin.runs.invasive_wire import contact_of, pair_of_magnets

ALIGNED = 1e-6
"""Deviation of directions from parallel or across, below which it is rounding."""
OTHERWISE = "set fit.model: device"


@dataclass(frozen=True)
class NonlocalFormula:
    """R1 of a device by the formula of a wire.

    Attributes:
        wire: Distance, widths and what the contacts take.
        relaxation_time: τ_sf of the wire, s.
        diffusion: D = λ²/τ_sf, m²/s.
        conductivity: σ of the wire, S/m.
        cross_section: A of the wire, m².
        polarisations: Of injector and detector.
        magnets: Regions of injector and detector.
        directions: By magnetic configuration, the directions of their magnetisations, (3,) each.
    """

    wire: NonlocalWire
    relaxation_time: float
    diffusion: float
    conductivity: float
    cross_section: float
    polarisations: tuple[float, float]
    magnets: tuple[str, str]
    directions: dict[str, tuple[np.ndarray, np.ndarray]]

    @classmethod
    def of(cls, config: Config) -> "NonlocalFormula":
        """That of a device with one scheme and one probe.

        Args:
            config: The configuration.

        Raises:
            InputError: The device is no wire with two magnets across it, or its spins do not precess.
        """
        device = Device.of(config)
        magnets = pair_of_magnets(config, device)
        material = _wire_material(config, device, magnets)
        wires = [region for region, name in device.material_names.items() if name == material]
        values = config.material(material)
        if not values.spin_relaxation_time:
            raise config.error(f"materials.{material}.spin_relaxation_time", "missing; the formula needs it")
        centres, sizes = zip(*(_box(config, [magnet]) for magnet in magnets), strict=True)
        axis = int(np.argmax(np.abs(centres[1] - centres[0])[:2]))
        _, extent = _box(config, wires)
        film = Film(values.conductivity, extent[2])
        contacts = [contact_of(config, device, magnet, wires, film) for magnet in magnets]
        wire = NonlocalWire(
            float(abs(centres[1] - centres[0])[axis]),
            *(float(size[axis]) for size in sizes),
            values.g_factor,
            tuple(contact.sink for contact in contacts),
            tuple(contact.crowding for contact in contacts),
        )
        tau = values.spin_relaxation_time
        return cls(
            wire,
            tau,
            values.spin_diffusion_length**2 / tau,
            values.conductivity,
            prod(np.delete(extent, axis).tolist()),
            tuple(contact.polarisation for contact in contacts),
            magnets,
            {name: _directions(config, state, magnets) for name, state in device.states.items()},
        )

    def resistance(self, fields: Sequence[tuple[float, float, float]], names: Sequence[str]) -> np.ndarray:
        """R1, Ω, shape (n,).

        Args:
            fields: B of every reading, T.
            names: Its magnetic configuration.

        Raises:
            InputError: A field is not across the magnetisations, or these are not along one axis.
        """
        b = np.array(fields, dtype=float).reshape(-1, 3)
        signs = [self._sign(field, name) for field, name in zip(b, names, strict=True)]
        curve = self.wire.resistance(
            np.linalg.norm(b, axis=1),
            self.relaxation_time,
            self.diffusion,
            self.conductivity,
            self.cross_section,
            self.polarisations,
        )
        return np.array(signs) * curve

    def _sign(self, field: np.ndarray, name: str) -> float:
        """+1 of parallel, −1 of antiparallel magnetisations."""
        injector, detector = self.directions[name]
        along = float(injector @ detector)
        if abs(abs(along) - 1) > ALIGNED:
            raise InputError(
                f"the magnets of '{name}' are not along one axis, as the formula needs; {OTHERWISE}",
                key="magnetisation",
            )
        if abs(field @ injector) > ALIGNED * max(float(np.linalg.norm(field)), 1e-30):
            raise InputError(
                f"is not across the magnetisation of '{self.magnets[0]}', as the formula needs; {OTHERWISE}",
                key="magnetic_field",
            )
        return float(np.sign(along))


def _wire_material(config: Config, device: Device, magnets: tuple[str, str]) -> str:
    """The material of the wire: that of the probe's terminal that is not on the detector."""
    for name in next(iter(device.probes.values())):
        region = device.terminals[name]
        if region is not None and region not in magnets:
            return device.material_names[region]
    raise config.error("probes", f"has no terminal on the wire, as the formula needs; {OTHERWISE}")


def _box(config: Config, regions: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Middle and size of the box around regions that are boxes, m, (3,) each.

    Raises:
        InputError: They are not.
    """
    solids = getattr(config.geometry.resolved, "solids", ())
    boxes: list[Any] = [solid.box for solid in solids if solid.name in regions]
    if not boxes or None in boxes:
        raise config.error("geometry", f"'{regions[0]}' is no box, as the formula needs; {OTHERWISE}")
    lowest, highest = np.min([box.min for box in boxes], 0), np.max([box.max for box in boxes], 0)
    return (lowest + highest) / 2, highest - lowest


def _directions(config: Config, state: Any, magnets: tuple[str, str]) -> tuple[np.ndarray, np.ndarray]:
    """Directions of injector and detector, (3,) each.

    Raises:
        InputError: Spins are along one axis, or a magnetisation is not uniform.
    """
    found = [getattr(state[magnet], "uniform", None) for magnet in magnets]
    if any(direction is None for direction in found):
        raise config.error(
            "solver.spin",
            "the formula needs 'vector' and magnets of one direction each; set fit.model: device",
        )
    return np.asarray(found[0]), np.asarray(found[1])
