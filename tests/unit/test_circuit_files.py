"""Circuit files: Hatami's table, and mistakes in one line."""

import json
from pathlib import Path

import numpy as np
import pytest
from circuit_valve import VALVE

from thermospin.constants import LORENZ_NUMBER
from thermospin.errors import InputError
from thermospin.networks import load_circuit
from thermospin.networks.elements import Element
from thermospin.networks.library import element_library, hatami_table
from thermospin.networks.study import study

pytestmark = pytest.mark.serial

CONFIGS = Path(__file__).parents[2] / "configs"


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "valve.yaml"
    path.write_text(VALVE)
    return path


def magnetic_rows():
    return {name: row for name, row in hatami_table().items() if row.mixing is not None}


def test_the_table_has_the_rows_of_the_paper():
    assert len(hatami_table()) == 12
    row = hatami_table()["Cr/Fe(001)*"]
    assert tuple(row) == pytest.approx((7e-9, -1.9, -95.0, 3.25, -0.48), rel=1e-12, abs=0)
    assert hatami_table()["Cr/Au(001)"].mixing is None
    assert sum(name.endswith("*") for name in hatami_table()) == 6


@pytest.mark.parametrize("name", magnetic_rows())
def test_derived_polarisation_gives_the_printed_one_of_the_thermopower(name):
    """P_S = (S↑ − S↓)/(S↑ + S↓) of the channels of an element with the derived P and the printed P'."""
    row = hatami_table()[name]
    assert abs(row.polarisation) < 1
    element = Element(between=("F", "N"), library=name, conductance=1e15)
    up, down = element.law(300.0, True).material.channel_seebeck
    assert (up - down) / (up + down) == pytest.approx(row.seebeck, rel=1e-9)


@pytest.mark.parametrize("name", magnetic_rows())
def test_the_printed_parameters_increase_entropy(name):
    """S² < L0 in both channels, and (η'/η)² S² < L0 for the transverse part (solver/physics.md §3)."""
    law = Element(between=("F", "N"), library=name, conductance=1e15).law(300.0, True)
    assert law.is_positive(300.0, True)
    row = hatami_table()[name]
    assert max(abs(s) for s in law.material.channel_seebeck) < np.sqrt(LORENZ_NUMBER)
    assert abs(row.mixing_thermopower / row.mixing * row.slope * 300.0) < np.sqrt(LORENZ_NUMBER)


@pytest.mark.parametrize("name", element_library())
def test_every_interface_is_usable_by_name(name):
    electrical = {"conductance", "area_resistance"} & element_library()[name].keys()
    own = {} if electrical else {"conductance": 1e15}
    nodes = {"F": {"magnetisation": [0, 0, 1], "voltage": 1}, "N": {"voltage": 0}}
    if not Element(between=("F", "N"), library=name, **own).spin_key:
        del nodes["F"]["magnetisation"]
    load_circuit({"nodes": nodes, "elements": [{"between": ["F", "N"], "library": name, **own}]})


def test_own_values_win_over_the_library():
    element = Element(
        between=("F", "N"), library="Cu/Co(001)", conductance=1e15, seebeck=1e-6, mixing_conductance=1e15
    )
    law = element.law(300.0, True)
    assert law.thermoelectric.sum == pytest.approx(1e9)
    assert law.mixing.real == pytest.approx(2e15)


MISTAKES = {
    "unknown key": ("nodes.N.volts=1", "nodes.N.volts", "unknown key 'volts'"),
    "unknown interface": ("elements[0].library=Cu/Co", "elements[0].library", "did you mean 'Cu/Co(1"),
    "insulating magnet": ("elements[0].library=Pt/YIG", "elements[0].library", "no current crosses"),
    "spin Hall effect": (
        "elements[0].spin_hall_angle=0.1",
        "elements[0].spin_hall_angle",
        "directions in space",
    ),
    "magnetoresistance": ("nodes.L.amr_ratio=0.1", "nodes.L.amr_ratio", "directions in space"),
    "unknown node": ("elements[0].between=[L, M]", "elements[0].between[1]", "unknown node 'M'"),
    "one node twice": ("elements[0].between=[L, L]", "elements[0].between", "with itself"),
    "three nodes": ("elements[0].between=[L, N, R]", "elements[0].between", "expected two nodes"),
    "two magnets": ("elements[0].between=[L, R]", "elements[0].between", "put a normal node between"),
    "no magnet": ("nodes.L={voltage: 0}", "elements[0].polarisation", "neither 'L' nor 'N'"),
    "no conductance": (
        "elements[0]={between: [L, N], polarisation: 0}",
        "elements[0].conductance",
        "missing; give it, or area_resistance",
    ),
    "two resistances": (
        "elements[0].area_resistance=1e-15",
        "elements[0].area_resistance",
        "give this or conductance, not both",
    ),
    "two drives": ("nodes.L.current_density=1e9", "nodes.L.current_density", "give this or voltage"),
    "current without area": (
        "nodes.L={magnetisation: [0, 0, 1], current: 1 mA}",
        "nodes.L.current",
        "needs the key 'area'",
    ),
    "area without area": ("elements[0].area=1e-15", "elements[0].area", "'area' of the circuit"),
    "adiabatic bath": ("nodes.L.adiabatic=true", "nodes.L.adiabatic", "no temperature"),
    "no direction": ("nodes.L.magnetisation=[0, 0]", "nodes.L.magnetisation", "is not a direction"),
    "no vector": ("nodes.L.magnetisation=[0, 0, 0]", "nodes.L.magnetisation", "so no direction"),
    "entropy": (
        "elements[0].seebeck=200 uV/K",
        "elements[0].electronic_heat_conductance",
        "must exceed T0 G S²",
    ),
    "entropy across the magnetisation": (
        [
            "regime=non-interacting",
            "elements[0]={between: [L, N], conductance: 1e15, seebeck: 1 uV/K, polarisation: 0.5, "
            "relative_mixing_conductance: 0, mixing_thermopower: 0.5}",
        ],
        "elements[0].electronic_heat_conductance",
        "must exceed T0 G S²",
    ),
    "endless direction": (
        f"nodes.L.magnetisation=[1{400 * '0'}, 0, 0]",
        "nodes.L.magnetisation[0]",
        "finite",
    ),
    "endless number": (f"nodes.L.voltage=1{400 * '0'}", "nodes.L.voltage", "finite"),
    "no magnetisation to move": (
        [
            "free_layer={node: R, saturation_magnetisation: 1e-300 A/m, thickness: 2 nm, damping: 0.01, "
            "easy_axis: [0, 0, 1]}",
        ],
        "free_layer.saturation_magnetisation",
        "at least",
    ),
    "trajectory of no drive": (
        [
            "free_layer={node: R, saturation_magnetisation: 1e6 A/m, thickness: 2 nm, damping: 0.01, "
            "easy_axis: [0, 0, 1]}",
            "dynamics={initial: [0, 0.1, 1], duration: 1 ns, drives: [1, 2], trajectory: 3}",
        ],
        "dynamics.trajectory",
        "is not among the drives",
    ),
    "full polarisation": ("elements[0].polarisation=1", "elements[0].polarisation", "less than 1"),
    "sweep of a normal metal": ("sweep={angle: {node: N}}", "sweep.angle.node", "unknown ferromagnet 'N'"),
    "one angle": ("sweep={angle: {node: R, points: 1}}", "sweep.angle.points", "greater than or equal to 2"),
    "sweep to nowhere": (
        "sweep={angle: {node: R, start: 10 deg, stop: 10 deg}}",
        "sweep.angle.stop",
        "must differ from start",
    ),
    "dynamics of nothing": (
        "dynamics={initial: [0, 0, 1], duration: 1 ns}",
        "free_layer",
        "missing; 'dynamics' needs",
    ),
    "regime": ("regime=hot", "regime", "'thermalised' or 'non-interacting'"),
    "no nodes": ("nodes={}", "nodes", "needs at least two nodes"),
}


@pytest.mark.parametrize(("override", "key", "words"), MISTAKES.values(), ids=MISTAKES.keys())
def test_mistake(file, override, key, words):
    with pytest.raises(InputError) as caught:
        load_circuit(file, [override] if isinstance(override, str) else override)
    message = str(caught.value)
    assert message.startswith(f"{file}: {key}: "), message
    assert words in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("nodes", "key", "words"),
    [
        ({"A": {"temperature": "300 K"}, "B": {"temperature": "301 K"}}, "nodes.A", "V here; give one node"),
        ({"A": {"voltage": 0, "adiabatic": True}, "B": {}}, "nodes.A", "the temperature here"),
        ({"A": {}, "B": {"lattice_conductance": 1e9}}, "nodes.A", "voltage"),
    ],
)
def test_what_nothing_determines_is_named(nodes, key, words):
    config = load_circuit({"nodes": nodes, "elements": [{"between": list(nodes), "conductance": 1e15}]})
    with pytest.raises(InputError, match=f"^{key}: nothing determines .*{words}"):
        study(config)


def test_what_one_angle_leaves_undetermined_is_named():
    """Without a mixing conductance spins across all magnets stay: of three magnets, once two are along x."""
    element = {"conductance": 1e15, "polarisation": 0.5, "relative_mixing_conductance": 0}
    nodes = {"N": {}}
    for name, m in {"A": [1, 0, 0], "B": [0, 1, 0], "C": [0, 0, 1]}.items():
        nodes[name] = {"magnetisation": m, "voltage": 0}
    circuit = {
        "nodes": nodes,
        "elements": [{"between": [name, "N"], **element} for name in "ABC"],
        "sweep": {"angle": {"node": "C", "points": 3}},
    }
    assert study(load_circuit(circuit | {"sweep": None})).points
    with pytest.raises(InputError, match=r"^nodes.N: nothing determines the spin accumulation here"):
        study(load_circuit(circuit))


def test_reservoirs_that_nothing_joins_have_no_response():
    """Two circuits in one file: a resistance between them would be infinite."""
    nodes = {"A": {"voltage": 1}, "B": {}, "C": {"voltage": 0}, "D": {}}
    elements = [{"between": pair, "conductance": 1e15} for pair in (["A", "B"], ["C", "D"])]
    found = study(load_circuit({"nodes": nodes, "elements": elements}))
    assert found.points[0].response is None
    assert found.data["points"]["B.V (V)"] == [1.0]
    joined = [*elements, {"between": ["B", "D"], "conductance": 1e15}]
    found = study(load_circuit({"nodes": nodes, "elements": joined}))
    assert found.data["points"]["resistance (ohm m^2)"] == pytest.approx([3e-15], rel=1e-12, abs=0)


@pytest.mark.parametrize(
    "written", [[0, 0, -2], ["0", 0.0, "-50 %"], "-z", {"theta": "180 deg"}, [0, 0, "-half"]], ids=str
)
def test_directions_are_written_as_for_devices(file, written):
    parameters = ["parameters.half=0.5"] if "half" in str(written) else []
    config = load_circuit(file, [f"nodes.L.magnetisation={json.dumps(written)}", *parameters])
    np.testing.assert_allclose(config.magnets["L"], [0, 0, -1], rtol=0, atol=1e-15)


def test_results_are_named_after_the_file(file):
    assert load_circuit(file).output == "results/valve"


@pytest.mark.parametrize("name", ["hatami2007_circuit", "thermal_switching"])
def test_example_is_valid(name):
    assert load_circuit(CONFIGS / f"{name}.yaml").sweep is not None


def test_not_a_circuit(tmp_path):
    with pytest.raises(InputError, match=r"nodes: missing; add it"):
        load_circuit({"elements": []})
