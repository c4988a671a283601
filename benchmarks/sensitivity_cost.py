"""CPU time of sensitivities beside that of a run, on one device: all numbers of all its readings.

    python benchmarks/sensitivity_cost.py configs/slachter2010.yaml --set mesh.columns.levels=1

The first two rows are runs, the second with the estimates of the mesh that a run has by default. The third is
`thermospin sensitivity`, which solves for the readings too; the last line is what it takes more, by reading.
Meshes and compiled forms are made before, by a run that is not timed.
"""

import argparse
import time
from collections.abc import Callable

import thermospin as ts


def seconds(work: Callable[[], object]) -> float:
    """CPU time of some work, s."""
    before = time.process_time()
    work()
    return time.process_time() - before


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", dest="overrides")
    given = parser.parse_args()
    bare = ts.load(given.file, *given.overrides, "solver.estimate=false", "solver.reciprocity=false")
    whole = ts.load(given.file, *given.overrides, "solver.estimate=true")
    ts.run(whole)
    found = ts.sensitivity(whole)
    numbers, readings = len(found.data["parameters"]), len(found.data["readings"])
    print(f"{numbers} numbers, {readings} readings")
    costs = {}
    for name, work in {
        "run without estimates": lambda: ts.run(bare),
        "run": lambda: ts.run(whole),
        "sensitivity": lambda: ts.sensitivity(whole),
    }.items():
        costs[name] = seconds(work)
        print(f"{name}: {costs[name]:.1f} s")
    of_one = (costs["sensitivity"] - costs["run without estimates"]) / readings
    share = of_one / costs["run without estimates"]
    print(f"all numbers of one reading: {of_one:.2f} s, {share:.0%} of the run without estimates")


if __name__ == "__main__":
    main()
