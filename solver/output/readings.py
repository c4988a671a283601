"""Readings of the probes, as rows shared by the table and the CSV file."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from thermospin.output.files import write_csv
from thermospin.output.scales import per_drive


class Value(NamedTuple):
    """One number that was read, V per power of the drive.

    Attributes:
        value: The discrete reading; None where there is none.
        correction: Estimate of its discretisation error; None where it is not estimated.
        mesh: Error bar of the discretisation; None where it is not estimated.
        corrected: The reading with the estimate added; None where it is not estimated.
        corrected_mesh: Error bar of its discretisation; None where it is not estimated.
        solver: Error bar of the solver; None where it is unknown.
        materials: Standard error by uncertain numbers of the materials; None where none is uncertain.
    """

    value: float | None
    correction: float | None = None
    mesh: float | None = None
    corrected: float | None = None
    corrected_mesh: float | None = None
    solver: float | None = None
    materials: float | None = None

    @property
    def shown(self) -> float | None:
        """The number to show: the corrected reading, or the reading where no error is estimated."""
        return self.value if self.corrected is None else self.corrected

    @property
    def shown_mesh(self) -> float | None:
        """Error bar of the discretisation of the number to show; None where it is not estimated."""
        return self.mesh if self.corrected is None else self.corrected_mesh

    @property
    def bar(self) -> float | None:
        """Error bars of mesh and solver of the number to show together; None where both are unknown."""
        known = [bar for bar in (self.shown_mesh, self.solver) if bar is not None]
        return sum(known) if known else None


@dataclass(frozen=True)
class Reading:
    """The harmonics of one probe in one configuration, or a combination of P and AP.

    Attributes:
        scheme: Injection scheme.
        probe: Name of the probe.
        name: A magnetic configuration, ``baseline`` ((P + AP)/2) or ``spin`` (P − AP).
        drive: Unit of the drive, ``A`` or ``V``; ``K`` where there is none but temperatures.
        by_order: The numbers by power of the drive; R0 is the voltage without a drive.
    """

    scheme: str
    probe: str
    name: str
    drive: str
    by_order: dict[int, Value]


def readings(results: Mapping[str, Any]) -> Iterator[Reading]:
    """All readings of a run: for every scheme and probe the configurations, then baseline and spin.

    Args:
        results: The content of ``results.json`` of a run, or of a point of a sweep.
    """
    for scheme, found in results["schemes"].items():
        drive = found.get("drive", {}).get("unit", "A")
        configurations = found["configurations"]
        probes = dict.fromkeys(probe for case in configurations.values() for probe in case["probes"])
        for probe in probes:
            for name, case in configurations.items():
                yield Reading(scheme, probe, name, drive, of_probe(case["probes"][probe]))
            signals = found.get("signals", {}).get(probe, {})
            for name in ("baseline", "spin"):
                if name in signals:
                    yield Reading(scheme, probe, name, drive, _of_signal(signals, name))


def of_probe(read: Mapping[str, Any]) -> dict[int, Value]:
    """The numbers of a probe in a configuration, by power of the drive.

    Args:
        read: What ``results.json`` has of it.
    """
    found = {}
    if "R0" in read:
        bars = read.get("error_R0", {})
        found[0] = _value(read["R0"], read.get("correction_R0"), read.get("corrected_R0"), bars)
    return found | _orders(read["R"], read.get("correction"), read.get("corrected"), read.get("error", {}))


def shown_orders(read: Mapping[str, Any]) -> list[float]:
    """The numbers of a probe to show, from the first order on.

    Args:
        read: What ``results.json`` has of it.
    """
    shown = [value.shown for order, value in of_probe(read).items() if order]
    return [number for number in shown if number is not None]


def _of_signal(signals: Mapping[str, Any], name: str) -> dict[int, Value]:
    """The numbers of a signal of a probe."""

    def part(key: str) -> Any:
        return signals.get(key, {}).get(name)

    found = {}
    if f"{name}_R0" in signals:
        bars = part("error_R0") or {}
        found[0] = _value(signals[f"{name}_R0"], part("correction_R0"), part("corrected_R0"), bars)
    return found | _orders(signals[name], part("correction"), part("corrected"), part("error") or {})


def _value(value: Any, correction: Any, corrected: Any, bars: Mapping[str, Any]) -> Value:
    """A number with its error bars by kind."""
    mesh, corrected_mesh, solver, materials = (bars.get(key) for key in BARS)
    return Value(value, correction, mesh, corrected, corrected_mesh, solver, materials)


def _orders(
    values: Sequence[Any], corrections: Any, corrected: Any, error: Mapping[str, Any]
) -> dict[int, Value]:
    """The numbers of the orders from the first on."""
    unknown = [None] * len(values)
    numbers = zip(values, corrections or unknown, corrected or unknown, strict=True)
    found = [error.get(key) or unknown for key in BARS]
    bars = [dict(zip(BARS, row, strict=True)) for row in zip(*found, strict=True)]
    return {n: _value(*read, bar) for n, (read, bar) in enumerate(zip(numbers, bars, strict=True), start=1)}


BARS = ("mesh", "corrected", "solver", "materials")
"""Keys of the error bars in ``results.json``."""
COLUMNS = (
    "value",
    "correction",
    "mesh_error",
    "corrected",
    "corrected_error",
    "solver_error",
    "materials_error",
)
"""Numbers in the rows of readings."""


def reading_rows(results: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """All readings in SI, one row per scheme, probe, configuration or signal, and order.

    Args:
        results: The content of ``results.json`` of a run, or of a point of a sweep.

    Yields:
        ``value``, ``correction`` (the estimated discretisation error), ``mesh_error`` (its error bar),
        ``corrected`` (the value with the estimate added), ``corrected_error`` (the error bar of that),
        ``solver_error``, ``materials_error`` (the standard error by uncertain numbers) in the ``unit``
        V/A^order, or V/V^order where a voltage drives the scheme; order 0 is R0, V.
    """
    for read in readings(results):
        for order, numbers in read.by_order.items():
            yield {
                "scheme": read.scheme,
                "configuration": read.name,
                "probe": read.probe,
                "order": order,
                **dict(zip(COLUMNS, numbers, strict=True)),
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
        "correction": "correction",
        "mesh error": "mesh_error",
        "corrected": "corrected",
        "corrected error": "corrected_error",
        "solver error": "solver_error",
        "materials error": "materials_error",
    }
    rows = ([row[key] for key in columns.values()] for row in reading_rows(results))
    write_csv(path, list(columns), rows)
