"""The torque that spin currents exert on magnets (solver/physics.md §4; Hatami et al. 2007)."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from thermospin.compat import MPI, fem, la, ufl
from thermospin.constants import TORQUE_PER_SPIN_CURRENT
from thermospin.discretisation.functionals import cell_volumes
from thermospin.discretisation.interfaces.jumps import Interfaces
from thermospin.discretisation.spaces import MAGNETS, Spaces
from thermospin.discretisation.terminals import facet_areas
from thermospin.fields import S_VECTOR
from thermospin.lift import Lift
from thermospin.meshes.read import DeviceMesh
from thermospin.physics.coefficients import CellCoefficients
from thermospin.response.solution import Solution
from thermospin.textures import MagneticState


class FacetTorques(NamedTuple):
    """Torques on magnets at quadrature points of interfaces.

    Attributes:
        cells: Local cell of the magnet beside every facet, (n,).
        points: Quadrature points, m, (n, q, 3).
        torques: Torque at every point, J, components along x, y, z, (3, n, q).
    """

    cells: np.ndarray
    points: np.ndarray
    torques: np.ndarray


class Torques:
    """The torque on every magnet of a device with vector spin.

    ``τ = (ħ/2e) [∫ j_s⊥ dA + ∫ σ (R s)_⊥ dV]``: the spins that the interfaces of a magnet absorb, and those
    lost inside it by dephasing and precession. Where the material has no dephasing length, spins across the
    magnetisation relax to the lattice, as those along it do; only precession then gives a torque.

    Args:
        spaces: The spaces.
        coefficients: The coefficients, in the magnetic configuration set by ``magnetise``.
        interfaces: The resistive interfaces.
        magnets: The magnetic regions.
        metals: The other conducting regions.
        dephasing: The magnets in which spins dephase across the magnetisation.
        images: Mirror images of which the meshed part makes the whole magnets.
    """

    def __init__(
        self,
        spaces: Spaces,
        coefficients: CellCoefficients,
        interfaces: Sequence[Interfaces],
        magnets: Sequence[str],
        metals: Sequence[str],
        dephasing: Collection[str],
        images: int = 1,
    ) -> None:
        self._spaces, self._interfaces, self._magnets = spaces, interfaces, magnets
        self._fields, self._images = spaces.functions(), images
        self.areas = {magnet: images * _area(spaces.device, magnet, metals) for magnet in magnets}
        across = coefficients.all.relaxation.transverse
        self._losses: list[tuple[Collection[str], list[fem.Form]]] = []
        if dephasing:
            self._losses.append((dephasing, self._loss(across.symmetric)))
        if across.turning is not None:
            self._losses.append((magnets, self._loss(across._replace(across=0))))

    def _loss(self, relaxation: Lift) -> list[fem.Form]:
        """The spins that a magnet takes up in every cell, A, along x, y and z."""
        cells = ufl.TestFunction(fem.functionspace(self._spaces.device.mesh, ("DG", 0)))
        return [
            fem.form(component * cells * self._spaces.dx(MAGNETS), entity_maps=[self._spaces.entity_map])
            for component in relaxation.on_spin(self._fields.s)
        ]

    def of(self, solution: Solution) -> dict[str, np.ndarray]:
        """Torque on every magnet, J, components along x, y, z (collective).

        Args:
            solution: The solution.
        """
        lost = self.in_cells(solution)
        device, total = self._spaces.device, np.zeros((len(self._magnets), len(S_VECTOR)))
        for i, magnet in enumerate(self._magnets):
            total[i] += lost[:, device.owned(device.cells([magnet]))].sum(axis=1)
            for interface in self._interfaces:
                total[i] += TORQUE_PER_SPIN_CURRENT * np.array(interface.torque(magnet, self._fields))
        total = self._images * self._spaces.comm.allreduce(total, MPI.SUM)
        return dict(zip(self._magnets, total, strict=True))

    def in_cells(self, solution: Solution) -> np.ndarray:
        """Torque inside every owned cell, J, components along x, y, z, (3, n) (collective).

        Args:
            solution: The solution; :meth:`at_facets` then is that of it.
        """
        self._spaces.load(solution.vector, self._fields)
        device = self._spaces.device
        found = np.zeros((len(S_VECTOR), device.mesh.topology.index_map(3).size_local))
        for magnets, forms in self._losses:
            cells = device.owned(device.cells(magnets))
            for component, form in zip(found, forms, strict=True):
                component[cells] += fem.assemble_vector(form).array[cells]
        return TORQUE_PER_SPIN_CURRENT * found

    def magnetise(self, magnetisation: MagneticState) -> None:
        """Set the magnetic state at the interfaces; that of the coefficients is set by their owner.

        Args:
            magnetisation: Direction of every magnet.
        """
        for interface in self._interfaces:
            interface.magnetise(magnetisation)

    def density(self, solution: Solution) -> np.ndarray:
        """Torque per volume in every owned cell, J/m³, (n, 3); NaN outside magnets (collective).

        That of an interface is spread over the cell of the magnet beside it, so the sum over cells times
        volumes is the torque on the meshed part of a magnet, and the finer the mesh, the more it is at the
        interface.

        Args:
            solution: The solution.
        """
        device, inside = self._spaces.device, self.in_cells(solution)
        vector = la.vector(device.mesh.topology.index_map(3), bs=len(inside))
        total = vector.array.reshape(-1, len(inside))
        total[: inside.shape[1]] = inside.T
        for part in self.at_facets():
            np.add.at(total, part.cells, part.torques.sum(axis=2).T)
        vector.scatter_reverse(la.InsertMode.add)
        cells = device.owned(device.cells(self._magnets))
        found = np.full(inside.T.shape, np.nan)
        found[cells] = total[cells] / cell_volumes(device.mesh, cells)[:, None]
        return found

    def at_facets(self) -> Iterator[FacetTorques]:
        """Torques at the interfaces of magnets, of the solution loaded last."""
        for interface in self._interfaces:
            chosen = np.any([interface.beside_magnet(magnet) for magnet in self._magnets], axis=0)
            yield FacetTorques(
                interface.cells_of_magnets[chosen],
                interface.pairs.points[chosen],
                TORQUE_PER_SPIN_CURRENT * interface.absorbed_currents(self._fields)[:, chosen],
            )


def torque_data(torques: Torques, orders: Mapping[str, Solution]) -> dict[str, dict]:
    """Torques of some solutions as plain data: by magnet, in J and J/m², under the name of every solution.

    Args:
        torques: The torques.
        orders: Solutions by name.
    """
    found = {name: torques.of(solution) for name, solution in orders.items()}
    return {
        magnet: {
            "area": area,
            "torque": {name: values[magnet].tolist() for name, values in found.items()},
            "per_area": {name: (values[magnet] / area).tolist() for name, values in found.items() if area},
        }
        for magnet, area in torques.areas.items()
    }


def _area(device: DeviceMesh, magnet: str, metals: Sequence[str]) -> float:
    """Area of the boundary of a magnet with other conductors, m² (collective)."""
    n_owned = len(device.neighbour_tags)
    others = [device.regions[metal] for metal in metals]
    inside = device.cell_tags[:n_owned, None] == device.regions[magnet]
    facets = np.argwhere(inside & np.isin(device.neighbour_tags, others))
    return float(device.mesh.comm.allreduce(facet_areas(device.mesh, facets).sum(), MPI.SUM))
