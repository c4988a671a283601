"""Progress on a terminal and in a log, and the completion of commands in a shell."""

import io
import shutil
import subprocess

import pytest
from click.testing import CliRunner
from rich.console import Console

from thermospin.cli import main
from thermospin.output import progress as module
from thermospin.output.progress import Progress, Steps
from thermospin.output.scales import duration
from thermospin.output.tables import describe_cost

pytestmark = pytest.mark.serial


@pytest.fixture
def clock(monkeypatch):
    """A clock that moves only when it is told to: ``clock.now`` in seconds."""

    class Clock:
        now = 0.0

    monkeypatch.setattr(module.time, "perf_counter", lambda: Clock.now)
    return Clock


def test_the_rest_takes_as_long_as_its_size(clock):
    steps = Steps("points", [1, 1, 2])
    assert steps.left is None and steps.text == "points: 0 of 3"
    clock.now = 10.0
    steps.end_one()
    assert steps.left == pytest.approx(30.0)
    assert steps.text == "points: 1 of 3, about 30 s left"
    clock.now = 18.0
    steps.end_one()
    assert steps.left == pytest.approx(18.0)
    steps.end_one()
    assert steps.is_over and steps.left == 0.0 and steps.text == "points: 3 of 3"


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
        shown.steps("configurations", [1.0] * 4)
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


def test_a_verbose_log_has_times_and_memory(clock):
    lines = log(clock, verbose=True)
    assert sum("solve: 4.00 s, " in line and line.endswith(" GB so far") for line in lines) == 4


def test_a_terminal_shows_a_bar_and_the_time_left():
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=True, width=100)
    with Progress(console=console) as shown:
        shown.steps("points", [1.0, 3.0])
        with shown.stage("mesh"):
            shown.expect(1000.0)
            shown._bars._live.refresh()
        shown.step()
        shown._bars._live.refresh()
    text = stream.getvalue()
    assert "about 17 min left" in text
    assert "points: 1 of 2" in text and "━" in text
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
