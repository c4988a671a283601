"""Heat without a drive: temperatures of sinks and surroundings, and given heat (solver/physics.md §6)."""

from collections.abc import Collection, Iterable

import numpy as np

from thermospin.compat import MPI, PETSc
from thermospin.device.thermal import GivenHeat, ThermalDrive
from thermospin.discretisation.functionals import NOTHING, Functional, cell_integral, cell_volumes
from thermospin.discretisation.heat_transfer import HeatTransfer
from thermospin.discretisation.spaces import Spaces
from thermospin.discretisation.terminals import facet_areas, facet_integral
from thermospin.fields import THETA


class ThermalSource:
    """Loads of the heat that enters without a drive (collective).

    Args:
        spaces: The spaces.
        transfer: Heat transfer at faces.
        drive: Temperatures and given heat.
        sinks: Terminals that hold a temperature.
        temperature: T0, K.

    Attributes:
        is_present: Whether there is any.
        factor: Factor on temperature rises and on the heat that the configuration gives.
    """

    def __init__(
        self,
        spaces: Spaces,
        transfer: HeatTransfer,
        drive: ThermalDrive,
        sinks: Collection[str],
        temperature: float,
    ) -> None:
        self._spaces, self._temperature = spaces, temperature
        self.is_present = bool(drive)
        self.factor = 1.0
        self._rises = {name: drive.rises[name] for name in sinks}
        self._faces = {
            name: functional.scaled(drive.rises[name]) for name, functional in transfer.conductances.items()
        }
        self._faces |= {name: self._face(name, heat) for name, heat in drive.faces.items()}
        self._regions = [self._region(name, heat) for name, heat in drive.regions.items() if heat]
        self._entering = {name: self._sum(functional) for name, functional in self._faces.items()}
        self._region_power = sum(self._sum(functional) for functional in self._regions)
        self._further, self._further_power = NOTHING, 0.0

    @property
    def rises(self) -> dict[str, float]:
        """Temperature rise of every sink, K."""
        return {name: self.factor * rise for name, rise in self._rises.items()}

    @property
    def entering(self) -> dict[str, float]:
        """Heat that enters through every terminal that is no sink, at ϑ = 0, W."""
        return {name: self.factor * heat for name, heat in self._entering.items()}

    @property
    def region_power(self) -> float:
        """Heat that arises in regions and cells, W."""
        return self.factor * self._region_power + self._further_power

    def warm_cells(self, cells: np.ndarray, powers: np.ndarray) -> None:
        """Let heat arise in some cells, beside all other heat, until this is called again (collective).

        Args:
            cells: Owned cells, (n,).
            powers: Heat in each, W, (n,).
        """
        self._further = cell_integral(self._spaces.spaces[THETA], cells, powers)
        self._further_power = self._sum(self._further)

    def add_regions(self, rhs: PETSc.Vec) -> None:
        """Add the heat of regions to a right-hand side.

        Args:
            rhs: The right-hand side, A·V/K in the rows of ϑ.
        """
        self._add(rhs, self._regions, self.factor)
        self._add(rhs, [self._further], 1.0)

    def add_faces(self, rhs: PETSc.Vec) -> None:
        """Add the heat that enters through faces to a right-hand side.

        Args:
            rhs: The right-hand side, A·V/K in the rows of ϑ.
        """
        self._add(rhs, self._faces.values(), self.factor)

    def _add(self, rhs: PETSc.Vec, functionals: Iterable[Functional], factor: float) -> None:
        start = self._spaces.ranges[THETA].start
        with rhs as array:
            for functional in functionals:
                array[functional.dofs + start] += factor * functional.weights / self._temperature

    def _face(self, name: str, heat: GivenHeat) -> Functional:
        facets = self._spaces.device.terminals[name]
        areas = facet_areas(self._spaces.device.mesh, facets)
        density = heat.per(self._total(areas))
        return facet_integral(self._spaces.spaces[THETA], facets, density * areas)

    def _region(self, name: str, heat: GivenHeat) -> Functional:
        device = self._spaces.device
        cells = device.owned(device.cells([name]))
        volumes = cell_volumes(device.mesh, cells)
        density = heat.per(self._total(volumes))
        return cell_integral(self._spaces.spaces[THETA], cells, density * volumes)

    def _sum(self, functional: Functional) -> float:
        return self._total(functional.weights)

    def _total(self, parts: np.ndarray) -> float:
        """The sum over all ranks (collective)."""
        return float(self._spaces.comm.allreduce(parts.sum(), MPI.SUM))
