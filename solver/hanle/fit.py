"""Fits of Hanle curves: times, diffusion constant and amplitudes, with their standard errors.

Times and diffusion constant are fitted by their logarithms, from the best point of a coarse grid.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import sqrt

import numpy as np
from scipy.optimize import least_squares

from thermospin.errors import ConvergenceError, InputError
from thermospin.hanle.curves import NonlocalWire, larmor_frequency, lorentzian

GUESSES = 15
"""Starting values of a time, and of a diffusion constant."""
DISTANCES = 0.1, 10.0
"""Smallest and largest L/λ among the starting values."""
RANK = 1e-9
"""Smallest singular value of the Jacobian over the largest that still determines a value."""

Shapes = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""Logarithms and fields (n,) to the curves of amplitude 1, (k, n)."""


@dataclass(frozen=True)
class HanleFit:
    """A fitted Hanle curve.

    Attributes:
        values: By name: ``relaxation_time`` (s), ``diffusion`` (m²/s), ``amplitude`` and ``offset`` (unit of
            the data). Two Lorentzians have ``relaxation_time_1``, ``amplitude_1``, …, the longest time first.
        errors: Standard errors under the same names.
        covariance: In the order of the values; of the *logarithms* of times and diffusion constant.
        residual: Root of the sum of squares over the degrees of freedom, in the unit of the data.
        curves: Fields in T to the fitted curves without the offset, one for each amplitude.
    """

    values: dict[str, float]
    errors: dict[str, float]
    covariance: np.ndarray
    residual: float
    curves: Callable[[np.ndarray], np.ndarray]

    def signal(self, field: np.ndarray) -> np.ndarray:
        """The fitted curve with the offset, (n,), in the unit of the data.

        Args:
            field: B, T, (n,).
        """
        return self.values["offset"] + self.curves(np.asarray(field)).sum(axis=0)

    @property
    def diffusion_length(self) -> tuple[float, float]:
        """``λ = √(D τ_sf)`` and its standard error, m; of a nonlocal curve.

        Raises:
            KeyError: The fit was one of Lorentzians, which do not depend on D.
        """
        length = sqrt(self.values["relaxation_time"] * self.values["diffusion"])
        # ln λ is half the sum of the two logarithms.
        return length, length / 2 * sqrt(self.covariance[:2, :2].sum())


def fit_hanle(
    field: np.ndarray, signal: np.ndarray, wire: NonlocalWire, spread: np.ndarray | float | None = None
) -> HanleFit:
    """Fit τ_sf, D, amplitude and offset to a nonlocal Hanle curve.

    The model is ``offset + amplitude × shape(B)/shape(0)``; antiparallel magnets have a negative amplitude.

    Args:
        field: B, T, across the spins.
        signal: Nonlocal resistance or voltage; half of parallel less antiparallel is free of backgrounds.
        wire: Distance and widths of the contacts. The distance must not be 0, which leaves D unknown.
        spread: Standard deviation of the signal, of all or of each; None takes it from the residual.

    Raises:
        InputError: The points are too few or not numbers, or the wire has no length.
        ConvergenceError: The curve does not determine the values.
    """
    if not wire.distance > 0:
        raise InputError("must be positive; without it the curve depends on τ_sf alone", key="distance")
    field, signal = _checked(field, signal, 4)

    def shapes(logarithms: np.ndarray, at: np.ndarray) -> np.ndarray:
        tau, diffusion = np.exp(logarithms)
        return np.array([wire.shape(at, tau, diffusion) / wire.shape(0.0, tau, diffusion)])

    ratios = np.geomspace(*DISTANCES, GUESSES)
    guesses = [
        np.array([time, 2 * np.log(wire.distance / ratio) - time])
        for time in _log_times(field, wire.g_factor)
        for ratio in ratios
    ]
    names = ["relaxation_time", "diffusion", "amplitude", "offset"]
    return _Problem(field, signal, spread, shapes).solve(guesses, names)


def fit_lorentzians(
    field: np.ndarray,
    signal: np.ndarray,
    count: int = 1,
    g_factor: float = 2.0,
    spread: np.ndarray | float | None = None,
) -> HanleFit:
    """Fit one Lorentzian, or two of spin and spin heat, and an offset to a three-terminal Hanle curve.

    Args:
        field: B, T.
        signal: Voltage or resistance.
        count: How many Lorentzians.
        g_factor: g.
        spread: Standard deviation of the signal, of all or of each; None takes it from the residual.

    Raises:
        InputError: The points are too few or not numbers.
        ConvergenceError: The curve does not determine the values, such as two widths where there is one.
    """
    field, signal = _checked(field, signal, 2 * count + 1)

    def shapes(logarithms: np.ndarray, at: np.ndarray) -> np.ndarray:
        return np.array([lorentzian(at, 1.0, tau, g_factor) for tau in np.exp(logarithms)])

    times = _log_times(field, g_factor)[::-1]
    guesses = [np.array(chosen) for chosen in combinations(times, count)]
    numbers = [f"_{i + 1}" for i in range(count)] if count > 1 else [""]
    names = [f"{kind}{number}" for kind in ("relaxation_time", "amplitude") for number in numbers]
    return _Problem(field, signal, spread, shapes).solve(guesses, [*names, "offset"])


@dataclass(frozen=True)
class _Problem:
    """Least squares over logarithms, then amplitudes and an offset in units of the range of the signal."""

    field: np.ndarray
    signal: np.ndarray
    spread: np.ndarray | float | None
    shapes: Shapes

    @property
    def unit(self) -> float:
        """Range of the signal."""
        return float(np.ptp(self.signal)) or 1.0

    def residual(self, x: np.ndarray, count: int) -> np.ndarray:
        """Model less signal over the standard deviation, or over the range where that is unknown."""
        model = self._columns(x[:count]) @ x[count:]
        spread = self.unit if self.spread is None else self.spread
        return (model * self.unit - self.signal) / spread

    def start(self, guesses: Sequence[np.ndarray]) -> np.ndarray:
        """The guess that comes closest with the best amplitudes and offset it allows."""
        target, starts, misfits = self.signal / self.unit, [], []
        for guess in guesses:
            columns = self._columns(guess)
            starts.append(np.concatenate([guess, np.linalg.lstsq(columns, target)[0]]))
            misfits.append(np.linalg.norm(columns @ starts[-1][len(guess) :] - target))
        return starts[int(np.argmin(misfits))]

    def solve(self, guesses: Sequence[np.ndarray], names: Sequence[str]) -> HanleFit:
        """The best fit, from the best guess.

        Args:
            guesses: Logarithms.
            names: Of the logarithms, the amplitudes and the offset.
        """
        count = len(guesses[0])
        precise = {"xtol": 1e-13, "ftol": 1e-13, "gtol": 1e-13}
        found = least_squares(self.residual, self.start(guesses), x_scale="jac", args=(count,), **precise)
        size, axes = np.linalg.svd(found.jac, full_matrices=False)[1:]
        if not found.success or size[-1] <= RANK * size[0]:
            raise ConvergenceError(
                "the curve does not determine the values; measure beyond its half width, or fit fewer values"
            )
        order = _longest_first(found.x[:count], names)
        freedom = len(self.signal) - len(found.x)
        variance = 2 * found.cost / freedom
        scale = np.concatenate([np.ones(count), np.full(len(found.x) - count, self.unit)])
        covariance = (axes.T / size**2) @ axes * np.outer(scale, scale)
        covariance = covariance[np.ix_(order, order)] * (variance if self.spread is None else 1.0)
        x, deviations = (found.x * scale)[order], np.sqrt(np.diag(covariance))
        values = np.concatenate([np.exp(x[:count]), x[count:]])
        errors = deviations * np.concatenate([values[:count], np.ones(len(x) - count)])
        logarithms, amplitudes = x[:count], x[count:-1, None]
        return HanleFit(
            dict(zip(names, values.tolist(), strict=True)),
            dict(zip(names, errors.tolist(), strict=True)),
            covariance,
            float(np.linalg.norm(self._columns(logarithms) @ x[count:] - self.signal) / sqrt(freedom)),
            lambda at: amplitudes * self.shapes(logarithms, at),
        )

    def _columns(self, logarithms: np.ndarray) -> np.ndarray:
        return np.column_stack([*self.shapes(logarithms, self.field), np.ones(len(self.field))])


def _longest_first(logarithms: np.ndarray, names: Sequence[str]) -> np.ndarray:
    """The order of all values in which times of like Lorentzians decrease."""
    count = len(logarithms)
    like = all(name.startswith("relaxation_time") for name in names[:count])
    order = np.argsort(-logarithms) if like else np.arange(count)
    rest = count + order if like else np.arange(count, len(names) - 1)
    return np.concatenate([order, rest, [len(names) - 1]])


def _log_times(field: np.ndarray, g_factor: float) -> np.ndarray:
    """Logarithms of times with ``ω_L τ = 1`` from below the smallest to above the largest field."""
    fields = abs(field[field != 0])
    if not fields.size:
        raise InputError("all fields are zero; a Hanle curve needs a range of them", key="field")
    slow, fast = 1 / larmor_frequency(np.array([fields.min() / 3, 3 * fields.max()]), abs(g_factor))
    return np.linspace(np.log(fast), np.log(slow), GUESSES)


def _checked(field: np.ndarray, signal: np.ndarray, parameters: int) -> tuple[np.ndarray, np.ndarray]:
    """Two columns of numbers, more of them than there are values to find.

    Raises:
        InputError: They are not.
    """
    field, signal = np.asarray(field, dtype=float), np.asarray(signal, dtype=float)
    if field.ndim != 1 or field.shape != signal.shape:
        raise InputError(
            f"must have one value for each of {field.size} fields, not {signal.size}", key="signal"
        )
    if not np.isfinite(field).all() or not np.isfinite(signal).all():
        raise InputError("some values are not finite numbers; remove these points", key="signal")
    if len(field) <= parameters:
        raise InputError(
            f"{len(field)} points cannot determine {parameters} values; measure more", key="signal"
        )
    return field, signal
