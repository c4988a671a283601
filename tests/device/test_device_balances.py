"""Balances of a whole run: charge, heat, energy, Onsager's relation; and the effect of ζ."""

import numpy as np
import pytest
from lateral import (
    PROBES,
    check_energy,
    check_heat_scale,
    check_joule_heat,
    configurations,
    device,
    solved,
)

DRIVEN = {"thermal": ("contact1", "contact2"), "electrical": ("contact1", "contact5")}
"""Where current enters and leaves."""


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
    check_energy(conserving)


def test_joule_heat_is_scaled_power(joule, conserving):
    check_joule_heat(joule, conserving)


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
    check_heat_scale(joule, scale, comm)


def test_terminals_that_share_an_edge(comm):
    """Two grounds, and two sinks, that meet at an edge: every flux leaves once."""
    config = device(heating={"model": "conserving"})
    config["terminals"]["top"] = {"region": "Cu", "face": "zmax", "sink": True}
    config["schemes"] = {"corner": {"contact1": "current", "contact5": "ground", "top": "ground"}}
    for _, _, found in configurations(solved(config, comm)):
        assert found["balances"]["charge"] <= 1e-9
        assert found["balances"]["energy"] <= 1e-9
