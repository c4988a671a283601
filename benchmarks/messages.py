"""Messages of an iteration by level, and a model of scaling to 1,000 ranks that is fitted to them.

    python benchmarks/messages.py benchmarks/slachter2010.yaml --ranks 1 2 3 4 --set mesh.refinement=0.5

Every number of ranks is a run of its own (under ``mpirun``), of the first order of one scheme and magnetic
configuration. Per level of the multigrid of every field it counts the rows, and of the rank that has most,
the neighbours and the values that it receives in a product with the matrix. PETSc's log has all messages,
bytes and reductions of the solves. The model of an iteration with n unknowns on P ranks:

    T = w n/P + X Σ_levels (α m + β g) + 2 R α log2 P
    g = c (rows/ranks)^⅔,   m = min(ranks − 1, NEIGHBOURS)

w: measured with one rank, processor time; X: exchanges per level, R: reductions, c: fitted to the counts;
α, β: the network. A level is on as many ranks as have ROWS_PER_RANK rows there, as PETSc agglomerates it.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterator

import numpy as np
from common import configuration
from petsc4py import PETSc
from tables import table

import thermospin as ts

NEIGHBOURS, ROWS_PER_RANK = 26, 50
VALUE = 8
"""Bytes."""
RANKS = (1, 10, 100, 1000)


def levels_of(pc: PETSc.PC) -> Iterator[PETSc.Mat]:
    """Matrices of the levels of a multigrid, coarsest first; of what is none, the matrix alone."""
    if pc.getType() not in (PETSc.PC.Type.MG, PETSc.PC.Type.GAMG):
        yield pc.getOperators()[1]
        return
    yield from levels_of(pc.getMGCoarseSolve().getPC())
    for level in range(1, pc.getMGLevels()):
        yield pc.getMGSmoother(level).getOperators()[1]


def exchange(matrix: PETSc.Mat) -> tuple[int, int, int]:
    """Rows, and the largest numbers of neighbours and of values that a rank gets (collective)."""
    first, last = matrix.getOwnershipRange()
    columns = matrix.getValuesCSR()[1]
    missing = np.unique(columns[(columns < first) | (columns >= last)])
    owners = np.unique(np.searchsorted(matrix.getOwnershipRanges(), missing, side="right"))
    comm = matrix.comm.tompi4py()
    most = (max(comm.allgather(len(part))) for part in (owners, missing))
    return (matrix.getSize()[0], *most)


def measure(file: str, overrides: list[str]) -> None:
    """Solve, and print the counts as a line of JSON from rank 0 (collective)."""
    config = configuration(file, ["solver.orders=1", "solver.estimate=false", *overrides])
    with ts.Problem.of(config) as problem:
        scheme = problem.schemes[0]
        solver = problem.scheme(scheme)
        parts = problem.preconditioning.preconditioner.parts
        levels = [list(map(exchange, levels_of(part.pc))) for part in parts.values()]
        PETSc.Log.begin()
        begun = time.process_time()
        (first,) = next(problem.expansions(solver)).orders
        seconds = time.process_time() - begun
        found, comm = PETSc.Log.Event("KSPSolve").getPerfInfo(), PETSc.COMM_WORLD.tompi4py()
        # PETSc counts a message where it is sent and where it is received.
        counted = {
            "messages": ("numMessages", 2),
            "bytes": ("messageLength", 2),
            "reductions": ("numReductions", 1),
        }
        counts = {key: max(comm.allgather(found[name])) / times for key, (name, times) in counted.items()}
        counts["iterations"] = first.iterations + solver.adjoint_iterations
        if comm.rank == 0:
            about = {"ranks": comm.size, "unknowns": problem.spaces.n_dofs, "seconds": seconds}
            print(json.dumps(about | counts | {"levels": levels}))


def run(file: str, overrides: list[str], ranks: int) -> dict:
    """The counts of a number of ranks."""
    settings = [word for override in overrides for word in ("--set", override)]
    launcher = ["mpirun", "-n", str(ranks), sys.executable, __file__, file, "--measure", *settings]
    done = subprocess.run(launcher, capture_output=True, text=True, check=False)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if not lines:
        raise SystemExit(f"{ranks} ranks failed:\n{done.stdout}\n{done.stderr}")
    return json.loads(lines[-1])


def counts_table(runs: list[dict]) -> str:
    """Rows, neighbours and values by level of the first field, and messages of an iteration."""
    rows = []
    for found in runs:
        levels = "; ".join("/".join(map(str, level)) for level in reversed(found["levels"][0]))
        counts = (found[key] / found["iterations"] for key in ("messages", "bytes", "reductions"))
        per_iteration = [f"{count:,.1f}" for count in counts]
        rows.append([str(found["ranks"]), str(found["iterations"]), *per_iteration, levels])
    counted = "messages", "bytes", "reductions (each per iteration)"
    header = ["ranks", "iterations", *counted, "V: rows/neighbours/values by level"]
    return table(header, rows)


class Model:
    """Time of an iteration by size and ranks.

    Args:
        runs: Counts, with 1 rank first.
        latency: α, s.
        bandwidth: 1/β, bytes/s.
    """

    def __init__(self, runs: list[dict], latency: float, bandwidth: float) -> None:
        self._latency, self._per_value = latency, VALUE / bandwidth
        alone, others = runs[0], runs[1:]
        self._size = alone["unknowns"]
        self._work = alone["seconds"] / alone["iterations"] / self._size
        self._levels = [level[0] for field in alone["levels"] for level in field]
        surfaces, exchanges, reductions = [], [], []
        for found in others:
            all_levels = [level for field in found["levels"] for level in field]
            surfaces += [g / (rows / found["ranks"]) ** (2 / 3) for rows, _, g in all_levels if g]
            per_iteration = found["messages"] / found["iterations"]
            exchanges.append(per_iteration / sum(m for _, m, _ in all_levels))
            reductions.append(found["reductions"] / found["iterations"])
        self.surface, self.exchanges = float(np.median(surfaces)), float(np.median(exchanges))
        self.reductions = float(np.median(reductions))

    def time(self, unknowns: float, ranks: int) -> float:
        """Seconds of an iteration."""
        total = self._work * unknowns / ranks
        for rows in (level * unknowns / self._size for level in self._levels):
            here = int(np.clip(rows / ROWS_PER_RANK, 1, ranks))
            if here > 1:
                values = self.surface * (rows / here) ** (2 / 3)
                neighbours = min(here - 1, NEIGHBOURS)
                total += self.exchanges * (self._latency * neighbours + self._per_value * values)
        return total + 2 * self.reductions * self._latency * np.log2(ranks)

    def markdown(self, strong: float, weak: float) -> str:
        """Efficiency by ranks, with unknowns in all and per rank."""
        rows = [
            [
                str(ranks),
                f"{self.time(strong, ranks) * 1e3:.2f}",
                f"{self.time(strong, 1) / self.time(strong, ranks) / ranks:.2f}",
                f"{self.time(weak * ranks, ranks) * 1e3:.2f}",
                f"{self.time(weak, 1) / self.time(weak * ranks, ranks):.2f}",
            ]
            for ranks in RANKS
        ]
        sizes = (
            f"{strong:.0e} unknowns: ms",
            "strong efficiency",
            f"{weak:.0e} per rank: ms",
            "weak efficiency",
        )
        return table(["ranks", *sizes], rows)


def main() -> None:
    """Count, fit, and print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", help="the configuration")
    parser.add_argument(
        "--ranks", type=int, nargs="+", default=[1, 2, 3, 4], help="numbers of ranks, 1 first"
    )
    parser.add_argument("--set", action="append", default=[], help="override a value of the configuration")
    parser.add_argument("--latency", type=float, default=2e-6, help="of a message, s")
    parser.add_argument("--bandwidth", type=float, default=1e9, help="of a rank, bytes/s")
    parser.add_argument("--strong", type=float, default=1e7, help="unknowns in all")
    parser.add_argument("--weak", type=float, default=1e5, help="unknowns per rank")
    parser.add_argument("--measure", action="store_true", help="count in this process, under mpirun")
    options = parser.parse_args()
    if options.measure:
        measure(options.file, options.set)
        return
    runs = [run(options.file, options.set, ranks) for ranks in options.ranks]
    print(counts_table(runs))
    model = Model(runs, options.latency, options.bandwidth)
    print(f"\nX = {model.exchanges:.2f}, R = {model.reductions:.2f}, c = {model.surface:.2f}\n")
    print(model.markdown(options.strong, options.weak))


if __name__ == "__main__":
    main()
