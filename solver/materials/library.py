"""The library of published values, and materials derived from it."""

import functools
from collections.abc import Mapping
from importlib import resources
from typing import Any, NamedTuple, get_type_hints

import yaml
from pydantic import Field, create_model

from thermospin.errors import InputError, brief
from thermospin.materials.material import HEAT, INSTEAD_OF_TENSOR_DIFFUSION, OF_CLUSTERS, Material
from thermospin.section import Section, mistake, one_of

LONGEST_CHAIN = 50
"""Materials that derive from one another."""


class SourcedValue(NamedTuple):
    """A value as it was published, with its unit, the key of its reference, and what the literature spans."""

    value: Any
    source: str
    note: str = ""
    range: str = ""


MaterialEntry = create_model(
    "MaterialEntry",
    __base__=Section,
    base=(str | None, Field(None, description="Material to derive from: of the library or of this section.")),
    **{
        name: (hint | None, Field(None, description=Material.model_fields[name].description))
        for name, hint in get_type_hints(Material, include_extras=True).items()
        if name in Material.model_fields
    },
)
"""A material as a configuration writes it: any of its properties, and what it derives from."""


@functools.cache
def _document(file: str) -> dict[str, Any]:
    text = resources.files("thermospin.materials").joinpath(file).read_text(encoding="utf-8")
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def _sourced(entries: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, SourcedValue]]:
    """Entries by name; one with a ``base`` also has the values of that entry, which stands before it."""
    found: dict[str, dict[str, SourcedValue]] = {}
    for name, properties in entries.items():
        own = {key: SourcedValue(**entry) for key, entry in properties.items() if key != "base"}
        found[name] = found.get(properties.get("base", ""), {}) | own
    return found


def references() -> dict[str, str]:
    """The citations of the materials, by their short names."""
    return dict(_document("library.yaml")["references"])


def interface_references() -> dict[str, str]:
    """The citations of the interfaces, by their short names."""
    return dict(_document("interfaces.yaml")["references"])


def sheet_references() -> dict[str, str]:
    """The citations of the sheets, by their short names."""
    return dict(_document("sheets.yaml")["references"])


@functools.cache
def library() -> Mapping[str, Mapping[str, SourcedValue]]:
    """Every material of the library: name, then property, to the published value."""
    return _sourced(_document("library.yaml")["materials"])


@functools.cache
def interface_library() -> Mapping[str, Mapping[str, SourcedValue]]:
    """Every interface of the library: name such as ``Co/Cu``, then property, to the published value."""
    return _sourced(_document("interfaces.yaml")["interfaces"])


@functools.cache
def sheet_library() -> Mapping[str, Mapping[str, SourcedValue]]:
    """Every sheet of the library: name, then property, to the published value."""
    return _sourced(_document("sheets.yaml")["sheets"])


@functools.cache
def library_material(name: str) -> Material:
    """A material of the library.

    Args:
        name: Its name, such as ``Cu``.

    Raises:
        KeyError: The library has no such material.
    """
    return Material.model_validate(_values(name))


def material(name: str) -> Material:
    """The material of that name as the library has it, in SI.

    Args:
        name: Its name, such as ``Cu``; :func:`material_library` has them all.

    Raises:
        InputError: The library has no such material.

    Examples:
        >>> copper = material("Cu")
        >>> print(f"{1e9 * copper.spin_diffusion_length:.0f} nm")
        350 nm
    """
    if name not in library():
        raise InputError(one_of(name, library(), "material"), key="materials")
    return library_material(name)


def material_library() -> dict[str, Material]:
    """All materials of the library by name, in SI."""
    return {name: library_material(name) for name in library()}


def _values(name: str) -> dict[str, Any]:
    return {key: entry.value for key, entry in library()[name].items()}


def derive(entries: Any) -> Any:
    """Complete the ``materials`` section: lay each entry over its base or the library's material of its name.

    Args:
        entries: Material name to the properties as written; ``base`` names another entry or the library's.

    Returns:
        The same names with all properties, not validated yet.

    Raises:
        PydanticCustomError: A base is unknown or derives from itself.
    """
    if not isinstance(entries, dict) or not all(isinstance(own, dict) for own in entries.values()):
        return entries
    return {name: _derive(name, entries, ()) for name in entries}


def _derive(name: str, entries: Mapping[str, Any], seen: tuple[str, ...]) -> dict[str, Any]:
    if name in seen:
        raise mistake(
            f"derives from itself ({' -> '.join((*seen, name))}); base one of them on the library",
            name,
            "base",
        )
    if len(seen) >= LONGEST_CHAIN:
        raise mistake(f"derives from more than {LONGEST_CHAIN} others in a chain; shorten it", name, "base")
    own = dict(entries[name])
    base = own.pop("base", name)
    if not isinstance(base, str):
        raise mistake(f"must be the name of a material, not {brief(base)}", name, "base")
    if base != name and base in entries:
        inherited = _derive(base, entries, (*seen, name))
    elif base in library():
        inherited = _values(base)
    elif base == name and "base" not in entries[name]:
        inherited = {}
    else:
        raise mistake(one_of(base, {**library(), **entries}, "material"), name, "base")
    return _without_rivals(inherited, own) | own


def _without_rivals(inherited: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Inherited values without those that the entry itself gives in another way."""
    rivals: tuple[str, ...] = OF_CLUSTERS if "nanoclusters" in own else ()
    if any(key in own for key in HEAT):
        rivals += HEAT
    if "tensor_diffusion" in own:
        rivals += INSTEAD_OF_TENSOR_DIFFUSION
    elif any(key in own for key in INSTEAD_OF_TENSOR_DIFFUSION):
        rivals += ("tensor_diffusion",)
    return {key: value for key, value in inherited.items() if key not in rivals}
