"""Thin films: cut into layers, so that no element reaches across, and made conforming with the rest."""

from dataclasses import dataclass

import gmsh
import numpy as np

from thermospin.errors import InputError
from thermospin.meshes.occ import NM, Part, fragment
from thermospin.meshes.options import MeshOptions

SAFETY = 1.5
"""Elements vary about their size; a film is resolved by size alone when it fits this many times over."""

MOST_LAYERS = 200
"""Most layers of all films: the boolean operations take the time of their number cubed, a minute of these."""


@dataclass(frozen=True, eq=False)
class Film:
    """The volumes that fill one part of the device, ready to mesh.

    Attributes:
        region: Name of the region.
        volumes: Tags of the volumes.
        max_size: Largest element size in them, before refinement, nm.
        spans: Extents of the part along x, y, z, nm; across a film, the thickness of its layers.
    """

    region: str
    volumes: tuple[int, ...]
    max_size: float
    spans: np.ndarray


def layered(parts: list[Part], options: MeshOptions) -> list[Film]:
    """Cut thin parts into layers and make all volumes conforming.

    With layers, elements may be `film_aspect` times wider than high and still `elements_across_film` of them,
    times the refinement, lie across the film.

    Args:
        parts: The parts of the device.
        options: Element sizes.

    Raises:
        InputError: There would be too many layers.
    """
    sizes = [_largest_size(part, options) for part in parts]
    counts = [_count(part, size, options) for part, size in zip(parts, sizes, strict=True)]
    if sum(counts) > MOST_LAYERS:
        index = int(np.argmax(counts))
        raise InputError(
            f"region {parts[index].region} would have {counts[index]} layers, more than {MOST_LAYERS}; "
            "ask for small elements instead of many (mesh.max_size, region_max_size), or for fewer",
            key="mesh",
        )
    pieces = [_layers(part, count, options) for part, count in zip(parts, counts, strict=True)]
    fragments = iter(fragment([(3, volume) for group in pieces for volume in group]))
    films = [
        Film(
            part.region,
            tuple(tag for _ in group for tag in next(fragments)),
            size,
            _spans(part, count, options),
        )
        for part, group, size, count in zip(parts, pieces, sizes, counts, strict=True)
    ]
    gmsh.model.occ.synchronize()
    return films


def _across(part: Part, options: MeshOptions) -> tuple[int, int]:
    """The axis across which a part is a film, and the fewest elements there."""
    if part.elements_along_z:
        return 2, part.elements_along_z
    return int(np.ptp(part.bounds, axis=0).argmin()), options.elements_across_film


def _largest_size(part: Part, options: MeshOptions) -> float:
    """Largest element size in a part, nm: that of its region, or one that suits the layers of a thin film."""
    allowed = min(options.max_size / NM, part.max_size)
    if part.region in options.region_max_size:
        allowed = options.region_max_size[part.region] / NM
    axis, least = _across(part, options)
    return min(allowed, options.film_aspect * float(np.ptp(part.bounds[:, axis])) / least)


def _count(part: Part, size: float, options: MeshOptions) -> int:
    """The layers into which a part is cut: 1 where elements are small."""
    axis, least = _across(part, options)
    meshed = size / min(1.0, options.refinement)
    if least == 1 or meshed * least * SAFETY <= np.ptp(part.bounds[:, axis]):
        return 1
    return round(least * max(1.0, options.refinement))


def _spans(part: Part, count: int, options: MeshOptions) -> np.ndarray:
    """Extents of a part, of its layers across them, nm."""
    spans = np.ptp(part.bounds, axis=0)
    spans[_across(part, options)[0]] /= count
    return spans


def _layers(part: Part, count: int, options: MeshOptions) -> list[int]:
    """The part's volumes cut into layers, or as they are."""
    if count == 1:
        return list(part.volumes)
    axis, _ = _across(part, options)
    bottom, top = part.bounds[:, axis]
    planes = np.linspace(bottom, top, count + 1)
    margin = top - bottom
    planes[0], planes[-1] = bottom - margin, top + margin
    layers: list[int] = []
    volumes = [(3, volume) for volume in part.volumes]
    for below, above in zip(planes[:-1], planes[1:], strict=True):
        low, high = part.bounds[0] - margin, part.bounds[1] + margin
        low[axis], high[axis] = below, above
        slab = [(3, gmsh.model.occ.addBox(*low, *(high - low)))]
        cut, _ = gmsh.model.occ.intersect(volumes, slab, removeObject=False, removeTool=True)
        layers += [tag for _, tag in cut]
    cut_up = [
        volume for volume in volumes if volume[1] not in layers
    ]  # a slab that holds a volume returns it
    gmsh.model.occ.remove(cut_up, recursive=True)
    return layers
