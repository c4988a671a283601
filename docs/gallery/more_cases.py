"""Devices in three dimensions and orders of convergence."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import test_clustered_strip
import test_half_space
import test_manufactured
import test_nonlocal_valve
import test_thermoelectric_leg
from bars import NM, Profile
from comparison import Comparison, Curve, with_line
from structured import structured_device
from support import SilentProgress, prepare_problem

from thermospin.compat import MPI
from thermospin.fields import S
from thermospin.runs.problem import Problem

COMM = MPI.COMM_SELF
UM = test_half_space.UM


def thermoelectric_leg() -> Iterator[Curve]:
    """Voltage of an insulated leg with Peltier heat at its own temperature, up to the runaway."""
    currents = np.array([-1.34, -1.2, -0.8, -0.4, 0.4, 1.2, 2.0])
    problem = prepare_problem(test_thermoelectric_leg.config(currents=[0.7, -0.7, 0.35, -0.35]), COMM)
    problem.magnetise({})
    solver = problem.scheme("t")
    found = [solver.at(current).reading(test_thermoelectric_leg.PROBE) for current in currents]
    yield with_line("V", currents, np.array(found), test_thermoelectric_leg.voltage)


def clustered_strip() -> Iterator[Curve]:
    """Spin accumulation along a strip with magnetic clusters, 10 K between its ends."""
    problem, solution, strip = test_clustered_strip.at_rest(16.0, COMM)
    found = Profile.of(problem, solution, S)
    inside = (found.x >= 0) & (found.x <= test_clustered_strip.LENGTH)
    x = found.x[inside]
    yield Curve("strip", x / UM, 2e9 * strip.spin(x), 2e9 * found.values[inside])


def nonlocal_valve() -> Iterator[Curve]:
    """Spin signal of a wire over that of the formula for a wire without width."""
    widths = np.array([16.0, 8.0, 4.0])
    found = [1 + test_nonlocal_valve.deviation(width * NM, 300 * NM, COMM) for width in widths]
    yield with_line("distance 300 nm", widths, np.array(found), lambda _: 1.0)


def half_space() -> Iterator[Curve]:
    """Temperature of an isothermal disc on a half space of which a box is meshed."""
    radii, found = np.array([0.3, 0.5, 0.8]), []
    for radius in radii:
        a = radius * UM
        config = test_half_space.on_substrate(test_half_space.disc(a), 8 * a, 3 * a, 0.2 * a, 0.02 * a, 1e5)
        found.append(test_half_space.mean_rise(config, COMM)[0])
    exact = test_half_space.POWER / 4 / test_half_space.K / UM
    yield with_line("disc", radii, np.array(found), lambda radius: exact / radius)


def convergence() -> Iterator[Curve]:
    """Error of V of a manufactured solution as the mesh is refined, against the order of the elements."""
    for degree, divisions in {1: (8, 12, 16), 2: (6, 8, 10), 3: (4, 6, 8)}.items():
        config, errors = test_manufactured.configuration(degree, spin_heat=False), []
        for n in divisions:
            with tempfile.TemporaryDirectory() as directory:
                device = structured_device(config, test_manufactured.SIDE / n, Path(directory), COMM)
                problem = Problem(config, device, SilentProgress())
                errors.append(test_manufactured.Manufactured(problem).solve(1)[0])
        steps = 1 / np.array(divisions, dtype=float)
        finest, error = steps[-1], errors[-1]

        def form(step: float, degree: int = degree, finest: float = finest, error: float = error) -> float:
            return error * (step / finest) ** (degree + 1)

        yield with_line(f"P{degree}", steps, np.array(errors), form)


MORE_CASES = (
    Comparison(
        "nonlocal_valve",
        "Nonlocal spin valve on a thin wire",
        "physics.md §8.6; Takahashi and Maekawa 2003",
        "tests/analytic/test_nonlocal_valve.py",
        ("width of the wire (nm)", "signal over the formula"),
        nonlocal_valve,
        note="The formula is that of a wire without width; the difference goes to zero with the width.",
    ),
    Comparison(
        "half_space",
        "A heater on a half space",
        "isothermal disc, 1/(4 k a)",
        "tests/analytic/test_half_space.py",
        ("radius (µm)", "temperature rise (K)"),
        half_space,
        ("log", "log"),
        note="A box of eight radii is meshed; the rest of the half space is a condition at its faces.",
    ),
    Comparison(
        "thermoelectric_leg",
        "Peltier heat at the local temperature, up to the runaway",
        "closed form of a leg with constant coefficients",
        "tests/analytic/test_thermoelectric_leg.py",
        ("current (A)", "voltage (V)"),
        thermoelectric_leg,
    ),
    Comparison(
        "clustered_strip",
        "Magnetic clusters whose coefficients follow the temperature",
        "an independent solution by scipy (configs/clustered_strip_reference.py)",
        "tests/analytic/test_clustered_strip.py",
        ("position x (µm)", r"spin accumulation $\mu_s$ (neV)"),
        clustered_strip,
    ),
    Comparison(
        "convergence",
        "Order of convergence of a manufactured solution",
        "order p + 1 of elements of degree p",
        "tests/mms/test_manufactured.py",
        ("edge of a cube over the side", "relative L² error of the potential V"),
        convergence,
        ("log", "log"),
        note="Lines have the order of the elements and meet the finest mesh.",
    ),
)
