"""A bar of two regions as files of every kind, written by Gmsh, meshio and VTK.

Py is 10 nm long, Cu 20 nm, both 10 × 10 nm² across; files hold nanometres. The tetrahedra are those of cubes
of 5 nm, cut into six.
"""

from dataclasses import dataclass, replace

import gmsh
import meshio
import numpy as np

from thermospin.meshes.build import build_mesh
from thermospin.meshes.geometry import FileGeometry
from thermospin.meshes.occ import model
from thermospin.meshes.options import MeshOptions
from thermospin.meshes.terminals import TerminalFace

NM = 1e-9
TAGS = {"Py": 1, "Cu": 2}
ENDS = {"left": 3, "right": 4}
KUHN = np.array([[0, 1, 3, 7], [0, 1, 5, 7], [0, 2, 3, 7], [0, 2, 6, 7], [0, 4, 5, 7], [0, 4, 6, 7]])
"""Six tetrahedra of a cube; bit i of a vertex number is its coordinate along axis i."""


@dataclass(frozen=True, eq=False)
class Bar:
    """The bar, or what a test made of it: nodes in nm, tetrahedra, triangles at the ends, and their tags."""

    points: np.ndarray
    cells: np.ndarray
    tags: np.ndarray
    triangles: np.ndarray
    triangle_tags: np.ndarray

    def changed(self, **arrays) -> "Bar":
        """With other arrays."""
        return replace(self, **{name: np.asarray(array) for name, array in arrays.items()})

    def with_cell(self, nodes, tag, points=()) -> "Bar":
        """With one more tetrahedron, and more points."""
        return self.changed(
            points=np.vstack([self.points, *[[p] for p in points]]),
            cells=np.vstack([self.cells, [nodes]]),
            tags=np.append(self.tags, tag),
        )

    def without_cells(self, cells) -> "Bar":
        """Without some tetrahedra."""
        return self.changed(cells=np.delete(self.cells, cells, 0), tags=np.delete(self.tags, cells))

    def beside(self, points) -> "Bar":
        """With a copy of the tetrahedra on points of its own."""
        return self.changed(
            points=np.vstack([self.points, points]),
            cells=np.vstack([self.cells, self.cells + len(self.points)]),
            tags=np.append(self.tags, self.tags),
        )


def bar() -> Bar:
    """The bar as it should be."""
    shape = np.array([7, 3, 3])
    grid = np.stack(np.meshgrid(*[np.arange(n) for n in shape], indexing="ij"), axis=-1)
    number = np.arange(shape.prod()).reshape(shape)
    ends = slice(None, -1), slice(1, None)
    corners = np.stack([number[ends[v & 1], ends[v >> 1 & 1], ends[v >> 2 & 1]].ravel() for v in range(8)], 1)
    points, cells = 5.0 * grid.reshape(-1, 3), corners[:, KUHN].reshape(-1, 4)
    tags = np.where(points[cells].mean(axis=1)[:, 0] < 10, 1, 2)
    faces = np.concatenate([np.delete(cells, i, axis=1) for i in range(4)])
    left, right = (faces[np.all(points[faces][:, :, 0] == x, axis=1)] for x in (0, 30))
    triangle_tags = np.repeat([3, 4], [len(left), len(right)])
    return Bar(points, cells, tags, np.concatenate([left, right]), triangle_tags)


def write_gmsh(mesh: Bar, path, version=4.1, binary=0, named=True, groups=None, only=tuple(TAGS)) -> None:
    """Write with Gmsh: its own formats, MED, UNV, Nastran, Medit."""
    with model():
        blocks = [(3, t, mesh.cells[mesh.tags == t]) for t in np.unique(mesh.tags).tolist()]
        blocks += [(2, t, mesh.triangles[mesh.triangle_tags == t]) for t in ENDS.values()]
        for dim, tag, _ in blocks:
            gmsh.model.addDiscreteEntity(dim, tag)
        names = {
            3: {name: [TAGS[name]] for name in only} | (groups or {}),
            2: {n: [t] for n, t in ENDS.items()},
        }
        for dim in (3, 2) if named else ():
            for name, tags in names[dim].items():
                gmsh.model.addPhysicalGroup(dim, tags, name=name)
        gmsh.model.mesh.addNodes(3, 1, np.arange(1, len(mesh.points) + 1), mesh.points.ravel())
        start = 1
        for dim, tag, cells in blocks:
            numbers = np.arange(start, start + len(cells))
            gmsh.model.mesh.addElementsByType(tag, 4 if dim == 3 else 2, numbers, (cells + 1).ravel())
            start += len(cells)
        gmsh.option.setNumber("Mesh.MshFileVersion", version)
        gmsh.option.setNumber("Mesh.Binary", binary)
        gmsh.option.setNumber("Mesh.SaveAll", int(len(only) < len(TAGS)))
        gmsh.write(str(path))
        gmsh.option.setNumber("Mesh.Binary", 0)
        gmsh.option.setNumber("Mesh.SaveAll", 0)


def write_meshio(mesh: Bar, path, dtype=float, arrays=None, **options) -> None:
    """Write with meshio: tags as an array on tetrahedra and triangles."""
    cells = [("tetra", mesh.cells), ("triangle", mesh.triangles)]
    data = {"material": [mesh.tags, mesh.triangle_tags]} if arrays is None else arrays
    meshio.Mesh(mesh.points.astype(dtype), cells, cell_data=data).write(path, **options)


def write_inp(mesh: Bar, path) -> None:
    """An Abaqus file as pre-processors write it: elements, and sets of them."""
    lines = ["*HEADING", "bar", "*NODE"]
    lines += [f"{i}, {x:.15g}, {y:.15g}, {z:.15g}" for i, (x, y, z) in enumerate(mesh.points, 1)]
    start = 1
    blocks = [("C3D4", name, mesh.cells[mesh.tags == tag]) for name, tag in TAGS.items()]
    blocks += [("CPS3", name, mesh.triangles[mesh.triangle_tags == tag]) for name, tag in ENDS.items()]
    for kind, name, cells in blocks:
        lines.append(f"*ELEMENT, TYPE={kind}, ELSET={name}")
        lines += [", ".join(map(str, [start + i, *(row + 1)])) for i, row in enumerate(cells)]
        start += len(cells)
    path.write_text("\n".join(lines) + "\n")


def grid_of(mesh: Bar, types=(10, 5), single=False):
    """The bar as VTK's unstructured grid."""
    import pyvista as pv

    cells = [np.insert(c, 0, c.shape[1], axis=1).ravel() for c in (mesh.cells, mesh.triangles)]
    kinds = np.repeat(types, [len(mesh.cells), len(mesh.triangles)])
    points = mesh.points.astype(np.float32 if single else float)
    grid = pv.UnstructuredGrid(np.concatenate(cells), kinds, points)
    grid.cell_data["material"] = np.append(mesh.tags, mesh.triangle_tags)
    return grid


ENCODINGS = {
    "ascii": ("SetDataModeToAscii",),
    "binary": ("SetDataModeToBinary", "SetCompressorTypeToNone"),
    "binary-zlib": ("SetDataModeToBinary", "SetCompressorTypeToZLib"),
    "binary-lz4": ("SetDataModeToBinary", "SetCompressorTypeToLZ4"),
    "binary-lzma": ("SetDataModeToBinary", "SetCompressorTypeToLZMA"),
    "appended": ("SetDataModeToAppended", "EncodeAppendedDataOff", "SetCompressorTypeToNone"),
    "appended-base64": ("SetDataModeToAppended", "EncodeAppendedDataOn", "SetCompressorTypeToNone"),
    "appended-zlib": ("SetDataModeToAppended", "EncodeAppendedDataOff", "SetCompressorTypeToZLib"),
    "appended-lz4": ("SetDataModeToAppended", "EncodeAppendedDataOff", "SetCompressorTypeToLZ4"),
    "appended-lzma-base64": ("SetDataModeToAppended", "EncodeAppendedDataOn", "SetCompressorTypeToLZMA"),
    "big-endian": ("SetDataModeToAppended", "SetByteOrderToBigEndian"),
    "header-32": ("SetDataModeToBinary", "SetHeaderTypeToUInt32"),
    "ids-32": ("SetDataModeToBinary", "SetIdTypeToInt32"),
}
"""Encodings of a VTU file, as what its writer is told."""


def write_vtu(grid, path, encoding="appended-zlib") -> None:
    """Write with VTK in an encoding."""
    from vtkmodules.vtkIOXML import vtkXMLUnstructuredGridWriter

    writer = vtkXMLUnstructuredGridWriter()
    for setting in ENCODINGS[encoding]:
        getattr(writer, setting)()
    writer.SetInputData(grid)
    writer.SetFileName(str(path))
    assert writer.Write()


NAMED = ["Py", "Cu"], ["left", "right"]
NUMBERED = ["1", "2"], ["3", "4"]
VOLUMES = ["volume1", "volume2"], ["surface3", "surface4"]
"""Names of the regions and of the surfaces at the ends, by group, by number, and without groups."""


def built(path, labels=NAMED, terminals=None, **geometry):
    """The mesh of a file, labels of regions and surfaces given."""
    regions, ends = labels
    geometry = {"unit": "nm", "regions": dict(zip(regions, ("Py", "Cu"), strict=False))} | geometry
    terminals = terminals or {name: TerminalFace(surface=end) for name, end in zip(ENDS, ends, strict=True)}
    given = FileGeometry(file=str(path), **geometry)
    return build_mesh(given, MeshOptions(), terminals, frozenset(), cache_dir=path.parent / "cache")


def centres(points, cells):
    """Centres of cells, nm, in an order of their own."""
    found = points[cells].mean(axis=1) / NM
    return found[np.lexsort(np.round(found, 3).T)]


def assert_is_bar(record, expected=None):
    """Whether a mesh is the bar: the same tetrahedra in the same regions, the same triangles at the ends."""
    expected, mesh = expected or bar(), record.raw()
    points = expected.points * NM
    for tag, known in zip(mesh.regions.values(), TAGS.values(), strict=True):
        alike = centres(mesh.points, mesh.cells[mesh.cell_tags == tag])
        np.testing.assert_allclose(
            alike, centres(points, expected.cells[expected.tags == known]), rtol=0, atol=1e-6 * 30
        )
    for name, known in ENDS.items():
        alike = centres(mesh.points, mesh.facets[mesh.facet_tags == mesh.terminals[name]])
        triangles = expected.triangles[expected.triangle_tags == known]
        np.testing.assert_allclose(alike, centres(points, triangles), rtol=0, atol=1e-6 * 30)
