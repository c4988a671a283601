"""Mesh convergence of the numbers of a nonlocal device: several meshes, P1 and P2, one table.

    python benchmarks/convergence.py benchmarks/slachter2010.yaml --p1 0.7 1 1.4 2 --p2 0.35 0.5 0.7 1

The six numbers are R1 and R2 of the scheme ``thermal``, baseline and spin signal, and R1 of the scheme
``electrical``. Refinement divides every element size.
"""

import argparse
import time

import numpy as np
from mpi4py import MPI

import thermospin as ts

QUANTITIES = {
    "R1_b (µΩ)": lambda r: r.baseline("thermal", "nonlocal")[0] * 1e6,
    "R1_s (µΩ)": lambda r: r.spin_signal("thermal", "nonlocal")[0] * 1e6,
    "R2_b (µV/mA²)": lambda r: r.baseline("thermal", "nonlocal")[1],
    "R2_s (nV/mA²)": lambda r: r.spin_signal("thermal", "nonlocal")[1] * 1e3,
    "NLSV (mΩ)": lambda r: r.spin_signal("electrical", "nonlocal")[0] * 1e3,
    "background (mΩ)": lambda r: r.baseline("electrical", "nonlocal")[0] * 1e3,
}


def run(file: str, degree: int, refinement: float, overrides: list[str]) -> tuple[ts.Results, float]:
    """Solve one mesh; also the wall time without meshing, s."""
    settings = [f"solver.degree={degree}", f"mesh.refinement={refinement}", "solver.orders=2"]
    config = ts.load(file, *settings, "solver.reciprocity=false", *overrides)
    ts.mesh(config)
    start = time.perf_counter()
    return ts.run(config), time.perf_counter() - start


def extrapolate(refinements: list[float], values: list[float]) -> float:
    """The limit of ``limit + error × refinement^-order``, fitted; NaN with fewer than four values."""
    if len(values) < 4:
        return float("nan")

    def fit(order: float) -> tuple[float, float]:
        columns = np.column_stack([np.ones(len(values)), np.array(refinements) ** -order])
        solution, *_ = np.linalg.lstsq(columns, np.array(values))
        return float(np.sum((columns @ solution - values) ** 2)), float(solution[0])

    return min(fit(order) for order in np.arange(0.3, 4.0, 0.01))[1]


def main() -> None:
    """Print the table, row by row, and what the P2 rows extrapolate to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file")
    parser.add_argument("--p1", type=float, nargs="*", default=[0.5, 0.7, 1.0, 1.4])
    parser.add_argument("--p2", type=float, nargs="*", default=[0.35, 0.5, 0.7])
    parser.add_argument("--set", action="append", default=[], help="override a value of the configuration")
    arguments = parser.parse_args()
    meshes = [(1, refinement) for refinement in arguments.p1] + [
        (2, refinement) for refinement in arguments.p2
    ]
    header = ["element", "refinement", "unknowns", *QUANTITIES, "solve (s)"]
    if MPI.COMM_WORLD.rank == 0:
        print("| " + " | ".join(header) + " |\n|" + "---|" * len(header), flush=True)
    found: dict[str, list[float]] = {name: [] for name in QUANTITIES}
    for degree, refinement in meshes:
        results, seconds = run(arguments.file, degree, refinement, arguments.set)
        values = {name: quantity(results) for name, quantity in QUANTITIES.items()}
        if degree == 2:
            for name, value in values.items():
                found[name].append(value)
        numbers = [f"{value:.4g}" for value in values.values()]
        row = [
            f"P{degree}",
            f"{refinement:g}",
            f"{results.data['solver']['dofs']:,}",
            *numbers,
            f"{seconds:.0f}",
        ]
        if MPI.COMM_WORLD.rank == 0:
            print("| " + " | ".join(row) + " |", flush=True)
    limits = [f"{extrapolate(arguments.p2, values):.4g}" for values in found.values()]
    if MPI.COMM_WORLD.rank == 0:
        print("| P2 | limit | | " + " | ".join(limits) + " | |", flush=True)


if __name__ == "__main__":
    main()
