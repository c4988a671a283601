"""Meshes that move with their solids: planes as a whole, linear in between."""

import numpy as np
import pytest

from thermospin.meshes.moved import moved, plane_maps
from thermospin.meshes.solids import Solid

pytestmark = pytest.mark.serial


def box(name, low, high):
    return Solid(name=name, material="Cu", box={"min": low, "max": high})


def test_planes_move_as_a_whole():
    before = [box("A", (0, 0, 0), (1e-8, 1e-8, 1e-8)), box("B", (0, 0, 1e-8), (1e-8, 1e-8, 3e-8))]
    after = [box("A", (0, 0, 0), (1e-8, 1e-8, 2e-8)), box("B", (0, 0, 2e-8), (1e-8, 1e-8, 4e-8))]
    points = np.array([[5e-9, 0, 5e-9], [5e-9, 1e-8, 2e-8]])
    expected = [[5e-9, 0, 1e-8], [5e-9, 1e-8, 3e-8]]
    np.testing.assert_allclose(moved(points, plane_maps(before, after)), expected, rtol=1e-12)


def test_an_ellipse_stays_an_ellipse():
    ends = [
        Solid(name="A", material="Cu", cylinder={"centre": (0, 0, 0), "radii": (a, 1e-8), "height": 1e-8})
        for a in (2e-8, 3e-8)
    ]
    angles = np.linspace(0, 2 * np.pi, 13)
    points = np.column_stack([2e-8 * np.cos(angles), 1e-8 * np.sin(angles), np.zeros(13)])
    found = moved(points, plane_maps(ends[:1], ends[1:]))
    np.testing.assert_allclose((found[:, 0] / 3e-8) ** 2 + (found[:, 1] / 1e-8) ** 2, 1, rtol=1e-12)


@pytest.mark.parametrize(
    ("after", "words"),
    [
        ([box("A", (0, 0, 0), (2e-8, 1e-8, 1e-8)), box("B", (0, 0, 1e-8), (1e-8, 1e-8, 3e-8))], "apart"),
        ([box("A", (0, 0, 0), (1e-8, 1e-8, 1e-8))], "not the same"),
    ],
)
def test_moves_that_no_mesh_follows(after, words):
    before = [box("A", (0, 0, 0), (1e-8, 1e-8, 1e-8)), box("B", (0, 0, 1e-8), (1e-8, 1e-8, 3e-8))]
    with pytest.raises(ValueError, match=words):
        plane_maps(before, after)
