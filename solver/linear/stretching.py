"""Stretched cells, on which point smoothers fail.

On columns graded towards edges and interfaces an unknown is coupled along one axis a hundred times more
strongly than along the others. A point smoother cannot see that, and aggregation multigrid stalls.
"""

import numpy as np

from thermospin.compat import MPI
from thermospin.discretisation.spaces import Spaces

STRETCHED = 20.0
"""Stretching of a cell, from which point smoothers do not reduce errors across its short direction."""
MANY = 0.1
"""Share of such cells from which multigrid stalls. Meshes of films from Gmsh have less than 0.01, graded
columns more than 0.5."""
_REGULAR = np.array([[1, 0, 0], [1 / 2, 3**0.5 / 2, 0], [1 / 2, 3**0.5 / 6, (2 / 3) ** 0.5]])


def stretching(points: np.ndarray) -> np.ndarray:
    """Largest over smallest extent of tetrahedra, as the condition of their maps from the regular one.

    Args:
        points: Vertices, m, shape (n, 4, 3).

    Returns:
        1 for a regular tetrahedron, infinity for a flat one; shape (n,).
    """
    maps = np.linalg.solve(_REGULAR, points[:, 1:] - points[:, :1])
    extents = np.linalg.svd(maps, compute_uv=False)
    with np.errstate(divide="ignore"):
        return extents[:, 0] / extents[:, 2]


def is_stretched(spaces: Spaces) -> bool:
    """Whether so many cells are stretched that multigrid would stall (collective).

    Args:
        spaces: The spaces of the problem.
    """
    mesh = spaces.device.mesh
    cells = mesh.geometry.dofmaps[0][: mesh.topology.index_map(3).size_local]
    found = stretching(mesh.geometry.x[cells]) > STRETCHED
    stretched, total = spaces.comm.allreduce(np.array([found.sum(), len(found)]), MPI.SUM)
    return bool(stretched > MANY * total)
