"""A cell of a GDSII or OASIS file: polygons and labels by layer, in metres."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from thermospin.errors import InputError
from thermospin.section import one_of

if TYPE_CHECKING:
    import gdstk

Tag = tuple[int, int]
"""Number of a layer, and its datatype or text type."""

SUFFIXES = {
    ".gds": "read_gds",
    ".gds2": "read_gds",
    ".gdsii": "read_gds",
    ".oas": "read_oas",
    ".oasis": "read_oas",
}
"""Endings of file names, and the function of gdstk that reads such files."""


@dataclass(frozen=True)
class Label:
    """A text at a point.

    Attributes:
        text: The text.
        tag: Its layer and text type.
        position: Its origin, m.
    """

    text: str
    tag: Tag
    position: tuple[float, float]


@dataclass(frozen=True)
class Drawing:
    """A cell with all that it refers to: arrays, rotations and repetitions applied, paths as polygons.

    Attributes:
        file: Name of the file.
        cell: Name of the cell.
        polygons: Corners of the polygons of every layer, m, each of shape (n, 2).
        labels: The labels.
        unit: Length of the database unit, m.
    """

    file: str
    cell: str
    polygons: Mapping[Tag, tuple[np.ndarray, ...]]
    labels: tuple[Label, ...]
    unit: float


def named(tag: Tag) -> str:
    """A layer as people write it, such as ``10/0``.

    Args:
        tag: Layer and datatype.
    """
    return f"{tag[0]}/{tag[1]}"


def read_library(file: str) -> "gdstk.Library":
    """The library that a layout file holds.

    Args:
        file: The file.

    Raises:
        InputError: The file cannot be read, or gdstk is missing.
    """
    path = Path(file)
    if path.suffix.lower() not in SUFFIXES:
        raise InputError(
            f"{file} is not a layout; its name must end in {', '.join(SUFFIXES)}", key="geometry.layout"
        )
    try:
        import gdstk
    except ImportError:
        raise InputError("layouts need the package gdstk; install it", key="geometry.layout") from None
    try:
        path.open("rb").close()
    except OSError as error:
        raise InputError(f"cannot read {file}: {error.strerror}", key="geometry.layout") from None
    try:
        with _silence():
            library = getattr(gdstk, SUFFIXES[path.suffix.lower()])(str(path))
    except (OSError, RuntimeError, ValueError, MemoryError):
        raise InputError(
            f"{file} is damaged or not a GDSII or OASIS file; export it again", key="geometry.layout"
        ) from None
    if not library.cells:
        raise InputError(f"{file} holds no cell; draw one", key="geometry.layout")
    return library


@contextmanager
def _silence() -> Iterator[None]:
    """Standard error closed to libraries that write there: the exception says it all."""
    sys.stderr.flush()
    kept = os.dup(2)
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        os.close(nowhere)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def find_cell(library: "gdstk.Library", file: str, name: str | None) -> "gdstk.Cell":
    """A cell of a library.

    Args:
        library: The library.
        file: Name of its file, for messages.
        name: Name of the cell; the only top cell if None.

    Raises:
        InputError: There is no such cell, or several top cells of which none was chosen.
    """
    cells = {cell.name: cell for cell in library.cells if hasattr(cell, "get_polygons")}
    if name is not None:
        if name not in cells:
            raise InputError(f"{file}: {one_of(name, cells, 'cell')}", key="geometry.cell")
        return cells[name]
    top = [cell for cell in library.top_level() if cell.name in cells]
    if len(top) != 1:
        names = ", ".join(cell.name for cell in top) or "none"
        raise InputError(f"{file} has several top cells ({names}); choose one", key="geometry.cell")
    return top[0]


def read_drawing(file: str, name: str | None = None) -> Drawing:
    """A cell of a layout file.

    Args:
        file: The file.
        name: Name of the cell; the only top cell if None.

    Raises:
        InputError: The file or the cell cannot be read.
    """
    library = read_library(file)
    cell = find_cell(library, file, name)
    polygons: dict[Tag, list[np.ndarray]] = {}
    for polygon in cell.get_polygons():
        tag = (polygon.layer, polygon.datatype)
        polygons.setdefault(tag, []).append(np.array(polygon.points) * library.unit)
    return Drawing(
        file,
        cell.name,
        {tag: tuple(polygons[tag]) for tag in sorted(polygons)},
        tuple(_label(label, library.unit) for label in cell.get_labels()),
        library.precision,
    )


def _label(label: Any, unit: float) -> Label:
    x, y = label.origin
    return Label(label.text.strip(), (label.layer, label.texttype), (x * unit, y * unit))
