"""Named faces of STEP files, told apart by their corners.

OpenCASCADE's import keeps names of volumes, but not those of faces.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

_ENTITY = re.compile(r"#(\d+)\s*=\s*(\w+)\s*\(((?:[^;']|'[^']*')*)\)\s*;")
_TEXT = re.compile(r"'((?:[^']|'')*)'")
_REFERENCE = re.compile(r"#(\d+)")
_NUMBERS = re.compile(r"\(([^()]*)\)")

_WAY = {
    "ADVANCED_FACE": -1,
    "FACE_SURFACE": -1,
    "FACE_BOUND": None,
    "FACE_OUTER_BOUND": None,
    "EDGE_LOOP": None,
    "VERTEX_LOOP": None,
    "ORIENTED_EDGE": None,
    "EDGE_CURVE": -1,
    "VERTEX_POINT": None,
}
"""Entities between a face and its corners, with how many of their references lead there: all but surfaces and
curves, which come last."""
NAMELESS = ("", "NONE")
"""Names that programs give to faces without any."""


def named_faces(file: str) -> dict[str, list[np.ndarray]]:
    """Corners of the faces of every name, in the numbers of the file, shape (n, 3) each.

    Args:
        file: The file.
    """
    text = Path(file).read_text(encoding="latin-1")
    entities = {number: (kind, content) for number, kind, content in _ENTITY.findall(text)}
    found: dict[str, list[np.ndarray]] = {}
    for number, (kind, content) in entities.items():
        name = _TEXT.search(content) if kind in ("ADVANCED_FACE", "FACE_SURFACE") else None
        if name and name[1] not in NAMELESS:
            corners = dict.fromkeys(_corners(number, entities))
            found.setdefault(name[1].replace("''", "'"), []).append(np.array([*corners]).reshape(-1, 3))
    return found


def _corners(number: str, entities: dict[str, tuple[str, str]]) -> Iterator[tuple[float, ...]]:
    """Corners that an entity leads to."""
    kind, content = entities.get(number, ("", ""))
    if kind == "CARTESIAN_POINT":
        numbers = _NUMBERS.search(content)
        if numbers:
            yield tuple(float(part) for part in numbers[1].split(","))
    elif kind in _WAY:
        for other in _REFERENCE.findall(_TEXT.sub("", content))[: _WAY[kind]]:
            yield from _corners(other, entities)
