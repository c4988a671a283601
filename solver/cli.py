"""The command line. Commands import what they need when they run, so that help and schema are quick."""

import json
import logging
import sys
from pathlib import Path
from typing import Any

import click

from thermospin.commands.results import RESULTS_COMMANDS
from thermospin.commands.shared import FILE, OVERRIDES, asked_progress, load, on_a_device, tell_place
from thermospin.commands.studies import STUDIES
from thermospin.runtime.console import adapt, nowhere, say
from thermospin.runtime.failures import communicator, heed_termination, on_root_once, report


class Commands(click.Group):
    """Commands whose errors are one line on stderr and an exit code, under MPI as well."""

    def invoke(self, context: click.Context) -> Any:
        """Run a command.

        Args:
            context: Its context.
        """
        heed_termination()
        logging.getLogger("matplotlib").setLevel(logging.ERROR)  # it makes do without a cache, at length
        sys.stdout, sys.stderr = (adapt(stream or nowhere()) for stream in (sys.stdout, sys.stderr))
        try:
            outcome = super().invoke(context)
            sys.stdout.flush()  # a full disk is told here
            return outcome
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except (Exception, KeyboardInterrupt) as error:
            if isinstance(error, BrokenPipeError) and communicator() is None:
                raise  # nobody reads on: click ends in silence
            code = report(error)
        context.exit(code)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="thermospin")
def main() -> None:
    """Coupled charge, spin and heat in metallic devices, in three dimensions."""


@main.command()
@on_a_device
def run(file: Path, overrides: tuple[str, ...], output: Path | None, volume: str | None) -> None:
    """Solve the device in FILE and write the results."""
    import thermospin
    from thermospin.output.tables import describe_cost

    config = load(file, overrides, output)
    results = thermospin.run(config, config.output.directory, asked_progress(volume), quiet=False)
    tell_place(config.output.directory, describe_cost(results.data))


@main.command()
@on_a_device
def converge(file: Path, overrides: tuple[str, ...], output: Path | None, volume: str | None) -> None:
    """Refine the mesh of FILE until its error bars are small enough, and show how they became so."""
    import thermospin
    from thermospin.output.convergence import write_history
    from thermospin.output.tables import describe_cost

    config = load(file, overrides, output).with_accuracy()
    results = thermospin.run(config, config.output.directory, asked_progress(volume), quiet=False)
    for path in on_root_once(lambda: write_history(Path(config.output.directory), results.data)):
        on_root_once(lambda path=path: say(f"history: {path}"))
    tell_place(config.output.directory, describe_cost(results.data))


@main.command()
@on_a_device
def loop(file: Path, overrides: tuple[str, ...], output: Path | None, volume: str | None) -> None:
    """Move the field of the loop in FILE up and down, solve every distinct magnetic state once."""
    import thermospin
    from thermospin.output.loops import describe_loop
    from thermospin.output.tables import describe_cost

    config = load(file, overrides, output)
    results = thermospin.loop(config, config.output.directory, asked_progress(volume), quiet=False)
    on_root_once(lambda: say(describe_loop(results.data, config.output.directory)))
    tell_place(config.output.directory, describe_cost(results.data))


@main.command()
@on_a_device
@click.option(
    "--groups", default=1, metavar="N", help="Divide the MPI ranks into N groups, each at its own point."
)
@click.option(
    "--points", "chosen", metavar="A:B", help="Only the points A to B-1, counted from 0; or one point."
)
@click.option("--task", metavar="K/N", help="Only the K-th of N parts, for the K-th task of a job array.")
@click.option("--fields", is_flag=True, help="Also write fields and maps of every point.")
@click.option("--retry", is_flag=True, help="Solve points again that did not converge before.")
@click.pass_context
def sweep(
    context: click.Context,
    file: Path,
    overrides: tuple[str, ...],
    output: Path | None,
    chosen: str | None,
    task: str | None,
    volume: str | None,
    **options: Any,
) -> None:
    """Solve the points of the sweep in FILE, those that are not solved yet, and write one table."""
    from thermospin.output.sweeps import all_failed, describe_sweep
    from thermospin.runs.sweep import parse_part, run_sweep
    from thermospin.validation import load_sweep

    found = load_sweep(file, overrides)
    part = parse_part(chosen, task, len(found.points))
    directory = output or found.config.output.directory
    results = run_sweep(found, directory, progress=asked_progress(volume), quiet=False, **part, **options)

    def tell() -> bool:
        say(describe_sweep(results, directory))
        return all_failed(results)

    failed = on_root_once(tell)
    tell_place(directory)
    if failed:
        context.exit(1)


@main.command()
@FILE
@OVERRIDES
def validate(file: Path, overrides: tuple[str, ...]) -> None:
    """Check FILE without solving: geometry, materials, interfaces, circuit, heat sinks, points of a sweep."""
    from thermospin.runs.overview import show_device

    config = load(file, overrides)
    points = _check_points(file, overrides) if config.sweep else ""
    on_root_once(lambda: show_device(config, file))
    if points:
        on_root_once(lambda: say(f"  sweep: {points}"))


def _check_points(file: Path, overrides: tuple[str, ...]) -> str:
    """Check all points of a sweep and make their meshes; describes them (collective)."""
    from thermospin.runs.sweep import check_sweep
    from thermospin.validation import load_sweep

    found = load_sweep(file, overrides)
    check_sweep(found)
    return f"{len(found.points)} points of {', '.join(found.keys)}"


DOCUMENTS = ("configuration", "circuit", "paper", "results")


@main.command()
@click.argument("document", type=click.Choice(DOCUMENTS), default="configuration")
def schema(document: str) -> None:
    """Print the JSON Schema of a DOCUMENT, for completion and checks in editors.

    That of configurations holds sweeps and loops too; `paper` is a file of numbers for `output.reference`.
    """
    from thermospin.runs.schemas import schema_of

    say(json.dumps(schema_of(document), indent=2, ensure_ascii=False))


@main.command()
@FILE
@click.option("--cell", metavar="NAME", help="The cell; default: the only top cell.")
@click.option(
    "--write",
    "start",
    type=click.Path(path_type=Path),
    help="Write a configuration to start from to this file.",
)
def layout(file: Path, cell: str | None, start: Path | None) -> None:
    """List cells, layers, extents and labels of the GDSII or OASIS layout FILE."""
    from rich.console import Console

    from thermospin.output.layouts import list_layout, write_start

    def work() -> None:
        Console().print(list_layout(str(file), cell))
        if start is not None:
            write_start(str(file), start, cell)
            say(f"configuration: {start}")

    on_root_once(work)


@main.command()
@FILE
@OVERRIDES
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Directory to copy the mesh to.")
@click.option(
    "--section",
    "lines",
    multiple=True,
    metavar="X0,Y0,X1,Y1",
    help="Also draw the cross-section over this line of the plan, such as '0 nm, -1 um, 0 nm, 1 um'.",
)
def mesh(file: Path, overrides: tuple[str, ...], output: Path | None, lines: tuple[str, ...]) -> None:
    """Make the mesh of FILE, describe it and draw it."""
    from thermospin.runs.overview import show_mesh

    config = load(file, overrides)
    on_root_once(lambda: show_mesh(config, output, lines))


for command in (*STUDIES, *RESULTS_COMMANDS):
    main.add_command(command)
