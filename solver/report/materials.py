"""The stack of a device and the values of its materials, with their sources."""

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from thermospin.materials.library import (
    interface_library,
    interface_references,
    library,
    library_material,
    references,
)
from thermospin.output.scales import quantity_text
from thermospin.output.words import words

_COLUMNS = {
    "conductivity": ("σ", "S/m"),
    "polarisation": ("P", ""),
    "spin_diffusion_length": ("λ", "m"),
    "seebeck": ("S", "V/K"),
    "spin_seebeck": ("S_s", "V/K"),
    "thermal_conductivity": ("k", "W/(m K)"),
}
"""Coefficients that every material has, with symbol and unit."""
_UNSOURCED = "the configuration"


def stack_rows(materials: Mapping[str, str], heights: Mapping[str, tuple[float, float]]) -> list[list[str]]:
    """Regions from top to bottom: name, material, lowest and highest z, thickness.

    Args:
        materials: Material of every region.
        heights: Lowest and highest z of every region, m.
    """
    order = sorted(heights, key=lambda name: (-heights[name][1], -heights[name][0]))
    return [
        [
            name,
            materials.get(name, ""),
            *(f"{1e9 * z:.4g}" for z in heights[name]),
            f"{1e9 * _extent(heights[name]):.4g}",
        ]
        for name in order
    ]


STACK = ("region", "material", "from z (nm)", "to z (nm)", "thickness (nm)")
"""Headings of :func:`stack_rows`."""


def _extent(ends: tuple[float, float]) -> float:
    return ends[1] - ends[0]


MATERIALS = ("material", *(symbol for symbol, _ in _COLUMNS.values()), "source")
"""Headings of :func:`material_rows`."""


def material_rows(materials: Mapping[str, Mapping[str, Any]]) -> Iterator[list[str]]:
    """Materials: their coefficients, and where these come from.

    Args:
        materials: Coefficients by material, SI, as a resolved configuration has them.
    """
    for name, values in materials.items():
        cells = [_text(values.get(key), unit) for key, (_, unit) in _COLUMNS.items()]
        yield [name, *cells, _sources(name, values)]


def _sources(name: str, values: Mapping[str, Any]) -> str:
    """The references of the values that are the library's, then which are not."""
    if name not in library():
        return _UNSOURCED
    known = library_material(name).model_dump(mode="json", exclude_none=True)
    entries = library()[name]
    cited = {
        key: references()[entries[key].source]
        for key in _COLUMNS
        if key in entries and values.get(key) == known.get(key)
    }
    others = [key for key in _COLUMNS if key in entries and key not in cited]
    texts = list(dict.fromkeys(cited.values()))
    if others:
        texts.append(f"{_UNSOURCED}: {', '.join(words(key) for key in others)}")
    return "\n".join(texts)


INTERFACES = ("interface", "values", "source")
"""Headings of :func:`interface_rows`."""


def interface_rows(interfaces: list[Mapping[str, Any]]) -> Iterator[list[str]]:
    """Resistive interfaces: their coefficients, SI, and where these come from.

    Args:
        interfaces: As a resolved configuration has them.
    """
    for given in interfaces:
        place = given.get("between") or given.get("surface") or given.get("surfaces") or ""
        where = " | ".join(place) if isinstance(place, list) else str(place)
        entry = given.get("library")
        own = {
            key: value
            for key, value in given.items()
            if key not in ("between", "surface", "surfaces", "library")
        }
        texts = [f"{words(key)}: {_plain(value)}" for key, value in own.items() if value is not None]
        yield [where, "\n".join(texts), _interface_sources(entry)]


def _interface_sources(entry: str | None) -> str:
    values = interface_library().get(entry or "", {})
    cited = dict.fromkeys(interface_references()[value.source] for value in values.values())
    return "\n".join([f"library {entry}", *cited]) if values else _UNSOURCED


def _text(value: Any, unit: str) -> str:
    if isinstance(value, int | float):
        return quantity_text(value, unit).strip() if unit and value else f"{value:g}"
    return "" if value is None else _plain(value)


def _plain(value: Any) -> str:
    """A value as a configuration writes it."""
    return yaml.safe_dump(value, default_flow_style=True, allow_unicode=True).removesuffix("...\n").strip()
