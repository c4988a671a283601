"""The field of element sizes, a smooth function of the distance from what must be resolved."""

from collections.abc import Iterable

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


def common_faces(films: list[Film]) -> dict[frozenset[str], set[int]]:
    """Surfaces between every two regions that touch."""
    owner = {volume: film.region for film in films for volume in film.volumes}
    common: dict[frozenset[str], set[int]] = {}
    for _, face in gmsh.model.getEntities(2):
        pair = frozenset(owner[volume] for volume in gmsh.model.getAdjacencies(2, face)[0])
        if len(pair) == 2:
            common.setdefault(pair, set()).add(face)
    return common


def faces_between(common: dict[frozenset[str], set[int]], pairs: Iterable[tuple[str, str]]) -> set[int]:
    """Surfaces between the regions of each pair.

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


def set_sizes(films: list[Film], interfaces: set[int], options: MeshOptions) -> None:
    """Install the size field.

    The size is the smallest, over interfaces, their rims and the volumes, of the size asked for there plus
    (growth_rate − 1) times the distance from there; `refinement` divides the whole.
    """
    largest = max(film.max_size for film in films)
    slope = options.growth_rate - 1
    fields = []
    if interfaces:
        fields.append(_growing("SurfacesList", interfaces, options.interface_size / NM, slope, largest))
    if interfaces and options.edge_size:
        fields.append(_growing("CurvesList", _rims(interfaces), options.edge_size / NM, slope, largest))
    for size in sorted({film.max_size for film in films}):
        volumes = [volume for film in films if film.max_size == size for volume in film.volumes]
        fields.append(_constant(volumes, size, largest))
        if size < largest:
            fields.append(_growing("SurfacesList", _boundary(volumes), size, slope, largest))
    smallest = gmsh.model.mesh.field.add("Min")
    gmsh.model.mesh.field.setNumbers(smallest, "FieldsList", fields)
    gmsh.model.mesh.field.setAsBackgroundMesh(smallest)
    for source in ("ExtendFromBoundary", "FromPoints", "FromCurvature"):
        gmsh.option.setNumber(f"Mesh.MeshSize{source}", 0)
    gmsh.option.setNumber("Mesh.MeshSizeFactor", 1 / options.refinement)


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


def _growing(kind: str, entities: set[int], size: float, slope: float, largest: float) -> int:
    """A field that is `size` on the entities and grows linearly with the distance from them, to `largest`."""
    field = gmsh.model.mesh.field
    dim = {"CurvesList": 1, "SurfacesList": 2}[kind]
    parts = []
    for samples, group in _by_samples(dim, entities, size):
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


def _by_samples(dim: int, entities: set[int], size: float) -> list[tuple[int, list[int]]]:
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
