"""Configurations of configs/ are loaded and meshed, and its scripts give numbers that they promise."""

from math import sqrt

import numpy as np
import pytest
from scripts import CONFIGS, load_script

from thermospin.constants import LORENZ_NUMBER
from thermospin.hanle.curves import ThreeTerminal, larmor_frequency
from thermospin.hanle.fit import fit_lorentzians
from thermospin.networks import load_circuit
from thermospin.networks.study import study
from thermospin.runs.preparation import prepare_mesh
from thermospin.validation import load_config

pytestmark = pytest.mark.serial

CIRCUITS = ("hatami2007_circuit", "thermal_switching")
DEVICES = sorted(path.stem for path in CONFIGS.glob("*.yaml") if path.stem not in CIRCUITS)


@pytest.mark.parametrize("name", DEVICES)
def test_device_is_meshed(name):
    """On a coarse mesh; the balance of volumes says that no region is lost."""
    config = load_config(CONFIGS / f"{name}.yaml", ["mesh.refinement=0.3"])
    record = prepare_mesh(config)
    assert record.regions.keys() == config.geometry.materials.keys()
    tags = record.array("cell_tags")
    assert set(np.unique(tags)) == set(record.regions.values())


@pytest.mark.parametrize("name", CIRCUITS)
def test_circuit_is_solved(name):
    """Charge balances in the first state."""
    found = study(load_circuit(CONFIGS / f"{name}.yaml", ["sweep.angle.points=3", "dynamics=null"]))
    assert found.data["balances"]["charge"] < 1e-12


def test_hatami2007():
    """Hatami et al. 2007, Eqs. 4 to 7, which are exact, at one angle."""
    script = load_script("hatami2007")
    networks = script.circuits()
    found, expected = script.solve(networks, 1.0), script.closed_forms(networks["thermalised"], 1.0)
    assert found[:4] == pytest.approx(expected[:4], rel=1e-4, abs=0)


def test_tsyplyatyev2006():
    """The law of the materials is the printed one in a field that polarises the clusters."""
    script = load_script("tsyplyatyev2006")
    found, expected = (form(script.SIZE, 10.0, 5.0) for form in (script.computed, script.printed))
    assert found.resistivity == pytest.approx(expected.resistivity, rel=1e-9, abs=0)
    assert found.thermopower == pytest.approx(expected.thermopower, rel=1e-6, abs=0)


def test_veramarun2014():
    """Two Lorentzians separate the relaxation times of spin and of spin heat; their ratio is α²."""
    script = load_script("veramarun2014_hanle")
    thermal = sqrt(LORENZ_NUMBER), script.POLARISATION
    resistances, time = (script.TUNNEL, script.SPIN_RESISTANCE), script.RELAXATION_TIME
    contact = ThreeTerminal.of_contact(*resistances, script.POLARISATION, thermal, script.ALPHA, time)
    field = script.ANGLES / time / larmor_frequency(1.0)
    fit = fit_lorentzians(field, sum(contact.parts(field)), 2).values
    ratio = fit["relaxation_time_1"] / fit["relaxation_time_2"]
    assert ratio == pytest.approx(script.ALPHA**2, rel=1e-3)
