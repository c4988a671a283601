"""Uncertain numbers: notations, places, inherited numbers, formulas, and what is refused."""

import numpy as np
import pytest
from valve import MATERIALS, valve_config

from thermospin.config.correlations import input_covariance
from thermospin.config.inputs import find_input, uncertain_inputs
from thermospin.errors import InputError
from thermospin.units.uncertain import split_uncertain
from thermospin.validation import load_config

pytestmark = pytest.mark.serial


@pytest.mark.parametrize(
    ("text", "both"),
    [
        ("-3.8 +/- 0.2 uV/K", ("-3.8 uV/K", "0.2 uV/K")),
        ("-3.8±0.2 uV/K", ("-3.8 uV/K", "0.2 uV/K")),
        ("(-3.8 +/- 0.2) uV/K", ("-3.8 uV/K", "0.2 uV/K")),
        ("-3.8 uV/K +/- 200 nV/K", ("-3.8 uV/K", "200 nV/K")),
        ("-3.8(2) uV/K", ("-3.8 uV/K", "0.2 uV/K")),
        ("4.26(13)e7 S/m", ("42600000.0 S/m", "1300000.0 S/m")),
        ("0.25 +/- 0.02", ("0.25", "0.02")),
        ("25 +/- 2 %", ("25 %", "2 %")),
        ("2(1)e-15 ohm m^2", ("2e-15 ohm m^2", "1e-15 ohm m^2")),
        ("1e7 (ohm m)^-1", None),
        ("2*(L + 3 nm)", None),
        ("-3.8 uV/K", None),
    ],
)
def test_notations(text, both):
    assert split_uncertain(text) == both


def config(magnet=(), **sections):
    materials = MATERIALS | {"Magnet": MATERIALS["Magnet"] | dict(magnet)}
    return load_config(valve_config() | {"materials": materials} | sections)


def sizes(config):
    """Uncertainties by the key of their input."""
    return {given.key: size for given, size in zip(*uncertain_inputs(config), strict=True)}


def test_uncertainties_at_numbers_and_in_their_section():
    own = config(
        {"spin_seebeck": "-8.0(5) uV/K"},
        uncertainties={"materials.Metal.seebeck": "0.1 uV/K", "heating.scale": 0.3},
    )
    assert own.material("Magnet").spin_seebeck == pytest.approx(-8e-6)
    assert sizes(own) == pytest.approx(
        {"materials.Magnet.spin_seebeck": 5e-7, "materials.Metal.seebeck": 1e-7, "heating.scale": 0.3}
    )


def test_the_resolved_configuration_keeps_them():
    own = config({"spin_seebeck": "-8 +/- 0.5 uV/K"})
    assert sizes(load_config(own.resolved())) == sizes(own) != {}


def test_numbers_that_follow_a_base_or_a_parameter():
    """A material has the number of its base, and so its uncertainty; formulas are derived exactly."""
    materials = MATERIALS | {
        "Oxide": MATERIALS["Oxide"] | {"thermal_conductivity": "k0**2 / (1 W/(m K))"},
        "Metal": {"base": "Magnet", "conductivity": "4.26e7 S/m", "polarisation": 0.1},
    }
    own = load_config(valve_config() | {"materials": materials, "parameters": {"k0": "1.2 +/- 0.1 W/(m K)"}})
    (given,), (size,) = uncertain_inputs(own)
    assert (given.key, given.value, size) == ("parameters.k0", 1.2, pytest.approx(0.1))
    assert given.shares == pytest.approx({("materials", "Oxide", "thermal_conductivity"): 2.4})
    shares = find_input(own, "materials.Magnet.seebeck").shares
    assert shares == pytest.approx(
        {("materials", name, "seebeck"): 1.0 for name in ("Magnet", "Metal")}, rel=1e-9
    )


@pytest.mark.parametrize(
    ("sections", "key", "remedy"),
    [
        ({"uncertainties": {"materials.Magnet.seebek": 1e-6}}, "materials.Magnet.seebek", "no number here"),
        ({"uncertainties": {"materials.Magnet.seebeck": "1 nm"}}, "materials.Magnet.seebeck", "expected V/K"),
        ({"uncertainties": {"materials.Magnet.seebeck": 0}}, "materials.Magnet.seebeck", "greater than 0"),
        (
            {"mesh": {"max_size": "30 +/- 1 nm"}},
            "mesh.max_size",
            "in materials, interfaces, heating, temperature",
        ),
        (
            {"uncertainties": {"heating.scale": 0.1}, "heating": {"scale": "2.0(1)"}},
            "uncertainties.heating.scale",
            "keep one",
        ),
    ],
)
def test_refused(sections, key, remedy):
    with pytest.raises(InputError) as error:
        config(**sections)
    assert error.value.key == key
    assert remedy in str(error.value)
    assert "\n" not in str(error.value)


SEEBECK, SCALE = "materials.Magnet.seebeck", "heating.scale"
TWO = {"uncertainties": {SEEBECK: "2 uV/K", SCALE: 0.5, "temperature": "1 K"}}


def test_covariance_of_correlated_numbers():
    """All other pairs are independent."""
    own = config(correlations=[{"between": [SCALE, SEEBECK], "value": -0.8}], **TWO)
    expected = np.diag([4e-12, 0.25, 1])
    expected[0, 1] = expected[1, 0] = -0.8 * 2e-6 * 0.5
    np.testing.assert_allclose(input_covariance(own, *uncertain_inputs(own)), expected)


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        ([[SCALE, "heating.scle", 0.5]], r"correlations\[0\].between\[1\]: unknown uncertain number"),
        ([[SCALE, SCALE, 0.5]], r"correlations\[0\].between: names one number twice; name two"),
        (
            [[SCALE, SEEBECK, 0.5], [SEEBECK, SCALE, 0.5]],
            r"correlations\[1\].between: this pair has a correl",
        ),
        ([[SCALE, SEEBECK, 1.5]], r"correlations\[0\].value: must be at most 1"),
        (
            [[SCALE, SEEBECK, 0.9], [SEEBECK, "temperature", 0.9], [SCALE, "temperature", -0.9]],
            "correlations: cannot all hold at once",
        ),
    ],
)
def test_mistakes_in_correlations(pairs, words):
    entries = [{"between": [first, second], "value": value} for first, second, value in pairs]
    with pytest.raises(InputError, match=words):
        config(correlations=entries, **TWO)
