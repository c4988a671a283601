"""From a YAML file to a section, and from any mistake in it to one line."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from thermospin.config.document import parse, read_text
from thermospin.config.parameters import SECTION, Parameters, Parametrised, full_key
from thermospin.config.uncertainties import SECTION as UNCERTAINTIES
from thermospin.config.uncertainties import with_uncertainties
from thermospin.errors import InputError, brief, cut
from thermospin.section import Section, dotted, named

DEEPEST = 20
"""Parts of a dotted key."""
_ELSEWHERE = {
    "geometry": "this file holds a device; use 'thermospin run', 'sweep' or 'loop'",
    "schemes": "this file holds a device; use 'thermospin run', 'sweep' or 'loop'",
    "nodes": "this file holds a circuit; use 'thermospin circuit'",
    "elements": "this file holds a circuit; use 'thermospin circuit'",
    "timings": "this file holds results; the configuration that made them is under its key 'config'",
}
"""Keys of documents of other kinds, and the commands that read them."""
_NO_TEXTS = {
    ".msh",
    ".vtu",
    ".vtk",
    ".xdmf",
    ".h5",
    ".med",
    ".unv",
    ".inp",
    ".step",
    ".stp",
    ".brep",
    ".stl",
    ".gds",
    ".oas",
}
"""Names of meshes and shapes end so."""


def load_section[S: Section](
    model: type[S],
    source: str | Path | Mapping[str, Any],
    overrides: Sequence[str],
    place: Callable[[dict[str, Any], Path], None],
) -> S:
    """Read and check a file that holds a section of another kind.

    Args:
        model: The section; it keeps the name of the file as ``_source``.
        source: A YAML file, or the same content as a mapping.
        overrides: Texts such as ``solver.degree=2``, laid over it.
        place: Called with the data and the file; fills in entries that depend on the name of the file.

    Raises:
        InputError: The first mistake found, with file, key and remedy in one line.
    """
    section = validated(model, *_read_data(source, overrides, place))
    if isinstance(section, Parametrised):
        check_overrides(section, overrides)
    return section


def read_data(source: str | Path | Mapping[str, Any], overrides: Sequence[str]) -> tuple[dict[str, Any], str]:
    """Content of a configuration with the overrides laid over it, not checked yet.

    Args:
        source: A YAML file, or the same content as a mapping.
        overrides: Texts such as ``solver.degree=2``, laid over it.

    Returns:
        The data, and the name of the file or an empty text.
    """
    return _read_data(source, overrides, _place)


def _read_data(
    source: str | Path | Mapping[str, Any],
    overrides: Sequence[str],
    place: Callable[[dict[str, Any], Path], None],
) -> tuple[dict[str, Any], str]:
    file = "" if isinstance(source, Mapping) else str(source)
    data = _plain(source) if isinstance(source, Mapping) else _read(Path(source))
    for override in overrides:
        data = _override(data, override)
    if file:
        place(data, Path(file))
    return data, file


def _plain(source: Mapping[str, Any]) -> dict[str, Any]:
    """A document with plain data in place of sections, so that overrides can be laid over them."""
    return {key: part.model_dump() if isinstance(part, Section) else part for key, part in source.items()}


def validated[S: Section](model: type[S], data: Mapping[str, Any], file: str) -> S:
    """The section that data of a file make.

    Args:
        model: Its class.
        data: The content of the file.
        file: The name of the file, or an empty text.

    Raises:
        InputError: The first mistake found.
    """
    for key, kind in _ELSEWHERE.items():
        if key in data and key not in model.model_fields:
            raise InputError(kind, key=key, file=file)
    written = data
    if UNCERTAINTIES in model.model_fields:
        data = with_uncertainties(data, file)
    parameters = _parameters(data, file, model.model_fields)
    if isinstance(data.get(SECTION), Mapping):
        data = {**data, SECTION: parameters.recorded}
    try:
        section = model.model_validate(data, context=parameters)
    except ValidationError as error:
        raise _translate(error, data, file) from None
    section._source = file
    if isinstance(section, Parametrised):
        section._unused, section._written = frozenset(parameters.unused), written
    return section


def check_overrides(config: Parametrised, overrides: Sequence[str]) -> None:
    """Refuse to override a parameter that changes nothing.

    Args:
        config: The configuration with the overrides.
        overrides: Texts such as ``parameters.L=300 nm``.

    Raises:
        InputError: No formula needs the parameter.
    """
    for override in overrides:
        try:
            config.check_parameter(full_key(override.partition("=")[0], {SECTION: config.parameters}))
        except InputError as error:
            raise InputError(error.message, key=error.key, file="--set") from None


def _parameters(data: Mapping[str, Any], file: str, sections: Collection[str]) -> Parameters:
    given = data.get(SECTION)
    try:
        return Parameters(given if isinstance(given, Mapping) else {}, sections)
    except InputError as error:
        raise InputError(error.message, key=error.key, file=file) from None


def _read(path: Path) -> dict[str, Any]:
    if path.suffix.lower() in _NO_TEXTS:
        raise InputError(
            "this is not a configuration; write one that names this file, 'geometry: {file: …, regions: …}'",
            file=str(path),
        )
    text = read_text(path, "configuration")
    data = parse(text, str(path))
    if not isinstance(data, dict):
        raise InputError("this is not a configuration; write sections such as 'geometry: …'", file=str(path))
    return data


def _override(data: dict[str, Any], text: str) -> dict[str, Any]:
    """Lay ``key=value`` over a copy of the data; the name of a parameter is a key."""
    key, equals, value = text.partition("=")
    if not equals or not parts(key):
        raise InputError(f"cannot read '{cut(text)}'; write key=value, such as solver.degree=2", file="--set")
    return replaced(data, full_key(key, data), parse(value, "--set"), "--set")


def parts(key: str) -> list[str]:
    """The keys and indices of a dotted key.

    Args:
        key: The key, such as ``probes.nonlocal[0]``.
    """
    return re.findall(r"[^.\[\]]+", key)


def replaced(data: dict[str, Any], key: str, value: Any, source: str) -> dict[str, Any]:
    """A copy of the data with another value at a dotted key; mappings on the way are made.

    Args:
        data: Plain data.
        key: The dotted key.
        value: The new value.
        source: Source of the value, for messages.

    Raises:
        InputError: A list on the way has no such item, or the key is too long; it names ``source``.
    """
    if len(parts(key)) > DEEPEST:
        raise InputError(f"the key {brief(key)} has more than {DEEPEST} parts", file=source)

    def lay(inside: Any, path: Sequence[str]) -> Any:
        if not path:
            return value
        head, *rest = path
        if isinstance(inside, list):
            chosen = int(head) if head.isdecimal() and len(head) < 10 else len(inside)
            if chosen >= len(inside):
                raise InputError(f"no item [{cut(head)}] in a list of {len(inside)}", key=key, file=source)
            return [lay(item, rest) if i == chosen else item for i, item in enumerate(inside)]
        inside = inside if isinstance(inside, Mapping) else {}
        return {**inside, head: lay(inside.get(head), rest)}

    return lay(data, parts(key))


def _place(data: dict[str, Any], path: Path) -> None:
    """Make names of files relative to the configuration, and name the output after it."""
    output, textures = data.get("output"), data.get("magnetisation")
    with_files = [data.get("geometry"), output, *(textures.values() if isinstance(textures, dict) else ())]
    for section in with_files:
        for key in ("file", "layout", "reference"):
            if isinstance(section, dict) and isinstance(section.get(key), str):
                section[key] = str((path.parent / section[key]).absolute())
    if output is None:
        data["output"] = {"directory": f"results/{path.stem}"}
    elif isinstance(output, dict):
        output.setdefault("directory", f"results/{path.stem}")


def _translate(error: ValidationError, data: Any, file: str) -> InputError:
    """The first of pydantic's errors as one line; of the attempts at a union, the last."""
    paths = {_path(item, data): item for item in error.errors(include_url=False)}
    path, first = next(iter(paths.items()))
    more = f" (and {len(paths) - 1} more)" if len(paths) > 1 else ""
    return InputError(_message(first) + more, key=dotted(path), file=file)


def _path(error: Mapping[str, Any], data: Any) -> tuple[str | int, ...]:
    """Place of the mistake in the user's data: keys and list indices."""
    missing, at = error["type"] == "missing", error.get("ctx", {}).get("at", ())
    inside = _written((*error["loc"], *at), data, missing)
    whole = inside if inside[len(inside) - len(at) :] == at else (*_written(error["loc"], data, missing), *at)
    return named(whole, data)


def _written(loc: Sequence[str | int], data: Any, missing: bool) -> tuple[str | int, ...]:
    """The part of a pydantic location that the user wrote: without the names of union members and such."""
    if not loc:
        return ()
    head, *rest = loc
    skipped = _written(rest, data, missing)
    if isinstance(data, Mapping) and isinstance(head, int) and head < len(data):
        return max(skipped, (head, *_written(rest, list(data.values())[head], missing)), key=len)
    if isinstance(data, Mapping) and head in data:
        return max(skipped, (str(head), *_written(rest, data[head], missing)), key=len)
    if isinstance(data, list | tuple) and head in range(len(data)):
        return max(skipped, (head, *_written(rest, data[head], missing)), key=len)
    return (head,) if missing and not rest and isinstance(data, Mapping | list) else skipped


_NAMES = {dict: "a mapping", list: "a list", tuple: "a list"}
_PHRASES = {
    r"^Input should be": "must be",
    r"^Input should": "must",
    r" or instance of \w+": "",
    "valid dictionary": "mapping",
    "valid tuple": "list",
    "a valid string": "text in quotes",
    "a valid boolean.*": "true or false",
    "valid integer.*": "whole number",
    "valid ": "",
}


def _message(error: Mapping[str, Any]) -> str:
    """The mistake and its remedy in one line."""
    kind, context, value = error["type"], error.get("ctx", {}), error["input"]
    if kind == "mistake":
        return context["message"]
    if kind == "missing":
        return "missing; add it"
    if kind == "value_error":
        return str(context["error"])
    if kind == "extra_forbidden":
        return f"unknown key '{cut(str(error['loc'][-1]))}'; remove it"
    if kind == "string_pattern_mismatch":
        return (
            f"{brief(value)} cannot be a name here; use letters, digits, _ . + - "
            "and start with a letter or digit"
        )
    text = error["msg"]
    for phrase, replacement in _PHRASES.items():
        text = re.sub(phrase, replacement, text)
    if not text.startswith("must"):
        return text
    return f"{text}, not {_NAMES.get(type(value)) or brief(value)}"
