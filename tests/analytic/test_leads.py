"""Leads that continue as fins, against meshed leads and closed forms."""

import numpy as np
import pytest
from bars import NM, Profile
from support import SilentProgress, prepare_problem

from thermospin.fields import THETA
from thermospin.runs.simulation import solve

T0, WIDTH, CUT, LENGTH = 300.0, 20 * NM, 100 * NM, 700 * NM
THERMAL_LENGTH = 250 * NM
AREA = WIDTH**2
METAL = {
    "conductivity": 2e6,
    "thermal_conductivity": 40,
    "seebeck": "60 uV/K",
    "spin_diffusion_length": "30 nm",
}
OTHER = {
    "conductivity": 5e6,
    "thermal_conductivity": 90,
    "seebeck": "-30 uV/K",
    "spin_diffusion_length": "60 nm",
}
WARMS = OTHER | {"conductivity": {"resistivity": 2e-7, "temperature_coefficient": 2e-3, "reference": T0}}
"""A metal whose resistance follows the temperature."""
KAPPA = 40 - T0 * 2e6 * 60e-6**2
"""Heat conductivity of the lead at open circuit, W/(m K)."""
PAIR = "right", "left"


def junction(end, far, thermal_length=THERMAL_LENGTH, other=OTHER):
    """A rod of two metals: the lead from x = 0 to `far`, and the other metal at x < 0, whose end is a sink.

    The meshed part of the lead loses heat at one of its sides as a film does to what it lies on.
    """
    half = WIDTH / 2
    boxes = {"Other": (-CUT, 0.0), "Lead": (0.0, far)}
    solids = [
        {"name": name, "material": name, "box": {"min": [low, -half, -half], "max": [high, half, half]}}
        for name, (low, high) in boxes.items()
    ]
    terminals = {
        "left": {"region": "Other", "face": "xmin", "sink": True},
        "right": {"region": "Lead", "face": "xmax"} | end,
    }
    if thermal_length is not None:
        transfer = KAPPA * WIDTH / thermal_length**2
        terminals["below"] = {"region": "Lead", "face": "zmin", "heat_transfer": transfer}
    return {
        "temperature": T0,
        "geometry": {"solids": solids},
        "mesh": {"max_size": 20 * NM, "interface_size": 20 * NM, "elements_across_film": 1},
        "materials": {"Lead": METAL, "Other": other},
        "terminals": terminals,
        "heating": {"scale": 1.7},
        "schemes": {
            "in": {"right": "current", "left": "ground"},
            "out": {"left": "current", "right": "ground"},
        },
        "probes": {"along": ["right", "left"]},
        "solver": {"degree": 2, "orders": 2},
    }


def solved(config, scheme, comm):
    """The expansion of a scheme."""
    with prepare_problem(config, comm) as problem:
        return problem.solve(scheme, next(iter(problem.states)))


def whole_and_part(thermal_length, **options):
    """Configurations of a meshed lead, and of its first part that continues."""
    lead = {"length": LENGTH - CUT} | ({} if thermal_length is None else {"thermal_length": thermal_length})
    return (
        junction({"sink": True}, LENGTH, thermal_length=thermal_length, **options),
        junction({"continues": lead}, CUT, thermal_length=thermal_length, **options),
    )


@pytest.mark.parametrize("scheme", ["in", "out"])
@pytest.mark.parametrize("thermal_length", [None, THERMAL_LENGTH])
def test_a_lead_as_if_it_were_meshed(comm, scheme, thermal_length):
    """R1 and R2 of a long meshed lead and of its first part: Ohm, Seebeck, Peltier and Joule."""
    whole, part = (solved(config, scheme, comm) for config in whole_and_part(thermal_length))
    np.testing.assert_allclose(part.harmonics(PAIR), whole.harmonics(PAIR), rtol=1e-3)
    ground = {"in": "left", "out": "right"}[scheme]
    assert part.orders[0].potential(ground) == pytest.approx(0, abs=1e-9 * abs(part.harmonics(PAIR)[0]))
    heats = [[order.heat["left"] for order in found.orders] for found in (part, whole)]
    np.testing.assert_allclose(*heats, rtol=1e-3)


@pytest.mark.parametrize("scheme", ["in", "out"])
def test_a_lead_beside_a_metal_that_warms(comm, scheme):
    """R3 too: the resistance of the other metal follows the temperature, which the lead's heat raises."""
    found = [
        solved(config | {"solver": {"degree": 2, "orders": 3}}, scheme, comm).harmonics(PAIR)
        for config in whole_and_part(THERMAL_LENGTH, other=WARMS)
    ]
    np.testing.assert_allclose(*found, rtol=2e-3)


def test_fields_at_currents_beside_a_metal_that_warms(comm):
    """Newton's method with the lead's heat, against the expansion."""
    _, part = whole_and_part(THERMAL_LENGTH, other=WARMS)
    fitted = {"method": "demodulate", "currents": [-4e-5, -2e-5, 2e-5, 4e-5], "orders": 2}
    found = solved(part | {"solver": part["solver"] | fitted}, "in", comm).harmonics(PAIR)
    np.testing.assert_allclose(found, solved(part, "in", comm).harmonics(PAIR), rtol=1e-5)


@pytest.mark.parametrize("other", [OTHER, WARMS], ids=["numbers", "laws"])
def test_a_lead_that_conserves_energy(comm, other):
    """Peltier heat at the local temperature, and all heat of the lead: R1 to R3, and power that is heat."""
    changed = {"heating": {"model": "conserving"}, "solver": {"degree": 2, "orders": 3}}
    given = whole_and_part(THERMAL_LENGTH, other=other)
    whole, part = (solved(config | changed, "in", comm) for config in given)
    np.testing.assert_allclose(part.harmonics(PAIR), whole.harmonics(PAIR), rtol=1e-3)
    power = sum(current * part.orders[0].potential(name) for name, current in part.orders[0].currents.items())
    assert sum(part.orders[1].heat.values()) == pytest.approx(power, rel=1e-8)
    fitted = {"degree": 2, "orders": 3, "method": "demodulate", "currents": [-1e-4, -5e-5, 5e-5, 1e-4]}
    at_currents = solved(given[1] | changed | {"solver": fitted}, "in", comm)
    np.testing.assert_allclose(at_currents.harmonics(PAIR), part.harmonics(PAIR), rtol=1e-4)


def test_a_lead_at_a_metal_contact(comm):
    """In a rod the current at a uniform potential is uniform: with a lead the same readings."""
    _, part = whole_and_part(THERMAL_LENGTH)
    schemes = {"in": {"right": {"current": "equipotential"}, "left": "ground"}}
    found = solved(part | {"schemes": part["schemes"] | schemes}, "in", comm)
    expected = solved(part, "in", comm)
    np.testing.assert_allclose(found.harmonics(PAIR), expected.harmonics(PAIR), rtol=1e-6)
    for name in PAIR:
        assert found.orders[0].heat[name] == pytest.approx(expected.orders[0].heat[name], rel=1e-6)


def bar(end, comm, **more):
    """A bar of the lead's metal, with a sink at the left, from where current flows out."""
    half = WIDTH / 2
    box = {"min": [0, -half, -half], "max": [CUT, half, half]}
    config = junction({}, CUT, thermal_length=None) | {
        "geometry": {"solids": [{"name": "Lead", "material": "Lead", "box": box}]},
        "terminals": {
            "left": {"region": "Lead", "face": "xmin", "sink": True},
            "right": {"region": "Lead", "face": "xmax"} | end,
        },
    }
    return solved(config | more, "in", comm)


@pytest.mark.parametrize("ground", [False, True])
def test_default_is_a_lead_of_the_same_metal(comm, ground):
    """No Peltier heat is left at its end, and no thermovoltage between its end and that of the sink."""
    driven = ("left", "right") if ground else ("right", "left")
    schemes = {"in": dict(zip(driven, ("current", "ground"), strict=True))}
    found = bar({}, comm, schemes=schemes)
    sign = -1 if ground else 1
    resistance = CUT / (2e6 * AREA)
    first, second = sign * found.harmonics(PAIR)
    assert first == pytest.approx(resistance, rel=1e-8)
    assert second == pytest.approx(0, abs=1e-8 * 60e-6 * 1.7 * CUT * resistance / (2 * KAPPA * AREA))
    assert sum(found.orders[0].heat.values()) == pytest.approx(0, abs=1e-9 * T0 * 60e-6)
    assert found.orders[0].heat["right"] == pytest.approx(-sign * T0 * 60e-6, rel=1e-8)


def test_a_lead_without_a_seebeck_coefficient(comm):
    """With `sink: false` the Peltier heat flows back: ``R1 = L/(σ A) (1 + S² σ T0/κ)``, ``R2 = −S ϑ2``."""
    first, second = bar({"sink": False}, comm).harmonics(PAIR)
    resistance = CUT / (2e6 * AREA)
    assert first == pytest.approx(resistance * (1 + 60e-6**2 * 2e6 * T0 / KAPPA), rel=1e-8)
    assert second == pytest.approx(-60e-6 * 1.7 * CUT * resistance / (2 * KAPPA * AREA), rel=1e-6)


def test_heat_and_charge_balance(comm):
    first, second = solved(whole_and_part(THERMAL_LENGTH)[1], "out", comm).orders
    assert sum(first.currents.values()) == pytest.approx(0, abs=1e-9)
    assert sum(first.heat.values()) == pytest.approx(
        0, abs=1e-9 * abs(first.heat["left"]) + 1e-9 * T0 * 60e-6
    )
    assert sum(second.heat.values()) == pytest.approx(second.generated, rel=1e-8)


def test_expansion_and_fields_at_currents(comm):
    _, part = whole_and_part(THERMAL_LENGTH)
    fitted = {"method": "demodulate", "currents": [-2e-4, -1e-4, 1e-4, 2e-4]}
    found = solved(part | {"solver": part["solver"] | fitted}, "in", comm).harmonics(PAIR)
    np.testing.assert_allclose(found, solved(part, "in", comm).harmonics(PAIR), rtol=1e-6)


def test_onsager_with_leads_at_injector_and_probe(comm):
    """R1 with injector and probe exchanged."""
    lead = {"continues": {"length": LENGTH}}
    config = junction(lead, CUT)
    config["terminals"] |= {
        "above": {"region": "Lead", "face": "zmax"} | lead,
        "left": {"region": "Other", "face": "xmin"} | lead,
    }
    config["terminals"]["foot"] = {"region": "Other", "face": "zmin", "sink": True}
    config["schemes"] = {"in": {"right": "current", "foot": "ground"}}
    config["probes"] = {"across": ["above", "left"]}
    with prepare_problem(config, comm) as problem:
        solver = problem.scheme("in")
        problem.magnetise({})
        first = solver.expand(1).orders[0]
        probe = ("above", "left")
        assert solver.reciprocal(probe, first) == pytest.approx(first.reading(probe), rel=1e-9)


def test_fin(comm):
    """A lead alone: ``ϑ = ϑ0 sinh((L − x)/ℓ)/sinh(L/ℓ)`` beyond a terminal, and the heat it takes."""
    lead = {"length": LENGTH, "thermal_length": THERMAL_LENGTH}
    config = junction({"continues": lead}, CUT, thermal_length=None)
    config["terminals"]["left"]["sink"] = T0 + 10
    with prepare_problem(config, comm) as problem:
        rest = problem.solve("in", next(iter(problem.states))).rest
        other = problem.device.materials["Other"]
        profile = Profile.of(problem, rest, THETA)
    fin = KAPPA / THERMAL_LENGTH / np.tanh(LENGTH / THERMAL_LENGTH)
    kappa = other.thermal_conductivity - T0 * other.conductivity * other.seebeck**2
    flux = 10 / (CUT / kappa + CUT / KAPPA + 1 / fin)
    assert rest.heat["right"] == pytest.approx(flux * AREA, rel=1e-8, abs=0)
    assert profile.at(CUT) == pytest.approx(flux / fin, rel=1e-8)
    # The thermovoltage of the whole lead, down to its far end at T0.
    drop = -other.seebeck * flux * CUT / kappa - 60e-6 * (10 - flux * CUT / kappa)
    assert rest.reading(("right", "left")) == pytest.approx(-drop, rel=1e-8)


def test_estimates_with_a_lead(comm):
    """The correction of R2 at degree 1 is the difference to degree 2, and a share of it."""
    _, part = whole_and_part(THERMAL_LENGTH)
    tables = []
    for degree in (1, 2):
        solver = part["solver"] | {"degree": degree, "estimate": degree == 1}
        with prepare_problem(part | {"solver": solver}, comm) as problem:
            table = solve(problem, SilentProgress()).readings
        tables.append(table[table.scheme == "in"].set_index("order"))
    coarse, fine = tables
    step = fine.value - coarse.value
    assert abs(step[2]) > 1e-5 * abs(fine.value[2])
    assert 1 <= coarse.correction[2] / step[2] <= 4 / 3
