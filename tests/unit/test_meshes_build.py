"""Meshes of small devices: volumes, areas, conformity, sizes, layers, cache, messages."""

from itertools import combinations

import numpy as np
import pytest

from thermospin.errors import InputError
from thermospin.meshes.build import _check_quality, build_mesh
from thermospin.meshes.lateral_nonlocal import LateralNonlocal
from thermospin.meshes.options import MeshOptions
from thermospin.meshes.quality import describe, facet_areas
from thermospin.meshes.record import MeshRecord, RawMesh
from thermospin.meshes.solids import SolidsGeometry
from thermospin.meshes.terminals import TerminalFace

pytestmark = pytest.mark.serial

NM = 1e-9
COARSE = MeshOptions(interface_size=4 * NM, max_size=20 * NM)


def box(name, low, high, priority=0, material=None):
    shape = {"min": [x * NM for x in low], "max": [x * NM for x in high]}
    return {"name": name, "material": material or name, "priority": priority, "box": shape}


WIRE = SolidsGeometry(
    solids=[
        box("Py", (20, 5, 0), (60, 25, 6), priority=2),
        box("Cu", (0, 0, 0), (80, 30, 15), priority=1),
        box("SiO2", (-20, -20, -30), (100, 50, 0)),
    ]
)
ENDS = {
    "left": TerminalFace(region="Cu", face="xmin"),
    "right": TerminalFace(region="Cu", face="xmax"),
    "bottom": TerminalFace(region="SiO2", face="zmin", sink=True),
}
ROLES = {"magnetic": frozenset({"Py"}), "insulating": frozenset({"SiO2"})}


@pytest.fixture(scope="module")
def wire(tmp_path_factory):
    return build_mesh(WIRE, COARSE, ENDS, **ROLES, cache_dir=tmp_path_factory.mktemp("cache"))


def cells_of(record, region):
    mesh = record.raw()
    cells = mesh.cells[mesh.cell_tags == record.regions[region]]
    return cells


def elements_across(record, region, axis=2):
    """Fewest edges on a path through a region from one side to the other."""
    points = record.array("points")
    cells = cells_of(record, region)
    heights = points[:, axis]
    bottom, top = heights[cells].min(), heights[cells].max()
    reached = heights < bottom + 1e-3 * NM
    for steps in range(1, 100):
        reached[cells[reached[cells].any(axis=1)]] = True
        if np.any(heights[cells[reached[cells]]] > top - 1e-3 * NM):
            return steps
    raise AssertionError(f"region {region} is not connected from side to side")


def test_volumes_and_areas(wire):
    found = describe(wire)
    volumes = {"Py": 40 * 20 * 6, "Cu": 80 * 30 * 15 - 40 * 20 * 6, "SiO2": 120 * 70 * 30}
    areas = {"left": 30 * 15, "right": 30 * 15, "bottom": 120 * 70}
    assert {name: region.volume / NM**3 for name, region in found.regions.items()} == pytest.approx(volumes)
    assert {name: area / NM**2 for name, area in found.terminals.items()} == pytest.approx(areas)
    assert sum(found.histogram) == found.cells == wire.cells
    assert found.quality["min"] == wire.quality["min"] > 0.05


def test_conforming_and_compact(wire):
    mesh = wire.raw()
    faces = np.sort(np.concatenate([np.delete(mesh.cells, i, axis=1) for i in range(4)]), axis=1)
    distinct, counts = np.unique(faces, axis=0, return_counts=True)
    assert set(counts) == {1, 2}
    surface = 2 * (120 * 70 + 120 * 30 + 70 * 30) + 2 * (80 + 30) * 15
    assert facet_areas(mesh.points, distinct[counts == 1]).sum() / NM**2 == pytest.approx(surface)
    assert np.array_equal(np.unique(mesh.cells), np.arange(len(mesh.points)))


def test_stored_connectivity(wire):
    mesh, facet_cells = wire.raw(), wire.array("facet_cells")
    for nodes, (cell, local) in zip(mesh.facets, facet_cells, strict=True):
        assert set(nodes) == set(np.delete(mesh.cells[cell], local))
    assert wire.array("neighbours").shape == mesh.cells.shape


def test_at_least_three_elements_across_films(wire):
    assert elements_across(wire, "Py") >= 3
    assert elements_across(wire, "SiO2") >= 3


def test_thin_film_of_wide_elements_keeps_its_layers(tmp_path):
    film = SolidsGeometry(solids=[box("Cu", (0, 0, 0), (100, 60, 6))])
    record = build_mesh(film, MeshOptions(refinement=2), {}, frozenset(), cache_dir=tmp_path)
    assert elements_across(record, "Cu") == 6


def test_sizes_grow_from_the_interface(tmp_path):
    bar = SolidsGeometry(solids=[box("Py", (0, 0, 0), (60, 40, 40)), box("Cu", (60, 0, 0), (160, 40, 40))])
    options = MeshOptions(interface_size=3 * NM, max_size=30 * NM, region_max_size={"Py": 8 * NM})
    record = build_mesh(bar, options, {}, frozenset({"Py"}), cache_dir=tmp_path)
    mesh = record.raw()
    corners = mesh.points[mesh.cells] / NM
    size = np.mean(
        [np.linalg.norm(corners[:, i] - corners[:, j], axis=1) for i, j in combinations(range(4), 2)], axis=0
    )
    x = corners.mean(axis=1)[:, 0]
    at_interface = abs(x - 60) < 2
    assert size[at_interface].mean() == pytest.approx(3, rel=0.4)
    assert size[x < 30].mean() == pytest.approx(8, rel=0.3)
    assert size.max() < 1.5 * (3 + 0.3 * 100)
    finer = build_mesh(
        bar, options.model_copy(update={"refinement": 1.5}), {}, frozenset({"Py"}), cache_dir=tmp_path
    )
    assert 2.2 < finer.cells / record.cells < 4.5


def test_insulators_need_no_fine_interface(tmp_path):
    stack = SolidsGeometry(solids=[box("Py", (0, 0, 0), (60, 60, 30)), box("SiO2", (0, 0, -30), (60, 60, 0))])
    options = MeshOptions(interface_size=3 * NM, max_size=15 * NM)
    fine = build_mesh(stack, options, {}, frozenset({"Py"}), cache_dir=tmp_path)
    coarse = build_mesh(stack, options, {}, frozenset({"Py"}), frozenset({"SiO2"}), cache_dir=tmp_path)
    assert coarse.cells < fine.cells / 3


def test_chosen_interfaces(tmp_path):
    options = COARSE.model_copy(update={"interfaces": (("Py", "SiO2"),)})
    assert build_mesh(WIRE, options, {}, **ROLES, cache_dir=tmp_path).cells > 0
    apart = SolidsGeometry(solids=[box("Py", (0, 0, 0), (9, 9, 9)), box("Cu", (20, 0, 0), (29, 9, 9))])
    with pytest.raises(InputError, match="Py and Cu do not touch"):
        build_mesh(apart, MeshOptions(interfaces=(("Py", "Cu"),)), {}, frozenset({"Py"}), cache_dir=tmp_path)


def test_cylinder_and_polygon(tmp_path):
    solids = [
        {
            "name": "Pillar",
            "material": "Co",
            "priority": 1,
            "cylinder": {"centre": [0, 0, "-5 nm"], "radii": ["12 nm", "20 nm"], "height": "10 nm"},
        },
        {
            "name": "Lead",
            "material": "Cu",
            "polygon": {
                "points": [["-40 nm", "-40 nm"], ["40 nm", "-40 nm"], [0, "60 nm"]],
                "z": [0, "15 nm"],
            },
        },
    ]
    terminals = {
        "top": TerminalFace(region="Lead", face="zmax"),
        "base": TerminalFace(region="Pillar", face="zmin"),
    }
    options = MeshOptions(interface_size=2 * NM, max_size=10 * NM)
    device = SolidsGeometry(solids=solids)
    found = describe(build_mesh(device, options, terminals, frozenset({"Pillar"}), cache_dir=tmp_path))
    ellipse = np.pi * 12 * 20
    assert found.regions["Pillar"].volume / NM**3 == pytest.approx(10 * ellipse, rel=0.01)
    assert found.regions["Lead"].volume / NM**3 == pytest.approx(4000 * 15 - 5 * ellipse, rel=0.01)
    assert found.terminals["top"] / NM**2 == pytest.approx(4000)
    assert found.terminals["base"] / NM**2 == pytest.approx(ellipse, rel=0.01)


def test_solids_of_one_name_are_one_region(tmp_path):
    device = SolidsGeometry(solids=[box("Cu", (0, 0, 0), (20, 20, 20)), box("Cu", (10, 0, 0), (40, 20, 20))])
    found = describe(build_mesh(device, COARSE, {}, frozenset(), cache_dir=tmp_path))
    assert found.regions["Cu"].volume / NM**3 == pytest.approx(40 * 20 * 20)


def test_cache_holds_one_record_per_input(wire, monkeypatch):
    cache = wire.directory.parent
    monkeypatch.setattr("thermospin.meshes.build._mesh", lambda *_: pytest.fail("meshed again"))
    again = build_mesh(WIRE, COARSE, ENDS, **ROLES, cache_dir=cache)
    assert again == wire == MeshRecord.load(wire.directory)
    warm = {name: terminal.model_copy(update={"sink": 310.0}) for name, terminal in ENDS.items()}
    assert build_mesh(WIRE, COARSE, warm, **ROLES, cache_dir=cache) == wire
    assert [path.name for path in cache.iterdir()] == [wire.hash]


def test_same_input_gives_the_same_mesh(wire, tmp_path):
    again = build_mesh(WIRE, COARSE, ENDS, **ROLES, cache_dir=tmp_path)
    for name in ("points", "cells", "cell_tags", "facets", "facet_tags"):
        assert np.array_equal(again.array(name), wire.array(name)), name


def test_failure_leaves_nothing_behind(tmp_path):
    with pytest.raises(InputError):
        build_mesh(WIRE, COARSE, {"a": TerminalFace(region="Py", face="xmin")}, **ROLES, cache_dir=tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("terminal", "message"),
    [
        (
            TerminalFace(region="Au", face="xmin"),
            "terminals.a.region: there is no region Au; the regions are Py, Cu, SiO2",
        ),
        (
            TerminalFace(region="Py", face="xmin"),
            "terminals.a: the face xmin of Py lies against another region",
        ),
        (TerminalFace(surface="end"), "terminals.a: solids have no physical surfaces"),
    ],
)
def test_terminal_messages(terminal, message, tmp_path):
    with pytest.raises(InputError, match=message):
        build_mesh(WIRE, COARSE, {"a": terminal}, **ROLES, cache_dir=tmp_path)


def test_round_side_is_no_terminal(tmp_path):
    pillar = {"centre": [0, 0, 0], "radii": ["10 nm", "10 nm"], "height": "20 nm"}
    device = SolidsGeometry(solids=[{"name": "Co", "material": "Co", "cylinder": pillar}])
    with pytest.raises(InputError, match="Co has no flat face at xmin"):
        build_mesh(
            device, COARSE, {"a": TerminalFace(region="Co", face="xmin")}, frozenset(), cache_dir=tmp_path
        )


@pytest.mark.parametrize(
    ("second", "message"),
    [
        (box("Au", (10, 0, 0), (30, 20, 20), priority=1), "Cu and Au overlap with the same priority 1"),
        (box("Au", (5, 5, 5), (15, 15, 15)), "solid Au is hidden by solids of higher priority"),
    ],
)
def test_priority_messages(second, message, tmp_path):
    device = SolidsGeometry(solids=[box("Cu", (0, 0, 0), (20, 20, 20), priority=1), second])
    with pytest.raises(InputError, match=message) as caught:
        build_mesh(device, COARSE, {}, frozenset(), cache_dir=tmp_path)
    assert caught.value.key == "geometry.solids[1].priority"


def test_unknown_region_in_options(tmp_path):
    options = MeshOptions(region_max_size={"Substrat": 1e-7})
    with pytest.raises(InputError, match="mesh.region_max_size.Substrat: there is no region Substrat"):
        build_mesh(WIRE, options, {}, **ROLES, cache_dir=tmp_path)


def test_template_device(tmp_path):
    options = MeshOptions(refinement=0.3, region_max_size={"Substrate": 200 * NM})
    record = build_mesh(
        LateralNonlocal(),
        options,
        {},
        frozenset({"Py1", "Py2"}),
        frozenset({"Substrate"}),
        cache_dir=tmp_path,
    )
    found = describe(record)
    assert found.regions["Py1"].volume / NM**3 == pytest.approx(1000 * 300 * 15)
    assert found.regions["Py2"].volume / NM**3 == pytest.approx(150 * 40 * 15)
    assert set(found.terminals) == {"contact1", "contact2", "contact3", "contact4", "contact5", "substrate"}
    assert elements_across(record, "Py1") >= 3
    assert contact_area(record, "Py1", "Cu", z=15) == pytest.approx(40 * 40)
    assert contact_area(record, "Py2", "Cu", z=15) == pytest.approx(30 * 40)


def contact_area(record, first, second, z):
    """Area that two regions share at a height, nm²."""
    mesh = record.raw()
    faces = [
        np.sort(
            np.concatenate(
                [np.delete(mesh.cells[mesh.cell_tags == record.regions[r]], i, 1) for i in range(4)]
            )
        )
        for r in (first, second)
    ]
    common = np.array(sorted(set(map(tuple, faces[0])) & set(map(tuple, faces[1]))))
    level = np.all(abs(mesh.points[common][:, :, 2] - z * NM) < 1e-3 * NM, axis=1)
    return facet_areas(mesh.points, common[level]).sum() / NM**2


def test_edges_of_interfaces(tmp_path):
    step = SolidsGeometry(
        solids=[box("Py", (0, 0, 0), (40, 40, 20), priority=1), box("Cu", (20, 0, 0), (80, 40, 40))]
    )
    sizes = {"interface_size": 4 * NM, "max_size": 20 * NM}
    magnetic = frozenset({"Py"})
    plain = build_mesh(step, MeshOptions(**sizes), {}, magnetic, cache_dir=tmp_path)
    edged = build_mesh(step, MeshOptions(**sizes, edge_size=1 * NM), {}, magnetic, cache_dir=tmp_path)
    corner = np.array([40, 20, 20]) * NM
    assert shortest_edge_near(edged, corner) < 1.4 * NM < 2 * NM < shortest_edge_near(plain, corner)


def shortest_edge_near(record, place):
    """Shortest edge of the cells within 4 nm of a place, m."""
    mesh = record.raw()
    corners = mesh.points[mesh.cells]
    near = np.linalg.norm(corners.mean(axis=1) - place, axis=1) < 4 * NM
    pairs = combinations(range(4), 2)
    return min(np.linalg.norm(corners[near, i] - corners[near, j], axis=1).min() for i, j in pairs)


def test_damaged_record_is_made_again(tmp_path):
    record = build_mesh(WIRE, COARSE, ENDS, **ROLES, cache_dir=tmp_path)
    (record.directory / "mesh.json").unlink()
    assert build_mesh(WIRE, COARSE, ENDS, **ROLES, cache_dir=tmp_path) == record


def test_flat_tetrahedron():
    points = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0]]) * 1e-9
    cells, facets = np.array([[0, 1, 2, 3]]), np.empty((0, 3), dtype=int)
    mesh = RawMesh(points, cells, np.array([1]), facets, np.empty(0, dtype=int), {"film": 1}, {})
    with pytest.raises(InputError, match=r"'film' at \(0.5, 0.5, 0.0\) nm is flat"):
        _check_quality(mesh)
