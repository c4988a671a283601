"""Printed tables of small numbers, and of a device in which nothing flows (rows 13 and 14 of the cases)."""

import io
import json
import math
import re

import pytest
from rich.console import Console

from thermospin.compat import MPI
from thermospin.output import SilentProgress, print_table
from thermospin.output.files import write_json
from thermospin.output.scales import rounded
from thermospin.runs.preparation import prepare
from thermospin.runs.problem import Problem
from thermospin.runs.simulation import solve
from thermospin.validation import load_config

CUBE = {
    "geometry": {
        "template": "layer_stack",
        "width": "100 nm",
        "layers": [{"name": "A", "material": "Cu", "thickness": "100 nm"}],
    },
    "schemes": {"t": {"bottom": "ground", "top": "current"}},
    "probes": {"v": ["top", "bottom"]},
    "lock_in": {"rms_current": "1 mA"},
}
ONE_SINK = {"bottom": {"region": "A", "face": "zmin", "sink": True}, "top": {"region": "A", "face": "zmax"}}


def solved(comm, **changes):
    """The numbers of a cube of copper."""
    config = load_config(CUBE | changes)
    progress = SilentProgress()
    _, device = prepare(config, comm, progress)
    return solve(Problem(config, device, progress), progress).data


def table(data):
    """Its printed table."""
    text = io.StringIO()
    print_table(data, Console(file=text, width=200))
    return text.getvalue()


@pytest.mark.parametrize("model", ["joule", "conserving"])
@pytest.mark.parametrize("terminals", [ONE_SINK, {}], ids=["one sink", "two sinks"])
def test_row_13_balances_where_nothing_flows(comm, model, terminals):
    """With one sink nothing flows in the first order, with two nothing in the third."""
    found = solved(comm, terminals=terminals, heating={"model": model})["schemes"]["t"]
    balances = found["configurations"]["P"]["balances"]
    assert balances["heat"] < 1e-8
    assert model == "joule" or balances["energy"] < 1e-8


def test_row_13_a_probe_that_reads_nothing_has_no_reciprocity(comm, tmp_path):
    """A dash in the table, null in the file."""
    terminals = {
        name: {"region": "A", "face": face, "sink": True}
        for name, face in {"bottom": "zmin", "top": "zmax", "left": "xmin", "right": "xmax"}.items()
    }
    data = solved(comm, terminals=terminals, probes={"across": ["left", "right"]})
    (found,) = data["schemes"]["t"]["configurations"].values()
    assert abs(found["probes"]["across"]["R"][0]) <= found["probes"]["across"]["uncertainty"][0]
    assert found["balances"]["reciprocity"] == {"across": None}
    if comm.rank == 0:
        (row,) = [line for line in table(data).splitlines() if line.startswith(" t, P")]
        assert row.split()[-1] == "–"
        write_json(tmp_path / "x.json", found["balances"])
        assert json.loads((tmp_path / "x.json").read_text())["reciprocity"] == {"across": None}


@pytest.mark.parametrize("model", ["joule", "conserving"])
def test_row_14_readings_that_vanish_by_symmetry(comm, model):
    """R2, R3 and R4 of a cube whose ends are alike: within their bars, and printed as 0."""
    data = solved(comm, heating={"model": model})
    read = data["schemes"]["t"]["configurations"]["P"]["probes"]["v"]
    even = range(1, 4) if model == "joule" else (1, 3)
    for i in even:
        assert abs(read["R"][i]) <= read["uncertainty"][i]
    if comm.rank == 0:
        row = next(line for line in table(data).splitlines() if line.startswith(" P"))
        _, second = re.split(r"\s{2,}", row.strip())[1:3]
        assert second.split()[0] == "0"


@pytest.mark.parametrize(
    ("value", "bar", "text"),
    [
        (-304.95, 5e4, "0"),
        (29.2237, 0.65, "29.2"),
        (29.2237, 3.0, "29"),
        (234.56, 20.0, "230"),
        (2.34767, 1e-9, "2.3477"),
        (0.96, 0.2, "1.0"),
        (1.0, None, "1.0000"),
        (0.0, 1.0, "0"),
        (math.nan, 1.0, "–"),
        (-12.345, 0.0, "-12.345"),
    ],
)
def test_row_14_no_digit_below_the_bar(value, bar, text):
    assert rounded(value, bar) == text


def test_row_14_lock_in_has_no_digit_below_its_bar(comm):
    data = solved(comm)
    assert comm.rank or "V2f rms" in table(data)
    if comm.rank == 0:
        row = next(line for line in table(data).splitlines() if line.startswith(" t, v, P"))
        assert row.split()[5] == "0"


@pytest.mark.serial
def test_row_14_files_keep_all_digits(tmp_path):
    data = solved(MPI.COMM_SELF)
    write_json(tmp_path / "results.json", data)
    read = json.loads((tmp_path / "results.json").read_text())["schemes"]["t"]["configurations"]["P"]
    assert read["probes"]["v"]["R"] == data["schemes"]["t"]["configurations"]["P"]["probes"]["v"]["R"]
