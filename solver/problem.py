"""A device on a mesh, ready to be solved: everything that all schemes and configurations share."""

from collections.abc import Mapping, Sequence
from typing import Any

from thermospin.circuit import Circuit, Drive
from thermospin.coefficients import CellCoefficients
from thermospin.constraints import Constraint, constrain
from thermospin.fields import Field
from thermospin.harmonics import SchemeSolver
from thermospin.heat import HeatSource
from thermospin.interfaces import Interfaces, resistive_interfaces, stiff_interfaces, tied_unknowns
from thermospin.linear import LinearSolver
from thermospin.meshes.read import DeviceMesh
from thermospin.multigrid import FieldMultigrid, Level, Multigrid, field_multigrid, set_options
from thermospin.spaces import Spaces
from thermospin.system import CoupledSystem, diagonal_blocks
from thermospin.terminals import locate_terminals


class Problem:
    """The discrete model of a device.

    Args:
        config: The configuration.
        device: Its mesh.
        progress: Anything with a ``stage(name)`` context manager.

    Attributes:
        spaces: Function spaces.
        coefficients: Material coefficients.
        system: The coupled operator.
        circuit: The terminals.
        heat: The heat source.
        linear: The linear solver.
    """

    def __init__(self, config: Any, device: DeviceMesh, progress: Any) -> None:
        set_options("", {key: str(value) for key, value in config.solver.petsc.items()})
        materials = {region: config.material(name) for region, name in config.geometry.materials.items()}
        conductors = [region for region, material in materials.items() if material.is_conductor]
        with progress.stage("spaces"):
            fields = config.unknowns
            self.spaces = Spaces(device, conductors, config.magnets, config.solver.degree, fields)
            self.coefficients = CellCoefficients(device, materials, config.temperature, fields)
        with progress.stage("assembly"):
            self._interfaces = resistive_interfaces(self.spaces, config.contacts, config.temperature)
            self.system = CoupledSystem(self.spaces, self.coefficients, self._interfaces)
            self._terminals = locate_terminals(self.spaces)
            self.adopt(config)
        with progress.stage("multigrid"):
            self._low = self.spaces.lowest_order() if self.spaces.degree > 1 else None
            self._low_terminals = locate_terminals(self._low) if self._low else {}
            self._multigrid = FieldMultigrid(self._multigrids(self._interfaces))
            self.linear = LinearSolver(self.system.matrix, self._multigrid, config.solver.max_iterations)

    def adopt(self, config: Any) -> None:
        """Take another configuration with the same operator: other drives, probes, sinks or heating."""
        self.config = config
        model, scale = config.heating.model, config.heating.scale
        self.heat = HeatSource(self.spaces, self.coefficients, model, scale, self._interfaces)
        self.circuit = Circuit(self.spaces, self._terminals, list(config.sinks), config.temperature)

    def free(self) -> None:
        """Free what PETSc keeps alive (collective); the problem cannot be used afterwards."""
        self.linear.free()

    def scheme(self, name: str) -> SchemeSolver:
        """The solver of an injection scheme; the multigrid is fitted to what the scheme fixes."""
        drive = Drive.of(self.config.schemes[name])
        rises = {sink: kelvin - self.config.temperature for sink, kelvin in self.config.sinks.items()}
        solver = SchemeSolver(
            self.linear,
            self.circuit,
            self.heat,
            drive,
            self.config.probes,
            rises,
            self.config.solver.tolerance,
        )
        self._anchor(solver.constraint, drive)
        return solver

    def magnetise(self, signs: Mapping[str, int]) -> None:
        """Set the magnetic configuration: the sign of every magnetic region."""
        self.system.magnetise(signs)

    def _multigrids(self, interfaces: Sequence[Interfaces]) -> dict[Field, Multigrid]:
        levels = [(self.spaces, self.system.diagonal, interfaces)]
        if self._low is not None:
            low_interfaces = resistive_interfaces(self._low, self.config.contacts, self.config.temperature)
            low_blocks = diagonal_blocks(self._low, self.coefficients, low_interfaces)
            levels.append((self._low, low_blocks, low_interfaces))
        multigrids = {}
        for i, field in enumerate(self.spaces.fields):
            stiff = stiff_interfaces(interfaces, self.spaces.spaces[field], field, self.system.diagonal[i])
            multigrids[field] = field_multigrid(
                field,
                [
                    Level(spaces.spaces[field], blocks[i], tied_unknowns(parts, field, stiff))
                    for spaces, blocks, parts in levels
                ],
            )
        return multigrids

    def _anchor(self, constraint: Constraint, drive: Drive) -> None:
        levels: list[Constraint] = [constraint]
        if self._low is not None:
            levels.append(constrain(self._low, self._low_terminals, drive.held, self.circuit.sinks))
        self._multigrid.anchor(
            {field: [level.dofs[field] for level in levels] for field in self.spaces.fields}
        )
