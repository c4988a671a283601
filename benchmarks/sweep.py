"""Processor time of a sweep of twenty points of current and probe, over that of a single run.

    python benchmarks/sweep.py benchmarks/slachter2010.yaml --set mesh.refinement=0.4 --set solver.degree=1

Both have R1 and R2 in all schemes and magnetic configurations, with largest values and, unless
``--set solver.estimate=false`` is given, error bars. A run before them makes the mesh and compiles forms. The
time of the sweep includes the check of its twenty configurations.
"""

import resource

from common import arguments

import thermospin as ts

CURRENTS = ["0.2 mA", "0.4 mA", "0.6 mA", "0.8 mA", "1 mA"]
PROBES = [
    ["contact3", "contact4"],
    ["contact4", "contact3"],
    ["contact3", "contact5"],
    ["contact5", "contact4"],
]
AXES = [{"key": "lock_in.rms_current", "values": CURRENTS}, {"key": "probes.nonlocal", "values": PROBES}]


def processor_time() -> float:
    """User and system time of this process so far, s."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Measure, and print a line."""
    options = arguments(__doc__.splitlines()[0])
    config = ts.load(options.file, "solver.orders=2", *options.set)
    ts.run(config)
    begun = processor_time()
    unknowns = ts.run(config).data["solver"]["dofs"]
    single = processor_time() - begun
    points = len(CURRENTS) * len(PROBES)
    begun = processor_time()
    ts.sweep(config.resolved() | {"sweep": AXES})
    swept = processor_time() - begun
    print(f"{unknowns:,} unknowns: run {single:.1f} s, {points} points {swept:.1f} s,", end=" ")
    print(f"{swept / points / single:.3f} of a run per point")


if __name__ == "__main__":
    main()
