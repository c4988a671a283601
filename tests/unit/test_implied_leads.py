"""Leads of the same metal where nothing is said about heat: of a scheme all ends have them, or none."""

import pytest

from thermospin.device import Device
from thermospin.validation import load_config
from thermospin.validation.peltier import insulated_ends

METAL = {
    "conductivity": 1e7,
    "thermal_conductivity": 80,
    "seebeck": "10 uV/K",
    "spin_diffusion_length": "100 nm",
}
MAGNET = METAL | {"polarisation": 0.3, "spin_diffusion_length": "5 nm"}
ALONG = {"in": {"left": "current", "right": "ground"}}


def device(schemes, terminals=None, materials=None, metal="Metal", **sections):
    """The device of two bars of a metal on an insulator whose bottom is cold, and its configuration.

    Current passes the bar from `left` to `right`; `end` and `far` are those of the other.
    """
    solids = [
        {"name": name, "material": material, "box": {"min": low, "max": high}}
        for name, material, low, high in (
            ("Base", "Oxide", [0, 0, -20e-9], [100e-9, 80e-9, 0]),
            ("Bar", metal, [0, 0, 0], [100e-9, 20e-9, 20e-9]),
            ("Other", metal, [0, 60e-9, 0], [100e-9, 80e-9, 20e-9]),
        )
    ]
    faces = {
        "left": {"region": "Bar", "face": "xmin"},
        "right": {"region": "Bar", "face": "xmax"},
        "end": {"region": "Other", "face": "xmin"},
        "far": {"region": "Other", "face": "xmax"},
        "bottom": {"region": "Base", "face": "zmin", "sink": True},
    }
    for name, changes in (terminals or {}).items():
        faces[name] |= changes
    config = load_config(
        {
            "geometry": {"solids": solids},
            "materials": {
                "Oxide": {"conductivity": 0, "thermal_conductivity": 1.4},
                "Metal": METAL,
                "Magnet": MAGNET,
            }
            | (materials or {}),
            "terminals": faces,
            "schemes": schemes,
            "solver": {"orders": 2},
        }
        | sections
    )
    return Device.of(config), config


def peltier_heats(found):
    """By scheme, the first-order heat per ampere that leads bring to the device: ``Σ S T0 I``, W/A."""
    return {
        scheme: sum(
            found.leads[name].seebeck * found.temperature * current
            for name, current in drive.uniform.items()
            if name in found.leads
        )
        for scheme, drive in found.drives.items()
    }


def test_both_ends_of_a_bar():
    found, _ = device(ALONG)
    assert found.leads.keys() == {"left", "right"}
    assert peltier_heats(found) == {"in": 0.0}


GROUNDED = {"left": "current", "right": "ground", "end": "ground"}


@pytest.mark.parametrize(
    "schemes",
    [
        {"in": GROUNDED},
        ALONG | {"two": GROUNDED},
        ALONG | {"voltage": {"end": {"voltage": "1 mV"}, "right": "ground"}},
        {"in": GROUNDED, "next": {"end": "current", "far": "ground"}},
        {"a": ALONG["in"], "b": {"far": "current", "right": "ground"}, "c": GROUNDED},
    ],
    ids=["two bodies", "beside two bodies", "beside a voltage", "through an end", "through a chain"],
)
def test_heat_of_one_metal_balances(schemes):
    """Where the current through one end is not given, none of its schemes has a lead."""
    found, _ = device(schemes)
    assert found.leads == {}
    assert set(peltier_heats(found).values()) == {0.0}


def test_cold_grounds_of_two_bodies_leave_the_lead():
    """A sink takes the heat of any lead."""
    cold = {"sink": True}
    found, _ = device({"in": GROUNDED}, {"right": cold, "end": cold})
    assert found.leads.keys() == {"left"}


def test_other_schemes_keep_their_leads():
    schemes = ALONG | {"voltage": {"end": {"voltage": "1 mV"}, "far": "ground"}}
    assert device(schemes)[0].leads.keys() == {"left", "right"}


def test_a_thermal_scheme_changes_no_lead():
    """Nothing flows where one ground alone fixes the potential."""
    hot = {"bottom": {"sink": "310 K"}}
    alone, _ = device(ALONG, hot)
    beside, _ = device(ALONG | {"heat": {"right": "ground"}}, hot)
    assert beside.leads == alone.leads
    assert beside.drives["in"] == alone.drives["in"]
    assert beside.leads.keys() == {"left", "right"}


LAW = METAL | {"seebeck": {"proportional": "10 uV/K", "reference": "300 K"}}


@pytest.mark.parametrize("model", ["joule", "conserving"])
@pytest.mark.parametrize("orders", [1, 2])
def test_a_law_of_the_seebeck_coefficient_counts_at_t0(orders, model):
    """The leads are those of a metal with the number that the law has there, for any number of orders."""
    weak = {"solver": {"orders": orders}, "heating": {"model": model}}
    found, _ = device(ALONG, materials={"Metal": LAW}, **weak)
    assert found.leads == device(ALONG, **weak)[0].leads
    assert found.leads.keys() == {"left", "right"}


def test_no_lead_where_heat_depends_on_the_magnetisation():
    """The magnet carries ``T0 S (n·N n) I``, and a lead of one S another heat."""
    turning = MAGNET | {"anisotropic_seebeck_ratio": 0.1}
    assert device(ALONG, metal="Magnet")[0].leads.keys() == {"left", "right"}
    assert device(ALONG, materials={"Magnet": turning}, metal="Magnet")[0].leads == {}


def test_an_end_on_a_surface_is_named():
    """Its metal is not known, so neither end of its scheme has a lead."""
    _, config = device(ALONG)
    lid = config.terminals["left"].model_copy(update={"region": None, "face": None, "surface": "lid"})
    changed = config.model_copy(update={"terminals": {**config.terminals, "left": lid}})
    found = Device.of(changed)
    assert found.leads == {}
    named = lid.model_copy(update={"region": "Bar"})
    assert Device.of(config.model_copy(update={"terminals": {**config.terminals, "left": named}})).leads
    left, right = insulated_ends(changed, found)
    assert left.startswith("terminals.left: current passes") and "which metal its surface lies on" in left
    assert right.startswith("terminals.right") and "stays at this end" in right
