"""Response of a problem whose coefficients follow laws of the temperature: made when it is needed."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

from thermospin.compat import PETSc
from thermospin.device import Device
from thermospin.discretisation.heat_source import HeatSource
from thermospin.discretisation.system import CoupledSystem
from thermospin.linear.krylov import LinearSolver
from thermospin.observables.local import LocalObserver
from thermospin.response.nonlinear.equations import Equations
from thermospin.response.nonlinear.local import LocalCoefficients, LocalMaterials
from thermospin.response.nonlinear.orders import OrderSources
from thermospin.response.nonlinear.series import PointSeries
from thermospin.response.nonlinear.steady import ResponsiveSolver

Solvers = Callable[[PETSc.Mat, PETSc.Vec], LinearSolver]
"""Makes the linear solver of a matrix, with the scales of the unknowns."""


class LocalResponse:
    """The equations, sources and observers of a device with coefficients at the local temperature.

    Args:
        system: The operator at T0.
        device: The device.
        heat: The heat source.
        solvers: Makes linear solvers.
    """

    def __init__(self, system: CoupledSystem, device: Device, heat: HeatSource, solvers: Solvers) -> None:
        self._system, self._device, self._heat, self._solvers = system, device, heat, solvers
        self._freed: list[Any] = []

    @property
    def is_needed(self) -> bool:
        """Whether more than the linear response at T0 depends on the laws."""
        return self._device.follows_temperature

    def scheme(self, name: str, linear: LinearSolver, *given: Any) -> ResponsiveSolver:
        """The solver of an injection scheme (collective).

        Args:
            name: Name of the scheme.
            linear: The linear solver of the operator at T0.
            given: Further arguments of :class:`thermospin.response.scheme.Scheme`.
        """
        is_driven = self._device.drives[name].quantity != "temperature"
        at_drives = self._device.numerics.method == "demodulate" or not is_driven
        solver = ResponsiveSolver(linear, self._sources, self._tangent if at_drives else None, *given)
        self._freed.append(solver)
        return solver

    def observer(self) -> LocalObserver:
        """Evaluates solutions on the cells, in the magnetic state of the operator."""
        return LocalObserver(self._system.spaces, self._system.coefficients, self._series)

    def free(self) -> None:
        """Free the objects that PETSc keeps alive (collective)."""
        for part in self._freed:
            part.free()
        self._freed = []

    @cached_property
    def _tangent(self) -> tuple[Equations, LinearSolver, PETSc.Vec]:
        """The nonlinear equations, the linear solver of their Jacobian and the scales of the unknowns."""
        spaces, scales = self._system.spaces, self._system.scales
        local = LocalCoefficients(spaces, self._materials)
        equations = Equations(spaces, local, self._heat, self._system.interfaces, self._system.transfer)
        tangent = self._solvers(equations.jacobian, scales)
        self._freed.append(tangent)
        return equations, tangent, scales

    @cached_property
    def _sources(self) -> OrderSources:
        """The sources of the orders of the expansion."""
        return OrderSources(self._system.spaces, self._series, self._device.temperature, self._heat)

    @cached_property
    def _series(self) -> PointSeries:
        """Fields and coefficients at the quadrature points."""
        return PointSeries(self._system.spaces, self._materials)

    @property
    def _materials(self) -> LocalMaterials:
        """Materials with laws, and the magnetic state of the operator."""
        device, coefficients = self._device, self._system.coefficients
        state = coefficients.magnetisation, coefficients.axis, device.field_strength
        return LocalMaterials(device.laws, device.temperature, device.axial_field, *state)
