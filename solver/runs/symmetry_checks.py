"""Checks of mirror planes on a mesh, on one rank."""

import numpy as np

from thermospin.config import Config
from thermospin.device import Device
from thermospin.meshes.record import MeshRecord
from thermospin.textures import Texture

FLATNESS = 1e-6
"""Distance from a mirror plane up to which a node is in it, over the extent of the device."""
SAME = 1e-6
"""Difference of two unit vectors that counts as none."""


def check_symmetry(config: Config, device: Device, record: MeshRecord) -> None:
    """Refuse a device that is not the part on one side of its mirror planes.

    Args:
        config: The configuration, whose entries messages name.
        device: Its device.
        record: Its mesh.

    Raises:
        InputError: The device crosses a plane or does not reach it, a terminal or a sheet lies in it, or a
            texture is
            not its own mirror image.
    """
    for axis in config.symmetry:
        _check_surroundings(config, axis)
        heights = record.array("points")[:, "xyz".index(axis)]
        inside = FLATNESS * (heights.max() - heights.min())
        _check_place(config, axis, heights.min(), inside)
        _check_terminals(config, record, axis, abs(heights) <= inside)
        _check_textures(config, device, record, axis)


def _check_surroundings(config: Config, axis: str) -> None:
    """Check that a half space continues away from the plane."""
    around = config.surroundings
    if around is not None and f"{axis}min" in around.faces:
        raise config.error(
            "surroundings.faces", f"'{axis}min' is in the mirror plane {axis} = 0; name the other sides"
        )


def _check_place(config: Config, axis: str, lowest: float, inside: float) -> None:
    """Check that the lowest node is in the plane."""
    if lowest < -inside:
        raise config.error(
            "symmetry",
            f"the device crosses the plane {axis} = 0, down to {axis} = {1e9 * lowest:.6g} nm; draw only its "
            f"part at positive {axis}, or remove '{axis}'",
        )
    if lowest > inside:
        raise config.error(
            "symmetry",
            f"the device begins at {axis} = {1e9 * lowest:.6g} nm; move it to the plane {axis} = 0, or "
            f"remove '{axis}'",
        )


def _check_terminals(config: Config, record: MeshRecord, axis: str, is_in_plane: np.ndarray) -> None:
    """Check that no terminal lies in the plane: by symmetry nothing flows through it."""
    facets, tags = record.array("facets"), record.array("facet_tags")
    for name, tag in record.terminals.items():
        if is_in_plane[facets[tags == tag]].all(axis=1).any():
            raise config.error(
                f"terminals.{name}",
                f"lies in the mirror plane {axis} = 0, through which nothing flows; remove it, or choose a "
                "face away from the plane",
            )
    for name, sheet in config.sheets.items():
        if sheet.face == f"{axis}min" and _starts(record, sheet.region, is_in_plane):
            raise config.error(f"sheets.{name}", f"lies in the mirror plane {axis} = 0; choose another face")


def _starts(record: MeshRecord, region: str, is_in_plane: np.ndarray) -> bool:
    """Whether a region reaches the plane."""
    cells = record.array("cells")[record.array("cell_tags") == record.regions[region]]
    return bool(is_in_plane[cells].any())


def _check_textures(config: Config, device: Device, record: MeshRecord, axis: str) -> None:
    """Check that textures are the same at mirrored places; files need not reach there."""
    for region, texture in device.textures.items():
        given = config.magnetisation.get(region)
        if texture.uniform is None and not hasattr(given, "file"):
            _check_texture(config, record, axis, region, texture)


def _check_texture(config: Config, record: MeshRecord, axis: str, region: str, texture: Texture) -> None:
    cells = record.array("cells")[record.array("cell_tags") == record.regions[region]]
    points = record.array("points")[cells].mean(axis=1)
    mirrored = points * np.where(np.arange(3) == "xyz".index(axis), -1.0, 1.0)
    if np.any(abs(texture(points) - texture(mirrored)) > SAME):
        raise config.error(
            f"magnetisation.{region}",
            f"is not its own mirror image at {axis} = 0, where it continues with the same magnetisation; "
            f"write it in |{axis}|, or remove '{axis}' from symmetry and draw the whole device",
        )
