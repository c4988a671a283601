"""The references of vector spin against each other: closed forms, collocation, and scipy's solver."""

from dataclasses import replace
from math import pi, radians

import interface_forms
import numpy as np
import pytest
from bars import NM
from collocation import Stretch, bounded, solve, twisted
from scipy.integrate import solve_bvp
from scipy.spatial.transform import Rotation
from vector_bars import SPIN, Layer, TensorDiffusion, VectorBar
from vector_forms import Decay, HanleWire

from thermospin.hanle.curves import NonlocalWire, larmor_frequency
from thermospin.materials.library import library_material
from thermospin.materials.material import Material

pytestmark = pytest.mark.serial

PY, CU = library_material("Py").at(300.0), library_material("Cu").at(300.0)
Z = np.array([0.0, 0.0, 1.0])


def transverse(values):
    """``v₊`` of vectors (…, 3)."""
    return values[..., 0] + 1j * values[..., 1]


# ---- the collocation itself


def smooth(x):
    """Coefficients without any symmetry, on (0, 1)."""
    ones = np.ones_like(x)
    conduction = np.array([[2 + np.sin(5 * x), 0.5 * x], [-0.3 * ones, 1 + x**2]])
    relaxation = np.array([[3 + x, 2 * np.cos(3 * x)], [-4 * ones, 5 - x]])
    return conduction.transpose(2, 0, 1), relaxation.transpose(2, 0, 1), np.stack([np.exp(x), x], 1)


def general(elements):
    ends = bounded(np.array([1.0, -2.0]), np.array([0.5, 3.0]), fed_right=[1])
    coefficients = [lambda x, i=i: smooth(x)[i] for i in range(3)]
    return solve([Stretch(np.linspace(0, 1, elements + 1), *coefficients)], ends)[0]


def test_collocation_against_scipy():
    def slopes(x, y):
        m, c, h = smooth(x)
        u, flux = y[:2].T, y[2:].T
        gradient = -np.linalg.solve(m, flux[..., None])[..., 0]
        return np.concatenate([gradient, h - np.einsum("kab,kb->ka", c, u)], axis=1).T

    def ends(a, b):
        return np.array([a[0] - 1, a[1] + 2, b[0] - 0.5, b[3] - 3])

    x = np.linspace(0, 1, 41)
    expected = solve_bvp(slopes, ends, x, np.zeros((4, 41)), tol=1e-9, max_nodes=10**5)
    assert expected.success
    found = general(40)
    assert found.u == pytest.approx(expected.sol(x)[:2].T, rel=1e-7, abs=1e-7)
    assert found.flux == pytest.approx(expected.sol(x)[2:].T, rel=1e-7, abs=1e-7)


def test_order_of_collocation():
    exact = general(128).u
    errors = [abs(general(n).u - exact[:: 128 // n]).max() for n in (4, 16)]
    assert np.log(errors[0] / errors[1]) / np.log(4) == pytest.approx(8, abs=0.5)


# ---- tensor diffusion

LENGTH, DIFFUSION = 100 * NM, 1e-3
TAU = LENGTH**2 / DIFFUSION


def constant(a, ratio, axis=Z, equilibrium=(0, 0, 0)):
    momentum = TAU / ratio
    field = a / momentum * np.asarray(axis)
    return TensorDiffusion(
        momentum,
        TAU,
        DIFFUSION,
        lambda x: np.tile(field, (len(x), 1)),
        lambda x: np.tile(np.asarray(equilibrium, float), (len(x), 1)),
    )


@pytest.mark.parametrize(("a", "ratio"), [(0.0, 1.0), (2.0, 1.0), (100.0, 1.0), (0.5, 40.0), (-100.0, 1.0)])
def test_tensor_diffusion_in_a_constant_field(a, ratio):
    """Item 10, held and fed: with a = 100 the accumulation turns every 6.3 nm and decays over 100 nm."""
    span, decay = 300 * NM, Decay.tensor(a, LENGTH, ratio)
    stretch = constant(a, ratio).stretch(np.linspace(0, span, 1201))
    held = solve([stretch], bounded(np.array([1.0, 0.5, 1.0]), np.zeros(3)))[0]
    assert transverse(held.u) == pytest.approx(decay.held(held.x, 1 + 0.5j, span), abs=1e-8)
    assert held.u[:, 2] == pytest.approx(Decay.tensor(0, LENGTH).held(held.x, 1, span).real, abs=1e-8)
    flux = np.array([1.0, -2.0, 0.0])
    for fed_right in ([], [0, 1, 2]):
        found = solve([stretch], bounded(flux, np.zeros(3), [0, 1, 2], fed_right))[0]
        expected = decay.fed(found.x, 1 - 2j, DIFFUSION / (1 + 1j * a), span, bool(fed_right))
        assert transverse(found.u) == pytest.approx(expected, rel=1e-7, abs=1e-8 * abs(expected).max())


def test_paper_numbers():
    """a = 100, l = 100 nm: decay over l, a turn every 6.28 nm; Rebei et al. 2005, Eq. 92 gives 1 nm."""
    kappa = Decay.tensor(100, LENGTH).kappa
    assert 1 / kappa.real == pytest.approx(LENGTH, rel=1e-9)
    assert 2 * pi / kappa.imag == pytest.approx(6.283 * NM, rel=1e-3)
    other = TensorDiffusion(-TAU, TAU, DIFFUSION, constant(100, 1).mean_field, constant(100, 1).equilibrium)
    found = solve([other.stretch(np.linspace(0, 10 * NM, 201))], bounded(np.array([1.0, 0, 0]), np.zeros(3)))[
        0
    ]
    kappa = np.sqrt(1 + 100**2) / LENGTH
    assert transverse(found.u) == pytest.approx(Decay(kappa).held(found.x, 1, 10 * NM), abs=1e-8)


def rotating(angle, width, a=3.0):
    """A field of constant size whose direction turns from z about x, and an equilibrium along it."""

    def direction(x):
        phi = angle * np.clip(x / width + 0.5, 0, 1)
        return np.stack([0 * phi, np.sin(phi), np.cos(phi)], axis=1)

    return TensorDiffusion(TAU, TAU, DIFFUSION, lambda x: a / TAU * direction(x), direction)


def test_turning_field_against_scipy():
    turning, half = rotating(radians(135), 40 * NM), 150 * NM
    cuts = [np.linspace(*ends, 101) for ends in ((-half, -20 * NM), (-20 * NM, 20 * NM), (20 * NM, half))]
    edges = (turning.equilibrium(np.array([x])) for x in (-half, half))
    left, right = (value[0] for value in edges)
    found = solve([turning.stretch(nodes) for nodes in cuts], bounded(left, right))

    def slopes(x, y):
        """In units of 1 nm: ``l g' = n − n_eq + τ_sf H × n`` with ``g = l A⁻¹ n'``."""
        field = TAU * turning.mean_field(x * NM)
        n, g = y[:3].T, y[3:].T
        gradient = g + np.cross(field, g)
        return np.concatenate([gradient, n - turning.equilibrium(x * NM) + np.cross(field, n)], 1).T / 100

    def ends(a, b):
        return np.concatenate([a[:3] - left, b[:3] - right])

    x = np.unique(np.concatenate(cuts)) / NM
    expected = solve_bvp(slopes, ends, x, np.zeros((6, len(x))), tol=1e-8, max_nodes=10**5)
    assert expected.success
    for piece in found:
        assert piece.u == pytest.approx(expected.sol(piece.x / NM)[:3].T, abs=1e-7)


def test_period_of_four_sides():
    """The ring from one side with a twist, and from all four of them."""
    side, corner = 40 * NM, rotating(pi / 2, 6 * NM)
    cuts = [np.linspace(*ends, 41) for ends in ((-side / 2, -3 * NM), (-3 * NM, 3 * NM), (3 * NM, side / 2))]
    turn = Rotation.from_rotvec([-pi / 2, 0, 0]).as_matrix()
    found = solve([corner.stretch(nodes) for nodes in cuts], twisted(turn))
    turns = np.array([np.linalg.matrix_power(turn, k) for k in range(4)])

    def around(law):
        def values(x):
            k = np.round(x / side).astype(int)
            return np.einsum("kab,kb->ka", turns[k], law(x - k * side))

        return values

    ring = TensorDiffusion(TAU, TAU, DIFFUSION, around(corner.mean_field), around(corner.equilibrium))
    nodes = [cut + k * side for k in range(4) for cut in cuts]
    whole = solve([ring.stretch(piece) for piece in nodes], twisted(np.eye(3)))
    for k in range(4):
        for one, other in zip(found, whole[3 * k : 3 * k + 3], strict=True):
            assert other.u == pytest.approx(one.u @ turns[k].T, abs=1e-9)


# ---- Hanle in a normal metal


@pytest.mark.parametrize("reflecting", [False, True])
@pytest.mark.parametrize("angle", [0.0, 1.0, -10.0])
def test_hanle_bar(angle, reflecting):
    """Item 10: a bar fed with spins along x at its left end."""
    span, sigma, length = 700 * NM, CU.conductivity, CU.spin_diffusion_length
    bar = VectorBar([Layer(CU, span, precession=(0, 0, angle))])
    ends = bounded(
        np.array([0, 1e9, 0, 0]),
        np.zeros(4),
        fed_left=[0, 1, 2, 3],
        fed_right=[1, 2, 3] if reflecting else [],
    )
    found = bar.solve(ends)[0]
    expected = Decay.hanle(angle, length).fed(found.x, 1e9, sigma, span, reflecting)
    assert transverse(found.u[:, SPIN]) == pytest.approx(expected, rel=1e-9, abs=1e-9 * abs(expected).max())
    assert abs(found.u[:, 0]).max() == 0


def test_hanle_of_any_direction():
    """A field along an axis, and everything rotated."""
    turn = Rotation.from_rotvec([0.3, -1.1, 0.7]).as_matrix()
    fed, results = np.array([1e9, 2e8, -5e8]), []
    for matrix in (np.eye(3), turn):
        bar = VectorBar([Layer(CU, 700 * NM, precession=matrix @ [0, 0, 2.0])])
        left = np.concatenate([[0], matrix @ fed])
        results.append(bar.solve(bounded(left, np.zeros(4), fed_left=[0, 1, 2, 3]))[0].u[:, SPIN])
    assert results[1] == pytest.approx(results[0] @ turn.T, rel=1e-9, abs=1e-9 * abs(results[0]).max())


WIRE = {
    "length": 350 * NM,
    "conductivity": 4.26e7,
    "cross_section": 6e-15,
    "distance": 500 * NM,
    "polarisation": 0.3,
}


@pytest.mark.parametrize("field", [0.0, 0.1, -0.7])
def test_hanle_of_an_infinite_wire(field):
    tau, diffusion = 25e-12, (350 * NM) ** 2 / 25e-12
    expected = NonlocalWire(500 * NM).resistance(field, tau, diffusion, 4.26e7, 6e-15, (0.3, 0.3))
    angle = larmor_frequency(field) * tau
    assert HanleWire(**WIRE).resistance(angle) == pytest.approx(expected, rel=1e-12, abs=0)
    assert HanleWire(**WIRE).resistance(angle, 0.0, pi) == pytest.approx(-expected, rel=1e-12, abs=0)


@pytest.mark.parametrize("reflecting", [False, True])
@pytest.mark.parametrize("angle", [0.0, 3.0])
def test_hanle_of_a_finite_wire(angle, reflecting):
    """The sum over all mirror images of the source."""
    before, after, distance = 200 * NM, 300 * NM, 500 * NM
    wire = HanleWire(**WIRE, ends=(before, after), reflecting=reflecting)
    k, whole, sign = (
        Decay.hanle(angle, 350 * NM).kappa,
        2 * (before + distance + after),
        1 if reflecting else -1,
    )
    images = sum(
        np.exp(-k * abs(distance + n * whole)) + sign * np.exp(-k * abs(distance + 2 * before + n * whole))
        for n in range(-40, 41)
    )
    expected = 0.09 * (images / (2 * k)).real / 4.26e7 / 6e-15
    assert wire.resistance(angle) == pytest.approx(expected, rel=1e-9, abs=0)


def test_contacts_of_a_wire():
    """Without a field item 6; with one and equal absorption the same with a complex λ; reciprocity."""
    conductance, p, area = 2e12, 0.3, 1e-14
    absorbed = conductance * area * (1 - p**2)
    wire = HanleWire(**WIRE, along=absorbed, across=absorbed)
    none = Material(conductivity=1e10, spin_diffusion_length=1e-15, thermal_conductivity=1.0).at(300.0)
    metal = replace(CU, spin_diffusion_length=350 * NM)
    expected = interface_forms.nonlocal_valve(none, metal, 500 * NM, 6e-15, area, conductance, p)
    assert 2 * wire.resistance(0.0) == pytest.approx(expected, rel=1e-6, abs=0)
    k = Decay.hanle(2.0, 350 * NM).kappa
    r, decay = 1 / (2 * 4.26e7 * 6e-15 * k), np.exp(-k * 500 * NM)
    s = p * r * decay / ((1 + absorbed * r) ** 2 - (absorbed * r * decay) ** 2)
    assert wire.resistance(2.0) == pytest.approx(p * s.real, rel=1e-9, abs=0)
    wire = HanleWire(**WIRE, along=absorbed, across=3 * absorbed, ends=(100 * NM, 700 * NM))
    mirrored = HanleWire(**WIRE, along=absorbed, across=3 * absorbed, ends=(700 * NM, 100 * NM))
    assert wire.resistance(2.0, 0.4, 1.3) == pytest.approx(
        mirrored.resistance(-2.0, 1.3, 0.4), rel=1e-9, abs=0
    )
