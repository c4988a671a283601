"""The field of element sizes, a smooth function of the distance from features to be resolved."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import gmsh
import numpy as np

from thermospin.errors import InputError
from thermospin.meshes.films import Film
from thermospin.meshes.occ import NM
from thermospin.meshes.options import MeshOptions

MAX_SAMPLES = 400
"""Most sampling points per side of a surface in Gmsh's distance field."""

STRAIGHT = 0.99
"""Cosine of the angle up to which two faces count as one."""


@dataclass(frozen=True)
class Source:
    """Surfaces or curves with a size, which grows linearly with the distance from them.

    Attributes:
        dim: 1 for curves, 2 for surfaces.
        entities: Their tags.
        size: The size on them, before refinement, nm.
    """

    dim: int
    entities: frozenset[int]
    size: float


def common_faces(films: list[Film]) -> dict[frozenset[str], set[int]]:
    """Surfaces between every two regions that touch.

    Args:
        films: The volumes of every part.

    Returns:
        Tags of the surfaces by the names of both regions.
    """
    owner = {volume: film.region for film in films for volume in film.volumes}
    common: dict[frozenset[str], set[int]] = {}
    for _, face in gmsh.model.getEntities(2):
        pair = frozenset(owner[volume] for volume in gmsh.model.getAdjacencies(2, face)[0])
        if len(pair) == 2:
            common.setdefault(pair, set()).add(face)
    return common


def faces_between(common: dict[frozenset[str], set[int]], pairs: Iterable[tuple[str, str]]) -> set[int]:
    """Surfaces between the regions of some pairs.

    Args:
        common: Surfaces by regions, from :func:`common_faces`.
        pairs: Names of the regions.

    Raises:
        InputError: A pair does not touch.
    """
    faces: set[int] = set()
    for i, pair in enumerate(pairs):
        if frozenset(pair) not in common:
            raise InputError(
                f"regions {' and '.join(pair)} do not touch; remove the pair", key=f"mesh.interfaces[{i}]"
            )
        faces |= common[frozenset(pair)]
    return faces


def set_sizes(films: list[Film], sources: list[Source], options: MeshOptions) -> None:
    """Install the size field.

    The size is the smallest, over interfaces, their rims and the volumes, of the size asked for there plus
    (growth_rate − 1) times the distance from there; `refinement` divides the whole.

    Args:
        films: The volumes of every part.
        sources: Surfaces and curves from which sizes grow.
        options: Growth and refinement.
    """
    largest, slope = max(film.max_size for film in films), options.growth_rate - 1
    fields = [_growing(source, slope, largest) for source in sources]
    for size, volumes in _by_size(films).items():
        fields.append(_constant(volumes, size, largest))
    smallest = gmsh.model.mesh.field.add("Min")
    gmsh.model.mesh.field.setNumbers(smallest, "FieldsList", fields)
    gmsh.model.mesh.field.setAsBackgroundMesh(smallest)
    for source in ("ExtendFromBoundary", "FromPoints", "FromCurvature"):
        gmsh.option.setNumber(f"Mesh.MeshSize{source}", 0)
    gmsh.option.setNumber("Mesh.MeshSizeFactor", 1 / options.refinement)


def size_sources(films: list[Film], interfaces: set[int], options: MeshOptions) -> list[Source]:
    """Sources that elements grow away from: interfaces, their rims, and volumes of smaller elements.

    Args:
        films: The volumes of every part.
        interfaces: Tags of the surfaces to refine at.
        options: Sizes at interfaces and rims.
    """
    largest = max(film.max_size for film in films)
    sources = []
    if interfaces:
        sources.append(Source(2, frozenset(interfaces), options.interface_size / NM))
    if interfaces and options.edge_size:
        sources.append(Source(1, frozenset(_rims(interfaces)), options.edge_size / NM))
    for size, volumes in _by_size(films).items():
        if size < largest:
            sources.append(Source(2, frozenset(_boundary(volumes)), size))
    return sources


def _by_size(films: list[Film]) -> dict[float, list[int]]:
    """The volumes of every largest size, from small to large."""
    sizes = sorted({film.max_size for film in films})
    return {size: [tag for film in films if film.max_size == size for tag in film.volumes] for size in sizes}


def _rims(faces: set[int]) -> set[int]:
    """Curves where an interface ends or turns a corner."""
    neighbours: dict[int, list[int]] = {}
    for face in sorted(faces):
        for _, curve in gmsh.model.getBoundary([(2, face)], oriented=False):
            neighbours.setdefault(curve, []).append(face)
    return {curve for curve, pair in neighbours.items() if len(pair) != 2 or _is_corner(curve, *pair)}


def _is_corner(curve: int, first: int, second: int) -> bool:
    """Whether two faces meet at an angle along a curve."""
    low, high = gmsh.model.getParametrizationBounds(1, curve)
    middle = [(low[0] + high[0]) / 2]
    normals = [
        gmsh.model.getNormal(face, gmsh.model.reparametrizeOnSurface(1, curve, middle, face))
        for face in (first, second)
    ]
    return abs(float(np.dot(*normals))) < STRAIGHT


def _boundary(volumes: list[int]) -> set[int]:
    """Outer surfaces of a set of volumes."""
    return {
        abs(tag) for _, tag in gmsh.model.getBoundary([(3, volume) for volume in volumes], oriented=False)
    }


def _growing(source: Source, slope: float, largest: float) -> int:
    """The field of a source."""
    field, size = gmsh.model.mesh.field, source.size
    kind = {1: "CurvesList", 2: "SurfacesList"}[source.dim]
    parts = []
    for samples, group in _by_samples(source.dim, source.entities, size):
        distance = field.add("Distance")
        field.setNumbers(distance, kind, sorted(group))
        field.setNumber(distance, "Sampling", samples)
        growth = field.add("Threshold")
        for option, value in {
            "InField": distance,
            "DistMin": 0.0,
            "SizeMin": size,
            "DistMax": (largest - size) / slope,
            "SizeMax": largest,
        }.items():
            field.setNumber(growth, option, value)
        parts.append(growth)
    smallest = field.add("Min")
    field.setNumbers(smallest, "FieldsList", parts)
    return smallest


def _by_samples(dim: int, entities: Collection[int], size: float) -> list[tuple[int, list[int]]]:
    """Group entities by the number of sampling points that spaces the points by about `size`."""
    groups: dict[int, list[int]] = {}
    for tag in sorted(entities):
        box = gmsh.model.getBoundingBox(dim, tag)
        diagonal = sum((box[i + 3] - box[i]) ** 2 for i in range(3)) ** 0.5
        samples = 20
        while samples < min(diagonal / size, MAX_SAMPLES):
            samples *= 2
        groups.setdefault(samples, []).append(tag)
    return sorted(groups.items())


def _constant(volumes: list[int], size: float, outside: float) -> int:
    """A field that is `size` in the volumes and on their boundaries, `outside` elsewhere."""
    field = gmsh.model.mesh.field
    constant = field.add("Constant")
    field.setNumbers(constant, "VolumesList", volumes)
    field.setNumber(constant, "VIn", size)
    field.setNumber(constant, "VOut", outside)
    return constant
