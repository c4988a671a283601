"""Terminals of a mesh of columns, picked by region and side or by lines of the plane."""

import numpy as np

from thermospin.errors import InputError
from thermospin.meshes.ordering import FACES
from thermospin.meshes.terminals import TerminalFace, side_of

FLATNESS = 1e-9
"""Distance up to which a node counts as on a side, relative to the extent of the device."""


def terminal_facets(
    name: str,
    terminal: TerminalFace,
    points: np.ndarray,
    cells: np.ndarray,
    tags: np.ndarray,
    regions: dict[str, int],
    extent: float,
) -> np.ndarray:
    """Triangles of a terminal.

    Args:
        name: Its name.
        terminal: The rule that picks it.
        points: Nodes, m, shape (n, 3).
        cells: Tetrahedra, shape (m, 4).
        tags: Region of every tetrahedron.
        regions: Tag of every region.
        extent: Largest extent of the device, m.

    Returns:
        Nodes, shape (k, 3).

    Raises:
        InputError: The region is unknown, or it has no outer flat face on that side.
    """
    key = f"terminals.{name}"
    if terminal.surface is not None:
        raise InputError("solids have no physical surfaces; pick the terminal by region and face", key=key)
    if terminal.region not in regions:
        raise InputError(
            f"there is no region {terminal.region}; the regions are {', '.join(regions)}", key=f"{key}.region"
        )
    mine = tags == regions[terminal.region]
    if terminal.edges is not None:
        return _on_edges(key, terminal, points, cells, mine, extent)
    axis, end = side_of(terminal.face)
    heights = points[cells[mine], axis]
    side = heights.max() if end else heights.min()
    on_side = abs(points[:, axis] - side) < FLATNESS * extent
    faces, own = _faces(cells, on_side, mine)
    if not len(faces):
        raise InputError(
            f"region {terminal.region} has no flat face at {terminal.face}; pick another", key=key
        )
    if not own.any():
        raise InputError(
            f"the face {terminal.face} of {terminal.region} lies against another region; pick an outer face",
            key=key,
        )
    return faces[own]


def _faces(cells: np.ndarray, on_side: np.ndarray, mine: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Faces of a region's cells with all three nodes on a side, and whether each is an outer face.

    Args:
        cells: Tetrahedra, shape (m, 4).
        on_side: Whether every node is on the side.
        mine: Whether every cell belongs to the region.

    Returns:
        Nodes, shape (k, 3), and a truth for each.
    """
    touching = np.flatnonzero(on_side[cells].sum(axis=1) == 3)
    corner = np.argmin(on_side[cells[touching]], axis=1)
    faces = np.sort(np.take_along_axis(cells[touching], FACES[corner], axis=1), axis=1)
    _, number, count = np.unique(faces, axis=0, return_inverse=True, return_counts=True)
    own = mine[touching]
    return faces[own], count[number.ravel()][own] == 1


def _on_edges(
    key: str,
    terminal: TerminalFace,
    points: np.ndarray,
    cells: np.ndarray,
    mine: np.ndarray,
    extent: float,
) -> np.ndarray:
    """Outer upright faces of a region that stand on lines of the plane; nodes, shape (k, 3)."""
    found = [np.empty((0, 3), np.int64)]
    for start, end in np.array(terminal.edges):
        along = end - start
        offset = points[:, :2] - start
        part = offset @ along / (along @ along)
        away = abs(offset @ (-along[1], along[0])) / np.hypot(*along)
        on_side = (away < FLATNESS * extent) & (part > -FLATNESS) & (part < 1 + FLATNESS)
        faces, outer = _faces(cells, on_side, mine)
        found.append(faces[outer])
    faces = np.concatenate(found)
    if not len(faces):
        raise InputError(f"region {terminal.region} has no outer face on these edges; check them", key=key)
    return faces
