"""The field τ: where it lives, its operator, what is seen in it, and what a configuration needs for it."""

import numpy as np
import pytest
from support import SilentProgress, prepare_with_record
from valve import (
    BOXES,
    MATERIALS,
    MIXED,
    PARALLEL,
    REVERSED,
    Valve,
    Vectors,
    apply,
    corners,
    gather,
    linear,
    side,
    solution_of,
    valve_config,
    volume,
)

from thermospin.compat import MPI
from thermospin.config import Config
from thermospin.config.outputs import Map
from thermospin.errors import InputError
from thermospin.fields import FIELDS, TAU, S, State, V
from thermospin.materials import Material
from thermospin.observables.cells import Observer
from thermospin.observables.sampling import Sampler
from thermospin.output import Case, draw_maps, write_fields
from thermospin.output.vtu import read_sample
from thermospin.runs.problem import Problem
from thermospin.validation import load_config

ALL = (*FIELDS, TAU)
CONDUCTORS = [name for name, (material, _, _) in BOXES.items() if material != "Oxide"]
T0 = 300.0


@pytest.fixture(scope="module", params=[1, 2], ids=["P1", "P2"])
def valve(request, comm):
    """The device whose spins have temperatures."""
    return Valve(*prepare_with_record(valve_config(degree=request.param, spin_heat=True), comm))


@pytest.fixture
def vectors(problem):
    return Vectors(problem)


def test_state_without_tau_reads_it_as_zero():
    short, long = State("V", "s", "t"), State("V", "s", "t", "tau")
    assert (len(short), short.tau, short.temperatures) == (3, 0, ("t", 0))
    assert (len(long), long.tau, long.temperatures) == (4, "tau", ("t", "tau"))
    assert [getattr(long, field) for field in ("V", "s", "theta", "tau")] == list(long)
    assert short.potentials == long.potentials == ("V", "s")


def test_fields_of_a_problem(problem, spaces):
    assert spaces.fields == ALL == tuple(spaces.ranges) == tuple(problem.config.unknowns)
    np.testing.assert_array_equal(spaces.spaces[TAU].dofmap.list, spaces.spaces[V].dofmap.list)
    assert spaces.of_degree(1).fields == ALL


@pytest.mark.parametrize("scheme", ["through", "up"])
def test_sinks_fix_tau_on_conductors(problem, spaces, comm, scheme):
    """'left' is a sink on a metal, 'bottom' one on the oxide; 'top' is held in 'up' but is no sink."""
    constraint = problem.scheme(scheme).constraint
    points = spaces.spaces[TAU].tabulate_dof_coordinates()[constraint.dofs[TAU]]
    axis, height, _, _ = side("left")
    np.testing.assert_allclose(points[:, axis], height, atol=1e-15)
    np.testing.assert_array_equal(constraint.dofs[TAU], problem.terminals.by_name["left"].dofs[TAU])
    assert comm.allreduce(len(points), MPI.SUM) > 0
    assert len(constraint.fixed) == sum(map(len, constraint.dofs.values()))


@pytest.mark.parametrize("first", ALL, ids=lambda field: field.symbol)
def test_symmetric(problem, vectors, first):
    problem.magnetise(MIXED)
    for second in ALL:
        x, y = vectors.noise(first), vectors.noise(second)
        ax, ay = (vectors.only(apply(problem.system, z), f) for z, f in ((x, second), (y, first)))
        assert ax.norm() > 0
        assert y.dot(ax) == pytest.approx(x.dot(ay), abs=1e-14 * ax.norm() * y.norm())


def test_positive(problem, vectors):
    problem.magnetise(MIXED)
    constraint = problem.scheme("through").constraint
    for _ in range(5):
        x = vectors.noise(*ALL)
        constraint.project(x)
        assert x.dot(apply(problem.system, x)) > 0


def test_reversal_changes_the_magnetic_blocks_only(problem, vectors, comm):
    """The magnetisation couples a scalar to a spin part, ϑ–τ among them; two of a kind do not know of it."""
    spin = {S, TAU}
    for source in ALL:
        x, flows = vectors.noise(source), []
        for signs in (PARALLEL, REVERSED):
            problem.magnetise(signs)
            flows.append(apply(problem.system, x))
        for target in ALL:
            before, after = (gather(comm, vectors.part(flow, target)) for flow in flows)
            assert before.any()
            np.testing.assert_array_equal(after, -before if (source in spin) != (target in spin) else before)


def test_reversing_everything_is_a_change_of_sign_of_s_and_tau(problem, vectors):
    x = vectors.noise(*ALL)
    problem.magnetise(MIXED)
    flow = apply(problem.system, x)
    problem.magnetise({region: -sign for region, sign in MIXED.items()})
    mirrored = vectors.flip(apply(problem.system, vectors.flip(x)))
    assert (flow - mirrored).norm() <= 1e-14 * flow.norm()


def test_without_tau_it_is_the_operator_of_three_fields(problem, device, vectors):
    """In P and in AP, on vectors with τ = 0; k_e + k_ph is k."""
    other = Problem(load_config(valve_config(degree=problem.spaces.degree)), device, SilentProgress())
    three = Vectors(other)
    for signs in (PARALLEL, MIXED):
        problem.magnetise(signs)
        other.magnetise(signs)
        x = three.noise(*FIELDS)
        longer = vectors.of(**{field.symbol: three.part(x, field) for field in FIELDS})
        expected, found = apply(other.system, x), apply(problem.system, longer)
        for field in FIELDS:
            scale = three.only(expected, field).norm()
            np.testing.assert_allclose(
                vectors.part(found, field), three.part(expected, field), rtol=0, atol=1e-13 * scale
            )


def test_constant_tau_only_relaxes(problem, vectors, comm):
    """Σ of the rows: ``∫ (1−P_k²) k_e/(λ_Q² T0) dx``, that is ``4 k↑ k↓/(k_e λ_Q² T0)``."""
    flow = apply(problem.system, vectors.of(tau=1.0))
    expected = 0.0
    for region in CONDUCTORS:
        material = problem.config.material(BOXES[region][0])
        k_e, difference = material.electronic_heat(T0)
        length = {"Magnet": 5e-9, "Metal": 350e-9 / 4}[BOXES[region][0]]
        expected += (k_e**2 - difference**2) / k_e / length**2 / T0 * volume(region)
    assert comm.allreduce(vectors.part(flow, TAU).sum(), MPI.SUM) == pytest.approx(expected, rel=1e-10, abs=0)
    norms = [block.norm() for block in problem.system.diagonal]
    for field, norm in zip(FIELDS, norms, strict=False):
        others = gather(comm, vectors.part(flow, field))
        assert np.abs(others).max() <= 1e-12 * (norm * norms[-1]) ** 0.5


SLOPES = {
    "V": (1e-3, -2e-3, 5e-4),
    "s": (2e-5, 1e-5, -4e-5),
    "theta": (0.5, 1.5, -2),
    "tau": (0.2, -0.1, 0.3),
}
"""V, V, K and K per 10 nm."""
VALUES = {"V": 0.1, "s": 3e-5, "theta": 4.0, "tau": 1.0}
FUNCTIONS = {name: linear(value, SLOPES[name]) for name, value in VALUES.items()}


@pytest.fixture
def observer(problem):
    problem.magnetise(MIXED)
    return Observer(problem.spaces, problem.coefficients)


@pytest.fixture
def fields(problem, observer):
    """The observed fields of a solution that is linear in space."""
    return observer.observe(solution_of(problem, FUNCTIONS))


def fluxes(problem, region):
    """``j``, ``j_s``, ``Q`` and ``Q_s`` channel by channel."""
    material = problem.config.material(BOXES[region][0])
    v, s, theta, tau = (np.array(SLOPES[name]) / 1e-8 for name in SLOPES)
    order = MIXED.get(region, 1)  # a reversed magnet exchanges the two channels
    k_e, difference = material.electronic_heat(T0)
    heats = np.array([k_e + difference, k_e - difference])[::order] / 2
    sigmas, seebecks = material.channel_conductivity[::order], material.channel_seebeck[::order]
    slopes, temperatures = (v + s, v - s), (theta + tau, theta - tau)
    j = [-g * (e + p * t) for g, p, e, t in zip(sigmas, seebecks, slopes, temperatures, strict=True)]
    q = [
        -k * t - T0 * g * p * e
        for k, g, p, e, t in zip(heats, sigmas, seebecks, slopes, temperatures, strict=True)
    ]
    return j[0] + j[1], j[0] - j[1], q[0] + q[1] - material.phonon_heat(T0) * theta, q[0] - q[1]


@pytest.mark.parametrize("region", CONDUCTORS)
def test_fluxes(problem, fields, device, region):
    cells = device.owned(device.cells([region]))
    found = fields.j, fields.j_s, fields.q, fields.q_s
    for values, expected in zip(found, fluxes(problem, region), strict=True):
        wanted = np.broadcast_to(expected, (len(cells), 3))
        np.testing.assert_allclose(values[cells], wanted, rtol=0, atol=1e-9 * np.abs(expected).max())


def test_insulators_have_no_spin_heat(fields, device):
    cells = device.owned(device.cells(["Sub"]))
    assert np.isnan(fields.tau[cells]).all() and np.isnan(fields.q_s[cells]).all()
    expected = np.broadcast_to(-1.4 * np.array(SLOPES["theta"]) / 1e-8, (len(cells), 3))
    np.testing.assert_allclose(fields.q[cells], expected, rtol=1e-9)


def test_interface_averages(observer, fields):
    """On the face between N and F1."""
    ends = np.array([(10, 0, 12), (25, 30, 12)]) * 1e-9
    vertices = np.stack(np.meshgrid(*ends.T), axis=0).reshape(3, -1)
    values = 2 * FUNCTIONS["tau"](vertices)
    known = {"mean": values.mean(), "min": values.min(), "max": values.max()}
    assert observer.interface(fields, "F1", "N")["T_s"] == pytest.approx(known, rel=1e-9)


@pytest.fixture
def case(device, fields, comm):
    """The fields as the first order, on rank 0."""
    sample = Sampler(device).sample(fields, 0.0)
    if comm.rank > 0:
        pytest.skip("only rank 0 has the sample")
    return Case("through", "P", {1: sample}, T0)


def test_temperatures_of_a_sample(case):
    sample, total = case.orders[1], case.at(2.0)
    metal = np.unique(sample.cells[sample.region == sample.regions["N"]])
    theta, tau = (FUNCTIONS[name](sample.points[metal].T) for name in ("theta", "tau"))
    for name, slope, rise in (("T_up", theta + tau, T0), ("T_down", theta - tau, T0), ("T_s", 2 * tau, 0.0)):
        np.testing.assert_allclose(sample.point_data[name][metal], slope, rtol=1e-9)
        np.testing.assert_allclose(total.point_data[name][metal], rise + 2 * slope, rtol=1e-9)
    oxide = np.unique(sample.cells[sample.region == sample.regions["Sub"]])
    assert np.isnan(total.point_data["T_up"][oxide]).all()
    assert np.isfinite(total.point_data["T"]).all()


def test_files_and_maps(case, tmp_path):
    place = write_fields(tmp_path, case, current=1e-3)
    read = read_sample(place / "at_1mA.vtu")
    assert read.point_data.keys() >= {"T", "T_up", "T_down", "T_s"}
    assert "Q_s" in read.cell_data
    line = {"start": corners("N")[0], "end": corners("N")[1]}
    maps = {
        "slice": Map(field="T_s", order=1, slice={"z": "6 nm"}),
        "line": Map(field="T_up", current="1 mA", line=line),
        "surface": Map(field="Q_s", order=1, surface=True),
    }
    written = draw_maps(tmp_path, maps, case)
    assert {path.name for path in written} == {"slice.png", "line.csv", "line.png", "surface.png"}


def configured(materials, **sections):
    """The configuration with some properties of the materials replaced, None to leave one out."""
    merged = {name: values | materials.get(name, {}) for name, values in MATERIALS.items()}
    kept = {name: {k: v for k, v in values.items() if v is not None} for name, values in merged.items()}
    return load_config(valve_config(spin_heat=True) | {"materials": kept} | sections)


def test_the_schema_offers_it():
    definitions = Config.model_json_schema()["$defs"]
    assert definitions["SolverOptions"]["properties"]["spin_heat"]["default"] is False
    assert {"spin_heat_ratio", "spin_heat_diffusion_length"} <= definitions["MaterialEntry"][
        "properties"
    ].keys()
    assert {"T_up", "T_down", "T_s", "Q_s"} <= set(definitions["Map"]["properties"]["field"]["enum"])


def test_length_or_ratio():
    config = configured({})
    assert config.material("Magnet").spin_heat_length == 5e-9
    assert config.material("Metal").spin_heat_length == pytest.approx(350e-9 / 4, rel=1e-6, abs=0)
    assert Material(conductivity=0, thermal_conductivity=1).at(T0).spin_heat_relaxation(T0) == 0


def test_every_conductor_needs_a_length():
    with pytest.raises(InputError, match=r"^materials\.Metal\.spin_heat_diffusion_length: missing.*ratio"):
        configured({"Metal": {"spin_heat_ratio": None}})


@pytest.mark.parametrize(
    ("values", "channel"),
    [
        ({"heat_polarisation": 0.999}, "↓"),
        ({"heat_polarisation": -0.999}, "↑"),
        ({"phonon_thermal_conductivity": 29.5}, "[↑↓]"),
        ({"phonon_thermal_conductivity": 30}, "[↑↓]"),
    ],
)
def test_every_channel_must_conduct_heat(values, channel):
    """The heat conductivity as a whole is enough without τ."""
    strong = {"seebeck": "-80 uV/K", "spin_seebeck": "-30 uV/K"} | values
    words = (
        rf"^materials\.Magnet\.electronic_thermal_conductivity: .*positive definite; at 300 K, k_{channel}"
    )
    with pytest.raises(InputError, match=words):
        configured({"Magnet": strong})
    assert not configured({"Magnet": strong}, solver={}).solver.spin_heat
