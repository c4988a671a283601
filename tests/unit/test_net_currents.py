"""Interfaces in the results: which are listed, and net currents that add up where several regions meet."""

import numpy as np
import pytest
from support import COMPARES_RANKS, SilentProgress, prepare_problem

from thermospin.compat import MPI
from thermospin.observables import polynomials
from thermospin.runs.simulation import solve

CURRENT = 1e-3
METAL = {"conductivity": "1e7 S/m", "thermal_conductivity": 100, "spin_diffusion_length": "100 nm"}
RESISTS = {"conductance": 1e15}
BLOCKS = {
    "L": ("One", (0, 0, 0), (10, 10, 20)),
    "A": ("Two", (10, 0, 0), (20, 10, 8)),
    "B": ("Three", (10, 0, 8), (20, 10, 20)),
    "R": ("One", (20, 0, 0), (30, 10, 20)),
}
"""Material, lowest and highest corner, nm: A below B between L and R; three of them meet on lines."""


def blocks(metals, *interfaces, degree=2, **more):
    """The configuration of the blocks, with current along x; metals by name, and more regions."""
    return {
        "geometry": {
            "solids": [
                {
                    "name": name,
                    "material": material,
                    "box": {"min": [f"{x} nm" for x in low], "max": [f"{x} nm" for x in high]},
                }
                for name, (material, low, high) in (BLOCKS | more).items()
            ]
        },
        "mesh": {"max_size": "6 nm"},
        "materials": metals | {"Glass": {"conductivity": 0, "thermal_conductivity": 1}},
        "interfaces": list(interfaces),
        "terminals": {
            "left": {"region": "L", "face": "xmin", "sink": True},
            "right": {"region": "R", "face": "xmax", "sink": True},
        },
        "schemes": {"along": {"left": {"current": "equipotential"}, "right": "ground"}},
        "probes": {"along": ["left", "right"]},
        "output": {"current": CURRENT},
        "solver": {"degree": degree, "orders": 2, "tolerance": 1e-12},
    }


def interfaces_of(config, comm):
    results = solve(prepare_problem(config, comm), SilentProgress())
    return results.data["schemes"]["along"]["configurations"]["P"]["interfaces"]


UNIFORM = dict.fromkeys(("One", "Two", "Three"), METAL)
UNLIKE = {"One": METAL, "Two": METAL | {"conductivity": "5e7 S/m"}, "Three": METAL | {"polarisation": 0.5}}
UNLIKE["Three"]["seebeck"] = "-30 uV/K"


@pytest.mark.parametrize("degree", [1, 2, 3])
def test_a_uniform_current_is_shared_by_area(comm, degree):
    """The potential is linear: A and B carry 8/20 and 12/20, and nothing crosses from A to B."""
    found = interfaces_of(blocks(UNIFORM, degree=degree), comm)
    shares = {"L|A": 0.4, "L|B": 0.6, "A|R": 0.4, "B|R": 0.6, "A|B": 0.0}
    assert found.keys() == shares.keys()
    for name, share in shares.items():
        assert found[name]["current"] == pytest.approx(share * CURRENT, rel=1e-9, abs=1e-9 * CURRENT)
        assert found[name]["orders"]["current"][0] == pytest.approx(share, rel=1e-9, abs=1e-9)


CONTACTS = {
    "none": [],
    "one": [{"between": ["A", "B"], **RESISTS}],
    "all": [{"between": [a, b], **RESISTS} for a, b in (("One", "Two"), ("Three", "One"), ("B", "A"))],
}


@pytest.mark.parametrize("degree", [1, 2, pytest.param(3, marks=pytest.mark.slow)])
@pytest.mark.parametrize("contacts", CONTACTS.values(), ids=CONTACTS)
def test_currents_add_up_in_every_region(comm, contacts, degree):
    """Also from A to B, which meet L and R on lines; all that leaves L and enters R is the drive."""
    found = interfaces_of(blocks(UNLIKE, *contacts, degree=degree), comm)
    assert found.keys() == {"B|L", "B|A", "B|R", "L|A", "A|R"}
    sources = {"L": CURRENT, "R": -CURRENT, "A": 0.0, "B": 0.0}
    for region, source in sources.items():
        leaving = sum(
            values["current"] * (1 if name.split("|")[0] == region else -1)
            for name, values in found.items()
            if region in name.split("|")
        )
        assert leaving == pytest.approx(source, rel=1e-8, abs=1e-8 * CURRENT)
    for values in found.values():
        if "across" in values:
            assert values["across"]["current"] == -values["current"]


@COMPARES_RANKS
def test_currents_do_not_depend_on_ranks(comm):
    config = blocks(UNLIKE, *CONTACTS["one"])
    together = interfaces_of(config, comm)
    if comm.rank > 0:
        return
    alone = interfaces_of(config, MPI.COMM_SELF)
    for name, values in together.items():
        assert values["current"] == pytest.approx(alone[name]["current"], rel=1e-7, abs=1e-9 * CURRENT)


def test_listed_interfaces(comm):
    """Different materials, and where the same material resists; insulators carry heat alone."""
    more = {"S": ("Glass", (0, 0, -10), (30, 10, 0)), "T": ("Glass", (0, 0, -20), (30, 10, -10))}
    same = UNIFORM | {"Two": METAL | {"seebeck": "1 uV/K"}}
    config = blocks(
        same,
        {"between": ["S", "T"], "kapitza_resistance": 1e-9},
        {"between": ["R", "S"], "kapitza_resistance": 1e-9},
        C=("One", (30, 0, 0), (40, 10, 20)),
        **more,
    )
    config["interfaces"].append({"between": ["R", "C"], **RESISTS})
    config["terminals"]["right"]["region"] = "C"
    config["terminals"]["bottom"] = {"region": "T", "face": "zmin", "sink": True}
    found = interfaces_of(config, comm)
    metals = {"L|A", "L|B", "A|B", "A|R", "B|R", "R|C"}
    assert found.keys() == metals | {"L|S", "A|S", "R|S", "S|T"}
    assert {name for name, values in found.items() if "across" in values} == {"R|C", "R|S", "S|T"}
    assert {name for name, values in found.items() if "current" in values} == metals
    assert {name for name, values in found.items() if "mu_s" in values} == metals | {"L|S", "A|S", "R|S"}
    assert "mu_s" not in found["R|S"]["across"]
    assert found["R|C"]["current"] == pytest.approx(CURRENT, rel=1e-8, abs=0)
    assert all(len(values["orders"]["gradient_T"]) == 2 for values in found.values())


@pytest.mark.parametrize("degree", [0, 1, 2])
def test_face_moments(degree):
    """``∫ u λ_i`` over the triangle by a quadrature of degree 3 (Strang and Fix)."""
    weights = np.array([-27.0, 25, 25, 25]) / 48
    places = np.array([[1 / 3] * 3, [0.6, 0.2, 0.2], [0.2, 0.6, 0.2], [0.2, 0.2, 0.6]])
    basis = polynomials.bernstein(places, degree)
    control = np.random.default_rng(degree).normal(size=(5, basis.shape[1]))
    expected = np.einsum("q,qk,nk,qi->ni", weights, basis, control, places)
    np.testing.assert_allclose(polynomials.face_moments(control), expected, rtol=1e-13)
