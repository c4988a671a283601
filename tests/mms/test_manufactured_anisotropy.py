"""Manufactured solutions with all tensors of a magnet that turns currents: orders of convergence (§11)."""

import numpy as np
import pytest
from channels import Channels
from hall_bar import tensor
from layered import SIDE, configuration
from orders import check_orders
from structured import structured_device
from support import SilentProgress
from test_manufactured import Manufactured

from thermospin.compat import ufl
from thermospin.runs.problem import Problem

EFFECTS = {
    "amr_ratio": 0.2,
    "anisotropic_seebeck_ratio": -0.4,
    "anomalous_hall_angle": 0.3,
    "anomalous_nernst_ratio": 0.5,
}
DIRECTION = [1, 2, -2]


class Turned(Manufactured):
    """A problem whose solution is known, with a magnet that turns currents, along DIRECTION."""

    def rows(self, material, fields):
        """For every field, in a conductor, its flux and what it loses."""
        t0, channels = self.problem.config.temperature, Channels(material, self.sign, 300.0, fields)
        if not material.is_magnetic:
            return super().rows(material, fields)
        ratio, anisotropy, hall, nernst = EFFECTS.values()
        conduction = np.linalg.inv(tensor(DIRECTION, ratio, hall))
        seebeck = tensor(DIRECTION, anisotropy, nernst)
        a, n = (ufl.as_matrix(matrix.tolist()) for matrix in (conduction, seebeck))
        given = zip(channels.conductivities, channels.seebecks, channels.potentials, strict=True)
        theta = ufl.grad(fields[2])
        up, down = (-sigma * a * (ufl.grad(v) + s * n * theta) for sigma, s, v in given)
        given = zip(channels.conductivities, channels.seebecks, channels.potentials, strict=True)
        heat = -sum(t0 * sigma * s * a * n * ufl.grad(v) for sigma, s, v in given)
        electrons = material.electronic_heat(t0).sum
        heat -= electrons * a * theta + material.phonon_heat(t0) * theta
        return [(up + down, 0), (up - down, 2 * channels.relaxation), (heat / t0, 0)]


@pytest.mark.slow
@pytest.mark.parametrize("degree", [1, 2])
def test_order_of_convergence(degree, comm, tmp_path_factory):
    config = configuration(degree)
    magnet = config.materials["Magnet"].model_copy(update=EFFECTS)
    config = config.model_copy(
        update={
            "materials": config.materials | {"Magnet": magnet},
            "magnetisation": {"F": tuple(np.array(DIRECTION) / 3)},
        }
    )
    divisions, rows = {1: [8, 12, 16], 2: [6, 8, 10]}[degree], []
    for n in divisions:
        directory = comm.bcast(tmp_path_factory.mktemp("mesh"))
        device = structured_device(config, SIDE / n, directory, comm)
        rows.append(Turned(Problem(config, device, SilentProgress())).solve(1))
    check_orders(np.array(rows), SIDE / np.array(divisions), degree)
