"""The balance of energy of a moving magnetisation (solver/physics.md §12).

In a step of the midpoint rule the energy in the field in its middle changes by ``W − Q``, with the heat
of damping ``Q = (1/γ) Σ α M_s V |m⁺ − m|²/Δt`` and the work of the drive
``W = Σ M_s V B_drive·(m⁺ − m)``. A field that changes in time adds its own work, ``−Σ M_s V ΔB·m``.
"""

import numpy as np

from thermospin.micromagnetics.body import dot
from thermospin.micromagnetics.dynamics import Integrator, Point
from thermospin.micromagnetics.model import Micromagnet


class EnergyBalance:
    """Heat of damping, and work on the magnets, of all steps so far.

    Args:
        magnet: The body with its energy.

    Attributes:
        heat: Heat of damping, J.
        work: Work of the drive and of the field, J.
        squares: Sum of ``|m⁺ − m|²/Δt`` at every owned node since they were taken last, 1/s, (n,).
        since: Time since then, s.
    """

    def __init__(self, magnet: Micromagnet) -> None:
        self._magnet, self.heat, self.work = magnet, 0.0, 0.0
        self.squares, self.since = np.zeros(magnet.body.n_owned), 0.0

    def add(self, before: Point, after: Point, integrator: Integrator) -> None:
        """Add a step (collective).

        Args:
            before: Its beginning.
            after: Its end.
            integrator: What drove it, still as it was in the step.
        """
        magnet, moments = self._magnet, self._magnet.moments
        change, length = after.m - before.m, after.time - before.time
        squares = dot(change, change) / length
        self.squares, self.since = self.squares + squares, self.since + length
        self.heat += magnet.body.sum(magnet.damping * moments * squares) / magnet.rate
        middle = before.time + length / 2
        if integrator.drive is not None:
            drive = integrator.drive(middle, (before.m + after.m) / 2)
            self.work += magnet.body.sum(moments * dot(drive, change))
        if integrator.field is not None:
            first, mean, last = (np.asarray(integrator.field(t)) for t in (before.time, middle, after.time))
            for step, m in ((mean - first, before.m), (last - mean, after.m)):
                if np.any(step):
                    self.work -= step @ np.array([magnet.body.sum(moments * part) for part in m])

    def take(self) -> np.ndarray:
        """Power of damping in every owned tetrahedron, mean since it was taken last, W, (k,) (collective)."""
        mean = self.squares / self.since if self.since else self.squares
        self.squares, self.since = np.zeros_like(self.squares), 0.0
        return self._magnet.damping_power(mean)
