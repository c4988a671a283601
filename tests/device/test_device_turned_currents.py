"""Whole runs with all effects that turn currents: energy, reciprocity, ranks (solver/physics.md §11)."""

import hall_bar
import numpy as np
import pytest
from hall_bar import bar
from lateral import configurations, solved
from scipy.spatial.transform import Rotation
from structured import structured_device
from support import SilentProgress, prepare_problem
from turned import MAGNET, NM, collinear, spin_heat, vector

from thermospin.runs.loop import loop
from thermospin.runs.problem import Problem
from thermospin.validation import load_config

TURN = Rotation.from_rotvec([0.9, -1.7, 0.6]).as_matrix()


@pytest.fixture(
    scope="module",
    params=[
        collinear,
        pytest.param(vector, marks=pytest.mark.slow),
        pytest.param(spin_heat, marks=pytest.mark.slow),
    ],
    ids=["collinear", "vector", "spin heat"],
)
def results(request, comm):
    return solved(request.param(), comm)


def test_balances(results):
    """Charge, heat and energy to solver accuracy, in every order and configuration."""
    for _, _, found in configurations(results):
        for name in ("charge", "heat", "energy"):
            assert found["balances"][name] <= 1e-9


def test_reciprocity(results):
    """Injector and probe exchanged, with the transpose of the operator."""
    for _, _, found in configurations(results):
        for value in found["balances"]["reciprocity"].values():
            assert value is None or value <= 1e-8


def test_configurations_differ(results):
    """Reversing the magnet reverses much of the voltage across, not only what depends on P."""
    readings = [found["probes"]["across"]["R"][0] for _, _, found in configurations(results)]
    assert np.ptp(readings) > 0.1 * np.max(np.abs(readings))


def check_demodulation(config, comm):
    """Compare the orders with what solutions at given currents have in powers of it."""
    currents = [k * 2e-5 for k in (-4, -3, -2, -1, 1, 2, 3, 4)]
    config["solver"] |= {"orders": 3, "method": "demodulate", "currents": currents}
    problem = prepare_problem(config, comm)
    problem.magnetise(list(problem.states.values())[-1])
    solver, pair = problem.scheme("through"), ("side", "other")
    expected = solver.expand(3).harmonics(pair)
    found = solver.demodulate(currents, 3).harmonics(pair)
    np.testing.assert_allclose(found, expected, rtol=1e-4)
    problem.free()


@pytest.mark.slow
def test_expansion_is_demodulation_with_laws(comm):
    """Newton's method at drives, and the orders, with a Hall angle that follows the temperature."""

    def law(value, slope):
        return {"linear": value, "temperature_coefficient": slope, "reference": 300}

    config = collinear(heating={"model": "joule"})
    config["materials"]["Magnet"] = MAGNET | {
        "conductivity": law(4e6, -2e-3),
        "anomalous_hall_angle": law(0.06, 4e-3),
        "amr_ratio": law(0.05, -1e-3),
    }
    check_demodulation(config, comm)


@pytest.mark.slow
def test_expansion_is_demodulation_with_spin_hall(comm):
    """Vector spins with spin Hall and spin Nernst effects, and an insulating magnet."""
    check_demodulation(vector(heating={"model": "joule"}), comm)


OUT = {"current": "uniform", "share": -1}
SCHEMES = {
    "there": {"left": "current", "right": "ground"},
    "back": {"side": "current", "other": OUT, "right": "ground"},
}


def given(config, turn=None, field=1):
    """The configuration turned in space, with its magnets and its field, and the field times a factor."""
    turn = np.eye(3) if turn is None else turn
    directions = {region: (turn @ m).tolist() for region, m in config["magnetisation"].items()}
    return load_config(
        config
        | {"magnetisation": directions, "magnetic_field": (field * turn @ config["magnetic_field"]).tolist()}
    )


@pytest.fixture(
    scope="module",
    params=[
        pytest.param((collinear, 2), marks=pytest.mark.slow),
        (vector, 1),
        pytest.param((vector, 2), marks=pytest.mark.slow),
    ],
    ids=["collinear", "vector", "vector, heat"],
)
def turned(request, comm, tmp_path_factory):
    """A device on a regular mesh, the same turned in space, and what makes their configurations."""
    make, orders = request.param
    solver = {"spin": make.__name__, "degree": 1, "orders": orders, "estimate": False}
    config = make(schemes=SCHEMES, solver=solver)
    config["configurations"] = {"up": {}, "down": dict.fromkeys(config["magnetisation"], -1)}
    for terminal in config["terminals"].values():
        terminal["sink"] = True
    problems = []
    for turn in (np.eye(3), TURN):
        directory, loaded = comm.bcast(tmp_path_factory.mktemp("mesh")), given(config, turn)
        mesh = structured_device(loaded, 10 * NM, directory, comm, lambda points, turn=turn: points @ turn.T)
        problems.append(Problem(loaded, mesh, SilentProgress()))
    yield config, *problems
    for problem in problems:
        problem.free()


def test_rotation_of_everything(turned):
    """A device that is turned in space with its magnets and its field reads the same."""
    config, *problems = turned
    pairs = [tuple(pair) for pair in config["probes"].values()]
    solutions = [problem.solve("there", "up") for problem in problems]
    straight, found = (np.array([solution.harmonics(pair) for pair in pairs]) for solution in solutions)
    np.testing.assert_allclose(found, straight, rtol=1e-8)
    assert np.all(straight != 0)


def test_onsager_and_casimir(turned):
    """``R_ij(m, B) = R_ji(−m, −B)``: all magnets and the field reversed; heat, spins and charge together."""
    config, straight, reverse = turned
    probes = {"there": ("side", "other"), "back": ("left", "right")}

    def reading(problem, scheme, state):
        return problem.solve(scheme, state).harmonics(probes[scheme])[0]

    there = [reading(straight, "there", state) for state in ("up", "down")]
    reverse.adopt(given(config, TURN, field=-1))
    back = [reading(reverse, "back", state) for state in ("down", "up")]
    reverse.adopt(given(config, TURN))
    np.testing.assert_allclose(there, back, rtol=1e-10)
    assert abs(there[0] - there[1]) > 0.1 * abs(there[0])


ANISOTROPY = {"amr_ratio": 0.06, "anomalous_hall_angle": 0.02, "anomalous_nernst_ratio": 0.05}
SEEBECK, COLD = -20e-6, 0.3


def loop_of_a_bar():
    """A magnetic bar whose current heats it, in a field between its easy axis and its length."""
    magnet = {"easy_axis": "z", "anisotropy_field": "60 mT"}
    config = bar(
        hall_bar.METAL | ANISOTROPY | {"magnetic": True, "seebeck": SEEBECK},
        temperature=COLD,
        heating={"model": "joule"},
        loop={
            "axis": [0.8, 0, 0.6],
            "range": ["-90 mT", "90 mT"],
            "points": 3,
            "magnets": dict.fromkeys("LAMBR", magnet),
        },
        solver={"spin": "vector", "degree": 2, "orders": 2, "reciprocity": False, "estimate": False},
    )
    config["terminals"]["right"]["sink"] = True
    return load_config(config)


def test_loop_with_dips_and_steps(comm):
    """Along the bar the anisotropic magnetoresistance dips; across it Hall and Nernst voltages step.

    With the directions m(B) of the loop, ``ρ_xx = ρ⊥ + (ρ∥ − ρ⊥) m_x²``, the Hall field is ``ρ_AH j m_z`` and
    the Nernst field ``N_A S m_z ∂_x T``, with the Joule heat of a bar between sinks; so cold that currents
    carry no heat.
    """
    config = loop_of_a_bar()
    loops = loop(config, comm=comm).data["schemes"]["through"]["loops"]
    m = config.loop.paths["M"].directions
    along, across = (
        np.concatenate([loops[probe][branch]["R"] for branch in ("up", "down")], axis=1)
        for probe in ("along", "across")
    )
    rho, ratio = 1 / hall_bar.METAL["conductivity"], ANISOTROPY["amr_ratio"]
    width, thickness, length = hall_bar.W, hall_bar.T, sum(hall_bar.LENGTHS.values()) * NM
    resistivity = rho * (1 - ratio / 3 + ratio * m[:, 0] ** 2)
    np.testing.assert_allclose(along[0], resistivity * hall_bar.PITCH / width / thickness, rtol=1e-3)
    hall = -ANISOTROPY["anomalous_hall_angle"] * rho * m[:, 2] / thickness
    np.testing.assert_allclose(across[0], hall, rtol=1e-3)
    heat, middle_of_a = resistivity / (width * thickness) ** 2, 190 * NM
    slope = heat / hall_bar.METAL["thermal_conductivity"] * (length / 2 - middle_of_a)
    nernst = -ANISOTROPY["anomalous_nernst_ratio"] * SEEBECK * m[:, 2] * width * slope
    np.testing.assert_allclose(across[1], nernst, rtol=1e-3)
    assert np.ptp(m[:, 0] ** 2) > 0.2 and m[1, 2] * m[4, 2] < 0
