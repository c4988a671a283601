"""Mistakes in a configuration: one line with file, key and remedy, and exit code 2."""

from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from mpi4py import MPI

from thermospin.cli import main
from thermospin.errors import InputError
from thermospin.validation import load_config

DEVICE = """
geometry:
  solids:
    - {name: F1, material: Py, box: {min: [0 nm, 0 nm, 0 nm], max: [50 nm, 20 nm, 10 nm]}}
    - {name: N, material: Cu, box: {min: [50 nm, 0 nm, 0 nm], max: [150 nm, 20 nm, 10 nm]}}
    - {name: Substrate, material: SiO2, box: {min: [0 nm, 0 nm, -50 nm], max: [150 nm, 20 nm, 0 nm]}}
terminals:
  left: {region: F1, face: xmin, sink: true}
  right: {region: N, face: xmax, sink: true}
  bottom: {region: Substrate, face: zmin, sink: true}
schemes:
  through: {left: current, right: ground}
probes:
  across: [left, right]
"""

MISTAKES = yaml.safe_load(Path(__file__).with_name("bad_input.yaml").read_text(encoding="utf-8"))


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "device.yaml"
    path.write_text(DEVICE)
    return path


def assert_one_line(message, file, key, words):
    """File, key and the words, in this order, in one line."""
    assert "\n" not in message
    assert message.startswith(f"{file}: {key}: "), message
    position = len(f"{file}: {key}")
    for word in words.split():
        position = message.find(word, position)
        assert position >= 0, f"{word!r} is not where it should be in: {message}"


def test_the_device_without_mistakes_is_valid(file):
    assert load_config(file).source == str(file)


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES.keys())
def test_mistake(file, mistake):
    overrides = [mistake["set"]] if isinstance(mistake["set"], str) else mistake["set"]
    with pytest.raises(InputError) as caught:
        load_config(file, overrides)
    assert_one_line(str(caught.value), file, mistake["key"], mistake["says"])


def test_endless_whole_number(file):
    with pytest.raises(InputError) as caught:
        load_config(file, [f"temperature=1{400 * '0'}"])
    assert_one_line(str(caught.value), file, "temperature", "expected a finite number")


def test_several_mistakes_are_counted(file):
    with pytest.raises(InputError, match=r"heating.scale: must be at least 0, not -1 \(and 1 more\)$"):
        load_config(file, ["solver.degree=4", "heating.scale=-1"])


@pytest.mark.parametrize("section", ["geometry", "schemes"])
def test_missing_section(file, section):
    lines = DEVICE.strip().splitlines()
    start = lines.index(f"{section}:")
    end = next((i for i in range(start + 1, len(lines)) if not lines[i].startswith(" ")), len(lines))
    file.write_text("\n".join(lines[:start] + lines[end:]))
    with pytest.raises(InputError) as caught:
        load_config(file)
    assert_one_line(str(caught.value), file, section, "missing; add it")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (DEVICE + "probes: {}\n", 15, "duplicate key 'probes'"),
        (DEVICE + "solver: {degree: 1, degree: 2}\n", 15, "duplicate key 'degree'"),
        (DEVICE + "solver: {degree: 1\n", 16, "not valid YAML"),
        (DEVICE + "solver:\n\tdegree: 1\n", 16, "not valid YAML"),
        (DEVICE + "solver: *missing\n", 15, "undefined alias"),
        (DEVICE + "solver: !!python/object/apply:os.getcwd []\n", 15, "not valid YAML"),
    ],
    ids=["duplicate section", "duplicate key", "open bracket", "tab", "alias", "code"],
)
def test_yaml_mistake_has_its_line(file, text, line, words):
    file.write_text(text)
    with pytest.raises(InputError) as caught:
        load_config(file)
    assert str(caught.value).startswith(f"{file}:{line}: "), str(caught.value)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not a configuration; write sections"),
        ("- 1\n", "not a configuration; write sections"),
        ("\x00", "YAML"),
    ],
)
def test_file_without_sections(file, text, words):
    file.write_text(text)
    with pytest.raises(InputError, match=words) as caught:
        load_config(file)
    assert str(caught.value).startswith(f"{file}")


def test_file_that_is_not_text(file):
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="not a UTF-8 text"):
        load_config(file)


def test_mapping_without_a_file_names_the_key():
    with pytest.raises(InputError, match=r"^geometry: missing; add it"):
        load_config({"schemes": {"s": {"a": "current", "b": "ground"}}})


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["validate", "{file}", "--set", "solver.degree=4"], "{file}: solver.degree: must be 1, 2 or 3"),
        (
            ["run", "{file}", "--set", "probes.across[1]=lft"],
            "{file}: probes.across[1]: unknown terminal 'lft'",
        ),
        (
            ["mesh", "{file}", "--set", "materials.Py.polarisation=2"],
            "{file}: materials.Py.polarisation: must be less",
        ),
        (["validate", "{file}.yml"], "{file}.yml: cannot read the configuration: No such file"),
        (["validate", "{file}", "--set", "solver.degree"], "cannot read 'solver.degree'; write key=value"),
        (
            ["validate", "{file}", "--set", "probes.across[5]=left"],
            "probes.across[5]: no item [5] in a list of 2",
        ),
        (["materials", "Permalloy"], "unknown material 'Permalloy'; allowed: Py"),
    ],
)
def test_commands_say_it_in_one_line_and_exit_with_2(file, arguments, words):
    result = CliRunner().invoke(main, [argument.format(file=file) for argument in arguments])
    assert result.exit_code == 2
    assert result.stdout == ""
    if MPI.COMM_WORLD.rank > 0:
        assert result.stderr == ""
        return
    assert result.stderr.startswith("error: ")
    assert words.format(file=file) in result.stderr
    assert result.stderr.count("\n") == 1


def test_wrong_usage_exits_with_2(file):
    assert CliRunner().invoke(main, ["validate"]).exit_code == 2
    assert CliRunner().invoke(main, ["sove", str(file)]).exit_code == 2
