"""Terraces: parts of the plane that reach a height, and how far conformal films on their sides extend."""

import numpy as np

from thermospin.meshes.layouts.arrangement import Arrangement
from thermospin.meshes.layouts.deposition import Stack, Swelling, deposit, top_of
from thermospin.meshes.layouts.outlines import Scale
from thermospin.meshes.layouts.rings import boundary, polygons


def swell(
    graph: Arrangement, below: Stack, name: str, thickness: float, scale: Scale
) -> dict[Swelling, list[np.ndarray]]:
    """The surroundings of every terrace, as far as a conformal film on its side walls extends.

    Args:
        graph: The arrangement of the outlines of pieces, then swellings, below the film.
        below: The films below it.
        name: Name of the film.
        thickness: Its thickness, m.
        scale: Unit of Boolean operations.

    Returns:
        Swellings and the rings of their outlines, m.
    """
    left, right = graph.sides()
    kinds, kind = np.unique(np.concatenate([left, right]), axis=0, return_inverse=True)
    tops = np.array([top_of(column, below.start) for column in deposit(kinds, below)])
    left, right = tops[kind.ravel()].reshape(2, -1)
    found = {}
    for height in np.unique(tops[tops > tops.min()]).tolist():
        edges = boundary(graph.edges, left >= height, right >= height)
        terrace = [
            part
            for outer, *holes in polygons(graph.points, edges)
            for part in scale.combined([outer], holes, "not")
        ]
        found[Swelling(name, height)] = scale.grown(terrace, thickness)
    return found
