"""``docker/enter`` without an environment: paths with spaces, and a home that cannot be written."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.serial
ENTER = Path(__file__).parents[2] / "docker" / "enter"
TOOLS = "bash", "cat", "cut", "dirname", "env", "ln", "mkdir", "readlink", "sha256sum", "uname"


@pytest.fixture
def enter(tmp_path):
    """Run a copy of the script in a checkout whose path has spaces, with few programs and no Python."""
    shutil.copytree(ENTER.parent, tmp_path / "a checkout" / "docker")
    (tmp_path / "a checkout" / "pyproject.toml").touch()
    programs = tmp_path / "bin"
    programs.mkdir()
    for tool in TOOLS:
        (programs / tool).symlink_to(shutil.which(tool))

    def run(*command, **places):
        return subprocess.run(
            [tmp_path / "a checkout" / "docker" / "enter", *command],
            env={"PATH": str(programs)} | places,
            capture_output=True,
            text=True,
            timeout=30,
        )

    return run


def test_a_home_that_cannot_be_written(enter):
    found = enter("true", HOME="/proc/nowhere")
    assert found.returncode == 1
    assert found.stderr == (
        "docker/enter: cannot make /proc/nowhere/.cache/thermospin; set XDG_CACHE_HOME to a directory that "
        "you can write, with 4 GB of room\n"
    )


def test_the_present_python_is_taken(tmp_path, enter):
    """Words with spaces stay whole."""
    python = shutil.which("python3")
    (tmp_path / "bin" / "python3").symlink_to(python)
    found = enter("python3", "-c", "import sys; print(sys.argv[1:])", "a b", "c", **os.environ)
    assert (found.returncode, found.stdout) == (0, "['a b', 'c']\n"), found.stderr
