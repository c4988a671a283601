"""Row 8: exchange turns moments as a field along the magnetisation would (solver/physics.md §3).

A magnet of no polarisation that precesses is compared with a normal metal in a field, and with the closed
form of the latter.
"""

import numpy as np
import pytest
from bars import NM, Bar, Layer
from test_vector_elements import components, solved, vector_problem
from vector_forms import Decay

from thermospin.constants import MAGNETON_RATE
from thermospin.fields import S_VECTOR

LENGTH, FLIP, SPAN = 30 * NM, 3e-14, 90 * NM
INJECTOR = {
    "conductivity": 5e6,
    "polarisation": 0.5,
    "spin_diffusion_length": "10 nm",
    "thermal_conductivity": 30,
}
METAL = {"conductivity": 1e7, "spin_diffusion_length": LENGTH, "thermal_conductivity": 30}


def spins(material, comm, **sections):
    """Positions and s along a bar, beside a magnet along x that injects (collective)."""
    rod = Bar(
        [Layer("F", "Injector", 30 * NM), Layer("B", "Other", SPAN)],
        width=6 * NM,
        materials={"Injector": INJECTOR, "Other": METAL | material},
        max_size=3 * NM,
    )
    directions = {"F": "x"} | ({"B": "z"} if material.get("magnetic") else {})
    problem = vector_problem(rod, comm, directions, **sections)
    return components(problem, solved(problem, 1e11 * rod.area), S_VECTOR, "B")


@pytest.mark.parametrize("sign", [1, pytest.param(-1, marks=pytest.mark.slow)])
@pytest.mark.parametrize("kind", ["precession_length", "tensor_diffusion"])
def test_row_08_exchange_turns_as_a_field_along_m(kind, sign, comm):
    angle = 2.0 * sign
    law = {
        "precession_length": sign * LENGTH / abs(angle) ** 0.5,
        "tensor_diffusion": {  # many collisions in a turn: no more than a field
            "momentum_time": 1e-8 * FLIP,
            "spin_flip_time": FLIP,
            "diffusion_constant": LENGTH**2 / FLIP,
            "precession_frequency": angle / FLIP,
        },
    }[kind]
    x, s = spins({"magnetic": True, kind: law}, comm)
    field = [0, 0, angle / (2 * MAGNETON_RATE * FLIP)]
    _, expected = spins({"spin_relaxation_time": FLIP}, comm, magnetic_field=field)
    assert abs(expected[:, 1]).max() > 0.1 * abs(expected).max()
    assert s == pytest.approx(expected, abs=1e-6 * abs(expected).max())
    plus = s[:, 0] + 1j * s[:, 1]
    decay = Decay.hanle(angle, LENGTH).held(x - x[0], plus[0], SPAN)
    assert plus == pytest.approx(decay, abs=1e-3 * abs(plus[0]))
    assert np.sign(plus[len(plus) // 8].imag / plus[len(plus) // 8].real) == sign
