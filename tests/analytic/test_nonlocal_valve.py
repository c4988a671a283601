"""The nonlocal spin valve of Takahashi and Maekawa on a wire in three dimensions (solver/physics.md §8.6).

The formula is that of a thin wire with contacts without extent. It leaves out how currents spread in the wire
below a contact: an error in proportion to the width, 1.6 % at 16 nm, 0.2 % at 2 nm.
"""

import closed_forms
import pytest
from bars import COLD, NM
from support import prepare_problem

from thermospin.materials.library import library_material

PY, CU = library_material("Py").at(300.0), library_material("Cu").at(300.0)
REACH, PILLAR = 2000 * NM, 60 * NM
"""How far the wire extends beyond the contacts, and the magnets from it: they count as infinite."""


def box(name, material, low, high):
    return {"name": name, "material": material, "box": {"min": list(low), "max": list(high)}}


def wire_valve(width, distance):
    """A wire along x with a magnet on top at x = 0 and at x = distance; all cross-sections are squares."""
    half = width / 2

    def pillar(name, x):
        return box(name, "Py", (x - half, -half, width), (x + half, half, width + PILLAR))

    return {
        "temperature": COLD,
        "geometry": {
            "solids": [
                box("N", "Cu", (-REACH, -half, 0), (distance + REACH, half, width)),
                pillar("F1", 0.0),
                pillar("F2", distance),
            ]
        },
        "mesh": {
            "interface_size": min(width / 4, 1.5 * NM),
            "max_size": 3 * width,
            "elements_across_film": 1,
            "film_aspect": 10,
        },
        "terminals": {
            "injector": {"region": "F1", "face": "zmax"},
            "detector": {"region": "F2", "face": "zmax"},
            "left": {"region": "N", "face": "xmin", "sink": True},
            "right": {"region": "N", "face": "xmax", "sink": True},
        },
        "heating": {"scale": 0},
        "schemes": {"nonlocal": {"injector": {"current": "equipotential"}, "left": "ground"}},
        "probes": {"nonlocal": ["detector", "right"]},
        "solver": {"degree": 2, "orders": 1},
    }


def deviation(width, distance, comm):
    """Spin signal over that of the formula, minus 1."""
    problem = prepare_problem(wire_valve(width, distance), comm)
    solver = problem.scheme("nonlocal")
    resistance = {}
    for name, signs in problem.states.items():
        problem.magnetise(signs)
        resistance[name] = solver.expand(1).harmonics(("detector", "right"))[0]
    expected = closed_forms.nonlocal_valve(PY, CU, distance, width**2, contacts=(width**2, width**2))
    return (resistance["P"] - resistance["AP"]) / expected - 1


def check_limit(widths, distance, comm):
    """The deviation halves with the width, and what is left at the width 0 is nothing."""
    *_, wider, wide, thin = (deviation(width, distance, comm) for width in widths)
    assert abs(thin) < 5e-3
    assert wider / wide == pytest.approx(2, rel=0.1)
    assert wide / thin == pytest.approx(2, rel=0.1)
    assert abs(2 * thin - wide) < 5e-4


def test_thin_wires(comm):
    check_limit([16 * NM, 8 * NM, 4 * NM], 300 * NM, comm)


@pytest.mark.slow
@pytest.mark.parametrize("distance", [100 * NM, 350 * NM, 700 * NM])
def test_ever_thinner_wires(comm, distance):
    check_limit([8 * NM, 4 * NM, 2 * NM], distance, comm)
