"""Directions in space of magnets while all spins have one axis, and of the field of a loop (§11)."""

from types import SimpleNamespace

import numpy as np
import pytest
from hall_bar import MAGNET, METAL, bar

from thermospin.device import Device
from thermospin.errors import InputError
from thermospin.runs.device_torque import device_torque
from thermospin.runs.loop import Trace, in_space
from thermospin.validation import load_config

ANISOTROPIC = MAGNET | {"amr_ratio": 0.1}
HALL = METAL | {"hall_coefficient": 1e-9}


def looped(material, axis, precession=True, easy_axis=None, **sections):
    """A bar in a loop; its regions, if they are magnets, switch at 10 mT."""
    regions = "LAMBR" if material is ANISOTROPIC else ""
    magnets = {name: {"switching_field": "10 mT", "easy_axis": easy_axis} for name in regions}
    loop = {"axis": axis, "range": ["-1 T", "1 T"], "points": 3, "magnets": magnets, "precession": precession}
    return bar(material, loop=loop, **sections)


@pytest.mark.parametrize("other", ["y", "-x"])
def test_magnets_have_one_direction(other):
    directions = dict.fromkeys("LAMBR", "x")
    load_config(bar(ANISOTROPIC, magnetisation=directions | {"R": [2, 0, 0]}))
    with pytest.raises(InputError, match="all spins have one axis") as caught:
        load_config(bar(ANISOTROPIC, magnetisation=directions | {"R": other}))
    assert caught.value.key == "magnetisation.R"


def test_torque_by_angle_is_refused():
    config = load_config(bar(ANISOTROPIC, solver={"spin": "vector"}))
    problem = SimpleNamespace(config=config, device=Device.of(config))
    with pytest.raises(InputError, match="more than the angle") as caught:
        device_torque(problem, "through", "M", np.array([0, 0, 1]), {}, 1.0)
    assert caught.value.key == "materials.X"


def test_direction_in_a_loop_is_the_easy_axis():
    config = load_config(looped(ANISOTROPIC, [0, 1, 1], easy_axis="-y"))
    found = Device.of(in_space(config, Device.of(config))).directions
    assert {region: list(m) for region, m in found.items()} == dict.fromkeys("LAMBR", [0, 1, 0])


def test_another_direction_in_a_loop():
    along_x = dict.fromkeys("LAMBR", "x")
    with pytest.raises(InputError, match=r"easy axis, \[0, 1, 0\]") as caught:
        load_config(looped(ANISOTROPIC, [0, 1, 1], easy_axis="y", magnetisation=along_x))
    assert caught.value.key == "magnetisation.L"


def test_field_of_a_loop_turns_currents():
    """In the direction that it has in space, and with every field a state of its own."""
    config = load_config(looped(HALL, "y"))
    states = Trace.of(config, Device.of(config)).states
    assert [state.field for state in states] == [(0, -1, 0), (0, 0, 0), (0, 1, 0)]


MISTAKES = {
    "mirror": ({"symmetry": "y"}, "symmetry", "mirror image"),
    "nothing": ({"precession": False}, "loop.precession", "B turns currents in 'X' too"),
}


@pytest.mark.parametrize(("given", "key", "says"), MISTAKES.values(), ids=MISTAKES)
def test_mistakes_of_loops_of_hall_metals(given, key, says):
    with pytest.raises(InputError, match=says) as caught:
        load_config(looped(HALL, "z", **given))
    assert caught.value.key == key
