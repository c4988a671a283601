"""Vector spins gathered on one rank: components, spin currents by channel, and the magnetisation."""

import numpy as np
import pytest
from support import prepare_problem
from valve import BOXES, linear, solution_of, valve_config

from thermospin.observables.cells import Observer
from thermospin.observables.sampling import Sampler

T0 = 300.0
DIRECTIONS = {"F1": [0.6, 0.0, 0.8], "F2": [0.48, -0.8, 0.36]}
OFFSET = 0.25
SLOPES = {
    "V": (1e-3, -2e-3, 5e-4),
    "s_x": (2e-5, 1e-5, -4e-5),
    "s_y": (-3e-5, 2e-5, 1e-5),
    "s_z": (1e-5, 4e-5, 2e-5),
    "theta": (0.5, 1.5, -2.0),
    "tau_x": (0.2, -0.1, 0.3),
    "tau_y": (0.1, 0.3, -0.2),
    "tau_z": (-0.3, 0.2, 0.1),
}
"""V, V, …, K per 10 nm."""
FUNCTIONS = {name: linear(i + 1.0, slope) for i, (name, slope) in enumerate(SLOPES.items())}


def directed(**sections):
    config = valve_config(spin="vector", spin_heat=True)
    return config | {"magnetisation": DIRECTIONS, "configurations": {"P": {}, "R": {"F2": -1}}} | sections


@pytest.fixture(scope="module")
def problem(comm):
    return prepare_problem(directed(), comm)


def sampled(problem, configuration):
    """A linear solution in a magnetic configuration, gathered on rank 0 (collective)."""
    problem.magnetise(problem.states[configuration])
    spaces, solution = problem.spaces, solution_of(problem, FUNCTIONS, OFFSET)
    fields = Observer(spaces, problem.coefficients).observe(solution)
    sample = Sampler(spaces.device).sample(fields, 0.0)
    assert (sample is None) == (spaces.comm.rank > 0)
    return sample


@pytest.fixture
def sample(problem, comm):
    found = sampled(problem, "P")
    if comm.rank > 0:
        pytest.skip("only rank 0 has the sample")
    return found


def slopes(*names):
    return np.array([SLOPES[name] for name in names]) / 1e-8


def fluxes(problem, region):
    """J and Q, (3,), J_s and Q_s, (3 in spin space, 3): two channels along m, one conductor across it."""
    material = problem.config.material(BOXES[region][0])
    m = np.array(DIRECTIONS.get(region, [0.0, 0.0, 1.0]))
    v, theta = slopes("V", "theta")
    s, tau = (slopes(*(f"{name}_{axis}" for axis in "xyz")) for name in ("s", "tau"))
    (k_e, k_p), k_ph = material.electronic_heat(T0), material.phonon_heat(T0)
    charge, heat = [], []
    for sign, sigma, seebeck, k in zip(
        (1, -1),
        material.channel_conductivity,
        material.channel_seebeck,
        ((k_e + k_p) / 2, (k_e - k_p) / 2),
        strict=True,
    ):
        field, warmth = v + sign * m @ s, theta + sign * m @ tau
        charge.append(-sigma * (field + seebeck * warmth))
        heat.append(-T0 * sigma * seebeck * field - k * warmth)
    across = np.eye(3) - np.outer(m, m)
    sigma_s = material.conductivity * material.seebeck
    spin = np.outer(m, charge[0] - charge[1]) - across @ (material.conductivity * s + sigma_s * tau)
    spin_heat = np.outer(m, heat[0] - heat[1]) - across @ (T0 * sigma_s * s + k_e * tau)
    return sum(charge), sum(heat) - k_ph * theta, spin, spin_heat


@pytest.mark.parametrize("region", ["N", "F1", "F2"])
def test_fluxes(problem, sample, region):
    chosen = sample.region == sample.regions[region]
    j, q, j_s, q_s = fluxes(problem, region)
    known = {"J": j, "Q": q, "E": -slopes("V")[0]}
    for i, axis in enumerate("xyz"):
        known |= {f"J_s_{axis}": j_s[i], f"Q_s_{axis}": q_s[i]}
    for name, flux in known.items():
        expected = np.broadcast_to(flux, (chosen.sum(), 3))
        scale = np.abs({"J_s": j_s, "Q_s": q_s}.get(name[:3], flux)).max()
        np.testing.assert_allclose(sample.cell_data[name][chosen], expected, rtol=0, atol=1e-9 * scale)


@pytest.mark.parametrize("region", BOXES)
def test_values_at_the_points(sample, region):
    nodes = np.unique(sample.cells[sample.region == sample.regions[region]])
    value = {name: f(sample.points[nodes].T) for name, f in FUNCTIONS.items()}
    exist = 1.0 if region != "Sub" else np.nan
    known = {"V": exist * (value["V"] + OFFSET), "T": value["theta"]}
    for name, half in (("mu_s", "s"), ("T_s", "tau")):
        parts = [exist * 2 * value[f"{half}_{axis}"] for axis in "xyz"]
        known |= {name: np.stack(parts, axis=1)}
        known |= {f"{name}_{axis}": part for axis, part in zip("xyz", parts, strict=True)}
    assert sample.point_data.keys() == known.keys()
    for name, expected in known.items():
        np.testing.assert_allclose(sample.point_data[name][nodes], expected, rtol=1e-9)


def test_no_channels(sample):
    vectors = {f"{name}_{axis}" for name in ("J_s", "Q_s") for axis in "xyz"}
    assert sample.cell_data.keys() == {"J", "Q", "E", "m"} | vectors
    assert sample.is_vector


@pytest.mark.parametrize(("configuration", "sign"), [("P", 1), ("R", -1)])
def test_magnetisation(problem, comm, configuration, sign):
    sample = sampled(problem, configuration)
    if comm.rank > 0:
        return
    for name, tag in sample.regions.items():
        expected = np.array(DIRECTIONS.get(name, [np.nan] * 3)) * (sign if name == "F2" else 1)
        found = sample.cell_data["m"][sample.region == tag]
        np.testing.assert_allclose(found, np.broadcast_to(expected, found.shape), rtol=1e-12)


@pytest.mark.parametrize("degree", [1, *(pytest.param(degree, marks=pytest.mark.slow) for degree in (2, 3))])
def test_texture(comm, degree):
    """A magnetisation that turns: at the centre of every cell, to the order of the elements."""
    formula = ["sin(x/(60 * nm))", "0", "cos(x/(60 * nm))"]
    solver = {"spin": "vector", "spin_heat": True, "degree": degree}
    textured = directed(magnetisation={"F1": {"formula": formula}}, configurations={"P": {}}, solver=solver)
    sample = sampled(prepare_problem(textured, comm), "P")
    if comm.rank > 0:
        return
    chosen = sample.region == sample.regions["F1"]
    angle = sample.points[sample.cells[chosen]].mean(axis=1)[:, 0] / 60e-9
    expected = np.stack([np.sin(angle), 0 * angle, np.cos(angle)], axis=1)
    edge = 15e-9 / 60e-9
    np.testing.assert_allclose(
        sample.cell_data["m"][chosen], expected, atol=edge ** (degree + 1) / (2 * (degree + 1))
    )
