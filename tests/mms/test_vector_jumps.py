"""Manufactured solutions with vector spin that jump at interfaces where a magnet absorbs and turns spins."""

from copy import deepcopy

import numpy as np
import pytest
from layered import SIDE
from matrices import Matrices, lift
from orders import check_orders
from structured import structured_device
from support import SilentProgress
from test_manufactured_jumps import INTERFACES, SHAPES, Jumping
from test_manufactured_vector import FIELD, Case, exact, name_of

from thermospin.compat import ufl
from thermospin.constants import LORENZ_NUMBER
from thermospin.fields import State
from thermospin.runs.problem import Problem
from thermospin.validation import load_config

MIXING = {
    "mixing_conductance": 5e14,
    "mixing_conductance_imaginary": -3e14,
    "mixing_thermopower": 0.7,
    "heat_polarisation": 0.35,
}


class VectorJumping(Jumping):
    """A problem of vector spin whose solution is known, with interfaces.

    Args:
        problem: The problem.
        case: What it solves.
    """

    def __init__(self, problem: Problem, case: Case) -> None:
        self.m, self.n = case.magnetisation(problem.spaces.device.mesh), len(problem.spaces.fields)
        super().__init__(problem)

    def fields_on(self, mesh) -> State:
        return exact(mesh)

    def exact_in(self, region, mesh) -> State:
        x, y, z = (ufl.SpatialCoordinate(mesh)[i] / SIDE for i in range(3))
        scales = 6e-4, -2e-4, 1.5e-4, 0.9e-4, 5, 0.4, -0.6, 0.5
        own = {"F": 0, "N": 1, "I": 2}[region]
        waves = [
            size * ufl.sin((1.1 + 0.15 * i) * x + own * y) * ufl.cos((0.5 * own + 0.1 * i) * z + i)
            for i, size in enumerate(scales)
        ]
        whole = [field + own * more for field, more in zip(exact(mesh), waves, strict=True)]
        return State(*whole[: self.n])

    def rows(self, material, fields):
        t0 = self.problem.config.temperature
        region = Matrices(material, self.m, ufl.as_vector(FIELD), t0, fields)
        current, heat = region.current, region.heat_flux / t0
        loss, lost = region.spin_loss, region.spin_heat_loss / t0
        rows = [(current[0, :], 0), *((current[i + 1, :], loss[i]) for i in range(3)), (heat[0, :], 0)]
        rows += [(heat[i + 1, :], lost[i]) for i in range(3)]
        return rows[: self.n]

    def leaving(self, contact, here, out):
        """solver/physics.md §4: along m, from side to side; across it, from the normal side."""
        law, t0 = contact.law, self.problem.config.temperature
        first, second = self.fields[contact.first], self.fields[contact.second]
        if not law.is_conducting:
            heat = out * law.phonon_heat_conductance / t0 * (first.theta - second.theta)
            return [heat if i == 4 else None for i in range(self.n)]
        g, k_e = law.conductance, LORENZ_NUMBER * law.conductance * t0
        up = law.seebeck + (1 - law.polarisation) * law.spin_seebeck / 2
        down = law.seebeck - (1 + law.polarisation) * law.spin_seebeck / 2
        seebeck = [((1 + law.polarisation) * up + p * (1 - law.polarisation) * down) / 2 for p in (1, -1)]
        phi, theta = (jump(first, second, part) for part in ("potentials", "temperatures"))
        electrical = lift(g, g * law.polarisation, self.m, 0 * ufl.Identity(3))
        thermoelectric = lift(g * seebeck[0], g * seebeck[1], self.m, 0 * ufl.Identity(3))
        electrons = lift(k_e, k_e * law.heat_polarisation, self.m, 0 * ufl.Identity(3))
        j = out * (electrical * phi + thermoelectric * theta)
        q = out * (thermoelectric * phi + electrons * theta / t0)
        q_phonons = out * law.phonon_heat_conductance / t0 * theta[0]
        fluxes = [j[0], j[1], j[2], j[3], q[0] + q_phonons, q[1], q[2], q[3]]
        if here != contact.magnet:
            absorbed = self._absorbed(law, self.fields[here], g, k_e, seebeck[0])
            fluxes = [flux + more for flux, more in zip(fluxes, absorbed, strict=True)]
        return fluxes[: self.n]

    def _absorbed(self, law, fields, g, k_e, seebeck):
        """Into the magnet, from the normal side: nothing of charge and heat."""
        m, t0 = self.m, self.problem.config.temperature
        s, tau = (ufl.as_vector(part) for part in (fields.s, fields.tau))
        s, tau = (v - m * ufl.dot(m, v) for v in (s, tau))
        j = 2 * law.mixing_conductance * s + 2 * law.mixing_conductance_imaginary * ufl.cross(m, s)
        j += law.mixing_thermopower * g * seebeck * tau
        q = law.mixing_thermopower * g * seebeck * s + 2 * law.mixing_conductance / g * k_e / t0 * tau
        return [0, j[0], j[1], j[2], 0, q[0], q[1], q[2]]


def jump(first, second, part):
    """The jump of (V, s) or of (ϑ, τ)."""
    (a, s), (b, t) = (getattr(side, part) for side in (first, second))
    return ufl.as_vector([a - b, *(p - q for p, q in zip(s, t, strict=True))])


SHORT: list[Case] = []
CASES = [
    Case(degree, textured, "dephasing", spin_heat)
    for degree in (1, 2)
    for textured in (False, True)
    for spin_heat in (False, True)
]


@pytest.mark.parametrize("shape", ["tilted"])
@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, marks=[] if case in SHORT else [pytest.mark.slow], id=name_of(case))
        for case in CASES
    ],
)
def test_order_of_convergence(case, shape, comm, tmp_path_factory):
    data, found = deepcopy(case.config.resolved()), []
    data["interfaces"] = [INTERFACES[0] | MIXING, *INTERFACES[1:]]
    divisions = {1: [12, 20, 28], 2: [8, 10, 14]}[case.degree]
    for n in divisions:
        config = load_config(data)
        device = structured_device(config, SIDE / n, comm.bcast(tmp_path_factory.mktemp("mesh")), comm)
        points = device.mesh.geometry.x
        points[:] = SHAPES[shape](points)
        problem = Problem(config, device, SilentProgress())
        problem.magnetise(problem.states["one"])
        found.append(VectorJumping(problem, case).errors())
    check_orders(np.array(found), SIDE / np.array(divisions), case.degree)
