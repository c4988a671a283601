"""Combinations of parameters that data determine, and those that they do not, in words.

In relative changes of the parameters, the singular values of the weighted Jacobian of the data are 1 over the
relative errors of the combinations ``Π p^v`` of its right singular vectors v. Changes of a parameter that may
be 0 are relative to its size.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from thermospin.inference.least_squares import Fitted

UNDETERMINED = 1.0
"""Relative error from which on a combination is not determined."""
INVOLVED = 0.2
"""Component of a direction from which on a parameter takes part in it."""
LEAST = 1e-12
"""Singular value over the largest one, below which it is rounding."""


@dataclass(frozen=True)
class Direction:
    """A combination of parameters.

    Attributes:
        exponents: Its exponents, shape (n_parameters,); their squares add up to 1.
        error: Its relative error by the data alone; ∞ where they do not depend on it.
    """

    exponents: np.ndarray
    error: float


def directions(fitted: Fitted) -> list[Direction]:
    """The combinations of the parameters, from the best known to the least known, without priors.

    Args:
        fitted: The fit.
    """
    sizes = [p.size or value for p, value in zip(fitted.parameters, fitted.values, strict=True)]
    weighted = fitted.weighted * sizes
    _, singular, rotation = np.linalg.svd(weighted, full_matrices=True)
    singular = np.concatenate([singular, np.zeros(len(rotation) - len(singular))])
    with np.errstate(divide="ignore"):
        errors = np.where(singular > LEAST * singular[0], 1 / singular, np.inf)
    return [Direction(exponents, float(error)) for exponents, error in zip(rotation, errors, strict=True)]


def undetermined(fitted: Fitted) -> list[str]:
    """Sentences on the combinations that the data do not determine.

    Args:
        fitted: The fit.
    """
    found = directions(fitted)
    names = [parameter.name for parameter in fitted.parameters]
    fixed = [direction for direction in found if direction.error < UNDETERMINED]
    return [_sentence(d, fixed, names) for d in found if d.error >= UNDETERMINED]


def _sentence(direction: Direction, fixed: Sequence[Direction], names: Sequence[str]) -> str:
    """A sentence on a combination that is not determined."""
    involved = np.flatnonzero(np.abs(direction.exponents) > INVOLVED)
    across = percent(direction.error)
    if len(involved) == 1:
        return f"the data do not determine {names[involved[0]]}: {across}"
    among = ", ".join(names[i] for i in involved)
    if len(involved) > 2:
        return f"the data do not determine {product(direction.exponents, names)} of {among}: {across}"
    first, second = involved
    kept = np.zeros(len(names))
    kept[[first, second]] = -direction.exponents[second], direction.exponents[first]
    kept /= kept[np.abs(kept).argmax()]
    along = np.sqrt(sum((d.exponents @ kept * d.error) ** 2 for d in fixed)) if fixed else np.inf
    return f"only {product(kept, names)} is fixed by the data: {percent(along)} along it, {across} across"


def product(exponents: np.ndarray, names: Sequence[str]) -> str:
    """A combination in words, such as ``materials.Py.polarisation · heating.scale^0.5``.

    Args:
        exponents: The exponents.
        names: The names of the parameters.
    """
    scaled = exponents / exponents[np.abs(exponents).argmax()]
    texts: dict[bool, list[str]] = {True: [], False: []}
    for name, exponent in zip(names, scaled, strict=True):
        if abs(exponent) > INVOLVED:
            power = f"{abs(exponent):.2g}"
            texts[exponent > 0].append(name if power == "1" else f"{name}^{power}")
    above, below = " · ".join(texts[True]), " / ".join(texts[False])
    return f"{above} / {below}" if below else above


def percent(error: float) -> str:
    """A relative error in words.

    Args:
        error: The error.
    """
    return f"{float(f'{100 * error:.2g}'):g} %" if np.isfinite(error) and error < 1e4 else "any value"
