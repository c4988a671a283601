"""Configurations with mistakes: the shipped ones, with keys, values and structure changed at random."""

import copy
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from hypothesis import strategies as st

from thermospin.config.document import parse

CONFIGS = Path(__file__).parents[2] / "configs"
CIRCUITS = ("hatami2007_circuit", "thermal_switching")

Place = tuple[str | int, ...]

FLOATS = "1e9 -1e9 .5 -.5 .999999 1.0000001 1e-300 -1e-300 1e300 1e-12 1e-9 1e-6"
FLOATS += " 5e-324 1.8e308 inf -inf nan 1e20 1e-10"
NUMBERS = [*range(-2, 8), 300, 5001, 10**30, *map(float, FLOATS.split())]
WORDS = """yes no on true None null nan inf x -z Py Cu SiO2 FM1 P 1:30 0300 2001-01-01 1_000 0x1F 8nm
nm 5 1e999 9**9**9 µ Ω 🙂 a/b ../x ground current float tanh(x/nm) 1/0 linear top"""
QUANTITIES = """8,5 nm|-300 mn|20 degC|5 nm|5 m|1e-300 m|90 deg|1e300 m|5 S/m|1e7 S/m|-5 uV/K|300 K|-3 K
|1e-9 K|50 %|3 T|1 mA|1 V|5 ns|8 Nm|5 µm|5 μm|−5 nm|1e999 K|1 m^9^9"""
TEXTS = [*WORDS.split(), *QUANTITIES.split("|"), "", " ", "a\nb", "\t", "x" * 5000, "(" * 90]
VALUES = """[null, true, false, [], {}, [[]], [null], {a: {}}, [0, 0, 0], [0, 0, 1], [1, 2], [5 nm, 3 K],
{"": 1}, {1: 2}, {theta: 30 deg}, {linear: 1}, {polynomial: [1, 2], reference: 300 K}, [1e300, 1e300, 1e300],
{table: [[300 K, 1], [200 K, 2]]}]"""
OTHERS = [*parse(VALUES.replace("\n", " "), ""), list(range(3000)), {f"k{i}": i for i in range(500)}]

leaves = st.one_of(st.sampled_from(NUMBERS), st.sampled_from(TEXTS), st.sampled_from(OTHERS))
garbage = st.recursive(
    leaves | st.text(max_size=8) | st.integers() | st.floats(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def seeds(circuits: bool) -> dict[str, Any]:
    """The shipped configurations as plain data, by name."""
    return {
        path.stem: parse(path.read_text(encoding="utf-8"), str(path))
        for path in sorted(CONFIGS.glob("*.yaml"))
        if (path.stem in CIRCUITS) == circuits
    }


def places(data: Any, here: Place = ()) -> Iterator[Place]:
    """Every place in plain data below the top."""
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in items:
        yield (*here, key)
        yield from places(value, (*here, key))


def at(data: Any, place: Place) -> Any:
    """Value at a place."""
    for key in place:
        data = data[key]
    return data


@st.composite
def mutated(draw: st.DrawFn, originals: dict[str, Any]) -> Any:
    """A configuration with one to three changes."""
    data = copy.deepcopy(originals[draw(st.sampled_from(sorted(originals)))])
    for _ in range(draw(st.integers(1, 3))):
        found = list(places(data))
        if found:
            _change(draw, data, draw(st.sampled_from(found)), originals)
    return data


def _change(draw: st.DrawFn, data: Any, place: Place, originals: dict[str, Any]) -> None:
    """Change a configuration in place, at one place."""
    *above, key = place
    parent, value = at(data, tuple(above)), at(data, place)
    match draw(
        st.sampled_from(
            (
                "nudge",
                "nudge",
                "nudge",
                "leaf",
                "leaf",
                "scale",
                "garbage",
                "drop",
                "rename",
                "wrap",
                "graft",
                "repeat",
            )
        )
    ):
        case "leaf":
            parent[key] = copy.deepcopy(draw(leaves))
        case "nudge" if isinstance(value, str) and (
            number := re.match(r"[-+]?[0-9.]+(e[-+]?[0-9]+)?", value)
        ):
            factor = draw(st.sampled_from((0, -1, 1e-3, 0.1, 0.5, 1.5, 10, 1e3, 1e6)))
            parent[key] = f"{float(number[0]) * factor:g}{value[number.end() :]}"
        case "nudge" if isinstance(value, bool):
            parent[key] = not value
        case "nudge" if isinstance(value, int | float):
            parent[key] = type(value)(value * draw(st.sampled_from((0, -1, 0.1, 0.5, 2, 10, 1000))))
        case "nudge" if isinstance(value, str):
            parent[key] = draw(
                st.sampled_from(
                    [at(data, other) for other in places(data) if isinstance(at(data, other), str)]
                )
            )
        case "scale" if isinstance(value, int | float):
            parent[key] = value * draw(st.sampled_from((0, -1, 1e-300, 1e300, 1e9, 1e-9, 2)))
        case "scale" if isinstance(value, str):
            parent[key] = draw(st.sampled_from(("-", "1e300", "1e-300", "9" * 30, ""))) + value
        case "garbage" | "scale":
            parent[key] = copy.deepcopy(draw(garbage))
        case "drop":
            del parent[key]
        case "rename" if isinstance(parent, dict):
            parent[draw(st.sampled_from((f"{key}x", str(key)[1:], str(key).upper(), 7, "", None)))] = (
                parent.pop(key)
            )
        case "wrap" | "rename":
            parent[key] = draw(st.sampled_from(([value], {"a": value}, [value, value], {str(key): value})))
        case "graft":
            other = originals[draw(st.sampled_from(sorted(originals)))]
            parent[key] = copy.deepcopy(at(other, draw(st.sampled_from(list(places(other))))))
        case "repeat" if isinstance(parent, list):
            parent.append(copy.deepcopy(value))
        case _:
            parent[key] = copy.deepcopy(draw(st.sampled_from([at(data, other) for other in places(data)])))


def written(data: Any) -> str:
    """Plain data as YAML."""
    return yaml.dump(data, Dumper=_Dumper, allow_unicode=True, sort_keys=False)


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):
    """Without anchors, so that what is repeated is written again."""

    def ignore_aliases(self, data: Any) -> bool:
        return True
