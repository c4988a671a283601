"""Fluctuations of a magnetisation, against closed forms (solver/physics.md §12)."""

import numpy as np
import pytest
from bodies import REGION, body
from scipy.integrate import quad

from thermospin.constants import BOLTZMANN
from thermospin.micromagnetics.body import unit
from thermospin.micromagnetics.dynamics import Integrator
from thermospin.micromagnetics.fluctuations import SmallMotions, real_shapes
from thermospin.micromagnetics.magnet import Ferromagnet, UniaxialAnisotropy
from thermospin.micromagnetics.model import Micromagnet
from thermospin.micromagnetics.modes import eigenmodes

M_S, A, B, LENGTH, T = 8e5, 1.3e-11, 0.5, 60e-9, 300.0
X, Y, Z = np.eye(3)


def bar(numbers, directory, comm, n=32, width=4e-9):
    shape = body((LENGTH, width, width), (n, 1, 1), directory, comm)
    return Micromagnet(shape, {REGION: numbers}, B * Z)


def everywhere(magnet, vector):
    return vector[:, None] * np.ones(magnet.body.n_owned)


@pytest.mark.parametrize(("hard", "damping"), [(2e5, 0.05), (3e6, 1.0)], ids=["turns", "only decays"])
def test_noise_of_a_macrospin(hard, damping, shared_directory, comm):
    """The spectrum of ⟨m_x⟩ in a field and a hard axis, by the linear equation of one moment."""
    magnet = bar(Ferromagnet(M_S, A, damping, (UniaxialAnisotropy(-hard, Y),)), shared_directory, comm)
    m = everywhere(magnet, Z)
    motions = SmallMotions(magnet, m, real_shapes(magnet, m, eigenmodes(magnet, m, 2)))
    moment = magnet.body.sum(magnet.moments)
    slopes = [magnet.body.sum(magnet.moments * shape[0]) / moment for shape in motions.shapes]
    frequencies = np.array([1e9, 1.5e10, 2e10, 6e10])
    fields = np.diag([B, B + 2 * hard / M_S])
    turning = np.array([[damping, -1], [1, damping]])
    expected = []
    for omega in 2 * np.pi * frequencies:
        response = np.linalg.inv(fields + 1j * omega / magnet.rate * turning)[0, 0] / moment
        expected.append(-4 * BOLTZMANN * T / omega * response.imag)
    assert motions.noise(slopes, frequencies, T) == pytest.approx(expected, rel=1e-6, abs=0)


def test_noise_adds_up_to_the_variance(shared_directory, comm):
    """Equipartition: ``⟨m_x²⟩ = k_B T/(B M_s V)`` is the integral of the spectrum."""
    magnet = bar(Ferromagnet(M_S, A, 0.1), shared_directory, comm)
    motions = SmallMotions(magnet, everywhere(magnet, Z), [everywhere(magnet, X), everywhere(magnet, Y)])
    variance = BOLTZMANN * T / (B * magnet.body.sum(magnet.moments))
    assert motions.covariance(T) == pytest.approx(variance * np.eye(2), rel=1e-9, abs=1e-12 * variance)
    peak = magnet.rate * B / (2 * np.pi)
    given = {"points": [peak], "limit": 200, "epsrel": 1e-6}
    below = quad(lambda f: motions.noise([1, 0], [f], T)[0], 1e-3 * peak, 3 * peak, **given)[0]
    above = quad(lambda u: motions.noise([1, 0], [1 / u], T)[0] / u**2, 1e-4 / peak, 1 / (3 * peak))[0]
    assert below + above == pytest.approx(variance, rel=2e-3)


def test_covariance_along_a_bar(shared_directory, comm):
    """``⟨m_x(x) m_x(x')⟩`` of plane waves: ``k_B T/V Σ_k c_k cos kx cos kx'/(B M_s + 2 A k²)``, k = nπ/L."""
    magnet = bar(Ferromagnet(M_S, A, 0.01), shared_directory, comm)
    x, volume = magnet.body.points[:, 0], LENGTH * 16e-18
    k = np.arange(4) * np.pi / LENGTH
    shapes = [np.cos(one * x) * X[:, None] for one in k]
    found = SmallMotions(magnet, everywhere(magnet, Z), shapes).covariance(T)
    weights = np.where(k > 0, 2.0, 1.0)
    expected = BOLTZMANN * T / volume * weights / (B * M_S + 2 * A * k**2)
    assert np.diag(found) == pytest.approx(expected, rel=5e-3)
    assert np.all(abs(found - np.diag(np.diag(found))) < 1e-3 * expected[0])


def spread(n, directory, comm):
    """Largest error of a disturbance of a bar of n bricks after a while, of its plane waves' sum."""
    magnet = bar(Ferromagnet(M_S, A, 0.0), directory, comm, n, 1e-9)
    x, end, size = magnet.body.points[:, 0], 2e-12, 1e-3

    def bump(places):
        return np.exp(-(((places - 20e-9) / 10e-9) ** 2))

    m = unit(np.array([size * bump(x), 0 * x, np.ones_like(x)]))
    *_, last = Integrator(magnet, m, tolerance=1e-7).until(end)
    found = (last.m[0] + 1j * last.m[1]) / size
    fine = (np.arange(4000) + 0.5) * LENGTH / 4000
    expected = np.zeros_like(found)
    for wave in range(30):
        k = wave * np.pi / LENGTH
        part = (2 if wave else 1) * np.mean(bump(fine) * np.cos(k * fine))
        expected += part * np.cos(k * x) * np.exp(1j * magnet.rate * (B + 2 * A * k**2 / M_S) * end)
    assert magnet.body.largest(abs(found - bump(x))) > 0.3
    return magnet.body.largest(abs(found - expected))


def test_a_disturbance_spreads_as_plane_waves(shared_directory, comm):
    """Rebei et al. 2005, Eq. 84: columns of a two-point function turn at ``γ(B + 2Ak²/M_s)`` per wave."""
    coarse, fine = (spread(n, shared_directory, comm) for n in (16, 32))
    assert coarse / fine > 3
    assert fine < 0.02
