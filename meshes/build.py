"""From geometry to a mesh on disk, made once and kept by content."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from thermospin.errors import InputError
from thermospin.meshes.conformity import FLAT
from thermospin.meshes.geometry import FileGeometry, Geometry
from thermospin.meshes.layouts.geometry import LayoutGeometry
from thermospin.meshes.numbering import renumber
from thermospin.meshes.options import MeshOptions
from thermospin.meshes.placement import check_terminals
from thermospin.meshes.plan import Plan, check_size
from thermospin.meshes.quality import cell_quality
from thermospin.meshes.readers import companions, file_type
from thermospin.meshes.record import MeshRecord, RawMesh
from thermospin.meshes.solids import SolidsGeometry
from thermospin.meshes.store import find_record, keep_record
from thermospin.meshes.terminals import TerminalFace

if TYPE_CHECKING:
    from thermospin.meshes.films import Film
    from thermospin.meshes.squeeze import Factors

FORMAT = 5
"""Raised when the same input would give another mesh, so that cached ones are made again."""


def build_mesh(
    geometry: Geometry,
    options: MeshOptions,
    terminals: Mapping[str, TerminalFace],
    magnetic: frozenset[str],
    insulating: frozenset[str] = frozenset(),
    cache_dir: Path | str | None = None,
    surfaces: Mapping[str, str] | None = None,
    inspect: Callable[[Plan], None] | None = None,
) -> MeshRecord:
    """Make the mesh of a device, or find it in the cache.

    Args:
        geometry: Template, solids or file.
        options: Element sizes; they do not apply to a file that is already a mesh.
        terminals: Terminals by name; without any, the geometry's own.
        magnetic: Regions of ferromagnets.
        insulating: Regions without electrons; their faces with ferromagnets need no fine elements.
        cache_dir: Where meshes are kept; default ``$XDG_CACHE_HOME/thermospin/meshes``.
        surfaces: Physical surfaces to keep, by name, and the key of the configuration that names each.
        inspect: Called with what is known before volumes are meshed; an error that it raises ends the work.

    Raises:
        InputError: The geometry, the options, a terminal or a surface cannot be realised, or terminals
            overlap or lie inside the device.
    """
    surfaces = dict(surfaces or {})
    _check_regions(geometry, options)
    _check_columns(geometry, options)
    digest = mesh_hash(geometry, options, terminals, magnetic, insulating, surfaces=surfaces)
    terminals = dict(terminals) or geometry.terminals
    record = find_record(digest, cache_dir)
    if record is None:
        mesh = _mesh(geometry, options, terminals, magnetic, insulating, surfaces, inspect)
        if not options.columns:  # stretched by design
            _check_quality(mesh)
        check_terminals(mesh)
        record = keep_record(mesh, geometry.materials, digest, cache_dir, _cut_off(mesh, geometry, options))
    return record


def _mesh(
    geometry: Geometry,
    options: MeshOptions,
    terminals: dict[str, TerminalFace],
    magnetic: frozenset[str],
    insulating: frozenset[str],
    surfaces: dict[str, str],
    inspect: Callable[[Plan], None] | None,
) -> RawMesh:
    """The mesh in memory, renumbered."""
    from thermospin.meshes import drawings, imports, occ
    from thermospin.meshes.columns.mesh import column_mesh

    if isinstance(geometry, FileGeometry) and not drawings.is_shape(geometry):
        mesh = imports.read_mesh(geometry, terminals, surfaces)
        try:
            return renumber(mesh)
        except ValueError as error:
            raise InputError(
                f"{geometry.file} does not fit together: {error}; repair the mesh", key="geometry.file"
            ) from None
    for key in surfaces.values():
        raise InputError(
            "only a mesh of your own has physical surfaces; name regions with 'between', and split a region "
            "in two where a part of its face resists",
            key=key,
        )
    if options.columns:
        mesh = column_mesh(
            geometry.resolved, options.columns, options.refinement, terminals, magnetic, insulating
        )
        counts = np.bincount(mesh.cell_tags)
        check_size({name: int(counts[tag]) for name, tag in mesh.regions.items()}, options)
        notes = geometry.device.notes if isinstance(geometry, LayoutGeometry) else ()
        return renumber(replace(mesh, notes=notes))
    with occ.model():
        return _meshed(geometry, options, terminals, magnetic, insulating, inspect)


def _cut_off(mesh: RawMesh, geometry: Geometry, options: MeshOptions) -> float:
    """The part of cylinders that flat walls cut off; nothing where these are polygons of the same area."""
    from thermospin.meshes.refinement.walls import cut_off

    solids = getattr(geometry, "resolved", None)
    if options.columns or not isinstance(solids, SolidsGeometry):
        return 0.0
    return cut_off(mesh, solids.cylinders)


def _meshed(
    geometry: Geometry,
    options: MeshOptions,
    terminals: dict[str, TerminalFace],
    magnetic: frozenset[str],
    insulating: frozenset[str],
    inspect: Callable[[Plan], None] | None,
) -> RawMesh:
    """The mesh of the volumes of solids or of a shape, renumbered."""
    from thermospin.meshes import drawings, occ, sizes
    from thermospin.meshes.drawn_faces import named_terminals
    from thermospin.meshes.estimate import estimate_cells
    from thermospin.meshes.films import layered
    from thermospin.meshes.squeeze import scaled, squeeze_factors, squeezed
    from thermospin.meshes.structured import set_columns
    from thermospin.meshes.tetrahedra import terminal_faces
    from thermospin.meshes.volumes import find_pieces

    if isinstance(geometry, FileGeometry):
        parts, unit = drawings.read_shape(geometry)
        factors, columns = (unit, unit, unit), None
    else:
        factors, columns = squeeze_factors(geometry.resolved), geometry.resolved.columns
        parts = occ.build(squeezed(geometry.resolved, factors))
    options = scaled(options, factors[2])
    films = layered(parts, options)
    named = {name: face.surface for name, face in terminals.items() if face.surface is not None}
    drawn = named if isinstance(geometry, FileGeometry) else {}
    faces = terminal_faces(films, {name: face for name, face in terminals.items() if name not in drawn})
    if drawn:
        volumes = [tag for film in films for tag in film.volumes]
        faces |= named_terminals(geometry, drawn, volumes, unit)
    faces = {name: faces[name] for name in terminals}
    common = sizes.common_faces(films)
    pairs = options.interfaces or geometry.interfaces
    if pairs is None:
        pairs = _spin_interfaces(common, geometry.materials, magnetic, insulating)
    sources = sizes.size_sources(films, sizes.faces_between(common, pairs), options)
    cells = estimate_cells(parts, films, sources, options, columns)
    plan = Plan(find_pieces(films, faces), cells)
    if inspect:
        inspect(plan)
    check_size(plan.cells, options)
    sizes.set_sizes(films, sources, options)
    if columns:
        set_columns(*columns)
    colours = {part.region: part.colour for part in parts if part.colour}
    return renumber(replace(_filled(films, faces, factors), colours=colours))


def _filled(films: "list[Film]", faces: dict[str, list[int]], factors: "Factors") -> RawMesh:
    """The model's volumes filled with tetrahedra, by a second algorithm where those of the first are flat."""
    from thermospin.meshes import tetrahedra
    from thermospin.meshes.squeeze import stretched

    try:
        tetrahedra.generate()
        mesh = stretched(tetrahedra.extract(films, faces), factors)
        if cell_quality(mesh.points, mesh.cells).min() >= FLAT:
            return mesh
    except InputError:
        pass
    tetrahedra.generate(tetrahedra.DELAUNAY)
    return stretched(tetrahedra.extract(films, faces), factors)


def _spin_interfaces(
    common: Iterable[frozenset[str]],
    materials: dict[str, str],
    magnetic: frozenset[str],
    insulating: frozenset[str],
) -> list[tuple[str, str]]:
    """The touching pairs of conductors of different materials with at least one magnet."""
    pairs = [tuple(sorted(pair)) for pair in common if pair & magnetic and not pair & insulating]
    return sorted((a, b) for a, b in pairs if materials[a] != materials[b])


def _check_regions(geometry: Geometry, options: MeshOptions) -> None:
    """Refuse names that are not regions."""
    named = {f"mesh.region_max_size.{name}": name for name in options.region_max_size}
    if options.columns:
        named |= {f"mesh.columns.outline_levels.{name}": name for name in options.columns.outline_levels}
    for i, pair in enumerate(options.interfaces or ()):
        named |= {f"mesh.interfaces[{i}][{j}]": name for j, name in enumerate(pair)}
    for key, name in named.items():
        if name not in geometry.materials:
            raise InputError(
                f"there is no region {name}; the regions are {', '.join(geometry.materials)}", key=key
            )


def _check_columns(geometry: Geometry, options: MeshOptions) -> None:
    """Refuse columns of devices that may not be made of films, and sizes without effect on columns."""
    if not options.columns:
        return
    if isinstance(geometry, FileGeometry):
        raise InputError("columns need solids or a template, not a file; remove the key", key="mesh.columns")
    if isinstance(geometry, SolidsGeometry):
        sizes = {f"solids[{i}].max_size": solid.max_size for i, solid in enumerate(geometry.solids)}
        sizes |= {"columns": geometry.columns, "lateral_aspect": geometry.lateral_aspect > 1}
        for key in (key for key, value in sizes.items() if value):
            raise InputError("has no effect with mesh.columns; remove one of the two", key=f"geometry.{key}")


def mesh_hash(
    geometry: Geometry,
    options: MeshOptions,
    terminals: Mapping[str, TerminalFace],
    magnetic: frozenset[str],
    insulating: frozenset[str] = frozenset(),
    surfaces: Mapping[str, str] | None = None,
) -> str:
    """Digest of everything that determines the mesh of :func:`build_mesh`, the content of a file included.

    Args:
        geometry: Template, solids or file.
        options: Element sizes.
        terminals: Terminals by name; without any, the geometry's own.
        magnetic: Regions of ferromagnets.
        insulating: Regions without electrons.
        surfaces: Physical surfaces to keep, by name, and the key of the configuration that names each.

    Raises:
        InputError: The file cannot be read.
    """
    terminals = dict(terminals) or geometry.terminals
    is_file = isinstance(geometry, FileGeometry)
    content = {
        "format": FORMAT,
        "gmsh": version("gmsh"),
        "geometry": geometry.model_dump(exclude={"file"}) if is_file else geometry.resolved.model_dump(),
        "interfaces": geometry.interfaces,
        "options": options.model_dump(exclude={"max_elements"}),
        "terminals": {name: terminal.rule for name, terminal in terminals.items()},
        "magnetic": sorted(magnetic),
        "insulating": sorted(insulating),
    } | ({"surfaces": list(surfaces)} if surfaces else {})
    digest = hashlib.sha256(json.dumps(content).encode())
    if is_file:
        try:
            digest.update(file_type(geometry.file).encode())
            for path in (Path(geometry.file), *companions(geometry.file)):
                digest.update(path.read_bytes())
        except OSError as error:
            raise InputError(f"cannot read {geometry.file}: {error.strerror}", key="geometry.file") from None
    return digest.hexdigest()[:16]


def _check_quality(mesh: RawMesh) -> None:
    """Refuse a mesh with a flat tetrahedron: its matrix would be infinite, whatever the materials.

    Raises:
        InputError: A tetrahedron has no volume.
    """
    quality = cell_quality(mesh.points, mesh.cells)
    worst = int(quality.argmin())
    if quality[worst] < FLAT:
        region = {tag: name for name, tag in mesh.regions.items()}[int(mesh.cell_tags[worst])]
        x, y, z = mesh.points[mesh.cells[worst]].mean(axis=0) * 1e9
        raise InputError(
            f"a tetrahedron of region '{region}' at ({x:.1f}, {y:.1f}, {z:.1f}) nm is flat; change "
            "mesh.refinement or mesh.film_aspect a little, or repair your mesh",
            key="mesh",
        )
