"""Devices on refined meshes, on any number of ranks."""

import numpy as np
import pytest
from support import SilentProgress

from thermospin.config import load_config
from thermospin.meshes.refinement.records import refine_record
from thermospin.runs.checks import check_mesh, checked_mesh
from thermospin.runs.preparation import read_device
from thermospin.runs.problem import Problem
from thermospin.runs.simulation import solve
from thermospin.runtime.failures import on_root

NM = 1e-9
BAR = {
    "geometry": {
        "template": "layer_stack",
        "layers": [
            {"name": "Left", "material": "Metal", "thickness": "20 nm"},
            {"name": "Right", "material": "Metal", "thickness": "30 nm"},
        ],
    },
    "materials": {
        "Metal": {
            "conductivity": "1e7 S/m",
            "thermal_conductivity": "100 W/m/K",
            "spin_diffusion_length": "100 nm",
        }
    },
    "interfaces": [{"between": ["Left", "Right"], "conductance": "2.5e14 S/m^2"}],
    "mesh": {"interface_size": "10 nm", "max_size": "10 nm"},
    "schemes": {"along": {"bottom": "current", "top": "ground"}},
    "probes": {"ends": ["bottom", "top"]},
    "solver": {"degree": 1, "orders": 1},
}


def refined_problem(config, comm, choose, rounds):
    """A device on a mesh refined some times, where `choose` tells from a record (collective)."""

    def make():
        record = checked_mesh(config)
        for _ in range(rounds):
            record = refine_record(record, choose(record), getattr(config.geometry, "resolved", None))
        check_mesh(config, record)
        return record

    record = on_root(comm, make)
    progress = SilentProgress()
    return Problem(config, read_device(config, record, comm, progress), progress)


def test_refined_bar_ranks(comm):
    """Ohm's law holds on any mesh that conforms and whose interface is cut along all its parts."""
    problem = refined_problem(load_config(BAR), comm, lambda record: np.arange(record.cells) % 7 == 0, 2)
    resistance = (50 * NM / 1e7 + 1 / 2.5e14) / (10 * NM) ** 2
    found = solve(problem, SilentProgress()).harmonics("along", "P", "ends")
    assert found[0] == pytest.approx(resistance)
