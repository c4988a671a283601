"""Vector spin in a configuration: directions, the magnetic field, coefficients across the magnetisation."""

import json
import math
import re

import numpy as np
import pytest
from click.testing import CliRunner
from mpi4py import MPI
from pydantic import ValidationError

from thermospin.cli import main
from thermospin.device import Device
from thermospin.errors import InputError
from thermospin.materials import InterfaceMaterial, Material, library_material
from thermospin.materials.precession import TensorDiffusion
from thermospin.textures.ovf import VectorGrid, write_ovf
from thermospin.validation import load_config

NM, T0 = 1e-9, 300.0
OMEGA = 1.76085963e11 / 2.00231930  # μ_B/ħ from the gyromagnetic ratio and the g factor of the electron
EX, EY, EZ = np.eye(3)
NORMAL = {
    "conductivity": 2e7,
    "spin_diffusion_length": "300 nm",
    "thermal_conductivity": 200,
    "spin_heat_diffusion_length": "40 nm",
}
MAGNET = {**NORMAL, "polarisation": 0.4, "spin_diffusion_length": "10 nm"}


def device(**sections):
    """Two magnets with a normal metal between them."""
    solids = [
        {
            "name": region,
            "material": material,
            "box": {"min": [f"{20 * i} nm", 0, 0], "max": [f"{20 * i + 20} nm", "20 nm", "10 nm"]},
        }
        for i, (region, material) in enumerate({"F1": "Py", "N": "Cu", "F2": "Py"}.items())
    ]
    return {
        "geometry": {"solids": solids},
        "terminals": {
            "left": {"region": "F1", "face": "xmin", "sink": True},
            "right": {"region": "F2", "face": "xmax"},
        },
        "schemes": {"through": {"left": "current", "right": "ground"}},
        "solver": {"spin": "vector"},
        **sections,
    }


def directions(**sections):
    """The uniform directions of all configurations."""
    return {
        name: {region: texture.uniform for region, texture in of_regions.items()}
        for name, of_regions in Device.of(load_config(device(**sections))).states.items()
    }


# directions


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ([0, 0, -3], -EZ),
        ([1, 2, 2], [1 / 3, 2 / 3, 2 / 3]),
        (["1", "0", 1e-300], EX),
        ([3e99, 4e99, 0], [0.6, 0.8, 0]),
        ("y", EY),
        ("-x", -EX),
        ({"theta": "90 deg"}, EX),
        ({"theta": "30 deg", "phi": "90 deg"}, [0, 0.5, math.sqrt(3) / 2]),
        ({"theta": math.pi, "phi": 1}, -EZ),
    ],
)
def test_directions(entry, expected):
    config = load_config(device(magnetisation={"F1": entry}))
    assert Device.of(config).textures["F1"].uniform == pytest.approx(np.array(expected), rel=1e-14, abs=1e-15)
    assert Device.of(config).textures["F2"].uniform.tolist() == [0, 0, 1]


def test_magnets_point_along_z_by_default():
    config = load_config(device())
    assert config.magnetic_field == (0, 0, 0)
    assert list(Device.of(config).textures) == ["F1", "F2"]
    found = directions()
    assert {name: {r: m.tolist() for r, m in of.items()} for name, of in found.items()} == {
        "P": {"F1": [0, 0, 1], "F2": [0, 0, 1]},
        "AP": {"F1": [0, 0, 1], "F2": [0, 0, -1]},
    }


def test_configurations_turn_or_replace_the_magnetisation():
    found = directions(
        magnetisation={"F1": "x", "F2": {"theta": "60 deg"}},
        configurations={
            "P": {},
            "AP": {"F2": -1},
            "tilted": {"F1": -1, "F2": [0, 1, 1]},
            "up": {"F2": {"theta": "0 deg"}},
        },
    )
    half = [math.sqrt(0.75), 0, 0.5]
    expected = {
        "P": (EX, half),
        "AP": (EX, -np.array(half)),
        "tilted": (-EX, np.array([0, 1, 1]) / math.sqrt(2)),
        "up": (EX, EZ),
    }
    assert list(found) == list(expected)
    for name, (first, second) in expected.items():
        assert found[name]["F1"] == pytest.approx(first)
        assert found[name]["F2"] == pytest.approx(np.array(second))


def test_signs_turn_textures_too():
    wall = {"wall": "neel", "width": "8 nm", "centre": "10 nm"}
    config = load_config(device(magnetisation={"F1": wall}, configurations={"P": {}, "R": {"F1": -1}}))
    points = np.random.default_rng(0).uniform(0, 20 * NM, (50, 3))
    m, reversed_m = (Device.of(config).states[name]["F1"](points) for name in ("P", "R"))
    assert m == pytest.approx(Device.of(config).textures["F1"](points))
    assert reversed_m == pytest.approx(-m)


def test_the_resolved_configuration_gives_the_same_directions(tmp_path):
    (tmp_path / "m.csv").write_text("0,0,0,1,1,0\n10,0,0,0,1,0\n")
    materials = {"Cu": {"spin_relaxation_time": "20 ps"}, "Py": {"precession_length": "2 nm"}}
    for entry in (
        {"file": str(tmp_path / "m.csv"), "unit": "nm"},
        {"formula": ["x/nm", 1, "0"]},
        {"wall": "bloch", "width": "8 nm", "axis": [0, 3, 4], "domain": "-x"},
        {"rotation": ["0 deg", "-90 deg"], "width": "8 nm", "plane": ["y", [1, 0, 1]]},
        {"ring": "square", "centre": [0, "1 nm", 0], "corner": "3 nm"},
        [1, 2, 3],
        {"theta": "77 deg", "phi": "-13 deg"},
    ):
        config = load_config(
            device(
                magnetisation={"F1": entry},
                configurations={"A": {"F2": [3, 2, 1]}, "B": {"F1": -1}},
                magnetic_field=[0, "10 mT", 0.1],
                materials=materials,
            )
        )
        again = load_config(json.loads(json.dumps(config.resolved())))
        assert again.resolved() == config.resolved()
        points = np.random.default_rng(0).uniform(1 * NM, 20 * NM, (20, 3))
        assert (
            Device.of(again).states["B"]["F1"](points).tolist()
            == Device.of(config).states["B"]["F1"](points).tolist()
        )


def test_a_file_is_relative_to_the_configuration(tmp_path):
    (tmp_path / "m.csv").write_text("0,0,0,0,2,0\n")
    path = tmp_path / "device.yaml"
    path.write_text(json.dumps(device(magnetisation={"F1": {"file": "m.csv"}})))
    config = load_config(path)
    assert config.magnetisation["F1"].file == str(tmp_path / "m.csv")
    assert Device.of(config).textures["F1"](np.zeros((2, 3))).tolist() == [[0, 1, 0], [0, 1, 0]]


# coefficients


def test_larmor_precession_is_that_of_the_free_electron():
    """With D = λ²/τ_sf, σ/λ² · τ_sf ω_L s is σ ω_L/D s."""
    metal = Material(**NORMAL, spin_relaxation_time="20 ps").at(T0)
    diffusion = (300 * NM) ** 2 / 20e-12
    assert metal.larmor == pytest.approx(2 * OMEGA * 2e7 / diffusion, rel=1e-8)
    k_e = metal.electronic_heat(T0).sum
    assert metal.heat_larmor(T0) == pytest.approx(2 * OMEGA * k_e / diffusion, rel=1e-8)
    heavy = Material(**NORMAL, spin_relaxation_time="20 ps", g_factor=-0.44).at(T0)
    assert heavy.larmor == pytest.approx(-0.22 * metal.larmor, rel=1e-12)
    assert Material(**NORMAL).at(T0).larmor == Material(**NORMAL).at(T0).heat_larmor(T0) == 0
    assert Material(**MAGNET).at(T0).larmor == 0


def test_relaxation_across_the_magnetisation():
    isotropic = Material(**MAGNET).at(T0)
    assert isotropic.transverse_relaxation == isotropic.spin_relaxation
    assert isotropic.transverse_heat_relaxation(T0) == isotropic.spin_heat_relaxation(T0)
    assert isotropic.exchange_precession == isotropic.heat_exchange_precession(T0) == 0
    assert isotropic.transverse_length is None
    magnet = Material(**MAGNET, dephasing_length="2 nm", precession_length="3 nm").at(T0)
    k_e = magnet.electronic_heat(T0).sum
    assert magnet.transverse_relaxation == pytest.approx(2e7 / 4e-18, rel=1e-12)
    assert magnet.exchange_precession == pytest.approx(-2e7 / 9e-18, rel=1e-12)
    assert magnet.transverse_heat_relaxation(T0) == pytest.approx(k_e / 4e-18, rel=1e-12)
    assert magnet.heat_exchange_precession(T0) == pytest.approx(-k_e / 9e-18, rel=1e-12)
    assert magnet.spin_relaxation == isotropic.spin_relaxation
    assert magnet.transverse_length == 2e-9


def test_row_08_negative_precession():
    """A negative λ_J precesses the other way round, and is as short."""
    one, other = (Material(**MAGNET, precession_length=length).at(T0) for length in ("1 nm", "-1 nm"))
    assert other.exchange_precession == -one.exchange_precession > 0
    assert other.heat_exchange_precession(T0) == -one.heat_exchange_precession(T0)
    assert other.transverse_length == one.transverse_length == 1e-9


@pytest.mark.parametrize("length", ["0 nm", 1e-200, "-1e-20 m"])
def test_row_08_no_precession_over_no_length(length):
    with pytest.raises(ValidationError, match="at least 1e-15 m in size"):
        Material(**MAGNET, precession_length=length)


TENSOR = {
    "momentum_time": "0.1 ps",
    "spin_flip_time": "0.1 ps",
    "diffusion_constant": "1e-3 m^2/s",
    "precession_frequency": "1e15 rad/s",
}


def test_heat_is_not_conserved_where_spins_have_an_equilibrium():
    """At rest they flow and heat without electrical power."""
    materials = {
        "Cu": NORMAL,
        "Py": MAGNET | {"tensor_diffusion": TENSOR | {"equilibrium": "1 mV"}},
    }
    solver = {"spin": "vector", "method": "demodulate", "currents": ["1 mA"], "orders": 1}
    assert load_config(device(materials=materials, solver=solver)).heating.model == "joule"
    with pytest.raises(InputError, match=r"Py.tensor_diffusion.equilibrium: .* 'heating.model: joule'"):
        load_config(device(materials=materials, solver=solver, heating={"model": "conserving"}))


def test_the_length_of_tensor_diffusion_with_equal_times():
    """With τ_p = τ_sf, n₊'' = (1 + ia)² n₊/l² (solver/physics.md §10), so |k| = √(1 + a²)/l."""
    law = TensorDiffusion(**TENSOR)
    assert law.diffusion_length == pytest.approx(10 * NM, rel=1e-12)
    assert law.transverse_length == pytest.approx(10 * NM / math.hypot(1, 100), rel=1e-12)
    magnet = Material(**MAGNET, tensor_diffusion=TENSOR).at(T0)
    assert magnet.transverse_length == law.transverse_length
    assert magnet.tensor_diffusion == law


def test_a_profile_is_finite_everywhere():
    law = TensorDiffusion(**TENSOR, profile="1 / (z - 2*nm)")
    assert law.strength(np.array([[0, 0, 4 * NM]])) == pytest.approx(0.5 / NM)
    with pytest.raises(InputError, match=r"no value at \(0, 0, 2\) nm"):
        law.strength(np.array([[0, 0, 4 * NM], [0, 0, 2 * NM]]))


def test_a_law_across_the_magnetisation_replaces_the_inherited_one():
    assert library_material("Py").dephasing_length == 3.7e-9
    materials = {
        "Py": {"tensor_diffusion": TENSOR, "spin_diffusion_length": "10 nm"},
        "Again": {"base": "Py", "precession_length": "1 nm"},
    }
    config = load_config(device(materials=materials))
    assert config.material("Py").dephasing_length is None
    assert config.material("Again").tensor_diffusion is None
    assert config.material("Again").precession_length == 1e-9


def test_the_library_does_not_ask_for_vector_spin():
    materials = {
        "Py": {"polarisation": 0.3},
        "Thin": {"base": "Co"},
        "Dead": {"base": "Py", "polarisation": 0},
    }
    assert load_config(device(solver={}, materials=materials)).material("Thin").dephasing_length == 1.7e-9
    unmagnetic = {"Dead": {"base": "Py", "polarisation": 0, "spin_seebeck": 0}}
    assert not load_config(device(materials=unmagnetic)).material("Dead").is_magnetic


def test_mixing_defaults_to_the_same_for_all_directions():
    """η = η' = 1: the flux across m of s and τ is that along m of an interface without polarisation."""
    law = InterfaceMaterial(conductance=1e15, seebeck=-5e-6, polarisation=0.5)
    assert law.mixing == 0.5e15
    assert law.mixing_seebeck == pytest.approx(law.thermoelectric.sum, rel=1e-12)
    assert law.mixing_heat(T0) == pytest.approx(law.electronic_heat(T0).sum, rel=1e-12)


def test_mixing_follows_hatami():
    law = InterfaceMaterial(
        conductance=1e15, seebeck=-5e-6, mixing_conductance=0.3e15, mixing_conductance_imaginary=-1e13
    )
    assert law.mixing == complex(0.3e15, -1e13)
    assert law.mixing_ratio == pytest.approx(0.6, rel=1e-12)
    assert law.mixing_seebeck == pytest.approx(0.6 * 1e15 * -5e-6, rel=1e-12)
    assert law.mixing_heat(T0) == pytest.approx(0.6 * 2.443e-8 * 1e15 * T0, rel=1e-12)
    other = law.model_copy(update={"mixing_thermopower": 0.9})
    assert other.mixing_seebeck == pytest.approx(0.9 * 1e15 * -5e-6, rel=1e-12)
    surface = InterfaceMaterial(phonon_heat_conductance=1e8)
    assert (surface.mixing, surface.mixing_seebeck, surface.mixing_heat(T0)) == (0, 0, 0)


@pytest.mark.parametrize("factor", [0.99, 1.01])
def test_mixing_is_positive_definite_while_its_matrix_is(factor):
    """η² K_e > T0 η'² G S_i² where η' = factor · η √L0/|S_i|."""
    ratio = factor * 0.6 * math.sqrt(2.443e-8) / 5e-6
    law = InterfaceMaterial(
        conductance=1e15, seebeck=-5e-6, mixing_conductance=0.3e15, mixing_thermopower=ratio
    )
    matrix = np.array([[0.6e15, law.mixing_seebeck], [T0 * law.mixing_seebeck, law.mixing_heat(T0)]])
    assert (law.mixing_margin(T0) > 0) == (factor < 1) == (np.linalg.det(matrix / 1e15) > 0)


def contact(solver, **entry):
    interface = {"between": ["F1", "N"], "conductance": 1e15, **entry}
    config = load_config(device(solver=solver, interfaces=[interface]))
    (found,) = Device.of(config).resistive_interfaces.values()
    return found


def test_a_magnet_absorbs_what_is_across_its_magnetisation_at_every_contact():
    assert contact({"spin": "vector"}).magnet == "F1"
    assert contact({"spin": "collinear"}).magnet is None
    law = contact({"spin": "vector"}, mixing_conductance="4e14 S/m^2", mixing_thermopower=0.5).law
    assert (law.mixing, law.mixing_thermopower) == (4e14, 0.5)


# commands


def test_the_schema_lists_the_textures():
    schema = json.loads(CliRunner().invoke(main, ["schema"]).output)
    kinds = {"FormulaTexture", "Wall", "Rotation", "Ring", "FileTexture", "Angles", "TensorDiffusion"}
    assert kinds <= schema["$defs"].keys()
    for kind in kinds:
        assert all("description" in value for value in schema["$defs"][kind]["properties"].values())


def validate(tmp_path, **sections):
    path = tmp_path / "device.yaml"
    path.write_text(json.dumps(device(**sections)))
    return CliRunner().invoke(main, ["validate", str(path)])


def test_validate_shows_the_field_and_every_magnet(tmp_path):
    result = validate(
        tmp_path,
        magnetisation={"F1": {"wall": "neel", "width": "8 nm"}},
        magnetic_field=[0, 0, "0.1 T"],
        materials={"Cu": {"spin_relaxation_time": "20 ps"}, "Py": {"precession_length": "1 pm"}},
    )
    collinear = validate(tmp_path, solver={})
    assert result.exit_code == collinear.exit_code == 0, result.output
    if MPI.COMM_WORLD.rank > 0:
        return
    assert "magnetic field: [0, 0, 0.1] T" in result.output
    assert "F1 Néel wall of 8 nm across [1, 0, 0], F2 [0, 0, 1]" in result.output
    assert result.output.count("warning: spins across the magnetisation of F1 change over 0.001 nm") == 1
    assert "magnetisation" not in collinear.output


def test_validate_finds_places_without_direction(tmp_path):
    result = validate(tmp_path, magnetisation={"F1": {"formula": ["where(x > 15*nm, 0, 1)", 0, 0]}})
    assert result.exit_code == 2
    if MPI.COMM_WORLD.rank > 0:
        return
    assert "magnetisation.F1: there is no direction at (1" in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_file_must_cover_its_magnet(tmp_path):
    """F1 is 20 × 20 × 10 nm³; a film of one cell across z covers any thickness within a step."""
    if MPI.COMM_WORLD.rank == 0:
        for name, width in (("whole", 20), ("half", 10)):
            vectors = np.zeros((width // 2, 10, 1, 3)) + EX
            grid = VectorGrid(vectors, np.array([1e-9, 1e-9, 5e-9]), np.array([2e-9, 2e-9, 10e-9]))
            write_ovf(tmp_path / f"{name}.ovf", grid, "m")
    whole, half = (
        validate(tmp_path, magnetisation={"F1": {"file": str(tmp_path / f"{name}.ovf")}})
        for name in ("whole", "half")
    )
    if MPI.COMM_WORLD.rank > 0:
        return
    assert whole.exit_code == 0, whole.output
    assert half.exit_code == 2
    assert re.search(
        r"magnetisation\.F1\.file: .*half\.ovf does not cover the magnet: .* near \(1", half.stderr
    )
    assert half.stderr.count("\n") == 1


def test_a_field_that_acts_nowhere_is_a_mistake():
    with pytest.raises(InputError, match=r"^magnetic_field: .*spin_relaxation_time"):
        load_config(device(magnetic_field=[0, 0, 1]))
