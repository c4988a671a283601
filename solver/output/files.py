"""Writing files so that a killed run leaves nothing half-written under a final name."""

import csv
import json
import math
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from thermospin.errors import InputError
from thermospin.output.layout import check_version
from thermospin.runtime.cache import reason_of, renamed


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Write a file aside and move it to its name once it is complete.

    Args:
        path: Final name; missing folders are made.

    Yields:
        The name to write to, in the same folder and with the same suffix.

    Raises:
        InputError: The file cannot be written.
    """
    _make_folder(path.parent)
    try:
        with renamed(_aside(path), path) as aside:
            yield aside
    except OSError as error:
        raise unwritable(path, error) from error


@contextmanager
def replacing_directory(path: Path) -> Iterator[Path]:
    """Fill a directory aside and put it in the place of an earlier one once it is complete.

    Args:
        path: Final name of the directory; its earlier content is deleted.

    Yields:
        The empty directory to fill.

    Raises:
        InputError: The directory cannot be written.
    """
    aside, earlier = _aside(path), _aside(path, "earlier")
    shutil.rmtree(aside, ignore_errors=True)
    _make_folder(aside)
    try:
        yield aside
        if path.exists():
            os.replace(path, earlier)
        os.replace(aside, path)
    except OSError as error:
        raise unwritable(path, error) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)
        shutil.rmtree(earlier, ignore_errors=True)


def write_text(path: Path, text: str) -> None:
    """Write a text file in UTF-8, whole or not at all.

    Args:
        path: The file.
        text: Its content.
    """
    with replacing(path) as aside:
        aside.write_text(text, encoding="utf-8")


def write_json(path: Path, data: Any) -> None:
    """Write JSON, whole or not at all; numpy values become numbers and lists, NaN and infinity ``null``.

    Args:
        path: The file.
        data: Its content.
    """
    write_text(path, json_text(data))


def json_text(data: Any) -> str:
    """Data as JSON; numpy values become numbers and lists, NaN and infinity ``null``.

    Args:
        data: The data.
    """
    return json.dumps(_plain(data), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a CSV file with a header, whole or not at all; None and NaN leave a cell empty.

    Args:
        path: The file.
        header: Names of the columns.
        rows: The rows.
    """
    with replacing(path) as aside, aside.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows([_plain(value) for value in row] for row in rows)


def read_results(directory: Path) -> dict[str, Any]:
    """Read ``results.json`` of a finished run.

    Args:
        directory: Directory of the results.

    Returns:
        Content of the file.

    Raises:
        InputError: There is none, or no run wrote it.
    """
    path = directory / "results.json"
    try:
        results = json.loads(path.read_text(encoding="utf-8"))
    except OSError:
        raise InputError(
            "there are no results here; give the directory of a finished run", file=str(path)
        ) from None
    except ValueError:
        results = None
    if not isinstance(results, dict):
        raise InputError("these are not the results of a run; run it again", file=str(path))
    check_version(results, str(path))
    return results


def _aside(path: Path, kind: str = "partial") -> Path:
    return path.with_name(f".{kind}-{os.getpid()}-{path.name}")


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        raise unwritable(path, error) from error


def unwritable(path: Path, error: OSError | ValueError) -> InputError:
    """Error to raise where a file or a directory cannot be written.

    Args:
        path: The file or directory.
        error: The error of the system.
    """
    return InputError(f"cannot write: {reason_of(error)}", file=str(path).replace("\0", "\\0"))


def _plain(data: Any) -> Any:
    match data:
        case dict():
            return {str(key): _plain(value) for key, value in data.items()}
        case list() | tuple():
            return [_plain(value) for value in data]
        case np.ndarray() | np.generic():
            return _plain(data.tolist())
        case float():
            return data if math.isfinite(data) else None
        case Path():
            return str(data)
    return data
