"""Cells at edges where fields are singular, against the edges that the geometry tells."""

import numpy as np
import pytest
from support import prepare_problem

from thermospin.discretisation.singular_edges import touches_singular_edge

NM = 1e-9
ENDS = {
    "left": {"region": "Film", "face": "xmin", "sink": True},
    "right": {"region": "Other", "face": "xmax", "sink": True},
}


def device(other, terminals=(), **sections):
    """A film of 60 by 40 by 10 nm and another box of metal, in nm."""
    solids = {"Film": ("Cu", (0, 0, 0), (60, 40, 10)), "Other": other}
    return {
        "geometry": {
            "solids": {
                name: {
                    "material": material,
                    "box": {"min": [f"{x} nm" for x in low], "max": [f"{x} nm" for x in high]},
                }
                for name, (material, low, high) in solids.items()
            }
        },
        "mesh": {"max_size": "10 nm", "elements_across_film": 1},
        "terminals": ENDS | dict(terminals),
        "schemes": {"main": {"left": "current", "right": "ground"}},
        "probes": {"v": ["left", "right"]},
        "solver": {"degree": 1, "orders": 1},
    } | sections


BARRIER = {"interfaces": [{"between": ["Film", "Other"], "conductance": 1e15}]}
PAD = ("Au", (20, 10, 10), (60, 30, 20))
RIM = [((20, 10, 10), (59, 10, 10)), ((20, 30, 10), (59, 30, 10)), ((20, 10, 10), (20, 30, 10))]
BESIDE = ("Cu", (60, 0, 0), (80, 20, 10))


@pytest.mark.parametrize(
    "config, edges, conductor",
    [
        (device(("Cu", (60, 0, 0), (120, 40, 10))), [], None),
        (device(("Py", (60, 0, 0), (120, 40, 10))), [], None),
        (device(PAD), [*RIM, ((60, 10, 10), (60, 30, 10))], None),
        (device(PAD, **BARRIER), RIM, "Film"),
        (device(BESIDE), [((60, 20, 0), (60, 20, 10))], None),
        (
            device(
                ("Cu", (0, 40, 0), (60, 80, 10)),
                {
                    "left": {"region": "Film", "face": "xmax", "sink": True},
                    "right": {"region": "Other", "face": "xmin"},
                },
            ),
            [((0, 40, 0), (0, 40, 10)), ((60, 40, 0), (60, 40, 10))],
            None,
        ),
    ],
    ids=["straight", "two metals", "pad", "resistive pad", "step", "part of a side"],
)
def test_cells_at_singular_edges(config, edges, conductor, comm):
    """Those that touch an inner corner, the rim of a pad in the film, or the end of a terminal on a side."""
    with prepare_problem(config, comm) as problem:
        device, materials = problem.spaces.device, problem.device.materials
    found = touches_singular_edge(device, materials)
    points = device.mesh.geometry.x[device.mesh.geometry.dofmaps[0][: len(found)]]
    expected = np.zeros(len(found), dtype=bool)
    for low, high in np.array(edges, dtype=float).reshape(-1, 2, 3) * NM:
        on_edge = np.all((points > low - 1e-3 * NM) & (points < high + 1e-3 * NM), axis=2)
        expected |= on_edge.any(axis=1)
    if conductor:
        expected &= device.cell_tags[: len(found)] == device.regions[conductor]
    assert np.array_equal(found, expected)
