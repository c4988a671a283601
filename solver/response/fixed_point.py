"""Fixed points of the fields in the heat that they make: Anderson's mixing.

Where Peltier heat follows the local temperature, heat feeds back on itself in proportion to the current, and
plain iteration fails long before a steady state does. The mixture of all iterates whose temperatures change
least (D. G. Anderson, J. ACM 12, 547 (1965)) is GMRES where the feedback is linear.
"""

import numpy as np

from thermospin.compat import MPI
from thermospin.discretisation.spaces import Spaces
from thermospin.response import accuracy
from thermospin.response.solution import Solution, combine


class Mixing:
    """Mixes iterates of a fixed point.

    Args:
        spaces: The spaces.
    """

    def __init__(self, spaces: Spaces) -> None:
        self._comm = spaces.comm
        self._parts = [spaces.ranges[field] for field in spaces.unknowns.temperatures]
        self._found: list[Solution] = []
        self._changes: list[np.ndarray] = []

    def next(self, tried: Solution, found: Solution) -> Solution:
        """Fields to try next (collective).

        Args:
            tried: The fields tried last.
            found: The fields that their heat gives.
        """
        self._found.append(found)
        self._changes.append(self._temperatures(found) - self._temperatures(tried))
        kept = slice(-accuracy.MIXED_ITERATES, None)
        self._found, self._changes = self._found[kept], self._changes[kept]
        *others, last = self._changes
        if not others:
            return found
        differences = np.array([last - other for other in others])
        products = np.vstack([differences, last]) @ differences.T
        products = self._comm.allreduce(products, MPI.SUM)
        sizes = np.sqrt(np.diag(products))
        sizes[sizes == 0.0] = 1.0
        scaled = products[:-1] / np.outer(sizes, sizes)
        shares = np.linalg.lstsq(scaled, products[-1] / sizes, rcond=accuracy.MIXING_RANK)[0] / sizes
        return combine(zip([*shares, 1.0 - shares.sum()], self._found, strict=True))

    def _temperatures(self, solution: Solution) -> np.ndarray:
        """The temperatures among the fields, on this rank."""
        return np.concatenate([solution.vector.array_r[part] for part in self._parts])
