"""Files of OVF 2.0, as OOMMF, mumax³ and Ubermag write and read them: vectors on a regular grid."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from thermospin.errors import InputError

Representation = Literal["text", "binary 4", "binary 8"]
CHECKS = {"binary 4": (1234567.0, "<f4"), "binary 8": (123456789012345.0, "<f8")}
"""First number of binary data, which tells the order of bytes, and the type of all."""
AXES = "x", "y", "z"


@dataclass(frozen=True)
class VectorGrid:
    """Vectors, or numbers, at the centres of the cells of a regular grid.

    Attributes:
        vectors: Values, (nx, ny, nz, 3); written ones may have any number of components.
        base: Centre of the first cell, m, (3,).
        step: Edges of a cell, m, (3,).
        unit: Unit of the values.
    """

    vectors: np.ndarray
    base: np.ndarray
    step: np.ndarray
    unit: str = ""

    @property
    def points(self) -> np.ndarray:
        """Centres of the cells, m, (nx ny nz, 3), in the order of the values."""
        numbers = np.indices(self.vectors.shape[:3]).reshape(3, -1).T
        return self.base + numbers * self.step


def write_ovf(path: Path, grid: VectorGrid, title: str, representation: Representation = "binary 8") -> None:
    """Write vectors as OVF 2.0.

    Args:
        path: The file.
        grid: The vectors.
        title: Name of the field, such as ``m``.
        representation: How numbers are written.
    """
    header = _header(grid, title)
    rows = grid.vectors.transpose(2, 1, 0, 3).reshape(-1, grid.vectors.shape[3])  # x runs fastest
    name = f"Data {representation.capitalize()}"
    if representation == "text":
        body = "".join(" ".join(f"{x:.17g}" for x in row) + "\n" for row in rows).encode()
    else:
        check, kind = CHECKS[representation]
        body = np.array([check], kind).tobytes() + rows.astype(kind).tobytes() + b"\n"
    path.write_bytes(
        f"{header}# Begin: {name}\n".encode() + body + f"# End: {name}\n# End: Segment\n".encode()
    )


def _header(grid: VectorGrid, title: str) -> str:
    low = grid.base - grid.step / 2
    high = low + grid.step * grid.vectors.shape[:3]
    unit = grid.unit or "1"
    dimension = grid.vectors.shape[3]
    labels = [f"{title}_{axis}" for axis in AXES] if dimension == len(AXES) else [title] * dimension
    entries = {"Title": title, "meshtype": "rectangular", "meshunit": "m", "valuedim": dimension}
    entries |= {"valuelabels": " ".join(labels), "valueunits": " ".join([unit] * dimension)}
    for i, axis in enumerate(AXES):
        entries |= {
            f"{axis}min": f"{low[i]:.17g}",
            f"{axis}max": f"{high[i]:.17g}",
            f"{axis}base": f"{grid.base[i]:.17g}",
            f"{axis}stepsize": f"{grid.step[i]:.17g}",
            f"{axis}nodes": grid.vectors.shape[i],
        }
    lines = "".join(f"# {key}: {value}\n" for key, value in entries.items())
    return f"# OOMMF OVF 2.0\n# Segment count: 1\n# Begin: Segment\n# Begin: Header\n{lines}# End: Header\n"


def read_ovf(path: Path) -> VectorGrid:
    """Read the first segment of a file of OVF 2.0 with vectors on a rectangular grid.

    Args:
        path: The file.

    Raises:
        InputError: It is something else, or ends too early.
        OSError: It cannot be read.
    """
    content = path.read_bytes()
    if not content.startswith((b"# OOMMF OVF 2.0", b"# OOMMF OVF2.0")):
        raise InputError(f"{path} is not OVF 2.0; save it as OVF 2.0")
    try:
        entries, kind, body = _parsed(content)
        shape = tuple(int(entries[f"{axis}nodes"]) for axis in AXES)
        base, step = (
            np.array([float(entries[f"{axis}{key}"]) for axis in AXES]) for key in ("base", "stepsize")
        )
        dimension = int(entries["valuedim"])
        if min(shape) < 1:
            raise ValueError("numbers of nodes must be 1 or more")
        count = math.prod(shape) * dimension
        values = _numbers(body, kind, count)
    except (KeyError, ValueError, IndexError) as error:
        raise InputError(f"{path} is not a whole OVF 2.0 file on a rectangular grid ({error})") from None
    if dimension != 3:
        raise InputError(f"the values of {path} have {dimension} components; give vectors")
    vectors = values.reshape(*shape[::-1], 3).transpose(2, 1, 0, 3)
    return VectorGrid(vectors, base, step, entries.get("valueunits", "").split(" ")[0])


def _parsed(content: bytes) -> tuple[dict[str, str], Representation, bytes]:
    """Entries of the header, the representation, and what follows."""
    entries: dict[str, str] = {}
    start = 0
    while True:
        end = content.index(b"\n", start)
        line = content[start:end].decode("utf-8", errors="replace").strip()
        start = end + 1
        key, _, value = line.lstrip("# ").partition(":")
        if key.lower() == "begin" and value.strip().lower().startswith("data"):
            return entries, value.strip().lower().removeprefix("data").strip(), content[start:]
        entries[key.strip().lower()] = value.strip()


def _numbers(body: bytes, kind: str, count: int) -> np.ndarray:
    if kind == "text":
        words = body[: body.index(b"#")].split()
        found = np.array(words[:count], dtype=float)
    else:
        check, form = CHECKS[kind]
        size = np.dtype(form).itemsize
        if np.frombuffer(body[:size], form)[0] != check:
            raise ValueError("its check value is wrong")
        held = min(count, len(body) // size - 1)
        found = np.frombuffer(body[size : size * (held + 1)], form).astype(float)
    if len(found) < count:
        raise ValueError("it ends too early")
    return found
