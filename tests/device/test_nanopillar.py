"""The example pillars on coarse meshes: balances, and P − AP against the same pillar in one dimension.

Signs. With P > 0 and S_s < 0 a pillar in open circuit has V(cold end) − V(hot end) greater in AP than in P
(solver/physics.md §8.4), and so less of V(hot) − V(cold): with the bottom hot, P − AP > 0 between bottom and
top. By Onsager's relation a current from bottom to top then leaves the bottom warmer in P than in AP. A
thermocouple reads (S_arm − S_lead) times that, and constantan has a lower S than Pt: P − AP < 0.
"""

from math import cosh, pi, sinh
from pathlib import Path

import numpy as np
import pytest
import yaml
from pillar import Line
from support import SilentProgress, prepare_problem

from thermospin.runs.simulation import solve
from thermospin.validation import load_config

CONFIGS = Path(__file__).parents[2] / "configs"
AREA = pi * 75e-9 * 40e-9
COARSE = {
    "bottom_reach": "800 nm",
    "top_reach": "400 nm",
    "substrate_margin": "0 nm",
    "substrate_thickness": "200 nm",
}
MESH = {"refinement": 0.3, "growth_rate": 1.8}
NEAR = {"material": "Constantan", "width": "100 nm", "offset": "300 nm"}


def example(name, **geometry):
    """A configuration of the repository on a coarse mesh, with heat sources that conserve energy."""
    config = yaml.safe_load((CONFIGS / f"nanopillar_{name}.yaml").read_text())
    config["geometry"] |= COARSE | geometry
    return config | {"mesh": MESH, "heating": {"model": "conserving"}}


def solved(config, comm):
    return solve(prepare_problem(config, comm), SilentProgress())


@pytest.fixture(scope="module")
def seebeck(comm):
    return solved(example("seebeck"), comm)


@pytest.fixture(scope="module")
def peltier(comm):
    return solved(example("peltier", thermocouple=NEAR), comm)


@pytest.fixture(scope="module")
def spin_heat(comm):
    return solved(example("spin_heat"), comm)


def difference(config, **drive):
    """Voltage between bottom and top in one dimension, P − AP."""
    p, ap = voltages(config, **drive)
    return p - ap


def voltages(config, **drive):
    """The voltage in P and in AP."""
    fields = [Line.of(load_config(config), name).solve(**drive) for name in ("P", "AP")]
    return [u[0, 0] - u[-1, 0] for u in fields]


@pytest.mark.parametrize(
    "name", ["seebeck", *(pytest.param(name, marks=pytest.mark.slow) for name in ("peltier", "spin_heat"))]
)
def test_balances(request, name):
    for scheme, data in request.getfixturevalue(name).data["schemes"].items():
        assert data["configurations"].keys() == {"P", "AP"}
        for found in data["configurations"].values():
            balances = found["balances"]
            assert balances["charge"] <= 1e-9, scheme
            assert balances["heat"] <= 1e-9, scheme
            assert balances["energy"] <= 1e-9, scheme
            for value in balances.get("reciprocity", {}).values():
                assert value <= 1e-8, scheme


def test_heated_pillar(seebeck, comm):
    """The part of P − AP that S_s makes, per gradient of temperature at the interfaces with Cu.

    The rest is not thermal spin injection: a part of the lead's current passes through the pillar.
    """
    signal = seebeck.spin_signal("heater", "pillar")[1]
    assert signal > 0
    config = example("seebeck")
    config["schemes"] = {"heater": config["schemes"]["heater"]}
    config["materials"] = {"Py": {"spin_seebeck": 0}}
    rest = solved(config, comm).spin_signal("heater", "pillar")[1]
    cases = seebeck.data["schemes"]["heater"]["configurations"].values()
    slopes = [abs(second_order(c["interfaces"][f"Py{i}|Cu"], "gradient_T")) for c in cases for i in (1, 2)]
    conductivity = load_config(config).material("Py").thermal_conductivity
    expected = difference(example("seebeck"), heat=1.0) * conductivity
    assert expected > 0
    assert (signal - rest) / (sum(slopes) / 4) == pytest.approx(expected, rel=0.15, abs=0)


@pytest.mark.slow
def test_spin_valve_without_interfaces(comm):
    """With a bottom lead that conducts well the current is uniform enough for one dimension."""
    config = example("seebeck", bottom_material="Cu", bottom_thickness="100 nm")
    config |= {"interfaces": [], "schemes": {"spin_valve": config["schemes"]["spin_valve"]}}
    found = -solved(config, comm).spin_signal("spin_valve", "pillar")[0] * AREA
    assert found == pytest.approx(-difference(config, current=1.0), rel=0.1, abs=0)


def test_spin_valve_against_valet_and_fert(comm):
    """The same with the interfaces of the library."""
    config = example("seebeck", bottom_material="Cu", bottom_thickness="100 nm")
    config["schemes"] = {"spin_valve": config["schemes"]["spin_valve"]}
    found = -solved(config, comm).spin_signal("spin_valve", "pillar")[0] * AREA
    assert found == pytest.approx(valet_fert(), rel=0.1, abs=0)
    assert found == pytest.approx(-difference(config, current=1.0), rel=0.1, abs=0)


def valet_fert():
    """solver/physics.md §8.3, AP − P in Ω m², with the library's Py, Cu (d = 15 nm) and Py/Cu."""
    polarisation, r_f, r_n = 0.25, 5e-9 / 4.32e6 / (1 - 0.25**2), 350e-9 / 4.26e7
    asymmetry, r_b, d = 0.7, 0.5e-15, 15 / 350
    x = r_f + r_b
    numerator = 2 * (polarisation * r_f + asymmetry * r_b) ** 2
    return numerator / (x * cosh(d) + r_n / 2 * (1 + (x / r_n) ** 2) * sinh(d))


def test_spin_valve_signal(seebeck):
    assert seebeck.spin_signal("spin_valve", "pillar")[0] < 0


@pytest.mark.slow
def test_peltier_signal(peltier):
    assert peltier.spin_signal("peltier", "thermocouple")[0] < 0
    assert peltier.spin_signal("peltier", "pillar")[0] < 0


@pytest.mark.slow
def test_seebeck_is_the_reverse_of_peltier(peltier):
    """Two schemes, solved apart: heat the junction and read the pillar, or the other way round.

    Up to the ends of the leads, near here: V is uniform on one that is grounded, not on one that is read.
    """
    for name in ("P", "AP"):
        there = peltier.harmonics("peltier", name, "thermocouple")[0]
        back = peltier.harmonics("seebeck", name, "pillar")[0]
        assert back == pytest.approx(there, rel=5e-3)
    there = peltier.spin_signal("peltier", "thermocouple")[0]
    assert peltier.spin_signal("seebeck", "pillar")[0] == pytest.approx(there, rel=5e-3)


@pytest.mark.slow
def test_thermocouple_reads_heat(peltier, comm):
    """With the arm of the lead's own metal there is next to nothing left."""
    config = example("peltier", thermocouple=NEAR)
    del config["schemes"]["seebeck"]
    config["materials"] = {"Constantan": {"seebeck": "-4.8 uV/K"}}
    other = solved(config, comm).spin_signal("peltier", "thermocouple")
    found = peltier.spin_signal("peltier", "thermocouple")
    assert abs(other[0] / found[0]) < 0.1
    assert abs(other[1] / found[1]) < 0.1


@pytest.mark.slow
def test_spin_heat_accumulation(spin_heat):
    """The sign of T_s on the side of Py1, as in one dimension.

    It is negative in P, for the interface passes more of ↑ than Py1 brings; in AP what piles up in Cu wins.
    """
    cases = spin_heat.data["schemes"]["heater"]["configurations"]
    for name, sign in (("P", -1), ("AP", 1)):
        line = Line.of(load_config(example("spin_heat")), name)
        assert np.sign(line.solve(heat=1.0)[2 * line.elements, 3]) == sign
        assert np.sign(second_order(cases[name]["interfaces"]["Py1|Cu"], "T_s")) == sign


def second_order(interface, name):
    return interface["orders"][name][1]


@pytest.mark.slow
def test_spin_heat_resists_in_ap(spin_heat, seebeck):
    """T_s opposes heat more in AP than in P, so Py1 is hotter in AP; without τ less so."""
    rise = {}
    for key, results in (("with", spin_heat), ("without", seebeck)):
        cases = results.data["schemes"]["heater"]["configurations"]
        p, ap = (cases[name]["regions"]["Py1"]["orders"]["max_temperature_rise"][1] for name in ("P", "AP"))
        rise[key] = ap / p - 1
    assert rise["with"] > 3 * abs(rise["without"]), rise


@pytest.mark.slow
def test_spin_heat_and_the_signal(seebeck, spin_heat):
    """τ raises P − AP by a factor between those in one dimension, at given heat and at given temperatures."""
    with_tau, without = example("spin_heat"), example("seebeck")
    low, high = (
        difference(with_tau, **drive) / difference(without, **drive)
        for drive in ({"heat": 1.0}, {"hot": 1.0})
    )
    found, plain = (results.spin_signal("heater", "pillar")[1] for results in (spin_heat, seebeck))
    assert plain > 0
    assert max(low, 1.5) < found / plain < high
