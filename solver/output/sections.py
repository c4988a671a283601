"""Cross-sections of a mesh: its regions on upright planes over lines of the plan."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from thermospin.config.outputs import Style
from thermospin.errors import InputError, cut
from thermospin.meshes.record import MeshRecord
from thermospin.output.figures import save_section
from thermospin.output.mesh_picture import colours_of
from thermospin.units import to_si

ASIDE = 1e-7
"""Distance of a plane from a node that it would pass through, relative to the device's extent."""


@dataclass(frozen=True)
class Line:
    """A line of the plan.

    Attributes:
        start: Its start, m, shape (2,).
        end: Its end, m, shape (2,).
    """

    start: np.ndarray
    end: np.ndarray

    @property
    def length(self) -> float:
        """Its length, m."""
        return float(np.linalg.norm(self.end - self.start))

    @classmethod
    def read(cls, text: str) -> "Line":
        """A line as people write it: ``x0, y0, x1, y1``, each with its unit.

        Args:
            text: The text.

        Raises:
            InputError: It is no line.
        """
        parts = text.split(",")
        try:
            numbers = np.array([to_si(part.strip(), "m") for part in parts])
        except ValueError as error:
            raise InputError(str(error), file="--section") from None
        if len(numbers) != 4 or (numbers[:2] == numbers[2:]).all():
            raise InputError(
                f"cannot read '{cut(text)}' as a line; write x0, y0, x1, y1, such as "
                "'0 nm, -1 um, 0 nm, 1 um'",
                file="--section",
            )
        return cls(numbers[:2], numbers[2:])


def section(points: np.ndarray, cells: np.ndarray, line: Line) -> list[np.ndarray]:
    """Polygons in which the upright plane over a line cuts tetrahedra.

    Args:
        points: Nodes, m, shape (n, 3).
        cells: Tetrahedra, shape (m, 4).
        line: The line; the plane goes on beyond its ends.

    Returns:
        Triangles, shape (a, 3, 2), and quadrangles, shape (b, 4, 2): distance along the line and height, m.
    """
    along = (line.end - line.start) / line.length
    offset = points[:, :2] - line.start
    flat = np.column_stack([offset @ along, points[:, 2]])
    distance = offset @ np.array([-along[1], along[0]])
    near = ASIDE * float(np.ptp(points, axis=0).max())
    distance = np.where(abs(distance) < near, near, distance)
    order = np.argsort(distance[cells], axis=1)
    sorted_cells = np.take_along_axis(cells, order, axis=1)
    below = (distance[cells] < 0).sum(axis=1)

    def crossing(group: np.ndarray, first: int, second: int) -> np.ndarray:
        a, b = group[:, first], group[:, second]
        part = (distance[a] / (distance[a] - distance[b]))[:, None]
        return flat[a] + part * (flat[b] - flat[a])

    def polygons(count: int, *sides: tuple[int, int]) -> np.ndarray:
        group = sorted_cells[below == count]
        return np.stack([crossing(group, *side) for side in sides], axis=1)

    tips = polygons(1, (0, 1), (0, 2), (0, 3)), polygons(3, (3, 0), (3, 1), (3, 2))
    return [np.concatenate(tips), polygons(2, (0, 2), (0, 3), (1, 3), (1, 2))]


def draw_section(path: Path, record: MeshRecord, line: Line, style: Style | None = None) -> list[Path]:
    """Draw a cross-section of a mesh with its elements.

    Args:
        path: The file; its suffix is that of the format.
        record: The mesh.
        line: The line of the plan over which the section lies.
        style: Look of the picture; a PNG by default.

    Returns:
        The files.

    Raises:
        InputError: The line lies beside the device, or the file cannot be written.
    """
    mesh = record.raw()
    regions = {name: mesh.cells[mesh.cell_tags == tag] for name, tag in record.regions.items()}
    return draw_regions(path, mesh.points, regions, record.materials, line, record.colours, style)


def draw_regions(
    path: Path,
    points: np.ndarray,
    regions: Mapping[str, np.ndarray],
    materials: Mapping[str, str],
    line: Line,
    drawn: Mapping[str, str] | None = None,
    style: Style | None = None,
) -> list[Path]:
    """Draw a cross-section of regions with their elements.

    Args:
        path: The file; its suffix is that of the format.
        points: Nodes, m, shape (n, 3).
        regions: Tetrahedra of every region, shape (m, 4).
        materials: Material of every region.
        line: The line of the plan over which the section lies.
        drawn: Colours of regions in a drawing; others have those of their order.
        style: Look of the picture; a PNG by default.

    Returns:
        The files.

    Raises:
        InputError: The line lies beside the device, or the file cannot be written.
    """
    colours = colours_of(regions) | dict(drawn or {})
    parts = {
        name: [polygon * 1e9 for polygon in section(points, cells, line)] for name, cells in regions.items()
    }
    parts = {name: groups for name, groups in parts.items() if any(_seen(g, line) for g in groups)}
    if not parts:
        raise InputError("the line lies beside the device; move it", file="--section")
    legend = {f"{name} ({materials[name]})": colours[name] for name in parts}
    ends = " to ".join(f"({x:.6g}, {y:.6g})" for x, y in (line.start * 1e9, line.end * 1e9))
    polygons = dict(zip(legend, parts.values(), strict=True))
    return save_section(path, polygons, legend, line.length * 1e9, f"{ends} nm", style or Style())


def _seen(polygons: np.ndarray, line: Line) -> bool:
    """Whether a polygon, nm, lies over the line and not only beyond its ends."""
    if not len(polygons):
        return False
    low, high = polygons[:, :, 0].min(axis=1), polygons[:, :, 0].max(axis=1)
    return bool(((high > 0) & (low < line.length * 1e9)).any())
