"""The numbers of materials, interfaces and sheets, and the configuration with one of them changed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel, WithJsonSchema
from pydantic.fields import FieldInfo

from thermospin.config.root import Config
from thermospin.materials.laws import CoefficientLaw
from thermospin.section import dotted

Place = tuple[str | int, ...]


@dataclass(frozen=True)
class Number:
    """A number of a configuration.

    Attributes:
        place: Keys and list indices that lead to it.
        value: Its value in SI.
        unit: Its SI unit; empty without one.
    """

    place: Place
    value: float
    unit: str

    @property
    def key(self) -> str:
        """Its key, such as ``materials.Py.spin_seebeck``."""
        return dotted(self.place)


def material_numbers(config: Config) -> list[Number]:
    """All numbers of the materials in use and their laws, of interfaces and sheets, and ζ of Joule heat.

    A number that is 0 says that something is not there, and is left out. So are ``range`` of a law and the
    temperatures of a table, which are places and no coefficients.

    Args:
        config: The configuration.
    """
    leads = (terminal.continues for terminal in config.all_terminals.values())
    beyond = [lead.material for lead in leads if lead and lead.material]
    names = dict.fromkeys([*config.geometry.materials.values(), *beyond])
    found = [n for name in names for n in _numbers(config.material_entry(name), ("materials", name))]
    for i, entry in enumerate(config.interfaces):
        found += _numbers(entry, ("interfaces", i))
    for name, sheet in config.sheets.items():
        found += _numbers(sheet, ("sheets", name))
    if config.heating.model == "joule":
        found.append(Number(("heating", "scale"), config.heating.scale, ""))
    return found


def with_number(config: Config, place: Place, value: float) -> Config:
    """A configuration with another value of a number; nothing is validated again.

    Args:
        config: The configuration.
        place: Place of the number.
        value: The value in SI.
    """
    if place[0] == "materials":
        entry = config.material_entry(str(place[1]))
        config = config.model_copy(update={"materials": {**config.materials, place[1]: entry}})
    changed: Config = _changed(config, place, value)
    return changed


def _changed(node: Any, place: Sequence[str | int], value: float) -> Any:
    """A section, mapping or list with another value at a place inside."""
    if not place:
        return value
    head, *rest = place
    if isinstance(node, BaseModel):
        copied = node.model_copy(update={head: _changed(getattr(node, str(head)), rest, value)})
        for derived in copied.__dict__.keys() - type(node).model_fields.keys():  # cached properties
            del copied.__dict__[derived]
        return copied
    inside = _changed(node[head], rest, value)
    if isinstance(node, dict):
        return {**node, head: inside}
    return type(node)(inside if i == head else item for i, item in enumerate(node))


def _numbers(section: BaseModel, place: Place) -> Iterator[Number]:
    """The numbers of a section and of the sections in it, which it was given and which are not 0."""
    if isinstance(section, CoefficientLaw):
        yield from (Number((*place, *at), value, unit) for at, value, unit in section.listed if value)
    for name, field in type(section).model_fields.items():
        value, here = getattr(section, name), (*place, name)
        if isinstance(value, BaseModel):
            yield from _numbers(value, here)
        elif isinstance(value, float) and value and name in section.model_fields_set:
            yield Number(here, value, _unit(field))


def _unit(field: FieldInfo) -> str:
    """The SI unit of a quantity."""
    return next((schema["x-unit"] for schema in _schemas([*field.metadata, field.annotation])), "")


def _schemas(parts: Sequence[Any]) -> Iterator[dict[str, Any]]:
    """The JSON Schemas of quantities among the parts of an annotation."""
    for part in parts:
        if isinstance(part, WithJsonSchema) and part.json_schema and "x-unit" in part.json_schema:
            yield part.json_schema
        yield from _schemas(get_args(part))
