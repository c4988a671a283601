"""The nonlocal spin valve with contacts from transparent to tunnel (solver/physics.md §8.6).

What the formula leaves out, how currents spread below a contact, matters the less the more the contact
resists: at a width of 4 nm it is 0.4 % at a transparent contact, 0.1 % at 1e14 S/m², 1e-5 below 1e12 S/m².
"""

import pytest
from bars import NM
from interface_forms import nonlocal_valve
from support import prepare_problem
from test_nonlocal_valve import CU, PY, wire_valve

DISTANCE = 300 * NM


def deviation(comm, width, conductance, polarisation):
    """Spin signal over that of the formula, minus 1."""
    contact = {"conductance": conductance, "polarisation": polarisation}
    interfaces = [{"between": [magnet, "N"]} | contact for magnet in ("F1", "F2")]
    problem = prepare_problem(wire_valve(width, DISTANCE) | {"interfaces": interfaces}, comm)
    solver = problem.scheme("nonlocal")
    resistance = {}
    for name, signs in problem.states.items():
        problem.magnetise(signs)
        resistance[name] = solver.expand(1).harmonics(("detector", "right"))[0]
    expected = nonlocal_valve(PY, CU, DISTANCE, width**2, width**2, conductance, polarisation)
    return (resistance["P"] - resistance["AP"]) / expected - 1


@pytest.mark.parametrize(
    ("conductance", "polarisation", "accuracy"),
    [(1e19, 0.3, 5e-3), (1e16, 0.4, 5e-3), (1e15, 0.4, 5e-3), (1e14, -0.5, 2e-3), (1e12, 0.4, 1e-4)]
    + [(1e10, 0.8, 1e-4)],
)
def test_contacts(comm, conductance, polarisation, accuracy):
    assert abs(deviation(comm, 4 * NM, conductance, polarisation)) < accuracy


@pytest.mark.parametrize("conductance", [1e15, 1e14])
def test_thinner_wires(comm, conductance):
    """The deviation goes with the width."""
    wide, thin = (deviation(comm, width, conductance, 0.4) for width in (8 * NM, 4 * NM))
    assert wide / thin == pytest.approx(2, rel=0.1)
    assert abs(2 * thin - wide) < 5e-4
