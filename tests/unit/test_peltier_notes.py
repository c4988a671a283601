"""Notes on terminals that take current and keep the Peltier heat."""

import pytest

from thermospin.device import Device
from thermospin.validation import load_config
from thermospin.validation.peltier import insulated_ends


def notes(end, metal, **conditions):
    """The notes on a bar with these conditions at its left end."""
    box = {"min": [0, 0, 0], "max": ["100 nm", "20 nm", "20 nm"]}
    config = load_config(
        {
            "geometry": {"solids": [{"name": "Bar", "material": metal, "box": box}]},
            "materials": {"Lead": {"base": "Cu", "seebeck": 0}, "Hot": {"base": "Cu", "seebeck": "10 uV/K"}},
            "terminals": {
                "left": {"region": "Bar", "face": "xmin"} | end,
                "right": {"region": "Bar", "face": "xmax", "sink": True},
            },
            "schemes": {"along": {"left": "current", "right": "ground"} | conditions},
        }
    )
    return insulated_ends(config, Device.of(config))


@pytest.mark.parametrize(
    ("end", "says"),
    [
        ({}, "A lead of the same metal takes the Peltier heat S T0 = 3 mW/A away"),
        ({"sink": False}, "The Peltier heat S T0 = 3 mW/A stays at this end"),
        ({"power": "1 uW"}, "The Peltier heat S T0 = 3 mW/A stays at this end"),
    ],
)
def test_an_end_without_a_temperature_is_named(end, says):
    (line,) = notes(end, "Hot")
    assert line.startswith("terminals.left: current passes")
    assert says in line


def test_a_current_that_is_not_given_leaves_its_peltier_heat():
    """Two grounds share the current, so what passes either is not known."""
    (line,) = notes({}, "Hot", left="ground", right={"voltage": "1 mV"})
    assert "stays at this end" in line


@pytest.mark.parametrize(
    "end",
    [
        {"sink": True},
        {"sink": "310 K"},
        {"continues": {"length": "1 um"}},
        {"heat_transfer": "1e8 W/(m^2 K)"},
    ],
)
def test_an_end_that_takes_up_heat_is_not(end):
    assert notes(end, "Hot") == []


def test_no_current_and_no_seebeck_coefficient_make_no_peltier_heat():
    assert notes({}, "Lead") == []
    assert notes({}, "Hot", left="float", right={"voltage": "1 mV"}) == []
