"""Material coefficients as fields on the mesh: one number per cell, arranged as lifts (physics.md §2)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np

from thermospin.compat import fem
from thermospin.fields import FIELDS, TAU, Field
from thermospin.lift import Lift
from thermospin.materials import Material
from thermospin.materials.material import Pair
from thermospin.meshes.read import DeviceMesh


@dataclass(frozen=True)
class Coefficients:
    """What the terms are made of.

    Attributes:
        electrical: ``L[σ, σP]``, S/m.
        thermoelectric: ``L[σS, σb]``, A/(m K).
        heat: What conducts heat for both channels alike, W/(m K²): ``k_ph / T0`` with τ, ``k / T0``
            without. The heat equations are divided by T0.
        electronic_heat: ``L[k_e, k_e P_k] / T0``, W/(m K²), with τ; without, it is part of ``heat``.
        relaxation: ``(1−P²) σ/λ²``, S/m³ (Valet–Fert).
        heat_relaxation: ``(1−P_k²) k_e/λ_Q² / T0``, W/(m³ K²); 0 without τ.
        temperature: T0, K.
    """

    electrical: Lift
    thermoelectric: Lift
    heat: Any
    electronic_heat: Lift
    relaxation: Any
    heat_relaxation: Any
    temperature: float

    @property
    def isotropic(self) -> Self:
        """The part of the coefficients that is the same in every magnetic configuration."""
        return replace(
            self,
            electrical=self.electrical.isotropic,
            thermoelectric=self.thermoelectric.isotropic,
            electronic_heat=self.electronic_heat.isotropic,
        )

    @property
    def magnetic(self) -> Self:
        """The rest: differences between the channels, in magnets only."""
        return replace(
            self,
            electrical=self.electrical.magnetic,
            thermoelectric=self.thermoelectric.magnetic,
            electronic_heat=self.electronic_heat.magnetic,
            heat=0,
            relaxation=0,
            heat_relaxation=0,
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
        fields: The unknowns of the problem.
    """

    def __init__(
        self,
        device: DeviceMesh,
        materials: Mapping[str, Material],
        temperature: float,
        fields: Sequence[Field] = FIELDS,
    ) -> None:
        self._device = device
        self._space = fem.functionspace(device.mesh, ("DG", 0))
        self.magnetisation = self._field({name: 1.0 for name in materials})

        def scalar(quantity: Callable[[Material], float]) -> fem.Function:
            return self._field({name: quantity(material) for name, material in materials.items()})

        def lift(pair: Callable[[Material], Pair], scale: float = 1.0) -> Lift:
            total, difference = (
                scalar(lambda m: pair(m).sum / scale),
                scalar(lambda m: pair(m).difference / scale),
            )
            return Lift(total, difference, self.magnetisation)

        self.all = Coefficients(
            electrical=lift(lambda m: m.electrical),
            thermoelectric=lift(lambda m: m.thermoelectric),
            heat=scalar(lambda m: m.thermal_conductivity / temperature),
            electronic_heat=Lift(0, 0, self.magnetisation),
            relaxation=scalar(lambda m: m.spin_relaxation),
            heat_relaxation=0,
            temperature=temperature,
        )
        if TAU in fields:
            self.all = replace(
                self.all,
                heat=scalar(lambda m: m.phonon_heat(temperature) / temperature),
                electronic_heat=lift(lambda m: m.electronic_heat(temperature), scale=temperature),
                heat_relaxation=scalar(lambda m: m.spin_heat_relaxation(temperature) / temperature),
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
