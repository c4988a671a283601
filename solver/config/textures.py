"""Magnetisation textures in a configuration: formulas, domain walls, rotations, rings, files."""

import math
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BeforeValidator, Discriminator, Field, PrivateAttr, Tag, model_validator

from thermospin.config.directions import Angle, Direction, Sign, Vector, shown
from thermospin.errors import InputError, brief
from thermospin.meshes.geometry import UNITS
from thermospin.section import Section, mistake
from thermospin.textures import shapes
from thermospin.textures.formula import Formula, FormulaText
from thermospin.textures.table import Table, read_table
from thermospin.units import quantity

Coordinate = quantity("m", ge=-1, le=1)
Width = quantity("m", gt=0, ge=1e-12, le=1)
Axis = Literal["x", "y", "z"]
X, Z = (1.0, 0.0, 0.0), (0.0, 0.0, 1.0)


def _three(value: Any) -> Any:
    if not isinstance(value, list | tuple) or len(value) != 3:
        raise mistake(f"expected three formulas in quotes, [mx, my, mz], not {brief(value)}")
    return value


def _perpendicular(first: Vector, second: Vector, what: str, key: str) -> None:
    if abs(np.dot(first, second)) > 1e-6:
        raise mistake(f"must be perpendicular to {what}, {shown(second)}, not {shown(first)}", key)


def _other(axis: Vector) -> Vector:
    """A direction across an axis: z, or x across z."""
    return X if abs(axis[2]) > 0.999 else Z


class FormulaTexture(Section):
    """A vector by a formula for each component, of any length but zero."""

    formula: Annotated[tuple[FormulaText, FormulaText, FormulaText], BeforeValidator(_three)]
    """mx, my, mz as formulas of the coordinates x, y, z in m, such as `tanh(x / (10*nm))`."""

    def vectors(self, points: np.ndarray) -> np.ndarray:
        """Vectors at points, (n, 3).

        Args:
            points: Coordinates, m, (n, 3).
        """
        return np.transpose([Formula(text)(points) for text in self.formula])

    def __str__(self) -> str:
        return f"formula ({', '.join(self.formula)})"


class Wall(Section):
    """A domain wall with a tanh profile."""

    wall: Literal["bloch", "neel", "head_to_head", "tail_to_tail"]
    """Through what m turns: the plane of the wall, its normal, or from along the normal to against it."""
    axis: Direction = X
    """Normal of the wall, from the first domain to the second."""
    centre: Coordinate = 0.0
    """Place of the centre along the axis from the origin, m."""
    width: Width
    """Width w = πΔ (Lilley) of m·domain = −tanh((x − centre)/Δ), m."""
    domain: Direction | None = None
    """m in the first domain, of `bloch` and `neel`: across the axis; default z, or x where the axis is z."""
    through: Direction | None = None
    """m at the centre, of `head_to_head` and `tail_to_tail`: across the axis; default as for `domain`."""
    chirality: Sign = 1
    """−1 to turn the other way round; with 1 m at the centre is axis × domain (`bloch`) or axis (`neel`)."""

    @model_validator(mode="after")
    def _across_the_axis(self) -> "Wall":
        key, unused = ("domain", "through") if self._is_across else ("through", "domain")
        if getattr(self, unused) is not None:
            raise mistake(f"'wall: {self.wall}' has no '{unused}'; remove it, or give '{key}'", unused)
        _perpendicular(getattr(self, key) or _other(self.axis), self.axis, "the axis", key)
        return self

    @property
    def _is_across(self) -> bool:
        return self.wall in ("bloch", "neel")

    @property
    def _before(self) -> Vector:
        """The direction in the first domain."""
        if self._is_across:
            return self.domain or _other(self.axis)
        return self.axis if self.wall == "head_to_head" else tuple(-part for part in self.axis)

    @property
    def _centre(self) -> np.ndarray:
        """The direction at the centre."""
        if self.wall == "bloch":
            middle = np.cross(self.axis, self._before)
        else:
            middle = np.array(self.axis if self.wall == "neel" else self.through or _other(self.axis))
        return self.chirality * middle

    def vectors(self, points: np.ndarray) -> np.ndarray:
        """Unit vectors at points, (n, 3).

        Args:
            points: Coordinates, m, (n, 3).
        """
        position = shapes.across(points, self.axis, self.centre, self.width)
        return shapes.wall(position, self._before, self._centre)

    def __str__(self) -> str:
        name = {"bloch": "Bloch wall", "neel": "Néel wall"}.get(
            self.wall, f"{self.wall} wall".replace("_", "-")
        )
        return f"{name} of {self.width * 1e9:.4g} nm across {shown(self.axis)}"


class Rotation(Section):
    """A rotation between two angles, linear over a width and uniform outside."""

    rotation: tuple[Angle, Angle]
    """Angles before and after, from the first vector of `plane` to the second."""
    plane: tuple[Direction, Direction] = (Z, X)
    """The perpendicular directions of the angles 0 and 90°."""
    axis: Direction = X
    """Direction along which the angle changes."""
    centre: Coordinate = 0.0
    """Position half-way, along the axis from the origin, m."""
    width: Width
    """Length over which it changes, m."""

    @model_validator(mode="after")
    def _spans_a_plane(self) -> "Rotation":
        _perpendicular(self.plane[1], self.plane[0], "the first", "plane")
        return self

    def vectors(self, points: np.ndarray) -> np.ndarray:
        """Unit vectors at points, (n, 3).

        Args:
            points: Coordinates, m, (n, 3).
        """
        position = shapes.across(points, self.axis, self.centre, self.width)
        return shapes.rotation(position, self.rotation, self.plane)

    def __str__(self) -> str:
        first, last = (math.degrees(angle) for angle in self.rotation)
        return f"rotation from {first:.4g}° to {last:.4g}° over {self.width * 1e9:.4g} nm"


class Ring(Section):
    """A closed ring: m follows circles, or the sides of a square, about an axis."""

    ring: Literal["azimuthal", "square"]
    """`azimuthal`: tangential to circles; `square`: along the coordinate axes, turning at the corners."""
    axis: Axis = "z"
    """Axis of the ring."""
    centre: tuple[Coordinate, Coordinate, Coordinate] = (0.0, 0.0, 0.0)
    """A point on the axis, m."""
    sense: Sign = 1
    """1: counter-clockwise seen from the tip of the axis; −1: clockwise."""
    corner: Width | None = None
    """Length of an arm before a corner over which m turns by 45°, m; by default half of the arm."""

    @model_validator(mode="after")
    def _corners_of_a_square(self) -> "Ring":
        if self.ring == "azimuthal" and self.corner is not None:
            raise mistake("a circle has no corners; remove it, or write 'ring: square'", "corner")
        return self

    def vectors(self, points: np.ndarray) -> np.ndarray:
        """Vectors at points, (n, 3).

        Args:
            points: Coordinates, m, (n, 3).
        """
        place = self.centre, "xyz".index(self.axis), self.sense
        if self.ring == "azimuthal":
            return shapes.azimuthal_ring(points, *place)
        return shapes.square_ring(points, *place, self.corner)

    def __str__(self) -> str:
        return f"{self.ring} ring about {self.axis}"


class FileTexture(Section):
    """Vectors at points in a file, which are interpolated and normalised."""

    file: str
    """A CSV with the columns x, y, z, mx, my, mz, a VTU with an array `m` at its points or cells, or OVF 2.0
    (`.ovf`, `.omf`)."""
    unit: Literal[*UNITS] = "m"
    """Unit of length of the file."""
    interpolation: Literal["linear", "nearest"] = "linear"
    """Interpolation between the points; less than a step outside them it is the nearest."""
    _table: Table = PrivateAttr()

    @model_validator(mode="after")
    def _is_read(self) -> "FileTexture":
        try:
            self._table = read_table(Path(self.file), UNITS[self.unit], self.interpolation)
        except InputError as error:
            raise mistake(error.message, "file") from None
        return self

    def vectors(self, points: np.ndarray) -> np.ndarray:
        """Vectors at points, (n, 3).

        Args:
            points: Coordinates, m, (n, 3).
        """
        return self._table(points)

    def covers(self, points: np.ndarray) -> np.ndarray:
        """Whether the file has vectors near points, (n,).

        Args:
            points: Coordinates, m, (n, 3).
        """
        return self._table.covers(points)

    @property
    def content(self) -> str:
        """Digest of the points and vectors."""
        return sha256(self._table.points.tobytes() + self._table.vectors.tobytes()).hexdigest()

    def __str__(self) -> str:
        return f"{len(self._table.points)} points of {Path(self.file).name}, {self.interpolation}"


_KINDS = {
    "formula": FormulaTexture,
    "wall": Wall,
    "rotation": Rotation,
    "ring": Ring,
    "file": FileTexture,
}
_FORMS = "a direction ([mx, my, mz], {theta: 30 deg, phi: 90 deg}, x, -x, …) or one of: " + ", ".join(
    (
        "{formula: [mx, my, mz]}",
        "{wall: neel, width: 20 nm}",
        "{rotation: [0 deg, 90 deg], width: 20 nm}",
        "{ring: azimuthal}",
        "{file: m.csv}",
    )
)


def _one_kind(value: Any) -> Any:
    """Refuse a mapping that is none of the kinds, or several."""
    if isinstance(value, dict) and len({*_KINDS, "direction"} & {_named(key) for key in value}) != 1:
        raise mistake(f"must give exactly one kind of magnetisation; write {_FORMS}")
    return value


def _named(key: Any) -> Any:
    return "direction" if key in ("theta", "phi") else key


def _kind(value: Any) -> str:
    if isinstance(value, dict):
        return next(_named(key) for key in value if _named(key) in (*_KINDS, "direction"))
    return next((kind for kind, section in _KINDS.items() if isinstance(value, section)), "direction")


Magnetisation = Annotated[
    Annotated[Direction, Tag("direction")]
    | Annotated[FormulaTexture, Tag("formula")]
    | Annotated[Wall, Tag("wall")]
    | Annotated[Rotation, Tag("rotation")]
    | Annotated[Ring, Tag("ring")]
    | Annotated[FileTexture, Tag("file")],
    Discriminator(_kind),
    BeforeValidator(_one_kind),
    Field(description=f"Where a magnet points: {_FORMS}."),
]
"""Magnetisation of a region: one direction, or a texture."""


def contents_of_files(magnetisation: Mapping[str, Any]) -> dict[str, str]:
    """Digests of the vectors in files of textures, by region.

    Args:
        magnetisation: Direction or texture by region.
    """
    return {name: m.content for name, m in magnetisation.items() if isinstance(m, FileTexture)}
