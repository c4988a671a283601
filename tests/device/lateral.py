"""A small lateral nonlocal device, for whole runs: two magnets, a copper lead with an arm, an oxide.

It has 1500 unknowns at degree 1.
"""

from copy import deepcopy

import numpy as np
import pytest
from support import SilentProgress, prepare_problem

from thermospin.output.layout import check_layout
from thermospin.runs.simulation import solve

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
        "refinement": 0.6,
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


def device(**sections):
    """The configuration with some sections replaced; errors are estimated only where `solver` says so."""
    solver = {"estimate": False} | sections.get("solver", {})
    return deepcopy(CONFIG) | sections | {"solver": solver}


MESH = {"mesh": {"file": "mesh.msh", "hash": "", "cells": 0, "points": 0}, "warnings": []}
"""Entries that a run adds to the numbers of a solution."""


def solved(config, comm):
    """The results of a configuration, in the published layout (collective)."""
    results = solve(prepare_problem(config, comm), SilentProgress())
    check_layout(results.data | MESH)
    return results


def configurations(results):
    """Every scheme, configuration, and what was found."""
    for scheme, data in results.data["schemes"].items():
        for name, found in data["configurations"].items():
            yield scheme, name, found


def check_energy(results):
    """With ``heating: conserving`` the sinks take what the terminals supply."""
    for _, _, found in configurations(results):
        assert found["balances"]["energy"] <= 1e-9
        balances, terminals = found["balances"], found["terminals"]
        first = sum(t["current"][0] * t["V"][0] for t in terminals.values())
        assert balances["power"][1] == pytest.approx(first, rel=1e-9)


def check_joule_heat(joule, conserving):
    """To the second order the heat is ζ times the electrical power, less what thermovoltages take."""
    for scheme, name, found in configurations(joule):
        power = found["balances"]["power"][1]
        assert found["balances"]["heat_out"][1] == pytest.approx(2 * power, rel=0.02)
        other = conserving.data["schemes"][scheme]["configurations"][name]
        assert other["balances"]["power"][1] == pytest.approx(power, rel=1e-9)


def check_heat_scale(joule, scale, comm, **sections):
    """``R_n ∝ ζ^(n−1)``, from ζ = 2 on; R1 does not know of ζ (collective)."""
    other = solved(device(heating={"scale": scale}, **sections), comm)
    powers = (scale / CONFIG["heating"]["scale"]) ** np.arange(4)
    for scheme, name, _ in configurations(joule):
        for probe in PROBES:
            expected = joule.harmonics(scheme, name, probe) * powers
            np.testing.assert_allclose(other.harmonics(scheme, name, probe), expected, rtol=1e-8)
