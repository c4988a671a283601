"""Readings of the probes, as rows shared by the table and the CSV file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from thermospin.output.files import write_csv
from thermospin.output.scales import per_drive


@dataclass(frozen=True)
class Reading:
    """The harmonics of one probe in one configuration, or a combination of P and AP.

    Attributes:
        scheme: Injection scheme.
        probe: Name of the probe.
        name: A magnetic configuration, ``baseline`` ((P + AP)/2) or ``spin`` (P − AP).
        drive: Unit of the drive, ``A`` or ``V``; ``K`` where there is none but temperatures.
        values: ``R1, R2, …``, V per power of the drive; None where there is none.
        uncertainties: Uncertainty, same units; None where unknown.
        rest: R0, V, the voltage without a drive, and its uncertainty; None where there is none.
    """

    scheme: str
    probe: str
    name: str
    drive: str
    values: list[float | None]
    uncertainties: list[float | None]
    rest: tuple[float | None, float | None] | None = None

    @property
    def by_order(self) -> dict[int, tuple[float | None, float | None]]:
        """Value and uncertainty by power of the drive, 0 for R0."""
        orders = dict(enumerate(zip(self.values, self.uncertainties, strict=True), 1))
        return orders if self.rest is None else {0: self.rest} | orders


def readings(results: Mapping[str, Any]) -> Iterator[Reading]:
    """All readings of a run: for every scheme and probe the configurations, then baseline and spin.

    Args:
        results: Content of ``results.json``.
    """
    for scheme, found in results["schemes"].items():
        drive = found.get("drive", {}).get("unit", "A")
        configurations = found["configurations"]
        probes = dict.fromkeys(probe for case in configurations.values() for probe in case["probes"])
        for probe in probes:
            for name, case in configurations.items():
                read = case["probes"][probe]
                errors, rest = _uncertainties(read, len(read["R"])), None
                if "R0" in read:
                    rest = read["R0"], read.get("uncertainty_R0")
                yield Reading(scheme, probe, name, drive, read["R"], errors, rest)
            signals = found.get("signals", {}).get(probe, {})
            for name, weight in (("baseline", 0.5), ("spin", 1.0)):
                if name in signals:
                    errors = _combined(configurations, probe, weight, len(signals[name]))
                    rest = None
                    if f"{name}_R0" in signals:
                        rest = signals[f"{name}_R0"], _combined_rest(configurations, probe, weight)
                    yield Reading(scheme, probe, name, drive, signals[name], errors, rest)


def reading_rows(results: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """All readings in SI, one row per scheme, probe, configuration or signal, and order.

    Args:
        results: Content of ``results.json`` of a run, or of a point of a sweep.

    Yields:
        ``value`` and ``uncertainty`` in the ``unit`` V/A^order, or V/V^order where a voltage drives the
        scheme; order 0 is R0, V.
    """
    for read in readings(results):
        for order, (value, uncertainty) in read.by_order.items():
            yield {
                "scheme": read.scheme,
                "configuration": read.name,
                "probe": read.probe,
                "order": order,
                "value": value,
                "uncertainty": uncertainty,
                "unit": per_drive("V", order, read.drive),
            }


def write_readings(path: Path, results: Mapping[str, Any]) -> None:
    """Write :func:`reading_rows` as CSV.

    Args:
        path: The file.
        results: Content of ``results.json``.

    Raises:
        InputError: The file cannot be written.
    """
    columns = {
        "scheme": "scheme",
        "probe": "probe",
        "configuration or signal": "configuration",
        "order": "order",
        "value": "value",
        "unit": "unit",
        "uncertainty": "uncertainty",
    }
    rows = ([row[key] for key in columns.values()] for row in reading_rows(results))
    write_csv(path, list(columns), rows)


def _uncertainties(read: Mapping[str, Any], orders: int) -> list[float | None]:
    return read.get("uncertainty") or [None] * orders


def _combined(cases: Mapping[str, Any], probe: str, weight: float, orders: int) -> list[float | None]:
    """Uncertainty of a weighted sum of P and AP: the errors may have any sign, so they add."""
    both = [_uncertainties(cases[name]["probes"][probe], orders) for name in ("P", "AP")]
    return [None if None in pair else weight * sum(pair) for pair in zip(*both, strict=True)]


def _combined_rest(cases: Mapping[str, Any], probe: str, weight: float) -> float | None:
    """Uncertainty of a weighted sum of R0 in P and AP."""
    both = [cases[name]["probes"][probe].get("uncertainty_R0") for name in ("P", "AP")]
    return None if None in both else weight * sum(both)
