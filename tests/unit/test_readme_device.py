"""Row 11: the device in ten lines of README.md is the one of configs/slachter2010.yaml."""

import re
from pathlib import Path

import pytest
import yaml

from thermospin.device import Device
from thermospin.validation import load_config

pytestmark = pytest.mark.serial

ROOT = Path(__file__).parents[2]
SAME = ["temperature", "heating", "schemes", "probes", "interfaces", "magnetic_field"]


def same(found, expected):
    """Whether two devices agree, number by number up to rounding."""
    if isinstance(expected, dict):
        return found.keys() == expected.keys() and all(same(found[key], expected[key]) for key in expected)
    if isinstance(expected, list | tuple):
        return len(found) == len(expected) and all(map(same, found, expected))
    if isinstance(expected, float):
        return found == pytest.approx(expected, rel=1e-12, abs=1e-20)
    return found == expected


@pytest.fixture(scope="module")
def ten_lines():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    [block] = re.findall(r"## A device in ten lines\n\n```yaml\n(.*?)```", text, flags=re.DOTALL)
    return load_config(yaml.safe_load(block))


@pytest.fixture(scope="module")
def shipped():
    return load_config(ROOT / "configs" / "slachter2010.yaml")


def test_row_11_same_geometry(ten_lines, shipped):
    """Solid by solid, and terminal by terminal."""
    assert same(ten_lines.geometry.resolved.model_dump(), shipped.geometry.resolved.model_dump())
    assert same(ten_lines.geometry.model_dump(), shipped.geometry.model_dump())
    assert ten_lines.all_terminals == shipped.all_terminals


def test_row_11_same_materials(ten_lines, shipped):
    assert ten_lines.geometry.materials == shipped.geometry.materials
    for material in set(shipped.geometry.materials.values()):
        assert ten_lines.material(material) == shipped.material(material)
    assert shipped.material(shipped.geometry.materials["Substrate"]).thermal_conductivity == 1.0


@pytest.mark.parametrize("section", SAME)
def test_row_11_same_experiment(ten_lines, shipped, section):
    assert getattr(ten_lines, section) == getattr(shipped, section)
    assert ten_lines.output.current == shipped.output.current


def test_row_11_same_magnetic_states(ten_lines, shipped):
    assert Device.of(ten_lines).states == Device.of(shipped).states


def test_the_valve_of_three_parameters():
    """Its lengths follow them, and it is the valve of docs/howto/parameters.md but for the mesh."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    [block] = re.findall(r"```yaml\n(parameters.*?)```", text, flags=re.DOTALL)
    config = load_config(yaml.safe_load(block), ["parameters.L=400 nm"])
    assert config.geometry.resolved.solids[2].box.max[0] == pytest.approx(840e-9)
    page = (ROOT / "docs" / "howto" / "parameters.md").read_text(encoding="utf-8")
    [shown] = re.findall(r"```yaml\n(parameters.*?)```", page, flags=re.DOTALL)
    for key, value in yaml.safe_load(block).items():
        if key != "geometry":
            assert yaml.safe_load(shown)[key] == value
