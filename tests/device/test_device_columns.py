"""Slachter's device on graded columns, against an independent program (hp elements up to degree 5)."""

import pandas as pd
import pytest
from support import SilentProgress, prepare_problem

from thermospin.runs.simulation import solve

DEVICE = {
    "geometry": {"template": "lateral_nonlocal", "contact_offset": "-65 nm"},
    "materials": {"SiO2": {"thermal_conductivity": "1 W/m/K"}},
    "heating": {"model": "joule", "scale": 3.2},
    "schemes": {"thermal": {"contact1": "current", "contact2": "ground"}},
    "probes": {"nonlocal": ["contact3", "contact4"]},
    "solver": {"degree": 2, "orders": 2, "estimate": True},
}
BASELINE, SPIN = -8.260, -30.31e-3
"""R2 of the reference, µV/mA², known to 0.010 and 0.05e-3."""


@pytest.mark.slow
def test_slachter(comm):
    """Tetrahedra graded to 1 nm at the interfaces need seven million unknowns for one per cent."""
    problem = prepare_problem(DEVICE | {"mesh": {"columns": {}}}, comm)
    results = solve(problem, SilentProgress())
    assert results.data["solver"]["dofs"] < 300_000
    assert results.baseline("thermal", "nonlocal")[1] == pytest.approx(BASELINE, rel=0.012)
    assert results.spin_signal("thermal", "nonlocal")[1] == pytest.approx(SPIN, rel=0.027)
    read = results.signals[results.signals.order == 2].set_index("signal")
    error = read.corrected - pd.Series({"baseline": BASELINE, "spin": SPIN})
    assert (error.abs() < read.corrected_error).all() and (
        read.corrected_error < 0.02 * read.corrected.abs()
    ).all()
    assert abs(error.baseline) < 0.004 * abs(BASELINE) and abs(error.spin) < 0.012 * abs(SPIN)
