"""Files and tables of a run; the large libraries for pictures are imported when they are needed."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from thermospin.config.outputs import Map, Output, Style
from thermospin.errors import InputError
from thermospin.observables.sample import Case, FieldSample
from thermospin.output.files import read_results
from thermospin.output.loops import plot_loop, write_loop
from thermospin.output.place import together
from thermospin.output.plan import plan_maps, read_map
from thermospin.output.progress import Progress
from thermospin.output.readings import write_readings
from thermospin.output.stages import SilentProgress
from thermospin.output.tables import print_table

if TYPE_CHECKING:
    from thermospin.output.maps import MapDrawer

__all__ = [
    "Case",
    "FieldSample",
    "Progress",
    "SilentProgress",
    "compare",
    "draw_maps",
    "map_drawer",
    "plan_maps",
    "plot",
    "print_table",
    "write_fields",
    "write_loop",
    "write_results",
]


def write_results(directory: Path, results: dict[str, Any]) -> None:
    """Write ``results.json`` and ``results.csv`` (readings only), both in SI, each whole or not at all.

    Earlier results in the directory go.

    Args:
        directory: Directory of the results; made when missing.
        results: The results; numpy values are converted, NaN becomes ``null``.

    Raises:
        InputError: The directory cannot be written.
    """
    with together(directory, results):
        write_readings(directory / "results.csv", results)


def write_fields(directory: Path, case: Case, current: float | None = None) -> Path:
    """Write the fields of a scheme and configuration for ParaView; see :mod:`thermospin.output.vtu`.

    Args:
        directory: Directory of the results; files go to ``fields/<scheme>/<configuration>/``.
        case: The fields, order by order.
        current: Also write all orders summed at this current, A.

    Returns:
        The directory of the files.

    Raises:
        InputError: The directory cannot be written.
    """
    from thermospin.output.vtu import write_case

    return write_case(directory, case, current)


def draw_maps(directory: Path, maps: Mapping[str, Map], case: Case, style: Style | None = None) -> list[Path]:
    """Draw maps of one scheme and configuration.

    Args:
        directory: Directory of the results; files go to ``maps/``.
        maps: File name without suffix to map, from :func:`plan_maps`.
        case: The fields.
        style: Look of the pictures.

    Returns:
        The files written.

    Raises:
        InputError: A map shows nothing: its plane or line misses its regions, or the field does not exist.
    """
    from thermospin.output import maps as drawing

    return drawing.draw_maps(directory, maps, case, style)


def map_drawer(directory: Path, output: Output) -> "MapDrawer":
    """Drawer of the maps of a run and of the figures made of several.

    Args:
        directory: Directory of the results; files go to ``maps/``.
        output: The section `output` of the configuration.
    """
    from thermospin.output.maps import MapDrawer

    return MapDrawer(directory, output.style, output.panels)


def plot(directory: Path, asked: Sequence[str] = ()) -> list[Path]:
    """Draw the maps of a finished run, or the readings along a finished loop or sweep, again, from its files.

    Args:
        directory: Directory of the results, with ``results.json`` and ``fields/``.
        asked: Maps to draw instead of those of the run, such as ``T, z = 10 nm``.

    Returns:
        The files written.

    Raises:
        InputError: The results or the fields are not there or of two runs, or the run asked for no maps.

    Of a sweep, the readings along its axis are drawn.
    """
    from thermospin.output.vtu import read_case

    directory = Path(directory)
    results = read_results(directory)
    if "loop" in results:
        return plot_loop(directory, results)
    if "sweep" in results:
        from thermospin.output.sweeps import plot_sweep

        return plot_sweep(directory, results)
    output = Output.model_validate(results["config"]["output"])
    drives = {name: data.get("drive", {}).get("unit", "A") for name, data in results["schemes"].items()}
    maps = [read_map(text, output, drives) for text in asked] or output.maps
    if not maps:
        raise InputError(
            "the run asked for no maps; give some with --map 'T, z = 10 nm', or under 'output.maps'",
            file=str(directory),
        )
    written, drawer = [], map_drawer(directory, output.model_copy(update={"panels": {}} if asked else {}))
    for key, wanted in plan_maps(maps, _schemes(results)).items():
        written += drawer.draw(wanted, read_case(directory, results, *key))
    return written


def compare(directory: Path, reference: Path | None = None) -> dict[str, float]:
    """Print the results of a run beside the numbers of a paper.

    Args:
        directory: Directory of the results.
        reference: File with the numbers of the paper; by default the one that the configuration names.

    Returns:
        Ratio of computed to paper for every quantity that the results hold.

    Raises:
        InputError: The results are not there, or there is no reference.
    """
    from thermospin.output.comparison import compare_results, load_reference

    results = read_results(Path(directory))
    if "loop" in results:
        raise InputError(
            "these are the results of a loop, not of a run; see its loop.csv", file=str(directory)
        )
    if "sweep" in results:
        raise InputError("these are the results of a sweep; give one of its points/…", file=str(directory))
    file = reference or results.get("config", {}).get("output", {}).get("reference")
    if file is None:
        raise InputError(
            "nothing to compare with; name the numbers of a paper with 'output: {reference: paper.yaml}', "
            "or with --reference",
            file=str(directory),
        )
    return compare_results(results, load_reference(Path(file)))


def _schemes(results: Mapping[str, Any]) -> dict[str, list[str]]:
    return {name: list(found["configurations"]) for name, found in results["schemes"].items()}
