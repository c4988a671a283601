"""Spins in a thin wire on an insulating magnet decay over ``1/λ_eff² = 1/λ² + 2 G_s/(σ t)`` (§11.5)."""

import numpy as np
import pytest
from support import prepare_problem

NM = 1e-9
SIGMA, LENGTH, THICK, TAKEN = 2e7, 200e-9, 4e-9, 1.5e12


def wire():
    """A magnet that injects spins into one end of a wire on an insulating magnet."""
    boxes = {
        "F": ("Magnet", (-20, 0, 0), (0, 20, 4)),
        "N": ("Metal", (0, 0, 0), (800, 20, 4)),
        "Y": ("Garnet", (0, 0, -4), (800, 20, 0)),
    }
    solids = [
        {
            "name": name,
            "material": material,
            "box": {"min": [f"{x} nm" for x in low], "max": [f"{x} nm" for x in high]},
        }
        for name, (material, low, high) in boxes.items()
    ]
    normal = {"conductivity": SIGMA, "spin_diffusion_length": LENGTH, "thermal_conductivity": 100}
    magnet = {"polarisation": 0.4, "spin_diffusion_length": "10 nm"}
    return {
        "geometry": {"solids": solids},
        "materials": {
            "Metal": normal,
            "Magnet": normal | magnet,
            "Garnet": {"conductivity": 0, "thermal_conductivity": 7, "magnetic": True},
        },
        "interfaces": [{"between": ["N", "Y"], "spin_conductance": TAKEN, "phonon_heat_conductance": 1e8}],
        "terminals": {
            "left": {"region": "F", "face": "xmin", "sink": True},
            "right": {"region": "N", "face": "xmax", "sink": True},
        },
        "schemes": {"through": {"left": "current", "right": "ground"}},
        "mesh": {"max_size": "25 nm", "interface_size": "10 nm", "elements_across_film": 1, "film_aspect": 6},
        "solver": {"degree": 2, "orders": 1},
    }


def test_effective_length(comm):
    problem = prepare_problem(wire(), comm)
    first = problem.solve("through", "P").orders[0]
    functions = problem.spaces.functions()
    problem.spaces.load(first.vector, functions)
    x = problem.spaces.space(True).tabulate_dof_coordinates()[:, 0]
    inside = (x > 100e-9) & (x < 400e-9)
    gathered = comm.allgather((x[inside], functions[1].x.array[inside]))
    place, spins = (np.concatenate(part) for part in zip(*gathered, strict=True))
    slope = np.polyfit(place, np.log(np.abs(spins)), 1)[0]
    expected = (1 / LENGTH**2 + 2 * TAKEN / SIGMA / THICK) ** 0.5
    assert -slope == pytest.approx(expected, rel=1e-3)
    problem.free()
