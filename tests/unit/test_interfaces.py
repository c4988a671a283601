"""Assembled currents across resistive interfaces, against integrals over squares and sums over channels."""

import numpy as np
import pytest
from contact_blocks import BETWEEN, KAPITZA, MAGNETIC, T0, H, block_problem, volume
from valve import Vectors, apply

from thermospin.compat import MPI, fem
from thermospin.constants import LORENZ_NUMBER
from thermospin.discretisation.heat_source import HeatSource
from thermospin.discretisation.interfaces.jumps import resistive_interfaces
from thermospin.fields import FIELDS, THETA, S, V

AREA = 9 * H**2
"""Of every interface of the row, except that of the oxide, m²."""
L = 3 * H
G, P = MAGNETIC["conductance"], MAGNETIC["polarisation"]
S_I, S_S = -30e-6, 45e-6
B = P * S_I + (1 - P**2) * S_S / 2
K = LORENZ_NUMBER * G * T0 + 4e8
"""The interface between F1 and N."""
CROSSING = {
    (V, V): G,
    (V, S): G * P,
    (V, THETA): G * S_I,
    (S, S): G,
    (S, THETA): G * B,
    (THETA, THETA): K / T0,
}


@pytest.fixture(scope="module", params=[1, 2], ids=["P1", "P2"])
def row(request, comm, tmp_path_factory):
    return block_problem("row", request.param, tmp_path_factory.mktemp("row"), comm)


@pytest.fixture
def vectors(row):
    return Vectors(row)


def piecewise(problem, field, functions):
    """A vector with one field interpolated region by region, 0 elsewhere (collective)."""
    spaces, vector = problem.spaces, problem.system.matrix.createVecRight()
    function = fem.Function(spaces.spaces[field])
    for region, values in functions.items():
        cells = spaces.device.cells([region])
        cells = spaces.sub_cells[cells] if field.on_conductors else cells
        function.interpolate(values, cells0=cells)
    function.x.scatter_forward()
    part = spaces.ranges[field]
    with vector as array:
        array[part] = function.x.array[: part.stop - part.start]
    return vector


def constant(value):
    return lambda x: np.full(x.shape[1], value)


def product(problem, x, y):
    """``yᵀ A x``."""
    return y.dot(apply(problem.system, x))


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(("first", "second"), CROSSING, ids=lambda field: field.symbol)
def test_unit_jumps(row, first, second, sign):
    """1 in F1 and 0 across: the coefficient times the area; spins relax in the volume too."""
    row.magnetise({"F1": sign, "F2": 1})
    x, y = (piecewise(row, field, {"F1": constant(1.0)}) for field in (first, second))
    magnetic = (first == S) != (second == S)
    expected = CROSSING[first, second] * AREA * (sign if magnetic else 1)
    if first == second == S:
        expected += row.config.material("Magnet").spin_relaxation * volume("row", "F1")
    # Gradients of a constant leave rounding behind.
    rounding = 1e-14 * np.prod([row.system.diagonal[FIELDS.index(f)].norm() ** 0.5 for f in (first, second)])
    assert product(row, x, y) == pytest.approx(expected, rel=1e-11, abs=rounding)
    assert product(row, y, x) == pytest.approx(expected, rel=1e-11, abs=rounding)


def test_what_leaves_one_side_enters_the_other(row):
    row.magnetise({"F1": 1, "F2": -1})
    here, there = (piecewise(row, V, {region: constant(1.0)}) for region in ("F1", "N"))
    assert product(row, here, there) == pytest.approx(-G * AREA, rel=1e-10)
    assert product(row, here, piecewise(row, V, {"F2": constant(1.0)})) == 0


def test_linear_jumps(row):
    """In F1, whose face is x = L, 0 < y, z < L: ``f = 1 + 2y/L − z/L``, 0 across."""
    row.magnetise({"F1": 1, "F2": 1})
    x = piecewise(row, V, {"F1": lambda x: 1 + 2 * x[1] / L - x[2] / L})
    one = piecewise(row, V, {"F1": constant(1.0)})
    assert product(row, x, one) == pytest.approx(1.5 * G * L**2, rel=1e-10)
    # ∫ f² = ∫ (1.5 + 2u − v)² over −1/2 < u, v < 1/2.
    sigma = row.config.material("Magnet").conductivity
    expected = G * L**2 * (1.5**2 + (4 + 1) / 12) + sigma * 5 / L**2 * volume("row", "F1")
    assert product(row, x, x) == pytest.approx(expected, rel=1e-12)


def test_quadratic_jumps(row):
    """``f = (y/L)² + yz/L²`` on side 1 and ``g = (z/L)²`` on side 2; ``∫ h (f − g)``, with h in ϑ."""
    if row.spaces.degree == 1:
        pytest.skip("P1 does not hold quadratic functions")
    row.magnetise({"F1": 1, "F2": 1})
    x = piecewise(row, V, {"F1": lambda x: (x[1] ** 2 + x[1] * x[2]) / L**2, "N": lambda x: (x[2] / L) ** 2})
    h = piecewise(row, S, {"F1": lambda x: (x[2] / L) ** 2})
    # ∫ z² (y² + yz − z²) = 1/9 + 1/8 − 1/5; the metal of F1 couples the gradients, ∫ ∇f·∇h = ∫ 2yz.
    magnet = row.config.material("Magnet")
    bulk = magnet.conductivity * magnet.polarisation / L**2 / 2 * volume("row", "F1")
    expected = G * P * L**2 * (1 / 9 + 1 / 8 - 1 / 5) + bulk
    assert product(row, x, h) == pytest.approx(expected, rel=1e-12, abs=0)


def test_traces(row, comm):
    """Integrals of the square of polynomials of the elements' degree, from either side."""
    spaces, degree = row.spaces, row.spaces.degree
    first, _ = resistive_interfaces(spaces, row.device.resistive_interfaces, T0)
    functions = spaces.functions()
    x = piecewise(
        row, S, {"F1": lambda x: (x[1] / L) ** degree, "N": lambda x: (x[2] / L + x[1] / L) ** degree}
    )
    spaces.load(x, functions)
    traces = first.pairs.traces(functions).s
    chosen = first.unknowns(S, ["F1"])
    on_first = np.isin(first.pairs.sides[S].first, chosen).all(axis=1)
    (here, there) = (
        comm.allreduce(first.pairs.integrate(trace**2)[on_first].sum(), MPI.SUM) for trace in traces
    )
    # ∫ (y + z)² = 2/3 + 1/2; ∫ (y + z)⁴ = 2/5 + 2·4/(4·2) + 6/9.
    assert here == pytest.approx(L**2 / (2 * degree + 1), rel=1e-12, abs=0)
    assert there == pytest.approx(L**2 * {1: 7 / 6, 2: 2 / 5 + 1 + 2 / 3}[degree], rel=1e-12, abs=0)


def test_insulator(row):
    """Heat alone crosses: ``K_ph`` times 2 × 3 squares."""
    row.magnetise({"F1": 1, "F2": 1})
    x = piecewise(row, THETA, {"I": constant(1.0)})
    expected = KAPITZA["phonon_heat_conductance"] / T0 * 6 * H**2
    assert product(row, x, x) == pytest.approx(expected, rel=1e-10, abs=0)


def test_symmetric(row, vectors):
    row.magnetise({"F1": 1, "F2": -1})
    x, y = vectors.noise(*FIELDS), vectors.noise(*FIELDS)
    scale = (product(row, x, x) * product(row, y, y)) ** 0.5
    assert product(row, x, y) == pytest.approx(product(row, y, x), abs=1e-13 * scale)


def test_positive_on_admissible_vectors(row, vectors):
    row.magnetise({"F1": 1, "F2": -1})
    constraint = row.scheme("through").constraint
    jumping = [vectors.of()]
    for field in FIELDS:
        jumping += [piecewise(row, field, {region: constant(1.0)}) for region in ("F1", "N", "F2")]
    for x in [vectors.noise(*FIELDS) for _ in range(3)] + jumping[1:]:
        constraint.project(x)
        assert product(row, x, x) > 0


@pytest.mark.parametrize("field", [V, THETA], ids=lambda field: field.symbol)
def test_constants_drive_nothing(row, vectors, field):
    flow = apply(row.system, vectors.of(**{field.symbol: 1.0}))
    assert flow.norm() <= 1e-12 * row.system.diagonal[FIELDS.index(field)].norm()


def test_order_of_the_sides(row, comm, vectors, tmp_path):
    """Exchanged in `between`, everything but the order of summation is the same."""
    exchanged = {"|".join(names.split("|")[::-1]): values for names, values in BETWEEN["row"].items()}
    other = block_problem("row", row.spaces.degree, tmp_path / "other", comm, exchanged)
    x = vectors.noise(*FIELDS)
    for signs in ({"F1": 1, "F2": 1}, {"F1": -1, "F2": 1}):
        row.magnetise(signs)
        other.magnetise(signs)
        expected = apply(row.system, x)
        assert (apply(other.system, x) - expected).norm() <= 1e-14 * expected.norm()
        for model in ("joule", "conserving"):
            found, known = (heat_of(problem, x, model) for problem in (other, row))
            assert (found - known).norm() <= 1e-13 * known.norm()


def heat_of(problem, x, model):
    rhs = problem.system.matrix.createVecLeft()
    interfaces = resistive_interfaces(problem.spaces, problem.device.resistive_interfaces, T0)
    for interface in interfaces:
        interface.magnetise({"F1": -1, "F2": 1})
    problem.coefficients.magnetise({"F1": -1, "F2": 1})
    HeatSource(problem.spaces, problem.coefficients, model, 1.0, interfaces).add(rhs, x, x)
    return rhs


def channels(sign):
    """G_σ and S_σ of the two channels of the interface between F1 and N."""
    g = np.array([1 + sign * P, 1 - sign * P]) * G / 2
    s = np.array([S_I + (1 - P) * S_S / 2, S_I - (1 + P) * S_S / 2])[::sign]
    return g, s


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("model", ["joule", "conserving"])
def test_heat_of_unit_jumps(row, comm, model, sign):
    """Half of ``Σ J_σ²/G_σ`` (`conserving`: ``Σ J_σ ΔV_σ``) on either side, ``Σ S_σ J_σ ϑ`` from 1 to 2."""
    v, s, theta, across = 3e-3, 4e-4, 20.0, 5.0
    zeta = 2.5 if model == "joule" else 1.0
    interfaces = resistive_interfaces(row.spaces, row.device.resistive_interfaces, T0)
    signs = {"F1": sign, "F2": 1}
    row.coefficients.magnetise(signs)
    for interface in interfaces:
        interface.magnetise(signs)
    x = piecewise(row, V, {"F1": constant(v)}) + piecewise(row, S, {"F1": constant(s)})
    # The temperature of N is that of everything beyond, so that nothing crosses there.
    x += piecewise(row, THETA, {"F1": constant(theta)} | dict.fromkeys("NI", constant(across)))
    x += piecewise(row, THETA, {"F2": constant(across)})
    rhs = row.system.matrix.createVecLeft()
    HeatSource(row.spaces, row.coefficients, model, zeta, interfaces).add(rhs, x, x)
    g, seebeck = channels(sign)
    jumps = np.array([v + s, v - s])
    currents = g * (jumps + seebeck * (theta - across))
    if model == "joule":
        heat, gained = zeta * np.sum(currents**2 / g), 0.0
        relaxed = 0.0
    else:
        heat, gained = currents @ jumps, (seebeck @ currents) * (theta + across) / 2
        relaxed = row.config.material("Magnet").spin_relaxation * s**2 * volume("row", "F1")
    for region, expected in (("F1", (heat / 2 - gained) * AREA + relaxed), ("N", (heat / 2 + gained) * AREA)):
        found = rhs.dot(piecewise(row, THETA, {region: constant(1.0)})) * T0
        assert found == pytest.approx(expected, rel=1e-10, abs=0)


def test_heat_of_jumps_that_vary(row, comm):
    """``∫ f² v`` for quadratic ``f²`` and linear v on a square: the moments of the load."""
    row.coefficients.magnetise({"F1": 1, "F2": 1})
    interfaces = resistive_interfaces(row.spaces, row.device.resistive_interfaces, T0)
    x = piecewise(row, V, {"F1": constant(1.0)})
    y = piecewise(row, V, {"F1": lambda x: x[1] / L})
    rhs = row.system.matrix.createVecLeft()
    HeatSource(row.spaces, row.coefficients, "joule", 1.0, interfaces).add(rhs, x, y)
    weight = piecewise(row, THETA, {"N": lambda x: x[1] / L})
    assert rhs.dot(weight) * T0 == pytest.approx(G * L**2 / 3 / 2, rel=1e-10)


@pytest.fixture(scope="module", params=[(d, n) for n in BETWEEN for d in (1, 2)], ids=str)
def two_alike(request, comm, tmp_path_factory):
    """A device twice: one to be reversed, one whose configuration is assembled anew."""
    degree, name = request.param
    directory = tmp_path_factory.mktemp("blocks")
    return tuple(block_problem(name, degree, directory / part, comm) for part in ("reversed", "fresh"))


SIGNS = [{"F1": a, "F2": b} for a, b in ((1, 1), (1, -1), (-1, -1), (-1, 1), (1, 1), (-1, -1))]


def test_reversal_is_a_fresh_assembly(two_alike):
    problem, fresh = two_alike
    x = Vectors(fresh).noise(*FIELDS)
    for signs in SIGNS:
        problem.magnetise(signs)
        fresh.system._signs = {}
        fresh.magnetise(signs)
        expected = apply(fresh.system, x)
        assert (apply(problem.system, x) - expected).norm() <= 1e-14 * expected.norm()


@pytest.mark.parametrize(
    ("name", "possible"),
    [("row", True), ("film", False), ("touching", False), ("between magnets", False)]
    + [("between magnets, alike for spins", True)],
)
def test_reversal_by_factors_where_no_row_has_two_magnets(name, possible, comm, tmp_path):
    problem = block_problem(name, 1, tmp_path / "blocks", comm)
    problem.magnetise({"F1": 1, "F2": 1})
    assert (problem.system.signs({"F1": 1, "F2": -1}) is not None) is possible


def test_the_two_halves_of_a_lift(row, vectors):
    """Reversing all magnets changes the sign of s, also at interfaces."""
    x = vectors.noise(*FIELDS)
    row.magnetise({"F1": 1, "F2": -1})
    flow = apply(row.system, x)
    row.magnetise({"F1": -1, "F2": 1})
    mirrored = vectors.flip(apply(row.system, vectors.flip(x)))
    assert (flow - mirrored).norm() <= 1e-14 * flow.norm()
