"""Records of meshes in the cache of the user, or beside it where that cannot be written."""

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from thermospin.errors import InputError
from thermospin.meshes.ordering import facet_cells, facet_neighbours
from thermospin.meshes.quality import cell_quality, summarise
from thermospin.meshes.record import ARRAYS, SUMMARY, MeshRecord, RawMesh
from thermospin.runtime.cache import cache_home, keep_first, reason_of, say_not_kept, temporary_directory

_unkept: dict[str, Path] = {}
"""Records that the cache does not hold, by their hash: they last as long as this process."""


def find_record(digest: str, cache_dir: Path | str | None = None) -> MeshRecord | None:
    """A record by its hash; None where there is none, or one that is damaged.

    Args:
        digest: The hash.
        cache_dir: Where meshes are kept; default ``$XDG_CACHE_HOME/thermospin/meshes``.
    """
    return MeshRecord.find(_unkept.get(digest, _directory(digest, cache_dir)))


def keep_record(
    mesh: RawMesh,
    materials: Mapping[str, str],
    digest: str,
    cache_dir: Path | str | None = None,
    cut_off: float = 0.0,
) -> MeshRecord:
    """Write a record to the cache or, where that cannot be written, to a temporary directory.

    Args:
        mesh: The mesh, in the order of `thermospin.meshes.ordering`.
        materials: Material of every region.
        digest: The hash.
        cache_dir: As for :func:`find_record`.
        cut_off: What flat walls cut off of cylinders (:class:`.MeshRecord`).

    Raises:
        InputError: There is no place for it.
    """
    directory = _directory(digest, cache_dir)
    try:
        _install(mesh, materials, digest, directory, cut_off)
    except OSError as error:
        say_not_kept("meshes", directory.parent, reason_of(error))
        try:
            directory = temporary_directory("mesh") / digest
            _install(mesh, materials, digest, directory, cut_off)
        except OSError as second:
            raise _nowhere(second) from None
        _unkept[digest] = directory
    return MeshRecord.load(directory)


def writable_copy(record: MeshRecord, error: OSError) -> MeshRecord:
    """A copy of a record in a temporary directory, which takes its place in this process.

    Args:
        record: A record in a cache that cannot be written.
        error: Why not.

    Raises:
        InputError: There is no place for it.
    """
    say_not_kept("meshes", record.directory.parent, reason_of(error))
    try:
        directory = temporary_directory("mesh") / record.hash
        directory.mkdir()
        for name in (*record.files, SUMMARY):
            shutil.copyfile(record.directory / name, directory / name)
    except OSError as second:
        raise _nowhere(second) from None
    _unkept[record.hash] = directory
    return MeshRecord.load(directory)


def _default_cache() -> Path:
    """The user's cache of meshes."""
    return cache_home() / "thermospin" / "meshes"


def _directory(digest: str, cache_dir: Path | str | None) -> Path:
    return (Path(cache_dir) if cache_dir else _default_cache()) / digest


def _nowhere(error: OSError) -> InputError:
    return InputError(
        f"the mesh cannot be written to {_default_cache()} nor to {tempfile.gettempdir()}: {reason_of(error)}"
        "; make room there"
    )


def _install(
    mesh: RawMesh, materials: Mapping[str, str], digest: str, directory: Path, cut_off: float
) -> None:
    """Write the record aside and rename it, so that a killed or doubled run leaves no broken one."""
    from thermospin.meshes.msh import write_msh

    directory.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f".{digest}-", dir=directory.parent))
    try:
        for name, array in ({name: getattr(mesh, name) for name in ARRAYS} | mesh.cell_arrays).items():
            np.save(aside / f"{name}.npy", array)
        np.save(aside / "facet_cells.npy", facet_cells(mesh.facets, mesh.cells))
        np.save(aside / "neighbours.npy", facet_neighbours(mesh.cells))
        write_msh(mesh, aside / "mesh.msh")
        MeshRecord(
            directory=aside,
            hash=digest,
            regions=mesh.regions,
            materials={name: materials[name] for name in mesh.regions},
            terminals=mesh.terminals,
            cells=len(mesh.cells),
            points=len(mesh.points),
            facets=len(mesh.facets),
            quality=summarise(cell_quality(mesh.points, mesh.cells)),
            surfaces=mesh.surfaces,
            notes=list(mesh.notes),
            colours=mesh.colours,
            cut_off=cut_off,
        ).write_summary()
        aside.chmod(0o755)
        keep_first(aside, directory, lambda place: MeshRecord.find(place) is not None)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
