"""Cells on which forms are assembled, and the places of their contributions in the matrices of the mesh."""

from collections.abc import Collection
from functools import cached_property

import numpy as np

from thermospin.discretisation.assembly.entries import Assembly, Entries
from thermospin.discretisation.assembly.tetrahedra import LocalMatrices
from thermospin.discretisation.spaces import Spaces
from thermospin.fields import Field

CHUNKS = 16
"""Cells are taken by so many parts, one after the other: work space is small, and stays in the cache. To an
entry may then belong several values, one of each part; they are added up when matrices are made."""


class CellSet:
    """The owned cells of some subdomains.

    Args:
        spaces: The spaces.
        subdomains: Their tags.
        on_conductors: Whether unknowns are numbered here like those on conductors, or like ϑ's.

    Attributes:
        n_cells: The number of all owned cells.
    """

    def __init__(self, spaces: Spaces, subdomains: Collection[int], on_conductors: bool) -> None:
        self._spaces, self._on_conductors = spaces, on_conductors
        self.n_cells = spaces.device.mesh.topology.index_map(3).size_local
        here = np.zeros(self.n_cells, dtype=bool)
        for tag in subdomains:
            here[spaces.subdomains[tag]] = True
        self._cells = np.flatnonzero(here)

    @cached_property
    def _chunks(self) -> "list[Chunk]":
        geometry, space = self._spaces.device.mesh.geometry, self._spaces.space(self._on_conductors)
        vertices = geometry.dofmaps[0]
        chunks = []
        for cells in np.array_split(self._cells, CHUNKS):
            local = LocalMatrices(space.element.basix_element, geometry.x[vertices[cells]])
            unknowns = self._spaces.unknowns_in(cells, self._on_conductors)
            chunks.append(Chunk(cells, local, Entries(unknowns, self._size, local.upper)))
        return chunks

    def release(self) -> None:
        """Free the data that assemble another coefficient; they are made again when needed."""
        self.__dict__.pop("_chunks", None)

    def stiffness(self, coefficient: np.ndarray) -> np.ndarray:
        """Values of all entries of ``∫ a ∇u·∇v``, shape (n_entries,).

        Args:
            coefficient: a in every owned cell, shape (n_cells,).
        """
        return np.concatenate([chunk.stiffness(coefficient) for chunk in self._chunks])

    def tensor_stiffness(self, tensor: np.ndarray) -> np.ndarray:
        """Values of all entries of ``∫ ∇v·a ∇u``, shape (n_entries,), of any tensor a.

        Args:
            tensor: a in every owned cell, shape (3, 3, n_cells).
        """
        return np.concatenate([chunk.tensor_stiffness(tensor) for chunk in self._chunks])

    def mass(self, coefficient: np.ndarray) -> np.ndarray:
        """Values of all entries of ``∫ b u v``, shape (n_entries,).

        Args:
            coefficient: b in every owned cell, shape (n_cells,).
        """
        return np.concatenate([chunk.mass(coefficient) for chunk in self._chunks])

    def places(self, row: Field, column: Field) -> tuple[np.ndarray, np.ndarray]:
        """Global numbers of the unknowns of two fields at all entries, two arrays of shape (n_entries,).

        Args:
            row: Field of the test function.
            column: Field of the trial function.
        """
        rows, columns = self._numbers(row), self._numbers(column)
        return (
            np.concatenate([rows[chunk.entries.rows] for chunk in self._chunks]),
            np.concatenate([columns[chunk.entries.columns] for chunk in self._chunks]),
        )

    @property
    def _size(self) -> int:
        """The number of unknowns on this rank, ghosts included."""
        index_map = self._spaces.space(self._on_conductors).dofmap.index_map
        return index_map.size_local + index_map.num_ghosts

    def _numbers(self, field: Field) -> np.ndarray:
        """Global numbers of a field's unknowns, in the order of the numbering here."""
        local = np.arange(self._size, dtype=np.int32)
        if field.on_conductors != self._on_conductors:
            here = self._spaces.unknowns_in(self._cells, self._on_conductors)
            local[here] = self._spaces.unknowns_in(self._cells, field.on_conductors)
        return self._spaces.spaces[field].dofmap.index_map.local_to_global(local)


class Chunk:
    """Some cells of a set.

    Args:
        cells: The cells.
        local: Their matrices.
        entries: The entries to which they add.
    """

    def __init__(self, cells: np.ndarray, local: LocalMatrices, entries: Entries) -> None:
        self._cells, self._local, self.entries = cells, local, entries

    def stiffness(self, coefficient: np.ndarray) -> np.ndarray:
        """Values of the entries of ``∫ a ∇u·∇v``.

        Args:
            coefficient: a in every owned cell, shape (n_cells,).
        """
        return self._stiffness(coefficient[self._cells])

    def tensor_stiffness(self, tensor: np.ndarray) -> np.ndarray:
        """Values of the entries of ``∫ ∇v·a ∇u``.

        Args:
            tensor: a in every owned cell, shape (3, 3, n_cells).
        """
        here = tensor[:, :, self._cells]
        symmetric, other = (here + here.swapaxes(0, 1)) / 2, (here - here.swapaxes(0, 1)) / 2
        ones, axis = np.ones(len(self._cells)), np.stack([other[2, 1], other[0, 2], other[1, 0]])
        values = self.entries.assembly(self._local.tensor_stiffness(symmetric))(ones)
        return values + self.entries.antisymmetric(self._local.turning_stiffness(axis))

    def mass(self, coefficient: np.ndarray) -> np.ndarray:
        """Values of the entries of ``∫ b u v``.

        Args:
            coefficient: b in every owned cell, shape (n_cells,).
        """
        return self.entries.assembly(self._local.mass)(coefficient[self._cells])

    @cached_property
    def _stiffness(self) -> Assembly:
        return self.entries.assembly(self._local.stiffness)
