"""Commands that ask more of a device than one solution, and circuits.

They import what they need when they run, so that help is quick.
"""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from thermospin.commands.shared import FILE, OUTPUT, OVERRIDES, asked_progress, load, on_a_device, tell_place
from thermospin.runtime.console import say
from thermospin.runtime.failures import on_root_once

if TYPE_CHECKING:
    from thermospin.networks import CircuitConfig


@click.command()
@on_a_device
@click.option(
    "--sample",
    "draws",
    type=click.IntRange(min=2),
    default=None,
    metavar="N",
    help="Also draw the uncertain numbers N times and solve, to check errors by linear propagation.",
)
@click.option(
    "--propose",
    "wanted",
    metavar="KEY",
    help="Instead, rank the readings at all points of the sweep by what they tell on this uncertain number.",
)
def sensitivity(
    file: Path,
    overrides: tuple[str, ...],
    output: Path | None,
    volume: str | None,
    draws: int | None,
    wanted: str | None,
) -> None:
    """Find how the readings of FILE depend on every number of its materials and interfaces."""
    from thermospin.runs.proposal import propose
    from thermospin.runs.sensitivity import sensitivity as find

    config = load(file, overrides, output)
    if wanted:
        propose(config, wanted, config.output.directory, asked_progress(volume), quiet=False)
        tell_place(config.output.directory)
        return
    find(config, config.output.directory, asked_progress(volume), quiet=False, draws=draws or 0)
    tell_place(config.output.directory)


@click.command()
@on_a_device
@click.option(
    "--groups", default=1, metavar="N", help="Divide the MPI ranks into N groups, each at its own device."
)
def fit(file: Path, overrides: tuple[str, ...], output: Path | None, volume: str | None, groups: int) -> None:
    """Fit numbers of the device in FILE to measured readings; a fit that was killed goes on."""
    from thermospin.runs.fit import fit as adjust

    config = load(file, overrides, output)
    adjust(config, config.output.directory, asked_progress(volume), quiet=False, groups=groups)
    tell_place(config.output.directory)


@click.command()
@on_a_device
@click.option("--resume", is_flag=True, help="Go on where a run that was ended left the directory.")
def dynamics(
    file: Path, overrides: tuple[str, ...], output: Path | None, volume: str | None, resume: bool
) -> None:
    """Let the magnets of FILE move: m(t), energies and readings under fields and the device's own torque."""
    from thermospin.compat import MPI
    from thermospin.output.progress import progress_of
    from thermospin.runs.dynamics import run_dynamics

    config = load(file, overrides, output)
    comm = MPI.COMM_WORLD
    progress = progress_of(asked_progress(volume), False, comm.rank)
    run_dynamics(config, comm, config.output.directory, progress, resume)
    tell_place(config.output.directory)


@click.command()
@on_a_device
def noise(file: Path, overrides: tuple[str, ...], output: Path | None, volume: str | None) -> None:
    """Find the eigenmodes of the magnets of FILE that move, and the noise of its probes that they make."""
    from thermospin.compat import MPI
    from thermospin.output.progress import progress_of
    from thermospin.runs.noise import run_noise

    config = load(file, overrides, output)
    comm = MPI.COMM_WORLD
    run_noise(config, comm, config.output.directory, progress_of(asked_progress(volume), False, comm.rank))
    tell_place(config.output.directory)


@click.command()
@on_a_device
def alternating(file: Path, overrides: tuple[str, ...], output: Path | None, volume: str | None) -> None:
    """Let the drives of FILE alternate: accumulations n(ω) and readings, in linear response."""
    from thermospin.compat import MPI
    from thermospin.output.progress import progress_of
    from thermospin.runs.alternating import run_alternating

    config = load(file, overrides, output)
    comm = MPI.COMM_WORLD
    progress = progress_of(asked_progress(volume), False, comm.rank)
    run_alternating(config, comm, config.output.directory, progress)
    tell_place(config.output.directory)


@click.command()
@FILE
@OVERRIDES
@OUTPUT
def circuit(file: Path, overrides: tuple[str, ...], output: Path | None) -> None:
    """Solve the circuit of nodes and resistive elements in FILE and write the results."""
    from thermospin.networks import load_circuit

    if output is not None:
        overrides = (*overrides, f"output={json.dumps(str(output))}")
    config = load_circuit(file, overrides)
    on_root_once(lambda: _solve_circuit(config))


def _solve_circuit(config: "CircuitConfig") -> None:
    from thermospin.networks.report import show, write
    from thermospin.networks.study import study
    from thermospin.output import Progress
    from thermospin.output.place import claim

    claim(Path(config.output), config._source)
    found = study(config, Progress().note)
    show(found)
    say(f"results in {write(found)}")


STUDIES = (sensitivity, fit, dynamics, noise, alternating, circuit)
