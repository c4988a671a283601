"""The report: results in one HTML file that opens from disk, with nothing beside it."""

import csv
import tempfile
from collections.abc import Iterator, Mapping
from html import escape
from importlib.metadata import metadata
from pathlib import Path
from typing import Any

import numpy as np
import plotly.graph_objects as go
import yaml
from plotly.offline import get_plotlyjs

from thermospin.errors import InputError
from thermospin.output.convergence import history_table
from thermospin.output.files import read_results, write_text
from thermospin.output.sections import Line, draw_regions
from thermospin.output.series import shown_points
from thermospin.output.tables import reading_tables, summary_tables
from thermospin.report import html
from thermospin.report.balances import sentences
from thermospin.report.device import Solid, device_figure
from thermospin.report.materials import (
    INTERFACES,
    MATERIALS,
    STACK,
    interface_rows,
    material_rows,
    stack_rows,
)
from thermospin.report.plots import history_figure, loop_figures, profile_figure, sweep_figures
from thermospin.validation import load_config

REPORT = "report.html"
LARGEST = 14e6
"""Pictures are left out where the page would become larger than this, bytes."""
_FIGURE = {"displaylogo": False, "responsive": True}

Section = tuple[str, str]
"""Heading and HTML."""


def write_report(directory: Path, file: Path | None = None) -> Path:
    """Write the report of a finished run, sweep or loop.

    Args:
        directory: Directory of the results.
        file: The page; ``report.html`` in the directory by default.

    Returns:
        The page.

    Raises:
        InputError: There are no results, or the page cannot be written.
    """
    results = read_results(directory)
    sections = [found for found in _sections(directory, results) if found[1]]
    title = results.get("title") or directory.resolve().name
    page = html.page(title, _about(results), sections, f"<script>{get_plotlyjs()}</script>")
    target = file or directory / REPORT
    write_text(target, page)
    return target


def _about(results: Mapping[str, Any]) -> str:
    """File and versions behind the results, in one line."""
    versions = ", ".join(f"{name} {version}" for name, version in results.get("versions", {}).items())
    source = Path(results.get("run", {}).get("source", "")).name
    return " · ".join(part for part in (source, versions) if part)


def _sections(directory: Path, results: Mapping[str, Any]) -> Iterator[Section]:
    kind = next((kind for kind in ("sweep", "loop") if kind in results), "run")
    solid, materials, insulators = _device(directory, results)
    if solid is not None:
        yield "Device", _embedded(device_figure(solid, materials, insulators))
        yield "Cross-sections", _cross_sections(solid, materials)
    yield "Stack and materials", _stack(results, solid, materials)
    if kind == "sweep":
        yield "Sweep", "".join(map(_embedded, sweep_figures(results)))
        yield "Points", html.grid(*shown_points(results))
    else:
        tables = [*reading_tables(results), *summary_tables(results)]
        yield "Readings", "".join(map(html.table, tables))
        yield "Balances", html.paragraphs(sentences(results))
        yield "Mesh", _mesh(results)
    if kind == "loop":
        yield "Loop", "".join(map(_embedded, loop_figures(results)))
    yield "Maps", _maps(directory)
    yield "Cost and versions", _cost(results)
    yield (
        "Configuration",
        html.listing(yaml.safe_dump(results["config"], sort_keys=False, allow_unicode=True), "config"),
    )
    yield "How to cite", _citation()


def _device(
    directory: Path, results: Mapping[str, Any]
) -> tuple[Solid | None, Mapping[str, str], frozenset[str]]:
    """The mesh, where there is one; material of every region; the insulators."""
    files = [directory / "mesh.msh", *sorted(directory.glob("points/*/mesh.msh"))]
    solid = next((Solid.read(file) for file in files if file.is_file()), None)
    try:
        config = load_config(results["config"])
    except InputError:  # a drawing or a mesh that the configuration names is elsewhere
        return solid, {}, frozenset()
    materials = config.geometry.materials
    insulators = {name for name, used in materials.items() if not config.material(used).is_conductor}
    return solid, materials, frozenset(insulators)


def _embedded(figure: go.Figure) -> str:
    return figure.to_html(full_html=False, include_plotlyjs=False, config=_FIGURE)


def _cross_sections(solid: Solid, materials: Mapping[str, str]) -> str:
    """Upright sections through the middle of the conductors' box, along x and along y."""
    low, high = solid.points.min(axis=0)[:2], solid.points.max(axis=0)[:2]
    middle = (low + high) / 2 + 1e-4 * (high - low)
    lines = {
        f"along x at y = {1e9 * middle[1]:.4g} nm": Line(
            np.array([low[0], middle[1]]), np.array([high[0], middle[1]])
        ),
        f"along y at x = {1e9 * middle[0]:.4g} nm": Line(
            np.array([middle[0], low[1]]), np.array([middle[0], high[1]])
        ),
    }
    known = {name: materials.get(name, "?") for name in solid.regions}
    regions = {name: solid.of(name) for name in solid.regions}
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for number, (caption, line) in enumerate(lines.items()):
            path = Path(folder) / f"{number}.png"
            draw_regions(path, solid.points, regions, known, line)
            found.append(html.picture(path, f"Section {caption}; heights are stretched"))
    return "".join(found)


def _stack(results: Mapping[str, Any], solid: Solid | None, materials: Mapping[str, str]) -> str:
    config = results["config"]
    found = html.grid(STACK, stack_rows(materials, solid.heights), "from top to bottom") if solid else ""
    found += html.grid(
        MATERIALS, material_rows(config.get("materials", {})), "materials at the base temperature"
    )
    rows = list(interface_rows(config.get("interfaces", [])))
    return found + (html.grid(INTERFACES, rows, "interfaces, SI") if rows else "")


def _mesh(results: Mapping[str, Any]) -> str:
    mesh, solver = results["mesh"], results["solver"]
    text = (
        f"{mesh['cells']:,} tetrahedra, {mesh['points']:,} points; {solver['dofs']:,} unknowns at degree "
        f"{solver['degree']}; {solver['iterations']:,} iterations by {solver['ranks']} process(es)."
    )
    found = html.paragraphs([text]) + html.paragraphs(results.get("warnings", []), "warning")
    if "accuracy" in results:
        found += html.table(history_table(results)) + _embedded(history_figure(results))
    return found


def _maps(directory: Path) -> str:
    """Profiles as plots, and the other maps as their pictures, PNG or else SVG, as far as there is room."""
    found, size = [], len(get_plotlyjs())
    pictures = {path.stem: path for kind in ("svg", "png") for path in (directory / "maps").glob(f"*.{kind}")}
    for _, path in sorted(pictures.items()):
        table = path.with_suffix(".csv")
        part = _profile(table) if table.is_file() else html.picture(path, path.stem.replace("_", " "))
        size += len(part)
        if size > LARGEST:
            return "".join(found) + html.paragraphs([f"More maps are in {directory / 'maps'}."])
        found.append(part)
    return "".join(found)


def _profile(table: Path) -> str:
    with table.open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    return _embedded(profile_figure(table.stem.replace("_", " "), head, rows))


def _cost(results: Mapping[str, Any]) -> str:
    rows = [[name, version] for name, version in results.get("versions", {}).items()]
    found = html.grid(["software", "version"], rows)
    if "timings" in results:
        times = [[stage, f"{seconds:.2f}"] for stage, seconds in results["timings"].items()]
        found += html.grid(["stage", "time (s)"], times, sides=["", "right"])
    if "memory" in results:
        found += html.paragraphs([f"Largest memory: {results['memory']['peak'] / 1e9:.2f} GB."])
    return found


def _citation() -> str:
    about = metadata("thermospin")
    author = about["Author"] or "thermospin developers"
    text = f"{author}: {about['Name']} {about['Version']}, {about['Summary']}."
    return f"<p>{escape(text)}</p><p>Please also cite the sources of the materials above.</p>"
