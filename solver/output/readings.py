"""What the probes read, as rows shared by the table and the CSV file."""

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
        drive: Unit of the drive, ``A`` or ``V``.
        values: ``R1, R2, …``, V per power of the drive; None where there is none.
        uncertainties: Uncertainty from the linear solver, same units; None where unknown.
    """

    scheme: str
    probe: str
    name: str
    drive: str
    values: list[float | None]
    uncertainties: list[float | None]


def readings(results: Mapping[str, Any]) -> Iterator[Reading]:
    """All readings of a run: for every scheme and probe the configurations, then baseline and spin."""
    for scheme, found in results["schemes"].items():
        drive = found.get("drive", {}).get("unit", "A")
        configurations = found["configurations"]
        probes = dict.fromkeys(probe for case in configurations.values() for probe in case["probes"])
        for probe in probes:
            for name, case in configurations.items():
                read = case["probes"][probe]
                yield Reading(scheme, probe, name, drive, read["R"], _uncertainties(read, len(read["R"])))
            signals = found.get("signals", {}).get(probe, {})
            for name, weight in (("baseline", 0.5), ("spin", 1.0)):
                if name in signals:
                    errors = _combined(configurations, probe, weight, len(signals[name]))
                    yield Reading(scheme, probe, name, drive, signals[name], errors)


def write_readings(path: Path, results: Mapping[str, Any]) -> None:
    """Write all readings as CSV, one row per scheme, probe, configuration or signal, and order.

    Values are in SI: V/A^order, or V/V^order where a voltage drives the scheme.

    Raises:
        InputError: The file cannot be written.
    """
    rows = (
        (read.scheme, read.probe, read.name, order, value, per_drive("V", order, read.drive), uncertainty)
        for read in readings(results)
        for order, (value, uncertainty) in enumerate(zip(read.values, read.uncertainties, strict=True), 1)
    )
    header = ("scheme", "probe", "configuration or signal", "order", "value", "unit", "uncertainty")
    write_csv(path, header, rows)


def _uncertainties(read: Mapping[str, Any], orders: int) -> list[float | None]:
    return read.get("uncertainty") or [None] * orders


def _combined(cases: Mapping[str, Any], probe: str, weight: float, orders: int) -> list[float | None]:
    """Uncertainty of a weighted sum of P and AP: the errors may have any sign, so they add."""
    both = [_uncertainties(cases[name]["probes"][probe], orders) for name in ("P", "AP")]
    return [None if None in pair else weight * sum(pair) for pair in zip(*both, strict=True)]
