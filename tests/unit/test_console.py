"""Row 27: a console without Greek letters gets plain ASCII, and nothing fails there."""

import io
import sys

import pytest
from accidents import finish, start
from circuit_valve import VALVE
from mpi4py import MPI

from thermospin.output import Progress, print_table
from thermospin.runtime import console

pytestmark = pytest.mark.serial


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("28.649 Ω ± 3e-14", "28.649 Ohm +- 3e-14"),
        ("µV/mA²", "uV/mA^2"),
        ("10⁻¹⁵ Ω m²", "10^-15 Ohm m^2"),
        ("P − AP", "P - AP"),
        ("0.5–2 … θ = 3°", "0.5-2 ... theta = 3 deg"),
        ("|τ|, ϑ, ΔT", "|tau|, theta, dT"),
        ("Fèvre, Ångström", "Fevre, Angstrom"),
        ("量", "?"),
    ],
)
def test_row_27_plain_text(text, expected):
    assert console.plain(text) == expected


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp437", "utf-8"])
def test_row_27_every_character_can_be_written(encoding):
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    text = "".join(chr(i) for i in range(32, 0x3000) if not 0xD800 <= i < 0xE000)
    console.adapt(stream).write(text + "µΩ")
    stream.flush()
    written = stream.buffer.getvalue().decode(encoding)
    assert written.endswith({"ascii": "uOhm", "latin-1": "µOhm", "cp437": "µΩ", "utf-8": "µΩ"}[encoding])


def test_row_27_tables_keep_their_columns(monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", stream)
    case = {"probes": {"v": {"R": [28.649, 1.7122e2], "uncertainty": [3e-14, None]}}}
    print_table({"title": "Ω", "schemes": {"t": {"configurations": {"P": case}}}})
    stream.flush()
    lines = stream.buffer.getvalue().decode("ascii").splitlines()
    assert lines[0] == "Ohm"
    (row,) = (line for line in lines if "28.649 Ohm" in line)
    (rule,) = {line for line in lines if line.startswith("+-")}
    assert len(row) == len(rule)


def test_row_27_progress(monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stderr", stream)
    with Progress() as progress:
        progress.note("λ of 5 nm …")
    stream.flush()
    assert b"lambda of 5 nm ..." in stream.buffer.getvalue()


@pytest.mark.skipif(MPI.COMM_WORLD.size > 1, reason="starts processes of its own")
@pytest.mark.parametrize("arguments", [["materials"], ["circuit", "FILE"], ["validate", "Ω.yaml"]])
def test_row_27_commands(tmp_path, arguments):
    file = tmp_path / "valve.yaml"
    file.write_text(VALVE)
    arguments = [file if word == "FILE" else word for word in arguments]
    process = start(*arguments, *(["-o", tmp_path] if file in arguments else []), PYTHONIOENCODING="ascii")
    code, output, errors = finish(process)
    assert (output + errors).isascii()
    assert code == (2 if arguments[0] == "validate" else 0), errors
    assert "Traceback" not in errors
    assert {"materials": "uV/K", "circuit": "uV/K", "validate": "Ohm.yaml"}[arguments[0]] in output + errors


@pytest.mark.skipif(MPI.COMM_WORLD.size > 1, reason="starts processes of its own")
@pytest.mark.parametrize("command", ["schema", "materials", "circuit"])
def test_row_27_a_console_that_is_closed_or_full(tmp_path, command):
    (tmp_path / "valve.yaml").write_text(VALVE)
    arguments = [command] + [tmp_path / "valve.yaml", "-o", tmp_path / "out"] * (command == "circuit")
    closed = "import os, sys; sys.stdout = sys.stderr = None; from thermospin.cli import main; main()"
    assert finish(start(*arguments, code=closed))[0::2] == (0, "")
    if command == "circuit":
        return  # its tables stay in the buffer until Python ends
    full = "import sys; sys.stdout = open('/dev/full', 'w'); from thermospin.cli import main; main()"
    code, _, errors = finish(start(*arguments, code=full))
    assert code == 2
    assert errors.startswith("error: cannot write the output: No space left on device; free space there")
