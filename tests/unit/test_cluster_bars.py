"""A metal of polarised clusters conducts as an ordinary magnet with the same numbers does."""

import pytest
from support import prepare_problem

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
        problem.magnetise(next(iter(problem.config.magnetisations.values())))
        found.append(problem.scheme("along").expand(1).harmonics(("left", "right"))[0])
    assert found[0] == pytest.approx(found[1], rel=1e-11, abs=0)
    assert abs(found[0] / found[2] - 1) > 1e-6
