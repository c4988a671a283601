"""Values that shipped configurations give to the keys of a schema."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

LONGEST = 60
TYPICAL = {
    "m": "15 nm", "K": "300 K", "V/K": "-3.8 uV/K", "S/m": "2e7 S/m", "W/(m K)": "30 W/(m K)", "T": "100 mT",
    "S/m^2": "1e14 S/m^2", "ohm m^2": "1 fohm m^2", "m^2 K/W": "1e-8 m^2 K/W", "W/(m^2 K)": "1e8 W/(m^2 K)",
    "A": "1 mA", "V": "1 mV", "s": "10 ps", "rad": "30 deg", "deg": "30 deg", "m^2": "0.01 um^2", "": "0.5",
    "A/m^2": "1e11 A/m^2", "m^2/s": "0.01 m^2/s", "K^-1": "4e-3 K^-1", "A/m": "8e5 A/m",
}  # fmt: skip
"""A quantity of every unit, for keys that no shipped configuration gives."""

Examples = dict[tuple[str, str], str]
"""Section and key to a value as a configuration has it."""


def shipped_examples(schema: Mapping[str, Any], folder: Path) -> Examples:
    """The first value of every key in the configurations of a folder.

    Args:
        schema: The schema of the configuration.
        folder: The folder.
    """
    found: Examples = {}
    for path in sorted(folder.glob("*.yaml")):
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        if data.keys() <= schema["properties"].keys():
            _collect(data, {**schema, "title": ""}, schema["$defs"], found)
    return found


def _collect(data: Any, schema: Mapping[str, Any], definitions: Mapping[str, Any], found: Examples) -> None:
    """Walk a document along its schema."""
    schema = _branch(data, schema, definitions)
    if isinstance(data, list):
        for part in data:
            _collect(part, schema.get("items", {}), definitions, found)
    elif isinstance(data, dict):
        for key, value in data.items():
            own = schema.get("properties", {}).get(key)
            if own is not None and len(text := written(value)) <= LONGEST:
                found.setdefault((schema.get("title", ""), key), text)
            _collect(value, own or _any_key(schema), definitions, found)


def _any_key(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema of the values of a mapping with names of its own."""
    patterns = [*schema.get("patternProperties", {}).values(), schema.get("additionalProperties")]
    return next((own for own in patterns if isinstance(own, dict)), {})


def _branch(data: Any, schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Mapping[str, Any]:
    """The alternative of a schema that has the keys, or the kind, of the data."""
    while "$ref" in schema:
        schema = definitions[schema["$ref"].removeprefix("#/$defs/")]
    for option in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        chosen = _branch(data, option, definitions)
        if isinstance(data, dict) and data.keys() <= chosen.get("properties", {}).keys():
            return chosen
        if isinstance(data, dict | list) and "properties" not in chosen and _kind(data) == chosen.get("type"):
            return chosen
    return schema


def _kind(data: Any) -> str:
    return "array" if isinstance(data, list) else "object"


def written(value: Any) -> str:
    """A value in YAML, in one line.

    Args:
        value: The value.
    """
    text = yaml.safe_dump(value, default_flow_style=True, width=10_000, allow_unicode=True, sort_keys=False)
    return text.removesuffix("\n").removesuffix("\n...")
