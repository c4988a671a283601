"""Terminals: faces of the device through which current, heat or a probe enters."""

from typing import Any, Literal, Self

from pydantic import model_validator

from thermospin.section import Section, Truth
from thermospin.units import Temperature

Side = Literal["xmin", "xmax", "ymin", "ymax", "zmin", "zmax"]


class TerminalFace(Section):
    """A terminal, picked by rule (region and face) or by physical name (surface).

    By rule, it is the outer faces of the region that lie on one side of the region's bounding box.
    """

    region: str | None = None
    """Region that the terminal belongs to."""
    face: Side | None = None
    """Side of the region's bounding box."""
    surface: str | None = None
    """Physical name of a surface in the user's mesh."""
    sink: Truth | Temperature = False
    """Whether the terminal holds the temperature T0, or the absolute temperature that it holds, K."""

    @model_validator(mode="after")
    def _one_rule(self) -> Self:
        by_rule = self.region is not None and self.face is not None and self.surface is None
        by_name = self.surface is not None and self.region is None and self.face is None
        if not (by_rule or by_name):
            raise ValueError("give either region and face, or surface")
        return self

    @property
    def rule(self) -> dict[str, Any]:
        """The keys that pick the faces, without conditions imposed there."""
        return self.model_dump(include={"region", "face", "surface"}, exclude_none=True)


def side_of(face: Side) -> tuple[int, int]:
    """Axis (0, 1, 2) and end (0 lowest, 1 highest) of a side.

    Args:
        face: Name of the side, such as ``xmin``.
    """
    return "xyz".index(face[0]), ("min", "max").index(face[1:])
