"""Material coefficients at the local temperature T0 + ϑ, at the quadrature points of the mesh.

They form :class:`~thermospin.physics.coefficients.Coefficients` with one number per quadrature point instead
of one per cell. Regions whose material follows no law keep their numbers.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from thermospin.compat import basix, fem
from thermospin.discretisation.spaces import Spaces
from thermospin.fields import THETA
from thermospin.lift import Lift, SpinVector
from thermospin.materials import Material
from thermospin.materials.evaluation import CoefficientDerivatives
from thermospin.physics.coefficients import Coefficients

OF_TENSORS = ("along", "across", "turning")
"""Numbers of a tensor in space."""


def coefficient_parts(
    found: CoefficientDerivatives, temperature: float, split: bool, anisotropic: bool = False
) -> dict[str, np.ndarray]:
    """The numbers that form the coefficients of a material, SI, in the units of ``Coefficients``.

    Args:
        found: Coefficients of the material and their derivatives.
        temperature: T0, K, by which the heat equations are divided.
        split: Whether the spins have temperatures of their own.
        anisotropic: Whether currents in the device depend on directions in space.
    """
    parts = {
        "conductivity": found.electrical.sum,
        "conductivity_difference": found.electrical.difference,
        "thermoelectric": found.thermoelectric.sum,
        "thermoelectric_difference": found.thermoelectric.difference,
        "relaxation": found.relaxation,
    }
    if not split and not anisotropic:
        return parts | {"heat": found.thermal_conductivity / temperature}
    parts |= {
        "heat": found.phonon_heat / temperature,
        "electronic_heat": found.electronic_heat.sum / temperature,
        "electronic_heat_difference": found.electronic_heat.difference / temperature,
    }
    if split:
        parts["heat_relaxation"] = found.heat_relaxation / temperature
    return parts | (_tensor_parts(found) if anisotropic else {})


def _tensor_parts(found: CoefficientDerivatives) -> dict[str, np.ndarray]:
    tensors = {"conduction": found.conduction, "thermoelectric_tensor": found.thermoelectric_tensor}
    return {
        f"{name}_{part}": value
        for name, tensor in tensors.items()
        for part, value in zip(OF_TENSORS, tensor, strict=True)
    }


def coefficients_of(
    parts: Mapping[str, Any], m: Any, temperature: float, axis: SpinVector | None = None
) -> Coefficients:
    """Coefficients from given parts, with all spins along one axis.

    Args:
        parts: Numbers, functions or series, named as in :func:`coefficient_parts`.
        m: Sign of the magnetisation.
        temperature: T0, K.
        axis: Direction in space of the magnetisation, where currents depend on it.
    """

    def tensor(name: str) -> Lift | None:
        along, across, turning = (parts.get(f"{name}_{part}") for part in OF_TENSORS)
        return None if axis is None else Lift(along, 0, axis, across, turning)

    def lift(name: str, space: Lift | None = None) -> Lift:
        return Lift(parts.get(name, 0), parts.get(f"{name}_difference", 0), m, space=space)

    return Coefficients(
        electrical=lift("conductivity", tensor("conduction")),
        thermoelectric=lift("thermoelectric", tensor("thermoelectric_tensor")),
        heat=parts["heat"],
        electronic_heat=lift("electronic_heat", tensor("conduction")),
        relaxation=lift("relaxation"),
        heat_relaxation=lift("heat_relaxation"),
        temperature=temperature,
    )


class LocalMaterials(NamedTuple):
    """Materials and magnetisation from which coefficients that follow the temperature are made.

    Attributes:
        materials: Material of every region, with its laws.
        temperature: T0, K.
        magnetic_field: B, T, along the axis of the spins.
        m: Sign of the magnetisation, one number per cell.
        axis: Direction in space of the magnetisation or of the field, where currents depend on it.
        strength: |B|, T.
    """

    materials: Mapping[str, Material]
    temperature: float
    magnetic_field: float
    m: fem.Function
    axis: SpinVector | None = None
    strength: float = 0.0

    def parts(self, region: str, temperatures: np.ndarray, order: int, split: bool) -> dict[str, np.ndarray]:
        """Parts of a region's coefficients and their derivatives with respect to the temperature.

        Args:
            region: The region.
            temperatures: T, K, of any shape.
            order: The highest derivative.
            split: Whether the spins have temperatures of their own.

        Returns:
            As :func:`coefficient_parts`, each of shape (order + 1, …).

        Raises:
            RangeError: A law does not hold at one of the temperatures.
        """
        material = self.materials[region]
        given = self.magnetic_field, self.temperature, self.strength
        found = material.derivatives(temperatures, order, *given)
        return coefficient_parts(found, self.temperature, split, self.axis is not None)


class Points:
    """The quadrature points of all volume integrals.

    Args:
        spaces: The spaces, whose integrals have one quadrature.

    Attributes:
        places: In the reference cell, shape (q, 3).
        weights: Weight of each in the mean over a cell, shape (q,).
    """

    def __init__(self, spaces: Spaces) -> None:
        self._mesh, self._degree = spaces.device.mesh, spaces.quadrature_degree
        self.places, weights = basix.make_quadrature(basix.CellType.tetrahedron, self._degree)
        self.weights = weights / weights.sum()
        self._space = self.space()
        self.cells = self._space.dofmap.list

    def space(self, shape: tuple[int, ...] = ()) -> fem.FunctionSpace:
        """The space of functions with a value at every point.

        Args:
            shape: Shape of a value.
        """
        element = basix.ufl.quadrature_element("tetrahedron", value_shape=shape, degree=self._degree)
        return fem.functionspace(self._mesh, element)

    def scalar(self) -> fem.Function:
        """A number at every point, 0 to begin with."""
        return fem.Function(self._space)


class LocalCoefficients:
    """The coefficients at the temperatures of the last :meth:`update`, and their derivatives.

    Args:
        spaces: The spaces, with all spins along one axis.
        given: Materials and magnetisation.

    Attributes:
        all: The coefficients.
        slopes: Derivative with respect to T of every function that forms them, per K.
    """

    def __init__(self, spaces: Spaces, given: LocalMaterials) -> None:
        self._spaces, self._given = spaces, given
        self._split = spaces.unknowns.spin_heat
        self._points = Points(spaces)
        self._theta = spaces.spaces[THETA]
        self._basis = self._theta.element.basix_element.tabulate(0, self._points.places)[0, :, :, 0]
        self._parts: dict[str, fem.Function] = {}
        self._slopes: dict[str, fem.Function] = {}
        for region in given.materials:
            self._fill(region, np.full((1, 1), given.temperature))
        self.all = coefficients_of(self._parts, given.m, given.temperature, given.axis)
        self.slopes = {part: self._slopes[name] for name, part in self._parts.items()}

    def update(self, theta: fem.Function) -> None:
        """Evaluate all laws at ``T0 + ϑ``.

        Args:
            theta: ϑ, K, ghosts included.

        Raises:
            RangeError: A law does not hold at one of the temperatures on this rank.
        """
        for region, material in self._given.materials.items():
            if material.is_constant:
                continue
            cells = self._spaces.device.cells([region])
            rise = theta.x.array[self._theta.dofmap.list[cells]] @ self._basis.T
            self._fill(region, self._given.temperature + rise)

    @property
    def sensitivity(self) -> float:
        """The largest relative change per kelvin of a conductivity, electrical or thermal, on this rank."""
        largest = 0.0
        for name in ("conductivity", "heat", "electronic_heat"):
            if name in self._parts:
                value, slope = (part[name].x.array for part in (self._parts, self._slopes))
                largest = max(largest, np.max(np.abs(slope[value > 0] / value[value > 0]), initial=0.0))
        return largest

    def _fill(self, region: str, temperatures: np.ndarray) -> None:
        """The coefficients of a region at temperatures in K, shape (cells, points) or (1, 1)."""
        points = self._points.cells[self._spaces.device.cells([region])]
        for name, values in self._given.parts(region, temperatures, 1, self._split).items():
            if name not in self._parts:
                self._parts[name], self._slopes[name] = self._points.scalar(), self._points.scalar()
            for function, value in zip((self._parts[name], self._slopes[name]), values, strict=True):
                function.x.array[points] = value
