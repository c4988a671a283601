"""Bars with magnets of any direction against the collinear closed forms, balances, and Hatami's valve."""

from dataclasses import replace
from math import radians

import closed_forms
import numpy as np
import pytest
from bars import NM
from closed_forms import CoupledJunction, SpinHeat
from collocation import bounded, solve
from scipy.spatial.transform import Rotation
from vector_bars import SPIN, Contact, Layer, TensorDiffusion, VectorBar
from vector_forms import AngularValve, Decay

from thermospin.hanle.curves import ThreeTerminal, larmor_frequency
from thermospin.materials.interface import InterfaceMaterial
from thermospin.materials.library import library_material
from thermospin.materials.material import Material

pytestmark = pytest.mark.serial

PY, CU = library_material("Py").at(300.0), library_material("Cu").at(300.0)
Z = np.array([0.0, 0.0, 1.0])


def transverse(values):
    """``v₊`` of vectors (…, 3)."""
    return values[..., 0] + 1j * values[..., 1]


def charged(n, current, warming=0.0):
    """Current from left to right, s = 0 at both ends, and the left end warmer."""
    left, right = np.zeros(n), np.zeros(n)
    left[0] = current
    if n > 4:
        left[4] = warming
    return bounded(left, right, fed_left=[0])


@pytest.mark.parametrize("sign", [1, -1])
def test_collinear_limit(sign):
    """Items 2 to 5 and 7, with magnets along ±m for any m."""
    m = sign * np.array([0.6, 0.0, 0.8])
    junction = VectorBar([Layer(PY, 100 * NM, m), Layer(CU, 4000 * NM, elements=400)])
    found = junction.solve(charged(4, 1e11))
    s = found[1].u[0, SPIN] @ m
    assert 2 * s / 1e11 == pytest.approx(closed_forms.electrical_spin_injection(PY, CU), rel=1e-6, abs=0)
    assert np.linalg.norm(np.cross(found[1].u[0, SPIN], m)) < 1e-12 * abs(s)
    exact = CoupledJunction.of(PY, CU, (100 * NM, 4000 * NM), 300.0, 1e11)
    hot = VectorBar(junction.layers, fields=5).solve(charged(5, 1e11))
    assert hot[1].u[0, SPIN] @ m == pytest.approx(exact.s, rel=1e-6, abs=0)
    assert np.diff(hot[0].u[:2, 4])[0] / np.diff(hot[0].x[:2])[0] == pytest.approx(exact.slope, rel=1e-3)
    valve = [Layer(PY, 100 * NM, m), Layer(CU, 100 * NM), Layer(PY, 100 * NM, m)]
    opposite = [*valve[:2], Layer(PY, 100 * NM, -m)]
    drop = [VectorBar(layers).solve(charged(4, 1e11))[0].u[0, 0] for layers in (valve, opposite)]
    expected = closed_forms.magnetoresistance(PY, CU, 100 * NM)
    assert (drop[1] - drop[0]) / 1e11 == pytest.approx(expected, rel=1e-6, abs=0)


def test_thermal_spin_valve():
    m, slope = np.array([0.0, 1.0, 0.0]), 50e6
    warming = (
        slope
        * PY.thermal_conductivity
        * (200 * NM / PY.thermal_conductivity + 100 * NM / CU.thermal_conductivity)
    )
    layers = [
        [Layer(PY, 100 * NM, m), Layer(CU, 100 * NM), Layer(PY, 100 * NM, side * m)] for side in (1, -1)
    ]
    # ∇T > 0: the right end is warmer; V = cold end − hot end.
    drop = [
        VectorBar(bar, temperature=0.01, fields=5).solve(charged(5, 0.0, -warming))[0].u[0, 0]
        for bar in layers
    ]
    expected = closed_forms.thermal_spin_valve(PY, CU, 100 * NM, slope)
    assert drop[1] - drop[0] == pytest.approx(expected, rel=1e-5, abs=0)


def test_spin_heat_valve():
    """Item 7 with contacts."""
    magnet = replace(PY, spin_heat_diffusion_length=3 * NM, seebeck=0.0, spin_seebeck=0.0, polarisation=0.4)
    metal = replace(CU, spin_heat_diffusion_length=70 * NM, seebeck=0.0)
    law = InterfaceMaterial(conductance=1e15, polarisation=0.6)
    m, drops = np.array([1.0, 0.0, 0.0]), []
    for side in (1, -1):
        layers = [Layer(magnet, 60 * NM, m), Layer(metal, 30 * NM), Layer(magnet, 60 * NM, side * m)]
        bar = VectorBar(layers, [Contact(law, m, False), Contact(law, side * m)], fields=8)
        left = np.zeros(8)
        left[4] = 1e9
        drops.append(bar.solve(bounded(left, np.zeros(8), fed_left=[0, 4]))[0].u[0, 4])
    r_b = 1 / law.electronic_heat(300.0).sum / (1 - 0.6**2)
    pair = SpinHeat.of(magnet, 300.0), SpinHeat.of(metal, 300.0)
    expected = closed_forms.spin_heat_valve(*pair, 30 * NM, (0.6, r_b))
    assert (drops[1] - drops[0]) / 1e9 == pytest.approx(expected, rel=1e-4, abs=0)


def test_dephasing_and_precession():
    """Spins across a uniform magnetisation: ``κ² = 1/λ_φ² − i/λ_J²``; the magnet takes all of them up."""
    layer = Layer(PY, 30 * NM, Z, dephasing_length=1.5 * NM, precession_length=1 * NM)
    bar = VectorBar([layer])
    found = bar.solve(bounded(np.array([0, 1e9, 0, 0]), np.zeros(4), fed_left=[0, 1, 2, 3]))
    expected = Decay.dephasing(1.5 * NM, 1 * NM).fed(found[0].x, 1e9, PY.conductivity, 30 * NM, False)
    assert transverse(found[0].u[:, SPIN]) == pytest.approx(
        expected, rel=1e-8, abs=1e-9 * abs(expected).max()
    )
    assert bar.torque(found, 0) == pytest.approx([1e9, 0, 0], rel=1e-7, abs=1e2)


def wall(centre, width, kind):
    """A domain wall: −z to the left, z to the right, through x or y."""
    through = np.array([1.0, 0, 0]) if kind == "neel" else np.array([0, 1.0, 0])

    def direction(x):
        xi = ((x - centre) / width)[:, None]
        return np.tanh(xi) * Z + through / np.cosh(xi)

    return direction


@pytest.mark.parametrize("kind", ["neel", "bloch"])
def test_balance_of_angular_momentum(kind):
    """Inflow = torques + relaxation to the lattice + outflow, with a wall, a mixing contact and a field."""
    law = InterfaceMaterial(conductance=1e15, polarisation=0.5, seebeck=-2e-5, spin_seebeck=1e-5)
    magnet = Layer(
        PY, 60 * NM, wall(90 * NM, 6 * NM, kind), dephasing_length=2 * NM, precession_length=3 * NM
    )
    pinned = Layer(PY, 40 * NM, (1, 1, 0), dephasing_length=2 * NM, precession_length=3 * NM)
    spacer = Layer(CU, 20 * NM, precession=(0.3, -0.2, 1.0))
    contacts = [Contact(law, (1, 1, 0), False, 4e14 + 1e14j), Contact(law, -Z, True, 4e14 + 1e14j)]
    bar = VectorBar([pinned, spacer, magnet], contacts, fields=5)
    found = bar.solve(charged(5, 1e11, 3.0))
    lost = sum(piece.integrate(piece.lost)[SPIN] for piece in found)
    absorbed = sum(bar.interface_torque(found, i) for i in range(2))
    inflow, outflow = found[0].flux[0, SPIN], found[-1].flux[-1, SPIN]
    assert inflow - outflow == pytest.approx(lost + absorbed, rel=1e-9, abs=1e-9 * 1e11)
    # What a mixing contact absorbs, from the field on the normal side; nothing crosses into the magnet.
    m, s = -Z, found[1].u[-1, SPIN]
    across = s - m * (m @ s)
    assert bar.interface_torque(found, 1) == pytest.approx(
        8e14 * across + 2e14 * np.cross(m, s), rel=1e-7, abs=1
    )
    m, s = np.array([1, 1, 0]) / np.sqrt(2), found[1].u[0, SPIN]
    across = s - m * (m @ s)
    assert bar.interface_torque(found, 0) == pytest.approx(
        8e14 * across + 2e14 * np.cross(m, s), rel=1e-7, abs=1
    )
    assert np.linalg.norm(bar.torque(found, 2)) > 1e9


def test_wide_wall():
    """The current's spins follow a wide wall: it takes up ``P j (m_left − m_right)``."""
    errors = []
    for width in (20 * NM, 40 * NM):
        layer = Layer(PY, 30 * width, wall(15 * width, width, "neel"), dephasing_length=2 * NM, elements=1500)
        bar = VectorBar([layer])
        found = bar.solve(charged(4, 1e11))
        inside = abs(found[0].x - 15 * width) < 5 * width
        near = found[0].flux[inside][[0, -1], SPIN]
        assert near[0] - near[1] == pytest.approx(-2 * PY.polarisation * 1e11 * Z, rel=1e-3, abs=1e7)
        s = found[0].u[inside, SPIN]
        errors.append(abs(s).max())
    # The accumulation that lags behind is P j m'' λ_φ²/σ: a wall twice as wide has a fourth of it.
    assert errors[0] / errors[1] == pytest.approx(2, rel=0.05)


def test_rotation_invariance():
    """Everything turned together: the same potential, and turned spins."""
    turn, results = Rotation.from_rotvec([1.0, 0.4, -2.0]).as_matrix(), []
    law = InterfaceMaterial(conductance=1e15, polarisation=0.5)
    for matrix in (np.eye(3), turn):
        direction = wall(90 * NM, 6 * NM, "bloch")
        layers = [
            Layer(PY, 40 * NM, matrix @ [1, 0, 0], dephasing_length=2 * NM, precession_length=3 * NM),
            Layer(CU, 20 * NM, precession=matrix @ [0.3, -0.2, 1.0]),
            Layer(PY, 60 * NM, lambda x, r=matrix, d=direction: d(x) @ r.T, dephasing_length=2 * NM),
        ]
        contacts = [Contact(law, matrix @ [1, 0, 0], False, 4e14 + 1e14j), Contact(law, matrix @ -Z)]
        found = VectorBar(layers, contacts).solve(charged(4, 1e11))
        results.append(np.concatenate([piece.u for piece in found]))
    one, other = results
    assert other[:, 0] == pytest.approx(one[:, 0], rel=1e-9)
    assert other[:, SPIN] == pytest.approx(one[:, SPIN] @ turn.T, abs=1e-9 * abs(one[:, SPIN]).max())


def test_tensor_diffusion_in_a_bar():
    """Without charge it is Rebei's operator, times σ/D."""
    metal = Material(
        conductivity=2e7, spin_diffusion_length=100 * NM, thermal_conductivity=50.0, magnetic=True
    ).at(300.0)
    direction, tau, diffusion = wall(75 * NM, 20 * NM, "neel"), 1e-11, 1e-3
    layer = Layer(metal, 150 * NM, direction, bending=(20.0, 60.0), elements=600)
    found = VectorBar([layer]).solve(bounded(np.array([0, 1e9, 0, 2e9]), np.zeros(4), [0, 1, 2, 3]))[0]
    law = TensorDiffusion(tau / 3, tau, diffusion, lambda x: 60 / tau * direction(x), np.zeros_like)
    stretch = law.stretch(np.linspace(0, 150 * NM, 601))
    flux = np.array([1e9, 0, 2e9]) * diffusion / 2e7
    expected = solve([replace(stretch, source=None)], bounded(flux, np.zeros(3), [0, 1, 2]))[0]
    assert found.u[:, SPIN] == pytest.approx(expected.u, abs=1e-9 * abs(expected.u).max())


# ---- one contact in a field


@pytest.mark.parametrize("angle", [0.0, 0.5, 3.0])
def test_two_lorentzians(angle):
    """Vera-Marun's Fig. 2 in a film that is thin against λ_Q, without ΔT0: there the curves are Lorentzians.

    In a film of thickness d the spin resistances are ``λ²/(σ d)`` and ``λ_Q²/(k_e d)``: their ratio is that
    of a bulk metal over α. R_tun is 1e5 times the first.
    """
    alpha, d, length, p, p_prime, seebeck, tau = 2.0, 0.2 * NM, 100 * NM, 0.3, 0.5, 8e-5, 1e-10
    film = Material(
        conductivity=4e3, spin_diffusion_length=length, thermal_conductivity=60.0, spin_heat_ratio=alpha
    ).at(300.0)
    magnet = Material(
        conductivity=1e9, spin_diffusion_length=0.1 * NM, thermal_conductivity=9e3, spin_heat_ratio=1
    ).at(300.0)
    tunnel = 1e5 * length**2 / (4e3 * d)
    law = InterfaceMaterial(
        conductance=1 / tunnel,
        polarisation=p,
        seebeck=seebeck,
        spin_seebeck=2 * (p_prime - p) * seebeck / (1 - p**2),
        phonon_heat_conductance=1e12,
    )
    x = np.array([1.0, 0, 0])

    def drop(turned, contact=law):
        layers = [
            Layer(magnet, 5 * NM),
            Layer(film, d, precession=(0, 0, turned), elements=4),
        ]
        bar = VectorBar(layers, [Contact(contact, x, normal_first=False)], fields=8)
        left = np.zeros(8)
        left[0] = 1e7
        # Spins leave the film nowhere; charge and heat leave at the right end.
        ends = bounded(left, np.zeros(8), [0], [1, 2, 3, 5, 6, 7])
        return bar.solve(ends)[0].u[0, 0] / 1e7

    thermal = seebeck, p_prime
    ideal = ThreeTerminal.of_contact(tunnel, length**2 / (4e3 * d), p, thermal, alpha**2, tau)
    ideal = replace(ideal, heat_relaxation_time=tau / alpha**2)
    field = np.array([angle / tau / larmor_frequency(1.0)])
    hanle = drop(angle) - drop(1e7)
    assert hanle == pytest.approx(ideal.signal(field)[0], rel=1e-3, abs=0)


# ---- Hatami's valve

ANGLES = [radians(angle) for angle in (20, 60, 90, 135, 170)]
RESERVOIR = Material(
    conductivity=1e9, spin_diffusion_length=0.1 * NM, thermal_conductivity=9e3, spin_heat_ratio=1
).at(300.0)
SPACER = replace(RESERVOIR, spin_diffusion_length=1e-3)


def valve(angle, fields, seebeck=-20e-6, warming=0.0, voltage=0.0, eta=0.6, eta_prime=0.13):
    """Two like contacts between reservoirs without spins and a spacer without resistance."""
    p, p_prime = 0.5, 0.3
    law = InterfaceMaterial(
        conductance=1e12,
        polarisation=p,
        seebeck=seebeck,
        spin_seebeck=2 * (p_prime - p) * seebeck / (1 - p**2),
    )
    right = (np.sin(angle), 0.0, np.cos(angle))
    mixing = {"mixing": eta / 2 * 1e12, "mixing_thermopower": eta_prime}
    contacts = [Contact(law, Z, False, **mixing), Contact(law, right, True, **mixing)]
    layers = [Layer(RESERVOIR, 5 * NM), Layer(SPACER, 1 * NM, elements=4), Layer(RESERVOIR, 5 * NM)]
    bar = VectorBar(layers, contacts, fields=fields)
    left, end = np.zeros(fields), np.zeros(fields)
    end[0], end[4] = voltage, warming
    exact = AngularValve(1e12, p, seebeck, p_prime, eta, eta_prime)
    return exact, bar, bar.solve(bounded(left, end))


@pytest.mark.parametrize("angle", ANGLES)
@pytest.mark.parametrize("drive", [{"voltage": 1e-4}, {"warming": 10.0}], ids=["voltage", "warming"])
def test_angular_valve(angle, drive):
    """Hatami et al. 2007, Eqs. 4, 6 and 7 from solver/physics.md §4; right to left is against x."""
    exact, bar, found = valve(angle, 5, **drive)
    drives = drive.get("voltage", 0.0), drive.get("warming", 0.0)
    assert -found[1].flux[0, 0] == pytest.approx(exact.current(angle, *drives), rel=1e-4)
    assert -found[1].flux[0, 4] == pytest.approx(exact.heat(angle, *drives), rel=1e-4)
    for i in range(2):
        size = np.linalg.norm(bar.interface_torque(found, i))
        assert size == pytest.approx(abs(exact.torque(angle, *drives)), rel=1e-4)


@pytest.mark.parametrize("angle", ANGLES)
def test_angular_magnetothermopower(angle):
    exact, _, found = valve(angle, 5, warming=10.0)
    _, _, driven = valve(angle, 5, voltage=1.0)
    voltage = -found[1].flux[0, 0] / driven[1].flux[0, 0]
    assert voltage == pytest.approx(exact.open_voltage(angle, 10.0), rel=1e-4)


@pytest.mark.parametrize("angle", ANGLES)
def test_valve_with_spin_heat(angle):
    """Hatami et al. 2007, Eqs. 8 and 9, to leading order in S²/L0."""
    _, bar, thermal = valve(angle, 5, seebeck=-1e-6, warming=10.0)
    exact, free_bar, free = valve(angle, 8, seebeck=-1e-6, warming=10.0)
    one, other = bar.interface_torque(thermal, 0), free_bar.interface_torque(free, 0)
    ratio = one @ other / (one @ one)
    assert ratio - 1 == pytest.approx(exact.excess_torque(angle), rel=1e-3)
    tau = np.linalg.norm(free[1].u[0, 5:8])
    assert 2 * tau / 10.0 == pytest.approx(exact.spin_heat(angle), rel=1e-3)
