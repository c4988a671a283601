"""The user's own files: meshes with physical groups, and shapes for OpenCASCADE."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import gmsh
import numpy as np

from thermospin.errors import InputError
from thermospin.meshes.geometry import UNITS, FileGeometry
from thermospin.meshes.numbering import exterior_facets
from thermospin.meshes.occ import NM, Part, fragment, model
from thermospin.meshes.record import RawMesh
from thermospin.meshes.squeeze import model_unit
from thermospin.meshes.terminals import TerminalFace, side_of

SHAPES = (".step", ".stp", ".brep")

Groups = dict[str, np.ndarray]


def is_shape(geometry: FileGeometry) -> bool:
    """Whether the file holds a shape to be meshed, not a mesh."""
    return Path(geometry.file).suffix.lower() in SHAPES


def read_shape(geometry: FileGeometry) -> tuple[list[Part], float]:
    """Import the volumes of a STEP or BREP file into the model, made conforming.

    Returns:
        The volumes, and the unit of the model in nanometres.

    Raises:
        InputError: The file cannot be read, holds no volume, its volumes overlap, or names do not match.
    """
    occ, length = gmsh.model.occ, UNITS[geometry.unit]
    corners = np.array([np.reshape(occ.getBoundingBox(*volume), (2, 3)) for volume in _import(geometry, 1.0)])
    largest, smallest = np.ptp(corners.reshape(-1, 3), axis=0).max(), np.ptp(corners, axis=1).min()
    unit = model_unit(float(largest) * length, float(smallest) * length)
    occ.remove(occ.getEntities(), recursive=True)
    volumes = _import(geometry, length / (NM * unit))
    names = [_label(tag) or f"volume{number}" for number, (_, tag) in enumerate(volumes, start=1)]
    _check_names(geometry, names)
    bounds = [np.reshape(occ.getBoundingBox(*volume), (2, 3)) for volume in volumes]
    fragments = fragment(volumes)
    if len({tag for group in fragments for tag in group}) < sum(len(group) for group in fragments):
        raise InputError(f"volumes of {geometry.file} overlap; cut them in the drawing", key="geometry.file")
    groups = zip(names, fragments, bounds, strict=True)
    return [Part(name, tuple(tags), box) for name, tags, box in groups], unit


def _import(geometry: FileGeometry, scale: float) -> list[tuple[int, int]]:
    """The volumes of a file, with its lengths multiplied by a scale."""
    gmsh.option.setNumber("Geometry.OCCScaling", scale)
    try:
        shapes = gmsh.model.occ.importShapes(geometry.file, format=_occ_format(geometry.file))
    except Exception as error:
        raise InputError(f"cannot read {geometry.file}: {error}", key="geometry.file") from None
    finally:
        gmsh.option.setNumber("Geometry.OCCScaling", 1.0)
    volumes = [(dim, tag) for dim, tag in shapes if dim == 3]
    if not volumes:
        raise InputError(f"{geometry.file} holds no volume; export solids, not surfaces", key="geometry.file")
    gmsh.model.occ.synchronize()
    return volumes


def _occ_format(file: str) -> str:
    return "brep" if file.lower().endswith(".brep") else "step"


def _label(volume: int) -> str:
    """The last part of a volume's label (``Cu`` of ``Shapes/Cu``), empty for OpenCASCADE's own default."""
    label = gmsh.model.getEntityName(3, volume).split("/")[-1]
    return "" if label.startswith("Open CASCADE STEP translator") else label


def read_mesh(
    geometry: FileGeometry, terminals: dict[str, TerminalFace], surfaces: Mapping[str, str] | None = None
) -> RawMesh:
    """Read a mesh with physical groups.

    Args:
        geometry: The file.
        terminals: Terminals by name.
        surfaces: Physical surfaces to keep beside, and the key of the configuration that names each.

    Raises:
        InputError: The file cannot be read, holds no tetrahedra, or its names do not match the configuration.
    """
    reader = _read_gmsh if Path(geometry.file).suffix.lower() == ".msh" else _read_meshio
    points, volumes, groups = reader(geometry.file)
    if not any(len(cells) for cells in volumes.values()):
        raise InputError(
            f"{geometry.file} holds no tetrahedra in a physical volume; give every volume a physical name "
            "(first-order tetrahedra)",
            key="geometry.file",
        )
    _check_names(geometry, volumes)
    regions = {name: tag for tag, name in enumerate(geometry.regions, start=1)}
    cells = np.concatenate([volumes[name] for name in regions])
    tags = np.concatenate([np.full(len(volumes[name]), tag, np.int32) for name, tag in regions.items()])
    points = points * UNITS[geometry.unit]
    faces = {
        name: _terminal(name, terminal, points, (cells, tags), regions, groups)
        for name, terminal in terminals.items()
    }
    kept = {name: _surface(name, key, groups) for name, key in (surfaces or {}).items()}
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
    )


def _read_gmsh(file: str) -> tuple[np.ndarray, Groups, Groups]:
    """Points, tetrahedra by physical volume, triangles by physical surface of a Gmsh file (2.2 or 4.1)."""
    with model():
        try:
            gmsh.merge(file)
        except Exception as error:
            raise InputError(f"cannot read {file}: {error}", key="geometry.file") from None
        tags, coordinates, _ = gmsh.model.mesh.getNodes()
        if not len(tags):
            return np.empty((0, 3)), {}, {}
        position = np.zeros(int(tags.max()) + 1, np.int64)
        position[tags.astype(np.int64)] = np.arange(len(tags))
        return coordinates.reshape(-1, 3), _gmsh_groups(3, position), _gmsh_groups(2, position)


def _gmsh_groups(dim: int, position: np.ndarray) -> Groups:
    """Simplices of every physical group; a group without a name is called by its number."""
    simplex = {2: 2, 3: 4}[dim]
    groups: Groups = {}
    for _, tag in gmsh.model.getPhysicalGroups(dim):
        nodes = [
            gmsh.model.mesh.getElementsByType(simplex, entity)[1].reshape(-1, dim + 1)
            for entity in gmsh.model.getEntitiesForPhysicalGroup(dim, tag)
        ]
        groups[gmsh.model.getPhysicalName(dim, tag) or str(tag)] = position[
            np.concatenate(nodes).astype(np.int64)
        ]
    return groups


def _read_meshio(file: str) -> tuple[np.ndarray, Groups, Groups]:
    """Points, tetrahedra and triangles of a file that meshio reads, by name as in `_meshio_groups`."""
    import meshio

    try:
        mesh = meshio.read(file)
    except (Exception, SystemExit) as error:
        suffix = Path(file).suffix or "none"
        raise InputError(
            f"cannot read {file} (type {suffix}): {error or 'unknown type'}; "
            "give .msh, .step, .brep or a type that meshio reads",
            key="geometry.file",
        ) from None
    return mesh.points, _meshio_groups(mesh, "tetra"), _meshio_groups(mesh, "triangle")


def _meshio_groups(mesh, kind: str) -> Groups:
    """Cells of one kind by the name of their set or physical group, else by their integer cell data."""
    sets = {name: cells[kind] for name, cells in mesh.cell_sets_dict.items() if kind in cells}
    if not sets:
        dim = {"tetra": 3, "triangle": 2}[kind]
        names = {int(tag): name for name, (tag, d) in mesh.field_data.items() if int(d) == dim}
        for data in mesh.cell_data_dict.values():
            if kind in data and np.issubdtype(data[kind].dtype, np.integer) and not sets:
                sets = {
                    names.get(int(t), str(t)): np.flatnonzero(data[kind] == t) for t in np.unique(data[kind])
                }
    cells = mesh.cells_dict.get(kind, np.empty((0, 4 if kind == "tetra" else 3), np.int64))
    return {
        name: cells[members].astype(np.int64)
        for name, members in sets.items()
        if not name.startswith("gmsh:")
    }


def _check_names(geometry: FileGeometry, names: Iterable[str]) -> None:
    """Every volume has a material, and every region is in the file."""
    names = list(dict.fromkeys(names))
    for name in names:
        if name not in geometry.regions:
            raise InputError(
                f"volume {name} of {geometry.file} has no material; add it to regions",
                key=f"geometry.regions.{name}",
            )
    for name in geometry.regions:
        if name not in names:
            raise InputError(
                f"{geometry.file} has no volume {name}; it has {', '.join(names)}",
                key=f"geometry.regions.{name}",
            )


def _surface(name: str, key: str, surfaces: Groups) -> np.ndarray:
    """Triangles of a physical surface."""
    if name not in surfaces:
        known = ", ".join(surfaces) or "none"
        raise InputError(f"no physical surface {name}; the file has {known}", key=key)
    return surfaces[name]


def _terminal(
    name: str,
    terminal: TerminalFace,
    points: np.ndarray,
    tagged_cells: tuple[np.ndarray, np.ndarray],
    regions: dict[str, int],
    surfaces: Groups,
) -> np.ndarray:
    """Triangles of a terminal."""
    key = f"terminals.{name}"
    if terminal.surface is not None:
        return _surface(terminal.surface, f"{key}.surface", surfaces)
    if terminal.region not in regions:
        raise InputError(
            f"no region {terminal.region}; the regions are {', '.join(regions)}", key=f"{key}.region"
        )
    facets, owner = exterior_facets(tagged_cells[0])
    cells = tagged_cells[0][tagged_cells[1] == regions[terminal.region]]
    axis, end = side_of(terminal.face)
    heights = points[cells, axis]
    side = heights.max() if end else heights.min()
    tolerance = 1e-6 * np.ptp(heights)
    mine = tagged_cells[1][owner] == regions[terminal.region]
    flat = np.all(abs(points[facets, axis] - side) < tolerance, axis=1)
    if not np.any(mine & flat):
        raise InputError(
            f"region {terminal.region} has no outer flat face at {terminal.face}; pick another side",
            key=key,
        )
    return facets[mine & flat]
