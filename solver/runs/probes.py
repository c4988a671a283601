"""Readings of probes and their errors, in the layout of results.json."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from thermospin.response.accuracy import CUT_OFF_SAFETY
from thermospin.response.discretisation_error import corrected_bar, error_bar
from thermospin.response.solution import Expansion, TerminalPair

SIGNALS = {"baseline": (0.5, 0.5), "spin": (1.0, -1.0)}
"""Weights of P and AP in the signals that are made of them."""


def probe_data(expansion: Expansion, pair: TerminalPair) -> dict[str, Any]:
    """The readings of a probe, V per power of the drive.

    Args:
        expansion: The fields of a scheme and configuration.
        pair: The terminals, plus and minus.

    Returns:
        By order: ``R``; ``correction``, the estimated discretisation error η, and its ``contributions``, a
        list for every order; ``corrected``, R + η; ``error``, the bars of the discretisation of R, ``mesh``,
        and of R + η, ``corrected``, and that of the ``solver``, which ``uncertainty`` is too. None where
        nothing is estimated. Of the voltage without a drive, where there is one, the same under ``R0``,
        ``correction_R0``, ….
    """
    estimated = expansion.errors.get(pair)
    solver = [order.uncertainty[pair] for order in expansion.orders]
    parts = None if estimated is None else [estimated[n] for n in range(1, len(solver) + 1)]
    values = expansion.harmonics(pair).tolist()
    data = {"R": values, "uncertainty": solver} | _errors(values, parts, solver, expansion.cut_off)
    if expansion.rest:
        solver = [expansion.rest.uncertainty[pair]]
        values = [expansion.rest.reading(pair)]
        rest = _errors(values, None if estimated is None else [estimated[0]], solver, expansion.cut_off)
        data |= _at_rest({"R": values, "uncertainty": solver} | rest)
    return data


def signals(configurations: Mapping[str, Any], cut_off: float = 0.0) -> dict[str, dict[str, Any]]:
    """Baseline ``(P + AP)/2`` and spin signal ``P − AP`` of every probe; empty without P and AP.

    Their ``correction``, ``corrected`` and ``error`` are by signal, then as those of a probe. The estimates
    of P and AP are combined with their signs; the errors of the solver add up. Those of the voltage without a
    drive, where there is one, are under ``baseline_R0``, ``spin_R0``, ``correction_R0`` and so on.

    Args:
        configurations: Numbers by magnetic configuration.
        cut_off: Part of the cross-section that curved walls, flat in the mesh, cut off.
    """
    if not {"P", "AP"} <= configurations.keys():
        return {}
    found = {}
    for name in configurations["P"]["probes"]:
        both = [configurations[key]["probes"][name] for key in ("P", "AP")]
        found[name] = _signals(both, "", cut_off)
        if all("R0" in read for read in both):
            found[name] |= _signals(both, "_R0", cut_off)
    return found


def _signals(both: Sequence[Mapping[str, Any]], suffix: str, cut_off: float) -> dict[str, Any]:
    """The signals of a probe, of all orders or of the voltage without a drive."""
    values: dict[str, Any] = {}
    errors: dict[str, dict[str, Any]] = {}
    for signal, weights in SIGNALS.items():
        combined = _combine([read["R0" if suffix else "R"] for read in both], weights)
        solver = _combine([read[f"uncertainty{suffix}"] for read in both], np.abs(weights))
        parts = _combine([read[f"contributions{suffix}"] for read in both], weights)
        values[f"{signal}{suffix}"] = combined
        if suffix:
            combined, solver, parts = [combined], [solver], None if parts is None else [parts]
        data = _errors(combined, parts, solver, cut_off)
        data.pop("contributions")
        data = _at_rest(data) if suffix else data
        for key, value in data.items():
            errors.setdefault(key, {})[signal] = value
    return values | errors


def _combine(values: Sequence[Any], weights: Sequence[float]) -> Any:
    """A weighted sum; None if a part is unknown."""
    if any(value is None for value in values):
        return None
    total = sum(weight * np.array(value) for weight, value in zip(weights, values, strict=True))
    return total.tolist()


def _errors(
    values: Sequence[float], parts: Sequence[Any] | None, solver: Sequence[float], cut_off: float
) -> dict[str, Any]:
    """The errors of readings, by order."""
    if parts is None:
        unknown = [None] * len(solver)
        bars = {"mesh": unknown, "corrected": unknown, "solver": solver}
        return {"correction": unknown, "contributions": None, "corrected": unknown, "error": bars}
    parts = [np.asarray(part, dtype=float) for part in parts]
    corrections = [float(part.sum()) for part in parts]
    walls = [CUT_OFF_SAFETY * cut_off * abs(value) for value in values]
    return {
        "correction": corrections,
        "contributions": [part.tolist() for part in parts],
        "corrected": [value + correction for value, correction in zip(values, corrections, strict=True)],
        "error": {
            "mesh": [error_bar(part) + wall for part, wall in zip(parts, walls, strict=True)],
            "corrected": [corrected_bar(part) + wall for part, wall in zip(parts, walls, strict=True)],
            "solver": solver,
        },
    }


def _at_rest(data: Mapping[str, Any]) -> dict[str, Any]:
    """The same of the only order, the voltage without a drive."""

    def first(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {key: first(part) for key, part in value.items()}
        return None if value is None else value[0]

    return {"R0" if key == "R" else f"{key}_R0": first(value) for key, value in data.items()}
