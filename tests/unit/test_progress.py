"""Progress on a terminal and in a log, and the completion of commands in a shell."""

import io
import shutil
import subprocess

import pytest
from click.testing import CliRunner
from rich.console import Console

from thermospin.cli import main
from thermospin.linear.watch import fallen
from thermospin.output import progress, stages, steps
from thermospin.output.progress import Progress
from thermospin.output.scales import duration
from thermospin.output.steps import Steps, steps_text
from thermospin.output.tables import describe_cost
from thermospin.runs.levels import Level, next_text

pytestmark = pytest.mark.serial


@pytest.fixture
def clock(monkeypatch):
    """A clock that moves only when it is told to: ``clock.now`` in seconds."""

    class Clock:
        now = 0.0

    for module in (progress, stages, steps):
        monkeypatch.setattr(module.time, "perf_counter", lambda: Clock.now)
    return Clock


def test_the_rest_takes_as_long_as_its_size(clock):
    points = Steps("points", [1, 1, 2])
    assert points.left is None and steps_text([points]) == "points: 0 of 3"
    clock.now = 10.0
    points.end_one()
    assert points.left == pytest.approx(30.0)
    assert steps_text([points]) == "points: 1 of 3, about 30 s left"
    clock.now = 18.0
    points.end_one()
    assert points.left == pytest.approx(18.0)
    points.end_one()
    assert points.is_over and points.left == 0.0 and steps_text([points]) == "points: 3 of 3"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.2, "1 s"), (119, "119 s"), (120, "2 min"), (7199, "120 min"), (7200, "2 h"), (3e5, "3 days")],
)
def test_durations(seconds, text):
    assert duration(seconds) == text


def log(clock, verbose):
    """Lines that a run of four steps of four seconds writes to a file."""
    stream = io.StringIO()
    with Progress(console=Console(file=stream, width=200), verbose=verbose) as shown:
        with shown.stage("mesh"):
            shown.expect(3.0)
        with shown.steps("configurations", [1.0] * 4):
            for _ in range(4):
                with shown.stage("solve"):
                    clock.now += 4.0
                shown.step()
    return stream.getvalue().splitlines()


def test_a_log_has_plain_lines(clock):
    lines = log(clock, verbose=False)
    assert not any("\x1b" in line or "\r" in line for line in lines)
    assert [line for line in lines if "configurations" in line] == [
        "[  12.00 s]   configurations: 3 of 4, about 4 s left"
    ]
    assert lines[-1] == "[  16.00 s] done"
    assert not any("GB" in line for line in lines)


def test_steps_within_steps_count(clock):
    """Two fields of four states: after one field and two states, 30 s, a quarter is left."""
    stream = io.StringIO()
    with Progress(console=Console(file=stream, width=200)) as shown, shown.steps("fields", [1.0, 1.0]):
        for states in (4, 2):
            with shown.steps("states", [1.0] * 4):
                for _ in range(states):
                    clock.now += 5.0
                    shown.step()
            if states == 4:
                shown.step()
    (*_, last) = [line for line in stream.getvalue().splitlines() if "left" in line]
    assert last == "[  30.00 s]   fields: 1 of 2; states: 2 of 4, about 10 s left"


def test_iterations_of_a_long_solve(clock):
    """Half of the way after 30 s on a logarithmic scale: as long again."""
    stream = io.StringIO()
    with Progress(console=Console(file=stream, width=200)) as shown, shown.stage("solve"):
        shown.iterate(0, 0.0)
        clock.now = 30.0
        shown.iterate(50, fallen(1.0, 1e-5, 1e-10))
    assert "[  30.00 s]   solve: iteration 50 of about 100, 30 s of this system left" in stream.getvalue()


def test_a_stage_is_expected_to_take_as_long_as_before(clock, monkeypatch):
    """In proportion to the number of unknowns, as on finer meshes."""
    expected = []
    monkeypatch.setattr(Progress, "expect", lambda self, seconds: expected.append(seconds))
    shown = Progress(console=Console(file=io.StringIO()))
    for size in (1e3, 3e3):
        shown.size = size
        with shown.stage("solve"):
            clock.now += 4.0
    assert expected == [pytest.approx(12.0)]


def test_a_verbose_log_has_times_and_memory(clock):
    lines = log(clock, verbose=True)
    assert sum("solve: 4.00 s, " in line and line.endswith(" GB so far") for line in lines) == 4


def test_a_terminal_shows_a_bar_and_the_time_left():
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=True, width=100)
    with Progress(console=console) as shown:
        with shown.steps("points", [1.0, 3.0]):
            with shown.stage("mesh"):
                shown.expect(1000.0)
                shown.iterate(8, 0.25)
                shown._bars._live.refresh()
            shown.step()
            shown._bars._live.refresh()
    text = stream.getvalue()
    assert "about 17 min left" in text
    assert "points: 1 of 2" in text and "━" in text
    assert "mesh: iteration 8 of about 32" in text
    assert "  mesh: 0.0" in text


def test_the_cost_of_a_run_in_one_line():
    data = {"timings": {"mesh": 0.4, "solve": 130.0, "estimate": 20.0}, "memory": {"peak": 1.5e9}}
    assert describe_cost(data) == "time 3 min (solve 2 min, estimate 20 s); memory 1.50 GB"


@pytest.mark.parametrize("shell", ["zsh", "fish", "bash"])
def test_completion_is_installed_once(tmp_path, monkeypatch, shell):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    start = tmp_path / f".{shell}rc"
    start.write_text("alias ll='ls -l'")
    for _ in range(2):
        assert CliRunner().invoke(main, ["completion", "--shell", shell]).exit_code == 0
    lines = start.read_text().splitlines()
    assert lines[0] == "alias ll='ls -l'" and len(lines) == (1 if shell == "fish" else 2)


@pytest.mark.skipif(not shutil.which("bash"), reason="no bash")
def test_bash_completes_a_command(tmp_path, monkeypatch):
    """The shell's own words, after its start file has been read."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("SHELL", "/bin/bash")
    assert CliRunner().invoke(main, ["completion"]).exit_code == 0
    asked = (
        "source ~/.bashrc; COMP_WORDS=(thermospin rep); COMP_CWORD=1;"
        "_thermospin_completion thermospin; echo ${COMPREPLY[@]}"
    )
    found = subprocess.run(["bash", "-c", asked], capture_output=True, text=True)
    assert found.stdout.split() == ["report"], found.stderr


def test_an_unknown_shell_is_one_line(monkeypatch):
    monkeypatch.setenv("SHELL", "/bin/tcsh")
    found = CliRunner().invoke(main, ["completion"])
    assert found.exit_code == 2 and "no completion for 'tcsh'; give bash, zsh or fish" in found.stderr


def test_the_next_mesh_takes_longer_in_proportion():
    assert (
        next_text(Level(cells=1000, unknowns=2000, seconds=10.0, goals=()), 6000.0)
        == "next mesh: about 6,000 unknowns, about 30 s"
    )
