"""Manufactured solutions with spin Hall and spin Nernst effects, on an insulating magnet (§11)."""

from copy import deepcopy

import numpy as np
import pytest
from layered import SIDE
from orders import check_orders
from structured import structured_device
from support import SilentProgress
from test_manufactured_jumps import INTERFACES, SHAPES
from test_manufactured_vector import Case
from test_vector_jumps import MIXING, VectorJumping

from thermospin.compat import ufl
from thermospin.runs.problem import Problem
from thermospin.validation import load_config

ANGLES = {"spin_hall_angle": 0.3, "spin_nernst_angle": -0.6}
INSULATING = (6 / 7, 2 / 7, -3 / 7)
"""Direction of the insulating magnet."""
LAW = {
    "mixing_conductance": 4e14,
    "mixing_conductance_imaginary": 1.5e14,
    "spin_conductance": 1e14,
    "interface_spin_seebeck": "20 uV/K",
    "phonon_heat_conductance": 2e8,
}


def turned(scalar, spin):
    """``Σ_a ê_a × ∇s^a = −∇ × s`` and the rows ``ê_a × ∇V``, of a scalar and a vector in spin space."""
    axes = [ufl.as_vector([float(i == j) for j in range(3)]) for i in range(3)]
    return -ufl.curl(ufl.as_vector(spin)), [ufl.cross(axis, ufl.grad(scalar)) for axis in axes]


class SpinHall(VectorJumping):
    """A problem whose solution is known, with a metal that turns currents, on an insulating magnet."""

    def rows(self, material, fields):
        rows = super().rows(material, fields)
        if material.is_magnetic:
            return rows
        angle, thermal = ANGLES["spin_hall_angle"], material.seebeck * ANGLES["spin_nernst_angle"]
        charge, spins = turned(fields.V, fields.s)
        _, of_heat = turned(fields.theta, fields.s)
        parts = [angle * charge]
        parts += [angle * a + thermal * b for a, b in zip(spins, of_heat, strict=True)]
        parts.append(thermal * charge)
        pairs = zip(rows, parts, strict=True)
        return [(flux - material.conductivity * part, sink) for (flux, sink), part in pairs]

    def leaving(self, contact, here, out):
        """Flow out of the metal into the insulating magnet, which gains heat alone."""
        law, m = contact.law, ufl.as_vector(INSULATING)
        if not law.spin_conductance:
            return super().leaving(contact, here, out)
        metal, magnet = self.fields["N"], self.fields["I"]
        s, jump = ufl.as_vector(metal.s), metal.theta - magnet.theta
        along, seebeck = ufl.dot(m, s), law.interface_spin_seebeck
        across = s - along * m
        j = 2 * law.mixing_conductance * across + 2 * law.mixing_conductance_imaginary * ufl.cross(m, across)
        j += 2 * law.spin_conductance * (along + seebeck * jump) * m
        t0 = self.problem.config.temperature
        heat = law.phonon_heat_conductance / t0 * jump + 2 * law.spin_conductance * seebeck * along
        return [None, *j, heat] if here == "N" else [None, None, None, None, -heat]


def configured(degree):
    """The configuration: with a magnet beside the metal, and one below both."""
    data = deepcopy(Case(degree, False, "dephasing", False).config.resolved())
    data["materials"]["Metal"] |= ANGLES | {"seebeck": "40 uV/K"}
    data["materials"]["Oxide"] |= {"magnetic": True}
    data["magnetisation"]["I"] = list(INSULATING)
    data["interfaces"] = [INTERFACES[0] | MIXING, INTERFACES[1], {"between": ["I", "N"]} | LAW]
    return load_config(data)


@pytest.mark.slow
@pytest.mark.parametrize("degree", [1, 2])
def test_order_of_convergence(degree, comm, tmp_path_factory):
    config, found = configured(degree), []
    divisions = {1: [12, 20, 28], 2: [8, 10, 14]}[degree]
    for n in divisions:
        directory = comm.bcast(tmp_path_factory.mktemp("mesh"))
        device = structured_device(config, SIDE / n, directory, comm)
        points = device.mesh.geometry.x
        points[:] = SHAPES["tilted"](points)
        problem = Problem(config, device, SilentProgress())
        problem.magnetise(problem.states["one"])
        found.append(SpinHall(problem, Case(degree, False, "dephasing", False)).errors())
        problem.free()
    check_orders(np.array(found), SIDE / np.array(divisions), degree)
