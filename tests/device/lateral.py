"""A small lateral nonlocal device, for whole runs: two magnets, a copper lead with an arm, an oxide."""

from copy import deepcopy

from support import SilentProgress, prepare_problem

from thermospin.simulation import solve

BOXES = [
    ("Py1", "Py", 2, (-90, 30, 0), (90, 80, 12)),
    ("Cu", "Cu", 1, (-20, -160, 0), (20, 50, 30)),
    ("Cu", "Cu", 1, (-70, -160, 0), (-20, -120, 30)),
    ("Py2", "Py", 2, (5, -70, 0), (70, -40, 12)),
    ("Sub", "SiO2", 0, (-90, -160, -40), (90, 80, 0)),
]
"""Region, material, priority, lowest and highest corner in nm."""

CONFIG = {
    "geometry": {
        "solids": [
            {
                "name": name,
                "material": material,
                "priority": priority,
                "box": {"min": [f"{x} nm" for x in low], "max": [f"{x} nm" for x in high]},
            }
            for name, material, priority, low, high in BOXES
        ]
    },
    "mesh": {
        "interface_size": "5 nm",
        "max_size": "30 nm",
        "elements_across_film": 2,
        "film_aspect": 3,
        "growth_rate": 1.6,
    },
    "heating": {"scale": 2},
    "terminals": {
        "contact1": {"region": "Py1", "face": "xmax", "sink": True},
        "contact2": {"region": "Py1", "face": "xmin", "sink": True},
        "contact3": {"region": "Py2", "face": "xmax"},
        "contact4": {"region": "Cu", "face": "xmin"},
        "contact5": {"region": "Cu", "face": "ymin", "sink": True},
        "bottom": {"region": "Sub", "face": "zmin", "sink": True},
    },
    "schemes": {
        "thermal": {"contact1": "current", "contact2": "ground"},
        "electrical": {"contact1": "current", "contact5": "ground"},
    },
    "probes": {"nonlocal": ["contact3", "contact4"], "lead": ["contact3", "contact5"]},
    "output": {"current": "1 mA"},
}
PROBES = ("nonlocal", "lead")
COARSE = CONFIG["mesh"] | {"refinement": 0.6}
"""A mesh for tests that solve many times; 1500 unknowns at degree 1."""


def device(**sections):
    """The configuration with some sections replaced."""
    return deepcopy(CONFIG) | sections


def solved(config, comm):
    """The results of a configuration (collective)."""
    return solve(prepare_problem(config, comm), SilentProgress())
