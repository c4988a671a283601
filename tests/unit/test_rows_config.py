"""Rows 30, 34, 35, 37 and 44 of the list of faults, as far as documents, messages and circuits go."""

import time
from pathlib import Path

import pytest
import yaml
from circuit_valve import VALVE
from click.testing import CliRunner
from mpi4py import MPI
from test_bad_input import DEVICE, assert_one_line

from thermospin.cli import main
from thermospin.device import Device
from thermospin.errors import InputError, brief
from thermospin.networks import load_circuit
from thermospin.networks.study import study
from thermospin.runs.run import note_missing_probes
from thermospin.textures.table import read_table
from thermospin.units import to_si
from thermospin.validation import load_config, load_sweep

MISTAKES = yaml.safe_load(Path(__file__).with_name("bad_input_rows.yaml").read_text(encoding="utf-8"))


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "device.yaml"
    path.write_text(DEVICE)
    return path


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES.keys())
def test_mistake(file, mistake):
    overrides = [mistake["set"]] if isinstance(mistake["set"], str) else mistake["set"]
    with pytest.raises(InputError) as caught:
        load_config(file, overrides)
    assert_one_line(str(caught.value), file, mistake["key"], mistake["says"])


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("8nm", "m", 8e-9),
        ("8 µm", "m", 8e-6),  # micro sign
        ("8 μm", "m", 8e-6),  # Greek letter
        ("2 kΩ", "ohm", 2e3),  # Greek letter
        ("2 kΩ", "ohm", 2e3),  # ohm sign
        ("5 Å", "m", 5e-10),
        ("−3.8 µV/K", "V/K", -3.8e-6),  # minus sign
        ("8 nm", "m", 8e-9),  # a space that does not break
        ("1e7 S·m⁻¹", "S/m", 1e7),
        ("1e7 (ohm m)^-1", "S/m", 1e7),  # was 1e-7
        ("1e7 1/ohm/m", "S/m", 1e7),
        ("1.5 µm²", "m^2", 1.5e-12),
        ("30 %", "", 0.3),
        ("30%", "", 0.3),
        ("20 degC", "K", 293.15),
        ("20 °C", "K", 293.15),
        ("68 degF", "K", 293.15),
        ("180°", "rad", 3.141592653589793),
        ("5 /s", "rad/s", 5.0),
    ],
)
def test_row_30_quantities_as_people_write_them(text, unit, value):
    assert to_si(text, unit) == pytest.approx(value, rel=1e-14, abs=0)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (
            "solver:\n\tdegree: 1",
            ":16: not valid YAML: a tab at the beginning of the line; indent with spaces",
        ),
        ("solver: {degree: 1\nmesh: {}", "a bracket is not closed, or a comma is missing"),
        ("title: a: b", ":15: not valid YAML: mapping values are not allowed in this context; a second ':'"),
        (
            "temperature: 0300",
            ":15: not valid YAML: '0300' begins with 0, which some programs take for octal; write 300",
        ),
        ("temperature: -0300", "write -300"),
        (
            "solver: {spin_heat: !!bool abc}",
            ":15: not valid YAML: the tag '!!bool' is not allowed; remove it",
        ),
        ("solver: {degree: !!python/object/apply:os.getcwd []}", "is not allowed; remove it"),
        ("title: &a [*a]", ":15: not valid YAML: '*a' refers to itself"),
        ('title: "a\\0b"', ":15: not valid YAML: a text holds the character '\\x00'; remove it"),
        ("title: " + 40_000 * "[", ":15: not valid YAML: more than 50 levels of brackets"),
        ("title: " + 40_000 * "[" + 40_000 * "]", ":15: not valid YAML: more than 50 levels of brackets"),
        ("title: " + 40_000 * "{a: ", ":15: not valid YAML: more than 50 levels of brackets"),
    ],
)
def test_rows_30_37_44_yaml_in_one_line_with_its_number(file, line, words):
    file.write_text(DEVICE + line + "\n")
    with pytest.raises(InputError) as caught:
        load_config(file)
    message = str(caught.value)
    assert message.startswith(f"{file}:") and words in message
    assert message.isprintable() and len(message) < 400


def test_row_35_alias_bomb(file):
    """632 bytes that stand for 1e20 values."""
    lines = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 20)]
    file.write_text("\n".join(lines))
    begun = time.process_time()
    with pytest.raises(
        InputError, match=f"^{file}:6: not valid YAML: more than 200000 values, aliases included"
    ):
        load_config(file)
    assert time.process_time() - begun < 1


def test_aliases_that_stand_for_little_are_read(file):
    file.write_text(
        DEVICE + "x: &both {conductivity: 1e7, spin_diffusion_length: 9 nm, thermal_conductivity: 9}\n"
    )
    text = (
        file.read_text().replace("x: &both", "materials:\n  A: &both")
        + "  B: {<<: *both, thermal_conductivity: 8}\n"
    )
    file.write_text(text)
    materials = load_config(file).materials
    assert materials["A"].conductivity == materials["B"].conductivity == 1e7
    assert (materials["A"].thermal_conductivity, materials["B"].thermal_conductivity) == (9, 8)


def test_row_44_words_and_dates_stay_texts(file):
    file.write_text(DEVICE.replace("through:", "on:").replace("across:", "no:") + "title: 2024-01-01\n")
    config = load_config(file)
    assert (list(config.schemes), list(config.probes), config.title) == (["on"], ["no"], "2024-01-01")


@pytest.mark.parametrize(
    "value",
    [list(range(10**6)), {str(i): i for i in range(10**5)}, "x" * 10**6, [[[[[[0]]]]]] * 1000, 10**5000],
    ids=["list", "mapping", "text", "nested", "number"],
)
def test_row_35_values_are_cut_in_messages(value):
    begun = time.process_time()
    assert len(brief(value)) <= 80
    with pytest.raises(InputError) as caught:
        load_config(
            {"geometry": {"template": value}, "schemes": value, "temperature": value, "probes": {"a": value}}
        )
    assert str(caught.value).isprintable() and len(str(caught.value)) < 1000
    assert time.process_time() - begun < 5


def test_row_35_sweep_of_many_points(file):
    axis = {"key": "temperature", "start": 100, "stop": 300, "num": 1000}
    file.write_text(
        DEVICE + f"sweep: [{axis}, {axis | {'key': 'heating.scale'}}, {axis | {'key': 'solver.tolerance'}}]\n"
    )
    begun = time.process_time()
    with pytest.raises(
        InputError,
        match=r"sweep: 1000000000 points are too many; split the sweep into files of at most 10000 points",
    ):
        load_sweep(file)
    assert time.process_time() - begun < 2


@pytest.mark.parametrize(
    ("command", "text", "words"),
    [
        ("run", VALVE, "nodes: this file holds a circuit; use 'thermospin circuit'"),
        ("sweep", VALVE, "nodes: this file holds a circuit; use 'thermospin circuit'"),
        ("loop", VALVE, "nodes: this file holds a circuit; use 'thermospin circuit'"),
        ("validate", VALVE, "nodes: this file holds a circuit; use 'thermospin circuit'"),
        ("mesh", VALVE, "nodes: this file holds a circuit; use 'thermospin circuit'"),
        ("circuit", DEVICE, "geometry: this file holds a device; use 'thermospin run', 'sweep' or 'loop'"),
        ("sweep", DEVICE, "sweep: nothing to sweep; add an axis"),
        ("loop", DEVICE, "loop: missing; add it"),
        ("run", '{"schema": 1, "timings": {}}', "timings: this file holds results"),
    ],
)
def test_row_30_file_of_another_kind(file, command, text, words):
    file.write_text(text)
    result = CliRunner().invoke(main, [command, str(file)])
    assert result.exit_code == 2
    if MPI.COMM_WORLD.rank == 0:
        assert result.stderr.startswith(f"error: {file}: {words}")
        assert result.stderr.count("\n") == 1


def test_row_30_mesh_in_place_of_a_configuration(tmp_path):
    with pytest.raises(
        InputError, match="bar.msh: this is not a configuration; write one that names this file"
    ):
        load_config(tmp_path / "bar.msh")


def test_row_30_material_in_small_letters():
    found, asked = (CliRunner().invoke(main, ["materials", name]) for name in ("py", "Py"))
    assert found.exit_code == 0
    assert found.output == asked.output


def test_row_35_many_regions_and_interfaces_in_bounded_time():
    """100 regions and one entry for two materials took 11 s, and each doubling eight times as long."""
    solids = [
        {
            "name": f"s{i}",
            "material": "Py" if i % 2 else "Cu",
            "box": {"min": [f"{i} nm", 0, 0], "max": [f"{i + 1} nm", "1 nm", "1 nm"]},
        }
        for i in range(200)
    ]
    begun = time.process_time()
    config = load_config(
        {
            "geometry": {"solids": solids},
            "interfaces": [{"between": ["Py", "Cu"], "library": "Py/Cu"}],
            "terminals": {f"t{i}": {"region": f"s{i}", "face": "ymin", "sink": True} for i in (0, 1)},
            "schemes": {"s": {"t0": "current", "t1": "ground"}},
        }
    )
    assert len(Device.of(config).resistive_interfaces) == 100 * 100
    assert time.process_time() - begun < 15


def test_row_35_materials_that_derive_from_many():
    materials = {f"m{i}": {"base": f"m{i + 1}" if i < 3000 else "Cu"} for i in range(3001)}
    with pytest.raises(InputError, match=r"materials.m50.base: derives from more than 50 others"):
        load_config(yaml.safe_load(DEVICE) | {"materials": materials})


def test_row_30_run_without_probes_says_so(file):
    class Notes(list):
        note = list.append

    notes = Notes()
    note_missing_probes(load_config(file), notes)
    assert notes == []
    note_missing_probes(load_config(file, ["probes={}"]), notes)
    assert notes[0].startswith(f"{file}: probes: there are no readings R1, R2 …; add a pair")


def valve(elements, **more):
    """A circuit from A at 1 V to B at 0 V through normal metals; elements as (node, node, conductance)."""
    nodes = {"A": {"voltage": 1}, "B": {"voltage": 0}}
    nodes |= {name: {} for *pair, _ in elements for name in pair if name not in nodes}
    joined = [{"between": pair, "conductance": value} for *pair, value in elements]
    return {"nodes": nodes, "elements": joined, **more}


@pytest.mark.parametrize(
    ("elements", "key"),
    [
        ([("A", "M", 1e20), ("M", "B", 1e-10)], "elements[1]"),
        ([("A", "M", 1e20), ("M", "N", 1e-10), ("N", "B", 1e-10)], "elements[1]"),
        ([("A", "M", 1e20), ("M", "N", 1e-10), ("N", "B", 1e20)], "elements[1]"),
        ([("A", "M", 1e-10), ("M", "N", 1e20), ("N", "B", 1e-10)], "elements[0]"),
    ],
)
def test_rows_34_37_conductances_too_far_apart(elements, key):
    """A division by zero before, or the advice to give a node a voltage."""
    with pytest.raises(InputError) as caught:
        study(load_circuit(valve(elements)))
    assert caught.value.key == key
    assert "1e-10 S/m²" in str(caught.value) and "1e+20 S/m²" in str(caught.value)
    assert "lost in rounding" in str(caught.value)


def test_conductances_that_only_stand_side_by_side_may_differ():
    found = study(load_circuit(valve([("A", "B", 1e20), ("A", "B", 1e-10)])))
    assert found.data["points"]["A.current (A/m^2)"] == pytest.approx([1e20], rel=1e-12)


@pytest.mark.parametrize("ratio", [1.0, 1e3, 1e6])
def test_conductances_in_series_against_the_closed_form(ratio):
    found = study(load_circuit(valve([("A", "M", 1e15), ("M", "N", 1e15 / ratio), ("N", "B", 1e15)])))
    resistance = (2 + ratio) / 1e15
    assert found.data["points"]["resistance (ohm m^2)"] == pytest.approx([resistance], rel=1e-9, abs=0)


def free_layer(**dynamics):
    """The valve of circuit_valve.py, with a layer that moves."""
    layer = {"node": "F2", "saturation_magnetisation": 1e6, "thickness": "2 nm", "damping": 0.02}
    return {
        "free_layer": layer | {"easy_axis": [0, 0, 1], "anisotropy_field": "300 mT"},
        "dynamics": {"initial": {"theta": "170 deg"}} | dynamics,
    }


def with_dynamics(**dynamics):
    elements = [
        {"between": pair, "conductance": 1e15, "polarisation": 0.5} for pair in (["F1", "N"], ["N", "F2"])
    ]
    nodes = {"F1": {"magnetisation": [0, 0, 1], "voltage": "1 mV"}, "N": {}}
    nodes["F2"] = {"magnetisation": [0, 0, 1], "voltage": 0}
    return {"nodes": nodes, "elements": elements, **free_layer(**dynamics)}


def test_row_35_endless_dynamics_are_estimated_and_refused():
    """28 GHz per tesla at 0.3 T for 1 ms are 8.4 million periods; the torque adds to them."""
    begun = time.process_time()
    with pytest.raises(InputError) as caught:
        study(load_circuit(with_dynamics(duration="1 ms")))
    assert time.process_time() - begun < 10
    assert caught.value.key == "dynamics.duration"
    assert "9.0e+06 periods" in str(caught.value) and "dynamics.max_periods" in str(caught.value)


def test_row_35_the_limit_of_dynamics_can_be_raised():
    circuit = with_dynamics(duration="1 ns", max_periods=2)
    with pytest.raises(InputError, match="dynamics.duration: 1e-09 s are up to"):
        study(load_circuit(circuit))
    circuit["dynamics"]["max_periods"] = 100
    assert study(load_circuit(circuit)).dynamics


@pytest.mark.parametrize("drives", [[0], [0, 1], [1, 0]])
def test_row_37_dynamics_with_a_drive_of_0(drives):
    """All drives have the columns of the sources; without a torque the magnet does not switch."""
    found = study(load_circuit(with_dynamics(duration="0.1 ns", drives=drives))).data["switching"]
    assert found["factor"] == drives
    assert found["F1.voltage (V)"] == pytest.approx([1e-3 * drive for drive in drives])
    assert found["switching_time (s)"][drives.index(0)] is None


@pytest.mark.parametrize(
    ("change", "key", "words"),
    [
        ({"elements": []}, "elements", "nothing joins the nodes"),
        ({"nodes": {"A": {}}}, "nodes", "at least two nodes"),
        ({"temperature": 1e-300}, "temperature", "at least 1e-06 K"),
        ({"temperature": float("nan")}, "temperature", "finite"),
        ({"area": 1e-300}, "area", "at least 1e-24"),
        ({"nodes": {"A": {"voltage": True}, "B": {}}}, "nodes.A.voltage", "expected a quantity in V"),
        (
            {"nodes": {"A": {"voltage": 1, "adiabatic": "yes"}, "B": {}}},
            "nodes.A.adiabatic",
            "true or false, not 'yes'",
        ),
        ({"nodes": {f"n{i}": {} for i in range(2000)}}, "elements[0].between[0]", "unknown node 'A'"),
    ],
)
def test_rows_37_44_mistakes_in_circuits(change, key, words):
    with pytest.raises(InputError) as caught:
        study(load_circuit(valve([("A", "B", 1e15)]) | change))
    assert caught.value.key == key
    assert words in str(caught.value)


def test_row_35_circuit_of_many_nodes():
    names = [f"n{i}" for i in range(3000)]
    chain = [(a, b, 1e15) for a, b in zip(["A", *names], [*names, "B"], strict=True)]
    begun = time.process_time()
    with pytest.raises(InputError, match="^nodes: 3002 nodes at 1 angles take more than an hour"):
        study(load_circuit(valve(chain)))
    assert time.process_time() - begun < 20


@pytest.mark.parametrize("place", ["/dev/zero", "/dev/random", "."])
def test_row_35_table_without_an_end(place):
    with pytest.raises(InputError, match="is not a regular file; give a CSV or a VTU file"):
        read_table(Path(place), 1.0, "linear")


@pytest.mark.parametrize("number", ["1e300", "-1e300", "1e308"])
def test_row_37_table_of_places_beyond_all_devices(tmp_path, number):
    file = tmp_path / "m.csv"
    file.write_text(f"0,0,0,1,0,0\n{number},0,0,0,1,0\n")
    with pytest.raises(InputError, match="point 2 of .* is farther than .* m from the origin"):
        read_table(file, 1.0, "linear")


@pytest.mark.parametrize(
    ("drive", "overrides", "key", "words"),
    [
        ("current", ["output.current=2 mV"], "output.current", "0.002 V is not a current; write it in A"),
        ("{voltage: 1 mV}", ["output.current=2 mV"], "output.current", "is shown at its own voltage"),
        (
            "current",
            ["output.maps=[{field: T, current: 2 mV, surface: true}]"],
            "output.maps[0].current",
            "0.002 V is not a current; write it in A",
        ),
        (
            "{voltage: 1 mV}",
            ["output.maps=[{field: T, current: 2 mA, surface: true}]"],
            "output.maps[0].current",
            "a voltage drives scheme 'through'; give the map an 'order', not a 'current'",
        ),
        (
            "ground",
            ["terminals.left.sink=310 K", "output.maps=[{field: T, current: 2 mA, surface: true}]"],
            "output.maps[0].current",
            "heat sinks drive scheme 'through'; give the map an 'order'",
        ),
    ],
)
def test_row_24_what_is_shown_at_a_current(file, drive, overrides, key, words):
    through = f"schemes.through={{left: {drive}, right: {'float' if drive == 'ground' else 'ground'}}}"
    with pytest.raises(InputError) as caught:
        load_config(file, [through, *overrides])
    assert_one_line(str(caught.value), file, key, words)
