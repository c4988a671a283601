"""Edges at which fields are singular: where faces of materials meet at an angle."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from thermospin.compat import fem, la
from thermospin.meshes.read import DeviceMesh

FLAT = 0.05
"""Second over first moment of the normals of the faces at a vertex, up to which the faces are one smooth
surface: that of two faces which meet at 25 degrees. Polygons of ellipses are smoother."""
CONVEX = 1.1 * np.pi
"""Solid angle up to which a material fills a convex edge, or a side of an interface upright on a wall.
Mirrored at the walls both are smooth."""
_FACES = np.array([[1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2]])
_ENTRIES = np.array([[0, 0], [0, 1], [0, 2], [1, 1], [1, 2], [2, 2]])


def touches_singular_edge(device: DeviceMesh, materials: Mapping[str, Any]) -> np.ndarray:
    """Whether a cell has a vertex on an edge or corner where fields may be singular (collective).

    Faces between materials, or to the outside, meet there at an angle: the moment ``Σ A n nᵀ`` of their
    normals is not of rank one. One of the materials fills more than a right angle, or three of them meet.

    Args:
        device: The mesh.
        materials: Region to its material; equal ones are one.

    Returns:
        Booleans, shape (n_cells,), of owned cells.
    """
    mesh = device.mesh
    owned = mesh.topology.index_map(3).size_local
    corners = mesh.geometry.x[mesh.geometry.dofmaps[0][:owned]]
    numbers = _material_numbers(device.regions, materials)
    inside = numbers[device.cell_tags[:owned]]
    beyond = device.neighbour_tags
    is_face = inside[:, None] != np.where(beyond < 0, -1, numbers[beyond])
    sums = _VertexSums(device, len(_ENTRIES) + numbers.max() + 1)
    for i, face in enumerate(_FACES):
        between = is_face[:, i]
        moments = _moments(corners[between][:, face])
        for vertex in face:
            sums.add(between, vertex, slice(len(_ENTRIES)), moments)
        sums.add(slice(None), i, len(_ENTRIES) + inside, _solid_angles(corners, i, face))
    found = sums.total()
    moments = np.empty((len(found), 3, 3))
    moments[:, *_ENTRIES.T] = moments[:, *_ENTRIES[:, ::-1].T] = found[:, : len(_ENTRIES)]
    spectrum = np.linalg.eigvalsh(moments)
    angles = found[:, len(_ENTRIES) :]
    singular = spectrum[:, 1] > FLAT * spectrum[:, 2]
    singular &= (angles.max(axis=1) > CONVEX) | ((angles > 0).sum(axis=1) > 2)
    return singular[sums.vertices].any(axis=1)


class _VertexSums:
    """Sums over the owned cells of all ranks, at vertices.

    Args:
        device: The mesh.
        count: Numbers at every vertex.
    """

    def __init__(self, device: DeviceMesh, count: int) -> None:
        self._function = fem.Function(fem.functionspace(device.mesh, ("Lagrange", 1, (count,))))
        owned = device.mesh.topology.index_map(3).size_local
        self.vertices = self._function.function_space.dofmap.list[:owned]
        self._sums = self._function.x.array.reshape(-1, count)

    def add(self, cells: Any, vertex: int, columns: Any, values: np.ndarray) -> None:
        """Add numbers of some cells at one of their vertices."""
        if isinstance(columns, slice):
            np.add.at(self._sums[:, columns], self.vertices[cells, vertex], values)
        else:
            np.add.at(self._sums, (self.vertices[cells, vertex], columns), values)

    def total(self) -> np.ndarray:
        """The sums at all local vertices (collective)."""
        self._function.x.scatter_reverse(la.InsertMode.add)
        self._function.x.scatter_forward()
        return self._sums


def _moments(triangles: np.ndarray) -> np.ndarray:
    """The entries of ``A n nᵀ`` of triangles, m², shape (n, 6)."""
    normals = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
    areas = np.linalg.norm(normals, axis=1)[:, None]
    return normals[:, _ENTRIES[:, 0]] * normals[:, _ENTRIES[:, 1]] / areas


def _solid_angles(corners: np.ndarray, vertex: int, others: np.ndarray) -> np.ndarray:
    """Solid angles of tetrahedra at one of their vertices, shape (n,).

    A. van Oosterom, J. Strackee, IEEE Trans. Biomed. Eng. 30, 125 (1983).
    """
    a, b, c = (corners[:, other] - corners[:, vertex] for other in others)
    x, y, z = (np.linalg.norm(side, axis=1) for side in (a, b, c))
    volume = np.abs(np.einsum("ni,ni->n", a, np.cross(b, c)))
    ab, ac, bc = (np.einsum("ni,ni->n", *pair) for pair in ((a, b), (a, c), (b, c)))
    return 2.0 * np.arctan2(volume, x * y * z + ab * z + ac * y + bc * x)


def _material_numbers(regions: Mapping[str, int], materials: Mapping[str, Any]) -> np.ndarray:
    """A number for every region tag, the same where materials are equal."""
    numbers = np.zeros(max(regions.values()) + 1, dtype=np.int64)
    known: list[Any] = []
    for name, tag in regions.items():
        if materials[name] not in known:
            known.append(materials[name])
        numbers[tag] = known.index(materials[name])
    return numbers
