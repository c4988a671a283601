"""Drives that alternate, against one dimension: every length is that of ``1/λ² → (1 + iω τ_sf)/λ²``."""

from dataclasses import replace

import numpy as np
from bars import NM
from collocation import Stretch, bounded, solve
from support import prepare_problem
from vector_bars import SPIN, Layer, along

from thermospin.constants import MAGNETON_RATE
from thermospin.discretisation.spin_storage import SpinStorage
from thermospin.fields import S_VECTOR
from thermospin.runs.alternating import respond

MATERIALS = {
    "Iron": {
        "conductivity": 5e6,
        "polarisation": 0.45,
        "spin_diffusion_length": "10 nm",
        "thermal_conductivity": 40,
    },
    "Metal": {"conductivity": 4e7, "spin_diffusion_length": "60 nm", "thermal_conductivity": 290},
}
TIMES = {"Iron": 1e-12, "Metal": 30e-12, "Rebei": 1e-12}
NAMES = "Iron", "Metal", "Rebei"
FIRST, SECOND = [1.0, 0.0, 0.0], [0.6, 0.0, 0.8]
OMEGA, AREA = 2 * np.pi * 2e10, 16e-18
TENSOR = {
    "momentum_time": "0.2 ps",
    "spin_flip_time": "1 ps",
    "diffusion_constant": 1e-4,
    "precession_frequency": 2e12,
}
BENDING = -0.4, -2.0
"""``τ_p H`` and ``τ_sf H`` of it."""
SOLVER = {"degree": 2, "orders": 1}


def prepared(config, comm):
    """A problem, and the storage of its spins (collective)."""
    problem = prepare_problem(config, comm)
    regions = problem.device.material_names
    times = {region: TIMES[name] for region, name in regions.items()}
    return problem, SpinStorage(problem.spaces, problem.device.materials, times)


def stack(lengths, elements, **sections):
    """Magnet, metal, magnet along z, with s = 0 at the bottom (a configuration)."""
    parts = zip(("F1", "N", "F2"), ("Iron", "Metal", "Iron"), lengths, elements, strict=True)
    layers = [
        {"name": name, "material": material, "thickness": f"{length} nm", "elements": number}
        for name, material, length, number in parts
    ]
    return {
        "temperature": 0.01,
        "geometry": {
            "template": "layer_stack",
            "width": "4 nm",
            "depth": "4 nm",
            "columns": [1, 1],
            "layers": layers,
        },
        "materials": MATERIALS,
        "schemes": {"along": {"bottom": "ground", "top": "current"}},
        "probes": {"along": ["top", "bottom"]},
        "heating": {"scale": 0},
    } | sections


def test_valve(comm):
    """Valet and Fert's ``R_AP − R_P`` of F|N|F (§8.3) with complex lengths, at 20 GHz."""
    config = stack((80, 40, 80), (20, 6, 20), configurations={"P": {}, "AP": {"F2": -1}})
    config["schemes"]["along"]["top"] = {"current": "equipotential"}
    problem, storage = prepared(config | {"solver": SOLVER}, comm)
    pair, values = ("top", "bottom"), {}
    for name in ("P", "AP"):
        steady, response = respond(problem, storage, "along", name)
        values[name] = steady.reading(pair) + response.at(OMEGA).readings[pair]
    iron, metal = (problem.config.material(name) for name in ("Iron", "Metal"))
    lengths = {
        name: value.spin_diffusion_length / np.sqrt(1 + 1j * OMEGA * TIMES[name])
        for name, value in (("Iron", iron), ("Metal", metal))
    }
    p, d = iron.polarisation, 40 * NM / lengths["Metal"]
    r_f = lengths["Iron"] / iron.conductivity / (1 - p**2)
    r_n = lengths["Metal"] / metal.conductivity
    expected = 2 * (p * r_f) ** 2 / (r_f * np.cosh(d) + r_n / 2 * (1 + (r_f / r_n) ** 2) * np.sinh(d))
    found = (values["AP"] - values["P"]) * AREA
    assert abs(np.angle(expected)) > 0.3
    assert abs(found / expected - 1) < 2e-3


def test_accumulation(comm):
    """n(ω) of magnets across one another beside a metal in a field, all components, against collocation.

    Spins that precess about m and dephase, in the second magnet by tensor diffusion, are stored with
    ``1 − P²`` along m: one complex problem of real and imaginary parts.
    """
    b = np.array([0.3, 0.0, 0.4])
    materials = {
        "Iron": MATERIALS["Iron"] | {"dephasing_length": "9 nm", "precession_length": "7 nm"},
        "Metal": MATERIALS["Metal"] | {"spin_relaxation_time": TIMES["Metal"]},
        "Rebei": MATERIALS["Iron"] | {"tensor_diffusion": TENSOR},
    }
    config = stack((30, 30, 30), [15] * 3, materials=materials, magnetic_field=b.tolist())
    config["geometry"]["layers"][2]["material"] = "Rebei"
    config |= {"magnetisation": {"F1": FIRST, "F2": SECOND}, "configurations": {"one": {}}}
    problem, storage = prepared(config | {"solver": SOLVER | {"spin": "vector"}}, comm)
    steady, response = respond(problem, storage, "along", "one")
    found = response.at(OMEGA)
    z, known = expected_spins(problem.config, 2 * MAGNETON_RATE * TIMES["Metal"] * b)
    vectors = steady.vector + found.changes[0], found.changes[1]
    parts = [replace(steady, vector=vector) for vector in vectors]
    for i, field in enumerate(S_VECTOR):
        real, imaginary = (profile_along_z(problem, part, field) for part in parts)
        for (places, values), expected in ((real, known.real), (imaginary, known.imag)):
            error = AREA * values - np.interp(places, z, expected[:, i])
            assert abs(error).max() < 2e-3 * abs(expected).max(), field.symbol


def profile_along_z(problem, solution, field):
    """Places along z, m, and the means of a field over the nodes there, on all ranks (collective)."""
    part = problem.spaces.ranges[field]
    values = solution.vector.array_r[part]
    z = problem.spaces.spaces[field].tabulate_dof_coordinates()[: len(values), 2]
    z, values = (np.concatenate(problem.spaces.comm.allgather(array)) for array in (z, values))
    places, which = np.unique(np.round(z / NM, 6), return_inverse=True)
    return places * NM, np.bincount(which, values) / np.bincount(which)


def expected_spins(config, angle):
    """Nodes, m, and complex s there per A/m², (n, 3), by a real problem of twice the size."""
    iron, metal = (config.material(name) for name in ("Iron", "Metal"))
    lengths = {"dephasing_length": 9 * NM, "precession_length": 7 * NM, "elements": 150}
    layers = [
        Layer(iron, 30 * NM, FIRST, **lengths),
        Layer(metal, 30 * NM, precession=angle, elements=150),
        Layer(iron, 30 * NM, SECOND, dephasing_length=10 * NM, bending=BENDING, elements=150),
    ]
    pieces = [
        stretch(layer, TIMES[name], 30 * NM * i)
        for i, (name, layer) in enumerate(zip(NAMES, layers, strict=True))
    ]
    nothing, driven = np.zeros(8), np.zeros(8)
    driven[0] = -1.0
    ends = bounded(nothing, driven, fed_right=range(8))
    profiles = solve(pieces, ends)
    z = np.concatenate([profile.x for profile in profiles])
    u = np.concatenate([profile.u for profile in profiles])
    return z, u[:, SPIN] + 1j * u[:, 5:]


def stretch(layer, time, start):
    """A layer at the frequency: fields in phase, then ahead, which storage couples."""
    sigma, p = layer.material.conductivity, layer.material.polarisation
    stored = OMEGA * sigma * time / layer.material.spin_diffusion_length**2
    apart = np.array([[0.0, -1.0], [1.0, 0.0]])

    def relaxation(x):
        kept = np.zeros((len(x), 4, 4))
        kept[:, SPIN, SPIN] = stored * (np.eye(3) - p**2 * along(layer.direction(x)))
        return np.kron(np.eye(2), layer.relaxation(x, 0.01)[:, :4, :4]) + np.kron(apart, kept)

    nodes = np.linspace(start, start + layer.length, layer.elements + 1)
    return Stretch(nodes, lambda x: np.kron(np.eye(2), layer.conduction(x, 0.01)[:, :4, :4]), relaxation)
