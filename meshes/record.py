"""The directory that holds a mesh: arrays for the solver, mesh.msh for people, mesh.json for both."""

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np

from thermospin.runtime.cache import digests, is_intact, read_checked, write_checked

SUMMARY = "mesh.json"
ARRAYS = ("points", "cells", "cell_tags", "facets", "facet_tags")


@dataclass(frozen=True, eq=False)
class RawMesh:
    """Tetrahedra and terminal triangles in memory.

    Attributes:
        points: Coordinates, m, shape (n_points, 3).
        cells: Nodes of the tetrahedra, shape (n_cells, 4).
        cell_tags: Region of every cell, shape (n_cells,).
        facets: Nodes of the triangles of terminals and surfaces, shape (n_facets, 3).
        facet_tags: Terminal or surface of every triangle, shape (n_facets,).
        regions: Tag of every region.
        terminals: Tag of every terminal.
        surfaces: Tag of every physical surface that an interface names.
        notes: Notes for the user about how a file was read.
        colours: Colours of regions in a drawing, such as ``#ff8000``.
        cell_arrays: Further arrays of the record by name; their first index is the cell.
    """

    points: np.ndarray
    cells: np.ndarray
    cell_tags: np.ndarray
    facets: np.ndarray
    facet_tags: np.ndarray
    regions: dict[str, int]
    terminals: dict[str, int]
    surfaces: dict[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    colours: dict[str, str] = field(default_factory=dict)
    cell_arrays: dict[str, np.ndarray] = field(default_factory=dict)


@dataclass(frozen=True)
class MeshRecord:
    """A mesh on disk.

    Attributes:
        directory: Where mesh.msh, mesh.json and the arrays are.
        hash: Digest of everything that determines the mesh.
        regions: Tag of every region.
        materials: Material of every region.
        terminals: Tag of every terminal.
        cells: Number of tetrahedra.
        points: Number of nodes.
        facets: Number of triangles of terminals and surfaces.
        quality: Smallest, mean and first-percentile quality of the cells (see `thermospin.meshes.quality`).
        surfaces: Tag of every physical surface that an interface names.
        notes: Notes for the user about how a file was read.
        colours: Colours of regions in a drawing, such as ``#ff8000``.
        cut_off: Part of the cross-section of elliptic cylinders that flat triangles on their walls cut off.
        files: SHA-256 of every file of the record, by name.
    """

    directory: Path
    hash: str
    regions: dict[str, int]
    materials: dict[str, str]
    terminals: dict[str, int]
    cells: int
    points: int
    facets: int
    quality: dict[str, float] = field(default_factory=dict)
    surfaces: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    colours: dict[str, str] = field(default_factory=dict)
    cut_off: float = 0.0
    files: dict[str, str] = field(default_factory=dict)

    @classmethod
    def find(cls, directory: Path | str) -> Self | None:
        """The record in a directory; None where there is none, or a damaged one.

        Args:
            directory: The directory.
        """
        directory = Path(directory)
        try:
            record = cls(directory=directory, **read_checked(directory / SUMMARY))
        except TypeError:  # nothing could be read, or not all of it was there
            return None
        whole = {f"{name}.npy" for name in ARRAYS} <= record.files.keys()
        return record if whole and is_intact(directory, record.files) else None

    @classmethod
    def load(cls, directory: Path | str) -> Self:
        """The record in a directory.

        Args:
            directory: The directory.

        Raises:
            FileNotFoundError: There is none, or it is damaged.
        """
        record = cls.find(directory)
        if record is None:
            raise FileNotFoundError(f"no mesh in {directory}, or a damaged one")
        return record

    def write_summary(self) -> None:
        """Write mesh.json, with the checksums of the other files.

        Raises:
            OSError: It cannot be written.
        """
        summary: dict[str, Any] = asdict(self)
        del summary["directory"]
        summary["files"] = digests(self.directory)
        write_checked(self.directory / SUMMARY, summary)

    @property
    def file(self) -> Path:
        """The mesh in Gmsh 4.1 format."""
        return self.directory / "mesh.msh"

    def array(self, name: str) -> np.ndarray:
        """One of the arrays `ARRAYS`, mapped from disk.

        Args:
            name: Its name.
        """
        return np.load(self.directory / f"{name}.npy", mmap_mode="r")

    def raw(self) -> RawMesh:
        """All arrays, read into memory."""
        arrays = {name: np.load(self.directory / f"{name}.npy") for name in ARRAYS}
        return RawMesh(**arrays, regions=self.regions, terminals=self.terminals, surfaces=self.surfaces)
