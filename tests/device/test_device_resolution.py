"""A spin diffusion length that the mesh does not resolve is told, with both lengths (row 43 of the cases)."""

import io
import json
import re

import numpy as np
import pytest
from click.testing import CliRunner
from rich.console import Console

from thermospin.cli import main
from thermospin.compat import MPI
from thermospin.device import Device
from thermospin.output import print_table
from thermospin.runs.preparation import make_mesh
from thermospin.runs.resolution import unresolved
from thermospin.validation import load_config

pytestmark = pytest.mark.serial


def valve(length="5 nm", elements=10, degree=1, solver=(), **changes):
    """A spin valve, F|N|F, of 50 nm each."""
    magnet = {
        "conductivity": 4.32e6,
        "polarisation": 0.25,
        "spin_diffusion_length": length,
        "thermal_conductivity": "30 W/(m K)",
    } | changes
    normal = {
        "conductivity": 4.26e7,
        "spin_diffusion_length": "350 nm",
        "thermal_conductivity": "300 W/(m K)",
        "spin_heat_ratio": 2,
    }
    layers = [
        {"name": name, "material": material, "thickness": thickness, "elements": count}
        for name, material, thickness, count in (
            ("A", "F", "50 nm", elements),
            ("C", "N", "50 nm", elements),
            ("B", "F", "50 nm", elements),
        )
    ]
    return {
        "geometry": {"template": "layer_stack", "width": "20 nm", "layers": layers},
        "mesh": {"max_size": "20 nm"},
        "materials": {"F": magnet, "N": normal},
        "schemes": {"t": {"bottom": "ground", "top": "current"}},
        "probes": {"v": ["top", "bottom"]},
        "solver": {"degree": degree, "orders": 1} | dict(solver),
    }


def warnings(**changes):
    config = load_config(valve(**changes))
    device = Device.of(config)
    return unresolved(config, device, make_mesh(config, device))


HEATED, VECTOR = {"spin_heat": True}, {"spin": "vector"}


@pytest.mark.parametrize(
    ("key", "length", "changes"),
    [
        ("spin_diffusion_length", 0.1, {"length": "0.1 nm"}),
        ("spin_diffusion_length", 0.1, {"length": "0.1 nm", "degree": 2}),
        ("spin_heat_diffusion_length", 0.2, {"spin_heat_diffusion_length": "0.2 nm", "solver": HEATED}),
        ("dephasing_length", 0.1, {"dephasing_length": "0.1 nm", "solver": VECTOR}),
        ("precession_length", 0.1, {"precession_length": "0.1 nm", "solver": VECTOR}),
    ],
)
def test_row_43_a_length_that_is_not_resolved(key, length, changes):
    """Both lengths are named; the second is the distance of the first nodes of a layer from its face."""
    config = load_config(valve(**changes))
    device = Device.of(config)
    record = make_mesh(config, device)
    z = np.unique(record.array("points")[:, 2].round(13))
    spacing = 1e9 * np.diff(z[z <= 50.001e-9])[-1] / config.solver.degree
    found = unresolved(config, device, record)
    for magnet in "AB":
        start = rf"the {key} of {magnet} is {length} nm, but nodes are (\S+) nm apart at its face to C"
        (told,) = [match[1] for match in (re.match(start, line) for line in found) if match]
        assert float(told) == pytest.approx(spacing, rel=0.01)
    assert not any("of C is" in line for line in found)


@pytest.mark.parametrize(
    "changes",
    [
        {"elements": 10, "length": "2 nm"},
        {"elements": 10, "length": "1 nm", "degree": 2},
        {"elements": 1, "length": "1 nm", "polarisation": 0},
        {"elements": 10, "spin_heat_diffusion_length": "1 nm"},
    ],
)
def test_row_43_no_warning_without_a_cause(changes):
    """Resolved; or spins of which there are none, or that are not solved for."""
    assert warnings(**changes) == []


@pytest.mark.parametrize("command", ["validate", "mesh", "run"])
def test_row_43_every_command_says_it(tmp_path, command):
    if command == "run" and MPI.COMM_WORLD.size > 1:
        pytest.skip("runs on all ranks")
    file = tmp_path / "device.yaml"
    file.write_text(json.dumps(valve(length="0.1 nm", elements=5) | {"output": {"fields": False}}))
    output = ["-o", str(tmp_path / "out")] if command == "run" else []
    found = CliRunner().invoke(main, [command, str(file), *output])
    assert found.exit_code == 0, found.output
    text = " ".join(found.output.split())
    assert "warning: the spin_diffusion_length of A is 0.1 nm, but nodes are " in text
    if command == "run":
        kept = json.loads((tmp_path / "out" / "results.json").read_text())["warnings"]
        assert any("of A is 0.1 nm" in line for line in kept)


def test_row_43_the_table_ends_with_it():
    text = io.StringIO()
    print_table({"schemes": {}, "warnings": ["[both] lengths"]}, Console(file=text, width=100))
    assert text.getvalue().splitlines()[-1] == "warning: [both] lengths"
