"""Base of all parts of the layout."""

from pydantic import BaseModel, ConfigDict

Number = float | None
"""A number, or null where it is infinite, undefined or not there."""
ByOrder = list[Number]
"""Coefficients of the first, second, … power of the drive."""


class Part(BaseModel):
    """A part of the results; keys that are not listed are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)
