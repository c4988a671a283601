"""`thermospin layout`: what it lists, and the configuration that it writes."""

import pytest
import yaml
from click.testing import CliRunner
from layout_files import Drawn

from thermospin.cli import main
from thermospin.validation import load_config

pytestmark = pytest.mark.serial


@pytest.fixture
def chip(tmp_path):
    drawn = Drawn().box(1, 0, 0, 100, 40).box(2, 60, 0, 2300, 40).box(5, -50, 0, 20, 40)
    drawn.label(2, "I+", 2300, 20).label(5, "I-", -50, 20).label(2, "lead", 500, 20).label(63, "chip 7", 0, 0)
    drawn.library.new_cell("MARK")
    return drawn.write(tmp_path / "chip.gds")


def invoke(*arguments):
    return CliRunner().invoke(main, ["layout", *map(str, arguments)])


def test_lists_cells_layers_extents_and_labels(chip):
    result = invoke(chip, "--cell", "TOP")
    assert result.exit_code == 0
    for text in ("top cells: TOP, MARK", "1/0", "0.06 … 2.3", "-0.05 … 0.02", "I+", "63/0", "chip 7"):
        assert text in result.stdout


def test_start_is_a_valid_configuration(chip, tmp_path):
    start = tmp_path / "start.yaml"
    assert invoke(chip, "--cell", "TOP", "--write", start).exit_code == 0
    assert yaml.safe_load(start.read_text())["geometry"]["layout"] == "chip.gds"
    config = load_config(start)
    assert set(config.geometry.materials) == {"Substrate", "L1", "lead", "L5"}
    assert set(config.schemes["drive"].root) == {"I+", "I-"}
    assert config.mesh.columns is not None


def test_start_without_labels(tmp_path):
    Drawn().box(4, 0, 0, 100, 40).write(tmp_path / "chip.oas")
    start = tmp_path / "start.yaml"
    assert invoke(tmp_path / "chip.oas", "--write", start).exit_code == 0
    assert load_config(start).terminals["left"].region == "L4"


def test_start_replaces_nothing(chip, tmp_path):
    (tmp_path / "start.yaml").write_text("mine")
    result = invoke(chip, "--cell", "TOP", "--write", tmp_path / "start.yaml")
    assert result.exit_code == 2
    assert "start.yaml: the file exists; give another name, or remove it" in result.stderr
    assert (tmp_path / "start.yaml").read_text() == "mine"
