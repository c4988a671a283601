"""Readers run in a process of their own: a damaged file may end that process, and no more.

The request and the mesh pass through a private directory, as plain arrays and JSON.
"""

import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from thermospin.errors import InputError
from thermospin.meshes.readers.foreign import ForeignMesh
from thermospin.meshes.readers.types import WITH_ARRAYS, check_header, file_type, reader_of

PATIENCE, PACE = 120.0, 5e5
"""Time that a reader may take for any file, s, and the bytes that it must read in every second beyond."""

ROOM, SHARE = 16 * 2**30, 100
"""Address space that a reader may take, bytes, and bytes more for every byte of the file."""

LIBRARY = {"gmsh": "Gmsh", "vtk": "VTK", "meshio": "meshio", "drawing": "OpenCASCADE"}


def read_isolated(file: str, wanted: Collection[str], cell_data: str | None) -> ForeignMesh:
    """Read a mesh.

    Args:
        file: The file.
        wanted: Names of the regions: where several arrays could hold them, the one with these values does.
        cell_data: Name of the array that holds the regions.

    Raises:
        InputError: The file is not of the type that it claims, is damaged, or its regions are ambiguous.
    """
    check_header(file)
    if cell_data is not None and file_type(file) not in WITH_ARRAYS:
        raise InputError(
            f"{file} has groups, not arrays on cells ({', '.join(WITH_ARRAYS)} have); remove cell_data",
            key="geometry.cell_data",
        )
    with _answered(file, wanted=list(wanted), cell_data=cell_data) as directory:
        return ForeignMesh.load(directory)


def check_drawing(file: str) -> None:
    """Make sure that OpenCASCADE can import a drawing; the import may crash.

    Args:
        file: The file.

    Raises:
        InputError: The file is not of the type that it claims, is damaged, or holds no volume.
    """
    check_header(file)
    with _answered(file):
        pass


@contextmanager
def _answered(file: str, **request: Any) -> Iterator[Path]:
    """The directory with a reader's answer about a file.

    Raises:
        InputError: It found a mistake, or did not survive.
    """
    suffix = file_type(file)
    library = LIBRARY[reader_of(suffix)]
    with _private_directory() as directory:
        link = directory / f"mesh{suffix}"  # no options file lies beside this name, which Gmsh would run
        link.symlink_to(Path(file).absolute())
        request |= {"file": str(Path(file).absolute()), "link": str(link)}
        (directory / "request.json").write_text(json.dumps(request), encoding="utf-8")
        _run(directory, file, library)
        answer = json.loads((directory / "answer.json").read_text(encoding="utf-8"))
        if answer["error"]:
            raise InputError(f"cannot read {file} ({library}): {answer['error']}", key=answer["key"])
        yield directory


@contextmanager
def _private_directory() -> Iterator[Path]:
    """A directory for one request, gone afterwards.

    Raises:
        InputError: There is nowhere to make one.
    """
    try:
        made = tempfile.TemporaryDirectory(prefix="thermospin-read-")
    except OSError as error:
        raise InputError(
            f"reading a mesh needs a temporary directory, and there is none ({error.strerror}); set TMPDIR",
            key="geometry.file",
        ) from None
    with made as name:
        yield Path(name)


def _run(directory: Path, file: str, library: str) -> None:
    """Run this module on the request in a directory.

    Raises:
        InputError: It crashes, or takes too long.
    """
    limit = PATIENCE + Path(file).stat().st_size / PACE
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "thermospin.meshes.readers.isolated", str(directory)],
            cwd=directory,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=limit,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise InputError(
            f"cannot read {file}: {library} takes longer than {limit:.0f} s; is the file damaged?",
            key="geometry.file",
        ) from None
    if done.returncode or not (directory / "answer.json").exists():
        raise InputError(
            f"cannot read {file}: {library} crashed on it (code {done.returncode}); the file is damaged, or "
            "memory ran out",
            key="geometry.file",
        )


def main(directory: Path) -> None:
    """Answer the request in a directory.

    Args:
        directory: The directory.
    """
    from importlib import import_module

    from thermospin.meshes.readers.foreign import UnreadableError, check_numbers

    request = json.loads((directory / "request.json").read_text(encoding="utf-8"))
    memory = ROOM + SHARE * Path(request["link"]).stat().st_size
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    reader = import_module(f"thermospin.meshes.readers.by_{reader_of(file_type(request['link']))}")
    error, key = "", "geometry.file"
    try:
        mesh = reader.read(request)
        if mesh is not None:
            check_numbers(mesh)
            mesh.save(directory)
    except UnreadableError as caught:
        error, key = str(caught), getattr(caught, "key", key)
    except (Exception, SystemExit) as caught:
        words = " ".join(str(caught).replace(request["link"], request["file"]).split())
        kind = "" if type(caught) is Exception else f" ({type(caught).__name__})"
        error = f"{words[:200]}{kind}; export the mesh again"
    (directory / "answer.json").write_text(json.dumps({"error": error, "key": key}), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
