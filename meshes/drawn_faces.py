"""Faces that a drawing names, among the faces of the volumes that are meshed."""

from collections.abc import Mapping, Sequence

import gmsh
import numpy as np

from thermospin.errors import InputError
from thermospin.meshes.drawings import import_volumes, read_ruler
from thermospin.meshes.geometry import FileGeometry
from thermospin.meshes.occ import NM
from thermospin.meshes.readers import file_type
from thermospin.meshes.readers.step_faces import named_faces
from thermospin.meshes.readers.types import SHAPES

CLOSE = 1e-6
"""Distance of places that are the same, relative to the extent of the drawing."""


def named_terminals(
    geometry: FileGeometry, names: Mapping[str, str], volumes: Sequence[int], unit: float
) -> dict[str, list[int]]:
    """Surfaces of terminals that the drawing names.

    Args:
        geometry: The drawing.
        names: Terminal to the name of its faces.
        volumes: Tags of the volumes of the model, ready to mesh.
        unit: Unit of the model, nm.

    Returns:
        Tags of the surfaces by terminal.

    Raises:
        InputError: No outer face has a name.
    """
    if not names:
        return {}
    corners = _known(geometry, names)
    outer = _outer_faces(volumes)
    places = {face: _inner_place(face) for face in outer}
    ruler = read_ruler(geometry)
    scale = ruler.metres / (NM * unit)
    copies = import_volumes(geometry, ruler, scale)
    try:
        found = {}
        for terminal, name in names.items():
            wanted = [scale * ruler.handed_over * group for group in corners[name]]
            originals = _faces_with_corners([tag for _, tag in copies], wanted)
            found[terminal] = [face for face in outer if any(_lies_on(places[face], o) for o in originals)]
    finally:
        gmsh.model.occ.remove(copies, recursive=True)
        gmsh.model.occ.synchronize()
    for terminal, faces in found.items():
        if not faces:
            raise InputError(
                f"the face {names[terminal]} of {geometry.file} is not on the outside of the device, or it "
                "is placed by an assembly; export one part, or pick the terminal by region and face",
                key=f"terminals.{terminal}.surface",
            )
    return found


def _known(geometry: FileGeometry, names: Mapping[str, str]) -> dict[str, list[np.ndarray]]:
    """Corners of the faces of every name in the file."""
    corners = named_faces(geometry.file) if SHAPES[file_type(geometry.file)] == "step" else {}
    for terminal, name in names.items():
        if name not in corners:
            known = f"it names {', '.join(corners)}" if corners else "it names none"
            raise InputError(
                f"{geometry.file} has no face {name}; {known}; pick a terminal by region and face instead",
                key=f"terminals.{terminal}.surface",
            )
    return corners


def _outer_faces(volumes: Sequence[int]) -> list[int]:
    """Faces that bound one volume only."""
    bounds = gmsh.model.getBoundary([(3, tag) for tag in volumes], combined=False, oriented=False)
    faces = [tag for _, tag in bounds]
    return sorted(tag for tag in set(faces) if faces.count(tag) == 1)


def _inner_place(face: int) -> np.ndarray:
    """A place inside a face, shape (3,)."""
    low, high = (np.array(ends) for ends in gmsh.model.getParametrizationBounds(2, face))
    for count in (1, 4, 16, 64):
        steps = (np.arange(count) + 0.5) / count
        for u in low[0] + steps * (high[0] - low[0]):
            for v in low[1] + steps * (high[1] - low[1]):
                if gmsh.model.isInside(2, face, [u, v], parametric=True):
                    return np.array(gmsh.model.getValue(2, face, [u, v]))
    return np.array(gmsh.model.occ.getCenterOfMass(2, face))


def _faces_with_corners(volumes: Sequence[int], wanted: Sequence[np.ndarray]) -> list[int]:
    """Faces of volumes that have exactly these corners."""
    bounds = gmsh.model.getBoundary([(3, tag) for tag in volumes], combined=False, oriented=False)
    found = []
    for _, face in bounds:
        points = gmsh.model.getBoundary([(2, face)], combined=False, oriented=False, recursive=True)
        corners = np.array([gmsh.model.getValue(0, tag, []) for _, tag in sorted(set(points))]).reshape(-1, 3)
        if any(_same(corners, other) for other in wanted):
            found.append(face)
    return found


def _same(corners: np.ndarray, others: np.ndarray) -> bool:
    """Whether two sets of corners are the same."""
    if len(corners) != len(others) or not len(others):
        return False
    apart = np.linalg.norm(corners[:, None] - others[None], axis=2)
    close = CLOSE * max(1.0, float(abs(others).max()))
    return bool((apart.min(axis=0) < close).all() and (apart.min(axis=1) < close).all())


def _lies_on(place: np.ndarray, face: int) -> bool:
    """Whether a place lies on a face."""
    at = gmsh.model.getParametrization(2, face, place)
    foot = np.array(gmsh.model.getValue(2, face, at))
    close = CLOSE * max(1.0, float(abs(place).max()))
    return bool(np.linalg.norm(foot - place) < close and gmsh.model.isInside(2, face, at, parametric=True))
