"""Cost of several right-hand sides at once, where every field has a factor, relative to that of one.

    python benchmarks/right_hand_sides.py configs/slachter2010.yaml --set mesh.columns.levels=1

Times are processor times of one process, the best of ``--repeat``: of the factors of all fields. The
numbers of all magnetic configurations of a scheme at once are compared with those of the first alone.
"""

import argparse
import time
from collections.abc import Callable

import numpy as np

import thermospin as ts

NUMBERS = 1, 2, 4, 8


def best(work: Callable[[], object], repeat: int) -> float:
    """The shortest processor time of some work, s."""
    times = []
    for _ in range(repeat):
        begun = time.process_time()
        work()
        times.append(time.process_time() - begun)
    return min(times)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file")
    parser.add_argument("--set", action="append", default=[])
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    config = ts.load(options.file, *options.set, "solver.estimate=false")
    with ts.Problem.of(config) as problem:
        if not problem.shares_solves:
            raise SystemExit("the fields of this device have no factors: its cells are not stretched")
        scheme = problem.schemes[0]
        problem.scheme(scheme)
        fields, factors = problem.spaces.fields, problem.preconditioning.preconditioner
        print(f"{problem.spaces.n_dofs:,} unknowns")
        sizes = {n: np.ones((problem.spaces.n_dofs, n), order="F") for n in NUMBERS}
        for columns in sizes.values():
            factors.solve_columns(columns, fields)
        times = [best(lambda n=n: factors.solve_columns(sizes[n], fields), options.repeat) for n in NUMBERS]
        for n, seconds in zip(NUMBERS, times, strict=True):
            print(f"factors, {n} right-hand sides: {seconds:.3f} s, {seconds / times[0]:.2f} of one")
        states = list(problem.states)
        every = best(lambda: list(problem.expansions(problem.scheme(scheme))), 1)
    with ts.Problem.of(config) as problem:
        problem.scheme(scheme)
        one = best(lambda: problem.solve(scheme, states[0]), 1)
    print(f"{len(states)} configurations at once: {every:.2f} s, {every / one:.2f} of {states[0]} alone")


if __name__ == "__main__":
    main()
