"""A metal of polarised clusters conducts as an ordinary magnet with the same numbers does."""

import csv

import numpy as np
import pytest
from support import prepare_problem

from thermospin.errors import InputError
from thermospin.runs.loop import loop
from thermospin.validation import load_config

METAL = {
    "potential": "1e-47 J m^3",
    "exchange": "3e-49 J m^3",
    "cluster_density": "1e24 /m^3",
    "spin": 500,
    "fermi_velocity": "1.6e6 m/s",
    "density_of_states": "1e47 /J/m^3",
}
CLUSTERS = {"nanoclusters": METAL, "thermal_conductivity": 50, "spin_diffusion_length": "40 nm"}


def bar(metal, **changes):
    solids = [
        {"name": "A", "material": "metal", "box": {"min": ["0 nm"] * 3, "max": ["100 nm", "20 nm", "20 nm"]}},
        {
            "name": "B",
            "material": "Cu",
            "box": {"min": ["100 nm", "0 nm", "0 nm"], "max": ["200 nm", "20 nm", "20 nm"]},
        },
    ]
    return {
        "temperature": "20 K",
        "geometry": {"solids": solids},
        "mesh": {"interface_size": "15 nm", "max_size": "15 nm", "elements_across_film": 1},
        "materials": {"metal": metal},
        "terminals": {
            "left": {"region": "A", "face": "xmin", "sink": True},
            "right": {"region": "B", "face": "xmax", "sink": True},
        },
        "schemes": {"along": {"left": "current", "right": "ground"}},
        "probes": {"along": ["left", "right"]},
        "solver": {"orders": 1, "reciprocity": False},
    } | changes


def test_clusters_conduct_as_a_magnet(comm):
    clusters = prepare_problem(bar(CLUSTERS, magnetic_field=["0 T", "0 T", "1 T"]), comm)
    numbers = clusters.config.material("metal")
    magnet = {
        name: getattr(numbers, name)
        for name in (
            "conductivity",
            "polarisation",
            "seebeck",
            "spin_seebeck",
            "thermal_conductivity",
            "spin_diffusion_length",
        )
    }
    found = []
    for problem in (
        clusters,
        prepare_problem(bar(magnet, configurations={"P": {"A": 1}}), comm),
        prepare_problem(bar(magnet | {"polarisation": 0, "spin_seebeck": 0}), comm),
    ):
        problem.magnetise(next(iter(problem.states.values())))
        found.append(problem.scheme("along").expand(1).harmonics(("left", "right"))[0])
    assert found[0] == pytest.approx(found[1], rel=1e-11, abs=0)
    assert abs(found[0] / found[2] - 1) > 1e-6


LOOP = {"axis": "x", "range": ["-1 T", "1 T"], "points": 3}


def test_a_loop_polarises_clusters(comm, shared_directory):
    """Every field has its own solution, that of a run in this field; no magnet is needed."""
    results = loop(load_config(bar(CLUSTERS, loop=LOOP)), shared_directory, comm=comm)
    found = results.data
    assert found["loop"]["solved_states"] == 3
    loops = found["schemes"]["along"]["loops"]["along"]
    up, down = (np.array(loops[branch]["R"])[0] for branch in ("up", "down"))
    assert down.tolist() == up[::-1].tolist()
    for field, value in zip((-1, 0, 1), up, strict=True):
        one = prepare_problem(bar(CLUSTERS, magnetic_field=[0, 0, field]), comm)
        one.magnetise({})
        expected = one.scheme("along").expand(1).harmonics(("left", "right"))[0]
        assert value == pytest.approx(expected, rel=1e-9, abs=0)
    assert abs(up[1] - up[2]) > 1e-4 * up[1]
    if comm.rank == 0:
        with (shared_directory / "loop.csv").open(encoding="utf-8") as table:
            rows = list(csv.DictReader(table))
        assert [float(row["R1"]) for row in rows[:3]] == up.tolist()
        assert results.table["R1"].tolist() == [*up, *down]


@pytest.mark.serial
def test_a_loop_polarises_clusters_along_the_spins():
    magnet = {"B": {"easy_axis": "y", "switching_field": "0.1 T"}}
    materials = {"metal": CLUSTERS, "Cu": {"magnetic": True}}
    axis = [1.0, 1.0, 0.0]
    with pytest.raises(InputError, match=r"^loop.axis: polarises the clusters .*easy axis of 'B'"):
        load_config(bar(CLUSTERS, materials=materials, loop=LOOP | {"axis": axis, "magnets": magnet}))
    load_config(bar(CLUSTERS, materials=materials, loop=LOOP | {"axis": "-y", "magnets": magnet}))
    with pytest.raises(InputError, match=r"^loop.axis: polarises the clusters .*must be z"):
        load_config(bar(CLUSTERS, solver={"spin": "vector", "orders": 1}, loop=LOOP))
    with pytest.raises(InputError, match=r"^loop: no region is magnetic"):
        load_config(bar({"base": "Cu"}, loop=LOOP))
