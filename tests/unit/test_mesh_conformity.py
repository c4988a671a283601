"""Meshes that do not fill the device once, and meshes that look like it (rows 4 and 41 of the cases).

Refused ones name a place; devices with gaps, voids, notches and common edges are accepted.
"""

import numpy as np
import pytest
from boxes import box
from foreign_meshes import bar, write_gmsh, write_meshio

from thermospin.errors import InputError
from thermospin.meshes.build import build_mesh
from thermospin.meshes.conformity import check_conformity
from thermospin.meshes.geometry import FileGeometry
from thermospin.meshes.missing import check_nothing_missing
from thermospin.meshes.options import MeshOptions
from thermospin.meshes.ordering import facet_neighbours
from thermospin.meshes.quality import cell_volumes

pytestmark = pytest.mark.serial

NM = 1e-9
NONE = np.empty(0, np.int64)
REGIONS = {"Py": 1, "Cu": 2}
MATERIALS = {"1": "Py", "2": "Cu"}


def check(mesh, inner=NONE):
    """Make all checks of a mesh in nm."""
    found = check_conformity("file", mesh.points * NM, mesh.cells, mesh.tags, REGIONS)
    check_nothing_missing("file", found, inner)


def split(mesh, cell, nodes):
    """The mesh with a node between some nodes of a cell, which others do not have."""
    corners = mesh.cells[cell]
    parts = [np.where(np.arange(4) == i, len(mesh.points), corners) for i in range(4) if corners[i] in nodes]
    middle = mesh.points[list(nodes)].mean(axis=0)
    rest = mesh.without_cells([cell])
    return rest.changed(
        points=np.vstack([rest.points, middle]),
        cells=np.vstack([rest.cells, parts]),
        tags=np.append(rest.tags, [mesh.tags[cell]] * len(parts)),
    )


def moved_inside(mesh):
    """The mesh with an inner node moved through its neighbours."""
    points = mesh.points.copy()
    points[np.flatnonzero(np.all(points == [10, 5, 5], axis=1))] += [12, 0, 0]
    return mesh.changed(points=points)


def third_at_a_face(mesh):
    cell, face = np.argwhere(facet_neighbours(mesh.cells) >= 0)[7]
    nodes = np.delete(mesh.cells[cell], face)
    return mesh.with_cell([*nodes, len(mesh.points)], 1, [mesh.points[nodes].mean(axis=0) + [0.3, 0.2, 0.1]])


REFUSED = {
    "equal tetrahedra": (
        lambda m: m.with_cell(m.cells[7, [1, 0, 3, 2]], 2),
        "two tetrahedra have the same nodes",
    ),
    "three at a face": (third_at_a_face, "three tetrahedra share one face"),
    "folded": (moved_inside, "overlap at .* on the same side of their common face"),
    "hanging node on an edge": (lambda m: split(m, 40, m.cells[40, :2]), "without common nodes"),
    "hanging node on a face": (lambda m: split(m, 40, m.cells[40, :3]), "without common nodes"),
    "bar on the same place": (lambda m: m.beside(m.points), "without common nodes"),
    "bar within": (lambda m: m.beside(0.1 * m.points + [12, 4, 3]), "without common nodes"),
    "bar around": (lambda m: m.beside(10 * m.points - 40), "without common nodes"),
    "bar that overlaps": (lambda m: m.beside(m.points + [4, 3, 2]), "without common nodes"),
    "bar that overlaps at a corner": (lambda m: m.beside(m.points + [29, 9, 9]), "without common nodes"),
    "bar that overlaps by little": (lambda m: m.beside(m.points + [29.99, 0, 0]), "without common nodes"),
    "row 4: bar that touches": (lambda m: m.beside(m.points + [0, 10, 0]), "without common nodes"),
    "row 4: bar that touches elsewhere": (lambda m: m.beside(m.points + [17, 10, 3]), "without common nodes"),
    "row 4: wafer that touches": (
        lambda m: m.beside(m.points * [20, 20, 10] - [300, 100, 100]),
        "without common nodes",
    ),
    "row 4: bar that touches but for rounding": (
        lambda m: m.beside(np.float32(m.points + [0, 10.000001, 0])),
        "regions|parts.*without common nodes",
    ),
}


@pytest.mark.parametrize(("change", "message"), REFUSED.values(), ids=REFUSED)
def test_row_41_refused(change, message):
    with pytest.raises(InputError, match=rf"^geometry.file: file.*{message}.*"):
        check(change(bar()))
    with pytest.raises(InputError, match=r"at \([-\d.]+, [-\d.]+, [-\d.]+\) nm"):
        check(change(bar()))


ACCEPTED = {
    "the bar": lambda m: m,
    "bar at a distance": lambda m: m.beside(m.points + [0, 10.01, 0]),
    "bar at a common edge": lambda m: m.beside(m.points + [30, 10, 0]),
    "bar at a common corner": lambda m: m.beside(m.points + [30, 10, 10]),
    "far from the origin": lambda m: m.changed(points=m.points + 1e5),
    "very flat": lambda m: m.changed(points=m.points * [1, 1, 1e-3]),
    "inverted": lambda m: m.changed(cells=m.cells[:, [1, 0, 2, 3]]),
    "without a quarter": lambda m: m.without_cells(np.all(m.points[m.cells].mean(axis=1)[:, 1:] > 5, axis=1)),
    "with a notch of one cube": lambda m: m.without_cells(centre_in(m, [10, 0, 5], [15, 5, 10])),
    "with a dent of one cube": lambda m: m.without_cells(centre_in(m, [0, 0, 0], [5, 5, 5])),
}


def centre_in(mesh, low, high):
    centres = mesh.points[mesh.cells].mean(axis=1)
    return np.flatnonzero(np.all((centres > low) & (centres < high), axis=1))


@pytest.mark.parametrize("change", ACCEPTED.values(), ids=ACCEPTED)
def test_good_devices_are_accepted(change):
    check(change(bar()))


def test_voids_are_accepted():
    """A cube and a column that are not there, and a shell of a sphere's shape."""
    points, cells = box((0, 0, 0), (50, 50, 50), 5)
    mesh = bar().changed(points=points / NM, cells=cells, tags=np.ones(len(cells), int))
    check(mesh.without_cells(centre_in(mesh, [20, 20, 20], [30, 30, 30])))
    check(mesh.without_cells(centre_in(mesh, [20, 20, 0], [30, 30, 50])))
    distance = np.linalg.norm(mesh.points[mesh.cells].mean(axis=1) - 25, axis=1)
    check(mesh.without_cells(np.flatnonzero(distance < 15)))


def test_row_41_one_missing_tetrahedron():
    """Wherever it is, unless what is left is another shape: a corner or an edge cut off."""
    points, cells = box((0, 0, 0), (30, 30, 30), 3)
    mesh = bar().changed(points=points / NM, cells=cells, tags=np.ones(len(cells), int))
    outer = (facet_neighbours(cells) < 0).sum(axis=1)
    found = np.zeros(len(cells), bool)
    for cell in range(len(cells)):
        try:
            check(mesh.without_cells([cell]))
        except InputError as error:
            assert "a tetrahedron of region Py is missing at" in str(error)
            found[cell] = True
    assert found[outer < 2].all()


def test_row_41_nodes_that_the_file_places_inside():
    """Tetrahedra are missing where such a node is in a dent of the outside."""
    points, cells = box((0, 0, 0), (50, 50, 50), 5)
    mesh = bar().changed(points=points / NM, cells=cells, tags=np.ones(len(cells), int))
    inner = np.flatnonzero(np.all((mesh.points > 1) & (mesh.points < 49), axis=1))
    check(mesh, inner)
    dented = mesh.without_cells(centre_in(mesh, [20, 20, 40], [30, 30, 50]))
    check(dented)
    with pytest.raises(InputError, match="a tetrahedron of region Py is missing"):
        check(dented, inner)
    check(dented, np.arange(len(points)))  # a writer that places all nodes inside says nothing


@pytest.mark.parametrize("name", ["bar.vtu", "bar.msh"])
def test_row_41_in_a_file(name, tmp_path):
    mesh = bar().beside(bar().points + [0, 10, 0])
    (write_meshio if name.endswith("vtu") else write_gmsh)(mesh, tmp_path / name)
    regions = MATERIALS if name.endswith("vtu") else {"Py": "Py", "Cu": "Cu"}
    geometry = FileGeometry(file=str(tmp_path / name), unit="nm", regions=regions)
    with pytest.raises(
        InputError, match=rf"^geometry.file: .*{name}: two parts of region .* touch or overlap"
    ):
        build_mesh(geometry, MeshOptions(), {}, frozenset(), cache_dir=tmp_path)


def test_volumes_add_up():
    """The bar that the others are made of is whole."""
    assert abs(cell_volumes(bar().points, bar().cells)).sum() == pytest.approx(3000, rel=1e-12)


def test_flat_tetrahedron():
    mesh = bar()
    flat = mesh.with_cell(
        [*mesh.cells[0, :3], len(mesh.points)], 1, [mesh.points[mesh.cells[0, :3]].mean(axis=0)]
    )
    with pytest.raises(
        InputError, match=r"geometry.file: file: a tetrahedron of region Py at .* nm is flat; repair"
    ):
        check(flat)
