"""Threshold of a thin small magnet under the torque of heat (Hatami et al. 2007, Eq. 7)."""

import numpy as np
import pytest
from bodies import REGION, body
from vector_forms import AngularValve

from thermospin.constants import TORQUE_PER_SPIN_CURRENT
from thermospin.micromagnetics.body import cross
from thermospin.micromagnetics.dynamics import Integrator
from thermospin.micromagnetics.magnet import Ferromagnet, UniaxialAnisotropy
from thermospin.micromagnetics.model import Micromagnet

M_S, THICKNESS, DAMPING, EASY = 1.4e6, 2e-9, 0.1, 0.3
P = np.array([0.0, 0.0, 1.0])
VALVE = AngularValve(1e15, 0.5, -20e-6, 0.3, 0.6, 0.13, 300.0)


def strength(warming, cosine):
    """a of ``T = a m × (p × m)``, J/m², that turns m towards p."""
    spins = abs(VALVE.torque(np.arccos(cosine), 0.0, warming)) / np.sqrt(1 - cosine**2)
    return abs(TORQUE_PER_SPIN_CURRENT) * spins


def growth(magnet, warming):
    """Rate at which a small tilt from −p grows, 1/s."""
    tilt, end = 1e-3, 3e-11
    m = np.array([np.sin(tilt), 0.0, -np.cos(tilt)])[:, None] * np.ones(magnet.body.n_owned)
    moving = Integrator(magnet, m, tolerance=1e-7)
    cosine = -np.cos(tilt)

    def drive(_, u):
        torque = strength(warming, cosine) * cross(u, cross(P[:, None], u))
        return cross(u, torque) / (M_S * THICKNESS)

    moving.drive = drive
    *_, last = moving.until(end)
    across = magnet.body.largest(np.hypot(last.m[0], last.m[1]))
    return np.log(across / np.sin(tilt)) / end


def test_critical_temperature_difference(shared_directory, comm):
    """``a(ΔT) = α M_s d B_k`` where m is against p: below it a tilt decays, above it grows."""
    easy = UniaxialAnisotropy(EASY * M_S / 2, P)
    film = body((4e-9, 4e-9, THICKNESS), (1, 1, 1), shared_directory, comm)
    magnet = Micromagnet(film, {REGION: Ferromagnet(M_S, 1e-11, DAMPING, (easy,))})
    critical = DAMPING * M_S * THICKNESS * EASY / strength(1.0, -np.cos(1e-3))
    warmings = 0.7 * critical, 1.4 * critical
    rates = [growth(magnet, warming) for warming in warmings]
    assert rates[0] < 0 < rates[1]
    crossing = warmings[0] - rates[0] * (warmings[1] - warmings[0]) / (rates[1] - rates[0])
    assert crossing == pytest.approx(critical, rel=2e-3)
