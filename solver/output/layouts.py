"""Content of a layout file, for people, and a configuration to start from."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import yaml
from rich.console import Group, RenderableType

from thermospin.errors import InputError
from thermospin.meshes.layouts.geometry import LayoutGeometry
from thermospin.meshes.layouts.reading import Drawing, find_cell, named, read_drawing, read_library
from thermospin.output.files import replacing
from thermospin.output.tables import PlainTable

THINNEST = 20
"""Thickness of the first film of a configuration to start from, nm; every next one is twice as thick."""

UM = 1e-6


def list_layout(file: str, cell: str | None = None) -> RenderableType:
    """Cells of a layout file, and the layers and labels of one of them.

    Args:
        file: The file.
        cell: Name of the cell; the only top cell if None.

    Raises:
        InputError: The file or the cell cannot be read.
    """
    library = read_library(file)
    chosen = find_cell(library, file, cell).name
    top = [found.name for found in library.top_level()]
    others = [found.name for found in library.cells if found.name not in top]
    drawing = read_drawing(file, chosen)
    lines = [f"{file}: database unit {drawing.unit * 1e9:g} nm", f"top cells: {', '.join(top)}"]
    if others:
        lines.append(f"other cells: {', '.join(others)}")
    return Group("\n".join(lines), _layers(drawing), *([_labels(drawing)] if drawing.labels else []))


def _layers(drawing: Drawing) -> PlainTable:
    table = PlainTable(title=f"layers of cell {drawing.cell}")
    for heading in ("layer", "polygons", "corners", "x (µm)", "y (µm)"):
        table.add_column(heading)
    for tag, polygons in drawing.polygons.items():
        corners = np.concatenate(polygons)
        spans = [f"{low:.6g} … {high:.6g}" for low, high in zip(*_extent(corners), strict=True)]
        table.add_row(named(tag), str(len(polygons)), str(len(corners)), *spans)
    return table


def _extent(corners: np.ndarray) -> tuple[list[float], list[float]]:
    """Lowest and highest coordinates, µm."""
    return (corners.min(axis=0) / UM).tolist(), (corners.max(axis=0) / UM).tolist()


def _labels(drawing: Drawing) -> PlainTable:
    table = PlainTable(title="labels")
    for heading in ("layer", "text", "x (µm)", "y (µm)"):
        table.add_column(heading)
    for label in drawing.labels:
        table.add_row(named(label.tag), label.text, *(f"{x / UM:.6g}" for x in label.position))
    return table


def write_start(file: str, path: Path, cell: str | None = None) -> None:
    """Write a configuration to start from: a film for every layer, on a substrate.

    Materials and thicknesses are placeholders. Every film is thicker than all films below it together, so
    that it covers any step.

    Args:
        file: The layout file.
        path: The configuration.
        cell: Name of the cell; the only top cell if None.

    Raises:
        InputError: The layout cannot be read, or the file exists or cannot be written.
    """
    if path.exists():
        raise InputError("the file exists; give another name, or remove it", file=str(path))
    drawing = read_drawing(file, cell)
    content = {"geometry": _geometry(drawing, Path(file), path), **_drive(drawing)}
    text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, default_flow_style=None, width=100)
    with replacing(path) as aside:
        aside.write_text(f"# Check every material and thickness.\n{text}", encoding="utf-8")


def _geometry(drawing: Drawing, file: Path, path: Path) -> dict[str, object]:
    layers = {"Substrate": {"material": "SiO2", "thickness": "300 nm"}}
    for number, tag in enumerate(drawing.polygons):
        thickness = f"{THINNEST * 2**number} nm"
        layers[_film(tag)] = {"layer": list(tag), "material": "Cu", "thickness": thickness}
    numbers = {tag[0] for tag in drawing.polygons}
    ignored = sorted({label.tag for label in drawing.labels if label.tag[0] not in numbers})
    folder = path.absolute().parent
    near = file.absolute().is_relative_to(folder)
    found: dict[str, object] = {
        "layout": str(file.absolute().relative_to(folder)) if near else str(file.absolute()),
        "cell": drawing.cell,
        "margin": "100 nm",
        "layers": layers,
    }
    return found | ({"ignore": [list(tag) for tag in ignored]} if ignored else {})


def _film(tag: tuple[int, int]) -> str:
    return f"L{tag[0]}_{tag[1]}" if tag[1] else f"L{tag[0]}"


def _drive(drawing: Drawing) -> dict[str, object]:
    """A scheme between the first two labels that are terminals, else between two sides of the first film."""
    labelled = _labelled(drawing)
    if len(labelled) > 1:
        return {"schemes": {"drive": {labelled[0]: "current", labelled[1]: "ground"}}}
    region = _film(next(iter(drawing.polygons)))
    sides = {"left": "xmin", "right": "xmax"}
    terminals = {name: {"region": region, "face": face, "sink": True} for name, face in sides.items()}
    return {"terminals": terminals, "schemes": {"drive": {"left": "current", "right": "ground"}}}


def _labelled(drawing: Drawing) -> Sequence[str]:
    """Names of the terminals that labels name; none where labels need a crop to make sense."""
    layers = {
        _film(tag): {"layer": tag, "material": "Cu", "thickness": THINNEST * 1e-9 * 2**number}
        for number, tag in enumerate(drawing.polygons)
    }
    numbers = {tag[0] for tag in drawing.polygons}
    ignored = {label.tag for label in drawing.labels if label.tag[0] not in numbers}
    geometry = LayoutGeometry(layout=drawing.file, cell=drawing.cell, layers=layers, ignore=tuple(ignored))
    try:
        return list(geometry.terminals)
    except InputError:  # told when the configuration is read, once it has a crop
        return []
