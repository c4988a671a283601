"""Manufactured solutions with vector spin: a magnet that points anywhere, a metal in a field, an insulator.

As in ``test_manufactured.py``; the strong form is that of ``matrices.py``.
"""

from copy import deepcopy
from typing import NamedTuple

import numpy as np
import pytest
from layered import SIDE, configuration
from matrices import Matrices
from orders import check_orders
from structured import structured_device
from support import SilentProgress
from test_manufactured import Manufactured

from thermospin.compat import ufl
from thermospin.fields import State
from thermospin.runs.problem import Problem
from thermospin.validation import load_config

UNIFORM = (2 / 7, -6 / 7, 3 / 7)
PHI, Z = "1.1*y/(100*nm) - 0.8*x/(100*nm)", "0.8*sin(1.5*x/(100*nm) + 0.7*z/(100*nm))"
TEXTURE = [f"sqrt(1 - ({Z})**2)*cos({PHI})", f"sqrt(1 - ({Z})**2)*sin({PHI})", Z]
FIELD = (0.06, -0.09, 0.04)
MAGNETS = {
    "dephasing": {"dephasing_length": "16 nm", "precession_length": "14 nm"},
    "tensor": {
        "tensor_diffusion": {
            "momentum_time": 4e-15,
            "spin_flip_time": 4e-14,
            "diffusion_constant": (12e-9) ** 2 / 4e-14,
            "precession_frequency": 1.5e14,
        }
    },
}
METAL = {"spin_relaxation_time": "200 ps"}
"""With FIELD, ω_L τ_sf = 4."""


class Case(NamedTuple):
    """A manufactured problem.

    Attributes:
        degree: Polynomial degree.
        textured: Whether the magnet is.
        across: What spins do across its magnetisation.
        spin_heat: Whether the spins have temperatures of their own.
    """

    degree: int
    textured: bool
    across: str
    spin_heat: bool

    @property
    def config(self):
        """The configuration."""
        data = deepcopy(configuration(self.degree, self.spin_heat).resolved())
        data["solver"]["spin"] = "vector"
        data["materials"]["Magnet"] |= MAGNETS[self.across]
        data["materials"]["Metal"] |= METAL
        data["magnetic_field"] = FIELD
        data["magnetisation"] = {"F": {"formula": TEXTURE} if self.textured else list(UNIFORM)}
        data["configurations"] = {"one": {}}
        return load_config(data)

    def magnetisation(self, mesh):
        """m, a UFL vector."""
        if not self.textured:
            return ufl.as_vector(UNIFORM)
        x, y, z = (ufl.SpatialCoordinate(mesh)[i] / SIDE for i in range(3))
        height, phi = 0.8 * ufl.sin(1.5 * x + 0.7 * z), 1.1 * y - 0.8 * x
        radius = ufl.sqrt(1 - height**2)
        return ufl.as_vector([radius * ufl.cos(phi), radius * ufl.sin(phi), height])


def exact(mesh) -> State:
    """Fields of the size that they have in a device."""
    x, y, z = (ufl.SpatialCoordinate(mesh)[i] / SIDE for i in range(3))
    return State(
        1e-3 * (ufl.sin(2.1 * x + 0.4) * ufl.cos(1.3 * y) + 0.7 * ufl.sin(1.7 * z - 0.9 * x)),
        1e-4 * ufl.cos(2.6 * x - 0.3) * ufl.exp(-0.8 * z) * (1 + 0.5 * ufl.sin(2 * y)),
        1.2e-4 * ufl.sin(1.8 * x + 0.9 * y) * ufl.cos(1.2 * z + 0.3),
        -0.8e-4 * ufl.cos(1.6 * y - 0.2) * ufl.exp(0.7 * x) * ufl.sin(1.5 * z + 1),
        8.0 * ufl.sin(1.9 * x + 0.2) * ufl.cos(1.1 * y - 0.4) * ufl.exp(0.9 * z),
        0.7 * ufl.cos(2.3 * x + 0.5) * ufl.sin(1.4 * y + 0.8) * ufl.exp(0.6 * z),
        -0.5 * ufl.sin(2.2 * x - 0.7 * z + 0.4) * ufl.cos(1.5 * y),
        0.9 * ufl.exp(-0.6 * x) * ufl.cos(1.9 * y + 0.8 * z + 0.3),
    )


class VectorManufactured(Manufactured):
    """A problem of vector spin whose solution is known.

    Args:
        problem: The problem.
        case: What it solves.
    """

    def __init__(self, problem: Problem, case: Case) -> None:
        self.m = case.magnetisation(problem.spaces.device.mesh)
        super().__init__(problem)

    def fields_on(self, mesh) -> State:
        return exact(mesh)

    def in_region(self, name) -> State:
        return State(*self.exact)

    def rows(self, material, fields):
        t0 = self.problem.config.temperature
        region = Matrices(material, self.m, ufl.as_vector(FIELD), t0, fields)
        current, heat, loss = region.current, region.heat_flux / t0, region.spin_loss
        rows = [(current[0, :], 0), *((current[i + 1, :], loss[i]) for i in range(3)), (heat[0, :], 0)]
        if not self.problem.config.solver.spin_heat:
            return rows
        lost = region.spin_heat_loss / t0
        return rows + [(heat[i + 1, :], lost[i]) for i in range(3)]

    def solve_configuration(self) -> list[float]:
        """Solve; the relative L2 error of every field."""
        self.problem.magnetise(self.problem.states["one"])
        return self.errors()


SHORT = [Case(1, False, "tensor", False)]
CASES = [
    Case(degree, textured, across, spin_heat)
    for degree in (1, 2)
    for textured in (False, True)
    for across in MAGNETS
    for spin_heat in (False, True)
]


def name_of(case: Case) -> str:
    """The name of a test."""
    texture, heat = "textured" if case.textured else "uniform", ", spin heat" if case.spin_heat else ""
    return f"P{case.degree}, {texture}, {case.across}{heat}"


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, marks=[] if case in SHORT else [pytest.mark.slow], id=name_of(case))
        for case in CASES
    ],
)
def test_order_of_convergence(case, comm, tmp_path_factory):
    config, found = case.config, []
    divisions = {1: [10, 14, 20], 2: [6, 8, 12]}[case.degree]
    for n in divisions:
        directory = comm.bcast(tmp_path_factory.mktemp("mesh"))
        device = structured_device(config, SIDE / n, directory, comm)
        found.append(
            VectorManufactured(Problem(config, device, SilentProgress()), case).solve_configuration()
        )
    check_orders(np.array(found), SIDE / np.array(divisions), case.degree)
