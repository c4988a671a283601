"""Clustered copper between leads, whose ends are at two temperatures, against scipy in one dimension."""

from dataclasses import dataclass

import numpy as np
import pytest
import yaml
from bars import Profile
from scripts import load_script
from support import prepare_problem

from thermospin.fields import THETA, S
from thermospin.observables.cells import Observer

REFERENCE = load_script("clustered_strip_reference")
FIELD, LENGTH = 0.05, 4e-6
TIP = ("hot", "cold")


def bar(hot):
    """A thin wire as that of the device, without heater and thermocouples."""
    config = yaml.safe_load(REFERENCE.FILE.read_text(encoding="utf-8"))
    for section in ("lock_in", "sweep"):
        del config[section]
    lead = 1.5e-6
    ends = np.cumsum([-lead, lead, LENGTH, lead]).tolist()
    config["geometry"]["solids"] = [
        solid | {"box": {"min": [start, -2e-8, 0], "max": [end, 2e-8, 2e-8]}}
        for solid, start, end in zip(config["geometry"]["solids"], ends[:-1], ends[1:], strict=False)
    ]
    config["magnetic_field"] = [0, 0, FIELD]
    config["mesh"] |= {"interface_size": "12 nm", "max_size": "100 nm", "growth_rate": 1.3, "film_aspect": 10}
    config["terminals"] = {
        "hot": {"region": "Hot", "face": "xmin", "sink": hot},
        "cold": {"region": "Cold", "face": "xmax", "sink": True},
    }
    config["schemes"] = {"rest": {"hot": "current", "cold": "ground"}}
    config["probes"] = {"V12": list(TIP)}
    config["solver"] = {"degree": 2, "orders": 1, "method": "demodulate", "currents": ["1 nA"]}
    return config


def at_rest(hot, comm):
    """A problem, its fields without a current, and the strip in one dimension (collective)."""
    problem = prepare_problem(bar(hot), comm)
    problem.magnetise({})
    solution = problem.scheme("rest").at(0.0)
    base = problem.config.temperature
    rise = Profile.of(problem, solution, THETA)
    ends = (base + rise.at(x) for x in (0.0, LENGTH))
    return problem, solution, REFERENCE.Strip(LENGTH, FIELD, *ends)


@pytest.fixture(scope="module")
def weak(comm):
    """10 mK between the ends."""
    return at_rest(4.21, comm)


@pytest.fixture(scope="module")
def strong(comm):
    """10 K between the ends."""
    return at_rest(16.0, comm)


@pytest.fixture(params=[pytest.param("weak", marks=pytest.mark.slow), "strong"])
def solved(request):
    """Both."""
    return request.getfixturevalue(request.param)


@dataclass(frozen=True)
class Cells:
    """j_s in the cells of the strip, A/m², with coefficients at the temperatures of the solution or at T0."""

    x: np.ndarray
    values: np.ndarray

    @classmethod
    def of(cls, problem, solution, local):
        """All cells, on all ranks (collective)."""
        observer = problem.observer() if local else Observer(problem.spaces, problem.coefficients)
        device = problem.spaces.device
        cells = device.owned(device.cells(["Strip"]))
        corners = device.mesh.geometry.x[device.mesh.geometry.dofmaps[0][cells]]
        parts = corners[..., 0].mean(axis=1), observer.observe(solution).j_s[cells, 0]
        return cls(*(np.concatenate(problem.spaces.comm.allgather(part)) for part in parts))


def test_voltage(solved):
    _, solution, strip = solved
    assert solution.reading(TIP) == pytest.approx(strip.voltage, rel=2e-6, abs=0)


def test_spin_accumulation(solved):
    problem, solution, strip = solved
    found = Profile.of(problem, solution, S)
    inside = (found.x >= 0) & (found.x <= LENGTH)
    expected = strip.spin(found.x[inside])
    error = abs(found.values[inside] - expected)
    assert error.max() < 1e-3 * abs(expected).max()
    assert max(error[0], error[-1]) < 1e-4 * abs(expected).max()


def test_spin_current(solved):
    """At the centres of the cells, where quadratic elements have gradients to second order in their size."""
    problem, solution, strip = solved
    found = Cells.of(problem, solution, local=True)
    expected = strip.spin_current(found.x)
    assert abs(found.values - expected).max() < 1e-2 * expected.max()
    far = abs(found.x / LENGTH - 0.5) < 0.4
    assert found.values[far] == pytest.approx(expected[far], rel=1e-3, abs=0)


def test_spin_current_of_a_small_gradient_is_that_of_the_law(weak):
    problem, solution, strip = weak
    found = Cells.of(problem, solution, local=True)
    far = abs(found.x / LENGTH - 0.5) < 0.25
    assert found.values[far] == pytest.approx(strip.law(found.x[far]), rel=1e-4, abs=0)


def test_spin_current_follows_the_local_temperature(strong):
    """With coefficients at T0 it would be several times too large at the hot end."""
    problem, solution, strip = strong
    found, at_t0 = (Cells.of(problem, solution, local) for local in (True, False))
    hot = (found.x > 0.1 * LENGTH) & (found.x < 0.2 * LENGTH)
    assert np.all(at_t0.values[hot] > 2 * found.values[hot])


def test_spins_at_the_ends_lower_the_voltage(weak):
    """``V12 = −S ΔT [1 − (λ/L) r_N/(r + r_N)]`` for a small gradient, as s = ± j_s r r_N/(r + r_N) there."""
    _, solution, strip = weak
    metal = strip.at((strip.hot + strip.cold) / 2)
    decay, lead = REFERENCE.METAL.spin_diffusion_length, REFERENCE.LEAD
    r, r_lead = decay / metal.spin_conductivity, lead.spin_diffusion_length / lead.conductivity
    law = -metal.seebeck * (strip.hot - strip.cold)
    expected = decay / LENGTH * r_lead / (r + r_lead)
    assert 1 - solution.reading(TIP) / law == pytest.approx(expected, rel=5e-3)


def test_circuit_is_open(solved):
    """No charge flows; what there would be in a closed one is the scale."""
    problem, solution, strip = solved
    found = problem.observer().observe(solution)
    cells = problem.spaces.device.owned(problem.spaces.device.cells(["Strip"]))
    metal = strip.at(strip.cold)
    scale = metal.conductivity * abs(metal.seebeck) * (strip.hot - strip.cold) / LENGTH
    assert abs(found.j[cells]).max(initial=0.0) < 1e-2 * scale
