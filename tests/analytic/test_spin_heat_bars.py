"""Spin heat accumulation and the spin heat valve (solver/physics.md §8.7) in bars that heat crosses."""

import closed_forms
import numpy as np
import pytest
from bars import NM, Bar, Layer, Profile, driven
from closed_forms import SpinHeat
from support import prepare_problem

from thermospin.fields import TAU, THETA

T0 = 300.0
RISE = 10.0
MAGNET, METAL = 120 * NM, 640 * NM
"""Lengths that count as infinite: more than 10 decay lengths."""
ACCURACY = 3e-4
HEAT_FLOWS = {"no phonons": (24.0, 260.0), "phonons": (15.0, 200.0)}
"""k_e of the magnet and of the metal, of k = 24 and 260 W/(m K)."""


def materials(electrons):
    """Two metals without Seebeck coefficients: heat and spin heat are on their own."""
    magnet, metal = electrons
    return {
        "Magnet": {
            "conductivity": 5e6,
            "polarisation": 0.2,
            "spin_diffusion_length": "15 nm",
            "thermal_conductivity": 24,
            "electronic_thermal_conductivity": magnet,
            "heat_polarisation": 0.6,
            "spin_heat_diffusion_length": "8 nm",
        },
        "Metal": {
            "conductivity": 4e7,
            "spin_diffusion_length": "300 nm",
            "thermal_conductivity": 260,
            "electronic_thermal_conductivity": metal,
            "spin_heat_diffusion_length": "60 nm",
        },
    }


def heated(layers, electrons, comm, rise=RISE, scale=0.0):
    """A bar whose left end is warm, with the spins' temperatures and the scale of Joule heat."""
    bar = Bar(layers, temperature=T0, sinks=(rise, 0.0), materials=materials(electrons))
    config = bar.config() | {"heating": {"scale": scale}}
    config["solver"]["spin_heat"] = True
    problem = prepare_problem(config, comm)
    metals = [SpinHeat.of(problem.config.material(name), T0) for name in ("Magnet", "Metal")]
    return bar, problem, metals


@pytest.mark.parametrize("electrons", HEAT_FLOWS.values(), ids=HEAT_FLOWS)
def test_spin_heat_injection(comm, electrons):
    layers = (Layer("F", "Magnet", MAGNET), Layer("N", "Metal", METAL))
    bar, problem, (magnet, metal) = heated(layers, electrons, comm)
    found = dict(driven(problem, 0.0))
    for configuration, sign in {"P": 1, "AP": -1}.items():
        fields = found[configuration]
        heat = fields.heat["right"] / bar.area
        expected = closed_forms.spin_heat_injection(magnet, metal, heat)
        tau = Profile.of(problem, fields, TAU)
        assert tau.at(MAGNET) == pytest.approx(sign * expected, rel=ACCURACY)
        for middle, length in (
            (MAGNET - 12 * NM, magnet.decay_length),
            (MAGNET + 60 * NM, metal.decay_length),
        ):
            near = abs(tau.x - middle) < length
            slope = np.polyfit(tau.x[near] / length, np.log(sign * tau.values[near]), 1)[0]
            assert slope == pytest.approx(np.sign(MAGNET - middle), rel=2e-3)


@pytest.mark.parametrize("electrons", HEAT_FLOWS.values(), ids=HEAT_FLOWS)
@pytest.mark.parametrize("distance", [15 * NM, 100 * NM])
def test_spin_heat_valve(comm, electrons, distance):
    """The heat resistance of AP exceeds that of P."""
    layers = Layer("F1", "Magnet", MAGNET), Layer("N", "Metal", distance), Layer("F2", "Magnet", MAGNET)
    bar, problem, (magnet, metal) = heated(layers, electrons, comm)
    resistance = {name: RISE * bar.area / fields.heat["right"] for name, fields in driven(problem, 0.0)}
    expected = closed_forms.spin_heat_valve(magnet, metal, distance)
    assert resistance["AP"] - resistance["P"] == pytest.approx(expected, rel=ACCURACY, abs=0)


def test_sinks_have_one_temperature(comm):
    """τ = 0 at a sink that is closer to F|N than a decay length; ϑ is what is given."""
    layers = (Layer("F", "Magnet", MAGNET), Layer("N", "Metal", 20 * NM))
    bar, problem, (magnet, metal) = heated(layers, HEAT_FLOWS["phonons"], comm)
    fields = dict(driven(problem, 0.0))["P"]
    tau, rise = (Profile.of(problem, fields, field) for field in (TAU, THETA))
    assert tau.values[0] == tau.values[-1] == 0.0
    assert (rise.values[0], rise.values[-1]) == pytest.approx((RISE, 0.0))
    shorted = SpinHeat(0.0, metal.resistance * np.tanh(20 * NM / metal.decay_length), metal.decay_length)
    expected = closed_forms.spin_heat_injection(magnet, shorted, fields.heat["right"] / bar.area)
    assert tau.at(MAGNET) == pytest.approx(expected, rel=ACCURACY)


@pytest.mark.parametrize("electrons", HEAT_FLOWS.values(), ids=HEAT_FLOWS)
def test_joule_heat_of_the_channels(comm, electrons):
    """Deep in a magnet ``k_e (1−P_k²) τ/λ_Q²`` is ``h_s`` less the part of h that leaves with P_k."""
    j, scale = 1e11, 3.0
    bar, problem, _ = heated((Layer("F", "Magnet", 400 * NM),), electrons, comm, rise=0.0, scale=scale)
    metal = problem.config.material("Magnet")
    heat = scale * j**2 / metal.conductivity
    excess = (metal.polarisation - metal.heat_polarisation * electrons[0] / metal.thermal_conductivity) * heat
    expected = excess * metal.spin_heat_diffusion_length**2 / electrons[0] / (1 - metal.heat_polarisation**2)
    for name, fields in driven(problem, j * bar.area):
        tau = Profile.of(problem, fields, TAU)
        deep = abs(tau.x - 200 * NM) < 80 * NM
        sign = {"P": 1, "AP": -1}[name]
        np.testing.assert_allclose(tau.values[deep], sign * expected, rtol=ACCURACY)
