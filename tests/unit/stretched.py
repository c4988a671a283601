"""A magnet beside a metal on an insulator, in columns graded towards edges and interfaces."""

import numpy as np
from structured import structured_device

from thermospin.output import SilentProgress
from thermospin.runs.problem import Problem
from thermospin.validation import load_config

NM = 1e-9


def box(name, material, low, high):
    corners = {"min": [x * NM for x in low], "max": [x * NM for x in high]}
    return {"name": name, "material": material, "box": corners}


def configuration(degree, **solver):
    """A magnet beside a metal on an insulator, in cubes of 60 nm."""
    return load_config(
        {
            "geometry": {
                "solids": [
                    box("F", "Py", (0, 0, 0), (60, 60, 60)),
                    box("N", "Cu", (60, 0, 0), (120, 60, 60)),
                    box("I", "SiO2", (0, 0, -60), (120, 60, 0)),
                ]
            },
            "terminals": {
                "left": {"region": "F", "face": "xmin", "sink": True},
                "right": {"region": "N", "face": "xmax"},
                "bottom": {"region": "I", "face": "zmin", "sink": True},
            },
            "schemes": {"through": {"right": "current", "left": "ground"}},
            "configurations": {"up": {"F": 1}, "down": {"F": -1}},
            "probes": {"across": ["right", "left"]},
            "solver": {"degree": degree, **solver},
        }
    )


def graded(points, factor=0.12):
    """Nodes of a uniform mesh of six cubes a body, moved towards the faces of the bodies in two levels."""
    body, inside = np.divmod(np.round(points / (10 * NM)).astype(int), 6)
    low = np.array([0.0, factor**2, factor])
    if factor == 0.5:
        low /= 1.5
    return 60 * NM * (body + np.concatenate([low, [0.5], 1 - low[::-1]])[inside])


def prepare(comm, directory, degree, warp=np.copy):
    config = configuration(degree)
    device = structured_device(config, 10 * NM, directory, comm, warp)
    problem = Problem(config, device, SilentProgress())
    problem.magnetise({"F": 1})
    return problem
