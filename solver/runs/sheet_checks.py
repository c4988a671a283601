"""Checks of sheets, on one rank: their regions touch, and all that they connect has a reference."""

import numpy as np

from thermospin.config import Config
from thermospin.device import Device, Sheet
from thermospin.device.sheets import on_sheet
from thermospin.meshes.numbering import components
from thermospin.meshes.ordering import FACES
from thermospin.meshes.pieces import Pieces
from thermospin.meshes.record import MeshRecord
from thermospin.meshes.terminals import side_of


def check_touching(config: Config, pieces: Pieces) -> None:
    """Refuse sheets between regions that do not touch.

    Args:
        config: The configuration, whose entries messages name.
        pieces: The connected pieces of its regions.

    Raises:
        InputError: Two regions do not touch.
    """
    touching = {frozenset((pieces.regions[i], pieces.regions[j])) for i, j in pieces.contacts}
    for name, sheet in config.sheets.items():
        if sheet.between and frozenset(sheet.between) not in touching:
            raise config.error(
                f"sheets.{name}.between",
                f"'{sheet.between[0]}' and '{sheet.between[1]}' do not touch; name two regions that do, or a "
                "region and its face",
            )


def check_sheets(config: Config, device: Device, record: MeshRecord) -> None:
    """Refuse conductors and sheets that neither metals nor sheets join to a reference of the potential.

    Args:
        config: The configuration, whose entries messages name.
        device: Its device.
        record: Its mesh.

    Raises:
        InputError: A scheme leaves a conductor or a sheet without reference.
    """
    added = set(device.carriers) - set(device.conductors)
    carry = [sheet for sheet in device.sheets.values() if sheet.values.is_conductor and sheet.region in added]
    if carry:
        triangles = np.concatenate([_triangles(record, sheet) for sheet in carry])
        _check_references(config, device, record, triangles)


def _triangles(record: MeshRecord, sheet: Sheet) -> np.ndarray:
    """The nodes of the faces of a sheet, shape (n, 3)."""
    tags, cells = record.array("cell_tags"), record.array("cells")
    inside = np.flatnonzero(tags == record.regions[sheet.region])
    neighbours = record.array("neighbours")[inside]
    across = np.where(neighbours >= 0, tags[neighbours], -1)
    corners = record.array("points")[cells[inside]]
    extent = (0.0, 0.0)
    if sheet.face is not None:
        heights = corners[:, :, side_of(sheet.face)[0]]
        extent = heights.min(), heights.max()
    chosen, faces = np.nonzero(on_sheet(sheet, record.regions, across, corners, extent))
    return cells[inside[chosen][:, None], FACES[faces]]


def _check_references(config: Config, device: Device, record: MeshRecord, triangles: np.ndarray) -> None:
    """Refuse a scheme in which nodes with a potential are not connected to a terminal that fixes it.

    Args:
        config: The configuration.
        device: Its device.
        record: Its mesh.
        triangles: Nodes of the sheets on insulators, shape (n, 3).
    """
    cells, tags, facets = (record.array(name) for name in ("cells", "cell_tags", "facets"))
    conductors = np.isin(tags, [record.regions[name] for name in device.conductors])
    edges = [cells[conductors][:, [0, i]] for i in (1, 2, 3)] + [triangles[:, [0, i]] for i in (1, 2)]
    body = components(np.concatenate(edges), len(record.array("points")))
    present = np.unique(body[np.concatenate([cells[conductors].ravel(), triangles.ravel()])])
    for scheme, conditions in config.schemes.items():
        held = [record.terminals[name] for name in conditions.potentials]
        missing = np.setdiff1d(present, body[facets[np.isin(record.array("facet_tags"), held)]])
        if len(missing):
            of_body = np.isin(body[cells[:, 0]], missing[:1]) & conductors
            names = [name for name, tag in record.regions.items() if np.any(tags[of_body] == tag)]
            raise config.error(
                f"schemes.{scheme}",
                f"the conductor {' + '.join(names) or 'sheet'} is not connected to any ground or "
                "voltage of this scheme by metals and sheets; ground one of its terminals, or check that it "
                "touches the sheet",
            )
