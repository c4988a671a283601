"""Loops of magnets that are fields m(x), against loops of macrospins."""

import pytest
from test_device_dynamics import STACK

from thermospin.errors import InputError
from thermospin.output import SilentProgress
from thermospin.runs.loop import run_loop
from thermospin.validation import load_config

ANISOTROPY, MAGNETISATION = 0.1, 8e5
AXIS = [1, 1, 0]
MOVING = {
    "saturation_magnetisation": MAGNETISATION,
    "exchange_stiffness": "13 pJ/m",
    "uniaxial": [{"constant": ANISOTROPY * MAGNETISATION / 2, "axis": [1, 0, 0]}],
}
FIXED = {"anisotropy_field": "50 T", "easy_axis": [1, 0, 0], "exchange_bias": "-1 T"}
LOOP = {"axis": AXIS, "range": ["-70 mT", "60 mT"], "points": 2, "precession": False}


def readings(loop, comm, **sections):
    """R1 along both branches, Ω, and the states."""
    config = {key: value for key, value in STACK.items() if key not in ("dynamics", "configurations")}
    data = run_loop(load_config(config | sections | {"loop": LOOP | loop}), comm, None, SilentProgress())
    found = data["schemes"]["through"]["loops"]["valve"]
    return [found[branch]["R"][0] for branch in ("up", "down")], data["loop"]


def test_a_small_magnet_follows_as_a_macrospin(comm):
    """Stoner and Wohlfarth's model at 45°, where the free layer switches at half its anisotropy field."""
    free = {"anisotropy_field": ANISOTROPY, "easy_axis": [1, 0, 0]}
    expected, _ = readings({"magnets": {"Fixed": FIXED, "Free": free}}, comm)
    dynamics = {"duration": "1 ns", "magnets": {"Free": MOVING}}
    found, loop = readings({"model": "micromagnetic", "magnets": {"Fixed": FIXED}}, comm, dynamics=dynamics)
    for one, other in zip(found, expected, strict=True):
        assert one == pytest.approx(other, rel=1e-4)
    means = [state["magnets"]["Free"] for state in loop["states"].values()]
    assert means[0][0] < 0 < means[1][0], "it has switched between −70 and 60 mT"


def test_numbers_of_magnets_are_needed():
    with pytest.raises(InputError, match="needs the numbers of magnets under dynamics"):
        readings({"model": "micromagnetic", "magnets": {"Fixed": FIXED}}, None)
