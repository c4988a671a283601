"""Meshes of boxes, and what the files of a run show of fields on them."""

import csv

import numpy as np
import pyvista as pv

from thermospin.config.outputs import Map
from thermospin.output import draw_maps

NM = 1e-9
KUHN = [(0, 1, 3, 7), (0, 1, 5, 7), (0, 2, 3, 7), (0, 2, 6, 7), (0, 4, 5, 7), (0, 4, 6, 7)]


def box(low, high, n=4):
    """Points (m) and tetrahedra of a box given in nm, n cubes along every edge."""
    axes = [np.linspace(a, b, n + 1) * NM for a, b in zip(low, high, strict=True)]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    number = np.arange((n + 1) ** 3).reshape([n + 1] * 3)
    corners = [
        number[i : i + n, j : j + n, k : k + n].ravel() for i in (0, 1) for j in (0, 1) for k in (0, 1)
    ]
    cells = np.concatenate([np.stack([corners[i] for i in tetrahedron], axis=1) for tetrahedron in KUHN])
    return points, cells


def three_boxes(tags):
    """Two boxes side by side on a third, all of their own nodes.

    Returns:
        Points (m) and cells, and the tag of the box of every point and of every cell.
    """
    boxes = [box((0, 0, 0), (100, 60, 20)), box((100, 0, 0), (250, 60, 20)), box((0, 0, -50), (250, 60, 0))]
    starts = np.cumsum([0, *(len(points) for points, _ in boxes)])
    points = np.concatenate([points for points, _ in boxes])
    cells = np.concatenate([cells + start for (_, cells), start in zip(boxes, starts, strict=False)])
    where = np.repeat(tags, [len(points) for points, _ in boxes])
    return points, cells, where, np.repeat(tags, [len(cells) for _, cells in boxes])


def results_of(maps):
    """Content of results.json of a run that asked for some maps."""
    return {
        "schema": 1,
        "schemes": {"thermal": {"drive": {"unit": "A"}, "configurations": {"P": {"probes": {}}}}},
        "config": {"temperature": 300.0, "output": {"maps": maps}},
    }


def pixels(path):
    """The colours of a picture, one row per pixel."""
    return pv.read(path)["PNGImage"].astype(float)


def profile(case, directory, **entries):
    """The rows of the table of a map along a line, whose plot is drawn too."""
    table, picture = draw_maps(directory, {"profile": Map(**entries)}, case)
    assert pixels(picture).std() > 5
    with table.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))
