"""Whole runs with resistive interfaces: what balances, what ζ multiplies, and any number of ranks."""

import numpy as np
import pytest
from lateral import (
    PROBES,
    check_energy,
    check_heat_scale,
    check_joule_heat,
    configurations,
    device,
    solved,
)
from structured import structured_device
from support import COMPARES_RANKS, SilentProgress

from thermospin.compat import MPI
from thermospin.runs.problem import Problem
from thermospin.runs.simulation import solve
from thermospin.validation import load_config

INTERFACES = [
    {
        "between": ["Py", "Cu"],
        "area_resistance": "1 fohm m^2",
        "asymmetry": 0.7,
        "seebeck": "-40 uV/K",
        "spin_seebeck": "60 uV/K",
        "phonon_heat_conductance": "500 MW/(m^2 K)",
    },
    {"between": ["Py", "SiO2"], "kapitza_resistance": "1e-8 m^2 K/W"},
    {"between": ["SiO2", "Cu"], "kapitza_resistance": "5e-9 m^2 K/W"},
]


def resistive(**sections):
    return device(interfaces=INTERFACES, **sections)


@pytest.fixture(scope="module")
def scaled(comm):
    """With ``heating: joule`` and ζ = 2."""
    return solved(resistive(), comm)


@pytest.fixture(scope="module")
def whole(comm):
    """With ``heating: conserving``."""
    return solved(resistive(heating={"model": "conserving"}), comm)


@pytest.mark.parametrize("model", ["scaled", "whole"])
def test_charge_and_heat(request, model):
    for _, _, found in configurations(request.getfixturevalue(model)):
        assert found["balances"]["charge"] <= 1e-9
        assert found["balances"]["heat"] <= 1e-9


def test_energy(whole):
    """The sinks take the power that the terminals supply, the dissipation at interfaces included."""
    check_energy(whole)


def test_joule_heat_is_scaled_power(scaled, whole):
    check_joule_heat(scaled, whole)


def test_interfaces_resist(scaled, comm):
    """The electrical scheme drives current through Py1|Cu: 1/G over its area, at least, is added."""
    without = solved(device(), comm)
    found, before = (
        results.data["schemes"]["electrical"]["configurations"]["P"]["terminals"]["contact1"]["V"][0]
        for results in (scaled, without)
    )
    conductance = 2 / (1e-15 * (1 - 0.7**2))
    # Above Py1 the copper covers 40 nm × 20 nm; the sides of Py1 that it covers are 40 nm × 12 nm.
    area = (40 * 20 + 40 * 12) * 1e-18
    assert found - before > 1 / (conductance * area)


def test_both_sides(scaled):
    """Where an interface resists, the accumulation of the two sides differs; their area does not."""
    metals = "Py1|Cu", "Py2|Cu"
    for _, _, found in configurations(scaled):
        for name, here in found["interfaces"].items():
            assert here["across"]["area"] == pytest.approx(here["area"], rel=1e-12, abs=0)
            assert ("mu_s" in here["across"]) == (name in metals)
        for here in (found["interfaces"][name] for name in metals):
            across = here["across"]
            assert abs(across["mu_s"]["mean"] - here["mu_s"]["mean"]) > 0.01 * abs(here["mu_s"]["mean"])


def test_reciprocity(scaled, whole):
    for results in (scaled, whole):
        for scheme, _, found in configurations(results):
            exchanged = found["balances"]["reciprocity"]
            assert exchanged["nonlocal"] <= (1e-9 if scheme == "electrical" else 1e-8)


@pytest.mark.parametrize("scale", [0.5, 6])
def test_harmonics_and_the_heat_scale(scaled, comm, scale):
    """With the interfaces' heat."""
    check_heat_scale(scaled, scale, comm, interfaces=INTERFACES)


@pytest.mark.parametrize("heating", ["joule", "conserving"])
def test_expansion_and_demodulation(comm, heating):
    """So many currents that the powers left out are below 1e-8."""
    sections = {
        "heating": {"model": heating},
        "materials": {"Py": {"seebeck": "-100 uV/K", "spin_seebeck": "-40 uV/K"}},
        "schemes": {"electrical": device()["schemes"]["electrical"]},
        "configurations": {"AP": {"Py2": -1}},
    }
    currents = [sign * k * 0.6e-3 for k in range(1, 7) for sign in (1, -1)]
    solver = {"method": "demodulate", "currents": currents, "reciprocity": False}
    expanded, fitted = (solved(resistive(**s), comm) for s in (sections, sections | {"solver": solver}))
    for probe in PROBES:
        found, expected = (r.harmonics("electrical", "AP", probe) for r in (fitted, expanded))
        np.testing.assert_allclose(found, expected, rtol=1e-8)


def test_reversed_magnets(comm):
    """Only their mutual orientation enters the readings, at interfaces too."""
    orientations = {
        "AP": {"Py2": -1},
        "AP_by_the_injector": {"Py1": -1},
        "P": {},
        "reversed": {"Py1": -1, "Py2": -1},
    }
    results = solved(resistive(configurations=orientations), comm)
    for scheme in ("thermal", "electrical"):
        for probe in PROBES:
            for name, same in (("AP_by_the_injector", "AP"), ("reversed", "P")):
                found, expected = (results.harmonics(scheme, n, probe) for n in (name, same))
                np.testing.assert_allclose(found, expected, rtol=1e-8)


@COMPARES_RANKS
def test_any_number_of_ranks(comm):
    """R3 of the thermal scheme is small, and known to 1e-7 at the default tolerance, which it says."""
    config = resistive(heating={"model": "conserving"}, solver={"tolerance": 1e-13})
    together = solved(config, comm)
    if comm.rank == 0:
        compare(together, solved(config, MPI.COMM_SELF), PROBES)


def compare(together, alone, probes):
    """Check that two results are the same: of all ranks, and of rank 0 while the others wait."""
    assert together.data["solver"]["dofs"] == alone.data["solver"]["dofs"]
    for scheme, name, there in configurations(alone):
        here = together.data["schemes"][scheme]["configurations"][name]
        for probe in probes:
            found, expected = (r.harmonics(scheme, name, probe) for r in (together, alone))
            np.testing.assert_allclose(found, expected, rtol=1e-9)
        for region, values in there["regions"].items():
            for key in ("max_temperature_rise", "max_current_density"):
                assert here["regions"][region][key] == pytest.approx(values[key], rel=1e-8, abs=0)
        for sink, values in there["sinks"].items():
            np.testing.assert_allclose(here["sinks"][sink]["heat"][1], values["heat"][1], rtol=1e-9)


H = 5e-9
STACKS = {"two": ("F1", "N"), "three": ("F1", "N", "F2")}
"""Layers of as many cells each: two or three ranks that share the two layers meet in the interface."""


def stack(layers, degree, spin_heat):
    """Layers along z, alike in shape."""
    solids = [
        {
            "name": name,
            "material": "Cu" if name == "N" else "Py",
            "box": {"min": [0, 0, 4 * i * H], "max": [4 * H, 3 * H, 4 * (i + 1) * H]},
        }
        for i, name in enumerate(layers)
    ]
    return load_config(
        {
            "geometry": {"solids": solids},
            "materials": {name: {"base": name, "spin_heat_ratio": 2} for name in ("Py", "Cu")},
            "interfaces": INTERFACES[:1],
            "heating": {"model": "conserving"},
            "terminals": {
                "bottom": {"region": layers[0], "face": "zmin", "sink": True},
                "side": {"region": "N", "face": "xmax"},
                "top": {"region": layers[-1], "face": "zmax", "sink": True},
            },
            "schemes": {"up": {"top": "current", "bottom": "ground"}},
            "probes": {"along": ["top", "bottom"], "half": ["side", "bottom"]},
            "output": {"current": "100 uA"},
            "solver": {"degree": degree, "spin_heat": spin_heat, "estimate": False},
        }
    )


@pytest.mark.parametrize("spin_heat", [False, True], ids=["", "spin heat"])
@pytest.mark.parametrize("degree", [1, 2, pytest.param(3, marks=pytest.mark.slow)])
@pytest.mark.parametrize("layers", STACKS.values(), ids=STACKS)
def test_interfaces_between_ranks(layers, degree, spin_heat, comm, tmp_path):
    config = stack(layers, degree, spin_heat)
    mesh = structured_device(config, H, comm.bcast(tmp_path), comm)
    if comm.size in (2, 3) and len(layers) == 2:
        n_owned = len(mesh.neighbour_tags)
        across = [np.count_nonzero(facets[:, 2] >= n_owned) for facets in mesh.interfaces.values()]
        assert comm.allreduce(sum(across), MPI.SUM) > 0
    together = solved_on(mesh, config)
    for _, _, found in configurations(together):
        assert found["balances"]["charge"] <= 1e-9
        assert found["balances"]["energy"] <= 1e-9
    if comm.rank == 0 < comm.size - 1:
        (tmp_path / "alone").mkdir()
        whole = structured_device(config, H, tmp_path / "alone", MPI.COMM_SELF)
        compare(together, solved_on(whole, config), config.probes)


def solved_on(mesh, config):
    """The results of a configuration on a mesh that was made for it."""
    return solve(Problem(config, mesh, SilentProgress()), SilentProgress())


def test_substrate_carries_no_current(comm):
    """Ohm in series, on a substrate that joins the two sides for heat only: it is no shunt."""
    solids = [("A", "Cu", 0, 0, 20, 20), ("B", "Cu", 20, 0, 40, 20), ("S", "SiO2", 0, -10, 40, 0)]
    config = {
        "geometry": {
            "solids": [
                {
                    "name": name,
                    "material": material,
                    "box": {"min": [a * 1e-9, 0, b * 1e-9], "max": [c * 1e-9, 20e-9, d * 1e-9]},
                }
                for name, material, a, b, c, d in solids
            ]
        },
        "mesh": {"max_size": "5 nm"},
        "materials": {"Cu": {"base": "Cu", "seebeck": 0}},
        "interfaces": [{"between": ["A", "B"], "conductance": 1e15}],
        "terminals": {
            "left": {"region": "A", "face": "xmin", "sink": True},
            "right": {"region": "B", "face": "xmax", "sink": True},
        },
        "schemes": {"along": {"left": {"current": "equipotential"}, "right": "ground"}},
        "probes": {"along": ["left", "right"]},
        "solver": {"orders": 1},
    }
    found = solved(config, comm).harmonics("along", "P", "along")[0]
    conductivity = load_config(config).material("Cu").conductivity
    assert found == pytest.approx((40e-9 / conductivity + 1e-15) / 20e-9**2, rel=1e-6)
