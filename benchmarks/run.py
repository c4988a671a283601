"""The benchmark: thermospin, scikit-fem with PyAMG, NGSolve and a plain FEniCSx script on the same meshes.

    python benchmarks/run.py benchmarks/slachter2010.yaml
    python benchmarks/run.py benchmarks/slachter2010.yaml --p1 0.5 --p2 --repeat 1        # a short one

Every program is a process of its own that ends with a line of JSON. They must agree; then come the tables,
on the terminal and in benchmarks/results/.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from statistics import median_low

from agreement import Agreement, agreement
from common import configuration
from tables import markdown

import thermospin as ts

HERE = Path(__file__).parent
P1 = [0.74, 1.17, 1.8]
P2 = [0.86]
"""Refinements at which Slachter's device has about 1e5, 3e5, 1e6 unknowns (P1) and 1e6 (P2)."""
WARM_UP = 0.3
"""Refinement of the runs before all others, in which forms are compiled."""


@dataclass(frozen=True)
class Program:
    """A program that takes part.

    Attributes:
        name: How it is called in the tables.
        script: Its file.
        ranks: Number of MPI ranks; 0: without mpirun.
        limit: Most unknowns it is tried with.
        needs: The package without which it is left out.
    """

    name: str
    script: str
    ranks: int
    limit: float = float("inf")
    needs: str = "thermospin"

    def command(self, file: str, overrides: list[str]) -> list[str]:
        """The command line of a run."""
        launcher = ["mpirun", "-n", str(self.ranks)] if self.ranks else []
        settings = [word for override in overrides for word in ("--set", override)]
        return [*launcher, sys.executable, str(HERE / self.script), file, *settings]


def programs(options: argparse.Namespace) -> list[Program]:
    """The programs to compare; the first is the reference of the comparison."""
    everything = [
        Program("thermospin, 1 rank", "thermospin_case.py", 1),
        Program("thermospin, 2 ranks", "thermospin_case.py", 2),
        Program("scikit-fem + PyAMG, 2 processes", "skfem_pyamg.py", 0),
        Program("NGSolve, 2 threads", "ngsolve_case.py", 0, needs="ngsolve"),
        Program("plain FEniCSx + MUMPS, 2 ranks", "plain_fenicsx.py", 2, options.direct_limit),
    ]
    wanted = options.only or [""]
    return [
        program
        for program in everything
        if any(word in program.name for word in wanted) and find_spec(program.needs)
    ]


def run_once(program: Program, file: str, overrides: list[str]) -> dict:
    """Run a program; its outcome, and the wall time of the whole process as ``wall``, s.

    Raises:
        SystemExit: It fails.
    """
    environment = os.environ | {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")}
    environment |= {"NGS_NUM_THREADS": "2"}
    begun = time.perf_counter()
    done = subprocess.run(
        program.command(file, overrides), env=environment, capture_output=True, text=True, check=False
    )
    wall = time.perf_counter() - begun
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode or not lines:
        raise SystemExit(f"{program.name} failed:\n{done.stdout}\n{done.stderr}")
    return json.loads(lines[-1]) | {"wall": wall, "program": program.name}


def chosen(runs: list[dict], statistic: str) -> dict:
    """The best run, or the median one, by total time: all numbers of a row are of the same run."""
    totals = [run["total"] for run in runs]
    total = min(totals) if statistic == "best" else median_low(totals)
    return runs[totals.index(total)] | {"totals": totals}


def measure_case(degree: int, refinement: float, options: argparse.Namespace) -> tuple[dict, Agreement]:
    """All programs on one mesh, which is made before."""
    overrides = [*options.set, f"solver.degree={degree}", f"mesh.refinement={refinement}"]
    record = ts.mesh(configuration(options.file, overrides))
    case = {"degree": degree, "refinement": refinement, "cells": record.cells, "points": record.points}
    say(f"P{degree}, refinement {refinement:g}: {record.cells:,} tetrahedra")
    rows, skipped = [], []
    for program in programs(options):
        unknowns = rows[0]["unknowns"] if rows else 0
        if unknowns > program.limit:
            skipped.append(f"{program.name}: skipped, more than {program.limit:.0g} unknowns")
            say(f"  {skipped[-1]}")
            continue
        repeat = 1 if program.limit < float("inf") else options.repeat
        runs = [run_once(program, options.file, overrides) for _ in range(repeat)]
        rows.append(chosen(runs, options.statistic))
        say(f"  {program.name}: {rows[-1]['total']:.2f} s")
    return case | {"rows": rows, "skipped": skipped}, agreement(rows)


def warm_up(degrees: Iterable[int], options: argparse.Namespace) -> None:
    """Compile all forms, on a small mesh."""
    say("warm-up: compiling forms")
    for degree in degrees:
        overrides = [*options.set, f"solver.degree={degree}", f"mesh.refinement={WARM_UP}"]
        ts.mesh(configuration(options.file, overrides))
        for program in programs(options):
            run_once(program, options.file, overrides)


def say(text: str) -> None:
    """Print a line about the progress."""
    print(text, file=sys.stderr, flush=True)


def machine() -> dict[str, str | int]:
    """The machine and the software that the numbers were measured with."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), "")
    return {
        "processor": model or platform.processor(),
        "cores": len(os.sched_getaffinity(0)),
        "python": platform.python_version(),
        "date": time.strftime("%Y-%m-%d"),
    }


def parser(description: str, p1: Sequence[float], p2: Sequence[float]) -> argparse.ArgumentParser:
    """The command line of what measures on several meshes, with the refinements that it has by default."""
    found = argparse.ArgumentParser(description=description)
    found.add_argument("file", help="the configuration")
    found.add_argument("--p1", type=float, nargs="*", default=p1, help="refinements at degree 1")
    found.add_argument("--p2", type=float, nargs="*", default=p2, help="refinements at degree 2")
    found.add_argument("--repeat", type=int, default=3, help="runs of everything but the direct solver")
    found.add_argument("--set", action="append", default=[], help="override a value of the configuration")
    found.add_argument("--output", type=Path, default=HERE / "results", help="directory of the results")
    return found


def sizes(options: argparse.Namespace) -> list[tuple[int, float]]:
    """Degree and refinement of every case."""
    return [(1, refinement) for refinement in options.p1] + [(2, refinement) for refinement in options.p2]


def save(text: str, cases: Sequence[dict], options: argparse.Namespace, suffix: str = "") -> None:
    """Show the tables, and write them and the numbers to files named after the configuration."""
    print(text)
    options.output.mkdir(parents=True, exist_ok=True)
    stem = f"{Path(options.file).stem}{suffix}"
    (options.output / f"{stem}.md").write_text(text)
    settings = {key: value for key, value in vars(options).items() if key != "output"}
    data = {"machine": machine(), "options": settings, "cases": cases}
    (options.output / f"{stem}.json").write_text(json.dumps(data, indent=1, default=str) + "\n")


def parse() -> argparse.Namespace:
    """The command line."""
    found = parser(__doc__.splitlines()[0], P1, P2)
    found.add_argument("--statistic", choices=["best", "median"], default="best")
    found.add_argument("--direct-limit", type=float, default=4e5, help="most unknowns for the direct solver")
    found.add_argument("--only", action="append", default=[], help="only programs with this in their name")
    return found.parse_args()


def main() -> None:
    """Measure everything, write, and fail if the programs disagree."""
    options = parse()
    warm_up(sorted({degree for degree, _ in sizes(options)}), options)
    measured = [measure_case(degree, refinement, options) for degree, refinement in sizes(options)]
    cases, agreements = [case for case, _ in measured], [found for _, found in measured]
    save(markdown(machine(), cases, agreements, f"{options.statistic} of {options.repeat}"), cases, options)
    if not all(found.passed for found in agreements):
        raise SystemExit("the programs disagree")


if __name__ == "__main__":
    main()
