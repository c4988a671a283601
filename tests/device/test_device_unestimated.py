"""Readings without error bars of the mesh: the reason is told, once a solution, and kept with the numbers."""

import math

import pytest

import thermospin as ts
from thermospin.errors import ConvergenceError
from thermospin.runs import comparison

WIRE = {
    "geometry": {
        "template": "layer_stack",
        "layers": [{"name": "A", "material": "M", "thickness": "20 nm"}],
        "width": "4 nm",
        "depth": "4 nm",
        "columns": [1, 1],
    },
    "mesh": {"max_size": "5 nm"},
    "materials": {"M": {"base": "Cu", "spin_diffusion_length": "300 nm"}},
    "schemes": {"s": {"top": "current", "bottom": "ground"}},
    "probes": {"v": ["top", "bottom"]},
    "solver": {"orders": 1},
}

LAW = "{linear: 5e7, temperature_coefficient: 0.001 /K, reference: 300 K}"


def solved(*overrides):
    """The first reading, the reason in the results, and the lines that warn (collective)."""
    lines = []
    results = ts.run(ts.load(WIRE, *overrides), progress=lines.append)
    [configuration] = results.data["schemes"]["s"]["configurations"].values()
    warnings = [line for line in lines if "error bars" in line]
    return results.readings.iloc[0], configuration.get("unestimated"), warnings


def assert_told(comm, found, reason):
    """No bar, one warning on rank 0 that has the reason and a remedy."""
    reading, kept, warnings = found
    assert math.isnan(reading.mesh_error)
    assert reason in kept
    assert len(warnings) == (comm.rank == 0)
    for line in warnings:
        assert line.startswith("warning: s ")
        assert kept in line and "mesh.refinement" in line


def test_nothing_is_told_with_error_bars():
    reading, kept, warnings = solved()
    assert reading.mesh_error >= 0
    assert (kept, warnings) == (None, [])


def test_nothing_is_told_where_none_were_asked_for():
    reading, kept, warnings = solved("solver.estimate=false")
    assert math.isnan(reading.mesh_error)
    assert (kept, warnings) == (None, [])


@pytest.mark.parametrize(
    ("overrides", "reason"),
    [
        (
            [
                "materials.M.conductivity={linear: 5e7, temperature_coefficient: 0.001 /K, reference: 300 K}",
                "solver.orders=2",
            ],
            "of degree 1 are not estimated where coefficients follow the temperature",
        ),
    ],
)
def test_reasons_of_the_device(comm, overrides, reason):
    assert_told(comm, solved(*overrides), reason)


def test_too_many_unknowns(comm, monkeypatch):
    monkeypatch.setattr(comparison, "LARGEST_SIZE", 8)
    monkeypatch.setattr(comparison, "LARGEST_FACTORISED", 8)
    assert_told(comm, solved(), "with at most 1 unknowns on such a mesh, not ")


def test_no_convergence(comm, monkeypatch):
    def fail(*_):
        raise ConvergenceError("no convergence after 500 iterations")

    monkeypatch.setattr(comparison.DegreeComparison, "estimate", fail)
    assert_told(comm, solved(), "the estimate failed: no convergence after 500 iterations")
