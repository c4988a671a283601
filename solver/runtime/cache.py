"""The user's cache: it may be missing, full, read-only, shared or damaged; the program then works without it.

Its entries carry checksums. A damaged entry counts as a missing one.
"""

import atexit
import functools
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from thermospin.runtime.console import complain

CHECKSUM = "checksum"
"""Key of the checksum in a file of :func:`write_checked`."""


def cache_home() -> Path:
    """The directory of all caches: ``$XDG_CACHE_HOME``, else ``~/.cache``."""
    given = os.environ.get("XDG_CACHE_HOME")
    return Path(given) if given else Path(os.path.expanduser("~")) / ".cache"


def temporary_directory(purpose: str) -> Path:
    """A new directory that is removed when this process ends.

    Args:
        purpose: A word for its name.

    Raises:
        OSError: There is no place for temporary files.
    """
    directory = Path(tempfile.mkdtemp(prefix=f"thermospin-{purpose}-"))
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    return directory


@functools.cache
def say_not_kept(what: str, place: Path, reason: str) -> None:
    """Say once that the cache cannot be written.

    Args:
        what: The things that are not kept, in the plural.
        place: Directory where they would be kept.
        reason: The reason in the words of the system.
    """
    complain(f"warning: {what} cannot be kept in {place}: {reason}; the next run makes them again")


def reason_of(error: Exception) -> str:
    """Reason of an error in the words of the system, without the file.

    Args:
        error: The error.
    """
    return getattr(error, "strerror", None) or " ".join(str(error).split()) or type(error).__name__


def file_digest(path: Path) -> str:
    """SHA-256 of a file.

    Args:
        path: The file.

    Raises:
        OSError: The file cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digests(directory: Path) -> dict[str, str]:
    """SHA-256 of every file of an entry, by name; hidden files are left out.

    Args:
        directory: The entry.
    """
    paths = sorted(path for path in directory.iterdir() if path.is_file() and path.name[0] != ".")
    return {path.name: file_digest(path) for path in paths}


def is_intact(directory: Path, files: dict[str, str]) -> bool:
    """Whether the files of an entry are all there and unchanged.

    Args:
        directory: The entry.
        files: Their SHA-256 from :func:`digests`.
    """
    try:
        return all(file_digest(directory / name) == digest for name, digest in files.items())
    except OSError:
        return False


@contextmanager
def renamed(aside: Path, path: Path) -> Iterator[Path]:
    """Write a file under another name; it gets its own once it is complete, and is gone otherwise.

    Args:
        aside: The other name, in the same folder.
        path: The final name.

    Yields:
        The other name.

    Raises:
        OSError: The file cannot be written.
    """
    try:
        yield aside
        os.replace(aside, path)
    finally:
        with suppress(OSError):
            aside.unlink(missing_ok=True)


def keep_first(aside: Path, path: Path, is_whole: Callable[[Path], bool]) -> None:
    """Give a directory its final name, unless another run was faster; a damaged one there is removed.

    Args:
        aside: The directory.
        path: Its final name.
        is_whole: Whether a directory of that name is undamaged.

    Raises:
        OSError: It cannot be renamed.
    """
    if os.path.lexists(path) and not is_whole(path):
        remove(path)
    try:
        os.replace(aside, path)
    except OSError:
        if not is_whole(path):
            raise


def write_checked(path: Path, content: Any) -> None:
    """Write JSON with its own checksum, whole or not at all.

    Args:
        path: The file.
        content: Plain data.

    Raises:
        OSError: The file cannot be written.
    """
    with renamed(path.with_name(f".{os.getpid()}-{path.name}"), path) as aside:
        aside.write_text(json.dumps({CHECKSUM: _checksum(content), "content": content}, indent=1) + "\n")


def read_checked(path: Path) -> Any:
    """Content of a file of :func:`write_checked`; None where it is missing or damaged.

    Args:
        path: The file.
    """
    try:
        data = json.loads(path.read_bytes())
        return data["content"] if data[CHECKSUM] == _checksum(data["content"]) else None
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def remove(path: Path) -> None:
    """Remove a file or a directory, as far as the system allows.

    Args:
        path: The file or directory.
    """
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
        return
    try:
        path.unlink(missing_ok=True)
    except OSError:
        pass


def _checksum(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
