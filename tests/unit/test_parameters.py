"""Named parameters and formulas of them: against arithmetic in SI, in configurations and sweeps."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
import yaml
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from mutations import CONFIGS

import thermospin
from thermospin.cli import main
from thermospin.config import Config
from thermospin.config.parameters import ParameterError, Parameters
from thermospin.errors import InputError
from thermospin.networks import load_circuit
from thermospin.units import has_unit
from thermospin.validation import load_config, load_sweep

VALVE = """
parameters:
  L: 300 nm                 # distance of the magnets
  w: 2*L + 40 nm            # length of the channel
  S0: -20 uV/K
geometry:
  solids:
    F1: {material: Py, box: {min: [0 nm, 0 nm, 0 nm], max: [20 nm, 20 nm, 10 nm]}}
    N: {material: Cu, box: {min: [20 nm, 0 nm, 0 nm], max: [20 nm + w, 20 nm, 10 nm]}}
    F2: {material: Py, box: {min: [20 nm + L, 0 nm, 10 nm], max: [40 nm + L, 20 nm, L/10]}}
materials:
  Py: {seebeck: 1.5 * S0, spin_diffusion_length: L/60}
terminals:
  left: {region: F1, face: xmin, sink: true}
  right: {region: N, face: xmax, sink: 300 K + 2*1 K}
  top: {region: F2, face: zmax}
schemes:
  through: {left: current, right: ground}
probes:
  across: [top, right]
sweep:
  - {key: parameters.L, values: [300 nm, 0.4 um]}
"""
NM = 1e-9


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "valve.yaml"
    path.write_text(VALVE)
    return path


def corners(config):
    return {solid.name: (solid.box.min, solid.box.max) for solid in config.geometry.solids}


@pytest.mark.parametrize(
    ("overrides", "length"), [([], 300), (["L=250 nm"], 250), (["parameters.L=0.2 um"], 200)]
)
def test_valve_of_three_parameters(file, overrides, length):
    config = load_config(file, overrides)
    w = 2 * length + 40
    found = corners(config)
    assert list(found) == ["F1", "N", "F2"]
    assert found["N"][1] == pytest.approx((20 * NM + w * NM, 20 * NM, 10 * NM), rel=1e-14)
    assert found["F2"][0] == pytest.approx(((20 + length) * NM, 0, 10 * NM), rel=1e-14)
    assert found["F2"][1][2] == pytest.approx(length / 10 * NM, rel=1e-14)
    assert config.materials["Py"].seebeck == pytest.approx(-30e-6, rel=1e-14)
    assert config.materials["Py"].spin_diffusion_length == pytest.approx(length / 60 * NM, rel=1e-14)
    assert config.all_terminals["right"].sink == 302


def test_the_resolved_configuration_records_the_parameters_and_loads_again(file):
    config = load_config(file)
    data = json.loads(json.dumps(config.resolved()))
    assert data["parameters"] == {"L": "300 nm", "w": "640 nm", "S0": "-20 μV / K"}
    again = load_config(data)
    assert again.resolved() == data
    with pytest.raises(InputError, match="^--set: parameters.L: no formula uses 'L'"):
        load_config(data, ["L=2 nm"])


def test_parameters_are_swept(file):
    sweep = load_sweep(file)
    assert sweep.keys == ["parameters.L"]
    assert sweep.si("parameters.L") == pytest.approx([300 * NM, 400 * NM], rel=1e-14)
    ends = [corners(point.config)["N"][1][0] for point in sweep.points]
    assert ends == pytest.approx([660 * NM, 860 * NM], rel=1e-14)
    with pytest.raises(
        InputError, match=r"sweep\[0\]: parameters.M: unknown parameter 'M'; did you mean 'L'|allowed"
    ):
        load_sweep(file, ["sweep[0].key=parameters.M"])


def test_ranges_end_at_formulas(file):
    axis = "sweep[0]={key: parameters.L, start: 2*D, stop: 300 nm + D, num: 2}"
    file.write_text(VALVE.replace("S0:", "D: 100 nm\n  S0:"))
    assert load_sweep(file, [axis]).si("parameters.L") == pytest.approx([200 * NM, 400 * NM], rel=1e-12)


def test_a_loaded_configuration_has_no_formulas_to_sweep(file):
    with pytest.raises(InputError, match=r"sweep\[0\]: parameters.L: no formula uses 'L'"):
        thermospin.sweep(thermospin.load(file))


def test_a_network_takes_parameters(tmp_path):
    path = tmp_path / "network.yaml"
    text = (CONFIGS / "hatami2007_circuit.yaml").read_text(encoding="utf-8")
    path.write_text("parameters: {d: 20 nm}\n" + text)
    config = load_circuit(path, ["d=30 nm", "area=d**2"])
    assert config.area == pytest.approx(9e-16, rel=1e-14)
    with pytest.raises(InputError, match="area: wrong unit of 'd', which is 20 nm: expected m"):
        load_circuit(path, ["area=d"])


@pytest.mark.parametrize(
    ("text", "unit", "expected"),
    [
        ("L/2 - 20 nm", "m", 130 * NM),
        ("2 L", "m", 600 * NM),
        ("20 nm * n", "m", 60 * NM),
        ("20 nm * 2", "m", 40 * NM),
        ("L/w", "", 300 / 640),
        ("-L", "m", -300 * NM),
        ("sqrt(L*w)", "m", math.sqrt(300 * 640) * NM),
        ("minimum(L, w) + maximum(L, w)", "m", 940 * NM),
        ("sin(angle) + cos(pi/3)", "", 1.0),
        ("exp(log(n)) * 1 mA", "A", 3e-3),
        ("5 W/(m K) * n", "W/(m K)", 15.0),
        ("1e7 S/m^2 * 2 nm", "S/m", 0.02),
        ("2 nm^2 * n", "m^2", 6e-18),
        ("n**2 * 20 uV/K", "V/K", 180e-6),
        ("(1 nm)^-1 * L", "", 300.0),
        ("abs(20 nm − L)", "m", 280 * NM),
    ],
)
def test_formulas_are_arithmetic_on_quantities(text, unit, expected):
    given = {"L": "300 nm", "w": "2*L + 40 nm", "n": 3, "angle": "30 deg"}
    found, _, own = str(Parameters(given).evaluated(text, unit)).partition(" ")
    assert own == unit
    assert float(found) == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize(
    "text", ["300 nm", "-3.8 uV/K", "20 kelwin", "Py", "8,5 nm", "4,000 S/m", "", "L.real", "x; y", 5, None]
)
def test_what_is_no_formula_stays_as_it_is(text):
    assert Parameters({"L": "300 nm"} if text != "L.real" else {}).evaluated(text, "m") is text


@pytest.mark.parametrize("text", ["350 nm/2", "350 nm + 3 nm", "2*L", "4,000,000 S/m", "1/0"])
def test_without_parameters_there_are_no_formulas(text):
    assert Parameters({}).evaluated(text, "m") is text


@pytest.mark.parametrize(
    ("given", "text", "count"),
    [([], "L/(20 nm)", 15), (["parameters.n=3"], "2*n", 6), (["parameters.n=3"], "n", 3), ([], 4, 4)],
)
def test_counts_take_formulas(file, given, text, count):
    config = load_config(file, [*given, f"geometry.solids.N.elements_along_z={text}"])
    assert config.geometry.solids[1].elements_along_z == count


def test_formulas_of_the_position_take_parameters(file):
    """L is a length in m, n a plain number; units stand beside them as before."""
    formula = "magnetisation.F1={formula: ['tanh(x/L)', 0, 'n*z/(10*nm) + 1e-3']}"
    config = load_config(file, ["parameters.n=3", "solver={spin: vector}", formula])
    points = np.array([[30.0, 0.0, 5.0], [-600.0, 1.0, 0.0]]) * NM
    found = config.magnetisation["F1"].vectors(points)
    expected = [[math.tanh(0.1), 0, 1.501], [math.tanh(-2), 0, 1e-3]]
    assert found == pytest.approx(np.array(expected), rel=1e-14)
    with pytest.raises(InputError, match="'x' has a meaning of its own in formulas of x, y, z"):
        load_config(file, ["parameters.x=3", "solver={spin: vector}", formula])


def test_example_of_the_documentation(tmp_path):
    """The valve of docs/howto/parameters.md: its channel ends where the formulas say."""
    page = (Path(__file__).parents[2] / "docs" / "howto" / "parameters.md").read_text(encoding="utf-8")
    path = tmp_path / "valve.yaml"
    path.write_text(page.split("```yaml\n")[1].split("```")[0])
    config = load_config(path, ["L=400 nm"])
    assert corners(config)["N"][1] == pytest.approx((840 * NM, 40 * NM, 20 * NM), rel=1e-14)
    assert config.geometry.solids[2].elements_along_z == 3


def test_names_and_paths_are_no_formulas(file):
    text = VALVE.replace("F1", "L").replace("title", "x")
    path = file.with_name("L.yaml")
    path.write_text("title: 2*L\n" + text)
    config = load_config(path)
    assert config.title == "2*L"
    assert list(corners(config)) == ["L", "N", "F2"]


MISTAKES = yaml.safe_load(Path(__file__).with_name("bad_parameters.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES.keys())
def test_mistakes_are_answered_in_one_line(file, mistake):
    with pytest.raises(InputError) as caught:
        load_config(file, [mistake["set"]])
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(f"{file}: {mistake['key']}: "), message
    position = 0
    for word in mistake["says"].split():
        position = message.find(word, position)
        assert position >= 0, f"{word!r} is not where it should be in: {message}"


@settings(max_examples=400, derandomize=True, deadline=None, database=None)
@given(text=st.text(alphabet="Lwn0129.+-*/^(), emKVsqrt_µ", max_size=30))
def test_any_text_is_a_quantity_or_one_line(text):
    """Never anything else, such as an error of the parser, of decimals or of pint."""
    try:
        values = Parameters({"L": "300 nm", "w": "2*L", "n": 3, "text": text})
        found = values.evaluated(text, "m")
    except (InputError, ParameterError) as error:
        assert str(error).isprintable()
        return
    assert isinstance(found, int | float) or found is text or has_unit(found, "m")


def test_a_named_solid_that_cannot_be_meshed_is_named(file):
    result = CliRunner().invoke(
        main, ["validate", str(file), "--set", "geometry.solids.F2.box.max[2]=10.00000001 nm"]
    )
    assert result.exit_code == 2
    if result.stderr:
        assert "geometry.solids.F2: solid F2 is 1e-17 m thin" in result.stderr


def test_chain_of_parameters_has_an_end():
    chain = {f"p{i}": f"p{i + 1}" for i in range(10_000)} | {"p10000": 1}
    with pytest.raises(InputError, match="needs more than 50 others"):
        Parameters(chain)


def test_command_takes_a_parameter(file):
    result = CliRunner().invoke(main, ["validate", str(file), "--set", "L=w"])
    assert result.exit_code == 2
    if result.stderr:
        assert "parameters.L: refers to itself (L -> w -> L)" in result.stderr


def test_schema_takes_formulas_and_named_solids():
    schema = Config.model_json_schema()
    solids = schema["$defs"]["SolidsGeometry"]["properties"]["solids"]
    array, mapping = solids["anyOf"]
    assert array["items"] == {"$ref": "#/$defs/Solid"}
    assert mapping["additionalProperties"] == {"$ref": "#/$defs/SolidEntry"}
    assert "name" not in schema["$defs"]["SolidEntry"]["required"]
    assert {"type": "string"} in schema["properties"]["temperature"]["anyOf"]
    assert {"type": "string"} in schema["properties"]["parameters"]["additionalProperties"]["anyOf"]
