"""Spin and spin heat injected through a tunnel contact; a spin heat valve (solver/physics.md §8).

The magnet of the tunnel contact conducts and relaxes so well that spins are in equilibrium there.
"""

import importlib.util
from pathlib import Path

import pytest
from bars import NM, Bar, Layer, Profile, driven
from closed_forms import SpinHeat, TunnelContact, spin_heat_valve, spin_resistance
from support import prepare_problem

from thermospin.device import Device
from thermospin.fields import THETA
from thermospin.observables.cells import Observer
from thermospin.response.solution import combine
from thermospin.validation import load_config

T0 = 300.0
ACCURACY, OF_DIFFERENCES = 3e-5, 3e-4
MAGNET, SEMICONDUCTOR = 40 * NM, 1000 * NM
"""Lengths; 1000 nm are ten relaxation lengths and count as infinite."""
RATIOS = (0.01, 0.1, 1.0, 10.0, 100.0)
"""R_tun/r_s, from mismatch to tunnelling."""
CURRENT_DENSITY, RISE = 1e7, 20.0
"""A/m², and temperature rise of the magnet's end, K."""
LAW = {
    "polarisation": 0.4,
    "seebeck": "100 uV/K",
    "spin_seebeck": "-60 uV/K",
    "heat_polarisation": 0.2,
}
PHONONS = 2e6
"""K_ph, W/(m² K): the contact's electrons carry between 0.2 and 95 % of its heat."""
MATERIALS = {
    "Magnet": {
        "magnetic": True,
        "conductivity": 5e7,
        "spin_diffusion_length": "0.5 nm",
        "thermal_conductivity": 400,
        "spin_heat_ratio": 1,
    },
    "Semiconductor": {
        "conductivity": 4e3,
        "spin_diffusion_length": "100 nm",
        "thermal_conductivity": 60,
        "spin_heat_ratio": 2,
    },
}


def contact_bar(ratio):
    """A magnet and a semiconductor with a tunnel contact whose K_e is 1.3 times Wiedemann and Franz's."""
    layers = Layer("F", "Magnet", MAGNET), Layer("N", "Semiconductor", SEMICONDUCTOR)
    bar = Bar(layers, temperature=T0, sinks=(RISE, 0.0), materials=MATERIALS, max_size=20 * NM)
    conductance = 4e3 / 100e-9 / ratio
    law = LAW | {
        "conductance": conductance,
        "electronic_heat_conductance": 1.3 * 2.443e-8 * T0 * conductance,
        "phonon_heat_conductance": PHONONS,
    }
    config = bar.config() | {"interfaces": [{"between": ["F", "N"], **law}]}
    config["solver"] |= {"spin_heat": True, "tolerance": 1e-12}
    return bar, config


def closed_form(config):
    """The closed form for a configuration."""
    loaded = load_config(config)
    return TunnelContact(
        Device.of(loaded).resistive_interfaces["F|N"].law, loaded.material("Semiconductor"), T0
    )


def step(problem, fields):
    """ΔT at the contact, K: without Seebeck coefficients the temperature is linear on either side."""
    rise = Profile.of(problem, fields, THETA)
    sides = (0.0, 0.9 * MAGNET), (MAGNET + 0.1 * SEMICONDUCTOR, MAGNET + SEMICONDUCTOR)
    in_magnet, in_semiconductor = (
        value + slope * MAGNET for slope, value in (rise.line(*side) for side in sides)
    )
    return in_semiconductor - in_magnet


def heated_and_driven(problem, current):
    """Every sign of the magnet, current density and fields: heat alone, and the current alone."""
    solver = problem.scheme("along")
    for signs in problem.states.values():
        problem.magnetise(signs)
        heated, both = solver.at(0.0), solver.at(current)
        yield signs["F"], 0.0, heated
        yield signs["F"], CURRENT_DENSITY, combine([(1.0, both), (-1.0, heated)])


@pytest.mark.parametrize("ratio", RATIOS)
def test_tunnel_contact(comm, ratio):
    """Vera-Marun et al. 2014, Eqs. 11 and 12; reversing the magnet reverses both accumulations."""
    bar, config = contact_bar(ratio)
    problem = prepare_problem(config, comm)
    observer, expected = Observer(problem.spaces, problem.coefficients), closed_form(config)
    for sign, j, fields in heated_and_driven(problem, CURRENT_DENSITY * bar.area):
        s, tau = expected.accumulations(j, step(problem, fields))
        found = observer.interface(observer.observe(fields), "N", "F")
        assert found["mu_s"]["mean"] == pytest.approx(sign * 2 * s, rel=ACCURACY)
        assert found["T_s"]["mean"] == pytest.approx(sign * 2 * tau, rel=ACCURACY)


@pytest.mark.serial
def test_leading_order():
    """The error of Vera-Marun et al. 2014, Eq. 14 is of first order in r_s/R_tun."""
    errors = []
    for ratio in (1e3, 1e4):
        contact = closed_form(contact_bar(ratio)[1])
        exact, leading = contact.accumulations(1.0, 0.0), contact.leading_order(1.0)
        errors.append([a / b - 1 for a, b in zip(leading, exact, strict=True)])
        assert all(0 < error < 0.01 for error in errors[-1])
    for coarse, fine in zip(*errors, strict=True):
        assert coarse / fine == pytest.approx(10, rel=0.01)


@pytest.fixture(scope="module")
def shipped():
    """The script that comes with configs/tunnel_contact.yaml."""
    path = Path(__file__).parents[2] / "configs" / "tunnel_contact.py"
    spec = importlib.util.spec_from_file_location(path.stem, path)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    return script


@pytest.mark.serial
@pytest.mark.parametrize("ratio", RATIOS)
def test_formulas_of_the_script(shipped, ratio):
    """They are written as the paper does, ours by channel."""
    law, metal = shipped.contact(ratio, 5.0)
    contact = TunnelContact(law, metal, T0)
    for delta in (0.0, 0.1):
        s, tau = contact.accumulations(shipped.CURRENT_DENSITY, delta)
        found = shipped.closed_form(ratio, 5.0, delta)
        assert (found.spin, found.spin_heat) == pytest.approx((2 * s, 2 * tau), rel=1e-10, abs=0)
    s, tau = contact.leading_order(shipped.CURRENT_DENSITY)
    found = shipped.leading_order(ratio, 5.0)
    assert (found.spin, found.spin_heat) == pytest.approx((2 * s, 2 * tau), rel=1e-10, abs=0)


@pytest.mark.serial
@pytest.mark.parametrize(("ratio", "accuracy"), [(0.1, 1e-3), (100.0, 1e-4)])
def test_script(shipped, ratio, accuracy):
    """Its magnet is permalloy: spins are in equilibrium there up to r_F/R_tun, 5e-4 and 5e-7."""
    found = shipped.solve(ratio, 1.0)
    expected = shipped.closed_form(ratio, 1.0, found.step)
    for name in shipped.PANELS:
        assert getattr(found, name) == pytest.approx(getattr(expected, name), rel=accuracy)


@pytest.mark.serial
def test_estimate(shipped):
    """The paper's "ΔT_s ≈ 1 K": r_s = 25 Ω µm², S = 100 µV/K, P_L = 0.5, 1e7 A/m², α = 1."""
    law, metal = shipped.contact(100.0, 1.0)
    assert spin_resistance(metal) == pytest.approx(25e-12, rel=1e-6, abs=0)
    assert law.thermoelectric.difference / law.conductance == pytest.approx(50e-6, rel=1e-4)
    assert shipped.estimate(law, metal) == pytest.approx(1.0233, rel=1e-4)


@pytest.mark.parametrize("resistance", [1e-12, 1e-10], ids=lambda r: f"r_b = {r:g} m² K/W")
def test_spin_heat_valve_with_contacts(comm, resistance):
    """Item 7: AP less P of the thermal resistance, with contacts whose ``1/K_σ = 2 r_b (1 ∓ P_K)``."""
    p_k, distance, rise = 0.7, 30 * NM, 10.0
    materials = {
        "Hot": {
            "conductivity": 5e6,
            "polarisation": 0.2,
            "spin_diffusion_length": "15 nm",
            "thermal_conductivity": 24,
            "electronic_thermal_conductivity": 24,
            "heat_polarisation": 0.6,
            "spin_heat_diffusion_length": "8 nm",
        },
        "Metal": {
            "conductivity": 4e7,
            "spin_diffusion_length": "300 nm",
            "thermal_conductivity": 260,
            "electronic_thermal_conductivity": 260,
            "spin_heat_diffusion_length": "60 nm",
        },
    }
    layers = Layer("F1", "Hot", 120 * NM), Layer("N", "Metal", distance), Layer("F2", "Hot", 120 * NM)
    bar = Bar(layers, temperature=T0, sinks=(rise, 0.0), materials=materials)
    law = {
        "conductance": 1e15,
        "electronic_heat_conductance": 1 / (resistance * (1 - p_k**2)),
        "heat_polarisation": p_k,
    }
    config = bar.config() | {"interfaces": [{"between": ["Hot", "Metal"], **law}]}
    config["solver"]["spin_heat"] = True
    problem = prepare_problem(config, comm)
    magnet, metal = (SpinHeat.of(problem.config.material(name), T0) for name in materials)
    found = {name: rise * bar.area / fields.heat["right"] for name, fields in driven(problem, 0.0)}
    expected = spin_heat_valve(magnet, metal, distance, (p_k, resistance))
    assert found["AP"] - found["P"] == pytest.approx(expected, rel=OF_DIFFERENCES, abs=0)
