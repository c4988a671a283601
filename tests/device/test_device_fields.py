"""One magnetic field after another on the same problem: readings are those of runs of their own."""

import functools
from copy import deepcopy

import numpy as np
import pytest
from lateral import PROBES, solved
from spinning import MATERIALS, TENSOR, TURNING, spinning
from support import SilentProgress

from thermospin.fields import S_VECTOR, TAU_VECTOR
from thermospin.linear import preconditioning
from thermospin.runs import workbench
from thermospin.runs.preparation import prepare_mesh
from thermospin.runs.simulation import solve
from thermospin.runtime.failures import on_root
from thermospin.validation import load_config

FIELDS = [[0, 0, 0.2], [1.0, -3.0, 2.0], [0, 0, 0]]
"""T; ω_L τ_sf = 1 at 0.23 T."""
MAGNETS = {
    "like a metal": {},
    "dephasing": {"dephasing_length": "6 nm"},
    "fast": {"tensor_diffusion": TENSOR | {"precession_frequency": 1e15}},
}
SPINS = {field.symbol for field in (*S_VECTOR, *TAU_VECTOR)}


def device(magnet, field, **solver):
    """The small device with uniform magnets at an angle, in a field."""
    materials = deepcopy(MATERIALS)
    materials["Py"] = {k: v for k, v in MATERIALS["Py"].items() if k not in TURNING} | MAGNETS[magnet]
    return spinning(
        materials=materials,
        magnetic_field=field,
        magnetisation={"Py1": [0, 0.6, 0.8], "Py2": [1, 0, 0]},
        configurations={"P": {}, "AP": {"Py2": -1}},
        schemes={"electrical": {"contact1": "current", "contact5": "ground"}},
        solver={"orders": 1, "spin_heat": magnet == "like a metal"} | solver,
    )


@pytest.mark.parametrize(
    ("magnet", "degree"),
    [
        pytest.param("like a metal", 1, marks=pytest.mark.slow),
        ("dephasing", 1),
        pytest.param("dephasing", 2, marks=pytest.mark.slow),
        pytest.param("fast", 1, marks=pytest.mark.slow),
    ],
)
def test_fields_one_after_another(magnet, degree, comm, monkeypatch):
    built, made = [], []
    build, factorise, create = (
        preconditioning.field_multigrid,
        preconditioning.spin_factors,
        workbench.Problem,
    )
    monkeypatch.setattr(
        preconditioning,
        "field_multigrid",
        lambda field, *rest: built.append(field.symbol) or build(field, *rest),
    )
    monkeypatch.setattr(
        preconditioning,
        "spin_factors",
        lambda system, fields, options: (
            built.extend(field.symbol for field in fields) or factorise(system, fields, options)
        ),
    )
    monkeypatch.setattr(workbench, "Problem", lambda *arguments: made.append(1) or create(*arguments))
    bench = workbench.Workbench(comm)
    for number, field in enumerate(FIELDS):
        config = load_config(device(magnet, field, degree=degree))
        record = on_root(comm, functools.partial(prepare_mesh, config))
        built.clear()
        found = solve(bench.problem(config, record, SilentProgress()), SilentProgress())
        assert len(made) == (1, 1, 2)[number]
        assert number != 1 or set(built) <= SPINS
        alone = solved(device(magnet, field, degree=degree), comm)
        # A preconditioner of the field before would take more.
        assert found.data["solver"]["iterations"] <= alone.data["solver"]["iterations"] + 2
        for scheme, data in alone.data["schemes"].items():
            for name in data["configurations"]:
                for probe in PROBES:
                    expected = alone.harmonics(scheme, name, probe)
                    np.testing.assert_allclose(found.harmonics(scheme, name, probe), expected, rtol=1e-8)
    bench.clear()


def test_fields_matter(comm):
    """The readings above are not the same for every field."""
    readings = [
        solved(device("dephasing", field, degree=1), comm).harmonics("electrical", "P", "nonlocal")[0]
        for field in FIELDS[:2]
    ]
    assert np.ptp(readings) > 1e-3 * max(map(abs, readings))
