"""Estimates of the discretisation error: of stacks, against closed forms and finer meshes."""

import numpy as np
import pytest
from bars import COLD
from closed_forms import magnetoresistance
from support import SilentProgress, prepare_problem

from thermospin.runs.simulation import solve

NM = 1e-9
WIDTH = 5 * NM
VALVE = {
    "temperature": COLD,
    "geometry": {
        "template": "layer_stack",
        "layers": [
            {"name": "F1", "material": "Py", "thickness": "60 nm"},
            {"name": "N", "material": "Cu", "thickness": "15 nm"},
            {"name": "F2", "material": "Py", "thickness": "60 nm"},
        ],
        "width": WIDTH,
        "depth": WIDTH,
        "columns": [1, 1],
    },
    "mesh": {"interface_size": "3 nm", "max_size": "5 nm"},
    "terminals": {
        "bottom": {"region": "F1", "face": "zmin", "sink": True},
        "top": {"region": "F2", "face": "zmax", "sink": True},
    },
    "configurations": {"P": {}, "AP": {"F2": -1}},
    "schemes": {"main": {"bottom": "current", "top": "ground"}},
    "probes": {"v": ["bottom", "top"]},
    "solver": {"degree": 1, "orders": 3, "estimate": True},
    "output": {"fields": False},
}
KEYS = ["scheme", "probe", "configuration", "order"]


def readings(config, comm, mesh=(), **solver):
    """The readings of a configuration with some options, by scheme, probe, configuration and order."""
    changed = config | {"solver": config["solver"] | solver, "mesh": config["mesh"] | dict(mesh)}
    with prepare_problem(changed, comm) as problem:
        return solve(problem, SilentProgress()).readings.set_index(KEYS)


@pytest.fixture(scope="module")
def coarse(comm):
    return readings(VALVE, comm)


def test_bar_contains_the_closed_form(coarse, comm):
    """R1 of P − AP in an infinite valve: −ΔAR over the area (solver/physics.md §8.3)."""
    with prepare_problem(VALVE, comm) as problem:
        magnet, normal = (problem.device.materials[name] for name in ("F1", "N"))
    truth = -magnetoresistance(magnet, normal, 15 * NM) / WIDTH**2
    read = coarse.loc["main", "v", "spin", 1]
    error = truth - read.value
    assert abs(error) > 0.02 * abs(truth)
    assert abs(error) <= read.mesh_error <= 3 * abs(error)
    assert 0.7 <= read.correction / error <= 1.4
    assert read.corrected == pytest.approx(read.value + read.correction, rel=1e-12)
    assert abs(truth - read.corrected) <= read.corrected_error < 0.75 * read.mesh_error


def test_bars_contain_a_finer_solution(coarse, comm):
    """All orders of smooth fields, in P, AP, and both signals."""
    fine = {"interface_size": "0.5 nm", "max_size": "2 nm"}
    truth = readings(VALVE, comm, fine, degree=2, estimate=False)
    error = truth.value - coarse.value
    assert np.all(abs(error) <= coarse.mesh_error)
    assert np.all(abs(truth.value - coarse.corrected) <= coarse.corrected_error)
    keys = error.index
    alone = (keys.get_level_values("order") < 3) & keys.get_level_values("configuration").isin(["P", "AP"])
    assert (coarse.correction / error)[alone].between(0.7, 1.4).all()


def test_estimate_at_rest(comm):
    """R0 of sinks at two temperatures, and R1 with the heat of both together."""
    warm = VALVE["terminals"]["bottom"] | {"sink": 0.02}
    config = VALVE | {"terminals": VALVE["terminals"] | {"bottom": warm}}
    found = readings(config, comm, orders=1)
    step = readings(config, comm, orders=1, degree=2, estimate=False).value - found.value
    assert {0, 1} == set(found.index.get_level_values("order"))
    large = abs(step) > 1e-6 * abs(step).max()
    assert (found.correction / step)[large].between(0.95, 4 / 3).all()


LAW = {"linear": 4.32e6, "temperature_coefficient": "0.003 /K", "reference": "300 K"}


@pytest.mark.parametrize(
    "method",
    [
        {},
        pytest.param(
            {"method": "demodulate", "currents": ["10 uA", "20 uA", "30 uA"]}, marks=pytest.mark.slow
        ),
    ],
)
def test_coefficients_that_follow_the_temperature(method, comm):
    """The estimate of degree 2 is a part of what it changes, also of what laws add to R2 and R3."""
    config = VALVE | {"materials": {"Py": {"conductivity": LAW}}}
    found = readings(config, comm, degree=2, **method)
    step = found.value - readings(config, comm, degree=1, estimate=False, **method).value
    alone = found.index.isin(["P", "AP"], level="configuration")
    assert (abs(found.correction) / abs(step))[alone].max() <= 1
    fine = {"interface_size": "1 nm", "max_size": "2.5 nm"}
    truth = readings(config, comm, fine, degree=2, estimate=False, **method)
    assert np.all(abs(truth.value - found.value) <= found.mesh_error)
    assert np.all(abs(truth.value - found.corrected) <= found.corrected_error)


def test_nothing_is_estimated_where_it_is_switched_off(comm):
    found = readings(VALVE, comm, estimate=False)
    assert found[["correction", "mesh_error", "corrected", "corrected_error"]].isna().all(axis=None)
    assert found.solver_error.notna().all()
