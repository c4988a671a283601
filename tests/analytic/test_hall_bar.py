"""Anisotropic magnetoresistance, planar, anomalous and ordinary Hall and Nernst effects of a bar (§11.4)."""

import numpy as np
import pytest
from hall_bar import MAGNET, METAL, PITCH, T, W, bar
from support import prepare_problem

from thermospin.linear import preconditioning
from thermospin.validation import load_config

RHO, S = 1 / 4e6, -20e-6
RATIO, HALL, COLD = 0.06, 0.08, 0.3


def in_the_middle(problem, found):
    """Electric field and Hall field, V/m, (3,) each, in the middle of the bar, of fields on cells."""
    device = problem.spaces.device
    cells = device.owned(device.cells(["M"]))
    sums = [np.append(field[cells].sum(axis=0), len(cells)) for field in (found.e, found.e_h)]
    return [total[:3] / total[3] for total in device.mesh.comm.allreduce(np.array(sums))]


def resistances(problem, state=None):
    """R1 along and across the bar, Ω."""
    found = problem.solve("through", state or next(iter(problem.states)))
    return [found.harmonics(tuple(problem.config.probes[name]))[0] for name in ("along", "across")]


def in_plane(angle):
    """A direction in the plane of the film, at an angle to the bar, degrees."""
    return [float(np.cos(np.deg2rad(angle))), float(np.sin(np.deg2rad(angle))), 0.0]


ANGLES = {"collinear": [30.0], "vector": [0.0, 45.0, 70.0, 135.0, 180.0, 300.0]}


@pytest.mark.parametrize("spin", ANGLES)
def test_magnetoresistance_and_planar_hall_effect(comm, spin):
    """``R ∝ ρ⊥ + (ρ∥ − ρ⊥) cos²φ``, ``E_y = ½ (ρ∥ − ρ⊥) j sin 2φ``; conjugate gradients stay."""
    regions = dict.fromkeys("LAMBR", in_plane(ANGLES[spin][0]))
    states = {"given": {}} | {
        f"at{angle:g}": dict.fromkeys("LAMBR", in_plane(angle)) for angle in ANGLES[spin][1:]
    }
    given = bar(
        MAGNET | {"amr_ratio": RATIO}, magnetisation=regions, configurations=states, solver={"spin": spin}
    )
    problem, change = prepare_problem(given, comm), RATIO * RHO
    assert problem.system.is_symmetric
    for phi, state in zip(np.deg2rad(ANGLES[spin]), states, strict=True):
        along, across = resistances(problem, state)
        resistivity = RHO * (1 - RATIO / 3) + change * np.cos(phi) ** 2
        assert along == pytest.approx(resistivity * PITCH / W / T, rel=1e-3)
        assert across == pytest.approx(-change * np.sin(2 * phi) / 2 / T, rel=1e-3, abs=1e-3 * change / T)
    problem.free()


LAW = {"linear": HALL, "temperature_coefficient": 1e-2, "reference": 300}


@pytest.mark.parametrize(
    ("state", "angle", "orders"), [("P", HALL, 1), ("AP", HALL, 1), ("AP", LAW, 2)], ids=["P", "AP", "law"]
)
def test_anomalous_hall_effect(comm, state, angle, orders):
    """``E_y = ρ_AH j`` for m along z, reversed with the magnet; the resistance stays."""
    given = bar(
        MAGNET | {"anomalous_hall_angle": angle},
        configurations={"P": {}, "AP": dict.fromkeys("LAMBR", -1)},
        solver={"orders": orders},
    )
    problem, sign = prepare_problem(given, comm), 1 if state == "P" else -1
    found = problem.solve("through", state)
    along, across = (found.harmonics(tuple(given["probes"][name]))[0] for name in ("along", "across"))
    assert not problem.system.is_symmetric
    assert along == pytest.approx(RHO * PITCH / W / T, rel=1e-3)
    assert across == pytest.approx(-HALL * RHO / T * sign, rel=1e-3)
    electric, hall = in_the_middle(problem, problem.observer().orders(found)[1])
    j, across_field = 1 / (W * T), sign * HALL * RHO / (W * T)
    np.testing.assert_allclose(electric, [RHO * j, across_field, 0], rtol=0, atol=1e-3 * across_field * sign)
    np.testing.assert_allclose(hall, [0, across_field, 0], rtol=0, atol=1e-3 * across_field * sign)
    problem.free()


def test_ordinary_hall_effect(comm):
    """``E_y = R_H j B``, and in another field without a new operator."""
    given = bar(METAL | {"hall_coefficient": 1e-8}, magnetic_field=[0, 0, 2.0])
    problem = prepare_problem(given, comm)
    for field in (2.0, -1.0):
        if field != 2.0:
            solver = given["solver"] | {"estimate": False}
            problem.adopt(load_config(given | {"magnetic_field": [0, 0, field], "solver": solver}))
        along, across = resistances(problem)
        assert along == pytest.approx(RHO * PITCH / W / T, rel=1e-3)
        assert across == pytest.approx(-1e-8 * field / T, rel=1e-3)
    problem.free()


ALMOST_CONSTANT = {"linear": S, "temperature_coefficient": 1e-7, "reference": 300}
NERNST = {
    "anomalous": (MAGNET | {"anomalous_nernst_ratio": 0.05}, {}, 0.05 * S),
    "ordinary": (METAL | {"nernst_coefficient": -1e-6}, {"magnetic_field": [0, 0, 2.0]}, -2e-6),
    "law": (
        METAL | {"nernst_coefficient": -1e-6, "seebeck": ALMOST_CONSTANT},
        {"magnetic_field": [0, 0, 2.0]},
        -2e-6,
    ),
}


@pytest.mark.parametrize(("material", "sections", "nernst"), NERNST.values(), ids=NERNST)
def test_nernst_effects(comm, material, sections, nernst):
    """``∂V/∂y = − N_A S ∂T/∂x`` or ``− ν B ∂T/∂x``, along z; so cold that it makes no heat across."""
    given = bar({"seebeck": S} | material, temperature=COLD, **sections)
    given["terminals"]["right"]["sink"] = COLD + 10
    given["schemes"]["through"] = {"right": "ground"}
    problem = prepare_problem(given, comm)
    problem.magnetise(problem.states["P"])
    solution = problem.scheme("through").at(0.0)
    volts = solution.terminals
    gradient = -(volts["Bmin"] - volts["Amin"]) / PITCH / S
    assert gradient == pytest.approx(10 / 460e-9, rel=1e-3)
    assert volts["Amax"] - volts["Amin"] == pytest.approx(-nernst * gradient * W, rel=1e-3)
    electric, hall = in_the_middle(problem, problem.observer().observe(solution))
    known = nernst * gradient
    np.testing.assert_allclose(electric[:2], [S * gradient, known], rtol=1e-3)
    np.testing.assert_allclose(hall, [0, known, 0], rtol=0, atol=1e-3 * abs(known))
    problem.free()


def test_nernst_effect_of_a_film_in_a_perpendicular_gradient(comm):
    """``∂V/∂x = − N_A S ∂T/∂z`` with m along y, in the plane of a film that is hotter above than below."""
    ratio, high = 0.05, 10.0
    solid = {"name": "M", "material": "X", "box": {"min": [0, 0, 0], "max": ["60 nm", "40 nm", "20 nm"]}}
    given = bar(
        MAGNET | {"anomalous_nernst_ratio": ratio, "seebeck": S},
        geometry={"solids": [solid]},
        temperature=COLD,
        magnetisation={"M": "y"},
        schemes={"heat": {"right": "ground"}},
        terminals={
            "top": {"region": "M", "face": "zmax", "sink": COLD + high},
            "bottom": {"region": "M", "face": "zmin", "sink": True},
            "left": {"region": "M", "face": "xmin"},
            "right": {"region": "M", "face": "xmax"},
        },
        probes={"along": ["left", "right"]},
    )
    problem = prepare_problem(given, comm)
    problem.magnetise(problem.states["P"])
    volts = problem.scheme("heat").at(0.0).terminals
    expected = ratio * S * high / 20e-9 * 60e-9
    assert volts["left"] - volts["right"] == pytest.approx(expected, rel=1e-3)
    problem.free()


def test_reciprocity_of_onsager_and_casimir(comm):
    """``R_ij(m) = R_ji(−m)``: injector and probe exchanged, and all magnets reversed."""
    magnet = METAL | {"magnetic": True, "seebeck": S}
    effects = {"amr_ratio": RATIO, "anomalous_hall_angle": HALL, "anomalous_nernst_ratio": 0.1}
    magnets, out = dict.fromkeys("LAMBR", 1), {"current": "uniform", "share": -1}
    given = bar(
        magnet | effects,
        magnetisation=dict.fromkeys("LAMBR", [1, 2, 2]),
        configurations={"up": magnets, "down": dict.fromkeys(magnets, -1)},
        schemes={
            "there": {"left": "current", "right": out, "Bmin": "ground"},
            "back": {"Amax": "current", "Amin": out, "Bmin": "ground"},
        },
        probes={"across": ["Amax", "Amin"], "along": ["left", "right"]},
    )
    for terminal in given["terminals"].values():
        terminal["sink"] = True
    problem = prepare_problem(given, comm)
    there = {state: problem.solve("there", state).harmonics(("Amax", "Amin"))[0] for state in problem.states}
    back = {state: problem.solve("back", state).harmonics(("left", "right"))[0] for state in problem.states}
    assert there["up"] == pytest.approx(back["down"], rel=1e-10, abs=0)
    assert there["down"] == pytest.approx(back["up"], rel=1e-10, abs=0)
    assert abs(there["up"] - there["down"]) > 0.1 * abs(there["up"])
    problem.free()


ANOMALOUS = ("anomalous_hall_angle", "anomalous_nernst_ratio")
TURNED = {
    "collinear": ("collinear", MAGNET | {"amr_ratio": 0.02}, ANOMALOUS),
    "vector": ("vector", MAGNET | {"amr_ratio": 0.02}, ANOMALOUS),
    "spin Hall": ("vector", METAL, ("spin_hall_angle", "spin_nernst_angle")),
}
CASES = [(effects, 0) for effects in TURNED] + [("vector", preconditioning.FACTORISED)]


@pytest.mark.parametrize(("effects", "factorised"), CASES)
def test_iterations_with_angles_of_a_tenth(effects, factorised, comm, monkeypatch):
    """Half as many iterations more, at most, with GMRES than with conjugate gradients."""
    monkeypatch.setattr(preconditioning, "FACTORISED", factorised)
    (spin, material, angles), needed = TURNED[effects], []
    states = {"P": {}} if material is METAL or factorised else {"P": {}, "AP": dict.fromkeys("LAMBR", -1)}
    for angle in (0.0, 0.1):
        turned = material | {"seebeck": S} | dict.fromkeys(angles, angle)
        problem = prepare_problem(bar(turned, solver={"spin": spin}, configurations=states), comm)
        assert problem.system.is_symmetric == (angle == 0)
        needed.append([problem.solve("through", state).orders[0].iterations for state in states])
        problem.free()
    assert np.all(0 < np.array(needed))
    assert np.all(np.array(needed[1]) <= 1.5 * np.array(needed[0]))
