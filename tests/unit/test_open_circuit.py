"""The open-circuit thermal conductivity, k = k_oc + T0 σ S², against sums over channels."""

import numpy as np
import pytest
from test_bad_input import DEVICE

from thermospin.config.document import parse
from thermospin.errors import InputError
from thermospin.materials import Material
from thermospin.validation import load_config

T0 = 350.0
METAL = {"conductivity": "2e6 S/m", "spin_diffusion_length": "5 nm", "seebeck": "-39 uV/K"}
MAGNET = {**METAL, "polarisation": 0.4, "spin_seebeck": "-8 uV/K"}


@pytest.mark.parametrize("properties", [METAL, MAGNET], ids=["metal", "magnet"])
def test_heat_without_charge_current_and_without_spins(properties):
    material = Material(**properties, thermal_conductivity_open_circuit="20 W/m/K").at(T0)
    channels = list(zip(material.channel_conductivity, material.channel_seebeck, strict=True))
    # j = Σ σ_σ (E − S_σ ∇T) = 0 with one field in both channels, as s = 0
    field = sum(sigma * s for sigma, s in channels) / sum(sigma for sigma, _ in channels)
    heat = sum(T0 * sigma * s * (field - s) for sigma, s in channels)  # what channel currents carry
    shorted = sum(T0 * sigma * s * -s for sigma, s in channels)  # the same without a field
    assert material.thermal_conductivity - (heat - shorted) == pytest.approx(20, rel=1e-12)
    assert material.thermal_conductivity == pytest.approx(20 + T0 * 2e6 * 39e-6**2, rel=1e-12)


def test_margin_is_what_the_difference_of_the_channels_carries():
    material = Material(**MAGNET, thermal_conductivity_open_circuit="20 W/m/K").at(T0)
    assert material.open_circuit_margin(T0) == pytest.approx(
        20 - T0 * 2e6 * (1 - 0.4**2) * 8e-6**2 / 4, rel=1e-12
    )


def test_laws_are_followed_with_the_base_temperature():
    material = Material(
        **{**METAL, "seebeck": {"proportional": "-39 uV/K", "reference": "300 K"}},
        thermal_conductivity_open_circuit={"polynomial": ["20 W/m/K", "0.05 W/m/K^2"], "reference": "300 K"},
    )
    temperatures = np.array([300.0, 360.0])
    found = material.short_circuited(300.0).derivatives(temperatures, order=1).thermal_conductivity
    seebeck = -39e-6 * temperatures / 300
    assert found[0] == pytest.approx(20 + 0.05 * (temperatures - 300) + 300 * 2e6 * seebeck**2, rel=1e-12)
    assert found[1] == pytest.approx(0.05 + 300 * 2e6 * 2 * seebeck * -39e-6 / 300, rel=1e-12)


def test_either_replaces_that_of_the_library():
    def loaded(*overrides):
        return load_config(parse(DEVICE, ""), overrides)

    given = loaded("materials.Cu.thermal_conductivity_open_circuit=300 W/m/K", "temperature=350")
    expected = 300 + 350 * 4.26e7 * 1.6e-6**2
    assert given.material("Cu").thermal_conductivity == pytest.approx(expected, rel=1e-12)
    assert given.material_laws("Cu").thermal_conductivity == pytest.approx(expected, rel=1e-12)
    again = load_config(given.resolved())
    assert again.material("Cu").thermal_conductivity == given.material("Cu").thermal_conductivity
    derived = loaded(
        "materials.Hot={base: Cu, thermal_conductivity: 5 W/m/K}",
        "materials.Cu.thermal_conductivity_open_circuit=300 W/m/K",
    )
    assert derived.material("Hot").thermal_conductivity == 5


@pytest.mark.parametrize(
    ("override", "says"),
    [
        (
            "materials.Py={thermal_conductivity_open_circuit: 1e-3, spin_seebeck: 100 uV/K}",
            "materials.Py.thermal_conductivity_open_circuit: must exceed T0 Σ σ_σ S_σ²",
        ),
        (
            "materials.Cu={thermal_conductivity: 300, thermal_conductivity_open_circuit: 300}",
            "materials.Cu.thermal_conductivity_open_circuit: give this or thermal_conductivity, not both",
        ),
        (
            "materials.X={conductivity: 0}",
            "materials.X.thermal_conductivity: missing; add it, or thermal_conductivity_open_circuit",
        ),
        (
            "materials.Cu={thermal_conductivity_open_circuit: 20, phonon_thermal_conductivity: 30}",
            "materials.Cu.phonon_thermal_conductivity: exceeds thermal_conductivity at 300 K",
        ),
    ],
)
def test_mistakes(override, says):
    with pytest.raises(InputError) as caught:
        load_config(parse(DEVICE, ""), [override])
    assert str(caught.value).startswith(says)
