"""JSON Schemas of the documents that users write, for completion and checks in editors.

Types made by :func:`thermospin.units.quantity` leave the key ``x-unit`` in pydantic's schema. Here it becomes
a rule about texts, which refuses units of another dimension. Defaults become texts as people write them.
"""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from thermospin.config.unit_patterns import known_quantity, right_quantity
from thermospin.units import readable

UNIT = "x-unit"
"""Key of the SI unit in the schema of a quantity."""
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def document_schema(model: type[BaseModel], name: str) -> dict[str, Any]:
    """The JSON Schema of a document.

    Args:
        model: Its pydantic model.
        name: Its name, such as ``configuration``.
    """
    schema = model.model_json_schema()
    units = sorted({part[UNIT] for part in _parts(schema) if UNIT in part})
    for part in _parts(schema):
        _write_default(part)
        _refer(part)
    definitions = schema.setdefault("$defs", {})
    definitions["known quantity"] = {"type": "string", "pattern": known_quantity()}
    definitions |= {_text_of(unit): _text(unit) for unit in units}
    head = {"$schema": DIALECT, "$id": f"urn:thermospin:{name}", "title": f"thermospin {name}"}
    return head | {key: value for key, value in schema.items() if key != "title"}


def _parts(schema: Any) -> Iterator[dict[str, Any]]:
    """All objects of a schema, outer ones first."""
    if isinstance(schema, dict):
        yield schema
    for value in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from _parts(value)


def _text_of(unit: str) -> str:
    return f"quantity in {unit.replace('/', ' per ')}" if unit else "plain number"


def _text(unit: str) -> dict[str, Any]:
    """The rule about texts for a quantity: the right dimension, or no quantity that is known."""
    return {
        "type": "string",
        "description": f"text with a unit of the dimension of {unit or '1'}, or a formula of parameters",
        "anyOf": [{"pattern": right_quantity(unit)}, {"not": {"$ref": "#/$defs/known quantity"}}],
    }


def _refer(part: dict[str, Any]) -> None:
    """Put the rule of its unit in place of any text."""
    if UNIT in part:
        unit = part.pop(UNIT)
        part["anyOf"] = [
            {"$ref": f"#/$defs/{_text_of(unit)}"} if option == {"type": "string"} else option
            for option in part["anyOf"]
        ]


def _write_default(part: dict[str, Any]) -> None:
    """Write the default of a key as people do; that of a section is given by its own keys."""
    default = part.get("default")
    if default is None or "$ref" in part:
        part.pop("default", None)
    elif (unit := _unit_of(part)) is not None and isinstance(default, int | float):
        part["default"] = readable(default, unit)


def _unit_of(part: dict[str, Any]) -> str | None:
    """The unit of a quantity, also of one that may be left out or follow a law."""
    if UNIT in part:
        return part[UNIT]
    options = [*part.get("anyOf", ()), *part.get("oneOf", ())]
    return next((option[UNIT] for option in options if UNIT in option), None)
