"""Material coefficients on the mesh: one number per cell, arranged as lifts (solver/physics.md §2)."""

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np

from thermospin.compat import fem, ufl
from thermospin.fields import Unknowns
from thermospin.lift import Lift, SpinVector
from thermospin.materials import ChannelPair, ChannelValues
from thermospin.meshes.read import DeviceMesh
from thermospin.textures import MagneticState

Quantity = Callable[[ChannelValues[float]], float]
"""A number of a material."""


@dataclass(frozen=True)
class Coefficients:
    """Coefficients of the terms.

    Attributes:
        electrical: ``L[σ, σP]``, S/m, with the tensor A in space where a current's direction matters (§11).
        thermoelectric: ``L[σS, σb]``, A/(m K), with the tensor A N.
        heat: Heat conduction that both channels share, W/(m K²): ``k_ph / T0`` with τ or A, ``k / T0``
            without. The heat equations are divided by T0.
        electronic_heat: ``L[k_e, k_e P_k] / T0``, W/(m K²), with τ, or with the tensor A; without either it
            is part of ``heat``.
        relaxation: ``σ R``, S/m³: ``(1−P²) σ/λ²`` along m (Valet–Fert), ``σ/λ_φ²`` across it, turning
            ``−σ/λ_J²`` with the sign of λ_J.
        heat_relaxation: ``k_e R_Q / T0``, W/(m³ K²), likewise; 0 without τ.
        temperature: T0, K.
        equilibrium: Value that spins in magnets relax to, V; None where it is 0.
        larmor: ``σ (τ_sf/λ²) ω_L``, S/m³; None without a magnetic field.
        heat_larmor: ``(k_e/T0) (τ_Q/λ_Q²) ω_L``, W/(m³ K²), likewise.
        channels: Lift that takes from a spin the part that two channels carry: at an interface with a magnet,
            the part along its magnetisation. None where that is all of it.
        spin_hall: ``σθ``, S/m, of the spin Hall effect; None where there is none in the device.
        spin_nernst: ``σSθ_N``, A/(m K), of the spin Nernst effect; likewise, together.
    """

    electrical: Lift
    thermoelectric: Lift
    heat: Any
    electronic_heat: Lift
    relaxation: Lift
    heat_relaxation: Lift
    temperature: float
    equilibrium: SpinVector | None = None
    larmor: SpinVector | None = None
    heat_larmor: SpinVector | None = None
    channels: Lift | None = None
    spin_hall: Any = None
    spin_nernst: Any = None

    def _lifts(self, change: Callable[[Lift], Lift], **others: Any) -> Self:
        """The same with every lift changed."""
        names = "electrical", "thermoelectric", "electronic_heat", "relaxation", "heat_relaxation"
        return replace(self, **{name: change(getattr(self, name)) for name in names}, **others)

    @property
    def isotropic(self) -> Self:
        """The part of the coefficients that is the same in every magnetic configuration."""
        return self._lifts(lambda lift: lift.isotropic)

    @property
    def magnetic(self) -> Self:
        """The rest: differences between the channels, and between along and across m, in magnets only.

        Only without tensors in space: with them, the rest is what is left of the terms.
        """
        nothing = {"heat": 0, "larmor": None, "heat_larmor": None, "spin_hall": None, "spin_nernst": None}
        return self._lifts(lambda lift: lift.magnetic, **nothing)

    @property
    def magnetic_difference(self) -> tuple[Self, Self]:
        """Two sets of coefficients whose difference is the magnetic part, with tensors in space."""
        names = "electrical", "thermoelectric", "electronic_heat"
        magnetic, isotropic = self.magnetic, self.isotropic
        none = self.relaxation._replace(X=0, Y=0, across=None, turning=None)
        nothing = magnetic._lifts(lambda lift: none)
        return (
            replace(magnetic, **{name: getattr(self, name) for name in names}),
            replace(nothing, **{name: getattr(isotropic, name) for name in names}),
        )

    @property
    def turns(self) -> bool:
        """Whether the components of a spin mix in magnets."""
        return self.electrical.turns or self.relaxation.turns

    @property
    def is_symmetric(self) -> bool:
        """Whether no spin precesses and no current turns, so that the operator is symmetric."""
        return not self.turns_currents and (
            self.electrical.turning,
            self.relaxation.turning,
            self.larmor,
        ) == (None, None, None)

    @property
    def is_anisotropic(self) -> bool:
        """Whether currents depend on the direction of the magnetisation in space."""
        return self.electrical.space is not None

    @property
    def turns_currents(self) -> bool:
        """Whether currents turn in space by antisymmetric terms: Hall and Nernst effects, also of spins."""
        return (
            self.electrical.turns_in_space or self.thermoelectric.turns_in_space or self.spin_hall is not None
        )

    @property
    def damped(self) -> Self:
        """Coefficients with relaxation in place of precession: symmetric, and of about the same magnitude."""
        nothing = {"larmor": None, "heat_larmor": None, "spin_hall": None, "spin_nernst": None}
        still = self._lifts(lambda lift: lift.damped, **nothing)
        if self.larmor is None:
            return still
        return replace(
            still,
            relaxation=still.relaxation.plus(_length(self.larmor)),
            heat_relaxation=still.heat_relaxation.plus(_length(self.heat_larmor)),
        )

    def along(self, axes: np.ndarray | None) -> Self:
        """Coefficients for spins given by their components along other axes.

        Args:
            axes: Unit vectors, the rows of a matrix (3, 3); None leaves x, y, z.
        """
        if axes is None:
            return self
        vectors = {
            name: vector.along(axes)
            for name in ("equilibrium", "larmor", "heat_larmor")
            if isinstance(vector := getattr(self, name), SpinVector)
        }
        return self._lifts(lambda lift: lift._replace(m=lift.m.along(axes)), **vectors)

    @property
    def seebeck(self) -> Lift:
        """The channel Seebeck coefficients as a lift, ``L[σS, σb] L[σ, σP]⁻¹``, V/K."""
        return self.thermoelectric.times(self.electrical.inverse)


def _length(vector: SpinVector) -> Any:
    return vector.dot(vector) ** 0.5


def _unit(vector: SpinVector) -> SpinVector:
    """The direction of a vector that is interpolated between unit vectors, and so is shorter than they are.

    The lift's inverse needs unit length: without it heat and work would differ.
    """
    return vector / ufl.sqrt(vector.dot(vector) + TINY)


TINY = 1e-30
"""Added to squares of lengths, which may vanish where a magnetisation reverses within one element."""


class CellCoefficients:
    """The coefficients of a device, and the magnetisation that can be changed.

    Args:
        device: The mesh.
        materials: Region to the values of its material.
        temperature: T0, K.
        unknowns: What is solved for.
        magnetic_field: B, T, in which spins precess; with vector spin only.
        degree: Polynomial degree of the direction of m, within every element; with vector spin only.
        directions: Directions in space of magnets of sign +1, (3,), where all spins have one axis; default z.

    Attributes:
        magnetic_field: B, T; coefficients depend on it only if it is not zero from the beginning.
        axis: Direction in space of the magnetisation or, in normal metals, of the field; None where nothing
            depends on it.
        are_cellwise: Whether they are constant in every cell.
        quantities: The functions of which they are made, one number per cell, and what each is of a material.
    """

    def __init__(
        self,
        device: DeviceMesh,
        materials: Mapping[str, ChannelValues[float]],
        temperature: float,
        unknowns: Unknowns,
        magnetic_field: Sequence[float] = (0.0, 0.0, 0.0),
        degree: int = 0,
        directions: Mapping[str, np.ndarray] | None = None,
    ) -> None:
        self._device, self._materials, self._temperature = device, materials, temperature
        self._directions, self._field = directions or {}, float(np.linalg.norm(magnetic_field))
        self.are_cellwise = degree == 0
        self._space = fem.functionspace(device.mesh, ("DG", 0))
        self.quantities: list[tuple[fem.Function, Quantity]] = []
        self._m = self._direction(degree) if unknowns.vector else self._cellwise(lambda m: 1.0)
        self._m_space = self._m[0].function_space if unknowns.vector else None
        self.magnetisation = _unit(self._m) if degree else self._m
        self.axis = self._axis(unknowns.vector)
        self._strength = self._profile()
        self._point_along(magnetic_field)
        if self.axis and not unknowns.vector:
            self._point_signs(dict.fromkeys(self._directions, 1))
        self.magnetic_field = fem.Constant(device.mesh, np.array(magnetic_field, dtype=float))
        self._is_split, self._precesses = unknowns.spin_heat, any(magnetic_field)
        self.all = self._build()

    def _build(self) -> Coefficients:
        """The coefficients at T0, whose numbers are listed among :attr:`quantities`."""
        found = self._coefficients(self._is_split)
        if self._precesses and self._any(lambda m: m.larmor):
            return self._with_field(found, self.magnetic_field)
        return found

    def quantities_at(self, temperature: float) -> list[Quantity]:
        """Functions of materials, as in :attr:`quantities`, at another T0.

        Args:
            temperature: T0, K.
        """
        other = copy(self)
        other._temperature, other.quantities = temperature, []
        other._build()
        found = [quantity for _, quantity in other.quantities]
        other.quantities = []  # some need the copy: no cycle keeps functions of the mesh
        return found

    def magnetise(self, magnetisation: MagneticState) -> None:
        """Set the magnetisation of some regions.

        Args:
            magnetisation: Sign of every region or, with vector spin, its direction.
        """
        if self._m_space is None:
            self._fill(self._m, dict(magnetisation))
            self._point_signs(magnetisation)
            return
        points = self._m_space.tabulate_dof_coordinates()
        for region, direction in magnetisation.items():
            dofs = self._m_space.dofmap.list[self._device.cells([region])].ravel()
            for component, values in zip(self._m, direction(points[dofs]).T, strict=True):
                component.x.array[dofs] = values

    def set_field(self, magnetic_field: Sequence[float]) -> None:
        """Set the magnetic field where there has been one.

        Args:
            magnetic_field: B, T, not zero.
        """
        self.magnetic_field.value[:] = magnetic_field
        self._point_along(magnetic_field)
        if any(region in self._field_metals for region in self._materials):
            for function, quantity in self.quantities:
                self._fill(function, {name: quantity(material) for name, material in self._materials.items()})

    @property
    def _field_metals(self) -> list[str]:
        """Regions in which the magnetic field turns currents."""
        return [name for name, m in self._materials.items() if m.has_field_effects and self._field]

    def _point_along(self, magnetic_field: Sequence[float]) -> None:
        """Let the axis of metals with field effects be that of the field."""
        self._field = float(np.linalg.norm(magnetic_field))
        for region in self._field_metals:
            self._point(region, np.array(magnetic_field) / self._field)

    def _point_signs(self, signs: Mapping[str, int]) -> None:
        """Let the axes of anisotropic magnets have the directions of their signs."""
        for region in self._directions.keys() & signs.keys():
            self._point(region, signs[region] * self._directions[region])

    def _point(self, region: str, direction: np.ndarray) -> None:
        """Let the axis of a region have one direction."""
        cells = self._device.cells([region])
        for component, value in zip(self._m if self._m_space else self.axis, direction, strict=True):
            component.x.array[component.function_space.dofmap.list[cells].ravel()] = value

    def _axis(self, vector: bool) -> SpinVector | None:
        """Functions for the axis, +z to begin with; with vector spin those of the magnetisation."""
        magnets = any(m.is_anisotropic and m.is_magnetic for m in self._materials.values())
        if not magnets and not self._field_metals:
            return None
        return self.magnetisation if vector else self._direction(0)

    def direction(self, point: np.ndarray) -> np.ndarray | None:
        """The magnetisation at one point of every cell of this rank, NaN outside magnets.

        Args:
            point: The point in the reference cell, shape (1, 3).

        Returns:
            Unit vectors, (n_cells, 3), of owned cells. None where all spins have one axis.
        """
        if self._m_space is None:
            return None
        magnets = [region for region, material in self._materials.items() if material.is_magnetic]
        cells = self._device.owned(self._device.cells(magnets))
        weights = self._m_space.element.basix_element.tabulate(0, point)[0, 0, :, 0]
        dofs = self._m_space.dofmap.list[cells]
        found = np.full((self._device.mesh.topology.index_map(3).size_local, 3), np.nan)
        for i, component in enumerate(self._m):
            found[cells, i] = component.x.array[dofs] @ weights
        return found / np.linalg.norm(found, axis=1, keepdims=True)

    def _coefficients(self, split: bool) -> Coefficients:
        """Without a magnetic field; ``split`` if the spins have temperatures of their own."""
        t0, none = self._temperature, Lift(0, 0, self.magnetisation)
        conduction = self._tensor(lambda m: m.conduction(self._field))
        relaxation = none
        if not split and conduction is None:
            heat, electronic = self._scalar(lambda m: m.thermal_conductivity / t0), none
        else:
            heat = self._scalar(lambda m: m.phonon_heat(t0) / t0)
            electronic = self._conducting(lambda m: m.electronic_heat(t0), 1 / t0, conduction)
        if split:
            relaxation = self._relaxing(
                lambda m: m.spin_heat_relaxation(t0) / t0,
                lambda m: m.transverse_heat_relaxation(t0) / t0,
                lambda m: m.heat_exchange_precession(t0) / t0,
            )
        return Coefficients(
            electrical=self._conducting(lambda m: m.electrical, space=conduction),
            thermoelectric=self._conducting(
                lambda m: m.thermoelectric,
                space=self._tensor(lambda m: m.thermoelectric_tensor(self._field)),
            ),
            heat=heat,
            electronic_heat=electronic,
            relaxation=self._relaxing(
                lambda m: m.spin_relaxation,
                lambda m: m.transverse_relaxation,
                lambda m: m.exchange_precession,
            ),
            heat_relaxation=relaxation,
            temperature=t0,
            equilibrium=self._equilibrium(),
            **self._spin_hall(),
        )

    def _spin_hall(self) -> dict[str, fem.Function]:
        """The coefficients of the spin Hall and spin Nernst effects, where there are any."""
        if self._m_space is None or not self._any(lambda m: m.spin_hall_angle or m.spin_nernst_angle):
            return {}
        return {
            "spin_hall": self._scalar(lambda m: m.conductivity * m.spin_hall_angle),
            "spin_nernst": self._scalar(lambda m: m.conductivity * m.seebeck * m.spin_nernst_angle),
        }

    def _with_field(self, found: Coefficients, b: fem.Constant) -> Coefficients:
        """Coefficients in a magnetic field."""
        t0 = self._temperature
        spin = self._scalar(lambda m: m.larmor)
        heat = self._scalar(lambda m: m.heat_larmor(t0) / t0) if found.electronic_heat.X != 0 else 0
        larmor, heat_larmor = (SpinVector(*(factor * b[i] for i in range(3))) for factor in (spin, heat))
        return replace(found, larmor=larmor, heat_larmor=heat_larmor)

    def _tensor(self, of: Callable[[ChannelValues[float]], Lift]) -> Lift | None:
        """A tensor in space; None where currents do not depend on directions."""
        if self.axis is None:
            return None
        along, across = self._scalar(lambda m: of(m).X), self._scalar(lambda m: of(m).across)
        turns = self._any(lambda m: of(m).turning)
        return Lift(along, 0, self.axis, across, self._scalar(lambda m: of(m).turning) if turns else None)

    def _conducting(
        self,
        pair: Callable[[ChannelValues[float]], ChannelPair[float]],
        scale: float = 1.0,
        space: Lift | None = None,
    ) -> Lift:
        """A coefficient of the two channels; spins that precess between collisions carry less across m."""

        def part(value: Callable[[ChannelValues[float]], float]) -> fem.Function:
            return self._scalar(lambda m: value(m) * scale)

        total, difference = part(lambda m: pair(m).sum), part(lambda m: pair(m).difference)
        if not self._any(lambda m: m.tensor_diffusion):
            return Lift(total, difference, self.magnetisation, space=space)
        # Across m, where ``m ×`` acts like i, spins diffuse with 1/(1 + i a).
        angle = self._scalar(lambda m: m.collision_angle) * self._strength
        across = total / (1 + angle**2)
        return Lift(total, difference, self.magnetisation, across, -angle * across, space)

    def _relaxing(
        self,
        along: Callable[[ChannelValues[float]], float],
        across: Callable[[ChannelValues[float]], float],
        turning: Callable[[ChannelValues[float]], float],
    ) -> Lift:
        """Relaxation along m and across it, and precession about it."""
        lift = Lift(self._scalar(along), 0, self.magnetisation)
        if self._m_space is None:
            return lift
        if self._any(lambda m: m.is_magnetic and across(m) != along(m)):
            lift = lift._replace(across=self._scalar(across))
        return lift._replace(turning=self._strength * self._scalar(turning)) if self._any(turning) else lift

    def _equilibrium(self) -> SpinVector | None:
        """Value that spins relax to, V."""
        if not self._any(lambda m: m.tensor_diffusion and m.tensor_diffusion.equilibrium):
            return None
        splitting = self._scalar(lambda m: m.tensor_diffusion.equilibrium if m.tensor_diffusion else 0.0)
        return self.magnetisation * (splitting * self._strength)

    def _profile(self) -> fem.Function | float:
        """Relative strength of the field about which spins precess, by place; 1 by default."""
        profiles = {
            region: material.tensor_diffusion.strength
            for region, material in self._materials.items()
            if material.tensor_diffusion and material.tensor_diffusion.profile
        }
        if not profiles or self._m_space is None:
            return 1.0
        found, points = fem.Function(self._m_space), self._m_space.tabulate_dof_coordinates()
        found.x.array[:] = 1.0
        for region, strength in profiles.items():
            dofs = self._m_space.dofmap.list[self._device.cells([region])].ravel()
            found.x.array[dofs] = strength(points[dofs])
        return found

    def _any(self, quality: Callable[[ChannelValues[float]], Any]) -> bool:
        return any(quality(material) for material in self._materials.values())

    def _scalar(self, quantity: Quantity) -> fem.Function:
        """A quantity of the materials, listed among :attr:`quantities`."""
        field = self._cellwise(quantity)
        self.quantities.append((field, quantity))
        return field

    def _cellwise(self, quantity: Quantity) -> fem.Function:
        values = {name: quantity(material) for name, material in self._materials.items()}
        field = fem.Function(self._space)
        self._fill(field, values)
        return field

    def _direction(self, degree: int) -> SpinVector:
        """A direction in every cell, +z to begin with."""
        space = fem.functionspace(self._device.mesh, ("DG", degree))
        m = SpinVector(*(fem.Function(space) for _ in "xyz"))
        m[2].x.array[:] = 1.0
        return m

    def _fill(self, field: fem.Function, values: Mapping[str, float]) -> None:
        tags = self._device.cell_tags
        known = np.zeros(max(self._device.regions.values()) + 1, dtype=bool)
        table = np.zeros(len(known))
        for name, value in values.items():
            known[self._device.regions[name]] = True
            table[self._device.regions[name]] = value
        cells = np.flatnonzero(known[tags])
        field.x.array[self._space.dofmap.list[cells, 0]] = table[tags[cells]]
