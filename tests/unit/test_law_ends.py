"""Laws that begin at the base temperature, below which the solution falls a little (row 19 of the cases)."""

import numpy as np
import pytest
from support import prepare_problem

from thermospin.errors import ConvergenceError
from thermospin.materials.laws import RangeError, Table

TABLE = Table.of("conductivity", "S/m", {"gt": 0.0})(table=[[300.0, 6e6], [400.0, 5e6], [500.0, 4.5e6]])
PROBE = ("top", "bottom")


def bar(**changes):
    """A bar on a narrow foot, whose conductivity is known from the base temperature on."""
    layers = [
        {"name": "Foot", "material": "M", "thickness": "30 nm"},
        {"name": "Bar", "material": "M", "thickness": "60 nm"},
    ]
    metal = {
        "conductivity": {"table": [["300 K", 6e6], ["400 K", 5e6], ["500 K", 4.5e6]]},
        "seebeck": "0 V/K",
        "spin_diffusion_length": "20 nm",
        "thermal_conductivity": "40 W/(m K)",
    }
    return {
        "temperature": "300 K",
        "geometry": {"template": "layer_stack", "width": "30 nm", "layers": layers},
        "mesh": {"max_size": "20 nm"},
        "materials": {"M": metal | changes.pop("metal", {})},
        "terminals": {
            "bottom": {"region": "Foot", "face": "zmin", "sink": True},
            "top": {"region": "Bar", "face": "zmax", "sink": changes.pop("sink", True)},
        },
        "schemes": {"t": {"bottom": "ground", "top": "current"}},
        "probes": {"v": list(PROBE)},
        "solver": {"degree": 2, "method": "demodulate", "orders": 1, "currents": ["1 mA"]} | changes,
    }


@pytest.mark.serial
@pytest.mark.parametrize("temperature", [300.0 - 1e-10, 299.9, 500.1])
def test_row_19_a_table_is_continued_a_little(temperature):
    """By its own slope."""
    end = 300.0 if temperature < 400 else 500.0
    (value, slope) = TABLE.derivatives(np.array(end), 1)
    found = TABLE.derivatives(np.array(temperature))[0]
    assert found == pytest.approx(value + slope * (temperature - end), rel=1e-6)


@pytest.mark.serial
@pytest.mark.parametrize("temperature", [297.0, 503.0])
def test_row_19_but_no_further(temperature):
    with pytest.raises(RangeError, match=f"from 300 K to 500 K, not at {temperature:g} K"):
        TABLE.derivatives(np.array(temperature))


def test_row_19_a_device_at_the_beginning_of_a_table(comm):
    problem = prepare_problem(bar(), comm)
    problem.magnetise({})
    found = problem.scheme("t").at(1e-3)
    cold = problem.scheme("t").at(1e-9)
    assert found.reading(PROBE) / 1e-3 > 1.0001 * cold.reading(PROBE) / 1e-9


def test_row_19_a_device_that_is_colder_is_told_so(comm):
    problem = prepare_problem(bar(sink="290 K"), comm)
    problem.magnetise({})
    with pytest.raises(ConvergenceError, match="materials.M.conductivity: .*from 300 K to 500 K, not at 29"):
        problem.scheme("t").at(1e-6)
