"""Quantities with units at the edge of the program: strings such as ``15 nm`` in, SI floats out."""

from thermospin.units.quantities import (
    BOUNDS,
    COLDEST,
    HOTTEST,
    PLAIN_LIMIT,
    Length,
    PositiveLength,
    Temperature,
    common_unit,
    has_unit,
    is_plain,
    quantity,
    readable,
    rounded,
    to_si,
)

__all__ = [
    "BOUNDS",
    "COLDEST",
    "HOTTEST",
    "PLAIN_LIMIT",
    "Length",
    "PositiveLength",
    "Temperature",
    "common_unit",
    "has_unit",
    "is_plain",
    "quantity",
    "readable",
    "rounded",
    "to_si",
]
