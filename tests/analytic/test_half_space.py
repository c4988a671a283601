"""Heaters on a half space of which a box is meshed, against closed forms for the whole."""

import numpy as np
import pytest
from scipy.integrate import dblquad
from support import prepare_problem

from thermospin.compat import MPI
from thermospin.discretisation.faces import Faces

UM = 1e-6
THICKNESS = 0.1 * UM
K, T0, POWER = 2.0, 300.0, 1e-6
"""Heat conductivity of the substrate, W/(m K), base temperature, K, and heat of the heater, W."""


def on_substrate(heater, width, depth, size, rim, conductivity):
    """A heater of a given shape and heat conductivity on a box, which continues as a half space."""
    half = width / 2
    box = {"min": [-half, -half, -depth], "max": [half, half, 0]}
    metal = {"conductivity": 1e6, "spin_diffusion_length": "50 nm"}
    return {
        "temperature": T0,
        "geometry": {
            "solids": [
                {"name": "Heater", "material": "Spreader", **heater},
                {"name": "Substrate", "material": "Sub", "box": box},
            ]
        },
        "mesh": {
            "interfaces": [["Heater", "Substrate"]],
            "interface_size": size,
            "edge_size": rim,
            "growth_rate": 1.5,
            "max_size": 0.7 * UM,
            "elements_across_film": 1,
        },
        "materials": {
            "Sub": {"conductivity": 0, "thermal_conductivity": K},
            "Spreader": metal | {"thermal_conductivity": conductivity},
        },
        "terminals": {"top": {"region": "Heater", "face": "zmax", "power": POWER}},
        "surroundings": {"half_space": "Substrate"},
        "schemes": {"rest": {"top": "ground"}},
        "solver": {"degree": 2, "orders": 1},
    }


def mean_rise(config, comm):
    """Mean of ϑ below the heater, K, and the area there, m²."""
    problem = prepare_problem(config, comm)
    problem.magnetise({})
    rest = problem.scheme("rest").expand(1).rest
    assert sum(rest.heat.values()) == pytest.approx(0, abs=1e-9 * POWER)
    faces = Faces(problem.spaces, below(problem.spaces.device))
    theta = problem.spaces.functions()
    problem.spaces.load(rest.vector, theta)
    integral = np.sum(faces.integrate(np.ones(faces.points.shape[:2])) * theta.theta.x.array[faces.unknowns])
    integral, area = comm.allreduce(np.array([integral, faces.areas.sum()]), MPI.SUM)
    return integral / area, area


def below(device):
    """Owned facets of the heater at z = 0, shape (n, 2)."""
    cells = device.owned(device.cells(["Heater"]))
    z = device.mesh.geometry.x[device.mesh.geometry.dofmaps[0][cells], 2]
    at, opposite = np.nonzero(np.abs(z) > 1e-3 * THICKNESS)
    flat = np.bincount(at, minlength=len(cells)) == 1
    return np.column_stack([cells[at], opposite])[flat[at]].astype(np.int32)


def disc(radius):
    return {"cylinder": {"centre": [0, 0, 0], "radii": [radius, radius], "height": THICKNESS}}


def rectangle(length, width):
    return {"box": {"min": [-length / 2, -width / 2, 0], "max": [length / 2, width / 2, THICKNESS]}}


def test_isothermal_disc(comm):
    """``R = 1/(4 k a)``, in a box of eight radii that ends three radii below."""
    a = 0.5 * UM
    found, _ = mean_rise(on_substrate(disc(a), 8 * a, 3 * a, 0.1 * UM, 0.01 * UM, 1e5), comm)
    assert found == pytest.approx(POWER / (4 * K * a), rel=0.01)


def test_disc_of_uniform_flux(comm):
    """Mean ``R = 8/(3 π² k a)``; a heater that conducts badly passes its heat straight down."""
    a = 0.5 * UM
    found, area = mean_rise(on_substrate(disc(a), 6 * a, 3 * a, 0.06 * UM, 0.06 * UM, K / 1000), comm)
    radius = (area / np.pi) ** 0.5  # of the circle as large as the polygon that is meshed
    assert found == pytest.approx(POWER * 8 / (3 * np.pi**2 * K * radius), rel=0.01)


def test_rectangle_of_uniform_flux(comm):
    """Mean of ``∫ q/(2π k r)`` over the rectangle itself, which is all over the differences of its places."""
    length, width = 1.2 * UM, 0.4 * UM
    total, _ = dblquad(
        lambda y, x: (length - x) * (width - y) / np.hypot(x, y), 0, length, 0, width, epsabs=0, epsrel=1e-6
    )
    exact = POWER * 4 * total / (2 * np.pi * K * (length * width) ** 2)
    config = on_substrate(rectangle(length, width), 4 * UM, 1.6 * UM, 0.06 * UM, 0.06 * UM, K / 1000)
    assert mean_rise(config, comm)[0] == pytest.approx(exact, rel=0.01)


def test_a_quarter_of_a_device(comm):
    """The same rise with a quarter of the heater and of the box, between two mirror planes."""
    length, width, side, depth = 1.2 * UM, 0.4 * UM, 2 * UM, 0.8 * UM
    given = side, depth, 0.06 * UM, 0.06 * UM, K / 1000
    whole, _ = mean_rise(on_substrate(rectangle(length, width), *given), comm)
    quarter = on_substrate({"box": {"min": [0, 0, 0], "max": [length / 2, width / 2, THICKNESS]}}, *given)
    quarter["geometry"]["solids"][1]["box"] |= {"min": [0, 0, -depth]}
    quarter["symmetry"] = ["x", "y"]
    quarter["surroundings"]["faces"] = ["xmax", "ymax", "zmin"]
    assert mean_rise(quarter, comm)[0] == pytest.approx(whole, rel=2e-3)
