"""Magnetisation that moves: walls, spin waves, and the stray field of a prism (solver/physics.md §12)."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import test_stray_field
from bodies import body
from comparison import Comparison, Curve, with_line
from test_micromagnetics import M_S, WIDTH, A, K, Y, Z, centre_of, easy, of_bar, uniform, wall

from thermospin.compat import MPI
from thermospin.micromagnetics.dynamics import Integrator, relax
from thermospin.micromagnetics.magnet import Ferromagnet
from thermospin.micromagnetics.modes import eigenmodes
from thermospin.micromagnetics.shapes import prism_factors

COMM = MPI.COMM_SELF
NM = 1e-9


def folder() -> Path:
    """A folder for the arrays of a mesh."""
    return Path(tempfile.mkdtemp())


def wall_profile() -> Iterator[Curve]:
    """The magnetisation across a wall at rest, from one that is too wide."""
    length = 60 * NM
    numbers = Ferromagnet(M_S, A, 0.5, (easy(Z),))
    magnet = of_bar(numbers, (length, 4 * NM, 4 * NM), (48, 1, 1), folder(), COMM)
    m = relax(magnet, wall(magnet, length / 2, 1.2 * WIDTH), torque=1e-3)
    x, y, z = magnet.body.points.T
    on_edge = np.flatnonzero((y < NM) & (z < NM))
    edge = on_edge[np.argsort(x[on_edge])]
    place = (x[edge] - length / 2) / NM
    for name, values, form in (
        ("m_z", m[2], lambda d: -np.tanh(d * NM / WIDTH)),
        ("m_x", m[0], lambda d: 1 / np.cosh(d * NM / WIDTH)),
    ):
        yield with_line(name, place, values[edge], form)


def walker() -> Iterator[Curve]:
    """Velocity of a wall in a field along its domains, below Walker's breakdown."""
    hard, damping, length = 2e5, 0.5, 80 * NM
    numbers = Ferromagnet(M_S, A, damping, (easy(Z), easy(Y, -hard)))

    def state(b: float) -> tuple[float, float]:
        phi = np.arcsin(b * M_S / (damping * hard)) / 2
        return phi, (A / (K + hard * np.sin(phi) ** 2)) ** 0.5

    fields, found = np.array([0.03, 0.06, 0.09, 0.11]), []
    for b in fields:
        magnet = of_bar(numbers, (length, 4 * NM, 4 * NM), (64, 1, 1), folder(), COMM, (0, 0, b))
        phi, width = state(b)
        moving, places = Integrator(magnet, wall(magnet, 30 * NM, width, phi), tolerance=1e-4), []
        for end in (6e-11, 1.2e-10):
            *_, last = moving.until(end)
            places.append(centre_of(magnet, last.m, length))
        found.append((places[1] - places[0]) / 6e-11)
    rate = magnet.rate
    yield with_line(
        "wall", 1e3 * fields, np.array(found), lambda b: rate * state(b / 1e3)[1] * b / 1e3 / damping
    )


def spin_waves() -> Iterator[Curve]:
    """Frequencies of the lowest standing waves of a bar in a field, without a step in time."""
    length, b, count = 60 * NM, 0.5, 6
    numbers = Ferromagnet(M_S, A, 1e-3)
    magnet = of_bar(numbers, (length, 4 * NM, 4 * NM), (48, 1, 1), folder(), COMM, b * Z)
    found = np.array([mode.frequency for mode in eigenmodes(magnet, uniform(magnet, Z), count)])
    k = np.arange(count) * np.pi / length

    def form(per_nm: float) -> float:
        return magnet.rate * (b + 2 * A * (per_nm / NM) ** 2 / M_S) / (2e9 * np.pi)

    yield with_line("bar", k * NM, found / (2e9 * np.pi), form)


def shape_factors() -> Iterator[Curve]:
    """Demagnetising factors of prisms from the stray field of their charges."""
    heights, found = np.array([6.0, 10.0, 16.0, 24.0]), []
    for height in heights:
        size = 30 * NM, 20 * NM, height * NM
        cells = 6, 4, max(2, round(height / 5))
        found.append(test_stray_field.factors(body(size, cells, folder(), COMM)))
    for i, axis in enumerate("xyz"):
        values = np.array(found)[:, i]
        yield with_line(f"N_{axis}", heights, values, lambda c, i=i: prism_factors([30, 20, c])[i])


MAGNET_CASES = (
    Comparison(
        "wall_profile",
        "A domain wall at rest",
        "m_z = −tanh(x/Δ) with Δ = √(A/K)",
        "tests/analytic/test_micromagnetics.py -k test_width_and_energy_of_a_wall",
        ("x from the middle of the wall (nm)", "magnetisation m"),
        wall_profile,
    ),
    Comparison(
        "walker",
        "A domain wall in a field",
        "Walker's velocity, γ Δ B/α, with the width of a wall that leans",
        "tests/analytic/test_micromagnetics.py -k test_walker_velocity",
        ("magnetic field B (mT)", "velocity (m/s)"),
        walker,
    ),
    Comparison(
        "spin_waves",
        "Standing spin waves",
        "ω = γ (B + 2 A k²/M_s), k = nπ/L",
        "tests/analytic/test_micromagnetics.py -k test_eigenmodes_of_a_bar",
        ("wave number k (1/nm)", "frequency (GHz)"),
        spin_waves,
    ),
    Comparison(
        "shape_factors",
        "Stray field of a prism",
        "demagnetising factors of Aharoni 1998",
        "tests/analytic/test_stray_field.py -k test_factors_of_a_prism",
        ("height of a prism of 30 nm × 20 nm (nm)", "demagnetising factor"),
        shape_factors,
    ),
)
