"""Currents, voltages, shares of currents, equipotential contacts, and terminals that float."""

import numpy as np
import pytest
from lateral import PROBES, device, solved
from support import prepare_problem

from thermospin.fields import S, V

UNIFORM = {"contact1": "current", "contact5": "ground"}
EQUIPOTENTIAL = {"contact1": {"current": "equipotential"}, "contact5": "ground"}
VOLTAGE = {"contact1": {"voltage": "20 mV"}, "contact5": "ground"}
FROM_2 = {"contact2": "current", "contact5": "ground"}


def share(part, kind="uniform"):
    return {"current": kind, "share": part}


@pytest.fixture(scope="module")
def results(comm):
    schemes = {
        "uniform": UNIFORM,
        "equipotential": EQUIPOTENTIAL,
        "voltage": VOLTAGE,
        "from_2": FROM_2,
        "from_2_equipotential": {"contact2": {"current": "equipotential"}, "contact5": "ground"},
        "halves": {"contact1": share(0.5), "contact2": share(0.5), "contact5": "ground"},
        "part": {"contact1": "current", "contact2": share(-0.4), "contact5": "ground"},
        "mixed": {"contact1": share(0.7, "equipotential"), "contact2": share(0.3), "contact5": "ground"},
        "floats": UNIFORM | {"contact2": "float", "contact3": "float"},
        "two_grounds": UNIFORM | {"contact2": "ground"},
    }
    # The currents of higher orders are small against the heat that the tolerance refers to.
    return solved(device(schemes=schemes, solver={"tolerance": 1e-13}), comm)


def terminals(results, scheme, configuration="P"):
    return results.data["schemes"][scheme]["configurations"][configuration]["terminals"]


def test_superposition_of_currents(results):
    """The first order is linear in the shares; the second one is not."""
    for name in ("P", "AP"):
        for probe in PROBES:
            r = {s: results.harmonics(s, name, probe) for s in ("uniform", "from_2", "halves", "part")}
            assert r["halves"][0] == pytest.approx((r["uniform"][0] + r["from_2"][0]) / 2, rel=1e-9)
            assert r["part"][0] == pytest.approx(r["uniform"][0] - 0.4 * r["from_2"][0], rel=1e-9)
            assert r["halves"][1] != pytest.approx((r["uniform"][1] + r["from_2"][1]) / 2, rel=1e-2)


def test_currents_of_every_scheme(results):
    expected = {
        "uniform": {"contact1": 1, "contact5": -1},
        "equipotential": {"contact1": 1, "contact5": -1},
        "halves": {"contact1": 0.5, "contact2": 0.5, "contact5": -1},
        "part": {"contact1": 1, "contact2": -0.4, "contact5": -0.6},
        "mixed": {"contact1": 0.7, "contact2": 0.3, "contact5": -1},
    }
    for scheme, currents in expected.items():
        for name, terminal in terminals(results, scheme).items():
            assert terminal["current"][0] == pytest.approx(currents.get(name, 0.0), abs=1e-9)


def test_a_current_divides_between_two_grounds(results):
    found = terminals(results, "two_grounds")
    leaving = np.array([found[name]["current"] for name in ("contact2", "contact5")])
    assert np.all(leaving[:, 0] < -0.1)
    np.testing.assert_allclose(leaving.sum(axis=0)[0], -1, rtol=1e-9)
    np.testing.assert_allclose(leaving.sum(axis=0)[1:] / abs(leaving[:, 1:]).max(axis=0), 0, atol=1e-8)


def test_terminals_that_float_need_not_be_named(results):
    for probe in PROBES:
        found, expected = (results.harmonics(scheme, "AP", probe) for scheme in ("floats", "uniform"))
        np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_uniform_and_equipotential_contacts_agree_far_away(results):
    """The fields near the contact differ, its spins and its potential; the nonlocal voltage does not."""
    for name in ("P", "AP"):
        uniform, equipotential = (
            results.harmonics(scheme, name, "nonlocal")[0] for scheme in ("uniform", "equipotential")
        )
        assert uniform == pytest.approx(equipotential, rel=1e-4)
        assert uniform != pytest.approx(equipotential, rel=1e-11)
    mixed = results.harmonics("mixed", "P", "nonlocal")[0]
    parts = [results.harmonics(scheme, "P", "nonlocal")[0] for scheme in ("equipotential", "from_2")]
    assert mixed == pytest.approx(np.dot([0.7, 0.3], parts), rel=1e-4)


def test_equipotential_contact(comm):
    """V is uniform and s = 0 on it; on a contact with uniform injection neither is."""
    problem = prepare_problem(device(schemes={"metal": EQUIPOTENTIAL, "uniform": UNIFORM}), comm)
    spread = {}
    for scheme in ("metal", "uniform"):
        problem.magnetise(problem.states["P"])
        (solution,) = problem.scheme(scheme).expand(1).orders
        array = solution.vector.array_r
        on_contact = {
            field: array[
                problem.terminals.by_name["contact1"].dofs[field] + problem.spaces.ranges[field].start
            ]
            for field in (V, S)
        }
        potential, s = (np.concatenate(comm.allgather(on_contact[field])) for field in (V, S))
        spread[scheme] = np.ptp(potential) / abs(solution.terminals["contact1"]), abs(s).max()
    assert spread["metal"][0] < 1e-12
    assert spread["metal"][1] == 0
    assert spread["uniform"][0] > 1e-6
    assert spread["uniform"][1] > 1e-3


def test_voltage_drive(results):
    """The series of I(V) and of V(I) invert each other; a probe reads the same either way."""
    for name in ("P", "AP"):
        g1, g2, g3, g4 = terminals(results, "voltage", name)["contact1"]["current"]
        inverse = [
            1 / g1,
            -g2 / g1**3,
            (2 * g2**2 - g1 * g3) / g1**5,
            (5 * g1 * g2 * g3 - g1**2 * g4 - 5 * g2**3) / g1**7,
        ]
        found = terminals(results, "equipotential", name)["contact1"]["V"]
        np.testing.assert_allclose(found, inverse, rtol=1e-8)
        probe = results.harmonics("voltage", name, "nonlocal")
        r1, r2 = results.harmonics("equipotential", name, "nonlocal")[:2]
        np.testing.assert_allclose(probe[:2], [r1 * g1, r1 * g2 + r2 * g1**2], rtol=1e-8)


def test_drive_in_the_results(results):
    drives = {scheme: data["drive"] for scheme, data in results.data["schemes"].items()}
    assert drives["voltage"] == {"quantity": "voltage", "unit": "V"}
    assert drives["uniform"] == {"quantity": "current", "unit": "A"}


def test_schemes_and_probes_do_not_disturb_each_other(comm, joule):
    """Each alone gives what all of them give together."""
    for scheme in ("thermal", "electrical"):
        for probe in PROBES:
            config = device()
            alone = solved(
                config
                | {key: {name: config[key][name]} for key, name in [("schemes", scheme), ("probes", probe)]},
                comm,
            )
            for name in ("P", "AP"):
                found, expected = (r.harmonics(scheme, name, probe) for r in (alone, joule))
                np.testing.assert_allclose(found, expected, rtol=1e-8)
