"""The strip of clustered copper with heater and thermocouples, against its law and one dimension."""

import pytest
from scripts import load_script
from support import SilentProgress

from thermospin.runs.preparation import prepare
from thermospin.runs.problem import Problem
from thermospin.runs.simulation import solve
from thermospin.validation import load_config

SCRIPT = load_script("clustered_strip")
LENGTH = 4e-6
COARSE = [
    "mesh.max_size=200 nm",
    "mesh.interface_size=30 nm",
    "mesh.growth_rate=1.8",
    *(f"geometry.solids[{i}].box.max[1]=2000 nm" for i in (5, 6)),
]
"""The arms of the thermocouples are shorter too."""
FIELD = 0.05
"""T: clusters are polarised at 4 K and much less at 10 K."""


@pytest.fixture(scope="module")
def heated():
    """The device with a weak and with a strong current in its heater."""
    return [case[0] for case in SCRIPT.solve(LENGTH, FIELD, [1e-6, 1.5e-4], COARSE)]


@pytest.mark.slow
def test_one_dimension(heated):
    """Spins at the ends, of which the branches of the leads take some, are least accurate."""
    for point in heated:
        assert point.voltage == pytest.approx(point.voltage_1d, rel=1e-4, abs=0)
        assert point.spin_current == pytest.approx(point.spin_current_1d, rel=3e-4, abs=0)
        assert point.spin == pytest.approx(point.spin_1d, rel=5e-3, abs=0)


@pytest.mark.slow
def test_small_gradient_follows_the_law(heated):
    """Up to what spins at the ends add, about λ/2L at each."""
    weak, _ = heated
    bound = SCRIPT.METAL.spin_diffusion_length / LENGTH
    assert -bound < weak.voltage / weak.voltage_mean - 1 < 0
    assert weak.spin_current == pytest.approx(weak.spin_current_law, rel=1e-4, abs=0)


@pytest.mark.slow
def test_large_gradient_follows_the_law_at_every_place_only(heated):
    _, strong = heated
    assert strong.hot - strong.cold > SCRIPT.DEVICE.temperature
    assert abs(strong.voltage / strong.voltage_law - 1) < 0.03
    assert abs(strong.voltage / strong.voltage_mean - 1) > 0.2


@pytest.mark.slow
def test_thermocouples(heated):
    """They read the leads, 700 nm from the strip; heat flows through these to it."""
    for point in heated:
        assert 1 < point.thermocouples / (point.hot - point.cold) < 1.2


@pytest.fixture(scope="module")
def orders(comm):
    """The configuration as it stands, order by order: its data, and the metal at T0."""
    config, progress = load_config(SCRIPT.FILE, [*SCRIPT.stretched(LENGTH), *COARSE]), SilentProgress()
    _, device = prepare(config, comm, progress)
    data = solve(Problem(config, device, progress), progress).data["schemes"]["heater"]
    return data["configurations"]["only"], config.material("Clustered")


def test_second_order_is_the_law_at_t0(orders):
    """α is a ratio of readings; heat between the branches and the strip and spins at its ends take 15 %."""
    found, metal = orders
    voltage, hot, cold = (
        found["probes"][name]["R"][1] for name in ("V12", "hot_thermocouple", "cold_thermocouple")
    )
    assert voltage / (hot - cold) == pytest.approx(-metal.seebeck / SCRIPT.THERMOCOUPLE, rel=0.15)
    spin_current = found["regions"]["Strip"]["orders"]["max_spin_current_density"][1]
    expected = metal.conductivity * (1 - metal.polarisation**2) / abs(2 * metal.polarisation)
    assert spin_current * LENGTH / voltage == pytest.approx(expected, rel=0.02)


def test_nothing_of_first_order_gets_to_the_strip(orders):
    """Its readings are 0, so there is nothing to exchange injector and probe for; energy balances."""
    found, _ = orders
    assert [found["probes"][name]["R"][0] for name in found["probes"]] == [0.0] * 3
    assert set(found["balances"]["reciprocity"].values()) == {None}
    assert found["balances"]["energy"] < 1e-8
