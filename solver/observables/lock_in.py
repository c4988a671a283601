"""Readings of a lock-in amplifier when a sinusoidal current drives a device (solver/physics.md §7).

Conventions. The current is ``I(t) = √2 I₀ sin ωt``: I₀ is its root mean square, ``Î = √2 I₀`` its peak.
Harmonics are root mean squares too, odd ones in phase, even ones in quadrature. Every harmonic counts
positive where its leading coefficient does: the second is that of ``−cos 2ωt``, the third of ``−sin 3ωt``.

The plotted quantities follow from the first two harmonics, as if there were no others: ``R⁽¹⁾ = V₁f/I₀`` and,
against the square of the peak, ``R⁽²⁾ = 2√2 V₂f/Î² = √2 V₂f/I₀²``. So ``R⁽¹⁾ = R1 + (3/2) R3 I₀² + …`` and
``R⁽²⁾ = R2 + 2 R4 I₀² + …`` mix with higher orders as a measurement does. ``R⁽²⁾ Î²`` is the ordinate of
Slachter et al. 2010, Figs. 4b, 4c.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple


class LockInQuantity(NamedTuple):
    """A quantity that is read or derived.

    Attributes:
        symbol: For people.
        order: Its unit is V/A^order.
    """

    symbol: str
    order: int


QUANTITIES = {
    "first_harmonic": LockInQuantity("V1f rms", 0),
    "second_harmonic": LockInQuantity("V2f rms", 0),
    "third_harmonic": LockInQuantity("V3f rms", 0),
    "fourth_harmonic": LockInQuantity("V4f rms", 0),
    "R1": LockInQuantity("R⁽¹⁾", 1),
    "R2": LockInQuantity("R⁽²⁾", 2),
    "R2_peak": LockInQuantity("R⁽²⁾ Î²", 0),
}
"""Results of :func:`lock_in` by name."""


def lock_in(harmonics: Sequence[float], rms: float) -> dict[str, float]:
    """Harmonics that a lock-in amplifier reads, V rms, and the quantities plotted from them.

    Args:
        harmonics: ``R1, R2, …``, V/Aⁿ; coefficients that are missing count as 0.
        rms: I₀, A.

    Returns:
        The names of :data:`QUANTITIES`, to V, V/A and V/A²; without third and fourth harmonic where their
        leading coefficients are missing.
    """
    names = ("first_harmonic", "second_harmonic", "third_harmonic", "fourth_harmonic")[
        : max(2, len(harmonics))
    ]
    found = {name: harmonic(harmonics, rms, k) for k, name in enumerate(names, start=1)}
    second = math.sqrt(2) * found["second_harmonic"]
    return found | {"R1": found["first_harmonic"] / rms, "R2": second / rms**2, "R2_peak": 2 * second}


def harmonic(harmonics: Sequence[float], rms: float, k: int) -> float:
    """RMS of the k-th harmonic of ``V = Σ R_n Iⁿ``, V; ``sinⁿ`` contains ``2^(1−n) C(n, (n−k)/2)`` of it.

    Args:
        harmonics: ``R1, R2, …``, V/Aⁿ.
        rms: I₀, A.
        k: Number of the harmonic.
    """
    peak = math.sqrt(2) * rms
    parts = (
        r * peak**n * 2.0 ** (1 - n) * math.comb(n, (n - k) // 2)
        for n, r in enumerate(harmonics, start=1)
        if n >= k and (n - k) % 2 == 0
    )
    return sum(parts) / math.sqrt(2)
