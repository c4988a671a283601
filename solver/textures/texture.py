"""A direction at every point."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from thermospin.errors import InputError

Vectors = Callable[[np.ndarray], np.ndarray]
"""Points (n, 3) in m to vectors (n, 3) of any length but zero."""


@dataclass(frozen=True, eq=False)
class Texture:
    """Unit vectors that may depend on the position, such as the magnetisation of a region.

    Attributes:
        vectors: The vectors, of any length.
        key: Entry of the configuration that gives them.
        file: File of that entry.
        uniform: The direction, (3,), where it is the same everywhere, else None.
    """

    vectors: Vectors
    key: str = ""
    file: str = ""
    uniform: np.ndarray | None = None

    @classmethod
    def along(cls, direction: Sequence[float], key: str = "", file: str = "") -> Texture:
        """The same direction everywhere.

        Args:
            direction: A vector that is not zero, (3,).
            key: Entry of the configuration that gives it.
            file: File of that entry.
        """
        m = np.array(direction, dtype=float)
        m /= np.linalg.norm(m)
        m.flags.writeable = False
        return cls(lambda points: np.tile(m, (len(points), 1)), key, file, m)

    def __call__(self, points: np.ndarray) -> np.ndarray:
        """The directions at points.

        Args:
            points: Coordinates (n, 3), m.

        Returns:
            Unit vectors, (n, 3).

        Raises:
            InputError: A vector has no direction: it is zero or not finite. The points of one rank may hold
                it alone, so the others do not know.
        """
        found = self.vectors(points)
        with np.errstate(all="ignore"):
            length = np.linalg.norm(found, axis=1, keepdims=True)
        wrong = np.flatnonzero(~(np.isfinite(length) & (length > 0)))
        if len(wrong):
            place = ", ".join(f"{1e9 * x:.4g}" for x in points[wrong[0]])
            raise InputError(
                f"there is no direction at ({place}) nm, where the vector is {found[wrong[0]].tolist()}; "
                "give a vector there that is not zero",
                key=self.key,
                file=self.file,
            )
        return found / length

    def __neg__(self) -> Texture:
        """The opposite direction everywhere."""
        if self.uniform is not None:
            return Texture.along(0.0 - self.uniform, self.key, self.file)  # 0 − m has no −0
        return replace(self, vectors=lambda points: -self.vectors(points))


MagneticState = Mapping[str, int | Texture]
"""Directions of all magnets: region to ±1 or, with vector spin, to its texture."""
