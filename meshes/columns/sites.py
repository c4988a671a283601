"""Sites of the cells of graded columns: their outlines, and a height that is graded."""

import numpy as np

from thermospin.meshes.columns.carriers import Carriers
from thermospin.meshes.columns.grading import Grading
from thermospin.meshes.columns.layout import Layout
from thermospin.meshes.columns.levels import find_outlines
from thermospin.meshes.record import MeshRecord

AT_OUTLINES = "at_outlines"
"""Array of a record of columns: as bits, whether a cell touches a singular line of every region's outline."""

AT_HEIGHTS = "at_heights"
"""Array of a record of columns: whether a cell touches a height where fields are singular."""


def site_arrays(at_outlines: np.ndarray, at_heights: np.ndarray) -> dict[str, np.ndarray]:
    """The arrays of a record.

    Args:
        at_outlines: Whether every cell is at the outline of every region, shape (n_cells, n_regions).
        at_heights: Whether every cell is at a singular height, shape (n_cells,).
    """
    return {AT_OUTLINES: np.packbits(at_outlines, axis=1), AT_HEIGHTS: at_heights}


def read_sites(record: MeshRecord) -> tuple[np.ndarray, np.ndarray]:
    """The arguments of :func:`site_arrays`, from a record.

    Args:
        record: The record of a mesh of columns.
    """
    bits, count = record.array(AT_OUTLINES), len(record.regions)
    return np.unpackbits(bits, axis=1, count=count).astype(bool), np.asarray(record.array(AT_HEIGHTS))


def nodes_at_outlines(
    layout: Layout, carriers: Carriers, grading: Grading, n_nodes: int, n_regions: int
) -> np.ndarray:
    """Whether every node of the graded plane lies on a singular line on the outline of every region.

    Args:
        layout: The plane before it is graded.
        carriers: Its singular lines.
        grading: The plane after that.
        n_nodes: Number of its nodes.
        n_regions: Number of regions.

    Returns:
        Booleans, shape (n_nodes, n_regions).
    """
    outlines = find_outlines(layout, n_regions)
    number = {tuple(ends): i for i, ends in enumerate(layout.edges.tolist())}
    found = np.zeros((n_nodes, n_regions), dtype=bool)
    singular = carriers.lines > 0
    pieces = np.array([(*piece, number[origin]) for piece, origin in grading.origins.items()], dtype=np.int64)
    for ends, lines in ((layout.edges[singular], np.flatnonzero(singular)), _split(pieces)):
        for end in ends.T:
            np.logical_or.at(found, end, outlines[lines])
    return found


def _split(pieces: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Ends and numbers of the lines of pieces."""
    pieces = pieces.reshape(-1, 3)
    return pieces[:, :2], pieces[:, 2]
