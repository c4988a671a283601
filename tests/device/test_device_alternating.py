"""Files of `thermospin alternating`."""

import csv

import numpy as np
import pytest
import pyvista as pv

from thermospin.output import SilentProgress
from thermospin.runs.alternating import run_alternating
from thermospin.validation import load_config

LAYERS = [
    {"name": "Fixed", "material": "Py", "thickness": "20 nm", "elements": 4},
    {"name": "Spacer", "material": "Cu", "thickness": "20 nm", "elements": 2},
    {"name": "Free", "material": "Py", "thickness": "20 nm", "elements": 4},
]
STACK = {
    "temperature": 0.01,
    "geometry": {"template": "layer_stack", "width": "4 nm", "columns": [1, 1], "layers": LAYERS},
    "configurations": {"P": {"Fixed": 1, "Free": 1}, "AP": {"Fixed": 1, "Free": -1}},
    "schemes": {"through": {"bottom": "ground", "top": "current"}},
    "probes": {"valve": ["top", "bottom"]},
    "solver": {"degree": 1, "orders": 1},
    "alternating": {
        "frequencies": ["1 kHz", "100 GHz"],
        "relaxation_times": {"Py": "0.1 ps", "Cu": "20 ps"},
        "fields": True,
    },
}


def mean_potential(grid, z):
    """Area average of V on an outer face across z, V."""
    surface = grid.extract_surface(algorithm="dataset_surface")
    face = surface.extract_cells(abs(surface.cell_centers().points[:, 2] - z) < 1e-12)
    sized = face.point_data_to_cell_data().compute_cell_sizes()
    return np.average(sized["V"], weights=sized["Area"])


def test_table_and_fields(shared_directory, comm):
    """Readings are the potentials of the fields between the terminals; slow drives have no delay."""
    rows = run_alternating(load_config(STACK), comm, shared_directory, SilentProgress())
    assert len(rows) == 4
    if comm.rank > 0:
        return
    with (shared_directory / "alternating.csv").open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    assert [row["configuration"] for row in table] == ["P", "P", "AP", "AP"]
    assert (shared_directory / "alternating.png").exists()
    for row, number in zip(table, [0, 1, 0, 1], strict=True):
        folder = shared_directory / "alternating" / "through" / row["configuration"]
        for part, key in (("in_phase", "real"), ("ahead", "imaginary")):
            grid = pv.read(folder / f"f{number:04d}_{part}.vtu")
            low, high = grid.bounds[4:]
            assert mean_potential(grid, high) - mean_potential(grid, low) == pytest.approx(
                float(row[key]), rel=1e-4, abs=1e-9 * float(row["real"])
            )
    slow, fast = table[0], table[1]
    assert abs(float(slow["imaginary"])) < 1e-6 * float(slow["real"])
    assert float(fast["imaginary"]) < -1e-4 * float(fast["real"])
