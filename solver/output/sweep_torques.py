"""Torques on magnets along a sweep, as series for pictures."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from thermospin.output.scales import Scale, coefficient_scale, superscript
from thermospin.output.series import Series

_POWERS = {"rest": 0} | {f"order{n}": n for n in range(1, 9)}
"""Names of the coefficients of powers of the drive."""


def torques_by_magnet(results: Mapping[str, Any]) -> dict[tuple[str, str], list[Series]]:
    """Components of the torque at all points of a sweep, by scheme and magnet, in J per power of the drive.

    Args:
        results: Content of its ``results.json``.
    """
    found: dict[tuple[str, str], dict[tuple[int, str, str], np.ndarray]] = {}
    count = len(results["points"])
    for i, point in enumerate(results["points"]):
        for scheme, magnet, key, torque in _torques(point):
            curves = found.setdefault((scheme, magnet), {})
            for axis, value in zip("xyz", torque, strict=True):
                curves.setdefault((*key, axis), np.full(count, np.nan))[i] = value
    return {place: list(_series(*place, results, curves)) for place, curves in found.items()}


def torque_panels(found: Sequence[Series]) -> Iterator[tuple[str, Scale, list[Series]]]:
    """Panels of the torque on one magnet, one for every order.

    Args:
        found: All series of the magnet.

    Yields:
        Label with the unit, the unit, and the series.
    """
    for order in sorted({one.order for one in found}):
        group = [one for one in found if one.order == order]
        largest = max(float(np.nanmax(np.abs(one.values), initial=0.0)) for one in group)
        scale = coefficient_scale(largest, "J", order, group[0].drive)
        power = f"{'U' if group[0].drive == 'V' else 'I'}{superscript(order)}"
        kind = f"torque, coefficient of {power}" if order else "torque at rest"
        yield f"{kind} ({scale.unit})", scale, group


def _torques(point: Mapping[str, Any]) -> Iterator[tuple[str, str, tuple[int, str], Sequence[float]]]:
    """Scheme, magnet, order and configuration, and torque, J, of all coefficients of a point."""
    for scheme, data in point.get("schemes", {}).items():
        for configuration, solved in data["configurations"].items():
            for magnet, given in (solved.get("torques") or {}).items():
                for name, torque in given["torque"].items():
                    if name in _POWERS:
                        yield scheme, magnet, (_POWERS[name], configuration), torque


def _series(
    scheme: str,
    magnet: str,
    results: Mapping[str, Any],
    curves: Mapping[tuple[int, str, str], np.ndarray],
) -> Iterator[Series]:
    """The curves of a magnet; a configuration is named where there are several."""
    drives = (point["schemes"][scheme]["drive"]["unit"] for point in results["points"] if "schemes" in point)
    drive, several = next(drives), len({configuration for _, configuration, _ in curves}) > 1
    for (order, configuration, axis), values in curves.items():
        name = f"{configuration}, along {axis}" if several else f"along {axis}"
        yield Series(scheme, magnet, order, drive, name, values, np.full(len(values), np.nan))
