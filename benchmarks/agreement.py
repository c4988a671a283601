"""Whether the programs of the benchmark give the same numbers, and to how many digits.

R2 must agree to 1e-7. R1 of the scheme ``thermal`` is a microvolt difference of potentials that differ by
volts: what a solver of given accuracy determines is R1 relative to that *scale*, the largest difference
between the potentials of two terminals in the same order. Both are shown. The direct solver reaches 11 to
12 digits of the scale, which are 6 of R1; the iterative ones, which move the reference potential to the probe
and compute the residual again, agree with each other to 8 and more.
"""

import math
from dataclasses import dataclass

TOLERANCE = 1e-7
"""Largest difference of R2, relative to itself."""
SCALE_TOLERANCE = 1e-10
"""Largest difference of R1, relative to the scale; the direct solver needs it."""
MOST_DIGITS = 16.0


@dataclass(frozen=True)
class Difference:
    """Difference of a reading of a program from that of the reference.

    Attributes:
        program: The program.
        configuration: The magnetic configuration.
        order: 1 for R1, 2 for R2.
        value: The reading, V/Aⁿ.
        relative: The difference relative to the reading.
        to_scale: The difference relative to the scale.
    """

    program: str
    configuration: str
    order: int
    value: float
    relative: float
    to_scale: float

    @property
    def passed(self) -> bool:
        """Whether it is small enough."""
        return self.to_scale <= SCALE_TOLERANCE if self.order == 1 else self.relative <= TOLERANCE


@dataclass(frozen=True)
class Agreement:
    """The comparison of all programs on one mesh with the first of them."""

    differences: list[Difference]

    @property
    def passed(self) -> bool:
        """Whether they agree."""
        return all(difference.passed for difference in self.differences)


def agreement(rows: list[dict]) -> Agreement:
    """Compare the outcomes of programs on one mesh with the first of them."""
    found = []
    for row in rows[1:]:
        for name, reference in rows[0]["R"].items():
            readings = zip(reference, row["R"][name], rows[0]["scale"][name], strict=True)
            for order, (expected, value, scale) in enumerate(readings, start=1):
                off = abs(value - expected)
                found.append(
                    Difference(row["program"], name, order, value, off / abs(expected), off / abs(scale))
                )
    return Agreement(found)


def digits(relative: float) -> float:
    """Number of digits that agree."""
    return min(MOST_DIGITS, -math.log10(max(relative, 1e-300)))
