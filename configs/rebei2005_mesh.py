"""Meshes of the square ring of Rebei et al., as fine along its arms as spins need, for configs/rebei2005.py.

At every corner begin waves that turn every 6.3 nm and decay over l = 100 nm. Elements are as long as the
waves that are left allow. Across an arm, which is thin against both lengths, one is enough: a ring with sides
of 1000 nm has 9e4 nodes of degree 2.
"""

from itertools import pairwise
from pathlib import Path

import meshio
import numpy as np
from scipy.integrate import cumulative_trapezoid

ARMS = {"Right": (1, 0), "Top": (0, 1), "Left": (-1, 0), "Bottom": (0, -1)}
"""Arms of the ring and where they are from its centre, in the order in which distances run along it."""
LEAD = "Lead"
"""The lead behind the contact, in the middle of the first arm."""
ACROSS, UPRIGHT = 1, 1
"""Elements across an arm, in the plane of the ring and along z."""
SHORTEST, GROWTH = 1 / 15, 0.15
"""Length of elements at kinks of the field, over the width of the transition, and its growth from there."""
LENGTH = 0.5
"""Length of elements where waves are as strong as at the corner, nm: 13 of degree 2 for a turn."""
SPREAD = 500.0
"""Distance over which elements grow by a factor e, nm, five times l: errors of degree 2 are of fourth order
in the length, so this many nodes are best used there."""
KUHN = np.array([[0, 1, 3, 7], [0, 1, 5, 7], [0, 2, 3, 7], [0, 2, 6, 7], [0, 4, 5, 7], [0, 4, 6, 7]])
"""Six tetrahedra of a brick; bits of a vertex number are its steps along the ring, outwards and upwards."""


def slices(side: float, width: float) -> np.ndarray:
    """Ends of elements along an arm, from one corner to the next, nm from its middle.

    Args:
        side: Length of a side, nm.
        width: Of the transition at the corners, nm.
    """
    kinks, parts = np.array([0.0, width / 2]), []
    for start, end in pairwise([*kinks, side / 2]):
        fine = np.linspace(start, end, 20_001)
        near = SHORTEST * width + GROWTH * abs(fine[:, None] - kinks).min(axis=1)
        count = cumulative_trapezoid(1 / np.minimum(near, LENGTH * np.exp(fine / SPREAD)), fine, initial=0)
        elements = int(np.ceil(count[-1]))
        parts.append(np.interp(np.arange(elements) / elements * count[-1], count, fine))
    half = np.concatenate(parts) - side / 2
    return np.concatenate([half, [0.0], -half[::-1]])


def write_ring(path: Path, side: float, width: float, arm: float) -> None:
    """Write the ring, mitred at its corners, about the origin on z = 0, and its lead; lengths in nm.

    Args:
        path: The file, of type .msh.
        side: Length of a side, from the middle of a corner to that of the next.
        width: Of the transition at the corners.
        arm: Width and height of the arms.
    """
    along = slices(side, width)
    elements = len(along) - 1
    outward = side / 2 + np.linspace(-0.5, 1.5, 2 * ACROSS + 1) * arm
    points = _points(along[:-1] / (side / 2), outward, np.linspace(0, arm, UPRIGHT + 1))
    number = np.arange(points[..., 0].size).reshape(points.shape[:-1])
    middle = slice(elements // 2 - 1, elements // 2 + 1)
    blocks = [(name, slice(i * elements, (i + 1) * elements), slice(ACROSS)) for i, name in enumerate(ARMS)]
    blocks.append((LEAD, middle, slice(ACROSS, 2 * ACROSS)))
    bricks = _bricks(number)
    cells = [bricks[ring, across].reshape(-1, 8)[:, KUHN].reshape(-1, 4) for _, ring, across in blocks]
    tags = [np.full(len(part), tag) for tag, part in enumerate(cells, start=1)]
    used, cells = np.unique(np.concatenate(cells), return_inverse=True)
    mesh = meshio.Mesh(
        points.reshape(-1, 3)[used],
        [("tetra", cells.reshape(-1, 4))],
        cell_data={f"gmsh:{kind}": [np.concatenate(tags)] for kind in ("physical", "geometrical")},
        field_data={name: np.array([tag, 3]) for tag, (name, *_) in enumerate(blocks, start=1)},
    )
    mesh.write(path, file_format="gmsh22")


def _points(slopes: np.ndarray, outward: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Points of all arms, shape (slices of the ring, points outwards, points upwards, 3).

    Args:
        slopes: Along each arm over outwards, from −1 at one mitre to 1 at the other.
        outward: Distances from the centre of the ring, nm.
        z: Heights, nm.
    """
    distance, height = np.meshgrid(outward, z, indexing="ij")
    parts = []
    for c, s in ARMS.values():
        sideways = slopes[:, None, None] * distance
        x, y = c * distance - s * sideways, s * distance + c * sideways
        parts.append(np.stack([x, y, height + 0 * x], axis=-1))
    return np.concatenate(parts)


def _bricks(number: np.ndarray) -> np.ndarray:
    """The eight corners of every brick, shape (along the ring, outwards, upwards, 8); the ring is closed."""
    steps = [number, np.roll(number, -1, axis=0)]
    ends = slice(None, -1), slice(1, None)
    return np.stack([steps[v & 1][:, ends[v >> 1 & 1], ends[v >> 2 & 1]] for v in range(8)], axis=-1)
