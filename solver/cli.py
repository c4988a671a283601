"""The command line. Commands import what they need when they run, so that help and schema are quick."""

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from thermospin.errors import ThermospinError

if TYPE_CHECKING:
    from thermospin.circuits import CircuitConfig
    from thermospin.config import Config

PATIENCE = 10.0
"""How long a failing rank waits for the others to fail too, s."""


class Commands(click.Group):
    """Commands whose expected errors are one line on stderr and exit code 2, under MPI as well."""

    def invoke(self, context: click.Context) -> Any:
        """Run a command."""
        try:
            return super().invoke(context)
        except ThermospinError as error:
            _report(error)
            context.exit(2)


def _communicator() -> Any:
    """All ranks when there are several, else None; mpi4py is imported only below an MPI launcher."""
    launchers = ("OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "PMIX_RANK", "MPI_LOCALNRANKS")
    if "mpi4py.MPI" not in sys.modules and not any(name in os.environ for name in launchers):
        return None
    from mpi4py import MPI

    return MPI.COMM_WORLD if MPI.COMM_WORLD.size > 1 else None


def _on_root(work: Callable[[], None]) -> None:
    """Do something on rank 0; its expected errors are raised on all ranks (collective)."""
    ranks = _communicator()
    if ranks is None:
        work()
        return
    from thermospin.runs.simulation import on_root

    on_root(ranks, work)


def _report(error: ThermospinError) -> None:
    """Print an error on rank 0; the others wait for it, as a launcher ends all ranks at the first exit."""
    line = f"error: {' '.join(str(error).split())}"
    ranks = _communicator()
    if ranks is None or ranks.rank == 0:
        click.echo(line, err=True)
    if ranks is None:
        return
    everyone, deadline = ranks.Ibarrier(), time.monotonic() + PATIENCE
    while not everyone.Test():
        if time.monotonic() > deadline:
            click.echo(f"{line} (on rank {ranks.rank} only)", err=True)
            ranks.Abort(2)
        time.sleep(0.01)


def _load(file: Path, overrides: tuple[str, ...], output: Path | None = None) -> "Config":
    from thermospin.config import load_config

    if output is not None:
        overrides = (*overrides, f"output.directory={json.dumps(str(output))}")
    return load_config(file, overrides)


FILE = click.argument("file", type=click.Path(path_type=Path))
OUT = click.argument("out", type=click.Path(path_type=Path))
OVERRIDES = click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="KEY=VALUE",
    help="Override a value, such as solver.degree=2.",
)
OUTPUT = click.option("-o", "--output", type=click.Path(path_type=Path), help="Directory of the results.")


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="thermospin")
def main() -> None:
    """Coupled charge, spin and heat in metallic devices, in three dimensions."""


@main.command()
@FILE
@OVERRIDES
@OUTPUT
def run(file: Path, overrides: tuple[str, ...], output: Path | None) -> None:
    """Solve the device in FILE and write the results."""
    import thermospin

    config = _load(file, overrides, output)
    thermospin.run(config)


@main.command()
@FILE
@OVERRIDES
@OUTPUT
def loop(file: Path, overrides: tuple[str, ...], output: Path | None) -> None:
    """Move the field of the loop in FILE up and down, solve every distinct magnetic state once."""
    from thermospin.output.loops import describe_loop
    from thermospin.runs.loop import run_loop

    config = _load(file, overrides, output)
    results = run_loop(config)
    _on_root(lambda: click.echo(describe_loop(results, config.output.directory)))


@main.command()
@FILE
@OVERRIDES
@OUTPUT
@click.option(
    "--groups", default=1, metavar="N", help="Divide the MPI ranks into N groups, each at its own point."
)
@click.option(
    "--points", "chosen", metavar="A:B", help="Only the points A to B-1, counted from 0; or one point."
)
@click.option("--task", metavar="K/N", help="Only the K-th of N parts, for the K-th task of a job array.")
@click.option("--fields", is_flag=True, help="Also write fields and maps of every point.")
@click.option("--retry", is_flag=True, help="Solve points again that did not converge before.")
def sweep(
    file: Path,
    overrides: tuple[str, ...],
    output: Path | None,
    chosen: str | None,
    task: str | None,
    **options: Any,
) -> None:
    """Solve the points of the sweep in FILE, those that are not solved yet, and write one table."""
    from thermospin.config import load_sweep
    from thermospin.output.sweeps import describe_sweep
    from thermospin.runs.sweep import parse_part, run_sweep

    found = load_sweep(file, overrides)
    part = parse_part(chosen, task, len(found.points))
    directory = output or found.config.output.directory
    results = run_sweep(found, directory, **part, **options)
    if results:
        click.echo(describe_sweep(results, directory))


@main.command()
@FILE
@OVERRIDES
def validate(file: Path, overrides: tuple[str, ...]) -> None:
    """Check FILE without solving: geometry, materials, interfaces, circuit, heat sinks, points of a sweep."""
    from thermospin.runs.overview import show_device

    config = _load(file, overrides)
    _on_root(lambda: show_device(config, file))
    if config.sweep:
        _check_points(file, overrides)


def _check_points(file: Path, overrides: tuple[str, ...]) -> None:
    """Check all points of a sweep and make their meshes (collective)."""
    from thermospin.compat import MPI
    from thermospin.config import load_sweep
    from thermospin.runs.sweep import check_sweep

    found = load_sweep(file, overrides)
    check_sweep(found)
    if MPI.COMM_WORLD.rank == 0:
        click.echo(f"  sweep: {len(found.points)} points of {', '.join(found.keys)}")


@main.command()
def schema() -> None:
    """Print the JSON Schema of configurations, for completion in editors."""
    from thermospin.config import Config

    click.echo(json.dumps(Config.model_json_schema(), indent=2, ensure_ascii=False))


@main.command()
@click.argument("name", required=False)
def materials(name: str | None) -> None:
    """List the material library with its sources, or show the material NAME."""
    from rich.console import Console

    from thermospin.materials.listing import list_materials, show_material

    console = Console()
    if not console.is_terminal:
        console.width = 130
    console.print(show_material(name) if name else list_materials())


@main.command()
@FILE
@OVERRIDES
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Directory to copy the mesh to.")
def mesh(file: Path, overrides: tuple[str, ...], output: Path | None) -> None:
    """Make the mesh of FILE, describe it and draw it."""
    from thermospin.runs.overview import show_mesh

    config = _load(file, overrides)
    _on_root(lambda: show_mesh(config, output))


@main.command()
@FILE
@OVERRIDES
@OUTPUT
def circuit(file: Path, overrides: tuple[str, ...], output: Path | None) -> None:
    """Solve the circuit of nodes and resistive elements in FILE and write the results."""
    from thermospin.circuits import load_circuit

    if output is not None:
        overrides = (*overrides, f"output={json.dumps(str(output))}")
    config = load_circuit(file, overrides)
    _on_root(lambda: _solve_circuit(config))


def _solve_circuit(config: "CircuitConfig") -> None:
    from thermospin.circuits.report import show, write
    from thermospin.circuits.study import study
    from thermospin.output import Progress

    found = study(config, Progress().note)
    show(found)
    click.echo(f"results: {write(found)}")


@main.command()
@OUT
def plot(out: Path) -> None:
    """Draw the maps of the results in OUT, or the loop, again."""
    from thermospin.output import plot as draw

    draw(out)


@main.command()
@OUT
def compare(out: Path) -> None:
    """Set the results in OUT beside the numbers of the paper."""
    from thermospin.output import compare as tabulate

    tabulate(out)
