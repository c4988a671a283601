"""Structured meshes of boxes stacked along z."""

import gmsh
import numpy as np


def set_columns(along_x: int, along_y: int) -> None:
    """Fix the number of elements on the edges along x and y, and split bricks into tetrahedra.

    The edges along z follow the size field: one of each box, and the other three are copies of it.

    Args:
        along_x: Elements along x.
        along_y: Elements along y.
    """
    mesh = gmsh.model.mesh
    upright: dict[int, tuple[int, np.ndarray]] = {}
    for _, curve in gmsh.model.getEntities(1):
        low, high = np.reshape(gmsh.model.getBoundingBox(1, curve), (2, 3))
        axis = int((high - low).argmax())
        if axis < 2:
            mesh.setTransfiniteCurve(curve, (along_x, along_y)[axis] + 1)
            continue
        level = round((low[2] + high[2]) * 1e6)
        first, place = upright.setdefault(level, (curve, low))
        if first != curve:
            mesh.setPeriodic(1, [curve], [first], _translation(low - place))
    for _, surface in gmsh.model.getEntities(2):
        mesh.setTransfiniteSurface(surface)
    for _, volume in gmsh.model.getEntities(3):
        mesh.setTransfiniteVolume(volume)


def _translation(by: np.ndarray) -> list[float]:
    """A translation along x and y as the 4 × 4 matrix that Gmsh takes, row by row."""
    return [1, 0, 0, by[0], 0, 1, 0, by[1], 0, 0, 1, 0, 0, 0, 0, 1]
