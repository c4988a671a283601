"""Physical surfaces of the user's mesh that interfaces name: their faces, and the regions they separate."""

from collections.abc import Collection
from pathlib import Path

import numpy as np

from thermospin.meshes.record import MeshRecord


def face_labels(directory: Path, tags: Collection[int]) -> np.ndarray | None:
    """The surface that every face of every cell is on, seen from both sides.

    Args:
        directory: The record.
        tags: Tags of the surfaces.

    Returns:
        Its tag, 0 on none, int32, shape (n_cells, 4); None without surfaces.
    """
    if not tags:
        return None
    names = ("facet_cells", "facet_tags", "neighbours")
    facet_cells, facet_tags, neighbours = (np.load(directory / f"{name}.npy") for name in names)
    chosen = np.isin(facet_tags, list(tags))
    (cells, faces), found = facet_cells[chosen].T, facet_tags[chosen]
    labels = np.zeros(neighbours.shape, dtype=np.int32)
    labels[cells, faces] = found
    others = neighbours[cells, faces]
    inside = others >= 0
    back = np.argmax(neighbours[others[inside]] == cells[inside, None], axis=1)
    labels[others[inside], back] = found[inside]
    return labels


def separated(record: MeshRecord, name: str) -> list[tuple[str, str]]:
    """Pairs of regions that a physical surface separates, in the order of the regions.

    Args:
        record: The mesh.
        name: The surface.

    Raises:
        ValueError: A part of it does not lie between two regions; the message says which.
    """
    tags, neighbours = record.array("cell_tags"), record.array("neighbours")
    cells, faces = record.array("facet_cells")[record.array("facet_tags") == record.surfaces[name]].T
    others = neighbours[cells, faces]
    region_of = {tag: region for region, tag in record.regions.items()}
    here, there = tags[cells], np.where(others >= 0, tags[others], -1)
    for misplaced, where in ((there < 0, "on the outside of"), (there == here, "inside")):
        if misplaced.any():
            share = "" if misplaced.all() else "partly "
            raise ValueError(f"{share}{where} region '{region_of[int(here[misplaced][0])]}'")
    pairs = np.unique(np.sort(np.column_stack([here, there]), axis=1), axis=0)
    return [(region_of[first], region_of[second]) for first, second in pairs.tolist()]


def shared(record: MeshRecord) -> tuple[str, str] | None:
    """Names of two physical surfaces that have a face in common, or None.

    Args:
        record: The mesh.
    """
    tags = np.asarray(record.array("facet_tags"))
    chosen = np.isin(tags, list(record.surfaces.values()))
    rows = np.column_stack([record.array("facet_cells")[chosen], tags[chosen]])
    rows = np.unique(rows, axis=0)
    same = np.flatnonzero((rows[1:, :2] == rows[:-1, :2]).all(axis=1))
    if not len(same):
        return None
    names = {tag: name for name, tag in record.surfaces.items()}
    return names[int(rows[same[0], 2])], names[int(rows[same[0] + 1, 2])]
