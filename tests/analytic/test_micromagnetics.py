"""Magnetisation that moves, against closed forms and the macrospin (solver/physics.md §12)."""

import numpy as np
import pytest
from bodies import REGION, body
from scipy.integrate import dblquad

from thermospin.compat import MPI
from thermospin.constants import VACUUM_PERMEABILITY
from thermospin.errors import ConvergenceError
from thermospin.macrospin.dynamics import Macrospin, integrate
from thermospin.micromagnetics.body import cross, dot, unit
from thermospin.micromagnetics.dynamics import Integrator
from thermospin.micromagnetics.magnet import CubicAnisotropy, Ferromagnet, UniaxialAnisotropy
from thermospin.micromagnetics.midpoint import Midpoint
from thermospin.micromagnetics.model import Micromagnet
from thermospin.micromagnetics.modes import eigenmodes
from thermospin.micromagnetics.relaxation import relax
from thermospin.micromagnetics.shapes import ellipsoid_factors, prism_factors

M_S, A, K = 8e5, 1.3e-11, 4e5
X, Y, Z = np.eye(3)
LONG = pytest.mark.skipif(MPI.COMM_WORLD.size > 1, reason="many short steps, which wait for all ranks")
WIDTH = (A / K) ** 0.5


def easy(axis, constant=K):
    return UniaxialAnisotropy(constant, axis)


def of_bar(magnet, size, cells, directory, comm, field=(0.0, 0.0, 0.0)):
    return Micromagnet(body(size, cells, directory, comm), {REGION: magnet}, field)


def uniform(magnet, m):
    return np.repeat(np.array(m, dtype=float)[:, None], magnet.body.n_owned, axis=1)


def wall(magnet, centre, width=WIDTH, azimuth=0.0):
    """A wall along x between ±z that turns through the direction at an azimuth."""
    place = (magnet.body.points[:, 0] - centre) / width
    across = 1 / np.cosh(place)
    return unit(np.array([across * np.cos(azimuth), across * np.sin(azimuth), -np.tanh(place)]))


def centre_of(magnet, m, length):
    """Centre of a wall from ⟨m_z⟩."""
    return length * (1 + magnet.average(m)[2]) / 2


def test_a_uniform_magnet_is_the_macrospin(shared_directory, comm):
    """With field, anisotropies, damping and the torque of a fixed layer: to 1e-6."""
    field, factor, amplitude = np.array([0.02, 0.03, 0.05]), 0.5, 2e-5
    p, start, thickness = np.array([0.0, 0.6, 0.8]), np.array([0.6, 0.48, 0.64]), 1e-9
    layer = Macrospin(M_S, thickness, 0.05, field, X, 2 * K / M_S, Z, VACUUM_PERMEABILITY * M_S * factor)
    path = integrate(
        layer, lambda m: amplitude * np.cross(m, np.cross(p, m)), start, 1e-12, points=2, tolerance=1e-12
    )
    tensor = np.diag([0.0, 0.0, factor])
    magnet = of_bar(
        Ferromagnet(M_S, A, 0.05, (easy(X),), (), tensor),
        (4e-9,) * 3,
        (1, 1, 1),
        shared_directory,
        comm,
        field,
    )
    moving = Integrator(magnet, uniform(magnet, start), tolerance=1e-8)

    def drive(_, u):
        torque = amplitude * cross(u, cross(p[:, None], u))
        return cross(u, torque) / (M_S * thickness)

    moving.drive = drive
    *_, last = moving.until(1e-12)
    assert magnet.body.largest(abs(last.m - path.m[-1][:, None])) < 1e-6
    assert np.linalg.norm(path.m[-1] - start) > 0.1


@pytest.mark.parametrize("step", [1e-14, 1e-13, 1e-12, 5e-12])
def test_energy_falls_by_what_damping_takes(step, shared_directory, comm):
    """``ΔE = −(α/γ) Σ M_s V |Δm|²/Δt`` for every term and step, at unit length."""
    tensor = np.diag(prism_factors([3, 2, 1]))
    axes = np.linalg.qr(np.array([[1.0, 0.3, 0.2], [0.1, 1.0, -0.4], [0.2, 0.5, 1.0]]))[0]
    numbers = Ferromagnet(M_S, A, 0.1, (easy(Z),), (CubicAnisotropy(3e5, axes),), tensor)
    field = (0.1, 0.0, -0.2)
    magnet = of_bar(numbers, (24e-9, 8e-9, 8e-9), (6, 2, 2), shared_directory, comm, field)
    x, y, z = magnet.body.points.T / 8e-9
    m = unit(np.array([np.cos(x + y), np.sin(x) + 0.3, np.cos(2 * y - z)]))
    solver, energy = Midpoint(magnet), magnet.energy(m)
    for _ in range(2):
        found = solver.step(m, step).m
        change = found - m
        taken = magnet.body.sum(magnet.moments * dot(change, change)) * 0.1 / (magnet.rate * step)
        after = magnet.energy(found)
        assert after < energy
        assert energy - after == pytest.approx(taken, rel=1e-6, abs=0)
        assert magnet.body.largest(abs(dot(found, found) - 1)) < 1e-14
        m, energy = found, after


@LONG
def test_width_and_energy_of_a_wall(shared_directory, comm):
    """``Δ = √(A/K)``, ``4√(AK)`` per area; the error of both falls fourfold with half the spacing."""
    length, errors = 60e-9, []
    for n in (24, 48):
        size = (length, 4e-9, 4e-9)
        magnet = of_bar(Ferromagnet(M_S, A, 0.5, (easy(Z),)), size, (n, 1, 1), shared_directory, comm)
        m = relax(magnet, wall(magnet, length / 2, 1.2 * WIDTH), torque=1e-3)
        energy = magnet.energy(m) + K * np.prod(size)
        x = magnet.body.points[:, 0] - length / 2
        near = abs(x) < 6e-9
        slope = magnet.body.sum(x[near] * -np.arctanh(m[2, near])) / magnet.body.sum(x[near] ** 2)
        errors.append([energy / (4 * (A * K) ** 0.5 * 16e-18) - 1, 1 / (slope * WIDTH) - 1])
    coarse, fine = np.abs(errors)
    assert np.all(fine < 0.01)
    assert np.all(coarse / fine > 3)


@LONG
def test_walker_velocity(shared_directory, comm):
    """``v = γ Δ B/α`` with ``Δ = √(A/(K_u + K_h sin²φ))`` and ``sin 2φ = B M_s/(α K_h)``."""
    hard, damping, b, length = 2e5, 0.5, 0.06, 80e-9
    numbers = Ferromagnet(M_S, A, damping, (easy(Z), easy(Y, -hard)))
    magnet = of_bar(numbers, (length, 4e-9, 4e-9), (64, 1, 1), shared_directory, comm, (0, 0, b))
    phi = np.arcsin(b * M_S / (damping * hard)) / 2
    width = (A / (K + hard * np.sin(phi) ** 2)) ** 0.5
    moving = Integrator(magnet, wall(magnet, 30e-9, width, phi), tolerance=1e-4)
    places = []
    for end in (6e-11, 1.6e-10):
        *_, last = moving.until(end)
        places.append(centre_of(magnet, last.m, length))
    velocity = (places[1] - places[0]) / 1e-10
    assert velocity == pytest.approx(magnet.rate * width * b / damping, rel=0.01)


@LONG
def test_a_torque_moves_and_turns_a_wall(shared_directory, comm):
    """Under ``T = a m × (ẑ × m)``: ``v = γ Δ a/M_s(1+α²)`` and ``φ̇ = −α v/Δ`` (collective coordinates)."""
    damping, length, amplitude, end = 0.2, 80e-9, 0.5 * M_S, 5e-12
    magnet = of_bar(
        Ferromagnet(M_S, A, damping, (easy(Z),)), (length, 4e-9, 4e-9), (64, 1, 1), shared_directory, comm
    )
    moving = Integrator(magnet, wall(magnet, length / 2), tolerance=1e-5)
    moving.drive = lambda _, u: cross(u, amplitude * cross(u, cross(Z[:, None], u))) / M_S
    *_, last = moving.until(end)
    rate = magnet.rate * amplitude / M_S / (1 + damping**2)
    moved = centre_of(magnet, last.m, length) - centre_of(magnet, wall(magnet, length / 2), length)
    inside = magnet.moments * (abs(last.m[2]) < 0.8)
    across = [magnet.body.sum(inside * part) for part in last.m[:2]]
    assert moved == pytest.approx(WIDTH * rate * end, rel=0.01)
    assert np.arctan2(across[1], across[0]) == pytest.approx(-damping * rate * end, rel=0.01)


@LONG
@pytest.mark.slow
def test_walker_breakdown(shared_directory, comm):
    """Above ``B_W = α K_h/M_s`` the wall turns: ``v = (γΔ/α) (B − √(B² − B_W²)/(1+α²))`` on average.

    While the azimuth turns by π, Δ is ``√(A/(K_u + K_h/2))`` to first order in K_h.
    """
    hard, damping, length = 2e4, 0.5, 80e-9
    breakdown = damping * hard / M_S
    b = 2 * breakdown
    turning = (b**2 - breakdown**2) ** 0.5 / (1 + damping**2)
    numbers = Ferromagnet(M_S, A, damping, (easy(Z), easy(Y, -hard)))
    magnet = of_bar(numbers, (length, 4e-9, 4e-9), (64, 1, 1), shared_directory, comm, (0, 0, b))
    width = (A / (K + hard / 2)) ** 0.5
    moving = Integrator(magnet, wall(magnet, 30e-9, width), tolerance=1e-4)
    period, begin = np.pi / (magnet.rate * turning), centre_of(magnet, moving.point.m, length)
    *_, last = moving.until(period)
    velocity = (centre_of(magnet, last.m, length) - begin) / period
    inside = magnet.moments * (abs(last.m[2]) < 0.8)
    across = [magnet.body.sum(inside * part) for part in last.m[:2]]
    assert abs(np.arctan2(across[1], across[0])) == pytest.approx(np.pi, rel=0.02)
    assert velocity == pytest.approx(magnet.rate * width / damping * (b - turning), rel=0.02)


def test_a_neel_wall_with_dmi(shared_directory, comm):
    """Its interaction has ``±π D`` per area, by its sense; the error falls fourfold with half the spacing."""
    constant, errors = 2e-3, []
    for n in (32, 64):
        magnet = of_bar(
            Ferromagnet(M_S, A, dmi=constant), (80e-9, 4e-9, 4e-9), (n, 1, 1), shared_directory, comm
        )
        whole = 2 * np.arctan(np.sinh(40e-9 / WIDTH)) * constant * 16e-18  # the angle in a bar that ends
        found = [
            magnet.energies(wall(magnet, 40e-9, azimuth=azimuth))["dmi"] / whole
            for azimuth in (0, np.pi / 2, np.pi)
        ]
        errors.append(found[0] - 1)
        assert found[1:] == pytest.approx([0, -found[0]], abs=1e-6)
    assert errors[0] / errors[1] == pytest.approx(4, rel=0.1)
    assert abs(errors[1]) < 0.006


def test_edges_tilt_by_dmi(shared_directory, comm):
    """``sin θ = D/(2√(AK))`` at the end of a film (Rohart and Thiaville 2013), where ``2A ∂_x m_x = −D m_z``.

    Across the thin bar, m_y is ``(D/2A) m_z y``, which adds ``D²/4A`` to K.
    """
    constant, size = 2e-3, 40e-9
    numbers = Ferromagnet(M_S, A, 0.5, (easy(Z),), dmi=constant)
    magnet = of_bar(numbers, (size, 2e-9, 2e-9), (40, 1, 1), shared_directory, comm)
    m = relax(magnet, uniform(magnet, Z), torque=1e-3)
    x = magnet.body.points[:, 0]
    tilt = constant / (2 * (A * (K + constant**2 / (4 * A))) ** 0.5)
    for place, sign in ((0, 1), (size, -1)):
        at = abs(x - place) < 1e-12
        mean = magnet.body.sum(m[0, at]) / magnet.body.sum(np.ones(at.sum()))
        assert mean == pytest.approx(sign * tilt, rel=0.01)


def test_spin_wave_frequency(shared_directory, comm):
    """``ω = γ (B + 2 A k²/M_s)`` of a standing wave in a bar."""
    length, b, n = 60e-9, 0.5, 32
    magnet = of_bar(Ferromagnet(M_S, A, 0.0), (length, 4e-9, 4e-9), (n, 1, 1), shared_directory, comm, b * Z)
    k = 2 * np.pi / length
    shape = np.cos(k * magnet.body.points[:, 0])
    m = unit(np.array([1e-3 * shape, 0 * shape, np.ones_like(shape)]))
    moving = Integrator(magnet, m, tolerance=1e-8)
    *_, last = moving.until(5e-12)
    x, y = (magnet.body.sum(magnet.moments * shape * part) for part in last.m[:2])
    assert np.arctan2(y, x) / 5e-12 == pytest.approx(
        magnet.rate * (b + 2 * A * k**2 / M_S), rel=2e-3
    )  # the spacing makes it (kh)²/12 of the exchange field less


def test_eigenmodes_of_a_bar(shared_directory, comm):
    """``ω = γ (B + 2Ak²/M_s)`` with ``k = nπ/L``, and the decay rate αω, without a step in time."""
    length, b, damping = 60e-9, 0.5, 1e-3
    numbers = Ferromagnet(M_S, A, damping)
    magnet = of_bar(numbers, (length, 4e-9, 4e-9), (32, 1, 1), shared_directory, comm, b * Z)
    modes = eigenmodes(magnet, uniform(magnet, Z), 3)
    k = np.arange(3) * np.pi / length
    expected = magnet.rate * (b + 2 * A * k**2 / M_S)
    assert [mode.frequency for mode in modes] == pytest.approx(expected, rel=2e-3)
    assert [mode.decay / mode.frequency for mode in modes] == pytest.approx([damping] * 3, rel=1e-4)
    assert modes[0].frequency == pytest.approx(expected[0], rel=1e-5)


def test_modes_of_an_unstable_state_are_refused(shared_directory, comm):
    """Against the field, exchange holds short waves and nothing holds long ones."""
    magnet = of_bar(
        Ferromagnet(M_S, A, 0.1), (60e-9, 4e-9, 4e-9), (16, 1, 1), shared_directory, comm, 0.5 * Z
    )
    with pytest.raises(ConvergenceError, match="relax the magnetisation first"):
        eigenmodes(magnet, uniform(magnet, -Z), 2)


def test_steps_stay_short_after_a_rejection(shared_directory, comm):
    """A step that was repeated sets the length of the next; one cut at the end of an interval does not."""
    magnet = of_bar(Ferromagnet(M_S, A, 0.1), (4e-9,) * 3, (1, 1, 1), shared_directory, comm, 0.5 * Z)
    moving = Integrator(magnet, uniform(magnet, [0.6, 0.0, 0.8]), tolerance=1e-6)
    list(moving.until(1e-12))
    usual = moving.next_step
    list(moving.until(moving.point.time + 0.01 * usual))
    assert moving.next_step >= usual
    moving.next_step = 50 * usual
    taken = next(moving.until(1e-9)).step
    assert taken < 25 * usual
    assert moving.next_step <= 2 * taken


@pytest.mark.serial
def test_factors_of_a_prism_are_its_surface_integral():
    """``N_z`` is the interaction of two charged faces: four integrals, two of them done by hand."""
    a, b, c = 3.0, 2.0, 1.0

    def between(distance):
        def integrand(y, x):
            return 4 * (a - x) * (b - y) / np.sqrt(x * x + y * y + distance * distance)

        return dblquad(integrand, 0, a, 0, b, epsabs=1e-9)[0]

    expected = (between(0.0) - between(c)) / (2 * np.pi * a * b * c)
    factors = prism_factors([a, b, c])
    assert factors[2] == pytest.approx(expected, rel=1e-6)
    assert factors.sum() == pytest.approx(1, rel=1e-12)
    assert prism_factors([1, 1, 1]) == pytest.approx([1 / 3] * 3, rel=1e-12)


@pytest.mark.serial
def test_factors_of_a_spheroid():
    """Osborn's closed form of a prolate spheroid, and a third for a sphere."""
    e = np.sqrt(1 - 0.25)
    along = (1 - e * e) / e**2 * (np.arctanh(e) / e - 1)
    assert ellipsoid_factors([2, 1, 1]) == pytest.approx([along, (1 - along) / 2, (1 - along) / 2], rel=1e-12)
    assert ellipsoid_factors([1, 1, 1]) == pytest.approx([1 / 3] * 3, rel=1e-12)
