"""Second-order tetrahedra of every kind of file: the bar of their corners, and a note."""

import gmsh
import meshio
import numpy as np
import pytest
from foreign_meshes import NAMED, NUMBERED, TAGS, assert_is_bar, bar, built, grid_of, write_vtu
from mesh_measures import volume

from thermospin.meshes.occ import model
from thermospin.meshes.readers.straight import VTK_EDGES
from thermospin.meshes.terminals import TerminalFace

pytestmark = pytest.mark.serial

BULGE = 0.25
"""Distance by which the nodes on edges at one end of the bar are moved, nm."""


def curved(cells, edges, points):
    """Cells with a node on every edge, and all points; nodes on edges at x = 30 nm are moved along x."""
    ends = np.sort(cells[:, edges].reshape(-1, 2), axis=1)
    pairs, number = np.unique(ends, axis=0, return_inverse=True)
    middles = points[pairs].mean(axis=1)
    middles[middles[:, 0] > 29.9, 0] += BULGE
    return np.hstack([cells, len(points) + number.reshape(len(cells), -1)]), np.vstack([points, middles])


def second_order():
    """Points, tetrahedra and triangles of the bar with nodes on edges."""
    mesh = bar()
    cells, points = curved(mesh.cells, VTK_EDGES, mesh.points)
    place = {tuple(point): i for i, point in enumerate(points.tolist())}
    triangles = []
    for triangle in mesh.triangles:
        middles = mesh.points[triangle[[[0, 1], [1, 2], [2, 0]]]].mean(axis=1)
        middles[middles[:, 0] > 29.9, 0] += BULGE
        triangles.append([*triangle, *(place[tuple(middle)] for middle in middles.tolist())])
    return points, cells, np.array(triangles)


def check(record):
    assert_is_bar(record)
    (note,) = record.notes
    assert f"{len(bar().cells)} second-order tetrahedra were made straight: edges move by up to 0.25 " in note


@pytest.mark.parametrize("name", ["bar.vtu", "bar.vtk"])
def test_vtk(name, tmp_path):
    import pyvista as pv

    points, cells, triangles = second_order()
    kinds = np.repeat([24, 22], [len(cells), len(triangles)])
    flat = np.concatenate([np.insert(c, 0, c.shape[1], axis=1).ravel() for c in (cells, triangles)])
    grid = pv.UnstructuredGrid(flat, kinds, points)
    grid.cell_data["material"] = grid_of(bar()).cell_data["material"]
    write_vtu(grid, tmp_path / name) if name.endswith("vtu") else grid.save(tmp_path / name)
    check(built(tmp_path / name, NUMBERED))


def test_xdmf(tmp_path):
    points, cells, _ = second_order()
    mesh = meshio.Mesh(points, [("tetra10", cells)], cell_data={"material": [bar().tags]})
    mesh.write(tmp_path / "bar.xdmf", data_format="XML")
    ends = {"left": TerminalFace(region="1", face="xmin"), "right": TerminalFace(region="2", face="xmax")}
    check(built(tmp_path / "bar.xdmf", NUMBERED, ends))


def test_abaqus(tmp_path):
    points, cells, triangles = second_order()
    lines = ["*NODE"] + [f"{i}, {x:.15g}, {y:.15g}, {z:.15g}" for i, (x, y, z) in enumerate(points, 1)]
    start, mesh = 1, bar()
    blocks = [("C3D10", name, cells[mesh.tags == tag]) for name, tag in TAGS.items()]
    blocks += [("STRI65", n, triangles[mesh.triangle_tags == t]) for n, t in (("left", 3), ("right", 4))]
    for kind, name, rows in blocks:
        lines.append(f"*ELEMENT, TYPE={kind}, ELSET={name}")
        lines += [", ".join(map(str, [start + i, *(row + 1)])) for i, row in enumerate(rows)]
        start += len(rows)
    (tmp_path / "bar.inp").write_text("\n".join(lines) + "\n")
    check(built(tmp_path / "bar.inp", NAMED))


@pytest.mark.parametrize("name", ["ball.msh", "ball22.msh", "ball.med", "ball.unv", "ball.bdf"])
def test_ball_of_gmsh(name, tmp_path):
    """Gmsh's own second order: the ball of the corners, all of which lie on the sphere."""
    with model():
        gmsh.model.occ.addSphere(0, 0, 0, 10)
        gmsh.model.occ.synchronize()
        gmsh.model.addPhysicalGroup(3, [1], 1, name="Py")
        gmsh.model.addPhysicalGroup(2, [1], 2, name="skin")
        gmsh.option.setNumber("Mesh.MeshSizeMax", 5)
        gmsh.model.mesh.generate(3)
        nodes = gmsh.model.mesh.getElementsByType(4)[1].reshape(-1, 4)
        corners = {tag: gmsh.model.mesh.getNode(tag)[0] for tag in np.unique(nodes).tolist()}
        places = np.array([[corners[tag] for tag in row] for row in nodes.tolist()])
        expected = abs(np.linalg.det(places[:, 1:] - places[:, :1])).sum() / 6
        gmsh.model.mesh.setOrder(2)
        gmsh.option.setNumber("Mesh.MshFileVersion", 2.2 if "22" in name else 4.1)
        gmsh.write(str(tmp_path / name))
    region, skin = ("1", "1") if name.endswith("bdf") else ("Py", "skin")
    record = built(tmp_path / name, ([region], []), {"skin": TerminalFace(surface=skin)})
    assert volume(record, region) == pytest.approx(expected, rel=1e-5)
    assert f"{len(nodes)} second-order tetrahedra were made straight: edges move" in record.notes[0]
