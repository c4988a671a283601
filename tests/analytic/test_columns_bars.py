"""Bars meshed with coarse graded columns against closed forms (solver/physics.md §8)."""

import closed_forms
import pytest
from bars import NM, Bar, Layer, driven
from support import prepare_problem

from thermospin.materials.library import library_material

PY, CU = library_material("Py").at(300.0), library_material("Cu").at(300.0)
DENSE = 1e11
"""Current density, A/m²."""


def readings(problem, current):
    return {name: solution.reading(("left", "right")) for name, solution in driven(problem, current)}


@pytest.mark.parametrize("distance", [15, 100, 500])
def test_magnetoresistance_across_walls(comm, distance):
    """The planes between metals are upright: lines of the plan that carry spins, graded like edges."""
    layers = Layer("F1", "Py", 100 * NM), Layer("N", "Cu", distance * NM), Layer("F2", "Py", 100 * NM)
    bar = Bar(layers)
    problem = prepare_problem(bar.config() | {"mesh": {"columns": {"levels": 3, "factor": 0.3}}}, comm)
    found = readings(problem, DENSE * bar.area)
    expected = closed_forms.magnetoresistance(PY, CU, distance * NM)
    assert (found["AP"] - found["P"]) / DENSE == pytest.approx(expected, rel=1e-3, abs=0)


@pytest.mark.parametrize("distance", [15, 500])
def test_magnetoresistance_up_a_stack(comm, distance):
    """The same along z, where planes are graded; the spin diffusion length of Py is 5 nm."""
    thicknesses = {"F1": ("Py", 100), "N": ("Cu", distance), "F2": ("Py", 100)}
    config = {
        "temperature": 0.01,
        "geometry": {
            "template": "layer_stack",
            "layers": [{"name": n, "material": m, "thickness": t * NM} for n, (m, t) in thicknesses.items()],
        },
        "mesh": {"columns": {"levels": 3, "factor": 0.3, "base": "5 nm"}},
        "heating": {"scale": 0},
        "schemes": {"along": {"bottom": {"current": "equipotential"}, "top": "ground"}},
        "probes": {"along": ["bottom", "top"]},
        "solver": {"degree": 2, "orders": 1, "method": "demodulate", "currents": ["1 uA"]},
    }
    problem = prepare_problem(config, comm)
    solutions = dict(driven(problem, DENSE * (10 * NM) ** 2))
    found = {name: solution.reading(("bottom", "top")) / DENSE for name, solution in solutions.items()}
    expected = closed_forms.magnetoresistance(PY, CU, distance * NM)
    assert found["AP"] - found["P"] == pytest.approx(expected, rel=1e-3, abs=0)


def test_resistive_interface_is_cut(comm):
    """Two pieces of copper in series with what is between them."""
    bar = Bar((Layer("A", "Cu", 30 * NM), Layer("B", "Cu", 50 * NM)))
    interfaces = [{"between": ["A", "B"], "area_resistance": 3e-15, "asymmetry": 0}]
    mesh = {"columns": {"levels": 1, "factor": 0.3}}
    solver = bar.config()["solver"] | {"degree": 1}
    problem = prepare_problem(bar.config() | {"mesh": mesh, "interfaces": interfaces, "solver": solver}, comm)
    (reading,) = {round(value / DENSE, 22) for value in readings(problem, DENSE * bar.area).values()}
    assert reading == pytest.approx(80 * NM / CU.conductivity + 3e-15 / 2, rel=1e-8)
