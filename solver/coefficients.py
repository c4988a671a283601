"""Material coefficients as fields on the mesh: one number per cell, arranged as lifts (physics.md §2)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np

from thermospin.compat import fem
from thermospin.lift import Lift
from thermospin.materials import Material
from thermospin.meshes.read import DeviceMesh


@dataclass(frozen=True)
class Coefficients:
    """What the terms are made of.

    Attributes:
        electrical: ``L[σ, σP]``, S/m.
        thermoelectric: ``L[σS, σb]``, A/(m K).
        heat: ``k / T0``, W/(m K²): the heat equation is divided by T0.
        relaxation: ``(1−P²) σ/λ²``, S/m³ (Valet–Fert).
        temperature: T0, K.
    """

    electrical: Lift
    thermoelectric: Lift
    heat: Any
    relaxation: Any
    temperature: float

    @property
    def isotropic(self) -> Self:
        """The part of the coefficients that is the same in every magnetic configuration."""
        return replace(
            self, electrical=self.electrical.isotropic, thermoelectric=self.thermoelectric.isotropic
        )

    @property
    def magnetic(self) -> Self:
        """The rest: differences between the channels, in magnets only."""
        return replace(
            self,
            electrical=self.electrical.magnetic,
            thermoelectric=self.thermoelectric.magnetic,
            heat=0,
            relaxation=0,
        )

    @property
    def seebeck(self) -> Lift:
        """The channel Seebeck coefficients as a lift, ``L[σS, σb] L[σ, σP]⁻¹``, V/K."""
        return self.thermoelectric.times(self.electrical.inverse)


class CellCoefficients:
    """The coefficients of a device, and the magnetisation that can be reversed.

    Args:
        device: The mesh.
        materials: Material of every region.
        temperature: T0, K.
    """

    def __init__(self, device: DeviceMesh, materials: Mapping[str, Material], temperature: float) -> None:
        self._device = device
        self._space = fem.functionspace(device.mesh, ("DG", 0))
        self.magnetisation = self._field({name: 1.0 for name in materials})
        electrical = {name: material.electrical for name, material in materials.items()}
        thermoelectric = {name: material.thermoelectric for name, material in materials.items()}

        def lift(pairs) -> Lift:
            total = self._field({name: pair.sum for name, pair in pairs.items()})
            difference = self._field({name: pair.difference for name, pair in pairs.items()})
            return Lift(total, difference, self.magnetisation)

        self.all = Coefficients(
            electrical=lift(electrical),
            thermoelectric=lift(thermoelectric),
            heat=self._field({n: m.thermal_conductivity / temperature for n, m in materials.items()}),
            relaxation=self._field({n: m.spin_relaxation for n, m in materials.items()}),
            temperature=temperature,
        )

    def magnetise(self, signs: Mapping[str, int]) -> None:
        """Set the sign of the magnetisation of the named regions."""
        self._fill(self.magnetisation, dict(signs))

    def _field(self, values: Mapping[str, float]) -> fem.Function:
        field = fem.Function(self._space)
        self._fill(field, values)
        return field

    def _fill(self, field: fem.Function, values: Mapping[str, float]) -> None:
        tags = self._device.cell_tags
        known = np.zeros(max(self._device.regions.values()) + 1, dtype=bool)
        table = np.zeros(len(known))
        for name, value in values.items():
            known[self._device.regions[name]] = True
            table[self._device.regions[name]] = value
        cells = np.flatnonzero(known[tags])
        field.x.array[self._space.dofmap.list[cells, 0]] = table[tags[cells]]
