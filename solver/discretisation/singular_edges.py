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
UPRIGHT = 0.05
"""Cosine between the normals of a terminal and of a face beside it, up to which it is upright on it."""
_KINDS = ["free", "terminal", "inner"]
"""Faces to the outside, at terminals, and between materials."""
_FACES = np.array([[1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2]])
_ENTRIES = np.array([[0, 0], [0, 1], [0, 2], [1, 1], [1, 2], [2, 2]])


def touches_singular_edge(device: DeviceMesh, materials: Mapping[str, Any]) -> np.ndarray:
    """Whether a cell has a vertex on an edge or corner where fields may be singular (collective).

    Faces between materials, or to the outside, meet there at an angle: the moment ``Σ A n nᵀ`` of their
    normals is not of rank one; or a flat face ends to the outside there, as at the rim of a pad on a film.
    One of the materials fills more than a right angle, or three of them meet. Or a terminal ends there on a
    face that goes on, or that turns by less than a right angle.

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
    kinds = _face_kinds(device, numbers)
    first = len(_ENTRIES) + len(_KINDS)
    sums = _VertexSums(device, first + numbers.max() + 1)
    for i, face in enumerate(_FACES):
        is_face = kinds[:, i] >= 0
        moments = _moments(corners[is_face][:, face])
        for vertex in face:
            sums.add(is_face, vertex, slice(len(_ENTRIES)), moments)
            sums.add(is_face, vertex, len(_ENTRIES) + kinds[is_face, i], 1.0)
        sums.add(slice(None), i, first + inside, _solid_angles(corners, i, face))
    found = sums.total()
    moments = np.empty((len(found), 3, 3))
    moments[:, *_ENTRIES.T] = moments[:, *_ENTRIES[:, ::-1].T] = found[:, : len(_ENTRIES)]
    spectrum = np.linalg.eigvalsh(moments)
    has_free, has_terminal, has_inner = (found[:, len(_ENTRIES) : first] > 0).T
    angles = found[:, first:]
    singular = (spectrum[:, 1] > FLAT * spectrum[:, 2]) | ((has_free | has_terminal) & has_inner)
    singular &= (angles.max(axis=1) > CONVEX) | ((angles > 0).sum(axis=1) > 2)
    singular |= _ends_of_terminals(device, corners, kinds)
    return singular[sums.vertices].any(axis=1)


def _ends_of_terminals(device: DeviceMesh, corners: np.ndarray, kinds: np.ndarray) -> np.ndarray:
    """Whether a terminal ends at a local vertex, and the face to the outside is no wall upright on it."""
    outwards = _VertexSums(device, 3)
    for i, face in enumerate(_FACES):
        at_terminal = kinds[:, i] == _KINDS.index("terminal")
        normals = _normals(corners[at_terminal], i)
        for vertex in face:
            outwards.add(at_terminal, vertex, slice(3), normals)
    directions = outwards.total()
    beside = _VertexSums(device, 1)
    for i, face in enumerate(_FACES):
        is_free = kinds[:, i] == _KINDS.index("free")
        normals = _normals(corners[is_free], i)
        for vertex in face:
            here = directions[beside.vertices[is_free, vertex]]
            sizes = np.linalg.norm(here, axis=1) * np.linalg.norm(normals, axis=1)
            goes_on = (here * normals).sum(axis=1) > UPRIGHT * sizes
            beside.add(is_free, vertex, slice(1), (goes_on & (sizes > 0))[:, None].astype(float))
    return beside.total()[:, 0] > 0


def _face_kinds(device: DeviceMesh, numbers: np.ndarray) -> np.ndarray:
    """Index into :data:`_KINDS` of the faces of owned cells, shape (n_cells, 4); −1 in one material."""
    beyond = device.neighbour_tags
    kinds = np.where(beyond < 0, _KINDS.index("free"), -1)
    inside = numbers[device.cell_tags[: len(beyond)], None]
    kinds[(beyond >= 0) & (numbers[beyond] != inside)] = _KINDS.index("inner")
    for facets in device.terminals.values():
        kinds[*facets.T] = _KINDS.index("terminal")
    return kinds


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


def _normals(corners: np.ndarray, vertex: int) -> np.ndarray:
    """Outward normals of the faces opposite to a vertex, times twice their areas, m², shape (n, 3)."""
    a, b, c = (corners[:, other] for other in _FACES[vertex])
    normals = np.cross(b - a, c - a)
    outside = ((a - corners[:, vertex]) * normals).sum(axis=1) > 0
    return np.where(outside[:, None], normals, -normals)


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
