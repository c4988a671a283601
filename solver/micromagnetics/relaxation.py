"""Equilibria of a magnetisation: steepest descent in the metric of exchange (solver/physics.md §12).

Every node moves along ``P⁻¹ (−∂E/∂m)``, projected across m, and is made a unit vector again. The stiffness of
short waves is in ``P = 2K + b M_s V``, with the stiffness K of exchange and a typical field b. The length of
a step is that of Barzilai and Borwein (1988) in this metric; it is halved until the energy is lower than the
highest of some points before (Grippo et al. 1986).
"""

import numpy as np

from thermospin.errors import ConvergenceError
from thermospin.micromagnetics.body import dot, unit
from thermospin.micromagnetics.model import Micromagnet
from thermospin.micromagnetics.smoother import Smoother

REMEMBERED = 6
"""Points whose highest energy a step must go below."""
DESCENT = 1e-4
"""Part of the decrease by the slope that a step must reach."""
ROUNDING = 1e-13
"""Relative error of an energy."""
LARGEST = 0.5
"""Largest turn of a node in a step, rad."""
LEAST = 0.01
"""Smallest typical field, T."""


def relax(magnet: Micromagnet, m: np.ndarray, torque: float = 1e-5, most: int = 2000) -> np.ndarray:
    """An equilibrium, downhill from a magnetisation (collective).

    Args:
        magnet: The body with its energy.
        m: Magnetisation at the beginning, (3, n).
        torque: Largest ``|m × B_eff|`` that counts as none, T.
        most: Most steps.

    Returns:
        Magnetisation, (3, n).

    Raises:
        ConvergenceError: There are torques left after the most steps.
    """
    metric = _Metric(magnet, m)
    energies, force = [magnet.energy(m)], _force(magnet, m)
    length = 1.0
    for _ in range(most):
        left = magnet.body.largest(np.sqrt(dot(force, force)))
        if left <= torque:
            return m
        way = metric.direction(m, force)
        slope = magnet.body.sum(magnet.moments * dot(way, force))
        length = min(length, LARGEST / magnet.body.largest(np.sqrt(dot(way, way))))
        length, moved = _descend(magnet, m, way, slope, length, energies)
        after = _force(magnet, moved)
        bent = magnet.body.sum(magnet.moments * dot(moved - m, force - after))
        length = length**2 * slope / bent if bent > 0 else 2 * length
        m, force = moved, after
    raise ConvergenceError(
        f"no equilibrium after {most} steps: torques of {left:.2g} T are left, more than {torque:g} T; "
        "allow more, or check the mesh"
    )


def _force(magnet: Micromagnet, m: np.ndarray) -> np.ndarray:
    """The part of the effective field across m, T, (3, n) (collective)."""
    field = magnet.field(m)
    return field - m * dot(m, field)


def _descend(magnet, m, way, slope, length, energies):
    """The step along a way that is short enough, and its end (collective); adds its energy to the list."""
    highest = max(energies[-REMEMBERED:])
    while True:
        moved = unit(m + length * way)
        energy = magnet.energy(moved)
        if energy <= highest - DESCENT * length * slope + ROUNDING * abs(highest):
            energies.append(energy)
            return length, moved
        length /= 2
        if length < ROUNDING:
            raise ConvergenceError(
                "the energy of the magnetisation cannot be lowered further, but torques are left; "
                "check the mesh"
            )


class _Metric:
    """Directions ``P⁻¹ (−∂E/∂m)`` across m.

    Args:
        magnet: The body with its energy.
        m: A typical magnetisation, (3, n).
    """

    def __init__(self, magnet: Micromagnet, m: np.ndarray) -> None:
        field, moments = magnet.field(m), magnet.moments
        mean = magnet.body.sum(moments * np.sqrt(dot(field, field))) / magnet.body.sum(moments)
        scale = 2 / max(mean, LEAST)
        self._smoother = Smoother(magnet)
        self._smoother.fit(scale / magnet.rate)
        self._half = scale / 2

    def direction(self, m: np.ndarray, force: np.ndarray) -> np.ndarray:
        """The direction, (3, n) (collective).

        Args:
            m: Magnetisation, (3, n).
            force: Field across m, T, (3, n).
        """
        way = self._half * self._smoother.apply(force)
        return way - m * dot(m, way)
