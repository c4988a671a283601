"""JSON Schemas of documents: shipped files pass, quantities of another dimension do not."""

import functools
import json
from pathlib import Path

import jsonschema
import pytest
import yaml
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from thermospin.cli import DOCUMENTS, main
from thermospin.config.unit_patterns import ANGLES, BASES, known_quantity, right_quantity
from thermospin.runs.schemas import schema_of
from thermospin.units import readable, to_si

ROOT = Path(__file__).parents[2]
CONFIGS = sorted(path for folder in ("configs", "benchmarks") for path in (ROOT / folder).glob("*.yaml"))
UNITS = [
    "m",
    "K",
    "V/K",
    "S/m",
    "A/m^2",
    "ohm m^2",
    "S/m^2",
    "T",
    "s",
    "V",
    "m^2/s",
    "W/(m K)",
    "rad",
    "m^2 K/W",
]
POWERS = ["", "^2", "**2", "^-1", "²", "⁻¹", "^3"]

pytestmark = pytest.mark.serial


@pytest.fixture(scope="module")
def validators():
    """A validator of every schema."""
    return {name: jsonschema.Draft202012Validator(schema_of(name)) for name in DOCUMENTS}


def kind_of(data):
    """The document that a file holds."""
    return "circuit" if "nodes" in data else "configuration"


@functools.cache
def validator_of(unit):
    """A validator of the rule about texts for a quantity."""
    rule = {"anyOf": [{"pattern": right_quantity(unit)}, {"not": {"pattern": known_quantity()}}]}
    return jsonschema.Draft202012Validator(rule)


def is_valid(unit, text):
    """Whether the schema takes a text for a quantity."""
    return validator_of(unit).is_valid(text)


def is_read(unit, text):
    """Whether the program takes it."""
    try:
        to_si(text, unit)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("name", DOCUMENTS)
def test_schemas_are_schemas(name):
    schema = json.loads(CliRunner().invoke(main, ["schema", name]).output)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"urn:thermospin:{name}"
    assert schema["title"] == f"thermospin {name}"


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_shipped_configurations_pass(validators, path):
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    errors = [f"{error.json_path}: {error.message}" for error in validators[kind_of(data)].iter_errors(data)]
    assert not errors, errors


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_shipped_configurations_name_their_schema(path):
    text = path.read_text(encoding="utf-8")
    place = "schema" if path.parent.name == "configs" else "../configs/schema"
    expected = f"# yaml-language-server: $schema={place}/{kind_of(yaml.safe_load(text))}.json"
    assert text.splitlines()[0] == expected


def test_the_numbers_of_a_paper_pass(validators):
    for path in (ROOT / "configs" / "references").glob("*.yaml"):
        validators["paper"].validate(yaml.safe_load(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"temperature": "300 nm"}, "temperature"),
        ({"mesh": {"max_size": "100 K"}}, "mesh"),
        ({"mesh": {"max_size": "5 W/(m K)"}}, "mesh"),
        ({"materials": {"Py": {"seebeck": "5 uV"}}}, "materials"),
        ({"temperature": -1}, "temperature"),
        ({"temprature": 300}, "$"),
    ],
)
def test_mistakes_are_seen(validators, change, key):
    data = yaml.safe_load((ROOT / "configs" / "slachter2010.yaml").read_text(encoding="utf-8"))
    [error] = validators["configuration"].iter_errors(data | change)
    assert key in error.json_path


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("text", ["2*L + 40 nm", "L/2", "sqrt(2)*w", "12", "1e-9", "3 furlong", "300 nm - L"])
def test_formulas_and_other_units_are_left_to_the_program(unit, text):
    assert is_valid(unit, text)


factor = st.tuples(
    st.sampled_from(["", "n", "u", "m", "k", "M"]), st.sampled_from(BASES + ANGLES), st.sampled_from(POWERS)
)


@settings(deadline=None)
@given(st.sampled_from(UNITS), st.lists(factor, min_size=1, max_size=2), st.sampled_from([" ", "*", "/"]))
def test_the_schema_judges_as_the_program_does(unit, factors, sign):
    if any(base in ANGLES and (len(factors) > 1 or power) for _, base, power in factors):
        return  # rad counts as 1 there
    if sign == "/" and any("-" in power or "⁻" in power for *_, power in factors):
        return
    text = "3 " + sign.join("".join(part) for part in factors)
    assert is_valid(unit, text) == is_read(unit, text), text


@pytest.mark.parametrize(
    ("number", "unit", "text"),
    [
        (1.0000000000000002e-06, "m", "1 um"),
        (1.5e-8, "m", "15 nm"),
        (300.0, "K", "300 K"),
        (-3.8e-6, "V/K", "-3.8 uV/K"),
        (2e7, "S/m", "2e+07 S/m"),
        (0.0, "m", "0 m"),
        (0.5, "", 0.5),
        (3.0000000000000004e-07, "m", "300 nm"),
    ],
)
def test_numbers_as_people_write_them(number, unit, text):
    assert readable(number, unit) == text


def test_defaults_are_quantities(validators):
    properties = validators["configuration"].schema["$defs"]["LateralNonlocal"]["properties"]
    assert properties["injector_length"]["default"] == "1 um"
    assert validators["configuration"].schema["properties"]["temperature"]["default"] == "300 K"
