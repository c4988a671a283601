"""Spins that metals store, which count where a drive alternates (solver/physics.md §3)."""

from collections.abc import Mapping

import numpy as np

from thermospin.compat import basix, fem, la
from thermospin.discretisation.functionals import cell_volumes
from thermospin.discretisation.spaces import CONDUCTORS, Spaces
from thermospin.fields import SPIN
from thermospin.materials import ChannelValues


class SpinStorage:
    """The mass matrix ``∫ (σ/D) s · v dx`` of the spins, with ``1 − P²`` of it along a magnetisation.

    Args:
        spaces: The spaces, whose cells are flat.
        materials: Region to the values of its material.
        times: Region to its τ_sf, s, of every conductor; ``D = λ²/τ_sf``.

    Attributes:
        rows: The owned unknowns of s in a vector of all fields.
    """

    def __init__(
        self, spaces: Spaces, materials: Mapping[str, ChannelValues[float]], times: Mapping[str, float]
    ) -> None:
        self._spaces, self._space = spaces, spaces.space(True)
        self._cells = spaces.subdomains[CONDUCTORS]
        self._dofs = spaces.unknowns_in(self._cells, True)
        self._ranges = [spaces.ranges[field] for field in spaces.fields if field in SPIN]
        self.rows = np.concatenate([np.arange(part.start, part.stop) for part in self._ranges])
        element = self._space.element.basix_element
        points, weights = basix.make_quadrature(basix.CellType.tetrahedron, 2 * element.degree)
        shapes = element.tabulate(0, points)[0, :, :, 0]
        self._mass = (shapes.T * weights / weights.sum()) @ shapes
        stored, polarisation = np.zeros(len(spaces.device.cell_tags)), np.zeros(len(spaces.device.cell_tags))
        for region, time in times.items():
            cells, values = spaces.device.cells([region]), materials[region]
            stored[cells] = values.conductivity * time / values.spin_diffusion_length**2
            polarisation[cells] = values.polarisation
        volumes = cell_volumes(spaces.device.mesh, self._cells)
        self._stored, self._lacking = stored[self._cells] * volumes, polarisation[self._cells] ** 2
        self._m: np.ndarray | None = None

    def magnetise(self, directions: np.ndarray | None) -> None:
        """Set the magnetisation.

        Args:
            directions: In the middle of every owned cell, NaN outside magnets, (n_cells, 3); None where all
                spins have one axis.
        """
        self._m = None if directions is None else np.nan_to_num(directions[self._cells])

    def multiply(self, spins: np.ndarray) -> np.ndarray:
        """The product with spins (collective).

        Args:
            spins: Values at :attr:`rows`, V, (n,).

        Returns:
            Its values there, A s, (n,).
        """
        parts = spins.reshape(len(self._ranges), -1)
        at_nodes = np.stack([self._spread(part) for part in parts])
        stored = np.einsum("ick,kl->icl", at_nodes, self._mass) * self._stored[:, None]
        lacking = self._lacking[:, None]
        if self._m is None:
            stored = (1 - lacking) * stored
        else:
            along = np.einsum("ci,ick->ck", self._m, stored)
            stored = stored - lacking * self._m.T[:, :, None] * along
        return np.concatenate([self._gathered(part) for part in stored])

    def _spread(self, part: np.ndarray) -> np.ndarray:
        """Values at the unknowns of every cell, (n_cells, k) (collective)."""
        function = fem.Function(self._space)
        function.x.array[: len(part)] = part
        function.x.scatter_forward()
        return function.x.array[self._dofs]

    def _gathered(self, part: np.ndarray) -> np.ndarray:
        """Sums at owned unknowns of values in cells, (n,) (collective)."""
        function = fem.Function(self._space)
        np.add.at(function.x.array, self._dofs, part)
        function.x.scatter_reverse(la.InsertMode.add)
        return function.x.array[: self._space.dofmap.index_map.size_local]
