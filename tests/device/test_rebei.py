"""Rebei's inhomogeneous ferromagnets in three dimensions against scipy's one-dimensional solutions."""

import json
from dataclasses import replace

import numpy as np
import pytest
import pyvista as pv
from click.testing import CliRunner
from scripts import CONFIGS, load_script

from thermospin.cli import main

REFERENCE, SCRIPT = load_script("rebei2005_reference"), load_script("rebei2005")
RIGHT_ANGLE, RING = SCRIPT.bar("", 90, 10), SCRIPT.FIGURES[13][2][0]
CASES = {
    "vanishing": replace(RIGHT_ANGLE, width=2.0),
    "vanishing, sharp": replace(RIGHT_ANGLE, directions=(180.0, 45.0)),
    "turning": replace(RIGHT_ANGLE, width=2.0, profile="turning"),
}


def error(case, comm, **options):
    """The largest difference from one dimension, over the largest component (collective)."""
    found = SCRIPT.finite_elements(case, comm, **options)
    return SCRIPT.difference(found, REFERENCE.boundary_value_solution(case))


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_bars(case, comm):
    assert error(case, comm) < 1e-3


def test_ring(comm):
    """All four corners are one corner turned."""
    assert error(RING, comm, arm=0.1) < 1e-3


@pytest.mark.slow
def test_sides_beyond_the_decay(comm):
    """Fig. 15: elements become longer where the waves have decayed."""
    assert error(SCRIPT.FIGURES[15][2][0], comm) < 5e-3


@pytest.mark.slow
@pytest.mark.parametrize(
    ("case", "arm", "bound"),
    [(RING, 0.1, 1e-3), (replace(RING, width=2.0, profile="turning"), 0.05, 0.03)],
    ids=["vanishing", "turning"],
)
def test_ring_with_thin_arms(case, arm, bound, comm):
    """The effect of their width is of second order in it; `turning` is the texture `ring: square`."""
    wide, narrow = (error(case, comm, arm=width) for width in (2 * arm, arm))
    assert narrow < bound
    assert wide / narrow > 3


@pytest.mark.slow
def test_torque_of_the_wall():
    """``λ M × M_c`` on either side of the wall of configs/rebei2005_wall.py, against one dimension."""
    script = load_script("rebei2005_wall")
    config = script.ts.load(script.BAR, *script.bar_overrides(script.CASE))
    found, known = script.torques(script.three_dimensions(config), script.one_dimension(config))
    assert abs(known).max() > 1e-4
    assert abs(found - known).max() < 1e-2 * abs(known).max()


@pytest.mark.serial
def test_the_other_sign_is_not_solved():
    with pytest.raises(ValueError, match="Eqs. 72 and 73"):
        SCRIPT.finite_elements(replace(RIGHT_ANGLE, sign=-1))
    assert SCRIPT.three_dimensions(replace(RIGHT_ANGLE, sign=-1)) is None
    found = SCRIPT.finite_elements(RIGHT_ANGLE)
    other = REFERENCE.boundary_value_solution(replace(RIGHT_ANGLE, sign=-1))
    assert SCRIPT.difference(found, other) > 0.1


def test_fields_at_rest(tmp_path, comm):
    """`thermospin run` writes them, and draws them at order 0."""
    directory = comm.bcast(tmp_path)
    line = {"start": ["0.1 nm", "0.1 nm", "0 nm"], "end": ["0.1 nm", "0.1 nm", "20 nm"], "points": 41}
    maps = [{"field": "mu_s_x", "order": 0, "line": line, "name": "profile"}]
    overrides = [*SCRIPT.bar_overrides(RIGHT_ANGLE), f"output.maps={json.dumps(maps)}"]
    options = [word for override in overrides for word in ("--set", override)]
    outcome = CliRunner().invoke(
        main, ["run", str(CONFIGS / "rebei2005_bar.yaml"), "-o", str(directory), *options]
    )
    assert outcome.exit_code == 0, outcome.output
    comm.Barrier()
    results = json.loads((directory / "results.json").read_text())
    balances = results["schemes"]["rest"]["configurations"]["only"]["balances"]
    assert balances["charge"] < 1e-9
    place = directory / "fields/rest/only"
    rest, driven = (pv.read(place / f"order{n}.vtu") for n in (0, 1))
    expected = REFERENCE.boundary_value_solution(RIGHT_ANGLE)
    x = 1e9 * np.asarray(rest.points)[:, 2] - RIGHT_ANGLE.side
    found = REFERENCE.Curve(x, -rest.point_data["mu_s"] / 2e-3)  # n = −s
    assert SCRIPT.difference(found, expected) < 1e-3
    assert "mu_s [eV]" in list(rest.field_data["units"])
    assert "mu_s [eV/A]" in list(driven.field_data["units"])
    table = np.loadtxt(directory / "maps/profile.csv", delimiter=",", skiprows=1, usecols=4)
    profile = expected(np.linspace(-10, 10, 41))[:, 0]
    straight = 0.25**2 / 8 * abs(profile).max()  # profiles are straight over 0.25 nm, n'' = −n/nm²
    assert -table / 2e-3 == pytest.approx(profile, abs=straight + 1e-3)
