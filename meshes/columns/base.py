"""The coarse mesh of the plane, which follows the outlines of all films."""

from collections.abc import Callable

import gmsh
import numpy as np

from thermospin.errors import InputError
from thermospin.meshes.occ import model

UNIT = 1e-3
"""One unit of the model, relative to the device's extent: OpenCASCADE's tolerances suit numbers near one."""

FRONTAL = 6
"""Gmsh's frontal Delaunay algorithm."""

SizeFunction = Callable[[np.ndarray], float]


def triangulate(
    outlines: tuple[np.ndarray, ...], size: SizeFunction | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Mesh the area that polygons cover, with all their sides on edges of the mesh.

    Args:
        outlines: Corners of the polygons, m.
        size: Size of the triangles at a point, m; as large as the sides allow if None.

    Returns:
        Nodes, m, shape (n, 2), and counter-clockwise triangles, shape (m, 3).

    Raises:
        InputError: Gmsh fails.
    """
    corners = np.concatenate(outlines)
    unit, origin = np.ptp(corners, axis=0).max() * UNIT, corners.mean(axis=0)
    with model():
        _add_faces([(outline - origin) / unit for outline in outlines])
        _set_options()
        if size:
            gmsh.model.mesh.setSizeCallback(
                lambda dim, tag, x, y, z, other: size(np.array([x, y]) * unit + origin) / unit
            )
        try:
            gmsh.model.mesh.generate(2)
        except Exception as error:
            raise InputError(
                f"Gmsh could not mesh the outlines ({error}); look for sides that almost touch",
                key="geometry",
            ) from None
        points, triangles = _arrays()
    return points * unit + origin, triangles


def _add_faces(outlines: list[np.ndarray]) -> None:
    occ = gmsh.model.occ
    faces = []
    for outline in outlines:
        nodes = [occ.addPoint(x, y, 0) for x, y in outline]
        sides = [occ.addLine(a, b) for a, b in zip(nodes, nodes[1:] + nodes[:1], strict=True)]
        faces.append((2, occ.addPlaneSurface([occ.addCurveLoop(sides)])))
    if len(faces) > 1:
        occ.fragment(faces[:1], faces[1:])
    occ.synchronize()


def _set_options() -> None:
    for source in ("ExtendFromBoundary", "FromPoints", "FromCurvature"):
        gmsh.option.setNumber(f"Mesh.MeshSize{source}", 0)
    gmsh.option.setNumber("Mesh.Algorithm", FRONTAL)
    gmsh.option.setNumber("Mesh.RandomSeed", 1)
    gmsh.option.setNumber("Mesh.LcIntegrationPrecision", 1e-2)


def _arrays() -> tuple[np.ndarray, np.ndarray]:
    tags, coordinates, _ = gmsh.model.mesh.getNodes()
    position = np.zeros(int(tags.max()) + 1, np.int64)
    position[tags.astype(np.int64)] = np.arange(len(tags))
    points = coordinates.reshape(-1, 3)[:, :2]
    triangles = position[gmsh.model.mesh.getElementsByType(2)[1].astype(np.int64)].reshape(-1, 3)
    (ux, uy), (vx, vy) = ((points[triangles[:, i]] - points[triangles[:, 0]]).T for i in (1, 2))
    turned = ux * vy < uy * vx
    triangles[turned] = triangles[turned][:, [0, 2, 1]]
    used, triangles = np.unique(triangles, return_inverse=True)
    return points[used], triangles.reshape(-1, 3)
