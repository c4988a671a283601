"""The picture of a mesh: the cells on the outside of every region, seen from above."""

from collections.abc import Collection, Iterable
from pathlib import Path

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import to_hex

from thermospin.config.outputs import Style
from thermospin.meshes.record import MeshRecord
from thermospin.output.figures import save_mesh
from thermospin.output.grids import edges, skin, tetrahedra
from thermospin.output.rendering import mesh_image

_SHADES = colormaps["tab20"].colors
_COLOURS = [to_hex(shade) for shade in (*_SHADES[::2], *_SHADES[1::2])]
"""Colours of the regions, in their order; they begin again after twenty."""


def draw_mesh(
    path: Path, record: MeshRecord, hidden: Collection[str], style: Style | None = None
) -> list[Path]:
    """Draw a mesh with a legend and a ruler in nanometres.

    Args:
        path: The file; its suffix is that of the format.
        record: The mesh.
        hidden: Regions to leave out, such as a substrate; nothing is left out of a mesh that has only these.
        style: Its formats and the size of its text; a PNG by default.

    Returns:
        The files.

    Raises:
        InputError: The file cannot be written.
    """
    mesh = record.raw()
    colours = region_colours(record)
    shown = [name for name in record.regions if name not in hidden] or list(record.regions)
    skins = [skin(tetrahedra(mesh.points, mesh.cells[mesh.cell_tags == record.regions[n]])[0]) for n in shown]
    outlines = [edges(part, boundary_edges=True, feature_edges=True) for part in skins]
    image, nanometre = mesh_image(skins, outlines, [colours[name] for name in shown])
    legend = {f"{name} ({record.materials[name]})": colours[name] for name in shown}
    missing = [name for name in record.regions if name not in shown]
    size = " × ".join(f"{length * 1e9:.4g}" for length in np.ptp(mesh.points, axis=0))
    title = f"{record.cells} tetrahedra, {record.points} points, {size} nm³"
    if missing:
        title += f"\nnot shown: {', '.join(missing)}"
    return save_mesh(path, image, nanometre, legend, title, style or Style())


def region_colours(record: MeshRecord) -> dict[str, str]:
    """Colour of every region, as ``#rrggbb``: as drawn, else the same whether or not others are left out.

    Args:
        record: The mesh.
    """
    return colours_of(record.regions) | record.colours


def colours_of(regions: Iterable[str]) -> dict[str, str]:
    """Colour of every region, as ``#rrggbb``.

    Args:
        regions: All regions of a device, in their order.
    """
    return {name: _COLOURS[i % len(_COLOURS)] for i, name in enumerate(regions)}
