"""Errors of the mesh in a fit: readings are corrected by their estimates, and the bars enter the weights."""

import pytest
from test_device_fit import FIT, device, table

from thermospin.config.inputs import with_values
from thermospin.errors import InputError
from thermospin.output import SilentProgress
from thermospin.runs.fit import fit
from thermospin.runs.problem import Problem
from thermospin.runs.simulation import solve
from thermospin.validation import load_config

SPIN = ("spin", 2, -0.012)
"""About R2 of the spin signal, V/A²."""


def estimated(fitted, path):
    """The device, with errors of the mesh, and its fit to a file."""
    config = device(fitted | {"data": str(path)})
    return load_config(config | {"solver": config["solver"] | {"estimate": True}})


def spin_signal(config, comm):
    """Numbers of the spin signal, as a run has them."""
    with Problem.of(config, comm) as problem:
        data = solve(problem, SilentProgress(), keep_fields=False).data
    return data["schemes"]["t"]["signals"]["v"]


def test_readings_are_corrected(shared_directory, comm):
    """The model is the reading with its estimated error added, as a run shows it."""
    if comm.rank == 0:
        table(shared_directory / "c.csv", [SPIN], uncertainty=0.5)
    comm.barrier()
    config = estimated({"parameters": {"heating.scale": {}}}, shared_directory / "c.csv")
    found = fit(config, comm=comm)
    value, _ = found.value("heating.scale")
    run = spin_signal(with_values(config, [("heating.scale", value, "")]), comm)
    (row,) = found.data["residuals"]
    assert abs(run["correction"]["spin"][1]) > 1e-3 * abs(row["model"])
    assert row["model"] == pytest.approx(run["corrected"]["spin"][1], rel=1e-5)
    assert row["mesh"] == pytest.approx(run["error"]["spin"]["corrected"][1], rel=1e-4)
    assert row["model"] == pytest.approx(row["measured"], abs=0.1 * row["uncertainty"])


def test_a_mesh_too_coarse_for_the_data(shared_directory, comm):
    if comm.rank == 0:
        table(shared_directory / "m.csv", [("baseline", 2, 0.1), SPIN], uncertainty=1e-7)
    comm.barrier()
    with pytest.raises(InputError, match="m.csv:[23]: the error of the mesh.*refine the mesh"):
        fit(estimated(FIT, shared_directory / "m.csv"), comm=comm)
