"""Hanle curves by the machine of all fits: the formula of a wire with contacts against a closed form."""

import json
from pathlib import Path

import numpy as np
import pytest

import thermospin as ts
from thermospin.errors import InputError
from thermospin.hanle.curves import NonlocalWire, larmor_frequency
from thermospin.hanle.fit import fit_hanle
from thermospin.runs.fit import fit
from thermospin.runs.fit_plan import FitPlan
from thermospin.runs.nonlocal_formula import NonlocalFormula
from thermospin.validation import load_config

pytestmark = pytest.mark.serial

CONFIGS = Path(__file__).parents[2] / "configs"
DISTANCE, RATIO = 3e-6, 1.08e-6
"""L, and the resistance parameter r of both contacts, m."""
TAU, LENGTH = 300e-12, 1.54e-6
SIGMA, THICKNESS, WIDTH, CONTACT = 1e6, 4e-9, 1e-6, 20e-9
POLARISATION, OFFSET, NOISE = 0.1, 3e-3, 2e-3
FIELDS = np.linspace(-0.25, 0.25, 25)
BARRIER = SIGMA * THICKNESS / (RATIO * CONTACT)
"""Spin conductance of a contact, S/m²: r = σ t/(g w)."""


def sosenko(field, ratios=(RATIO, RATIO)):
    """R(B) over ``P² λ/(σ A)`` of point contacts (Sosenko et al., Phys. Rev. B 89, 245436 (2014), Eq. 2)."""
    root = np.sqrt(1 + 1j * larmor_frequency(field) * TAU)
    first, second = (LENGTH / r for r in ratios)
    grown = np.exp(DISTANCE / LENGTH * root)
    outside = 2 * (root + (first + second) / 2) * grown
    return (1 / (outside + first * second * np.sinh(DISTANCE / LENGTH * root) / root)).real


def box(name, material, x, z):
    return {
        "name": name,
        "material": material,
        "box": {"min": [x[0], -WIDTH / 2, z[0]], "max": [x[1], WIDTH / 2, z[1]]},
    }


def across(middle):
    return [f"{middle} - w/2", f"{middle} + w/2"]


def device(**sections):
    """A wire with two contacts that take back as many spins along m as across it."""
    interface = {
        "conductance": BARRIER / (1 - POLARISATION**2),
        "polarisation": "P",
        "mixing_conductance": BARRIER / 2,
    }
    return {
        "parameters": {"P": POLARISATION, "w": f"{CONTACT * 1e9} nm"},
        "geometry": {
            "solids": [
                box("Wire", "Wire", (-15e-6, 18e-6), (0, THICKNESS)),
                box("F1", "Magnet", across("0 nm"), (THICKNESS, THICKNESS + 30e-9)),
                box("F2", "Magnet", across("3 um"), (THICKNESS, THICKNESS + 30e-9)),
            ]
        },
        "materials": {
            "Wire": {
                "conductivity": SIGMA,
                "spin_diffusion_length": LENGTH,
                "spin_relaxation_time": TAU,
                "thermal_conductivity": 10,
            },
            "Magnet": {
                "conductivity": 1e7,
                "polarisation": 0.1,
                "spin_diffusion_length": "1 nm",
                "thermal_conductivity": 10,
            },
        },
        "interfaces": [
            {"between": ["F1", "Wire"], **interface},
            {"between": ["F2", "Wire"], **interface},
        ],
        "terminals": {
            "injector": {"region": "F1", "face": "zmax", "sink": True},
            "detector": {"region": "F2", "face": "zmax"},
            "left": {"region": "Wire", "face": "xmin", "sink": True},
            "right": {"region": "Wire", "face": "xmax", "sink": True},
        },
        "schemes": {"nonlocal": {"injector": {"current": "equipotential"}, "left": "ground"}},
        "probes": {"nonlocal": ["detector", "right"]},
        "magnetic_field": [0, 0, 0],
        "magnetisation": {"F1": [0, 1, 0], "F2": [0, 1, 0]},
        "solver": {"spin": "vector", "orders": 1},
    } | sections


FITTED = {
    "parameters": {
        "materials.Wire.spin_relaxation_time": {"start": "150 ps"},
        "materials.Wire.spin_diffusion_length": {"start": "1.5 um"},
        "P": {"start": 0.2},
        "offset": {},
    },
    "model": "wire",
}


def curve():
    """R1 of parallel magnets without the offset, Ω."""
    return POLARISATION**2 * LENGTH / (SIGMA * WIDTH * THICKNESS) * sosenko(FIELDS)


@pytest.fixture
def data(tmp_path):
    """A table of P and AP; its path."""
    rows, size = ["configuration, order, value, uncertainty, magnetic_field[2]"], float(NOISE * curve().max())
    for name, sign in (("P", 1), ("AP", -1)):
        values = (sign * curve() + OFFSET).tolist()
        rows += [f"{name},1,{v!r},{size!r},{b!r}" for b, v in zip(FIELDS.tolist(), values, strict=True)]
    path = tmp_path / "curve.csv"
    path.write_text("\n".join(rows), encoding="utf-8")
    return str(path)


def test_the_formula_is_that_of_point_contacts():
    """Narrow contacts with r = 1.08 µm, one of them more resistive."""
    config = device()
    config["interfaces"] = json.loads(json.dumps(config["interfaces"]))
    for key in ("conductance", "mixing_conductance"):
        config["interfaces"][1][key] /= 5
    fields = [(0.0, 0.0, b) for b in FIELDS]
    formula = NonlocalFormula.of(load_config(config | {"parameters": {"P": POLARISATION, "w": "2 nm"}}))
    scale = formula.polarisations[0] * formula.polarisations[1] * LENGTH / (SIGMA * WIDTH * THICKNESS)
    expected = scale * sosenko(FIELDS, (10 * RATIO, 50 * RATIO))
    found = formula.resistance(fields, ["P"] * len(fields))
    np.testing.assert_allclose(found, expected, rtol=0, atol=4e-3 * expected.max())
    np.testing.assert_allclose(formula.resistance(fields, ["AP"] * len(fields)), -found)


def test_transparent_contacts(data):
    """τ_sf, λ, P and the offset within their errors; without backflow τ_sf is 38 % too short."""
    found = fit(load_config(device(fit=FITTED | {"data": data})))
    truth = {
        "materials.Wire.spin_relaxation_time": TAU,
        "materials.Wire.spin_diffusion_length": LENGTH,
        "parameters.P": POLARISATION,
        "offset": OFFSET,
    }
    for key, expected in truth.items():
        value, error = found.value(key)
        assert abs(value - expected) < error < 0.01 * expected
    plain = fit_hanle(FIELDS, curve(), NonlocalWire(DISTANCE, CONTACT, CONTACT))
    assert plain.values["relaxation_time"] / TAU == pytest.approx(0.62, abs=0.01)


@pytest.mark.parametrize(
    ("sections", "message"),
    [
        ({"magnetisation": {"F1": [0, 0, 1], "F2": [0, 0, 1]}}, "magnetic_field: is not across"),
        ({"magnetisation": {"F1": [0, 1, 0], "F2": [1, 0, 0]}}, "magnetisation: the magnets of 'P' are not"),
        ({"probes": {"nonlocal": ["injector", "detector"]}}, "no pair of magnets"),
    ],
)
def test_devices_that_are_no_wire(data, sections, message):
    with pytest.raises(InputError, match=message):
        fit(load_config(device(fit=FITTED | {"data": data}, **sections)))


def test_readings_that_the_formula_has_not(tmp_path):
    path = tmp_path / "second.csv"
    path.write_text("configuration,order,value,uncertainty\n" + "baseline,1,1.0,0.1\n" * 4, encoding="utf-8")
    with pytest.raises(InputError, match=r"second.csv:2: the formula of a wire has R1"):
        fit(load_config(device(fit=FITTED | {"data": str(path)})))


def test_an_offset_is_in_every_configuration(tmp_path):
    """In P, AP and their mean, but not in their difference, and in R1 only."""
    path = tmp_path / "offset.csv"
    rows = "P,1,2.0,1\nAP,1,-5.0,1\nbaseline,1,1.0,1\nspin,1,1.0,1\n"
    path.write_text("configuration,order,value,uncertainty\n" + rows, encoding="utf-8")
    parameters = {"P": {}, "offset": {"start": "1 mohm", "prior": "1(2) mohm"}}
    plan = FitPlan.of(load_config(device(fit={"parameters": parameters, "data": str(path)})))
    offset = plan.parameters[1]
    assert (offset.start, offset.prior, offset.scale) == (1e-3, pytest.approx((1e-3, 2e-3)), 5.0)
    assert plan.points[0].offsets[1].tolist() == [1, 1, 1, 0]


def test_the_shipped_curve():
    """Data of the device in three dimensions, 43 % of whose spins flow back: the truth within two errors."""
    found = ts.fit(ts.load(CONFIGS / "fit_hanle.yaml"))  # as a script does it
    truth = {
        "materials.Al.spin_relaxation_time": 65e-12,
        "materials.Al.spin_diffusion_length": 650e-9,
        "parameters.P": 0.12,
    }
    for key, expected in truth.items():
        value, error = found.value(key)
        assert abs(value - expected) < 2 * error < 0.04 * expected
    assert found.data["probability"] > 0.01
