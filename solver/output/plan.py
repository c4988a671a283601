"""Maps by the fields that they show, and the names of their files."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from thermospin.config.outputs import Map, Output, Style
from thermospin.errors import InputError, cut
from thermospin.fields import CONSTANTS
from thermospin.output.scales import quantity_text
from thermospin.section import dotted


def plan_maps(
    maps: Sequence[Map], schemes: Mapping[str, Iterable[str]]
) -> dict[tuple[str, str], dict[str, Map]]:
    """Sort maps by scheme and configuration and give each a file name of its own.

    Args:
        maps: The maps of the configuration.
        schemes: Scheme to its magnetic configurations; a map that names none takes the first.

    Returns:
        For every scheme and configuration that has maps: file name without suffix to map. A map of several
        configurations is there once for each.
    """
    plan: dict[tuple[str, str], dict[str, Map]] = {}
    taken: set[str] = set()
    for wanted in maps:
        scheme = wanted.scheme or next(iter(schemes))
        configurations = wanted.configurations or (next(iter(schemes[scheme])),)
        stem = base = wanted.name or _stem(wanted, scheme, "-".join(configurations))
        count = 1
        while stem in taken:
            count += 1
            stem = f"{base}-{count}"
        taken.add(stem)
        for configuration in configurations:
            plan.setdefault((scheme, configuration), {})[stem] = wanted
    return plan


def style_of(results: Mapping[str, Any]) -> Style:
    """Look of the pictures that the configuration of some results asks for.

    Args:
        results: Content of their ``results.json``.
    """
    return Style.model_validate(results["config"].get("output", {}).get("style", {}))


def _stem(wanted: Map, scheme: str, configuration: str) -> str:
    """A file name such as ``mu_s_thermal_P_2mA_z10nm``."""
    amount = []
    if wanted.order is not None:
        amount = [f"order{wanted.order}"]
    elif wanted.current is not None:
        amount = [quantity_text(wanted.current, "A").replace(" ", "").replace("µ", "u")]
    if wanted.slice is not None:
        where = "".join(f"{axis}{value * 1e9:.6g}nm" for axis, value in wanted.slice.items())
    else:
        where = "line" if wanted.line is not None else "surface"
    return "_".join([wanted.field, scheme, configuration, *amount, where])


def read_map(text: str, output: Output, drives: Mapping[str, str] | None = None) -> Map:
    """A map as people write it on the command line, such as ``T, z = 10 nm, configuration = AP``.

    The first word is the field; ``surface``, or ``x``, ``y`` or ``z`` with a length, says where; ``order``,
    ``current``, ``scheme``, ``configuration`` (``P and AP`` for both), ``flow``, ``scale`` and ``name`` are
    those of a map in a configuration.

    Args:
        text: The text.
        output: The output of the run, which has the current where the text has neither that nor an order.
        drives: Unit of the drive of every scheme of the run, A by default; of a scheme without a drive, K,
            the fields at rest are shown where the text says nothing.

    Raises:
        InputError: It is no map.
    """
    first, *others = (part.strip() for part in text.split(","))
    content: dict[str, Any] = {"field": first}
    for part in others:
        key, _, value = (word.strip() for word in part.partition("="))
        if key in ("x", "y", "z"):
            content["slice"] = content.get("slice", {}) | {key: value}
        elif key == "configuration" and " and " in value:
            content[key] = [name.strip() for name in value.split(" and ")]
        else:
            content[key] = True if key == "surface" else value
    if first not in CONSTANTS and not content.keys() & {"order", "current"}:
        known = drives or {}
        unit = known.get(content.get("scheme") or next(iter(known), ""), "A")
        is_at_current = unit == "A" and output.current is not None
        content |= {"current": output.current} if is_at_current else {"order": 0 if unit == "K" else 1}
    if "order" in content and str(content["order"]).isdigit():
        content["order"] = int(content["order"])
    try:
        return Map.model_validate(content)
    except ValidationError as error:
        found = error.errors(include_url=False)[0]
        where = f"{dotted(found['loc'])}: " if found["loc"] else ""
        message = f"'{cut(text)}': {where}{found['msg'].removeprefix('Value error, ')}"
        raise InputError(
            f"{message}; write such as 'T, z = 10 nm, configuration = AP'", file="--map"
        ) from None
