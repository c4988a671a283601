"""Devices that are mirrored, turned, or equal to their mirror image."""

import numpy as np
import pytest
from lateral import device, solved
from support import SilentProgress

from thermospin.runs.preparation import prepare
from thermospin.runs.problem import Problem
from thermospin.runs.simulation import solve
from thermospin.validation import load_config

MOVES = {
    "mirrored": np.diag([-1.0, 1.0, 1.0]),
    "turned": np.eye(3)[[1, 2, 0]],
    "inverted": -np.eye(3),
}


def solved_after(config, move, comm):
    """The results of a device whose mesh is moved before it is solved (collective)."""
    config, progress = load_config(config), SilentProgress()
    _, mesh = prepare(config, comm, progress)
    points = mesh.mesh.geometry.x
    points[:] = points @ move.T
    return solve(Problem(config, mesh, progress), progress)


@pytest.mark.parametrize("move", MOVES.values(), ids=MOVES)
def test_moved_device(joule, comm, move):
    moved = solved_after(device(), move, comm)
    for scheme in ("thermal", "electrical"):
        for name in ("P", "AP"):
            found, expected = (r.harmonics(scheme, name, "nonlocal") for r in (moved, joule))
            np.testing.assert_allclose(found, expected, rtol=1e-8)
            there, here = (r.data["schemes"][scheme]["configurations"][name] for r in (moved, joule))
            for interface, values in here["interfaces"].items():
                other = there["interfaces"][interface]
                assert other["gradient_T"] == pytest.approx(values["gradient_T"], rel=1e-8)
                assert other["mu_s"]["mean"] == pytest.approx(values["mu_s"]["mean"], rel=1e-8, abs=0)
            for region, values in here["regions"].items():
                assert there["regions"][region]["max_current_density"] == pytest.approx(
                    values["max_current_density"], rel=1e-8
                )


def box(name, material, priority, low, high):
    corners = {"min": [x * 1e-9 for x in low], "max": [x * 1e-9 for x in high]}
    return {"name": name, "material": material, "priority": priority, "box": corners}


SYMMETRIC = {
    "geometry": {
        "solids": [
            box("Py1", "Py", 2, (-80, 30, 0), (80, 80, 15)),
            box("Cu", "Cu", 1, (-20, -120, 0), (20, 90, 30)),
            box("Left", "Py", 2, (-60, -60, 0), (-10, -30, 15)),
            box("Right", "Py", 2, (10, -60, 0), (60, -30, 15)),
        ]
    },
    "mesh": {"interface_size": "5 nm", "max_size": "20 nm"},
    "terminals": {
        "plus": {"region": "Py1", "face": "xmax", "sink": True},
        "minus": {"region": "Py1", "face": "xmin", "sink": True},
        "lead": {"region": "Cu", "face": "ymin", "sink": True},
        "back": {"region": "Cu", "face": "ymax"},
        "left": {"region": "Left", "face": "xmin"},
        "right": {"region": "Right", "face": "xmax"},
    },
    "configurations": {"P": {}, "AP": {"Left": -1, "Right": -1}},
    "schemes": {"across": {"plus": {"current": "equipotential"}, "minus": "ground"}},
    "probes": {"on_axis": ["back", "lead"], "left": ["left", "lead"], "right": ["right", "lead"]},
    "output": {"current": "1 mA"},
}
"""Equal to its mirror image at x = 0, which reverses the current."""


def test_symmetric_device(comm):
    """Odd orders vanish on the mirror plane and are opposite to its sides; even orders are equal there.

    The mesh has no such symmetry: what is left are its errors.
    """
    results = solved(SYMMETRIC, comm)
    for name in ("P", "AP"):
        across = results.data["schemes"]["across"]["configurations"][name]["terminals"]["plus"]["V"]
        on_axis, left, right = (results.harmonics("across", name, probe) for probe in SYMMETRIC["probes"])
        odd, even = slice(0, None, 2), slice(1, None, 2)
        np.testing.assert_allclose(on_axis[odd] / across[odd], 0, atol=2e-3)
        np.testing.assert_allclose(across[even] / on_axis[even], 0, atol=5e-3)
        np.testing.assert_allclose(left[odd], -right[odd], rtol=0.02)
        np.testing.assert_allclose(left[even], right[even], rtol=0.01)
