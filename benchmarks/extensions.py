"""Cost of resistive interfaces and spin heat, relative to the plain model on the same mesh.

    python benchmarks/extensions.py configs/slachter2010.yaml
    python benchmarks/extensions.py configs/slachter2010.yaml --p1 0.3 --p2 --repeat 1        # a short one

Every run is a process of its own: R1 and R2 of the scheme ``thermal`` in P and AP (``thermospin_case.py``).
The models take turns, so that what slows the machine slows all of them; a row is the best of its runs. Table
and numbers go to benchmarks/results/.
"""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from common import configuration
from run import WARM_UP, Program, chosen, machine, parser, run_once, save, say, sizes
from tables import STAGES, table

import thermospin as ts

P1 = [0.74, 1.17]
P2 = [0.5]
"""Refinements at which Slachter's device, with three elements across films, has about 1e5 and 3e5 unknowns
(P1) and 3e5 (P2)."""
INTERFACES = ["interfaces=[{between: [Py, Cu], library: Py/Cu}]"]
SPIN_HEAT = ["solver.spin_heat=true"]
SPIN_HEAT += [f"materials.{name}={{base: {name}, spin_heat_ratio: 2}}" for name in ("Py", "Cu", "Au")]


@dataclass(frozen=True)
class Model:
    """A model of the device.

    Attributes:
        name: How it is called in the table.
        overrides: What it adds to the configuration.
        target: The time that it may take relative to the plain model; None for no target.
    """

    name: str
    overrides: Sequence[str]
    target: float | None = None


MODELS = [
    Model("plain", []),
    Model("all Py/Cu resist", INTERFACES, 1.5),
    Model("spin heat", SPIN_HEAT, 2.0),
    Model("both", [*INTERFACES, *SPIN_HEAT]),
]
"""The first is what the others are compared with."""


def measure(degree: int, refinement: float, options: argparse.Namespace) -> dict:
    """All models on one mesh and all numbers of ranks; mesh and cuts are made before."""
    overrides = [*options.set, f"solver.degree={degree}", f"mesh.refinement={refinement}"]
    for model in MODELS:
        record = ts.mesh(configuration(options.file, [*overrides, *model.overrides]))
    say(f"P{degree}, refinement {refinement:g}: {record.cells:,} tetrahedra")
    rows = []
    for ranks in options.ranks:
        program = Program(f"{ranks} rank{'s' if ranks > 1 else ''}", "thermospin_case.py", ranks)
        runs: dict[str, list[dict]] = {model.name: [] for model in MODELS}
        for _ in range(options.repeat):
            for model in MODELS:
                runs[model.name].append(run_once(program, options.file, [*overrides, *model.overrides]))
        best = {name: chosen(found, "best") for name, found in runs.items()}
        plain = best[MODELS[0].name]["total"]
        for model in MODELS:
            ratio = best[model.name]["total"] / plain
            rows.append(best[model.name] | {"model": model.name, "ratio": ratio, "target": model.target})
            say(f"  {program.name}, {model.name}: {rows[-1]['total']:.2f} s, {ratio:.2f} times plain")
    return {"degree": degree, "refinement": refinement, "cells": record.cells, "rows": rows}


def markdown(about: Mapping[str, str | int], cases: Sequence[dict], repeat: int) -> str:
    """Everything that was measured."""
    where = f"{about['processor']}, {about['cores']} cores, Python {about['python']}, {about['date']}"
    parts = [
        "# Cost of resistive interfaces and of spin heat",
        f"Measured on {where}; best of {repeat}. Times in seconds; *relative* is to the plain model on the "
        "same mesh and ranks.",
    ]
    header = [
        "model",
        "ranks",
        "unknowns",
        *STAGES,
        "total",
        "relative",
        "target",
        "memory (GB)",
        "iterations",
    ]
    for case in cases:
        title = f"## P{case['degree']}, refinement {case['refinement']:g}, {case['cells']:,} tetrahedra"
        parts += [title, table(header, [_row(row) for row in case["rows"]])]
    return "\n\n".join(parts) + "\n"


def _row(row: dict) -> list[str]:
    target = "" if row["target"] is None else f"≤ {row['target']:g}"
    return [
        row["model"],
        row["program"].split()[0],
        f"{row['unknowns']:,}",
        *(f"{row['stages'][stage]:.2f}" for stage in STAGES),
        f"{row['total']:.2f}",
        f"**{row['ratio']:.2f}**",
        target,
        f"{row['memory'] / 1e9:.2f}",
        "; ".join(f"{name} {', '.join(map(str, n))}" for name, n in row["iterations"].items()),
    ]


def warm_up(degrees: Sequence[int], options: argparse.Namespace) -> None:
    """Compile all forms, on a small mesh."""
    say("warm-up: compiling forms")
    for degree in degrees:
        for model in MODELS:
            small = [f"solver.degree={degree}", f"mesh.refinement={WARM_UP}"]
            run_once(
                Program("warm-up", "thermospin_case.py", 1),
                options.file,
                [*options.set, *small, *model.overrides],
            )


def parse() -> argparse.Namespace:
    """The command line."""
    found = parser(__doc__.splitlines()[0], P1, P2)
    found.add_argument("--ranks", type=int, nargs="+", default=[1, 2], help="numbers of MPI ranks")
    return found.parse_args()


def main() -> None:
    """Measure everything, and write it."""
    options = parse()
    warm_up(sorted({degree for degree, _ in sizes(options)}), options)
    cases = [measure(degree, refinement, options) for degree, refinement in sizes(options)]
    save(markdown(machine(), cases, options.repeat), cases, options, "_extensions")


if __name__ == "__main__":
    main()
