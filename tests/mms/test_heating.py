"""The heat vector of given fields against the channel form (physics.md §5), on the same discrete fields.

The form below is quadratic in one set of fields; the solver's is bilinear in two. They must agree through
``B(a, b) = (Q(a + b) − Q(a) − Q(b)) / 2``.
"""

import numpy as np
import pytest
from channels import Channels
from layered import NM, configuration
from structured import structured_device
from support import SilentProgress

from thermospin.compat import MPI, fem, la, ufl
from thermospin.fields import FIELDS, THETA, S, V
from thermospin.heat import HeatSource
from thermospin.problem import Problem

ZETA = 3.2
FIRST = {
    V: lambda x: 1e-3 * np.sin(2e7 * x[0] + 1e7 * x[1]),
    S: lambda x: 1e-4 * np.cos(3e7 * x[0]) * (1 + 1e7 * x[2]),
    THETA: lambda x: 9 * np.sin(1e7 * x[2]) + 4 * np.cos(2e7 * x[0]),
}
SECOND = {
    V: lambda x: 4e-4 * np.cos(3e7 * x[1]) * np.exp(1e7 * x[0]),
    S: lambda x: 6e-5 * np.sin(2e7 * x[1] + 4e7 * x[0]),
    THETA: lambda x: 6 * np.exp(1e7 * x[0]) * np.cos(2e7 * x[1]),
}


def joule(channels, v, t0):
    return ZETA * channels.joule_heat / t0 * v


def conserving(channels, v, t0):
    """``h v + Σ S J ϑ · ∇v``, over T0."""
    theta = channels.fields[2]
    thomson = ufl.inner(channels.entropy_current, ufl.grad(theta))
    heat = channels.joule_heat + thomson + channels.relaxation_heat
    return (heat * v + ufl.inner(channels.entropy_current * theta, ufl.grad(v))) / t0


MODELS = {"joule": (joule, ZETA), "conserving": (conserving, 1.0)}


@pytest.fixture(scope="module", params=[1, 2], ids=["P1", "P2"])
def problem(request, comm, tmp_path_factory):
    config = configuration(request.param)
    directory = comm.bcast(tmp_path_factory.mktemp("mesh"))
    return Problem(config, structured_device(config, 25 * NM, directory, comm), SilentProgress())


def vector_of(problem, functions):
    """A vector of interpolated fields."""
    spaces, vector = problem.spaces, problem.system.matrix.createVecLeft()
    with vector as array:
        for field in FIELDS:
            function = fem.Function(spaces.spaces[field])
            function.interpolate(functions[field])
            part = spaces.ranges[field]
            array[part] = function.x.array[: part.stop - part.start]
    return vector


class ChannelHeat:
    """The quadratic heat vector, in channel form.

    Args:
        problem: The problem.
        model: Name of the heat source.
        sign: Sign of the magnet.
    """

    def __init__(self, problem, model, sign):
        self.spaces, self.fields = problem.spaces, problem.spaces.functions()
        config, device = problem.config, problem.spaces.device
        materials = {name: config.material(config.geometry.materials[name]) for name in device.regions}
        conductors = {device.regions[name]: m for name, m in materials.items() if m.is_conductor}
        cells = [(tag, np.flatnonzero(device.cell_tags == tag).astype(np.int32)) for tag in conductors]
        dx = ufl.Measure("dx", device.mesh, subdomain_data=[(tag, device.owned(c)) for tag, c in cells])
        v, p = ufl.TestFunction(self.spaces.spaces[THETA]), fem.Constant(device.mesh, float(sign))
        density, t0 = MODELS[model][0], config.temperature
        form = sum(
            density(Channels(material, p, t0, self.fields), v, t0) * dx(tag)
            for tag, material in conductors.items()
        )
        self.form = fem.form(form, entity_maps=[self.spaces.entity_map])

    def __call__(self, vector):
        self.spaces.load(vector, self.fields)
        assembled = fem.assemble_vector(self.form)
        assembled.scatter_reverse(la.InsertMode.add)
        return assembled.array[: self.spaces.spaces[THETA].dofmap.index_map.size_local].copy()


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("model", MODELS)
def test_heat_of_two_fields(problem, model, sign):
    spaces, comm = problem.spaces, problem.spaces.comm
    problem.magnetise({"F": sign})
    heat = HeatSource(spaces, problem.coefficients, model, MODELS[model][1])
    first, second = vector_of(problem, FIRST), vector_of(problem, SECOND)
    known = ChannelHeat(problem, model, sign)
    squares = [known(first + second), known(first), known(second)]
    scale = comm.allreduce(np.abs(squares[0]).max(initial=0.0), MPI.MAX)
    for pair, expected in [
        ((first, first), squares[1]),
        ((first, second), (squares[0] - squares[1] - squares[2]) / 2),
        ((second, first), (squares[0] - squares[1] - squares[2]) / 2),
    ]:
        rhs = problem.system.matrix.createVecLeft()
        heat.add(rhs, *pair, factor=2.0)
        found = rhs.array_r[spaces.ranges[THETA]] / 2
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12 * scale)
        assert not rhs.array_r[spaces.ranges[V]].any() and not rhs.array_r[spaces.ranges[S]].any()
