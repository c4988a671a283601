"""Commands that solve nothing: on finished results, on the library, and for the shell."""

from pathlib import Path

import click

from thermospin.runtime.console import say
from thermospin.runtime.failures import on_root_once

OUT = click.argument("out", type=click.Path(path_type=Path))


@click.command()
@OUT
@click.option(
    "--map",
    "maps",
    multiple=True,
    metavar="MAP",
    help="Draw this from the fields instead, such as 'T, z = 10 nm, configuration = AP'.",
)
def plot(out: Path, maps: tuple[str, ...]) -> None:
    """Draw the maps of the results in OUT, or the loop, again; or other maps, without solving."""
    from thermospin.output import plot as draw

    def work() -> None:
        for path in draw(out, maps):
            say(str(path))

    on_root_once(work)


@click.command()
@OUT
@click.option(
    "--reference", type=click.Path(path_type=Path), help="File of the numbers instead of output.reference."
)
def compare(out: Path, reference: Path | None) -> None:
    """Set the results in OUT beside the numbers of the paper."""
    from thermospin.output import compare as tabulate

    tabulate(out, reference)


@click.command("report")
@OUT
@click.option("-o", "--output", type=click.Path(path_type=Path), help="The page; default: OUT/report.html.")
def report_page(out: Path, output: Path | None) -> None:
    """Write the results in OUT as one HTML page with turning pictures, to hand on."""
    from thermospin.report import write_report

    def work() -> None:
        page = write_report(out, output)
        say(f"report: {page} ({page.stat().st_size / 1e6:.1f} MB)")

    on_root_once(work)


@click.command("view")
@OUT
@click.option("--port", default=8080, show_default=True, help="Port of the page; 0 takes a free one.")
@click.option("--browser", is_flag=True, help="Open the page in the browser of this machine.")
def view_page(out: Path, port: int, browser: bool) -> None:
    """Show the fields in OUT in a browser: turn and cut the device, probe a line, until Ctrl-C."""
    from thermospin.viewer import view

    on_root_once(lambda: view(out, port, browser))


@click.command()
@click.argument("name", required=False)
def materials(name: str | None) -> None:
    """List the material library with its sources, or show what NAME or a part of it, in any case, fits."""
    from rich.console import Console

    from thermospin.output.materials import find_materials, list_materials

    console = Console()
    if not console.is_terminal:
        console.width = 130
    console.print(find_materials(name) if name else list_materials())


@click.command()
@click.option("--shell", type=click.Choice(["bash", "zsh", "fish"]), help="Default: the one in $SHELL.")
@click.pass_context
def completion(context: click.Context, shell: str | None) -> None:
    """Complete commands and options of thermospin in your shell, from the next one on."""
    from thermospin.runtime.completion import install

    for path in install(context.find_root().command, shell):
        say(f"completion: {path}")
    say("open another shell to use it")


RESULTS_COMMANDS = (plot, compare, report_page, view_page, materials, completion)
