"""Proposals of measurements: all readings at all points of the sweep, by what they tell on a parameter."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from thermospin.compat import MPI
from thermospin.config import Config
from thermospin.config.correlations import input_covariance
from thermospin.config.inputs import find_input, uncertain_inputs
from thermospin.inference.proposal import gain
from thermospin.output.files import write_csv
from thermospin.output.place import claim
from thermospin.output.proposals import HEADER, print_proposals
from thermospin.output.stages import SilentProgress
from thermospin.runs.preparation import prepare_mesh
from thermospin.runs.reading_rows import reading_rows
from thermospin.runs.workbench import Workbench
from thermospin.runtime.failures import on_root
from thermospin.section import one_of
from thermospin.validation import load_sweep

PRECISION = 0.05
"""Uncertainty of a proposed measurement over the size of the reading."""


def propose(
    config: Config,
    key: str,
    output: Path | None = None,
    progress: SilentProgress | None = None,
    quiet: bool = True,
    precision: float = PRECISION,
    comm: MPI.Comm = MPI.COMM_WORLD,
) -> list[dict[str, Any]]:
    """Rank the readings at all points of the sweep by how well a parameter would be known (collective).

    Args:
        config: The configuration; its uncertain numbers are what is not known.
        key: Key of the parameter, one of them.
        output: Directory for ``proposal.csv``; nothing is written without.
        progress: Gets a note for every point.
        quiet: False prints the table, as the command does.
        precision: Uncertainty of a measurement over the size of the reading.
        comm: Ranks that share the work.

    Returns:
        A list of ``scheme``, ``probe``, ``name``, ``order``, ``swept``, ``value``, ``before``, ``after`` and
        ``information``, the best first.

    Raises:
        InputError: No such number is uncertain.
    """
    inputs, sizes = uncertain_inputs(config)
    covariance = input_covariance(config, inputs, sizes)
    keys = [given.key for given in inputs]
    if key not in keys:
        raise config.error("uncertainties", one_of(key, keys, "uncertain number"))
    if output is not None:
        on_root(comm, lambda: claim(output, config.source))
    chosen, bench, found = keys.index(key), Workbench(comm), []
    for swept, device in _points(config):
        if progress is not None:
            progress.note(", ".join(f"{name} = {value}" for name, value in swept.items()) or "the device")
        record = on_root(comm, lambda device=device: prepare_mesh(device))
        problem = bench.problem(device, record, SilentProgress())
        rows = reading_rows(problem, [find_input(device, name) for name in keys])
        for (scheme, probe, name, order), row in rows.items():
            if not row.value:
                continue
            outcome = gain(covariance, np.array(row.derivatives), precision * abs(row.value), chosen)
            found.append(
                {
                    **{"scheme": scheme, "probe": probe, "name": name, "order": order, "swept": swept},
                    "value": row.value,
                    "before": sizes[chosen],
                    "after": outcome.error,
                    "information": outcome.information,
                }
            )
    bench.clear()
    found.sort(key=lambda row: row["after"])
    if output is not None:
        rows = [[*row.values()] for row in found]
        on_root(comm, lambda: write_csv(output / "proposal.csv", HEADER, map(_cells, rows)))
    if not quiet and comm.rank == 0:
        print_proposals(found, key, inputs[chosen].unit, precision)
    return found


def _cells(row: list[Any]) -> list[Any]:
    return [
        "; ".join(f"{k}={v}" for k, v in cell.items()) if isinstance(cell, dict) else cell for cell in row
    ]


def _points(config: Config) -> Iterator[tuple[dict[str, Any], Config]]:
    """Values of the swept keys and the device at every point; the device alone without a sweep."""
    without = config.solver.model_copy(update={"estimate": False, "reciprocity": False})
    if not config.sweep:
        yield {}, config.model_copy(update={"solver": without})
        return
    for point in load_sweep(config.document).points:
        yield dict(point.values), point.config.model_copy(update={"solver": without})
