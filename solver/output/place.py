"""The directory of the results: tried out before the work, and never with files of two runs in it.

``results.json`` comes first: the numbers are safe before anything large is written. All files of earlier
results are removed with it, so that the files beside it belong to it. While the others are being written it
says ``complete: false``. Fields bear the run's number, which ``thermospin plot`` checks.
"""

import contextlib
import json
import os
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from thermospin.errors import InputError
from thermospin.output.files import json_text, replacing, unwritable, write_json
from thermospin.runtime.cache import remove

RESULTS = "results.json"
OLD = 600.0
"""Age above which a file that a killed run was writing is removed, s."""
FORMATS = "png", "pdf", "svg"
"""Suffixes of pictures."""
MOTION = (
    "dynamics.csv",
    "dynamics.json",
    *(f"dynamics.{suffix}" for suffix in FORMATS),
    "dynamics/m_*.vtu",
    "dynamics/*_*.ovf",
    "dynamics/m.pvd",
    "restart.npz",
)
"""Files of a magnetisation in time, as patterns."""
PICTURES = (
    "maps/*",
    "sweep_*",
    "loop_*",
    "points",
    "switching",
    "sensitivity_*",
    "fit",
    "corner",
    "convergence",
    "alternating",
    "noise",
)
"""Pictures, as patterns without the suffix of their format."""
EARLIER = (
    "results.csv",
    "mesh.msh",
    "fields/*/*/order*.vtu",
    "fields/*/*/orders.pvd",
    "fields/*/*/at_*.vtu",
    "maps/*.csv",
    "report.html",
    "sweep.csv",
    "sweep.nc",
    "loop.csv",
    "points.csv",
    "switching.csv",
    "trajectory.csv",
    *MOTION,
    "noise.csv",
    "modes.csv",
    "modes/mode_*.vtu",
    "alternating.csv",
    "alternating/*/*/f*.vtu",
    "sensitivity.json",
    "sensitivity.csv",
    "proposal.csv",
    "fit.json",
    "fitted*.yaml",
    "residuals.csv",
    "samples.csv",
    "convergence.csv",
    *(f"{stem}.{suffix}" for stem in PICTURES for suffix in FORMATS),
)
"""Files of results besides :data:`RESULTS`, as patterns."""
FOLDERS = (
    *("fields/*/*", "fields/*", "fields", "maps", "dynamics", "modes"),
    *("alternating/*/*", "alternating/*", "alternating"),
)
"""Folders of these files, inner ones first."""
LEFTOVERS = ".partial-*", "maps/.partial-*", "fields/*/.partial-*", "fields/*/.earlier-*"
"""Files that a killed run was writing."""


def new_run(source: str) -> dict[str, str]:
    """Identity of a run, which its files bear.

    Args:
        source: The configuration's file, or an empty text.
    """
    return {"id": uuid.uuid4().hex[:12], "source": os.path.abspath(source) if source else ""}


def claim(directory: Path, source: str = "") -> None:
    """Make sure, before anything is solved, that results can be written to a directory.

    Args:
        directory: The directory; it is not left behind if it was not there.
        source: File of the configuration. Results of another file are replaced only where the user chose
            the directory: two files of one name have the same default.

    Raises:
        InputError: The directory cannot be written, or holds the results of another file.
    """
    _try_out(directory)
    if (directory / RESULTS).is_dir():
        raise InputError("cannot write: this is a directory; remove it", file=str(directory / RESULTS))
    other = _earlier(directory).get("source")
    is_default = bool(source) and directory == Path("results") / Path(source).stem
    if is_default and other and Path(other).exists() and not os.path.samefile(other, source):
        raise InputError(
            f"holds the results of {other}; give {source} a directory of its own with -o, or with "
            "'output' in the file",
            file=str(directory),
        )


def remove_motion(directory: Path) -> None:
    """Remove the files of an earlier magnetisation in time, so that nothing goes on from them.

    Args:
        directory: Directory of the results.

    Raises:
        InputError: They cannot be removed.
    """
    _remove(directory, MOTION)


def begin_results(directory: Path, results: dict[str, Any]) -> None:
    """Write ``results.json``, marked as incomplete, in the place of all earlier results.

    Args:
        directory: Directory of the results; made when missing.
        results: The results.

    Raises:
        InputError: The directory cannot be written.
    """
    results["complete"] = False
    with replacing(directory / RESULTS) as aside:
        aside.write_text(json_text(results), encoding="utf-8")
        _clear(directory)


def finish_results(directory: Path, results: dict[str, Any]) -> None:
    """Mark the results as complete.

    Args:
        directory: Directory of the results.
        results: The results.

    Raises:
        InputError: The directory cannot be written.
    """
    results["complete"] = True
    write_json(directory / RESULTS, results)


@contextmanager
def together(directory: Path, results: dict[str, Any]) -> Iterator[None]:
    """Write the numbers first, then the files written inside, then that all is complete.

    Args:
        directory: Directory of the results.
        results: The results; they get a key ``complete``.

    Raises:
        InputError: The directory cannot be written; once the numbers are there, the message says so.
    """
    begin_results(directory, results)
    with numbers_kept(directory):
        yield
        finish_results(directory, results)


@contextmanager
def numbers_kept(directory: Path) -> Iterator[None]:
    """Add to the messages of errors raised inside that the numbers are kept.

    Args:
        directory: Directory of the results.

    Raises:
        InputError: The error raised inside, with the place of the numbers.
    """
    try:
        yield
    except InputError as error:
        message = f"{error.message}; the numbers are in {directory / RESULTS}"
        raise InputError(message, key=error.key, file=error.file) from error


def _try_out(directory: Path) -> None:
    """Write a file to a directory and remove it, and any folders made for it.

    Raises:
        InputError: It cannot be written.
    """
    probe = directory / ".writable"
    try:
        missing = [path for path in (directory, *directory.parents) if not os.path.lexists(path)]
    except ValueError as error:
        raise unwritable(directory, error) from error
    with replacing(probe) as aside:
        aside.write_bytes(b"\0")
    with contextlib.suppress(OSError):
        probe.unlink()
        for path in missing:
            path.rmdir()


def _earlier(directory: Path) -> dict[str, str]:
    """The identity of an earlier run in this directory."""
    try:
        found = json.loads((directory / RESULTS).read_text(encoding="utf-8")).get("run")
    except (OSError, ValueError, AttributeError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _clear(directory: Path) -> None:
    """Remove earlier results; other files stay.

    Raises:
        InputError: They cannot be removed.
    """
    if (directory / RESULTS).exists():
        _remove(directory, EARLIER)
    for path in _found(directory, LEFTOVERS):
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > OLD:
                remove(path)
    for path in _found(directory, FOLDERS):
        with contextlib.suppress(OSError):  # something else is in it
            path.rmdir()


def _remove(directory: Path, patterns: Iterable[str]) -> None:
    """Remove files.

    Raises:
        InputError: One of them cannot be removed.
    """
    for path in _found(directory, patterns):
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise unwritable(path, error) from error


def _found(directory: Path, patterns: Iterable[str]) -> list[Path]:
    return [path for pattern in patterns for path in directory.glob(pattern)]
