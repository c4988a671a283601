"""A mesh as it stands in a file, before regions have materials."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import numpy as np

Groups = dict[str, np.ndarray]
"""Members of every group, as numbers of cells."""


class UnreadableError(Exception):
    """A file that a reader refuses; the message says why, without the file's name."""


@dataclass(frozen=True)
class Other:
    """Cells that are neither tetrahedra nor triangles of first or second order.

    Attributes:
        dim: Their dimension.
        group: Their group, empty where they are in none.
        kind: The library's name of the cell type.
        count: How many.
    """

    dim: int
    group: str
    kind: str
    count: int


@dataclass(frozen=True, eq=False)
class ForeignMesh:
    """A mesh as it stands in a file.

    Attributes:
        points: Coordinates in the unit of the file, shape (n_points, 3), double precision.
        tetrahedra: Nodes, shape (n, 4).
        triangles: Nodes, shape (n, 3).
        volumes: Groups of tetrahedra; a tetrahedron may be in several.
        surfaces: Groups of triangles.
        others: Cells of other types.
        inner: Nodes that the file places inside a volume, not on its surface; empty where it does not say.
        notes: Notes for the user about how the file was understood.
    """

    points: np.ndarray
    tetrahedra: np.ndarray
    triangles: np.ndarray
    volumes: Groups
    surfaces: Groups
    others: list[Other] = field(default_factory=list)
    inner: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))
    notes: list[str] = field(default_factory=list)

    def save(self, directory: Path) -> None:
        """Write it to a directory, as plain arrays and JSON.

        Args:
            directory: The directory.
        """
        for name in ("points", "tetrahedra", "triangles", "inner"):
            np.save(directory / f"{name}.npy", getattr(self, name), allow_pickle=False)
        for kind in ("volumes", "surfaces"):
            for number, members in enumerate(getattr(self, kind).values()):
                np.save(directory / f"{kind}-{number}.npy", members, allow_pickle=False)
        text = {
            "volumes": list(self.volumes),
            "surfaces": list(self.surfaces),
            "others": [vars(other) for other in self.others],
            "notes": self.notes,
        }
        (directory / "mesh.json").write_text(json.dumps(text), encoding="utf-8")

    @classmethod
    def load(cls, directory: Path) -> Self:
        """Read a mesh that `save` wrote.

        Args:
            directory: The directory.
        """
        text = json.loads((directory / "mesh.json").read_text(encoding="utf-8"))
        names = ("points", "tetrahedra", "triangles", "inner")
        arrays = {name: np.load(directory / f"{name}.npy") for name in names}
        groups = {
            kind: {name: np.load(directory / f"{kind}-{i}.npy") for i, name in enumerate(text[kind])}
            for kind in ("volumes", "surfaces")
        }
        others = [Other(**other) for other in text["others"]]
        return cls(**arrays, **groups, others=others, notes=text["notes"])


def check_numbers(mesh: ForeignMesh) -> None:
    """Make sure that cells name existing nodes at finite places.

    Args:
        mesh: The mesh.

    Raises:
        UnreadableError: A node does not exist, or its coordinates are not finite.
    """
    for cells, kind in ((mesh.tetrahedra, "tetrahedron"), (mesh.triangles, "triangle")):
        wrong = (cells < 0) | (cells >= len(mesh.points))
        if wrong.any():
            cell, corner = np.argwhere(wrong)[0]
            raise UnreadableError(
                f"{kind} {cell} (counted from 0) names node {cells[cell, corner]}, but the nodes are "
                f"0 to {len(mesh.points) - 1}"
            )
    used = np.unique(mesh.tetrahedra)
    lost = used[~np.isfinite(mesh.points[used]).all(axis=1)]
    if len(lost):
        raise UnreadableError(f"the coordinates of node {lost[0]} (counted from 0) are not finite numbers")
