"""Heat vector of given fields against the channel form (solver/physics.md §5), on the same discrete fields.

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
from thermospin.discretisation.heat_source import HeatSource
from thermospin.fields import TAU, THETA, S, V
from thermospin.runs.problem import Problem

ZETA = 3.2
FIRST = {
    V: lambda x: 1e-3 * np.sin(2e7 * x[0] + 1e7 * x[1]),
    S: lambda x: 1e-4 * np.cos(3e7 * x[0]) * (1 + 1e7 * x[2]),
    THETA: lambda x: 9 * np.sin(1e7 * x[2]) + 4 * np.cos(2e7 * x[0]),
    TAU: lambda x: 2 * np.cos(3e7 * x[1]) + np.sin(1e7 * x[0]),
}
SECOND = {
    V: lambda x: 4e-4 * np.cos(3e7 * x[1]) * np.exp(1e7 * x[0]),
    S: lambda x: 6e-5 * np.sin(2e7 * x[1] + 4e7 * x[0]),
    THETA: lambda x: 6 * np.exp(1e7 * x[0]) * np.cos(2e7 * x[1]),
    TAU: lambda x: 3 * np.sin(2e7 * x[0] - 1e7 * x[2]),
}


def joule(channels):
    return [(ZETA * heat, ufl.zero(3)) for heat in channels.joule_heat]


def conserving(channels):
    """Heat ``J²/σ + S J·∇T + half of the relaxation``, and flux ``S J ϑ``."""
    return [
        (heat + ufl.inner(entropy, ufl.grad(t)) + channels.relaxation_heat / 2, entropy * t)
        for heat, entropy, t in zip(
            channels.joule_heat, channels.entropy_currents, channels.temperatures, strict=True
        )
    ]


MODELS = {"joule": (joule, ZETA), "conserving": (conserving, 1.0)}


PROBLEMS = {
    f"P{degree}{name}": (degree, spin_heat)
    for name, spin_heat in {"": False, ", spin heat": True}.items()
    for degree in (1, 2, 3)
}


@pytest.fixture(scope="module", params=PROBLEMS.values(), ids=PROBLEMS)
def problem(request, comm, tmp_path_factory):
    config = configuration(*request.param)
    directory = comm.bcast(tmp_path_factory.mktemp("mesh"))
    return Problem(config, structured_device(config, 25 * NM, directory, comm), SilentProgress())


def vector_of(problem, functions):
    """A vector of interpolated fields."""
    spaces, vector = problem.spaces, problem.system.matrix.createVecLeft()
    with vector as array:
        for field in spaces.fields:
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
        field: ϑ, which has the sum of the channels, or τ, which has their difference.
    """

    def __init__(self, problem, model, sign, field):
        self.spaces, self.fields = problem.spaces, problem.spaces.functions()
        config, device = problem.config, problem.spaces.device
        materials = {name: config.material(config.geometry.materials[name]) for name in device.regions}
        conductors = {device.regions[name]: m for name, m in materials.items() if m.is_conductor}
        cells = [(tag, np.flatnonzero(device.cell_tags == tag).astype(np.int32)) for tag in conductors]
        dx = ufl.Measure("dx", device.mesh, subdomain_data=[(tag, device.owned(c)) for tag, c in cells])
        self.space, p = self.spaces.spaces[field], fem.Constant(device.mesh, float(sign))
        v, t0 = ufl.TestFunction(self.space), config.temperature
        tests = (v, v) if field == THETA else (v, -v)
        form = sum(
            (heat * v + ufl.inner(flux, ufl.grad(v))) / t0 * dx(tag)
            for tag, material in conductors.items()
            for (heat, flux), v in zip(
                MODELS[model][0](Channels(material, p, t0, self.fields)), tests, strict=True
            )
        )
        self.form = fem.form(form, entity_maps=[self.spaces.entity_map])

    def __call__(self, vector):
        self.spaces.load(vector, self.fields)
        assembled = fem.assemble_vector(self.form)
        assembled.scatter_reverse(la.InsertMode.add)
        return assembled.array[: self.space.dofmap.index_map.size_local].copy()


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("model", MODELS)
def test_heat_of_two_fields(problem, model, sign):
    spaces, comm = problem.spaces, problem.spaces.comm
    problem.magnetise({"F": sign})
    heat = HeatSource(spaces, problem.coefficients, model, MODELS[model][1])
    first, second = vector_of(problem, FIRST), vector_of(problem, SECOND)
    for field in spaces.fields[2:]:
        known = ChannelHeat(problem, model, sign, field)
        squares = [known(first + second), known(first), known(second)]
        scale = comm.allreduce(np.abs(squares[0]).max(initial=0.0), MPI.MAX)
        for pair, expected in [
            ((first, first), squares[1]),
            ((first, second), (squares[0] - squares[1] - squares[2]) / 2),
            ((second, first), (squares[0] - squares[1] - squares[2]) / 2),
        ]:
            rhs = problem.system.matrix.createVecLeft()
            heat.add(rhs, *pair, factor=2.0)
            found = rhs.array_r[spaces.ranges[field]] / 2
            np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12 * scale)
            assert not rhs.array_r[spaces.ranges[V]].any() and not rhs.array_r[spaces.ranges[S]].any()
