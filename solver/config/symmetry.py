"""Mirror planes: which part of a device is drawn."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator

from thermospin.section import mistake

MirrorAxis = Literal["x", "y", "z"]


def _listed(value: Any) -> Any:
    """One axis as a list."""
    return [value] if isinstance(value, str) else value


def _distinct(axes: tuple[MirrorAxis, ...]) -> tuple[MirrorAxis, ...]:
    if len(set(axes)) < len(axes):
        raise mistake("names an axis twice; name each once")
    return axes


Symmetry = Annotated[
    tuple[MirrorAxis, ...],
    BeforeValidator(_listed, json_schema_input_type=MirrorAxis | tuple[MirrorAxis, ...]),
    AfterValidator(_distinct),
]
"""Axes along which a device is its own mirror image, such as ``x`` or ``[x, y]``."""
