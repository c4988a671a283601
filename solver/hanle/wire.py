"""Spins in a wire whose pieces lie below contacts or between them, in a field across the spins.

In every piece, with components along the magnetisation of the contacts and across it and B,

    s'' = Q s − f,        Q = 1/λ² [[1, a], [−a, 1]] + diag(g∥, g⊥),        a = ω_L τ_sf,

where f is what the contact injects. Charge takes the way of the least resistance: with a transfer length ℓ
the current below a contact goes as cosh(x/ℓ), x from the edge behind which no current flows. By reciprocity a
contact detects where it would inject. What enters a piece at its ends is linear in s there:
``−s'(0) = C s(0) − D s(w)`` with ``C = √Q coth(√Q w)``, ``D = √Q/sinh(√Q w)``; into the endless wire on
either side goes ``√Q s``. The pieces are joined where what leaves one enters the next.
"""

from collections.abc import Callable, Sequence
from math import cosh, sinh
from typing import NamedTuple

import numpy as np

from thermospin.hanle.contacts import Crowding, SpinSink

_CLOSE = 1e-5
"""Relative distance below which eigenvalues of Q are moved apart to it: the error is its square."""


class Piece(NamedTuple):
    """A piece of the wire.

    Attributes:
        width: Its length along the wire, m.
        sink: Sink of the spins in it.
        crowding: Distribution of the current, of a contact.
    """

    width: float
    sink: SpinSink
    crowding: Crowding = Crowding()


def detected(pieces: Sequence[Piece], diffusion_length: float, angle: np.ndarray) -> np.ndarray:
    """The mean of s along m that the last piece detects, per spin current into the first one over σ A: m.

    Args:
        pieces: Injector, pieces between, if any, detector. Endless wires follow on both sides.
            Currents crowd at the far edges of injector and detector.
        diffusion_length: λ, m.
        angle: ω_L τ_sf, shape (n,).

    Returns:
        Shape (n,).
    """
    n, nodes = len(angle), len(pieces) + 1
    free = _matrices(diffusion_length, angle, SpinSink())
    system, right = np.zeros((n, nodes, 2, nodes, 2)), np.zeros((n, nodes, 2))
    for node in (0, nodes - 1):
        system[:, node, :, node] += _function(free, np.sqrt)
    for i, (width, sink, crowding) in enumerate(pieces):
        q = _matrices(diffusion_length, angle, sink)
        own, other = _function(q, _own(width)), _function(q, _other(width))
        for a, b in ((i, i + 1), (i + 1, i)):
            system[:, a, :, a] += own
            system[:, a, :, b] -= other
        if i == 0:
            right[:, :2] = _injected(q, own, other, width, crowding)
    s = np.linalg.solve(system.reshape(n, 2 * nodes, -1), right.reshape(n, -1, 1)).reshape(n, nodes, 2, 1)
    begin, end = s[:, -2], s[:, -1]
    slopes = other @ end - own @ begin, own @ end - other @ begin
    found = 0.0
    for share, rate in crowding.parts:
        # ∫ c s dx of c = cosh(x/ℓ) is (Q − 1/ℓ²)⁻¹ [c s' − c' s].
        edge, slope, integral = _profile(rate, width)
        found += share * _solve(q, rate, edge * slopes[1] - slope * end - slopes[0])[:, 0] / integral
    return found


def _injected(
    q: np.ndarray, own: np.ndarray, other: np.ndarray, width: float, crowding: Crowding
) -> np.ndarray:
    """Fluxes out of the two ends of the injector where s = 0 there, shape (n, 2, 2)."""
    found = np.zeros((len(q), 2, 2))
    for share, rate in crowding.parts:
        edge, slope, integral = _profile(rate, width)
        p = _solve(q, rate, np.array([[share / integral], [0.0]]))[..., None]
        found[:, 0] += (edge * (own @ p) - other @ p - slope * p)[..., 0]
        found[:, 1] += (own @ p - edge * (other @ p))[..., 0]
    return found


def _profile(rate: float, width: float) -> tuple[float, float, float]:
    """``cosh(x/ℓ)`` at the edge where current crowds, its slope there and its integral, m."""
    if rate * width < 1e-4:
        return 1.0, 0.0, width
    return cosh(rate * width), rate * sinh(rate * width), sinh(rate * width) / rate


def _solve(q: np.ndarray, rate: float, right: np.ndarray) -> np.ndarray:
    """``(Q − 1/ℓ²)⁻¹`` on vectors (n, 2, 1): shape (n, 2)."""
    return np.linalg.solve(q - rate**2 * np.eye(2), right)[..., 0]


def _matrices(length: float, angle: np.ndarray, sink: SpinSink) -> np.ndarray:
    """Q of a piece, 1/m², shape (n, 2, 2)."""
    found = np.zeros((len(angle), 2, 2))
    found[:, 0, 0], found[:, 1, 1] = 1 / length**2 + sink.along, 1 / length**2 + sink.across
    found[:, 0, 1], found[:, 1, 0] = angle / length**2, -angle / length**2
    return found


def _function(q: np.ndarray, f: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """A function of matrices, (n, 2, 2).

    With eigenvalues ``c ± δ`` it is ``f̄ + f' (Q − c)``: the mean of f there, and its difference quotient.
    """
    centre = np.trace(q, axis1=1, axis2=2) / 2
    rest = q - centre[:, None, None] * np.eye(2)
    square = (rest[:, 0, 0] ** 2 + rest[:, 0, 1] * rest[:, 1, 0]).astype(complex)
    apart = np.sqrt(square)
    step = np.where(np.abs(apart) < _CLOSE * centre, _CLOSE * centre, apart)
    mean, quotient = (
        (f(centre + apart) + f(centre - apart)) / 2,
        (f(centre + step) - f(centre - step)) / (2 * step),
    )
    return (mean[:, None, None] * np.eye(2) + quotient[:, None, None] * rest).real


def _own(width: float) -> Callable[[np.ndarray], np.ndarray]:
    """``√z coth(√z w)``."""
    return lambda z: np.sqrt(z) * (2 / -np.expm1(-2 * width * np.sqrt(z)) - 1)


def _other(width: float) -> Callable[[np.ndarray], np.ndarray]:
    """``√z/sinh(√z w)``."""
    return lambda z: 2 * np.sqrt(z) * np.exp(-width * np.sqrt(z)) / -np.expm1(-2 * width * np.sqrt(z))
