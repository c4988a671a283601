"""Reversing magnets: only their mutual orientation enters the readings."""

import numpy as np
import pytest
from lateral import PROBES, device, solved

ORIENTATIONS = {
    "P": {},
    "AP": {"Py2": -1},
    "AP by the injector": {"Py1": -1},
    "P reversed": {"Py1": -1, "Py2": -1},
}
SAME = {"AP by the injector": "AP", "P reversed": "P"}


@pytest.fixture(scope="module")
def four(comm):
    orientations = {name.replace(" ", "_"): signs for name, signs in ORIENTATIONS.items()}
    return solved(device(configurations=orientations), comm)


@pytest.mark.parametrize("scheme", ["thermal", "electrical"])
@pytest.mark.parametrize(("reversed_name", "name"), SAME.items())
def test_readings_are_the_same(four, scheme, reversed_name, name):
    for probe in PROBES:
        found = four.harmonics(scheme, reversed_name.replace(" ", "_"), probe)
        # R1 of the thermal scheme is rounded like in its reciprocity.
        np.testing.assert_allclose(found, four.harmonics(scheme, name, probe), rtol=1e-8)


@pytest.mark.parametrize("scheme", ["thermal", "electrical"])
def test_accumulations_are_reversed(four, scheme):
    found = four.data["schemes"][scheme]["configurations"]
    for reversed_name, name in SAME.items():
        reverse, same = (found[key.replace(" ", "_")]["interfaces"] for key in (reversed_name, name))
        for interface in ("Py1|Cu", "Py2|Cu"):
            mu_s = [values[interface]["mu_s"] for values in (reverse, same)]
            assert mu_s[0]["mean"] == pytest.approx(-mu_s[1]["mean"], rel=1e-8, abs=0)
            largest = max(-mu_s[0]["min"], mu_s[0]["max"])
            assert mu_s[0]["min"] == pytest.approx(-mu_s[1]["max"], rel=0, abs=1e-9 * largest)


def test_the_signal_is_there(four):
    """The electrical spin signal is positive: in P the detector reads the majority channel."""
    for scheme in ("thermal", "electrical"):
        signal = four.spin_signal(scheme, "nonlocal")
        assert np.all(abs(signal) > 1e-4 * abs(four.baseline(scheme, "nonlocal")))
    assert four.spin_signal("electrical", "nonlocal")[0] > 0


def test_default_configurations_are_these(four, joule):
    for name in ("P", "AP"):
        found, expected = (r.harmonics("electrical", name, "nonlocal") for r in (joule, four))
        np.testing.assert_allclose(found, expected, rtol=1e-9)
