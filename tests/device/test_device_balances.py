"""What must balance in a whole run: charge, heat, energy, Onsager's relation; and what ζ multiplies."""

import numpy as np
import pytest
from lateral import COARSE, CONFIG, PROBES, device, solved

DRIVEN = {"thermal": ("contact1", "contact2"), "electrical": ("contact1", "contact5")}
"""Where current enters and leaves."""


def configurations(results):
    """Every scheme, configuration, and what was found."""
    for scheme, data in results.data["schemes"].items():
        for name, found in data["configurations"].items():
            yield scheme, name, found


def test_charge_at_every_terminal(results):
    for scheme, _, found in configurations(results):
        assert found["balances"]["charge"] <= 1e-9
        for name, terminal in found["terminals"].items():
            first, *higher = terminal["current"]
            entering, leaving = DRIVEN[scheme]
            assert first == pytest.approx((name == entering) - (name == leaving), abs=1e-9)
            # At the highest current that the device stands the higher orders are no larger than the first.
            np.testing.assert_allclose(higher * 1e-2 ** np.arange(1, 4), 0, atol=1e-9)


def test_heat(results):
    for _, _, found in configurations(results):
        assert found["balances"]["heat"] <= 1e-9


def test_energy(conserving):
    for _, _, found in configurations(conserving):
        assert found["balances"]["energy"] <= 1e-9
        balances, terminals = found["balances"], found["terminals"]
        first = sum(t["current"][0] * t["V"][0] for t in terminals.values())
        assert balances["power"][1] == pytest.approx(first, rel=1e-9)


def test_joule_heat_is_scaled_power(joule, conserving):
    """To the second order the heat is ζ times the electrical power, less what thermovoltages take."""
    for scheme, name, found in configurations(joule):
        power = found["balances"]["power"][1]
        assert found["balances"]["heat_out"][1] == pytest.approx(2 * power, rel=0.02)
        other = conserving.data["schemes"][scheme]["configurations"][name]
        assert other["balances"]["power"][1] == pytest.approx(power, rel=1e-9)


def test_reciprocity_of_the_electrical_scheme(results):
    for name, found in results.data["schemes"]["electrical"]["configurations"].items():
        assert found["balances"]["reciprocity"].keys() == {"nonlocal"}, name
        assert found["balances"]["reciprocity"]["nonlocal"] <= 1e-9


def test_reciprocity_of_the_thermal_scheme(results):
    """R1 is 1e-5 of the potentials whose difference it is, so their rounding is 1e-11 of it, many times."""
    for found in results.data["schemes"]["thermal"]["configurations"].values():
        size = max(abs(t["V"][0]) for t in found["terminals"].values())
        for probe in PROBES:
            r1 = found["probes"][probe]["R"][0]
            assert found["balances"]["reciprocity"][probe] <= 1e-8
            assert found["balances"]["reciprocity"][probe] * abs(r1) <= 1e-13 * size


@pytest.mark.parametrize("scale", [0.5, 6])
def test_harmonics_and_the_heat_scale(joule, comm, scale):
    """``R_n ∝ ζ^(n−1)``; R1 does not know of ζ."""
    other = solved(device(heating={"scale": scale}), comm)
    powers = (scale / CONFIG["heating"]["scale"]) ** np.arange(4)
    for scheme, name, _ in configurations(joule):
        for probe in PROBES:
            expected = joule.harmonics(scheme, name, probe) * powers
            np.testing.assert_allclose(other.harmonics(scheme, name, probe), expected, rtol=1e-8)


def test_terminals_that_share_an_edge(comm):
    """Two grounds, and two sinks, that meet at an edge: every flux leaves once."""
    config = device(mesh=COARSE, heating={"model": "conserving"})
    config["terminals"]["top"] = {"region": "Cu", "face": "zmax", "sink": True}
    config["schemes"] = {"corner": {"contact1": "current", "contact5": "ground", "top": "ground"}}
    for _, _, found in configurations(solved(config, comm)):
        assert found["balances"]["charge"] <= 1e-9
        assert found["balances"]["energy"] <= 1e-9
