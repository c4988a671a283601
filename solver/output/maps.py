"""Maps: pictures of a field in a plane or on the device, and profiles along a line."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyvista as pv
from vtkmodules.vtkFiltersGeometry import vtkGeometryFilter

from thermospin.config.outputs import Map
from thermospin.errors import InputError
from thermospin.output.figures import save_plane, save_view
from thermospin.output.grids import RegionGrids, has_values, region_grids
from thermospin.output.profiles import draw_profile
from thermospin.output.quantities import QUANTITIES
from thermospin.output.rendering import colours_for, device_image, plane_image
from thermospin.output.sample import Case, FieldSample
from thermospin.output.scales import per_drive, quantity_text, superscript

_STRETCH_BEYOND = 6.0
"""Pictures longer than this times their height are stretched upwards."""
_CREASE = 40.0
"""Faces that meet at a larger angle have an edge drawn between them, degrees."""


@dataclass(frozen=True)
class Place:
    """What a map shows.

    Attributes:
        stem: File name without suffix.
        wanted: The map as configured.
        regions: The field on its regions.
        unit: Unit of the values.
        title: Title of the picture.
    """

    stem: Path
    wanted: Map
    regions: RegionGrids
    unit: str
    title: str


def plan_maps(
    maps: Sequence[Map], schemes: Mapping[str, Iterable[str]]
) -> dict[tuple[str, str], dict[str, Map]]:
    """Sort maps by scheme and configuration and give each a file name of its own.

    Args:
        maps: The maps of the configuration.
        schemes: Scheme to its magnetic configurations; a map that names none takes the first.

    Returns:
        For every scheme and configuration that has maps: file name without suffix to map.
    """
    plan: dict[tuple[str, str], dict[str, Map]] = {}
    taken: set[str] = set()
    for wanted in maps:
        scheme = wanted.scheme or next(iter(schemes))
        configuration = wanted.configuration or next(iter(schemes[scheme]))
        stem = base = wanted.name or _stem(wanted, scheme, configuration)
        count = 1
        while stem in taken:
            count += 1
            stem = f"{base}-{count}"
        taken.add(stem)
        plan.setdefault((scheme, configuration), {})[stem] = wanted
    return plan


def draw_maps(directory: Path, maps: Mapping[str, Map], case: Case) -> list[Path]:
    """Draw maps of one scheme and configuration.

    Args:
        directory: Directory of the results; files go to ``maps/``.
        maps: File name without suffix to map.
        case: The fields.

    Returns:
        The files written.

    Raises:
        InputError: A map shows nothing: its plane or line misses its regions, or the field is not there.
    """
    written = []
    for stem, wanted in maps.items():
        sample, unit, drive = _sample(wanted, case)
        quantity = QUANTITIES[wanted.field]
        place = Place(
            stem=directory / "maps" / stem,
            wanted=wanted,
            regions=region_grids(sample, quantity, wanted.regions),
            unit=unit,
            title=f"{quantity.label}, {case.scheme}, {case.configuration}, {drive}",
        )
        if wanted.line is not None:
            written += draw_profile(place.stem, place.regions, wanted.line, unit, place.title)
        elif wanted.surface:
            written.append(_draw_surface(place))
        else:
            written.append(_draw_slice(place))
    return written


def _sample(wanted: Map, case: Case) -> tuple[FieldSample, str, str]:
    """The fields a map is about, the unit of its field, and the drive in words."""
    unit = QUANTITIES[wanted.field].unit
    symbol = "I" if case.drive == "A" else "U"
    if wanted.order is not None:
        if wanted.order not in case.orders:
            raise InputError(f"a map asks for order {wanted.order}, which was not solved", key="output.maps")
        words = f"coefficient of {symbol}{superscript(wanted.order)}"
        return case.orders[wanted.order], per_drive(unit, wanted.order, case.drive), words
    if case.drive != "A":
        raise InputError(
            f"scheme '{case.scheme}' is driven by a voltage; give the map an 'order', not a 'current'",
            key="output.maps",
        )
    return case.at(wanted.current), unit, f"{symbol} = {quantity_text(wanted.current, 'A')}"


def _draw_slice(place: Place) -> Path:
    """Draw the field in a plane normal to an axis."""
    (name, metres), *_ = place.wanted.slice.items()
    axis, height = "xyz".index(name), round(metres * 1e9, 6)
    origin = np.zeros(3)
    origin[axis] = height
    cuts = {region: grid.slice(normal=name, origin=origin) for region, grid in place.regions.grids.items()}
    parts = _visible(cuts, place, f"the plane {name} = {height:g} nm")
    across, up = (i for i in range(3) if i != axis)
    corners = np.array([part.bounds for part in parts]).reshape(-1, 3, 2)[:, (across, up)]
    box = np.array([corners[..., 0].min(axis=0), corners[..., 1].max(axis=0)])
    stretch = np.ones(3)
    stretch[up] = max(1.0, np.ptp(box[:, 0]) / np.ptp(box[:, 1]) / _STRETCH_BEYOND)
    parts = [part.scale(stretch) for part in parts]
    outlines = [_edges(part, boundary_edges=True, feature_edges=False) for part in parts]
    margin = 0.02 * np.ptp(box[:, 0])
    view = box * stretch[[across, up]] + np.array([[-margin], [margin]])
    colours = colours_for(place.regions.quantity, place.unit, parts, place.wanted.limits)
    image = plane_image(parts, outlines, colours, axis, view)
    path = place.stem.with_name(place.stem.name + ".png")
    save_plane(
        path,
        image,
        colours,
        view / stretch[[across, up]],
        ("xyz"[across], "xyz"[up]),
        f"{place.title}\n{name} = {height:g} nm",
        place.regions.quantity.symbol,
    )
    return path


def _draw_surface(place: Place) -> Path:
    """Draw the field on the outside of the regions, seen from above."""
    skins = {region: _skin(grid) for region, grid in place.regions.grids.items()}
    parts = _visible(skins, place, "the device")
    outlines = [_edges(part, boundary_edges=True, feature_edges=True) for part in parts]
    colours = colours_for(place.regions.quantity, place.unit, parts, place.wanted.limits)
    size = " × ".join(f"{length:.4g}" for length in np.ptp(place.regions.bounds, axis=0))
    path = place.stem.with_name(place.stem.name + ".png")
    title = f"{place.title}\n{size} nm³"
    save_view(path, device_image(parts, outlines, colours), colours, title, place.regions.quantity.symbol)
    return path


def _visible(parts: Mapping[str, pv.PolyData], place: Place, where: str) -> list[pv.PolyData]:
    found = [part for part in parts.values() if part.n_cells]
    if not any(has_values(part) for part in found):
        regions = ", ".join(parts)
        raise InputError(f"there is no {place.wanted.field} on {where} in {regions}", key="output.maps")
    return found


def _skin(grid: pv.UnstructuredGrid) -> pv.PolyData:
    """The outer faces of a grid; pyvista changes how to ask for them from release to release."""
    faces = vtkGeometryFilter()
    faces.SetInputData(grid)
    faces.Update()
    return pv.wrap(faces.GetOutput())


def _edges(part: pv.PolyData, *, boundary_edges: bool, feature_edges: bool) -> pv.PolyData:
    return part.extract_feature_edges(
        _CREASE,
        boundary_edges=boundary_edges,
        feature_edges=feature_edges,
        non_manifold_edges=False,
        manifold_edges=False,
        clear_data=True,
    )


def _stem(wanted: Map, scheme: str, configuration: str) -> str:
    """A file name such as ``mu_s_thermal_P_2mA_z10nm``."""
    if wanted.order is not None:
        amount = f"order{wanted.order}"
    else:
        amount = quantity_text(wanted.current, "A").replace(" ", "").replace("µ", "u")
    if wanted.slice is not None:
        where = "".join(f"{axis}{value * 1e9:.6g}nm" for axis, value in wanted.slice.items())
    else:
        where = "line" if wanted.line is not None else "surface"
    return "_".join([wanted.field, scheme, configuration, amount, where])
