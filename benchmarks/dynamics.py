"""Coupled steps of moving magnets per minute: the pillar of configs/thermal_switching_3d.yaml, refined.

    mpirun -n 2 python benchmarks/dynamics.py --steps 40

Every step solves the device for the torque, unless ``--every`` says otherwise. The mesh, the compiled forms
and the first solution are made before and not timed. Processor times are those of the slowest rank.
"""

import argparse
import json
import os
import time
from itertools import islice
from pathlib import Path

from mpi4py import MPI

from thermospin.output import SilentProgress
from thermospin.runs.dynamics import Motion
from thermospin.runs.preparation import prepare
from thermospin.validation import load_config

PILLAR = Path(__file__).parents[1] / "configs" / "thermal_switching_3d.yaml"
REFINED = (
    "geometry.columns=[28, 18]",
    *(f"geometry.layers.{i}.elements={n}" for i, n in enumerate((12, 7, 8, 6))),
)
"""About 100,000 unknowns."""


def processor_time() -> float:
    """Processor time of this rank, s."""
    used = os.times()
    return used.user + used.system


def main() -> None:
    """Print one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", nargs="?", type=Path, default=PILLAR)
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--set", action="append", default=[])
    options = parser.parse_args()
    comm = MPI.COMM_WORLD
    given = options.set or (REFINED if options.file == PILLAR else ())
    config = load_config(options.file, [*given, f"dynamics.torque.every={options.every}"])
    _, mesh = prepare(config, comm, SilentProgress())
    motion = Motion(config, mesh, SilentProgress())
    motion.begin()
    torque, begin, used = motion.torque, time.perf_counter(), processor_time()
    torque.solutions, torque.iterations, torque.elapsed = 0, 0, 0.0
    for _ in islice(motion.steps(config.dynamics.duration), options.steps):
        pass
    motion.costs.elapsed = time.perf_counter() - begin
    used = comm.allreduce(processor_time() - used, MPI.MAX)
    if comm.rank == 0:
        found = {"ranks": comm.size, "every": options.every, "magnet_nodes": motion.magnet.body.n_nodes}
        found |= motion.costs.summary(torque)
        found["processor_seconds_per_step"] = used / options.steps
        found["steps_per_minute_of_processor_time"] = 60 * options.steps / used
        print(json.dumps(found, indent=1))
    motion.free()


if __name__ == "__main__":
    main()
