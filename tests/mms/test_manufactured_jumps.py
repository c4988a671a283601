"""Manufactured solutions that jump at resistive interfaces: flat, tilted, and curved ones.

A magnet and a metal side by side on an insulator, each cut from the others. The fields are smooth in every
region, and nothing relates those of one to those of another. As in ``test_manufactured.py`` a region's own
flux through its boundary is supplied there; so is what the jumps drive across, on both sides.
"""

import numpy as np
import pytest
from layered import SIDE, configuration
from orders import check_orders
from structured import structured_device
from support import SilentProgress
from test_manufactured import SIGNS, Manufactured, exact

from thermospin.compat import MPI, fem, ufl
from thermospin.constants import LORENZ_NUMBER as L0
from thermospin.fields import State
from thermospin.runs.problem import Problem
from thermospin.validation import load_config

INTERFACES = [
    {
        "between": ["N", "F"],
        "conductance": 8e14,
        "polarisation": 0.5,
        "seebeck": "-60 uV/K",
        "spin_seebeck": "80 uV/K",
        "heat_polarisation": 0.35,
        "phonon_heat_conductance": 5e8,
    },
    {"between": ["F", "I"], "phonon_heat_conductance": 2e8},
    {"between": ["I", "N"], "kapitza_resistance": 1e-8},
]
SHAPES = {
    "flat": lambda x: x,
    "tilted": lambda x: x @ np.array([[1, 0, 0], [-0.15, 1, 0], [0.3, 0, 1]]),
    "curved": lambda x: x + 0.05 * SIDE * np.sin(3 * x[:, [1, 2, 0]] / SIDE + 2 * x[:, [2, 0, 1]] / SIDE),
}

FIRST_TAG = 100
"""Number of the first side of an interface, beyond those of regions."""


def exact_in(region, mesh, count) -> State:
    """The fields of a region; the last of all may be left out."""
    smooth = exact(mesh)
    x, y, z = (ufl.SpatialCoordinate(mesh)[i] / SIDE for i in range(3))
    added = {
        "F": (0, 0, 0, 0),
        "N": (
            6e-4 * ufl.cos(2 * y + z),
            -2e-4 * ufl.sin(1.5 * x + z + 0.5),
            5 * ufl.exp(-y) * ufl.cos(2 * z),
            1.5 * ufl.cos(1.7 * y - 0.6) * ufl.exp(0.5 * z),
        ),
        "I": (0, 0, -4 * ufl.cos(1.4 * x - y), 0),
    }[region]
    return State(*(field + more for field, more in list(zip(smooth, added, strict=True))[:count]))


class Jumping(Manufactured):
    """A problem whose solution is known, with interfaces.

    Args:
        problem: The problem.
    """

    def __init__(self, problem: Problem) -> None:
        device, contacts = problem.spaces.device, problem.device.resistive_interfaces.values()
        self.count = len(problem.spaces.fields)
        self.fields = {region: self.exact_in(region, device.mesh) for region in device.regions}
        self.sides = [
            (contact, *sides, out)
            for contact in contacts
            for sides, out in (((contact.first, contact.second), 1), ((contact.second, contact.first), -1))
        ]
        super().__init__(problem)

    def exact_in(self, region, mesh) -> State:
        """The fields of a region."""
        return exact_in(region, mesh, self.count)

    def faces(self, device):
        more = [(FIRST_TAG + i, between(device, *side[1:3])) for i, side in enumerate(self.sides)]
        return super().faces(device) + more

    def source_forms(self):
        forms = super().source_forms()
        tests = [ufl.TestFunction(space) for space in self.spaces.spaces.values()]
        for tag, (contact, here, _, out) in enumerate(self.sides, start=FIRST_TAG):
            for i, flux in enumerate(self.leaving(contact, here, out)[: len(forms)]):
                if flux is not None:
                    forms[i] += flux * tests[i] * self.ds(tag)
        return forms

    def leaving(self, contact, here, out):
        """Flux of every field out of a side, the first (``out`` = 1) or the second (−1)."""
        return [flux if flux is None else out * flux for flux in self.crossing(contact)]

    def in_region(self, name) -> State:
        return self.fields[name]

    def crossing(self, contact):
        """``j``, ``j_s``, ``q/T0`` and ``q_s/T0`` from side 1 to 2, by channel (solver/physics.md §4).

        ``J_σ = G_σ (ΔV_σ + S_σ ΔT_σ)`` and ``Q_σ = T0 G_σ S_σ ΔV_σ + K_σ ΔT_σ``; phonons ``K_ph Δϑ``.
        """
        law, t0 = contact.law, self.problem.config.temperature
        first, second = self.fields[contact.first], self.fields[contact.second]
        v, s, theta, *tau = (a - b for a, b in zip(first, second, strict=True))
        phonons = law.phonon_heat_conductance / t0 * theta
        if not law.is_conducting:
            return None, None, phonons, None
        g = [law.conductance * (1 + p * self.sign * law.polarisation) / 2 for p in (1, -1)]
        up = law.seebeck + (1 - law.polarisation) * law.spin_seebeck / 2
        down = law.seebeck - (1 + law.polarisation) * law.spin_seebeck / 2
        middle, half = (up + down) / 2, self.sign * (up - down) / 2
        seebeck = middle + half, middle - half
        jumps = v + s, v - s
        temperatures = theta + sum(tau), theta - sum(tau)
        k_e = L0 * law.conductance * t0
        k = [k_e * (1 + p * self.sign * law.heat_polarisation) / 2 for p in (1, -1)]
        currents = [g[i] * (jumps[i] + seebeck[i] * temperatures[i]) for i in (0, 1)]
        heat = [g[i] * seebeck[i] * jumps[i] + k[i] / t0 * temperatures[i] for i in (0, 1)]
        return sum(currents), currents[0] - currents[1], sum(heat) + phonons, heat[0] - heat[1]

    def interpolated(self) -> State:
        spaces, functions = self.spaces, self.spaces.functions()
        for i, (field, function) in enumerate(zip(spaces.fields, functions, strict=True)):
            space = spaces.spaces[field]
            for region in spaces.device.regions:
                cells = spaces.device.cells([region])
                cells = spaces.sub_cells[cells] if field.on_conductors else cells
                if np.all(cells >= 0):
                    known = self.exact_in(region, space.mesh)[i]
                    points = space.element.interpolation_points
                    expression = fem.Expression(known, points, comm=space.mesh.comm)
                    function.interpolate(expression, cells0=cells)
            function.x.scatter_forward()
        return functions

    def error(self, field, found, known) -> float:
        conducting = field.on_conductors
        regions = [r for r in self.fields if r not in self.problem.device.insulators or not conducting]
        i, squares = self.spaces.fields.index(field), np.zeros(2)
        for region in regions:
            known = self.fields[region][i]
            dx = self.dx(self.spaces.device.regions[region])
            for k, e in enumerate((found - known, known)):
                squares[k] += fem.assemble_scalar(self.form(ufl.inner(e, e) * dx))
        squares = self.mesh.comm.allreduce(squares, MPI.SUM)
        return (squares[0] / squares[1]) ** 0.5


def between(device, here, there):
    """The owned (cell, facet) pairs of a region beyond which another one begins."""
    n_owned = len(device.neighbour_tags)
    inside = device.cell_tags[:n_owned, None] == device.regions[here]
    return np.argwhere(inside & (device.neighbour_tags == device.regions[there])).astype(np.int32).ravel()


DIVISIONS = {
    (1, False): [10, 14, 20],
    (1, True): [14, 18, 24],
    (2, False): [6, 8, 10],
    (2, True): [8, 11, 14],
    (3, False): [4, 6, 8],
    (3, True): [4, 6, 8],
}
"""Of 100 nm, by degree and whether there is τ: with it the orders are asymptotic on finer meshes only."""
SHORT = {(1, False)}
"""Cases that are not slow, on curved interfaces: flat and tilted ones are special cases, and with τ at degree
1 meshes are the largest."""
CASES = [
    pytest.param(
        degree,
        shape,
        spin_heat,
        marks=[] if shape == "curved" and (degree, spin_heat) in SHORT else [pytest.mark.slow],
        id=f"P{degree}, {shape}{', spin heat' if spin_heat else ''}",
    )
    for spin_heat in (False, True)
    for degree in (1, 2, 3)
    for shape in SHAPES
]


@pytest.mark.parametrize(("degree", "shape", "spin_heat"), CASES)
def test_order_of_convergence(degree, shape, spin_heat, comm, tmp_path_factory):
    data = configuration(degree, spin_heat).resolved() | {"interfaces": INTERFACES}
    divisions, found = DIVISIONS[degree, spin_heat], {sign: [] for sign in SIGNS[degree]}
    for n in divisions:
        directory = comm.bcast(tmp_path_factory.mktemp("mesh"))
        device = structured_device(load_config(data), SIDE / n, directory, comm)
        points = device.mesh.geometry.x
        points[:] = SHAPES[shape](points)
        jumping = Jumping(Problem(load_config(data), device, SilentProgress()))
        for sign, rows in found.items():
            rows.append(jumping.solve(sign))
    for rows in found.values():
        check_orders(np.array(rows), SIDE / np.array(divisions), degree)
