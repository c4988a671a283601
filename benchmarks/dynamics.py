"""Coupled steps of moving magnets per minute: the pillar of configs/thermal_switching_3d.yaml, refined.

    python benchmarks/dynamics.py --ranks 2 --every 1

Every step solves the device for the torque, unless ``--every`` says otherwise. The mesh and the compiled
forms are made before, by a run of one step.
"""

import argparse
import json
import subprocess
import tempfile
from pathlib import Path

PILLAR = Path(__file__).parents[1] / "configs" / "thermal_switching_3d.yaml"
REFINED = (
    "geometry.columns=[28, 18]",
    *(f"geometry.layers.{i}.elements={n}" for i, n in enumerate((12, 7, 8, 6))),
)
"""About 100,000 unknowns."""


def run(directory: Path, ranks: int, changes: list[str]) -> dict:
    """Counts and times of a run of some time."""
    command = ["mpirun", "-n", str(ranks), "thermospin", "dynamics", str(PILLAR), "-o", str(directory)]
    given = [
        part
        for change in (*REFINED, "dynamics.points=1", "dynamics.pictures=0", *changes)
        for part in ("--set", change)
    ]
    subprocess.run([*command, *given], check=True, capture_output=True)
    return json.loads((directory / "dynamics.json").read_text(encoding="utf-8"))


def main() -> None:
    """Print the counts and times as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ranks", type=int, default=1)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--duration", default="1.2 ps", help="about eight steps a picosecond")
    options = parser.parse_args()
    every = f"dynamics.torque.every={options.every}"
    with tempfile.TemporaryDirectory() as place:
        run(Path(place), options.ranks, [every, "dynamics.duration=0.1 ps"])
        print(
            json.dumps(
                run(Path(place), options.ranks, [every, f"dynamics.duration={options.duration}"]), indent=1
            )
        )


if __name__ == "__main__":
    main()
