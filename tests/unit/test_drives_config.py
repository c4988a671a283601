"""Drives to solve at: in amperes where a current drives a scheme, in volts where a voltage does (row 24)."""

import pytest

from thermospin.errors import InputError
from thermospin.output.files import write_json
from thermospin.validation import load_config

CURRENT = {"t": {"bottom": "ground", "top": "current"}}
VOLTAGE = {"t": {"bottom": "ground", "top": {"voltage": "20 mV"}}}

pytestmark = pytest.mark.serial


def config(schemes, *currents):
    return {
        "geometry": {
            "template": "layer_stack",
            "width": "100 nm",
            "layers": [{"name": "A", "material": "Cu", "thickness": "100 nm"}],
        },
        "schemes": schemes,
        "probes": {"v": ["top", "bottom"]},
        "solver": {"method": "demodulate", "orders": 1, "currents": list(currents)},
    }


@pytest.mark.parametrize(
    ("schemes", "given", "si"),
    [
        (VOLTAGE, "7 V", 7.0),
        (VOLTAGE, "-5 mV", -5e-3),
        (VOLTAGE, 0.5, 0.5),
        (CURRENT, "7 mA", 7e-3),
        (CURRENT, "0.5", 0.5),
        (CURRENT | {"v": VOLTAGE["t"]}, 0.5, 0.5),
    ],
)
def test_row_24_a_unit_that_fits(schemes, given, si, tmp_path):
    loaded = load_config(config(schemes, given))
    assert loaded.solver.currents == (pytest.approx(si),)
    write_json(tmp_path / "again.yaml", loaded.resolved())
    assert load_config(tmp_path / "again.yaml").solver.currents == loaded.solver.currents


@pytest.mark.parametrize(
    ("schemes", "given", "message"),
    [
        (
            VOLTAGE,
            "7 A",
            r"solver.currents\[0\]: 7 A cannot drive scheme 't', which a voltage drives; write it in V",
        ),
        (
            CURRENT,
            "7 V",
            r"solver.currents\[0\]: 7 V cannot drive scheme 't', which a current drives; write it in A",
        ),
        (CURRENT | {"v": VOLTAGE["t"]}, "7 V", "cannot drive scheme 't'"),
        (VOLTAGE, "7 K", r"solver.currents\[0\]: wrong unit"),
        (VOLTAGE, "2 MV", "at most 1000 A or V"),
        (VOLTAGE, "0 V", "must not be 0"),
        (VOLTAGE, "1e-15 V", "at least 1e-12 V"),
    ],
)
def test_row_24_a_unit_that_does_not_fit(schemes, given, message):
    with pytest.raises(InputError, match=message):
        load_config(config(schemes, given))
