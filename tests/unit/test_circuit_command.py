"""The command `thermospin circuit`, on any number of ranks: what it prints and writes."""

import csv
import json

import pytest
from circuit_valve import VALVE
from click.testing import CliRunner
from mpi4py import MPI

from thermospin.cli import main
from thermospin.networks import load_circuit

SWITCH = """
free_layer:
  {node: R, saturation_magnetisation: 1e6 A/m, thickness: 2 nm, damping: 0.02, easy_axis: [0, 0, 1],
   anisotropy_field: 100 mT}
dynamics: {initial: {theta: 5 deg}, duration: 0.5 ns, drives: [1, 30]}
sweep: {angle: {node: R, points: 5}}
area: 5000 nm^2
style: {formats: [png, svg]}
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "valve.yaml"
    path.write_text(VALVE)
    return path


def run(*arguments):
    return CliRunner().invoke(main, ["circuit", *map(str, arguments)])


def test_tables_figures_and_json(shared_directory, file):
    file.write_text(VALVE + SWITCH)
    out = shared_directory / "out"
    result = run(file, "-o", out)
    assert result.exit_code == 0, result.output
    MPI.COMM_WORLD.Barrier()
    again = CliRunner().invoke(main, ["plot", str(out)])
    if MPI.COMM_WORLD.rank > 0:
        return
    assert result.stdout.strip().splitlines()[-1] == f"results in {out}"
    written = {path.name for path in out.iterdir()}
    tables = {"points.csv", "switching.csv", "trajectory.csv", "results.json"}
    assert written == tables | {"points.png", "points.svg", "switching.png", "switching.svg"}
    results = json.loads((out / "results.json").read_text())
    points = results["points"]
    assert points["angle (deg)"] == pytest.approx([0, 45, 90, 135, 180])
    assert set(results["thresholds"]) == {"+easy_axis", "-easy_axis"}
    with (out / "points.csv").open() as lines:
        rows = list(csv.DictReader(lines))
    assert float(rows[2]["R.|torque| (J)"]) == points["R.|torque| (J)"][2] > 0
    per_area = points["R.torque_per_area_z (J/m^2)"][2]
    assert per_area == pytest.approx(points["R.torque_z (J)"][2] / 5e-15, rel=1e-12, abs=0)
    assert results["switching"]["L.rise (K)"] == [1, 30]
    assert results["balances"]["charge"] < 1e-10
    assert load_circuit(results["config"]).nodes == load_circuit(file).nodes
    assert "torque on R" in result.output
    assert (again.exit_code, again.stderr) == (
        2,
        f"error: {out / 'results.json'}: these are results of a circuit; its pictures are drawn already\n",
    )


def test_one_state_without_a_sweep(shared_directory, file):
    result = run(file, "-o", shared_directory / "out")
    assert result.exit_code == 0, result.output
    if MPI.COMM_WORLD.rank > 0:
        return
    assert "thermopower" in result.output
    assert {path.name for path in (shared_directory / "out").iterdir()} == {"points.csv", "results.json"}


@pytest.mark.parametrize(
    ("override", "words"),
    [("regime=hot", "regime: must be 'thermalised'"), ("elements=[]", "elements: nothing joins the nodes")],
)
def test_a_mistake_is_one_line_and_exit_code_2(file, override, words):
    result = run(file, "--set", override)
    assert result.exit_code == 2
    assert result.stdout == ""
    if MPI.COMM_WORLD.rank == 0:
        assert result.stderr.startswith(f"error: {file}: {words}")
        assert result.stderr.count("\n") == 1
