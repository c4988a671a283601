"""The user's own meshes: groups become regions, surfaces become terminals."""

from collections.abc import Iterable, Mapping

import numpy as np

from thermospin.errors import InputError
from thermospin.meshes.conformity import check_conformity
from thermospin.meshes.geometry import FileGeometry
from thermospin.meshes.missing import check_nothing_missing
from thermospin.meshes.numbering import exterior_facets
from thermospin.meshes.places import in_nm
from thermospin.meshes.readers import ForeignMesh, read_isolated
from thermospin.meshes.record import RawMesh
from thermospin.meshes.scale import check_scale
from thermospin.meshes.terminals import TerminalFace, side_of

FLATNESS = 1e-6
"""Distance of the nodes of a flat face from the side of the region, relative to the region's extent."""

MANY = 12
"""Most names that a message lists."""


def read_mesh(
    geometry: FileGeometry, terminals: Mapping[str, TerminalFace], surfaces: Mapping[str, str] | None = None
) -> RawMesh:
    """Read a mesh with groups of cells.

    Args:
        geometry: The file.
        terminals: Terminals by name.
        surfaces: Physical surfaces to keep beside, and the key of the configuration that names each.

    Raises:
        InputError: The file cannot be read, holds cells that are no tetrahedra, or its names do not match
            the configuration.
    """
    if geometry.priority:
        raise InputError(
            f"{geometry.file} is a mesh, in which nothing overlaps; remove the key", key="geometry.priority"
        )
    mesh = read_isolated(geometry.file, geometry.regions, geometry.cell_data)
    check_cell_types(geometry, mesh)
    members, notes = region_cells(geometry, mesh)
    regions = {name: tag for tag, name in enumerate(geometry.regions, start=1)}
    cells = np.concatenate([mesh.tetrahedra[members[name]] for name in regions])
    tags = np.concatenate([np.full(len(members[name]), tag, np.int32) for name, tag in regions.items()])
    check_scale(geometry, float(np.ptp(mesh.points[np.unique(cells)], axis=0).max()))
    points = mesh.points * geometry.metres
    solid = check_conformity(geometry.file, points, cells, tags, regions)
    check_nothing_missing(geometry.file, solid, mesh.inner)
    faces = {
        name: _terminal(name, terminal, points, (cells, tags), regions, mesh)
        for name, terminal in terminals.items()
    }
    kept = {name: _surface(name, key, mesh) for name, key in (surfaces or {}).items()}
    triangles = [*faces.values(), *kept.values()]
    first = len(regions) + 1
    return RawMesh(
        points=points,
        cells=cells,
        cell_tags=tags,
        facets=np.concatenate([np.empty((0, 3), np.int64), *triangles]),
        facet_tags=np.concatenate(
            [np.empty(0, np.int32)]
            + [np.full(len(group), tag, np.int32) for tag, group in enumerate(triangles, start=first)]
        ),
        regions=regions,
        terminals={name: tag for tag, name in enumerate(faces, start=first)},
        surfaces={name: tag for tag, name in enumerate(kept, start=first + len(faces))},
        notes=(*mesh.notes, *notes),
    )


def check_cell_types(geometry: FileGeometry, mesh: ForeignMesh) -> None:
    """Refuse cells of volumes that are no tetrahedra: their part of the device would be missing.

    Args:
        geometry: The file.
        mesh: Its mesh.

    Raises:
        InputError: There are some, or there are no tetrahedra.
    """
    solid = [other for other in mesh.others if other.dim == 3]
    for other in sorted(solid, key=lambda other: other.group not in geometry.regions):
        where = f"group {other.group}" if other.group else "no group"
        raise InputError(
            f"{geometry.file} has {other.count} cells of type '{other.kind}' in {where}; mesh all volumes "
            "with tetrahedra of first or second order",
            key="geometry.file",
        )
    if not len(mesh.tetrahedra):
        raise InputError(
            f"{geometry.file} holds no tetrahedra; mesh the volumes, not only their surfaces",
            key="geometry.file",
        )
    if not mesh.volumes:
        raise InputError(
            f"{geometry.file} holds no tetrahedra in a group; give every volume a physical name",
            key="geometry.file",
        )


def region_cells(geometry: FileGeometry, mesh: ForeignMesh) -> tuple[dict[str, np.ndarray], list[str]]:
    """Tetrahedra of every region, and notes for the user about all others.

    Args:
        geometry: The file.
        mesh: Its mesh.

    Returns:
        Numbers of the tetrahedra by region, and the notes.

    Raises:
        InputError: A region is not in the file, a tetrahedron is in two of them, or in none.
    """
    for name in geometry.regions:
        if name not in mesh.volumes:
            raise InputError(
                f"{geometry.file} has no volume {name}; it has {_listed(mesh.volumes)}",
                key=f"geometry.regions.{name}",
            )
    owner = np.full(len(mesh.tetrahedra), -1)
    for number, name in enumerate(geometry.regions):
        cells = mesh.volumes[name]
        twice = cells[owner[cells] >= 0]
        if len(twice):
            place = mesh.points[mesh.tetrahedra[twice[0]]].mean(axis=0) * geometry.metres
            other = list(geometry.regions)[owner[twice[0]]]
            raise InputError(
                f"{len(twice)} tetrahedra of {geometry.file} are both in {other} and in {name}, one at "
                f"{in_nm(place)}; a place has one material: name only one of the two groups",
                key=f"geometry.regions.{name}",
            )
        owner[cells] = number
    others = {name: cells for name, cells in mesh.volumes.items() if name not in geometry.regions}
    for name, cells in others.items():
        if np.any(owner[cells] < 0):
            raise InputError(
                f"volume {name} of {geometry.file} has no material; add it to regions",
                key=f"geometry.regions.{name}",
            )
    notes = []
    if others:
        notes.append(f"groups of {geometry.file} that regions do not name are ignored: {_listed(others)}")
    if left := int((owner < 0).sum()):
        notes.append(f"{left} tetrahedra of {geometry.file} are in no group and are left out")
    return {name: mesh.volumes[name] for name in geometry.regions}, notes


def _listed(names: Iterable[str]) -> str:
    """Names as text, the first of them where there are many."""
    listed = list(names)
    return ", ".join(listed[:MANY]) + (f" and {len(listed) - MANY} more" if len(listed) > MANY else "")


def _surface(name: str, key: str, mesh: ForeignMesh) -> np.ndarray:
    """Triangles of a physical surface, each once."""
    for other in mesh.others:
        if other.dim == 2 and other.group == name:
            raise InputError(
                f"surface {name} has {other.count} cells of type '{other.kind}', which are not faces of "
                "tetrahedra; mesh it with triangles",
                key=key,
            )
    if name not in mesh.surfaces:
        raise InputError(
            f"there is no physical surface {name}; the file has {_listed(mesh.surfaces) or 'none'}", key=key
        )
    triangles = mesh.triangles[mesh.surfaces[name]]
    _, first = np.unique(np.sort(triangles, axis=1), axis=0, return_index=True)
    return triangles[np.sort(first)]


def _terminal(
    name: str,
    terminal: TerminalFace,
    points: np.ndarray,
    tagged_cells: tuple[np.ndarray, np.ndarray],
    regions: dict[str, int],
    mesh: ForeignMesh,
) -> np.ndarray:
    """Triangles of a terminal."""
    key = f"terminals.{name}"
    if terminal.surface is not None:
        return _surface(terminal.surface, f"{key}.surface", mesh)
    if terminal.region not in regions:
        raise InputError(
            f"there is no region {terminal.region}; the regions are {', '.join(regions)}", key=f"{key}.region"
        )
    facets, owner = exterior_facets(tagged_cells[0])
    cells = tagged_cells[0][tagged_cells[1] == regions[terminal.region]]
    axis, end = side_of(terminal.face)
    heights = points[cells, axis]
    side = heights.max() if end else heights.min()
    tolerance = FLATNESS * np.ptp(points[cells].reshape(-1, 3), axis=0).max()
    mine = tagged_cells[1][owner] == regions[terminal.region]
    flat = np.all(abs(points[facets, axis] - side) < tolerance, axis=1)
    if not np.any(mine & flat):
        raise InputError(
            f"region {terminal.region} has no outer flat face at {terminal.face}; pick another side",
            key=key,
        )
    return facets[mine & flat]
