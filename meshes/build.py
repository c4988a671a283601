"""From geometry to a mesh on disk, made once and kept by content."""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path

import numpy as np

from thermospin.errors import InputError
from thermospin.meshes.geometry import FileGeometry, Geometry
from thermospin.meshes.numbering import renumber
from thermospin.meshes.options import MeshOptions
from thermospin.meshes.ordering import facet_cells, facet_neighbours
from thermospin.meshes.quality import cell_quality, summarise
from thermospin.meshes.record import ARRAYS, MeshRecord, RawMesh
from thermospin.meshes.solids import SolidsGeometry
from thermospin.meshes.terminals import TerminalFace

FORMAT = 2
"""Raised when the same input would give another mesh, so that cached ones are made again."""


FLAT = 1e-6
"""Quality below which a tetrahedron has no volume worth the name."""


def build_mesh(
    geometry: Geometry,
    options: MeshOptions,
    terminals: Mapping[str, TerminalFace],
    magnetic: frozenset[str],
    insulating: frozenset[str] = frozenset(),
    cache_dir: Path | str | None = None,
    surfaces: Mapping[str, str] | None = None,
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

    Raises:
        InputError: The geometry, the options, a terminal or a surface cannot be realised.
    """
    surfaces = dict(surfaces or {})
    _check_regions(geometry, options)
    _check_columns(geometry, options)
    digest = mesh_hash(geometry, options, terminals, magnetic, insulating, surfaces=surfaces)
    terminals = dict(terminals) or geometry.terminals
    directory = (Path(cache_dir) if cache_dir else _default_cache()) / digest
    if not (directory / "mesh.json").exists():
        mesh = _mesh(geometry, options, terminals, magnetic, insulating, surfaces)
        if not options.columns:
            _check_quality(mesh)
        _install(mesh, geometry, digest, directory)
    return MeshRecord.load(directory)


def _mesh(
    geometry: Geometry,
    options: MeshOptions,
    terminals: dict[str, TerminalFace],
    magnetic: frozenset[str],
    insulating: frozenset[str],
    surfaces: dict[str, str],
) -> RawMesh:
    """The mesh in memory, renumbered."""
    from thermospin.meshes import imports, occ, sizes, tetrahedra
    from thermospin.meshes.columns.mesh import column_mesh
    from thermospin.meshes.films import layered
    from thermospin.meshes.squeeze import squeeze_factors, squeezed, stretched
    from thermospin.meshes.structured import set_columns

    if isinstance(geometry, FileGeometry) and not imports.is_shape(geometry):
        mesh = imports.read_mesh(geometry, terminals, surfaces)
        try:
            return renumber(mesh)
        except ValueError as error:
            raise InputError(
                f"{geometry.file} does not fit together: {error}; mend the mesh", key="geometry.file"
            ) from None
    for key in surfaces.values():
        raise InputError(
            "only a mesh of your own has physical surfaces; name regions with 'between', and split a region "
            "in two where a part of its face resists",
            key=key,
        )
    if options.columns:
        return renumber(
            column_mesh(
                geometry.resolved, options.columns, options.refinement, terminals, magnetic, insulating
            )
        )
    with occ.model():
        if isinstance(geometry, FileGeometry):
            parts, factors, columns = imports.read_shape(geometry), (1.0, 1.0), None
        else:
            factors, columns = squeeze_factors(geometry.resolved), geometry.resolved.columns
            parts = occ.build(squeezed(geometry.resolved, factors))
        films = layered(parts, options)
        faces = tetrahedra.terminal_faces(films, terminals)
        common = sizes.common_faces(films)
        pairs = options.interfaces or geometry.interfaces
        if pairs is None:
            pairs = _spin_interfaces(common, geometry.materials, magnetic, insulating)
        sizes.set_sizes(films, sizes.faces_between(common, pairs), options)
        if columns:
            set_columns(*columns)
        tetrahedra.generate()
        return renumber(stretched(tetrahedra.extract(films, faces), factors))


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
    for i, pair in enumerate(options.interfaces or ()):
        named |= {f"mesh.interfaces[{i}][{j}]": name for j, name in enumerate(pair)}
    for key, name in named.items():
        if name not in geometry.materials:
            raise InputError(f"no region {name}; the regions are {', '.join(geometry.materials)}", key=key)


def _check_columns(geometry: Geometry, options: MeshOptions) -> None:
    """Refuse columns of what may not be made of films, and sizes of solids that say nothing to them."""
    if not options.columns:
        return
    if isinstance(geometry, FileGeometry):
        raise InputError("columns need solids or a template, not a file; remove the key", key="mesh.columns")
    if isinstance(geometry, SolidsGeometry):
        sizes = {f"solids[{i}].max_size": solid.max_size for i, solid in enumerate(geometry.solids)}
        sizes |= {"columns": geometry.columns, "lateral_aspect": geometry.lateral_aspect > 1}
        for key in (key for key, value in sizes.items() if value):
            raise InputError("says nothing beside mesh.columns; remove one of the two", key=f"geometry.{key}")


def mesh_hash(
    geometry: Geometry,
    options: MeshOptions,
    terminals: Mapping[str, TerminalFace],
    magnetic: frozenset[str],
    insulating: frozenset[str] = frozenset(),
    surfaces: Mapping[str, str] | None = None,
) -> str:
    """Digest of everything that determines the mesh of :func:`build_mesh`, the content of a file included.

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
        "options": options.model_dump(),
        "terminals": {name: terminal.rule for name, terminal in terminals.items()},
        "magnetic": sorted(magnetic),
        "insulating": sorted(insulating),
    } | ({"surfaces": list(surfaces)} if surfaces else {})
    digest = hashlib.sha256(json.dumps(content).encode())
    if is_file:
        try:
            digest.update(Path(geometry.file).suffix.lower().encode())
            digest.update(Path(geometry.file).read_bytes())
        except OSError as error:
            raise InputError(f"cannot read {geometry.file}: {error.strerror}", key="geometry.file") from None
    return digest.hexdigest()[:16]


def _default_cache() -> Path:
    """The user's cache of meshes."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "thermospin" / "meshes"


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
            "mesh.refinement or mesh.film_aspect a little, or mend your mesh",
            key="mesh",
        )


def _install(mesh: RawMesh, geometry: Geometry, digest: str, directory: Path) -> None:
    """Write the record aside and rename it, so that a killed or doubled run leaves no broken one."""
    from thermospin.meshes.msh import write_msh

    directory.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f".{digest}-", dir=directory.parent))
    try:
        for name in ARRAYS:
            np.save(aside / f"{name}.npy", getattr(mesh, name))
        np.save(aside / "facet_cells.npy", facet_cells(mesh.facets, mesh.cells))
        np.save(aside / "neighbours.npy", facet_neighbours(mesh.cells))
        write_msh(mesh, aside / "mesh.msh")
        MeshRecord(
            directory=aside,
            hash=digest,
            regions=mesh.regions,
            materials={name: geometry.materials[name] for name in mesh.regions},
            terminals=mesh.terminals,
            cells=len(mesh.cells),
            points=len(mesh.points),
            facets=len(mesh.facets),
            quality=summarise(cell_quality(mesh.points, mesh.cells)),
            surfaces=mesh.surfaces,
        ).write_summary()
        aside.chmod(0o755)
        _rename(aside, directory)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _rename(aside: Path, directory: Path) -> None:
    """Give the record its name, unless another run was faster; what is left of a damaged record goes."""
    if directory.exists() and not (directory / "mesh.json").exists():
        shutil.rmtree(directory)
    try:
        os.replace(aside, directory)
    except OSError:
        if not (directory / "mesh.json").exists():
            raise
