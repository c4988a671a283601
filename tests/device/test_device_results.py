"""The numbers in results.json: where they are, and whether they can be true."""

import copy
import json

import numpy as np
import pytest
from lateral import CONFIG, MESH, PROBES, configurations, device, solved

from thermospin.errors import InputError
from thermospin.output.layout import check_layout

CURRENT = 1e-3


def test_skeleton(joule):
    data = joule.data
    assert data["schema"] == 1
    assert data["schemes"].keys() == {"thermal", "electrical"}
    for scheme in data["schemes"].values():
        assert scheme["configurations"].keys() == {"P", "AP"}
        for found in scheme["configurations"].values():
            assert found.keys() >= {"probes", "terminals", "sinks", "balances", "regions", "iterations"}
            assert all(len(found["probes"][probe]["R"]) == 4 for probe in PROBES)
            assert found["regions"].keys() == {"Py1", "Py2", "Cu", "Sub"}
            assert found["terminals"].keys() == CONFIG["terminals"].keys() - {"bottom"}
            assert found["sinks"].keys() == {"contact1", "contact2", "contact5", "bottom"}
        assert scheme["signals"].keys() == set(PROBES)
    assert data["solver"].keys() >= {"dofs", "iterations", "degree", "ranks"}
    assert data.keys() >= {"timings", "memory", "config", "versions"}


def test_layout(joule):
    """Another kind of value than the layout has is refused; :func:`solved` accepts what every run gives."""
    wrong = copy.deepcopy(joule.data) | MESH
    wrong["schemes"]["thermal"]["configurations"]["P"]["balances"]["charge"] = "small"
    with pytest.raises(InputError, match=r"^r.json: schemes.thermal.configurations.P.balances.charge: "):
        check_layout(wrong, "r.json")


def test_plain_types(joule):
    assert json.loads(json.dumps(joule.data)) == joule.data


def test_signals(joule):
    for scheme, data in joule.data["schemes"].items():
        for probe in PROBES:
            p, ap = (np.array(data["configurations"][name]["probes"][probe]["R"]) for name in ("P", "AP"))
            np.testing.assert_array_equal(joule.spin_signal(scheme, probe), p - ap)
            np.testing.assert_array_equal(joule.baseline(scheme, probe), (p + ap) / 2)


def test_no_signals_without_p_and_ap(comm):
    found = solved(device(configurations={"up": {}, "down": {"Py1": -1}}), comm)
    assert all(scheme["signals"] == {} for scheme in found.data["schemes"].values())


def test_uncertainty_covers_the_solver(joule, comm):
    """It bounds what a far more accurate solution changes, and is small against the spin signals."""
    tight = solved(device(solver={"tolerance": 1e-13}), comm)
    for scheme, data in joule.data["schemes"].items():
        for name, found in data["configurations"].items():
            for probe in PROBES:
                uncertainty = np.array(found["probes"][probe]["uncertainty"])
                change = abs(joule.harmonics(scheme, name, probe) - tight.harmonics(scheme, name, probe))
                assert np.all(change <= 2 * uncertainty)
                assert np.all(uncertainty <= 1e-5 * abs(joule.spin_signal(scheme, probe)))


def test_maxima(joule):
    """Current density where the current is; heat where it is made."""
    found = joule.data["schemes"]["thermal"]["configurations"]["P"]
    assert found["drive"] == CURRENT
    regions = found["regions"]
    density = {name: region["max_current_density"] for name, region in regions.items()}
    mean = CURRENT / (50e-9 * 12e-9)
    assert mean < density["Py1"] < 3 * mean
    assert density["Sub"] == 0
    assert 0 < density["Py2"] < 0.2 * density["Py1"]
    rise = {name: region["max_temperature_rise"] for name, region in regions.items()}
    assert max(rise, key=rise.get) == "Py1"
    assert all(value > 0 for value in rise.values())
    # A bare bar of Permalloy between the two contacts would be hotter: h L²/8k.
    py = {"sigma": 4.32e6, "k": 30.0, "length": 180e-9}
    assert rise["Py1"] < 2 * mean**2 / py["sigma"] * py["length"] ** 2 / 8 / py["k"]
    assert rise["Py1"] > 1


def test_maxima_by_order(joule):
    """In the injector the first order is the current, the second the heat; others change little at 1 mA."""
    regions = joule.data["schemes"]["thermal"]["configurations"]["P"]["regions"]
    for region in regions.values():
        assert all(len(values) == 4 for values in region["orders"].values())
    injector, orders = regions["Py1"], regions["Py1"]["orders"]
    heat, current = orders["max_temperature_rise"][1] * CURRENT**2, orders["max_current_density"][0] * CURRENT
    assert injector["max_temperature_rise"] == pytest.approx(heat, rel=0.1)
    assert injector["max_current_density"] == pytest.approx(current, rel=0.1)


def test_interfaces(joule):
    found = joule.data["schemes"]["electrical"]["configurations"]
    for values in found.values():
        assert values["interfaces"].keys() == {"Py1|Cu", "Py2|Cu", "Py1|Sub", "Py2|Sub", "Cu|Sub"}
        injector = values["interfaces"]["Py1|Cu"]
        top, side = 40e-9 * 20e-9, 40e-9 * 12e-9
        assert injector["area"] == pytest.approx(top + side, rel=1e-9, abs=0)
        assert injector["mu_s"]["min"] <= injector["mu_s"]["mean"] <= injector["mu_s"]["max"]
        assert injector["mu_s"]["mean"] > 0
    detector = [values["interfaces"]["Py2|Cu"]["mu_s"]["mean"] for values in found.values()]
    assert detector[0] == pytest.approx(detector[1], rel=0.1)


def test_row_14_currents_through_interfaces(joule):
    """The electrical scheme's current leaves the injector for the copper; the thermal one's comes back."""
    for scheme, share in {"electrical": 1.0, "thermal": 0.0}.items():
        for values in joule.data["schemes"][scheme]["configurations"].values():
            injector, detector = (values["interfaces"][name] for name in ("Py1|Cu", "Py2|Cu"))
            assert injector["current"] == pytest.approx(share * CURRENT, rel=1e-6, abs=1e-6 * CURRENT)
            assert injector["orders"]["current"][0] == pytest.approx(share, rel=1e-6, abs=1e-6)
            assert abs(detector["current"]) < 1e-6 * CURRENT
            assert injector["crossing"] > 1e-3 * CURRENT
            assert injector["crossing"] > 3 * detector["crossing"]


def test_lock_in(comm):
    """Against the Fourier components of the voltage at a sinusoidal current."""
    rms, samples = 0.8e-3, 64
    found = solved(device(lock_in={"rms_current": rms}), comm)
    phase = 2 * np.pi * np.arange(samples) / samples
    current = np.sqrt(2) * rms * np.sin(phase)
    for scheme in ("thermal", "electrical"):
        for name in ("P", "AP"):
            harmonics = found.harmonics(scheme, name, "nonlocal")
            voltage = sum(r * current**n for n, r in enumerate(harmonics, start=1))
            component = np.fft.rfft(voltage) / samples * np.sqrt(2)
            expected = found.data["schemes"][scheme]["lock_in"]["nonlocal"][name]
            assert -component[1].imag == pytest.approx(expected["first_harmonic"], rel=1e-9, abs=0)
            assert -component[2].real == pytest.approx(expected["second_harmonic"], rel=1e-9, abs=0)


@pytest.mark.parametrize("degree", [1, 2, 3])
def test_iterations_of_a_lateral_device(comm, degree):
    """From degree to degree down to P1: few at any degree."""
    antiparallel = {"AP": {"Py2": -1}}
    results = solved(device(configurations=antiparallel, solver={"degree": degree, "orders": 2}), comm)
    for _, _, found in configurations(results):
        assert max(found["iterations"]) <= 40
