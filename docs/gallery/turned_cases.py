"""Currents that turn, sheets, decay in a transition between magnets, and switching times."""

from collections.abc import Iterator

import numpy as np
import test_hall_bar
import test_macrospin
import test_rebei_reference
import test_sheet_bars
import test_vector_elements
from bars import NM, Bar, Layer
from comparison import Comparison, Curve, with_line
from hall_bar import MAGNET, PITCH, T, W, bar
from scipy.integrate import quad
from support import prepare_problem
from vector_forms import Decay

from thermospin.compat import MPI
from thermospin.fields import S_VECTOR, THETA
from thermospin.macrospin.dynamics import integrate, switching_time

COMM = MPI.COMM_SELF


def planar_hall() -> Iterator[Curve]:
    """Resistance along and across a magnetic bar as m turns in its plane."""
    ratio, rho = test_hall_bar.RATIO, test_hall_bar.RHO
    angles, found = np.array([0.0, 22.5, 45.0, 67.5, 90.0]), []
    for angle in angles:
        m = [float(np.cos(np.deg2rad(angle))), float(np.sin(np.deg2rad(angle))), 0.0]
        config = bar(MAGNET | {"amr_ratio": ratio}, magnetisation=dict.fromkeys("LAMBR", m))
        found.append(test_hall_bar.resistances(prepare_problem(config, COMM)))
    along, across = np.array(found).T
    scale = rho * PITCH / W / T

    def form_along(angle: float) -> float:
        return 1 - ratio / 3 + ratio * np.cos(np.deg2rad(angle)) ** 2

    def form_across(angle: float) -> float:
        return -ratio * rho * np.sin(2 * np.deg2rad(angle)) / 2 / T / scale

    yield with_line("along, less 1", angles, along / scale - 1, lambda angle: form_along(angle) - 1)
    yield with_line("across", angles, across / scale, form_across)


def joule_sheet() -> Iterator[Curve]:
    """Temperature of a sheet between two pads that a current heats."""
    length, width = test_sheet_bars.LENGTH, test_sheet_bars.WIDTH
    problem = prepare_problem(test_sheet_bars.alone(sheet={"seebeck": 0}), COMM)
    second = problem.solve("along", "P").orders[1]
    part = problem.spaces.ranges[THETA]
    place = problem.spaces.spaces[THETA].tabulate_dof_coordinates()[: part.stop - part.start]
    on = (place[:, 2] > test_sheet_bars.THICKNESS * (1 - 1e-6)) & (place[:, 0] >= 0) & (place[:, 0] <= length)
    order = np.argsort(place[on, 0])
    x, values = place[on, 0][order], second.vector.array_r[part][on][order]
    expected = x * (length - x) / (2 * 1e-7 * 1e-4 * width**2)
    yield Curve("sheet", x / NM, 1e-12 * expected, 1e-12 * values)


def tensor_diffusion() -> Iterator[Curve]:
    """Spins that precess and relax while they diffuse in a magnet, beside one that injects."""
    bending, length, ratio, flip = 0.4, 30 * NM, 3.0, 3e-14
    law = {
        "momentum_time": flip / ratio,
        "spin_flip_time": flip,
        "diffusion_constant": length**2 / flip,
        "precession_frequency": -bending * ratio / flip,
    }
    metal = {"magnetic": True, "thermal_conductivity": 30}
    metals = {
        "Injector": metal | {"conductivity": 5e6, "polarisation": 0.5, "spin_diffusion_length": "10 nm"},
        "Bent": metal | {"conductivity": 1e7, "spin_diffusion_length": length, "tensor_diffusion": law},
    }
    layers = [Layer("F", "Injector", 30 * NM), Layer("B", "Bent", 90 * NM)]
    rod = Bar(layers, width=6 * NM, materials=metals, max_size=3 * NM)
    problem = test_vector_elements.vector_problem(rod, COMM, {"F": "x", "B": "z"})
    solution = test_vector_elements.solved(problem, 1e11 * rod.area)
    x, s = test_vector_elements.components(problem, solution, S_VECTOR, "B")
    expected = Decay.tensor(bending, length, ratio).held(x - x[0], s[0, 0] + 1j * s[0, 1], 90 * NM)
    for name, known, found in (("along x", expected.real, s[:, 0]), ("along y", expected.imag, s[:, 1])):
        yield Curve(name, (x - x[0]) / NM, 2e6 * known, 2e6 * found)


def rebei() -> Iterator[Curve]:
    """Spins at a transition between two magnets at 90°: the script of the paper's figures by collocation."""
    case = test_rebei_reference.CASES["Fig. 6"]
    curve = test_rebei_reference.REFERENCE.boundary_value_solution(case)
    inside = curve.x <= case.reach
    x, found = curve.x[inside], curve.n[inside]
    expected = test_rebei_reference.solved_otherwise(case, x)
    for i, axis in enumerate("xyz"):
        if abs(expected[:, i]).max() > 1e-6 * abs(expected).max():
            yield Curve(f"n_{axis}", x, expected[:, i], found[:, i])


def switching() -> Iterator[Curve]:
    """Time in which a torque turns a uniaxial layer over, from 0.05 rad."""
    layer, start, torques, found = test_macrospin.PILLAR, 0.05, np.array([0.01, 0.02, 0.04]), []
    for torque in torques:
        push = test_macrospin.towards(-test_macrospin.Z, torque)
        path = integrate(layer, push, test_macrospin.direction(start), 60e-9)
        found.append(1e9 * switching_time(layer, path))

    def form(torque: float) -> float:
        def slowness(theta: float) -> float:
            push = torque - layer.damping * layer.anisotropy_field * np.cos(theta)
            return (1 + layer.damping**2) / test_macrospin.GAMMA / (push * np.sin(theta))

        return 1e9 * quad(slowness, start, np.pi / 2, epsrel=1e-10)[0]

    yield with_line("time", 1e3 * torques, np.array(found), lambda torque: form(1e-3 * torque))


TURNED_CASES = (
    Comparison(
        "planar_hall",
        "Anisotropic magnetoresistance and planar Hall effect",
        "physics.md §11.4",
        "tests/analytic/test_hall_bar.py -k test_magnetoresistance_and_planar_hall_effect",
        ("angle of m from the current (°)", "resistance over ρ l/A"),
        planar_hall,
    ),
    Comparison(
        "joule_sheet",
        "Joule heat of a sheet",
        "r x (L − x)/2K",
        "tests/analytic/test_sheet_bars.py -k test_joule_heat_of_a_sheet_alone",
        ("position x (nm)", "temperature, coefficient of I² (K/µA²)"),
        joule_sheet,
    ),
    Comparison(
        "tensor_diffusion",
        "Spins that precess about a magnetisation",
        "closed form of tensor diffusion; Rebei et al. 2005",
        "tests/analytic/test_vector_elements.py -k test_tensor_diffusion_in_a_bar",
        ("distance x from the injector (nm)", r"spin accumulation $\mu_s$ (µeV)"),
        tensor_diffusion,
    ),
    Comparison(
        "rebei",
        "A transition between two magnets",
        "Rebei et al. 2005, Fig. 6; collocation of the same equations",
        "tests/analytic/test_rebei_reference.py -k test_against_collocation",
        ("position x (nm)", "spin accumulation (units of the paper)"),
        rebei,
        note="tests/device/test_rebei.py compares the finite elements with the script.",
    ),
    Comparison(
        "switching",
        "Switching time of a macrospin",
        "quadrature of the Landau–Lifshitz–Gilbert equation of a uniaxial layer",
        "tests/analytic/test_macrospin.py -k test_switching_time_of_a_uniaxial_layer",
        ("torque over $M_s d$ (mT)", "time to the equator (ns)"),
        switching,
    ),
)
