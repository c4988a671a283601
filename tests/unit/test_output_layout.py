"""The layout of results.json: its JSON Schema, and what it accepts and refuses."""

import json

import pytest
from click.testing import CliRunner

from thermospin.cli import main
from thermospin.errors import InputError
from thermospin.output.layout import check_layout, results_schema
from thermospin.output.layout.readings import Probe, Signal

pytestmark = pytest.mark.serial

FAILED = {
    "schema": 1,
    "failed": "no steady state",
    "schemes": {},
    "config": {"title": "bar"},
    "point": {"hash": "ab12", "values": {"temperature": "80 K"}, "fields": False},
}


def test_command_prints_the_schema():
    printed = CliRunner().invoke(main, ["schema", "results"]).output
    assert json.loads(printed).items() >= results_schema().items()


def test_every_key_is_described():
    for name, part in results_schema()["$defs"].items():
        assert part["description"], name
        for key, entry in part.get("properties", {}).items():
            assert "description" in entry or entry.keys() == {"$ref"}, f"{name}.{key}"


def test_failed_point():
    check_layout(FAILED)
    with pytest.raises(InputError, match="^r.json: point.hash: not the layout of results: field required"):
        check_layout(FAILED | {"point": {"values": {}, "fields": False}}, "r.json")
    with pytest.raises(InputError, match="^r.json: extra: .* extra inputs are not permitted; run it again$"):
        check_layout(FAILED | {"extra": 1}, "r.json")


def test_errors_of_readings():
    """Error bars and corrections of readings and of signals, at a drive and without one."""
    bars = {"mesh": [1e-6, None], "solver": [1e-12, 1e-12]}
    rest = {"mesh": 1e-6, "solver": 1e-12}
    probe = {"R": [1.0, None], "uncertainty": [1e-12, 1e-12], "correction": [1e-7, None]}
    probe |= {"contributions": [[1e-7], []], "error": bars, "R0": 1e-3, "error_R0": rest}
    assert Probe.model_validate(probe).error.mesh[0] == 1e-6
    signal = {"baseline": [1.0], "spin": [None], "error": {"baseline": bars}, "error_R0": {"spin": rest}}
    assert Signal.model_validate(signal).error_R0["spin"].solver == 1e-12
