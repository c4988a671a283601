"""The example valve from a layout: the drawing, the template that it repeats, and a coarse run."""

from pathlib import Path

import gdstk
import numpy as np
import pytest
import yaml
from layout_files import Drawn
from scripts import CONFIGS, load_script
from support import SilentProgress, prepare_problem, prepare_with_record

from thermospin.meshes.build import build_mesh
from thermospin.meshes.options import MeshOptions
from thermospin.meshes.quality import cell_volumes, facet_areas
from thermospin.runs.simulation import solve
from thermospin.validation import load_config

MAGNETS = frozenset({"Py1", "Py2"})
COARSE = {"columns": {"levels": 0, "base": "50 nm"}}


def example(**geometry):
    config = yaml.safe_load((CONFIGS / "layout_valve.yaml").read_text())
    config["geometry"] |= {"layout": str(CONFIGS / "layout_valve.gds")} | geometry
    return config | {"mesh": COARSE}


@pytest.mark.serial
def test_the_layout_is_what_the_script_draws(tmp_path):
    load_script("layout_valve").draw(tmp_path / "layout_valve.gds")
    assert (tmp_path / "layout_valve.gds").read_bytes() == Path(CONFIGS / "layout_valve.gds").read_bytes()


@pytest.mark.serial
def test_planar_films_are_the_template(tmp_path):
    """With flat tops the layout is the template `lateral_nonlocal`: volumes and terminals."""
    drawn = load_config(example(coverage="planar"))
    template = load_config({"geometry": {"template": "lateral_nonlocal"}, "schemes": drawn.schemes})
    records = [
        build_mesh(
            config.geometry,
            MeshOptions(columns={"levels": 0, "base": 50e-9}),
            config.all_terminals,
            MAGNETS,
            frozenset({"Substrate"}),
            cache_dir=tmp_path,
        )
        for config in (drawn, template)
    ]
    found, expected = (measures(record) for record in records)
    assert found == pytest.approx(expected, rel=1e-9, abs=0)


def measures(record):
    """Volumes of the regions, m³, and areas of the terminals, m²."""
    mesh = record.raw()
    volumes, areas = abs(cell_volumes(mesh.points, mesh.cells)), facet_areas(mesh.points, mesh.facets)
    return {name: float(volumes[mesh.cell_tags == tag].sum()) for name, tag in mesh.regions.items()} | {
        name: float(areas[mesh.facet_tags == tag].sum()) for name, tag in mesh.terminals.items()
    }


@pytest.fixture(scope="module")
def solved(comm):
    config = example() | {"heating": {"model": "conserving"}}
    config["solver"] = {"degree": 1, "orders": 2}
    config["output"] = {"maps": []}
    return solve(prepare_problem(config, comm), SilentProgress())


def test_balances_on_any_number_of_ranks(solved):
    for data in solved.data["schemes"].values():
        for found in data["configurations"].values():
            assert found["balances"]["charge"] <= 1e-9
            assert found["balances"]["heat"] <= 1e-9
            assert max(found["balances"].get("reciprocity", {}).values(), default=0) <= 1e-8


def test_spins_reach_the_detector(solved):
    """Py2 is less than a spin diffusion length of copper away: R1 of the electrical scheme is higher in P."""
    first_order = solved.spin_signal("electrical", "nonlocal")[0]
    assert 1e-3 < first_order < 2e-2


def test_lead_with_leaning_walls(shared_directory, comm):
    """A straight lead cut at both ends: R = L/(σ A), with A = t(w − t tan θ) of its trapezium."""
    path = shared_directory / "lead.gds"
    if comm.rank == 0:
        drawn = Drawn().box(1, -3000, 0, 3000, 80)
        drawn.label(1, "I+", 2500, 40).label(1, "I-", -2500, 40).write(path)
    comm.Barrier()
    film = {"layer": 1, "material": "Cu", "thickness": "50 nm", "sidewall_angle": "20 deg"}
    config = {
        "geometry": {
            "layout": str(path),
            "crop": [-2e-7, -1e-7, 2e-7, 2e-7],
            "tolerance": "1 nm",
            "layers": {"Cu": film},
        },
        "mesh": COARSE,
        "configurations": {"P": {}},
        "schemes": {"through": {"I+": "current", "I-": "ground"}},
        "probes": {"ends": ["I+", "I-"]},
        "solver": {"degree": 1, "orders": 1},
    }
    found = solve(prepare_problem(config, comm), SilentProgress()).harmonics("through", "P", "ends")[0]
    section = 50e-9 * (80e-9 - 50e-9 * np.tan(np.radians(20)))
    assert found == pytest.approx(400e-9 / (4.26e7 * section), rel=1e-5)


def rounded_valve(path, radius, comm):
    """Two magnets, copper over both, and two gold leads; corners with arcs, about 200 corners an outline."""
    boxes = [(-30, -60, 30, 60, 1), (80, -60, 120, 60, 1), (-50, -20, 150, 20, 2)]
    boxes += [(-20, -200, 20, -40, 3), (-20, 40, 20, 200, 3)]
    drawn = Drawn()
    for x0, y0, x1, y1, layer in boxes:
        shape = gdstk.rectangle((x0, y0), (x1, y1), layer=layer)
        drawn.add(shape.fillet(radius, tolerance=1.4e-4 * radius) if radius else shape)
        assert len(shape.points) == 4 or 150 < len(shape.points) < 260
    drawn.label(3, "I+", 0, -200).label(3, "I-", 0, 200).label(3, "low", 0, -100).label(3, "high", 0, 100)
    drawn.label(1, "Py1", 0, 50).label(1, "Py2", 100, 50)
    if comm.rank == 0:
        drawn.write(path)
    comm.Barrier()
    thicknesses = {"Py": "15 nm", "Cu": "40 nm", "Au": "60 nm"}
    layers = {
        n: {"layer": i, "material": n, "thickness": t} for i, (n, t) in enumerate(thicknesses.items(), 1)
    }
    return {
        "geometry": {
            "layout": str(path),
            "margin": "50 nm",
            "layers": {"Substrate": {"material": "SiO2", "thickness": "100 nm"}} | layers,
        },
        "mesh": {"columns": {"levels": 1}},
        "schemes": {"through": {"I+": "current", "I-": "ground"}},
        "solver": {"degree": 2, "orders": 1},
    }


def test_rounded_outlines_cost_no_more_than_straight_ones(shared_directory, comm):
    """Outlines with 200 corners give at least half the quality, and at most twice the iterations."""
    worst, iterations = {}, {}
    for radius in (0, 18):
        config = rounded_valve(shared_directory / f"valve{radius}.gds", radius, comm)
        record, problem = prepare_with_record(config, comm)
        worst[radius] = record.quality["min"]
        iterations[radius] = solve(problem, SilentProgress()).data["solver"]["iterations"]
    assert worst[18] > worst[0] / 2
    assert iterations[18] < 2 * iterations[0]
