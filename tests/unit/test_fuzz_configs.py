"""Rows 35, 37 and 44, and fuzzing: any document gives a valid configuration or one line, within bounds."""

import itertools
import json
import math
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutations import CIRCUITS, CONFIGS, Place, at, mutated, places, seeds, written

from thermospin.config import Config
from thermospin.config.document import parse
from thermospin.device import Device
from thermospin.errors import ThermospinError
from thermospin.networks import load_circuit
from thermospin.networks.study import study
from thermospin.runs.loop import Trace
from thermospin.runs.overview import describe_loop, describe_magnetisation
from thermospin.validation import load_config, load_sweep

pytestmark = pytest.mark.serial

CI = settings(
    max_examples=150, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
LONG = settings(CI, max_examples=10_000, derandomize=False, print_blob=True)
PATIENCE = 5.0
"""CPU time of one document, s."""
LONGEST_LINE = 2500

DEVICES, CIRCUIT_SEEDS = seeds(circuits=False), seeds(circuits=True)
TRUTHS = {
    "surface",
    "fields",
    "precession",
    "transparent",
    "magnetic",
    "spin_heat",
    "reciprocity",
    "sink",
    "adiabatic",
    "estimate",
}
FREE = {"petsc", "sweep"}
"""Sections whose values are whatever the keys that they name take."""
POSITIVE = {
    "thickness",
    "width",
    "depth",
    "height",
    "radii",
    "interface_size",
    "edge_size",
    "max_size",
    "duration",
}
POSITIVE |= {"spin_diffusion_length", "spin_heat_diffusion_length", "thermal_conductivity", "reach", "area"}
POSITIVE |= {"separation", "growth_rate", "refinement", "tolerance", "spin_flip_time", "diffusion_constant"}
BELOW_ONE = {"polarisation", "asymmetry", "heat_polarisation"}


@contextmanager
def bounded(file: Path) -> Iterator[None]:
    """Anything but a clear answer in time fails."""
    begun = time.process_time()
    try:
        yield
    except ThermospinError as error:
        line = str(error)
        assert line.startswith(str(file)), line
        assert line.isprintable() and len(line) < LONGEST_LINE, line
    assert time.process_time() - begun < PATIENCE


def leaves(data: Any) -> Iterator[tuple[Place, Any]]:
    for place in places(data):
        value = at(data, place)
        if not isinstance(value, dict | list):
            yield place, value


def assert_sensible(given_data: Any, resolved: Any) -> None:
    """No truth where a number belongs, nothing infinite, nothing out of its range."""
    for place, value in leaves(given_data):
        names = [key for key in place if isinstance(key, str)]
        if isinstance(value, bool) and not FREE & set(names):
            assert names and names[-1] in TRUTHS, f"{place} accepts {value}"
    for place, value in leaves(resolved):
        if isinstance(value, bool) or not isinstance(value, int | float):
            continue
        name = next((key for key in reversed(place) if isinstance(key, str)), "")
        assert math.isfinite(value), f"{place} is {value}"
        assert name not in POSITIVE or value > 0, f"{place} is {value}"
        assert name not in BELOW_ONE or abs(value) < 1, f"{place} is {value}"
        assert name != "temperature" or 0 < value <= 1e4, f"{place} is {value}"


def check_device(file: Path, data: Any) -> None:
    """All that is done with a configuration before there is a mesh."""
    config = load_config(file)
    resolved = config.resolved()
    assert_sensible(data, resolved)
    again = load_config(json.loads(json.dumps(resolved, allow_nan=False)))
    assert again.resolved() == resolved
    found = Device.of(config)
    assert describe_magnetisation(config, found) is not None and describe_loop(config) is not None
    assert all(list(state) == list(found.magnets) for state in found.states.values())
    if config.loop is not None:
        assert_followed(config)
    if config.sweep:
        assert load_sweep(file).points


def assert_followed(config: Config) -> None:
    """Every magnet is somewhere at every field, at unit length."""
    if config.loop.points > 200:
        config = config.model_copy(update={"loop": config.loop.model_copy(update={"points": 200})})
    assert len(Trace.of(config, Device.of(config)).at) == 2 * config.loop.points
    for path in config.loop.paths.values():
        assert np.linalg.norm(path.directions, axis=1) == pytest.approx(1, rel=1e-6)


def check_circuit(file: Path, data: Any) -> None:
    """A circuit and its solution; long dynamics and many angles are left out."""
    config = load_circuit(file)
    assert_sensible(data, config.model_dump(mode="json"))
    changes: dict[str, Any] = {}
    if config.sweep is not None:
        changes["sweep"] = config.sweep.model_copy(
            update={"angle": config.sweep.angle.model_copy(update={"points": 3})}
        )
    if config.dynamics is not None:
        duration = min(config.dynamics.duration, 1e-12)
        changes["dynamics"] = config.dynamics.model_copy(
            update={"duration": duration, "drives": config.dynamics.drives[:2], "trajectory": None}
        )
    found = study(config.model_copy(update=changes))
    json.dumps(found.data, allow_nan=False)


def check(file: Path, text: str, work: Callable[[Path, Any], None]) -> None:
    file.write_text(text, encoding="utf-8", errors="surrogatepass")
    with bounded(file):
        work(file, parse(text, str(file)))


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzz") / "fuzz.yaml"


@CI
@given(data=mutated(DEVICES))
def test_mutated_devices(file, data):
    check(file, written(data), check_device)


@CI
@given(data=mutated(CIRCUIT_SEEDS))
def test_mutated_circuits(file, data):
    check(file, written(data), check_circuit)


@st.composite
def resistors(draw: st.DrawFn) -> list[tuple[int, int, float]]:
    """Conductances of any size between up to six nodes, of which 0 and 1 are reservoirs; a tree at least."""
    count = draw(st.integers(2, 6))
    pairs = [(draw(st.integers(0, i - 1)), i) for i in range(1, count)]
    more = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)).filter(
        lambda pair: pair[0] != pair[1]
    )
    pairs += draw(st.lists(more, max_size=4))
    decades = draw(st.sampled_from((2, 6, 10, 30)))
    return [(*pair, 10.0 ** draw(st.integers(-10, decades - 10))) for pair in pairs]


def exact_conductance(joined: list[tuple[int, int, float]]) -> Fraction:
    """Between nodes 0 and 1, by taking out the other nodes one by one (star to mesh) in rational numbers."""
    links: dict[frozenset[int], Fraction] = defaultdict(Fraction)
    for first, second, value in joined:
        links[frozenset((first, second))] += Fraction(value)
    for node in range(max(max(pair) for pair in links), 1, -1):
        arms = {next(iter(pair - {node})): value for pair, value in links.items() if node in pair}
        links = defaultdict(Fraction, {pair: value for pair, value in links.items() if node not in pair})
        for first, second in itertools.combinations(arms, 2):
            links[frozenset((first, second))] += arms[first] * arms[second] / sum(arms.values())
    return links[frozenset((0, 1))]


@CI
@given(joined=resistors())
def test_resistors_of_any_size_are_right_or_refused(joined):
    """Against rational numbers: what double precision cannot resolve is said."""
    count = max(max(pair) for *pair, _ in joined) + 1
    names = [f"n{i}" for i in range(count)]
    nodes = {name: {} for name in names} | {"n0": {"voltage": 1}, "n1": {"voltage": 0}}
    elements = [{"between": [names[i], names[j]], "conductance": value} for i, j, value in joined]
    try:
        found = study(load_circuit({"nodes": nodes, "elements": elements})).data["points"]
    except ThermospinError as error:
        assert "differ too much" in str(error)
        assert max(value for *_, value in joined) > 1e4 * min(value for *_, value in joined)
        return
    expected = float(exact_conductance(joined))
    assert found["n0.current (A/m^2)"][0] == pytest.approx(expected, rel=1e-5, abs=0)
    assert found["n1.current (A/m^2)"][0] == pytest.approx(-expected, rel=1e-5, abs=0)


TEXTS_OF_DEVICES = [
    path.read_text(encoding="utf-8") for path in sorted(CONFIGS.glob("*.yaml")) if path.stem not in CIRCUITS
]
INSERTED = (
    "\t",
    " ",
    "\n",
    ":",
    "- ",
    "[",
    "]",
    "{",
    "}",
    "'",
    '"',
    "&a ",
    "*a",
    "!!bool ",
    "!x ",
    "#",
    "0",
    "<<: ",
    "|",
)
INSERTED += (
    "\x00",
    "\x07",
    "\ufeff",
    "\u2028",
    "é",
    "🙂",
    "%",
    "@",
    "? ",
    "---\n",
    "...\n",
    "1e",
    "-",
    ",",
    "\\x00",
    "~",
)


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """The text of a configuration with pieces put in and cut out."""
    text = draw(st.sampled_from(TEXTS_OF_DEVICES))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = start + draw(st.sampled_from((0, 0, 0, 1, 2, 20)))
        text = (
            text[:start] + draw(st.sampled_from(INSERTED)) * draw(st.sampled_from((1, 1, 1, 3))) + text[end:]
        )
    return text


@CI
@given(text=damaged())
def test_damaged_texts(file, text):
    check(file, text, check_device)


@CI
@given(text=st.text(max_size=60) | st.text(alphabet="[]{}:-,&*!|>'\"\n\t #ab1", max_size=60))
def test_texts_that_are_no_configuration(file, text):
    check(file, text, check_device)


@pytest.mark.slow
@LONG
@given(data=mutated(DEVICES))
def test_mutated_devices_for_long(file, data):
    check(file, written(data), check_device)


@pytest.mark.slow
@LONG
@given(data=mutated(CIRCUIT_SEEDS))
def test_mutated_circuits_for_long(file, data):
    check(file, written(data), check_circuit)


@pytest.mark.slow
@LONG
@given(text=damaged())
def test_damaged_texts_for_long(file, text):
    check(file, text, check_device)
