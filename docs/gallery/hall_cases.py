"""Currents that turn by magnets, fields and spins, films on insulating magnets (solver/physics.md §11)."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import test_hall_bar
import test_spin_hall_bar
import test_valve_on_yig
import test_yig_film
from comparison import Comparison, Curve, with_line
from hall_bar import MAGNET, METAL, NM, PITCH, T, W, bar
from support import prepare_problem

from thermospin.compat import MPI

COMM = MPI.COMM_SELF


def across(material: dict, **sections) -> float:
    """Resistance across the bar, Ω."""
    return test_hall_bar.resistances(prepare_problem(bar(material, **sections), COMM))[1]


def hall() -> Iterator[Curve]:
    """Resistance across a bar: of a magnet that turns from its plane, and of a metal in a field."""
    ratio, constant, rho = test_hall_bar.HALL, 1e-8, test_hall_bar.RHO
    places = np.array([-1.0, -0.5, 0.0, 0.5, 1.0])
    tilted = [[float(np.sqrt(1 - z * z)), 0.0, float(z)] for z in places]
    magnet = [
        across(MAGNET | {"anomalous_hall_angle": ratio}, magnetisation=dict.fromkeys("LAMBR", m))
        for m in tilted
    ]
    yield with_line(
        "anomalous, over m_z", places, 1e3 * np.array(magnet), lambda z: -1e3 * ratio * rho / T * z
    )
    metal = [across(METAL | {"hall_coefficient": constant}, magnetic_field=[0, 0, float(b)]) for b in places]
    yield with_line("ordinary, over B (T)", places, 1e3 * np.array(metal), lambda b: -1e3 * constant / T * b)


def nernst() -> Iterator[Curve]:
    """Voltage across a bar with 10 K along it, over the thermovoltage between the probes along it."""
    ratios, found = np.array([-0.1, -0.05, 0.0, 0.05, 0.1]), []
    for ratio in ratios:
        material = MAGNET | {"anomalous_nernst_ratio": float(ratio), "seebeck": test_hall_bar.S}
        given = bar(material, temperature=test_hall_bar.COLD)
        given["terminals"]["right"]["sink"] = test_hall_bar.COLD + 10
        given["schemes"]["through"] = {"right": "ground"}
        problem = prepare_problem(given, COMM)
        problem.magnetise(problem.states["P"])
        volts = problem.scheme("through").at(0.0).terminals
        along = (volts["Bmin"] - volts["Amin"]) / PITCH
        found.append((volts["Amax"] - volts["Amin"]) / W / along)
        problem.free()
    yield with_line("anomalous", ratios, np.array(found), lambda ratio: ratio)


def spin_hall() -> Iterator[Curve]:
    """Spin accumulation through the thickness of a bar in the middle of it, of a current along it."""
    theta, length = test_spin_hall_bar.THETA, test_spin_hall_bar.LENGTH
    metal = METAL | {"spin_hall_angle": theta, "spin_diffusion_length": length}
    fine = {"max_size": "10 nm", "interface_size": "10 nm", "elements_across_film": 3}
    problem = prepare_problem(bar(metal, solver={"spin": "vector", "degree": 2}, mesh=fine), COMM)
    found = problem.solve("through", "P")
    field = found.harmonics(("Amin", "Bmin"))[0] / PITCH
    functions = problem.spaces.functions()
    problem.spaces.load(found.orders[0].vector, functions)
    x, y, z = problem.spaces.space(True).tabulate_dof_coordinates().T
    middle = (abs(x - 230 * NM) < 30 * NM) & (abs(y - W / 2) < W / 6)
    heights, group = np.unique(np.round(z[middle] / NM, 2), return_inverse=True)
    values = np.bincount(group, functions[2].x.array[middle]) / np.bincount(group)

    def form(height: float) -> float:
        inside = np.sinh((height * NM - T / 2) / length) / np.cosh(T / 2 / length)
        return -2e6 * 1e-3 * theta * field * length * inside

    yield with_line("spins along y", heights, 2e6 * 1e-3 * values, form)
    problem.free()


def spin_hall_magnetoresistance() -> Iterator[Curve]:
    """Resistivity along and across a film on an insulating magnet, as the magnet turns in its plane."""
    film, angles, found = test_yig_film, np.array([0.0, 22.5, 45.0, 67.5, 90.0]), []
    for angle in angles:
        m = float(np.cos(np.deg2rad(angle))), float(np.sin(np.deg2rad(angle))), 0.0
        block = film.Film(film.MIXING, m, COMM, Path(tempfile.mkdtemp()))
        found.append(block.resistivity * film.SIGMA)
    g = 2 * film.LENGTH * (3e14 + 1e14j)
    taken = g * np.tanh(film.D / 2 / film.LENGTH) ** 2 / (film.SIGMA + g / np.tanh(film.D / film.LENGTH))
    zero = -(film.THETA**2) * (2 * film.LENGTH / film.D) * np.tanh(film.D / 2 / film.LENGTH)
    first, table = film.THETA**2 * film.LENGTH / film.D * taken.real, 1e4 * np.array(found)

    def along(angle: float) -> float:
        return 1e4 * (zero + first * np.cos(np.deg2rad(angle)) ** 2)

    def turned(angle: float) -> float:
        return 1e4 * first * np.sin(2 * np.deg2rad(angle)) / 2

    yield with_line("along, less 1", angles, table[:, 0, 0] - 1e4, along)
    yield with_line("across", angles, table[:, 0, 1], turned)


def spin_seebeck() -> Iterator[Curve]:
    """Current in a film on an insulating magnet with 1 K from top to bottom, over the spin conductance."""
    film, conductances, found = test_yig_film, np.array([3e12, 1e13, 3e13, 1e14, 3e14]), []
    for conductance in conductances:
        law = film.MAGNON | {"spin_conductance": float(conductance)}
        block = film.Film(law, (0, 1, 0), COMM, Path(tempfile.mkdtemp()))
        found.append(-block.response[0, 2] / film.VOLUME)

    def form(conductance: float) -> float:
        heat = 1 / (film.D / film.K + 1 / 2e8 + film.D / 7) / 2e8
        spread = np.tanh(film.D / film.LENGTH)
        into = -2 * conductance * 5e-6 * heat / (1 + 2 * conductance * film.LENGTH / film.SIGMA / spread)
        return film.THETA * into * film.LENGTH / film.D * np.tanh(film.D / 2 / film.LENGTH) / 1e6

    yield with_line("film", conductances, np.array(found) / 1e6, form)


def wire_on_magnet() -> Iterator[Curve]:
    """Decay of spins in a thin wire on an insulating magnet that takes them up."""
    wire = test_valve_on_yig
    problem = prepare_problem(wire.wire(), COMM)
    functions = problem.spaces.functions()
    problem.spaces.load(problem.solve("through", "P").orders[0].vector, functions)
    place = problem.spaces.space(True).tabulate_dof_coordinates()
    x, spins = place[:, 0], abs(functions[1].x.array)
    inside = (x > 100 * NM) & (x < 400 * NM) & (place[:, 2] > 3.9 * NM)
    order = np.argsort(x[inside])
    x, spins = x[inside][order], spins[inside][order]
    rate = (1 / wire.LENGTH**2 + 2 * wire.TAKEN / wire.SIGMA / wire.THICK) ** 0.5
    start = np.exp(np.mean(np.log(spins) + rate * x))
    yield Curve("wire", x / NM, start * np.exp(-rate * x), spins)
    problem.free()


HALL_CASES = (
    Comparison(
        "hall",
        "Anomalous and ordinary Hall effects",
        "physics.md §11.4",
        "tests/analytic/test_hall_bar.py -k test_anomalous_hall_effect",
        ("$m_z$, or magnetic field B (T)", "resistance across the bar (mΩ)"),
        hall,
    ),
    Comparison(
        "nernst",
        "Anomalous Nernst effect",
        "physics.md §11.4",
        "tests/analytic/test_hall_bar.py -k test_nernst_effects",
        ("anomalous Nernst ratio", "field across over field along"),
        nernst,
    ),
    Comparison(
        "spin_hall",
        "Spin Hall effect: accumulation in a bar",
        "θ E λ sinh(z/λ)/cosh(d/2λ)",
        "tests/analytic/test_spin_hall_bar.py",
        ("height z (nm)", r"spin accumulation $\mu_s$ along y (µeV/mA)"),
        spin_hall,
    ),
    Comparison(
        "spin_hall_magnetoresistance",
        "Spin Hall magnetoresistance",
        "Chen et al. 2013; physics.md §11.5",
        "tests/analytic/test_yig_film.py -k test_spin_hall_magnetoresistance",
        ("angle of m from the current (°)", "resistivity over ρ (10⁻⁴)"),
        spin_hall_magnetoresistance,
    ),
    Comparison(
        "spin_seebeck",
        "Spin Seebeck effect of a film on an insulating magnet",
        "physics.md §11.5",
        "tests/analytic/test_yig_film.py -k test_spin_seebeck_and_peltier_effects",
        ("spin conductance of the interface (S/m²)", "current density (A/mm²) of 1 K"),
        spin_seebeck,
        ("log", "linear"),
    ),
    Comparison(
        "wire_on_magnet",
        "Spins in a wire on an insulating magnet",
        "1/λ_eff² = 1/λ² + 2 G_s/(σ t); physics.md §11.5",
        "tests/analytic/test_valve_on_yig.py",
        ("distance from the injector (nm)", "half the splitting s (V/A)"),
        wire_on_magnet,
        ("linear", "log"),
        note="The line has the height of the circles; its slope is that of the closed form.",
    ),
)
