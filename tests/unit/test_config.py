"""Reading configurations: units, short forms, defaults, overrides."""

import copy
import json
import subprocess
import sys

import pytest
import yaml
from click.testing import CliRunner
from mpi4py import MPI

from thermospin.cli import main
from thermospin.config import Config
from thermospin.device import Device
from thermospin.units import to_si
from thermospin.validation import load_config

WIRE = """
title: A wire of two metals
geometry:
  solids:
    - {name: F1, material: Py, box: {min: [0 nm, 0 nm, 0 nm], max: [50 nm, 20 nm, 10 nm]}}
    - {name: N, material: Cu, box: {min: [50 nm, 0 nm, 0 nm], max: [150 nm, 20 nm, 10 nm]}}
    - {name: F2, material: Py, box: {min: [150 nm, 0 nm, 0 nm], max: [200 nm, 20 nm, 10 nm]}}
terminals:
  left: {region: F1, face: xmin, sink: true}
  right: {region: F2, face: xmax, sink: true}
  side: {region: N, face: ymin}
schemes:
  through: {left: current, right: ground}
probes:
  across: [left, right]
"""


def wire(**sections):
    return {**yaml.safe_load(WIRE), **sections}


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("15 nm", "m", 15e-9),
        ("15nm", "m", 15e-9),
        ("-3.8 uV/K", "V/K", -3.8e-6),
        ("-3.8 µV/K", "V/K", -3.8e-6),  # micro sign
        ("-3.8 μV/K", "V/K", -3.8e-6),  # Greek mu
        ("2e7 S/m", "S/m", 2e7),
        ("30 W/m/K", "W/(m K)", 30.0),
        ("30 W/(m K)", "W/(m K)", 30.0),
        ("0.3 W/cm/K", "W/(m K)", 30.0),
        ("-2 mA", "A", -2e-3),
        ("8e11 A/m²", "A/m^2", 8e11),
        ("8e7 A/cm^2", "A/m^2", 8e11),
        ("20 degC", "K", 293.15),
        ("1 mV", "V", 1e-3),
        ("25 %", "", 0.25),
        ("1e-10", "", 1e-10),
        (3, "m", 3.0),
    ],
)
def test_quantities_become_si(text, unit, value):
    assert to_si(text, unit) == pytest.approx(value, rel=1e-15, abs=0)


def test_lengths_are_decimal():
    assert to_si("15 nm", "m") == 15e-9 == 1.5e-8


def test_defaults():
    config = load_config(wire())
    assert config.temperature == 300
    assert (config.solver.degree, config.solver.orders, config.solver.method) == (1, 4, "expansion")
    assert (config.heating.model, config.heating.scale) == ("joule", 1)
    assert Device.of(config).magnets == ["F1", "F2"]
    assert Device.of(config).states == {"P": {"F1": 1, "F2": 1}, "AP": {"F1": 1, "F2": -1}}
    assert config.sinks == {"left": 300, "right": 300}


def test_configurations_are_completed_with_plus_one():
    config = load_config(wire(configurations={"AP": {"F1": -1}}))
    assert Device.of(config).states == {"AP": {"F1": -1, "F2": 1}}


def test_a_device_without_magnets_has_one_configuration():
    geometry = copy.deepcopy(wire()["geometry"])
    for solid in geometry["solids"]:
        solid["material"] = "Cu"
    assert Device.of(load_config(wire(geometry=geometry))).states == {"P": {}}


def test_conditions_have_short_and_long_forms():
    conditions = {"left": {"current": "equipotential"}, "right": {"voltage": "0 V"}, "side": "float"}
    scheme = load_config(wire(schemes={"s": conditions})).schemes["s"]
    assert scheme.currents["left"].current == "equipotential"
    assert scheme.currents["left"].share == 1
    assert scheme.potentials == {"right": 0}


def test_current_can_be_shared():
    conditions = {
        "left": {"share": 0.25, "current": "uniform"},
        "side": {"current": "uniform", "share": 0.75},
    }
    scheme = load_config(wire(schemes={"s": {**conditions, "right": "ground"}})).schemes["s"]
    assert {name: drive.share for name, drive in scheme.currents.items()} == {"left": 0.25, "side": 0.75}


def test_sink_at_another_temperature():
    terminals = {**wire()["terminals"], "left": {"region": "F1", "face": "xmin", "sink": "310 K"}}
    solver = {"method": "demodulate", "orders": 2, "currents": ["-1 mA", "1 mA"]}
    assert load_config(wire(terminals=terminals, solver=solver)).sinks == {"left": 310, "right": 300}


def test_materials_override_and_derive():
    config = load_config(
        wire(
            materials={
                "Py": {"polarisation": 0.3},
                "Thin": {"base": "Py", "conductivity": "3e6 S/m"},
                "Cu2": {"base": "Cu"},
            }
        )
    )
    assert config.material("Py").polarisation == 0.3
    assert config.material("Py").conductivity == 4.32e6
    assert (config.material("Thin").polarisation, config.material("Thin").conductivity) == (0.3, 3e6)
    assert config.material("Cu2") == config.material("Cu")


def test_a_config_is_frozen():
    with pytest.raises(ValueError, match="frozen"):
        load_config(wire()).temperature = 4.2


def test_yaml_numbers_without_a_point(tmp_path):
    file = tmp_path / "wire.yaml"
    file.write_text(WIRE + "solver: {tolerance: 1e-10, max_iterations: 200}\nmesh: {max_size: 5e-8}\n")
    config = load_config(file)
    assert config.solver.tolerance == 1e-10
    assert config.mesh.max_size == 5e-8
    assert str(config.output.directory) == "results/wire"
    assert config.source == str(file)


def test_a_mesh_file_is_relative_to_the_configuration(tmp_path):
    file = tmp_path / "device.yaml"
    geometry = {"file": "device.msh", "regions": {"F1": "Py", "N": "Cu", "F2": "Py"}}
    file.write_text(yaml.safe_dump(wire(geometry=geometry)))
    assert load_config(file).geometry.file == str(tmp_path / "device.msh")


def test_overrides_replace_and_add():
    overrides = [
        "solver.degree=2",
        "probes.across[1]=side",
        "lock_in.rms_current=1.5 mA",
        "materials.Py.seebeck=-10 uV/K",
    ]
    config = load_config(wire(), overrides)
    assert config.solver.degree == 2
    assert config.probes["across"] == ("left", "side")
    assert config.lock_in.rms_current == 1.5e-3
    assert config.material("Py").seebeck == -1e-5


def test_the_resolved_configuration_is_json_and_loads_again():
    output = {"maps": [{"field": "T", "order": 2, "slice": {"z": "10 nm"}}]}
    config = load_config(wire(output=output, materials={"Py": {"polarisation": 0.3}}))
    resolved = json.loads(json.dumps(config.resolved()))
    assert set(resolved["materials"]) == {"Py", "Cu"}
    again = load_config(resolved)
    assert again.resolved() == config.resolved()
    assert again.output == config.output


def test_the_template_provides_terminals():
    schemes = {"thermal": {"contact1": "current", "contact2": "ground"}}
    config = load_config({"geometry": {"template": "lateral_nonlocal"}, "schemes": schemes})
    assert set(config.all_terminals) >= {"contact1", "contact5", "substrate"}
    assert Device.of(config).magnets == ["Py1", "Py2"]
    assert Device.of(config).insulators == ["Substrate"]


@pytest.mark.parametrize(
    ("mesh", "graded"),
    [
        ({}, True),
        ({"refinement": 0.5}, True),
        ({"columns": {"levels": 1}}, True),
        ({"columns": None}, False),
        ({"interface_size": "5 nm"}, False),
    ],
)
def test_a_lateral_device_has_graded_columns_of_degree_2(mesh, graded):
    schemes = {"thermal": {"contact1": "current", "contact2": "ground"}}
    data = {"geometry": {"template": "lateral_nonlocal"}, "mesh": mesh, "schemes": schemes}
    config = load_config(data)
    assert (config.mesh.columns is not None) == graded
    assert config.solver.degree == (2 if graded else 1)
    assert load_config(config.resolved()).mesh == config.mesh
    assert load_config(data | {"solver": {"degree": 1}}).solver.degree == 1


def test_the_schema_accepts_what_the_loader_accepts():
    schema = json.loads(CliRunner().invoke(main, ["schema"]).output)
    assert set(schema["properties"]) == set(Config.model_fields)
    assert schema["additionalProperties"] is False
    assert "base" in schema["$defs"]["MaterialEntry"]["properties"]
    assert "required" not in schema["$defs"]["MaterialEntry"]


def test_validate_describes_the_device(tmp_path):
    file = tmp_path / "wire.yaml"
    file.write_text(WIRE)
    result = CliRunner().invoke(main, ["validate", str(file)])
    assert result.exit_code == 0, result.output
    if MPI.COMM_WORLD.rank == 0:
        assert "valid" in result.output
        assert "F1 (Py)" in result.output


def test_help_starts_quickly():
    code = "import sys, thermospin.cli; print(*sorted(sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"dolfinx", "gmsh", "pyvista", "matplotlib", "pydantic", "numpy", "petsc4py", "mpi4py"} & set(
        loaded
    )
