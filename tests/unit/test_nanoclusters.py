"""The nanocluster metal against the formulas printed by Tsyplyatyev et al. (solver/physics.md §§9, 10)."""

import math

import numpy as np
import pytest
from pydantic import ValidationError
from scipy.constants import e, hbar, k, physical_constants

from thermospin.materials import Material
from thermospin.materials.laws import Nanoclusters
from thermospin.materials.laws.nanoclusters import frozen_out, langevin
from thermospin.materials.laws.taylor import Taylor

pytestmark = pytest.mark.serial

MU_B = physical_constants["Bohr magneton"][0]
UP, DOWN, FLIP, SPIN, V_F, NU = 5e-15, 9e-15, 5e-13, 300.0, 1.57e6, 5.6e46
METAL = {
    "relaxation_time_up": UP,
    "relaxation_time_down": DOWN,
    "spin_flip_time": FLIP,
    "spin": SPIN,
    "fermi_velocity": V_F,
    "density_of_states": NU,
}
TIMES = ("relaxation_time_up", "relaxation_time_down", "spin_flip_time")
FIELDS = np.array([-3.0, 0.01, 0.1, 0.5, 1.0, 4.0, 15.0, 60.0])


def coefficients(metal, field, temperature):
    """σ, P, S and S_s in each field."""
    laws = Nanoclusters(**metal).laws()
    return (
        np.array([law.at_field(b).derivatives(temperature)[0] for b in np.atleast_1d(field)])
        for law in laws.values()
    )


def polarisation(field, temperature, spin=SPIN):
    y = spin * MU_B * field / k / temperature
    return 1 / np.tanh(y) - 1 / y


def frozen(field, temperature):
    x = MU_B * field / k / temperature
    return x**2 * np.exp(x) / np.expm1(x) ** 2


def printed_resistivity(field, temperature):
    """The paper's R(B), Ω m."""
    contrast = ((UP - DOWN) / (UP + DOWN) * polarisation(field, temperature)) ** 2
    return 3 / (e**2 * V_F**2 * NU) * (UP + DOWN) / (4 * UP * DOWN) * (1 - contrast)


@pytest.mark.parametrize("temperature", [10.0, 77.0, 300.0])
def test_resistivity_is_the_printed_one(temperature):
    sigma, _, _, _ = coefficients(METAL, FIELDS, temperature)
    assert 1 / sigma == pytest.approx(printed_resistivity(FIELDS, temperature), rel=1e-12)


@pytest.mark.parametrize("temperature", [10.0, 77.0, 300.0])
def test_magnetothermopower_is_equation_9(temperature):
    _, _, seebeck, _ = coefficients(METAL, FIELDS, temperature)
    delta = -((UP - DOWN) ** 2) / (UP + DOWN) ** 2 * polarisation(FIELDS, temperature) ** 2
    expected = k / e * UP * DOWN / FLIP / (DOWN - UP) * delta / (1 + delta) * frozen(FIELDS, temperature)
    assert seebeck == pytest.approx(expected, rel=1e-10, abs=0)


@pytest.mark.parametrize("temperature", [10.0, 77.0, 300.0])
def test_spin_current_is_equation_8(temperature):
    sigma, p, seebeck, spin_seebeck = coefficients(METAL, FIELDS, temperature)
    b = p * seebeck + (1 - p**2) * spin_seebeck / 2
    lz = polarisation(FIELDS, temperature)
    above, below = (UP + DOWN) ** 2 + (UP - DOWN) ** 2 * lz**2, (UP + DOWN) ** 2 - (UP - DOWN) ** 2 * lz**2
    printed = -2 / 3 * k * NU * V_F**2 * UP**2 * DOWN**2 * frozen(FIELDS, temperature) / FLIP * lz
    assert -sigma * b == pytest.approx(e * printed * above / below**2, rel=1e-10, abs=0)


def test_charge_current_is_the_printed_one():
    """The charge current per temperature gradient: the printed β times (τ↑+τ↓)/2, with the sign of Eq. 9."""
    sigma, _, seebeck, _ = coefficients(METAL, FIELDS, 77.0)
    lz = polarisation(FIELDS, 77.0)
    below = (UP + DOWN) ** 2 - (UP - DOWN) ** 2 * lz**2
    drive = 8 * e * V_F**2 * NU * k / 3 / FLIP * UP**2 * DOWN**2 * (UP - DOWN) * lz * frozen(FIELDS, 77.0)
    assert sigma * seebeck == pytest.approx(drive * lz * (UP + DOWN) / 2 / below**2, rel=1e-10, abs=0)


def test_weak_magnetoresistance_is_equation_2():
    """α ≈ (k/e) [τ²f/τ_s(τ↓−τ↑)] Δ, up to the relative size of the magnetoresistance."""
    weak = METAL | {"relaxation_time_down": 5.2e-15}
    sigma, _, seebeck, _ = coefficients(weak, FIELDS, 50.0)
    zero, _, _, _ = coefficients(weak, 0.0, 50.0)
    delta, mean = zero / sigma - 1, (UP + 5.2e-15) / 2
    expected = k / e * mean**2 * frozen(FIELDS, 50.0) / FLIP / (5.2e-15 - UP) * delta
    assert seebeck == pytest.approx(expected, rel=2e-3, abs=0)


def test_magnetothermopower_follows_magnetoresistance_in_weak_fields():
    """Below kT/μ_B the ratio of the two does not depend on the field, though both change by 10³."""
    fields = np.array([0.003, 0.01, 0.03, 0.1])
    sigma, _, seebeck, _ = coefficients(METAL, fields, 20.0)
    zero, _, _, _ = coefficients(METAL, 0.0, 20.0)
    delta = zero / sigma - 1
    assert abs(delta[-1] / delta[0]) > 100
    ratio = seebeck * (1 + delta) / delta
    assert ratio == pytest.approx(ratio[0], rel=1e-5, abs=0)


def test_magnetothermopower_dies_away_in_strong_fields_and_magnetoresistance_does_not():
    temperature = 2.0
    fields = np.array([0.2, 20, 40, 60]) * k * temperature / MU_B
    sigma, _, seebeck, _ = coefficients(METAL, fields, temperature)
    assert sigma[1:] == pytest.approx(sigma[0], rel=0.03)
    x = fields[1:] * MU_B / k / temperature
    assert abs(seebeck[1:] / seebeck[0]) == pytest.approx(x**2 * np.exp(-x), rel=0.05, abs=0)


def test_larger_clusters_have_less_magnetothermopower():
    """In the same density, U ∝ N and s ∝ N: saturated α(N)/α(N') tends to N'/N."""

    def saturated(atoms):
        metal = {
            "potential": atoms * 1e-48,
            "exchange": 1e-49,
            "cluster_density": 1e24,
            "spin": 1.7 * atoms,
            "fermi_velocity": V_F,
            "density_of_states": NU,
        }
        field = 0.5 * k * 10.0 / MU_B  # s times as much as saturates them
        _, _, seebeck, _ = coefficients(metal, field, 10.0)
        return seebeck[0]

    small, large = saturated(1000), saturated(8000)
    assert small / large == pytest.approx(8, rel=4e-3)


def test_times_of_the_born_approximation():
    u, j, density = 4e-47, 3e-49, 2e24
    metal = Nanoclusters(
        potential=u, exchange=j, cluster_density=density, spin=50, fermi_velocity=V_F, density_of_states=NU
    )
    up, down, flip = metal.relaxation_times
    rate = 2 * math.pi * NU * density / hbar
    assert 1 / up + 1 / down == pytest.approx(2 * rate * (u**2 + j**2 * 50 * 51), rel=1e-14)
    assert 1 / up - 1 / down == pytest.approx(4 * rate * u * j * 50, rel=1e-12)
    assert 1 / flip == pytest.approx(2 * rate * j**2 * 50, rel=1e-14)


def test_times_and_potentials_give_the_same_metal():
    born = {"potential": 4e-47, "exchange": -3e-49, "cluster_density": 2e24}
    rest = {key: METAL[key] for key in ("spin", "fermi_velocity", "density_of_states")}
    times = dict(zip(TIMES, Nanoclusters(**born, **rest).relaxation_times, strict=True))
    for one, other in zip(
        coefficients(born | rest, FIELDS, 30.0), coefficients(times | rest, FIELDS, 30.0), strict=True
    ):
        assert one == pytest.approx(other, rel=1e-14, abs=0)


def test_units_of_the_parameters():
    metal = Nanoclusters(
        potential="0.2 eV nm^3",
        exchange="1 meV nm^3",
        cluster_density="0.001 /nm^3",
        spin=50,
        fermi_velocity="1570 km/s",
        density_of_states="9 /(eV nm^3)",
    )
    assert metal.potential == pytest.approx(0.2 * e * 1e-27, rel=1e-9, abs=0)
    assert metal.exchange == pytest.approx(1e-3 * e * 1e-27, rel=1e-9, abs=0)
    assert metal.cluster_density == pytest.approx(1e24, rel=1e-12)
    assert metal.density_of_states == pytest.approx(9 / e * 1e27, rel=1e-9)


def test_without_a_field_there_is_no_spin_dependence():
    sigma, p, seebeck, spin_seebeck = coefficients(METAL, 0.0, 300.0)
    assert sigma == pytest.approx(1 / printed_resistivity(1e-9, 300.0), rel=1e-9)
    assert p == seebeck == spin_seebeck == 0


def test_reversing_the_field_exchanges_the_channels():
    sigma, p, seebeck, spin_seebeck = coefficients(METAL, [0.7, -0.7], 40.0)
    for even in (sigma, seebeck):
        assert even[1] == pytest.approx(even[0], rel=1e-14, abs=0)
    for odd in (p, spin_seebeck):
        assert odd[1] == pytest.approx(-odd[0], rel=1e-14, abs=0)


def test_scattering_by_the_host_weakens_both_effects():
    sigma, p, seebeck, _ = coefficients(METAL, 1.0, 40.0)
    dirty, dirty_p, dirty_seebeck, _ = coefficients(METAL | {"host_relaxation_time": 3e-15}, 1.0, 40.0)
    assert 1 / dirty > 1 / sigma
    assert abs(dirty_p) < abs(p)
    assert abs(dirty_seebeck) < abs(seebeck)
    zero, _, _, _ = coefficients(METAL | {"host_relaxation_time": 3e-15}, 0.0, 40.0)
    mean = (1 / UP + 1 / DOWN) / 2 + 1 / 3e-15
    assert zero == pytest.approx(2 * e**2 * V_F**2 * NU / 3 / mean, rel=1e-14)


def derivatives_on_a_circle(function, y, radius=2.0, points=256):
    """The value and four derivatives by Cauchy's integral; no pole is within π of a real y."""
    turns = np.exp(2j * np.pi * np.arange(points) / points)
    values = function(y + radius * turns)
    return [math.factorial(n) / radius**n * np.mean(values * turns ** (-n)).real for n in range(5)]


@pytest.mark.parametrize("y", [1e-12, 1e-3, 0.3, 0.999, 1.001, 3.0, 30.0, 2000.0])
@pytest.mark.parametrize(
    ("function", "exact"),
    [
        (langevin, lambda t: (1 + np.exp(-2 * t)) / (1 - np.exp(-2 * t)) - 1 / t),
        (frozen_out, lambda t: (t * np.exp(-t / 2) / (1 - np.exp(-t))) ** 2),
    ],
)
def test_langevin_and_freezing_functions(function, exact, y):
    found = function(Taylor.variable(np.array([y]), 4)).derivatives[:, 0]
    assert found == pytest.approx(derivatives_on_a_circle(exact, y), rel=1e-12, abs=5e-14)


def test_small_arguments_keep_their_digits():
    y = Taylor.variable(np.array([1e-12, 1e-5]), 0)
    assert langevin(y).value == pytest.approx(y.value / 3, rel=1e-11, abs=0)
    assert 1 - frozen_out(y).value == pytest.approx(y.value**2 / 12, rel=1e-4, abs=1e-16)


def material(**properties):
    return Material(nanoclusters=METAL, thermal_conductivity=50, spin_diffusion_length="40 nm", **properties)


def test_a_material_of_clusters_in_a_field():
    assert not material().is_constant
    assert material().follows_field
    metal = material().at(20.0, 1.0)
    for name, expected in zip(
        ("conductivity", "polarisation", "seebeck", "spin_seebeck"),
        coefficients(METAL, 1.0, 20.0),
        strict=True,
    ):
        assert getattr(metal, name) == pytest.approx(expected[0], rel=1e-14, abs=0)
    assert metal.is_conductor


def test_clusters_are_no_magnet_of_a_configuration():
    assert not material().is_magnetic
    assert not material().at(20.0, 1.0).is_magnetic


@pytest.mark.parametrize("wrong", [{"conductivity": 1e7}, {"seebeck": 1e-6}, {"magnetic": True}])
def test_clusters_set_the_spin_dependence(wrong):
    with pytest.raises(ValidationError, match="not both"):
        material(**wrong)
