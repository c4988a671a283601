"""Terminals of a mesh of columns, picked by region and side."""

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
            f"no region {terminal.region}; the regions are {', '.join(regions)}", key=f"{key}.region"
        )
    axis, end = side_of(terminal.face)
    mine = tags == regions[terminal.region]
    heights = points[cells[mine], axis]
    side = heights.max() if end else heights.min()
    on_side = abs(points[:, axis] - side) < FLATNESS * extent
    touching = np.flatnonzero(on_side[cells].sum(axis=1) == 3)
    corner = np.argmin(on_side[cells[touching]], axis=1)
    faces = np.sort(np.take_along_axis(cells[touching], FACES[corner], axis=1), axis=1)
    _, number, count = np.unique(faces, axis=0, return_inverse=True, return_counts=True)
    own = mine[touching]
    if not own.any():
        raise InputError(
            f"region {terminal.region} has no flat face at {terminal.face}; pick another", key=key
        )
    outer = own & (count[number.ravel()] == 1)
    if not outer.any():
        raise InputError(
            f"the face {terminal.face} of {terminal.region} lies against another region; pick an outer face",
            key=key,
        )
    return faces[outer]
