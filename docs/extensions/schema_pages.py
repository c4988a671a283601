"""Pages of the reference that are made from JSON Schemas: the configuration, circuits, results."""

from collections.abc import Iterator, Mapping
from typing import Any

from examples import TYPICAL, Examples, written
from markdown import code, page, plain, table

BOUNDS = {"exclusiveMinimum": ">", "minimum": "≥", "exclusiveMaximum": "<", "maximum": "≤"}
INTRODUCTION = """
Every key with its default, the values it takes, an example, and what it means. Quantities are texts with
units, or numbers in the unit that is given. "required" stands where there is no default, – where the key
may be left out.
"""
RESULTS = """
`thermospin schema results` prints the JSON Schema. A run, a loop, a sweep and a failed point of a sweep
are the four kinds of document. All numbers are in SI.
"""


def schema_page(title: str, schema: Mapping[str, Any], root: str, examples: Examples) -> str:
    """The page of a document that users write.

    Args:
        title: Its title.
        schema: Its JSON Schema.
        root: Heading of the outermost keys.
        examples: Values that are used elsewhere.
    """
    schema = _inlined(schema)
    sections = [f"## {root}\n\n{_keys({**schema, 'title': ''}, schema, examples)}"]
    for name in _sections(schema):
        own = schema["$defs"][name]
        heading = f"## {_heading(name)}\n\n{_paragraphs(own.get('description', ''))}"
        sections.append(f"{heading}\n\n{_keys(own, schema, examples)}")
    return page(title, INTRODUCTION, *sections)


def results_page(schema: Mapping[str, Any]) -> str:
    """The page of `results.json`.

    Args:
        schema: Its JSON Schema.
    """
    parts = [
        f"## {name}\n\n{_paragraphs(own.get('description', ''))}\n\n"
        + table(
            ["key", "type", "meaning"],
            [
                [code(key), _type(entry), entry.get("description", "")]
                for key, entry in own["properties"].items()
            ],
        )
        for name, own in schema["$defs"].items()
        if "properties" in own
    ]
    return page("The layout of results.json", RESULTS, *parts)


def _inlined(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A schema with definitions that have no keys of their own in the places that refer to them."""
    short = {
        f"#/$defs/{name}": own
        for name, own in schema["$defs"].items()
        if "properties" not in own and own.get("type") == "object"
    }

    def inline(part: Any) -> Any:
        if isinstance(part, dict):
            if part.get("$ref") in short:
                part = short[part["$ref"]] | {key: value for key, value in part.items() if key != "$ref"}
            return {key: inline(value) for key, value in part.items()}
        return [inline(value) for value in part] if isinstance(part, list) else part

    return inline(schema)


def _heading(name: str) -> str:
    """A section by its name; a law of a coefficient is shown once."""
    return name.partition("_")[0]


def _sections(schema: Mapping[str, Any]) -> Iterator[str]:
    """Names of the definitions with keys, one for each heading."""
    seen = set()
    for name, own in schema["$defs"].items():
        if "properties" in own and _heading(name) not in seen:
            seen.add(_heading(name))
            yield name


def _keys(section: Mapping[str, Any], schema: Mapping[str, Any], examples: Examples) -> str:
    """The table of the keys of a section."""
    required = section.get("required", ())
    rows = [
        [
            code(key),
            "required" if key in required else _default(entry),
            _type(entry),
            code(examples.get((section.get("title", ""), key), _typical(entry, schema))),
            entry.get("description", ""),
        ]
        for key, entry in section["properties"].items()
    ]
    return table(["key", "default", "values", "example", "meaning"], rows)


def _default(entry: Mapping[str, Any]) -> str:
    default = entry.get("default")
    words = {True: "true", False: "false", None: "–"}
    if default in ("", [], {}) and not isinstance(default, bool):
        return "–"
    return words[default] if isinstance(default, bool | None) else code(written(default))


def _type(entry: Mapping[str, Any]) -> str:
    """Values of a key in words."""
    if "$ref" in entry:
        return _linked(entry["$ref"].removeprefix("#/$defs/"))
    if "const" in entry:
        return code(entry["const"])
    if "enum" in entry:
        return ", ".join(map(code, entry["enum"]))
    options = [*entry.get("anyOf", ()), *entry.get("oneOf", ())]
    if options:
        kinds = [_type(option) for option in options if option.get("type") != "null"]
        quantity = next((kind for kind in kinds if kind.startswith("quantity")), None)
        bounds = _bounds(next((option for option in options if option.get("type") == "number"), {}))
        if quantity:
            laws = [kind for kind in kinds if kind.startswith("[")]
            return ", or ".join([f"{quantity}{bounds}", *laws])
        return ", or ".join(dict.fromkeys(kinds))
    return _simple(entry)


def _simple(entry: Mapping[str, Any]) -> str:
    kind = entry.get("type", "any")
    if kind == "array":
        items = entry.get("prefixItems") or [entry.get("items", {})]
        inner = ", ".join(dict.fromkeys(_type(item) for item in items))
        return f"list of {len(items)}: {inner}" if "prefixItems" in entry else f"list of {inner}"
    if kind == "object":
        inner = entry.get("additionalProperties") or next(
            iter(entry.get("patternProperties", {}).values()), {}
        )
        return f"by name: {_type(inner)}" if isinstance(inner, dict) and inner else "by name"
    words = {"string": "text", "boolean": "true or false", "integer": "whole number", "number": "number"}
    return words.get(kind, kind) + _bounds(entry)


def _linked(name: str) -> str:
    if name == "plain number":
        return "quantity: a plain number"
    if name.startswith("quantity in "):
        return name.replace(" per ", "/")
    return f"[{_heading(name)}](#{_heading(name).lower()})"


def _bounds(entry: Mapping[str, Any]) -> str:
    found = [f"{sign} {entry[key]:g}" for key, sign in BOUNDS.items() if key in entry]
    return f", {', '.join(found)}" if found else ""


def _typical(entry: Mapping[str, Any], schema: Mapping[str, Any]) -> Any:
    """A value for a key that no shipped configuration gives."""
    if (default := entry.get("default")) not in (None, "", [], {}):
        return written(default)
    if "$ref" in entry and entry["$ref"].startswith("#/$defs/quantity in "):
        return TYPICAL.get(entry["$ref"].removeprefix("#/$defs/quantity in ").replace(" per ", "/"), "")
    for option in (*entry.get("anyOf", ()), *entry.get("oneOf", ())):
        if found := _typical(option, schema):
            return found
    return (entry.get("enum") or [entry.get("const", "")])[0]


def _paragraphs(text: str) -> str:
    """A docstring as Markdown."""
    return "\n\n".join(part if part.lstrip().startswith("* ") else plain(part) for part in text.split("\n\n"))
