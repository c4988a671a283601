"""Readings of a lock-in amplifier against the Fourier components of V(I(t)) itself."""

import numpy as np
import pytest
from scipy.integrate import quad

from thermospin.observables.lock_in import QUANTITIES, harmonic, lock_in

pytestmark = pytest.mark.serial

R = [90e-6, 7.69, -3e3, 4e6, 2e9, -7e11, 5e14, 3e17]
"""V/Aⁿ; at 2 mA every order counts."""
RMS = 1.5e-3


def fourier(r, rms, k):
    """In-phase (sin) and quadrature (cos) RMS of a harmonic, by quadrature in time."""

    def voltage(phase):
        current = np.sqrt(2) * rms * np.sin(phase)
        return sum(value * current**n for n, value in enumerate(r, start=1))

    def component(wave):
        error = 1e-13 * max(abs(voltage(phase)) for phase in (np.pi / 2, -np.pi / 2))
        found = quad(lambda phase: voltage(phase) * wave(k * phase), 0, 2 * np.pi, epsabs=error, epsrel=0)
        return found[0] / (np.pi * np.sqrt(2))

    return component(np.sin), component(np.cos)


@pytest.mark.parametrize("orders", [1, 2, 4, 8])
def test_harmonics_are_fourier_components(orders):
    r, found = R[:orders], lock_in(R[:orders], RMS)
    sine, cosine = np.array([fourier(r, RMS, k) for k in range(1, 5)]).T
    scale = max(abs(value) for value in found.values())
    expected = [sine[0], -cosine[1], -sine[2], cosine[3]]
    names = ["first_harmonic", "second_harmonic", "third_harmonic", "fourth_harmonic"]
    np.testing.assert_allclose(
        [found.get(name, 0) for name in names], expected, rtol=1e-10, atol=1e-15 * scale
    )
    others = [cosine[0], sine[1], cosine[2], sine[3]]
    np.testing.assert_allclose(others, 0, atol=1e-13 * scale)


def test_sampled_voltage():
    """The same by a discrete transform of one period, up to the eighth harmonic."""
    samples = 64
    current = np.sqrt(2) * RMS * np.sin(2 * np.pi * np.arange(samples) / samples)
    voltage = sum(value * current**n for n, value in enumerate(R, start=1))
    components = np.sqrt(2) * np.fft.rfft(voltage) / samples
    for k in range(1, 9):
        sign, part = (-1) ** (k // 2), -components[k].imag if k % 2 else components[k].real
        assert harmonic(R, RMS, k) == pytest.approx(sign * part, rel=1e-11, abs=0)


def test_mixing_of_the_third_and_fourth_order():
    """solver/physics.md §7."""
    r1, r2, r3, r4 = R[:4]
    found = lock_in(R[:4], RMS)
    assert found["first_harmonic"] == pytest.approx(r1 * RMS + 1.5 * r3 * RMS**3, rel=1e-14, abs=0)
    second = (r2 * RMS**2 + 2 * r4 * RMS**4) / np.sqrt(2)
    assert found["second_harmonic"] == pytest.approx(second, rel=1e-14, abs=0)
    assert found["R1"] == pytest.approx(r1 + 1.5 * r3 * RMS**2, rel=1e-14, abs=0)
    assert found["R2"] == pytest.approx(r2 + 2 * r4 * RMS**2, rel=1e-14, abs=0)


def test_plotted_second_harmonic_of_the_paper():
    """−15.6 nV/mA² of the squared peak give 70 nV at 1.5 mA rms (Slachter et al. 2010, Figs. 4b, 4c)."""
    assert lock_in([0.0, -15.6e-3], 1.5e-3)["R2_peak"] == pytest.approx(-70e-9, rel=0.01, abs=0)


def test_names():
    assert lock_in(R, RMS).keys() == QUANTITIES.keys()
    assert lock_in(R[:2], RMS).keys() == QUANTITIES.keys() - {"third_harmonic", "fourth_harmonic"}
