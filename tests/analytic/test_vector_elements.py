"""Vector spin by finite elements: bars against collocation, and Hanle's and Rebei's decay."""

import numpy as np
import pytest
import vector_bars
from bars import NM, Bar, Layer
from collocation import bounded
from contact_bars import profile_in
from scipy.constants import e, hbar
from support import prepare_problem
from vector_bars import Contact, VectorBar
from vector_forms import Decay, HanleWire

from thermospin.constants import MAGNETON_RATE
from thermospin.device import Device
from thermospin.fields import S_VECTOR, TAU_VECTOR, THETA, V

PER_AMPERE = -hbar / (2 * e)
HOT = 300.0


def vector_problem(bar, comm, magnetisation, interfaces=(), spin_heat=False, **sections):
    """A bar with vector spin (collective)."""
    config = bar.config()
    config["solver"] |= {"spin": "vector", "spin_heat": spin_heat, "tolerance": 1e-11}
    config |= {
        "magnetisation": magnetisation,
        "configurations": {"one": {}},
        "interfaces": [{"between": names.split("|")} | law for names, law in interfaces],
    }
    return prepare_problem(config | sections, comm)


def solved(problem, drive):
    """The fields at a drive, in the one configuration (collective)."""
    problem.magnetise(problem.states["one"])
    return problem.scheme("along").at(drive)


def components(problem, solution, fields, region):
    """Positions (k,) and the components (k, n) of some fields along a region (collective)."""
    found = [profile_in(problem, solution, field, region) for field in fields]
    return found[0].x, np.array([profile.values for profile in found]).T


# ---- everything at once, against collocation

MATERIALS = {
    "Iron": {
        "conductivity": 5e6,
        "polarisation": 0.45,
        "spin_diffusion_length": "20 nm",
        "seebeck": "-25 uV/K",
        "spin_seebeck": "-12 uV/K",
        "thermal_conductivity": 40,
        "phonon_thermal_conductivity": 8,
        "heat_polarisation": 0.3,
        "spin_heat_diffusion_length": "12 nm",
        "dephasing_length": "9 nm",
        "precession_length": "7 nm",
    },
    "Metal": {
        "conductivity": 4e7,
        "spin_diffusion_length": "120 nm",
        "seebeck": "2 uV/K",
        "thermal_conductivity": 290,
        "spin_heat_diffusion_length": "60 nm",
        "spin_relaxation_time": "30 ps",
    },
}
LAW = {
    "conductance": 3e14,
    "polarisation": 0.6,
    "seebeck": "-50 uV/K",
    "spin_seebeck": "60 uV/K",
    "heat_polarisation": 0.4,
    "phonon_heat_conductance": 2e8,
    "mixing_conductance": 2.2e14,
    "mixing_conductance_imaginary": 0.9e14,
    "mixing_thermopower": 0.8,
}
SECOND = LAW | {"conductance": 6e14, "mixing_conductance_imaginary": -1.5e14}
LEFT, RIGHT = np.array([2 / 7, 3 / 7, 6 / 7]), np.array([0.48, -0.8, 0.36])
FIELD = np.array([0.1, 0.05, -0.15])
LENGTHS = 50 * NM, 60 * NM, 70 * NM


def turning(x):
    """A magnetisation that turns about the z axis along the bar, (k, 3)."""
    phi = x / (50 * NM)
    return np.stack([0.8 * np.cos(phi), 0.8 * np.sin(phi), 0.6 + 0 * x], axis=-1)


TURNING = ["0.8*cos(x/(50*nm))", "0.8*sin(x/(50*nm))", "0.6"]


@pytest.mark.parametrize(
    ("textured", "spin_heat"),
    [
        pytest.param(False, False, id="uniform, one temperature"),
        pytest.param(True, False, id="textured, one temperature"),
        pytest.param(False, True, id="uniform, spin heat"),
        pytest.param(True, True, id="textured, spin heat", marks=pytest.mark.slow),
    ],
)
def test_bar_against_collocation(textured, spin_heat, comm):
    """Currents, a temperature difference, resistive contacts, a field: every field and every torque."""
    names = ("F1", "Iron"), ("N", "Metal"), ("F2", "Iron")
    rod = Bar(
        [Layer(*name, length) for name, length in zip(names, LENGTHS, strict=True)],
        width=8 * NM,
        temperature=HOT,
        sinks=(6.0, 0.0),
        materials=MATERIALS,
        interface_size=3 * NM,
        max_size=3 * NM,
    )
    magnetisation = {"F1": LEFT.tolist(), "F2": {"formula": TURNING} if textured else RIGHT.tolist()}
    interfaces = ("F1|N", LAW), ("F2|N", SECOND)
    problem = vector_problem(rod, comm, magnetisation, interfaces, spin_heat, magnetic_field=FIELD.tolist())
    density = 1e11
    solution = solved(problem, density * rod.area)
    found = expected_bar(problem, textured, density, 8 if spin_heat else 5)
    bar, profiles = found
    fields = [V, *S_VECTOR, THETA, *(TAU_VECTOR if spin_heat else ())]
    known = [np.concatenate([profile.u for profile in profiles])[:, i] for i in range(len(fields))]
    for region, profile in zip(("F1", "N", "F2"), profiles, strict=True):
        x, values = components(problem, solution, fields, region)
        values[:, 0] += solution.offset
        for i, field in enumerate(fields):
            unit = abs(np.concatenate([known[k] for k in group(i)])).max()
            error = values[:, i] - np.interp(x, profile.x, profile.u[:, i])
            assert abs(error).max() < 1e-3 * unit, (region, field.symbol)
    torques = problem.torques().of(solution)
    unit = density * abs(PER_AMPERE)
    for magnet, layer, interface in (("F1", 0, 0), ("F2", 2, 1)):
        expected = PER_AMPERE * (bar.torque(profiles, layer) + bar.interface_torque(profiles, interface))
        np.testing.assert_allclose(torques[magnet] / rod.area / unit, expected / unit, rtol=0, atol=5e-4)
        assert np.linalg.norm(expected) > 0.05 * unit


def group(i):
    """The fields of the same unit and size."""
    return {0: [0], 4: [4]}.get(i, [1, 2, 3] if i < 4 else [5, 6, 7])


def expected_bar(problem, textured, density, n):
    """The same bar in one dimension."""
    config = problem.config
    iron, metal = (config.material(name) for name in ("Iron", "Metal"))
    lengths = {"dephasing_length": 9 * NM, "precession_length": 7 * NM}
    angle = 2 * MAGNETON_RATE * 30e-12 * FIELD
    second = turning if textured else RIGHT
    at_contact = turning(np.array(sum(LENGTHS[:2]))) if textured else RIGHT
    laws = [interface.law for interface in Device.of(config).resistive_interfaces.values()]
    contacts = [
        Contact(law, m, first, law.mixing, law.mixing_thermopower)
        for law, m, first in zip(laws, (LEFT, at_contact), (False, True), strict=True)
    ]
    layers = [
        vector_bars.Layer(iron, LENGTHS[0], LEFT, **lengths),
        vector_bars.Layer(metal, LENGTHS[1], precession=angle),
        vector_bars.Layer(iron, LENGTHS[2], second, **lengths),
    ]
    bar = VectorBar(layers, contacts, HOT, n)
    left, right = np.zeros(n), np.zeros(n)
    left[0], left[4] = density, 6.0
    return bar, bar.solve(bounded(left, right, fed_left=[0]))


# ---- decay of injected spins


def hanle_bar(angle, comm):
    """Distances from a magnet along x, m, spins in a metal in a field along z, V, and their closed form.

    `angle` is ω_L τ_sf.
    """
    length, time = 100 * NM, 20e-12
    metals = {
        "Magnet": {
            "conductivity": 5e6,
            "polarisation": 0.5,
            "spin_diffusion_length": "5 nm",
            "thermal_conductivity": 30,
        },
        "Metal": {
            "conductivity": 4e7,
            "spin_diffusion_length": length,
            "thermal_conductivity": 300,
            "spin_relaxation_time": time,
        },
    }
    rod = Bar([Layer("F", "Magnet", 20 * NM), Layer("N", "Metal", 400 * NM)], width=8 * NM, materials=metals)
    b = angle / (2 * MAGNETON_RATE * time)
    problem = vector_problem(rod, comm, {"F": "x"}, magnetic_field=[0, 0, b])
    solution = solved(problem, 1e11 * rod.area)
    x, s = components(problem, solution, S_VECTOR, "N")
    plus, start = s[:, 0] + 1j * s[:, 1], x[0]
    return x - start, s, Decay.hanle(angle, length).held(x - start, plus[0], 400 * NM)


@pytest.mark.parametrize("angle", [0.7, 4.0, 10.0])
def test_hanle_in_a_bar(angle, comm):
    """A magnet injects along x, the field is along z: ``s₊'' = (1 − iω_L τ_sf) s₊/λ²``."""
    x, s, expected = hanle_bar(angle, comm)
    assert abs(s[:, 2]).max() < 1e-9 * abs(s).max()
    plus = s[:, 0] + 1j * s[:, 1]
    assert abs(plus - expected).max() < 1e-3 * abs(plus[0])
    further = np.argmin(abs(x - 20 * NM))
    assert 0 < np.angle(plus[further] / plus[0]) < np.pi  # ω_L × s turns it from x to y


@pytest.mark.parametrize("polarisation", [0.0, 0.5])
@pytest.mark.parametrize("bending", [0.4, -1.5])
def test_tensor_diffusion_in_a_bar(bending, polarisation, comm):
    """``n₊'' = (1 + ia)(1 + i a τ_sf/τ_p) n₊/l²`` in a magnet along z, beside one along x that injects."""
    length, ratio, flip = 30 * NM, 3.0, 3e-14
    metals = {
        "Injector": {
            "conductivity": 5e6,
            "polarisation": 0.5,
            "spin_diffusion_length": "10 nm",
            "thermal_conductivity": 30,
        },
        "Bent": {
            "conductivity": 1e7,
            "polarisation": polarisation,
            "magnetic": True,
            "spin_diffusion_length": length,
            "thermal_conductivity": 30,
            "tensor_diffusion": {
                "momentum_time": flip / ratio,
                "spin_flip_time": flip,
                "diffusion_constant": length**2 / flip,
                "precession_frequency": -bending * ratio / flip,  # H = −ω m
            },
        },
    }
    rod = Bar(
        [Layer("F", "Injector", 30 * NM), Layer("B", "Bent", 90 * NM)],
        width=6 * NM,
        materials=metals,
        max_size=3 * NM,
    )
    problem = vector_problem(rod, comm, {"F": "x", "B": "z"})
    x, s = components(problem, solved(problem, 1e11 * rod.area), S_VECTOR, "B")
    plus = s[:, 0] + 1j * s[:, 1]
    expected = Decay.tensor(bending, length, ratio).held(x - x[0], plus[0], 90 * NM)
    assert abs(plus - expected).max() < 1e-3 * abs(plus[0])


# ---- a nonlocal Hanle curve

WIRE = {"length": 200 * NM, "conductivity": 4e7, "distance": 240 * NM, "polarisation": 0.5}
PAD, THICK, OUTSIDE, CONTACT, TIME = 16 * NM, 16 * NM, 900 * NM, 1e11, 20e-12


def nonlocal_config(b):
    """A wire along x with two magnets on top, between ends that are far away."""
    half, pad = PAD / 2, {"low": (-PAD / 2, THICK), "high": (PAD / 2, THICK + 8 * NM)}
    distance = WIRE["distance"]

    def box(name, material, start, end, low, high):
        corners = {"min": [start, -half, low], "max": [end, half, high]}
        return {"name": name, "material": material, "box": corners}

    solids = [
        box("N", "Metal", -OUTSIDE, distance + OUTSIDE, 0.0, THICK),
        box("F1", "Magnet", -half, half, *(pad[key][1] for key in ("low", "high"))),
        box("F2", "Magnet", distance - half, distance + half, *(pad[key][1] for key in ("low", "high"))),
    ]
    law = {"conductance": CONTACT, "polarisation": WIRE["polarisation"]}
    return {
        "temperature": 0.01,
        "geometry": {"solids": solids},
        "mesh": {
            "interface_size": 8 * NM,
            "max_size": 24 * NM,
            "elements_across_film": 1,
            "growth_rate": 1.3,
        },
        "materials": {
            "Magnet": {
                "conductivity": 1e8,
                "magnetic": True,
                "spin_diffusion_length": "5 nm",
                "thermal_conductivity": 30,
            },
            "Metal": {
                "conductivity": WIRE["conductivity"],
                "spin_diffusion_length": WIRE["length"],
                "thermal_conductivity": 300,
                "spin_relaxation_time": TIME,
            },
        },
        "interfaces": [{"between": ["N", "F1"]} | law, {"between": ["N", "F2"]} | law],
        "magnetic_field": [0, 0, b],
        "magnetisation": {"F1": "x", "F2": "x"},
        "configurations": {"P": {}, "AP": {"F2": -1}},
        "terminals": {
            "top": {"region": "F1", "face": "zmax"},
            "left": {"region": "N", "face": "xmin", "sink": True},
            "right": {"region": "N", "face": "xmax"},
            "detector": {"region": "F2", "face": "zmax"},
        },
        "heating": {"scale": 0},
        "schemes": {"inject": {"top": {"current": "equipotential"}, "left": "ground"}},
        "probes": {"nonlocal": ["detector", "right"]},
        "solver": {"degree": 2, "orders": 1, "spin": "vector"},
    }


@pytest.mark.parametrize("angle", [0.0, 0.8, 3.0])
def test_nonlocal_hanle(angle, comm):
    problem = prepare_problem(nonlocal_config(angle / (2 * MAGNETON_RATE * TIME)), comm)
    solver, area = problem.scheme("inject"), PAD**2
    voltages = []
    for directions in problem.states.values():
        problem.magnetise(directions)
        voltages.append(solver.expand(1).harmonics(("detector", "right"))[0])
    p = WIRE["polarisation"]
    wire = HanleWire(
        **WIRE,
        cross_section=PAD * THICK,
        along=CONTACT * area * (1 - p**2),
        across=CONTACT * area,
    )
    expected, unit = wire.resistance(angle), wire.resistance(0.0)
    assert (voltages[0] - voltages[1]) / 2 == pytest.approx(expected, rel=0, abs=1e-3 * unit)
