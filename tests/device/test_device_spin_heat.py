"""Whole runs in which the spins have temperatures of their own."""

import numpy as np
import pytest
from lateral import PROBES, configurations, device, solved
from support import COMPARES_RANKS

from thermospin.compat import MPI

SCHEMES = ("thermal", "electrical")
PY = {"electronic_thermal_conductivity": 24, "heat_polarisation": 0.3, "spin_heat_ratio": 2}
MATERIALS = {"Py": PY, "Cu": {"spin_heat_ratio": 5}}
STRONG = MATERIALS | {"Py": PY | {"seebeck": "-100 uV/K", "spin_seebeck": "-40 uV/K"}}
"""Every harmonic is at least 1e-3 of the voltage at some mA, well above solver errors."""
CURRENTS = [sign * k * 0.8e-3 for k in range(1, 7) for sign in (1, -1)]
MODELS = ("joule", "conserving")


def spin_heat_device(materials=MATERIALS, solver=None, **sections):
    return device(materials=materials, solver={"spin_heat": True} | (solver or {}), **sections)


@pytest.fixture(scope="module")
def found(comm):
    """By heat source: P, AP, and both with the magnets reversed."""
    orientations = {"P": {}, "AP": {"Py2": -1}, "P_r": {"Py1": -1, "Py2": -1}, "AP_r": {"Py1": -1}}
    return {
        model: solved(spin_heat_device(heating={"model": model}, configurations=orientations), comm)
        for model in MODELS
    }


@pytest.fixture(scope="module")
def without(comm):
    """The same materials, one temperature."""
    return {model: solved(device(materials=MATERIALS, heating={"model": model}), comm) for model in MODELS}


@pytest.mark.parametrize("model", MODELS)
def test_balances(found, model):
    for scheme, name, values in configurations(found[model]):
        balances = values["balances"]
        assert balances["charge"] <= 1e-9, (scheme, name)
        assert balances["heat"] <= 1e-9, (scheme, name)
        assert balances["reciprocity"]["nonlocal"] <= (1e-8 if scheme == "thermal" else 1e-9)
        if model == "conserving":
            assert balances["energy"] <= 1e-9, (scheme, name)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("name", ["P", "AP"])
def test_only_the_mutual_orientation_is_read(found, model, name):
    for scheme in SCHEMES:
        for probe in PROBES:
            reverse, same = (found[model].harmonics(scheme, key, probe) for key in (f"{name}_r", name))
            np.testing.assert_allclose(reverse, same, rtol=1e-8)
        cases = found[model].data["schemes"][scheme]["configurations"]
        for interface in ("Py1|Cu", "Py2|Cu"):
            reverse, same = (cases[key]["interfaces"][interface]["T_s"] for key in (f"{name}_r", name))
            assert reverse["mean"] == pytest.approx(-same["mean"], rel=1e-8)
            assert reverse["min"] == pytest.approx(-same["max"], rel=1e-8)


def test_the_accumulation_is_that_of_the_heat(found):
    """Heat leaves the injector for the copper: T_s has the sign of P_k there, and is a part of the rise."""
    cases = found["joule"].data["schemes"]["thermal"]["configurations"]
    accumulation = cases["P"]["interfaces"]["Py1|Cu"]["T_s"]["mean"]
    assert 1e-3 < accumulation / cases["P"]["regions"]["Py1"]["max_temperature_rise"] < 0.3
    orders = cases["P"]["interfaces"]["Py1|Cu"]["orders"]["T_s"]
    assert orders[1] * 1e-6 == pytest.approx(accumulation, rel=0.1)


def test_it_changes_the_second_harmonic(found, without):
    """Not R1 of the electrical scheme, to which heat matters little."""
    for model in MODELS:
        new, old = (r[model].harmonics("thermal", "P", "nonlocal") for r in (found, without))
        assert abs(new[1] / old[1] - 1) > 1e-3
        new, old = (r[model].harmonics("electrical", "P", "nonlocal") for r in (found, without))
        assert 0 < abs(new[0] / old[0] - 1) < 1e-3


@pytest.mark.parametrize("model", MODELS)
def test_fast_relaxation_leaves_one_temperature(without, comm, model):
    """With λ_Q far below the elements τ vanishes like ``(λ_Q/h)²``."""
    short = {"spin_heat_ratio": None, "spin_heat_diffusion_length": "1e-5 nm"}
    materials = {name: {k: v for k, v in (m | short).items() if v} for name, m in MATERIALS.items()}
    limit = solved(spin_heat_device(materials, heating={"model": model}), comm)
    for scheme in SCHEMES:
        for name in ("P", "AP"):
            for probe in PROBES:
                expected = without[model].harmonics(scheme, name, probe)
                np.testing.assert_allclose(limit.harmonics(scheme, name, probe), expected, rtol=1e-8)


@pytest.mark.parametrize("model", MODELS)
def test_one_temperature_does_not_know_of_spin_heat(model):
    """Coefficients that only τ needs change no digit of a run without τ, whose results have no T_s.

    On one rank, for among several the order of a sum is left to chance.
    """
    plain, other = (
        solved(device(heating={"model": model}, **sections), MPI.COMM_SELF)
        for sections in ({}, {"materials": MATERIALS})
    )
    for scheme, name, values in configurations(plain):
        same = other.data["schemes"][scheme]["configurations"][name]
        assert same["probes"] == values["probes"]
        assert same["interfaces"] == values["interfaces"]
        assert "T_s" not in values["interfaces"]["Py1|Cu"]
    assert plain.data["solver"]["dofs"] == other.data["solver"]["dofs"]


@pytest.mark.parametrize("model", MODELS)
def test_expansion_and_demodulation(comm, model):
    sections = {
        "heating": {"model": model},
        "schemes": {"electrical": device()["schemes"]["electrical"]},
        "configurations": {"AP": {"Py2": -1}},
    }
    solver = {"method": "demodulate", "currents": CURRENTS, "reciprocity": False}
    expanded = solved(spin_heat_device(STRONG, **sections), comm)
    fitted = solved(spin_heat_device(STRONG, solver, **sections), comm)
    for probe in PROBES:
        values, expected = (r.harmonics("electrical", "AP", probe) for r in (fitted, expanded))
        np.testing.assert_allclose(values, expected, rtol=1e-8)


SMALL = {"heating": {"model": "conserving"}, "schemes": {"thermal": device()["schemes"]["thermal"]}}


@pytest.mark.parametrize("degree", [1, 2])
def test_iterations(comm, degree):
    """τ is one more multigrid."""
    four, three = (
        solved(config, comm)
        for config in (
            spin_heat_device(solver={"degree": degree}, **SMALL),
            device(materials=MATERIALS, solver={"degree": degree}, **SMALL),
        )
    )
    assert four.data["solver"]["iterations"] <= 1.25 * three.data["solver"]["iterations"]


@COMPARES_RANKS
@pytest.mark.parametrize("degree", [1, 2], ids=["P1", "P2"])
def test_any_number_of_ranks(comm, degree):
    """One rank alone finds what all find together."""
    config = spin_heat_device(solver={"degree": degree}, **SMALL)
    together = solved(config, comm)
    if comm.rank > 0:
        return
    alone = solved(config, MPI.COMM_SELF)
    for name in ("P", "AP"):
        values, expected = (r.harmonics("thermal", name, "nonlocal") for r in (together, alone))
        np.testing.assert_allclose(values, expected, rtol=1e-7)
