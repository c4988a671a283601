"""Results of a magnetic loop: a table, and pictures of the readings of every probe as B goes up and down."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from thermospin.observables.lock_in import QUANTITIES
from thermospin.output.files import write_csv
from thermospin.output.place import RESULTS, together
from thermospin.output.plan import style_of
from thermospin.output.scales import coefficient_scale, per_drive, quantity_text, reading_scale
from thermospin.output.words import lock_in_words, reading_words

PLOTTED = "R1", "R2_peak"
"""Readings of the lock-in amplifier that are drawn, as in Slachter et al. 2010, Figs. 5a and 4c."""


def write_loop(directory: Path, results: dict[str, Any]) -> list[Path]:
    """Write ``results.json``, then ``loop.csv`` and a picture for every scheme and probe.

    Args:
        directory: Directory of the results; made when missing.
        results: The results of a loop.

    Returns:
        The files written.

    Raises:
        InputError: The directory cannot be written.
    """
    table = directory / "loop.csv"
    with together(directory, results):
        write_csv(table, *loop_table(results))
        pictures = plot_loop(directory, results)
    return [table, *pictures, directory / RESULTS]


def plot_loop(directory: Path, results: Mapping[str, Any]) -> list[Path]:
    """Draw the readings of every probe along the loop.

    Args:
        directory: Directory of the results.
        results: The results of a loop.

    Returns:
        The files written.
    """
    from thermospin.output.curves import save_loop

    fields = {name: 1e3 * np.array(branch["B"]) for name, branch in results["loop"]["branches"].items()}
    lock_in = results["config"].get("lock_in")
    written = []
    for scheme, found in results["schemes"].items():
        for probe, branches in found["loops"].items():
            path = directory / f"loop_{scheme}_{probe}.png"
            panels = list(loop_panels(branches, found["drive"]["unit"]))
            title = f"{scheme}, probe {probe}"
            if "lock_in" in found:
                title += f"; lock-in at {quantity_text(lock_in['rms_current'], 'A')} rms"
            written += save_loop(path, fields, panels, title, style_of(results))
    return written


def describe_loop(results: Mapping[str, Any], directory: Path) -> str:
    """One line about a loop.

    Args:
        results: The results of a loop.
        directory: Directory of the results.
    """
    loop = results["loop"]
    points = sum(len(branch["B"]) for branch in loop["branches"].values())
    return f"{points} points, {loop['solved_states']} magnetic states solved; {directory / 'loop.csv'}"


def loop_panels(branches: Mapping[str, Any], drive: str) -> Iterator[tuple[str, dict[str, np.ndarray]]]:
    """Label and branches of the coefficients, then of the lock-in's quantities, in units that suit them.

    Args:
        branches: Branch, ``up`` or ``down``, to its readings.
        drive: Unit of the drive, ``A`` or ``V``.
    """
    orders = len(next(iter(branches.values()))["R"])
    for n in range(1, orders + 1):
        curves = {name: np.array(branch["R"][n - 1]) for name, branch in branches.items()}
        yield _scaled(reading_words(n, drive), curves, lambda largest, n=n: reading_scale(largest, n, drive))
    if not all("lock_in" in branch for branch in branches.values()):
        return
    for name in PLOTTED:
        order = QUANTITIES[name].order
        curves = {key: np.array(branch["lock_in"][name]) for key, branch in branches.items()}
        scale = reading_scale if order else lambda largest, *_: coefficient_scale(largest, "V", 0, "A")
        yield _scaled(
            lock_in_words(name), curves, lambda largest, scale=scale, order=order: scale(largest, order, "A")
        )


def _scaled(
    symbol: str, curves: Mapping[str, np.ndarray], scale_of: Any
) -> tuple[str, dict[str, np.ndarray]]:
    scale = scale_of(max(np.abs(curve).max() for curve in curves.values()))
    return f"{symbol} ({scale.unit})", {name: curve / scale.factor for name, curve in curves.items()}


def loop_table(results: Mapping[str, Any]) -> tuple[list[str], Iterator[list[Any]]]:
    """Header and rows of ``loop.csv``: a row for every scheme, probe and point, SI.

    Args:
        results: The results of a loop.
    """
    loop = results["loop"]
    magnets = next(iter(loop["states"].values()))["magnets"]
    found = [
        (scheme, probe, branches, data["drive"]["unit"])
        for scheme, data in results["schemes"].items()
        for probe, branches in data["loops"].items()
    ]
    orders = range(1, len(found[0][2]["up"]["R"]) + 1)
    read = next((branches["up"]["lock_in"] for _, _, branches, _ in found if "lock_in" in branches["up"]), {})
    quantities = {name: QUANTITIES[name] for name in read}
    header = ["scheme", "probe", "branch", "B [T]", *_columns(magnets), "state", "drive"]
    header += [f"R{n}" for n in orders] + [f"uncertainty of R{n}" for n in orders]
    header += [f"{symbol} [{per_drive('V', order, 'A')}]" for symbol, order in quantities.values()]

    def rows() -> Iterator[list[Any]]:
        for scheme, probe, branches, drive in found:
            for name, branch in loop["branches"].items():
                read = branches[name]
                shown = [read["lock_in"][key] for key in quantities] if "lock_in" in read else []
                empty = [None] * (len(quantities) - len(shown))
                for i, (field, state) in enumerate(zip(branch["B"], branch["state"], strict=True)):
                    pointing = _components(loop["states"][state]["magnets"])
                    start = [scheme, probe, name, field, *pointing, state, drive]
                    numbers = [row[i] for row in (*read["R"], *read["uncertainty"], *shown)]
                    yield [*start, *numbers, *empty]

    return header, rows()


def _components(magnets: Mapping[str, Any]) -> list[float]:
    """Values of these columns."""
    return [part for m in magnets.values() for part in ([m] if isinstance(m, int) else m)]


def _columns(magnets: Mapping[str, Any]) -> list[str]:
    """Names of the columns that say where the magnets point: one sign, or three components."""
    return [
        column
        for region, pointing in magnets.items()
        for column in ([region] if isinstance(pointing, int) else [f"{region} m{axis}" for axis in "xyz"])
    ]
