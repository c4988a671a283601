"""Sheets of a device: where they lie, and their coefficients (solver/physics.md §4)."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from thermospin.config import Config
from thermospin.materials import ChannelValues
from thermospin.meshes.ordering import FACES
from thermospin.meshes.terminals import Side, side_of
from thermospin.section import one_of

FLATNESS = 1e-6
"""Distance from the side of a bounding box up to which a face lies there, over the extent of the region."""


@dataclass(frozen=True)
class Sheet:
    """A sheet.

    Attributes:
        region: Region on whose faces it lies; it shares the unknowns of that region.
        face: Side of the region's bounding box on which it lies; None for a sheet between two regions.
        other: The region beyond it; None for a sheet on a side.
        values: Its coefficients per square, in the place of those of a material.
    """

    region: str
    face: Side | None
    other: str | None
    values: ChannelValues[float]


def find_sheets(config: Config, insulators: frozenset[str]) -> dict[str, Sheet]:
    """Find the sheets of a device by name.

    Args:
        config: The configuration.
        insulators: The regions without electrons.

    Raises:
        InputError: A sheet names no region, or its coefficients do not suit the equations or the other
            sections.
    """
    found = {}
    for name, entry in config.sheets.items():
        for i, region in enumerate(entry.regions):
            if region not in config.geometry.materials:
                at = ("between", i) if entry.between else ("region",)
                raise config.mistake(one_of(region, config.geometry.materials, "region"), "sheets", name, *at)
        first, second = (*entry.regions, None)[:2]
        if first == second:
            raise config.mistake(
                "names one region twice; a sheet lies between two", "sheets", name, "between"
            )
        if second is not None and first in insulators and second not in insulators:
            first, second = second, first
        found[name] = Sheet(first, entry.face, second, entry.at(config.temperature))
        _check(config, name, found[name], first in insulators)
    return found


def on_sheet(
    sheet: Sheet,
    regions: Mapping[str, int],
    across: np.ndarray,
    corners: np.ndarray,
    extent: tuple[float, float],
) -> np.ndarray:
    """Whether the faces of cells of its region are on a sheet, shape (n, 4).

    Args:
        sheet: The sheet.
        regions: Tag of every region.
        across: Tag of the region across every face, -1 outside the device, shape (n, 4).
        corners: The vertices, m, shape (n, 4, 3).
        extent: Lowest and highest coordinate of the region, m, along the axis of the side; not used between
            regions.
    """
    if sheet.face is None:
        return across == regions[sheet.other]
    axis, end = side_of(sheet.face)
    away = abs(corners[:, :, axis] - extent[end]) > FLATNESS * (extent[1] - extent[0])
    return (across != regions[sheet.region]) & ~away[:, FACES].any(axis=2)


def _check(config: Config, name: str, sheet: Sheet, is_on_insulator: bool) -> None:
    """Check that a sheet keeps the equations positive definite, and that they hold all that it needs."""
    t0, values = config.temperature, sheet.values
    if values.open_circuit_margin(t0) <= 0:
        raise config.mistake(
            f"must exceed T0 Σ S² for the equations to be positive definite; at {t0:g} K that is "
            f"{values.seebeck_heat(t0):.3g} W/K: raise it, or lower seebeck",
            "sheets", name, "sheet_thermal_conductance",
        )  # fmt: skip
    if not values.is_conductor:
        return
    if config.unknowns.spin_heat and values.spin_heat_length is None:
        raise config.mistake(
            "missing; with 'solver.spin_heat' every conductor needs one, such as '20 nm', or "
            "spin_heat_ratio, the spin diffusion length over it",
            "sheets", name, "spin_heat_diffusion_length",
        )  # fmt: skip
    if config.unknowns.vector and any(config.magnetic_field):
        raise config.mistake(
            "spins of a sheet do not precess; remove magnetic_field, or describe the sheet as a thin solid",
            "sheets", name,
        )  # fmt: skip
    if is_on_insulator and any(not entry.transparent for entry in config.interfaces):
        raise config.mistake(
            "a sheet that conducts on an insulator touches metals without resistance; remove the interfaces, "
            "or describe the sheet as a thin solid",
            "sheets", name,
        )  # fmt: skip
