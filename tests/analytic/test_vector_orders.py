"""Row 7: heat of vector spins, order by order, against an independent solution in one dimension.

`heating: conserving` with spin heat: readings and torques of stacks whose magnetisation, field and contacts
point in different directions.
"""

import numpy as np
import pytest
import vector_bars
from bars import NM
from scipy.constants import e, hbar
from support import SilentProgress, prepare_problem
from vector_bars import Contact, VectorBar
from vector_orders import Orders

from thermospin.constants import MAGNETON_RATE
from thermospin.device import Device
from thermospin.runs.simulation import solve
from thermospin.validation import load_config

PER_AMPERE = -hbar / (2 * e)
WIDTH = 5 * NM
MAGNET = {
    "conductivity": 9214728.62156094,
    "spin_diffusion_length": 6.802064220730883e-09,
    "seebeck": -1.7003661454464167e-05,
    "thermal_conductivity": 183.13208576161418,
    "magnetic": True,
    "polarisation": 0.2789182888071897,
    "spin_seebeck": 1.0795059669841338e-05,
    "heat_polarisation": 0.457804236146675,
    "spin_heat_diffusion_length": 1.6426758622119634e-09,
    "dephasing_length": 8.481993383907043e-09,
    "precession_length": 3.0716117082140425e-09,
}
METAL = {
    "conductivity": 4937485.461149638,
    "spin_diffusion_length": 1.2544823250089804e-07,
    "seebeck": 2.5946657682233508e-05,
    "thermal_conductivity": 103.49582715705782,
    "spin_heat_diffusion_length": 3.747634326175602e-08,
    "spin_relaxation_time": 6.856592380981488e-12,
}
OTHER = {
    "conductivity": 29709749.223416906,
    "spin_diffusion_length": 1.251881919444633e-07,
    "seebeck": -4.586429841387283e-06,
    "thermal_conductivity": 364.82571789864454,
    "electronic_thermal_conductivity": 148.26708457092863,
    "spin_heat_diffusion_length": 2.766494026433347e-08,
    "spin_relaxation_time": 5.41140755727642e-11,
}
FIELD = [-2.4491452582250206, -1.3543765900897624, -0.28942375994396397]
DIRECTION = [0.49787341297968246, 0.5060314007437584, 0.7043112139596189]
MIXED = {
    "conductance": 3e15,
    "polarisation": 0.5,
    "seebeck": "-50 uV/K",
    "spin_seebeck": "40 uV/K",
    "heat_polarisation": 0.4,
    "phonon_heat_conductance": 2e8,
    "mixing_conductance": 2.5e15,
    "mixing_conductance_imaginary": 1.1e15,
    "mixing_thermopower": 0.8,
}


def stack(layers, interfaces, magnetisation, **solver):
    """A stack along z; layers are names with material and thickness in nm."""
    return {
        "temperature": 300,
        "geometry": {
            "template": "layer_stack",
            "layers": [
                {"name": name, "material": material, "thickness": nm * NM} for name, material, nm in layers
            ],
            "width": WIDTH,
            "depth": WIDTH,
            "columns": [1, 1],
        },
        "mesh": {
            "interface_size": 0.3 * NM,
            "max_size": 1.7 * NM,
            "growth_rate": 1.15,
            "elements_across_film": 8,
        },
        "materials": {"Iron": MAGNET, "Metal": METAL, "Other": OTHER},
        "interfaces": interfaces,
        "magnetisation": magnetisation,
        "magnetic_field": FIELD,
        "heating": {"model": "conserving"},
        "schemes": {"main": {"top": {"current": "equipotential"}, "bottom": "ground"}},
        "probes": {"v": ["top", "bottom"]},
        "solver": {"degree": 2, "orders": 4, "spin_heat": True, "spin": "vector"} | solver,
        "output": {"fields": False},
    }


def expected(config, name):
    """The orders of a configuration in one dimension, and its layers by number."""
    layers, contacts, device = [], [], Device.of(config)
    regions = list(config.geometry.layers)
    for region in regions:
        material = config.material(region.material)
        if material.is_magnetic:
            lengths = {
                "dephasing_length": material.dephasing_length,
                "precession_length": material.precession_length,
            }
            m = device.states[name][region.name].uniform
            layer = vector_bars.Layer(material, region.thickness, m, elements=400, **lengths)
        else:
            angle = 2 * MAGNETON_RATE * material.spin_relaxation_time * np.array(FIELD)
            layer = vector_bars.Layer(material, region.thickness, precession=angle, elements=400)
        layers.append(layer)
    laws = {(found.first, found.second): found.law for found in device.resistive_interfaces.values()}
    for left, right, first, second in zip(regions, regions[1:], layers, layers[1:], strict=False):
        law = laws.get((left.name, right.name))
        magnet = next((layer for layer in (second, first) if layer.magnetisation is not None), None)
        m = None if magnet is None else magnet.magnetisation
        mixing = None if law is None or m is None else (law.mixing, law.mixing_thermopower)
        contacts.append(law and Contact(law, m, magnet is not first, *(mixing or ())))
    bar = Orders(VectorBar(layers, contacts, config.temperature, 8), is_open=False)
    return bar, bar.solve(1 / WIDTH**2, config.solver.orders)


SINGLE = stack(
    [("L0", "Iron", 5.89), ("L1", "Metal", 14.8), ("L2", "Other", 6.25)],
    [{"between": ["L1", "L2"], "conductance": 7684988247259710.0, "phonon_heat_conductance": 2507893107.68}],
    {"L0": DIRECTION},
)  # fmt: skip
SINGLE["configurations"] = {"P": {"L0": 1}, "AP": {"L0": -1}}
VALVE = stack(
    [("L0", "Iron", 5), ("L1", "Metal", 9), ("L2", "Iron", 7)],
    [
        {"between": ["L0", "L1"]} | MIXED,
        {"between": ["L1", "L2"]} | MIXED | {"mixing_conductance_imaginary": -8e14},
    ],
    {"L0": DIRECTION, "L2": [-0.8, -0.5, 0.4]},
)  # fmt: skip
VALVE["configurations"] = {"one": {}}
RIGHT = {"P": [161.3582, 1641.935, 238308.3, 6141845], "AP": [161.3582, 1641.935, 238308.3, 6141844]}
"""The readings that the table of rows gives, in V/Aⁿ; those of order 2 and 4 hold to 1e-6."""


@pytest.mark.serial
@pytest.mark.parametrize("config", [SINGLE, VALVE], ids=["transparent magnet", "mixing"])
def test_energy_of_the_reference(config):
    """Heat that is generated leaves: that of order n is the voltage of order n − 1 times the current."""
    loaded = load_config(config)
    for name in loaded.configurations:
        bar, found = expected(loaded, name)
        power = bar.resistances(found)[:-1] / WIDTH**2
        assert bar.leaving(found)[1:] == pytest.approx(power, rel=1e-8, abs=0)
        assert abs(bar.leaving(found)[0]) < 1e-12 * abs(power[0])


@pytest.mark.parametrize(
    "config",
    [pytest.param(SINGLE, id="transparent magnet", marks=pytest.mark.slow), pytest.param(VALVE, id="mixing")],
)
def test_row_07_spin_heat_conserving(config, comm):
    loaded = load_config(config)
    results = solve(prepare_problem(config, comm), SilentProgress())
    for name in loaded.configurations:
        bar, profiles = expected(loaded, name)
        found = results.harmonics("main", name, "v")
        assert found == pytest.approx(bar.resistances(profiles), rel=3e-6, abs=0)
        if config is SINGLE:
            assert found == pytest.approx(RIGHT[name], rel=2e-6, abs=0)
        torques = results.data["schemes"]["main"]["configurations"][name]["torques"]
        for i, layer in enumerate(loaded.geometry.layers):
            if layer.name not in torques:
                continue
            known = PER_AMPERE * WIDTH**2 * bar.torques(profiles, i)
            for n, torque in enumerate(known, start=1):
                value = torques[layer.name]["torque"][f"order{n}"]
                assert value == pytest.approx(torque, abs=5e-4 * np.linalg.norm(torque)), (layer.name, n)
