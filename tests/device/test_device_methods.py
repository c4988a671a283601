"""Expansion and demodulation, sinks that are hot, tolerances, and ranks: the same numbers."""

import numpy as np
import pytest
from lateral import PROBES, device, solved
from support import COMPARES_RANKS, prepare_problem

from thermospin.compat import MPI
from thermospin.fields import THETA

STRONG = {"Py": {"seebeck": "-100 uV/K", "spin_seebeck": "-40 uV/K"}}
"""A magnet in which every harmonic is at least 1e-3 of the voltage at some mA, well above solver errors."""
CURRENTS = [sign * k * 0.8e-3 for k in range(1, 7) for sign in (1, -1)]
"""So many that the powers left out are below 1e-8."""


@pytest.mark.parametrize("heating", ["joule", "conserving"])
def test_expansion_and_demodulation(comm, heating):
    sections = {
        "heating": {"model": heating},
        "materials": STRONG,
        "schemes": {"electrical": device()["schemes"]["electrical"]},
        "configurations": {"AP": {"Py2": -1}},
    }
    solver = {"method": "demodulate", "currents": CURRENTS, "reciprocity": False}
    expanded, fitted = solved(device(**sections), comm), solved(device(solver=solver, **sections), comm)
    for probe in PROBES:
        found, expected = (r.harmonics("electrical", "AP", probe) for r in (fitted, expanded))
        np.testing.assert_allclose(found, expected, rtol=1e-8)


def hot_device(kelvin, currents):
    """The device with one end of the injector at a temperature of its own."""
    solver = {"method": "demodulate", "currents": currents, "orders": len(currents)}
    config = device(solver=solver)
    contact = config["terminals"]["contact2"] | {"sink": kelvin}
    return config | {"terminals": config["terminals"] | {"contact2": contact}}


def test_hot_sink(comm):
    """A voltage without a current, in proportion to the rise, and not the same in P and AP."""
    found = []
    for kelvin in (305.0, 310.0):
        data = solved(hot_device(kelvin, [1e-3, -1e-3]), comm).data["schemes"]["thermal"]["configurations"]
        found.append([data[name]["probes"]["nonlocal"]["R0"] for name in ("P", "AP")])
    warm, hot = np.array(found)
    # Thermoelectric currents within the device heat it a little.
    np.testing.assert_allclose(hot, 2 * warm, rtol=1e-4)
    assert abs(hot[0] - hot[1]) > 1e-3 * abs(hot[0])


def test_hot_sink_at_rest(comm):
    """At rest, Fourier and Seebeck; at a current that was not fitted, the polynomial."""
    problem = prepare_problem(hot_device(310.0, [-2e-3, -1e-3, 1e-3, 2e-3]), comm)
    problem.magnetise(problem.states["P"])
    solver = problem.scheme("thermal")
    probes = [problem.config.probes[name] for name in PROBES]
    expansion = solver.demodulate(problem.config.solver.currents, 4)
    rest = solver.at(0.0)
    assert rest.heat["contact2"] < 0
    assert sum(rest.heat.values()) == pytest.approx(rest.generated, abs=1e-9 * abs(rest.heat["contact2"]))
    theta = rest.vector.array_r[problem.spaces.ranges[THETA]]
    assert comm.allreduce(theta.max(), MPI.MAX) == pytest.approx(10.0)
    assert comm.allreduce(theta.min(), MPI.MIN) == pytest.approx(0.0, abs=1e-9)
    between = solver.at(1.5e-3)
    for probe in probes:
        assert expansion.at(0.0).reading(probe) == pytest.approx(rest.reading(probe), rel=1e-9, abs=0)
        assert expansion.at(1.5e-3).reading(probe) == pytest.approx(between.reading(probe), rel=1e-5)


def test_spin_signals_at_loose_and_tight_tolerances(comm):
    """The difference P − AP, 1e-3 to 1e-1 of either, does not depend on the solver's tolerance."""
    loose, tight = (solved(device(solver={"tolerance": tolerance}), comm) for tolerance in (1e-10, 1e-13))
    for scheme in ("thermal", "electrical"):
        for probe in PROBES:
            found, expected = (r.spin_signal(scheme, probe) for r in (loose, tight))
            np.testing.assert_allclose(found, expected, rtol=1e-7)


THERMAL = {"schemes": {"thermal": device()["schemes"]["thermal"]}, "solver": {"degree": 2}}


@COMPARES_RANKS
@pytest.mark.parametrize("sections", [{}, THERMAL], ids=["P1", "P2"])
def test_any_number_of_ranks(comm, sections):
    """One rank alone, on the same mesh, finds what all find together.

    R3 cancels to a hundredth of its parts: at the default tolerance its own error is what is allowed here.
    """
    solver = {"tolerance": 1e-11} | sections.get("solver", {})
    config = device(**{"heating": {"model": "conserving"}, **sections, "solver": solver})
    together = solved(config, comm)
    if comm.rank > 0:
        return
    alone = solved(config, MPI.COMM_SELF)
    assert together.data["solver"]["ranks"] == comm.size
    assert together.data["solver"]["dofs"] == alone.data["solver"]["dofs"]
    for scheme in config["schemes"]:
        for probe in PROBES:
            for name in ("P", "AP"):
                found, expected = (r.harmonics(scheme, name, probe) for r in (together, alone))
                np.testing.assert_allclose(found, expected, rtol=1e-9)
            found, expected = (r.spin_signal(scheme, probe) for r in (together, alone))
            np.testing.assert_allclose(found, expected, rtol=1e-7)
        for name in ("P", "AP"):
            here, there = (r.data["schemes"][scheme]["configurations"][name] for r in (together, alone))
            for region, values in there["regions"].items():
                for key in ("max_temperature_rise", "max_current_density"):
                    assert here["regions"][region][key] == pytest.approx(values[key], rel=1e-8, abs=0)
            for interface, values in there["interfaces"].items():
                assert here["interfaces"][interface]["mu_s"] == pytest.approx(values["mu_s"], rel=1e-8, abs=0)
            for sink, values in there["sinks"].items():
                np.testing.assert_allclose(here["sinks"][sink]["heat"][1], values["heat"][1], rtol=1e-9)
