"""Sensitivities by adjoints against differences of whole runs, in a direction in which all numbers change."""

from functools import reduce

import numpy as np
import pytest
from lateral import device
from support import prepare_problem

from thermospin.config.numbers import Number, material_numbers, with_number
from thermospin.output import SilentProgress
from thermospin.runs.fit import fit
from thermospin.runs.problem import Problem
from thermospin.runs.sensitivity import find_sensitivities, sensitivity
from thermospin.units import to_si
from thermospin.validation import load_config

MAGNET = {
    "conductivity": "4e6 S/m",
    "polarisation": 0.4,
    "spin_diffusion_length": "20 nm",
    "seebeck": "-20 uV/K",
    "spin_seebeck": "-8 uV/K",
    "thermal_conductivity": 30,
}
METAL = {
    "conductivity": "4.26e7 S/m",
    "spin_diffusion_length": "350 nm",
    "seebeck": "1.6 uV/K",
    "thermal_conductivity": 300,
}
RESISTIVE = {"area_resistance": "1e-15 ohm m^2", "asymmetry": 0.5, "seebeck": "-3 uV/K"}
JOULE, CONSERVING = {"model": "joule", "scale": 2}, {"model": "conserving"}


def stack(heating, **solver):
    """A spin valve of three layers with a resistive interface."""
    layers = (("A", "F", 20), ("C", "N", 15), ("B", "F", 10))
    return {
        "geometry": {
            "template": "layer_stack",
            "width": "20 nm",
            "layers": [
                {"name": name, "material": material, "thickness": f"{thickness} nm", "elements": 2}
                for name, material, thickness in layers
            ],
        },
        "mesh": {"max_size": "20 nm"},
        "materials": {"F": MAGNET, "N": METAL},
        "interfaces": [{"between": ["A", "C"], **RESISTIVE}],
        "schemes": {"t": {"bottom": "ground", "top": "current"}},
        "probes": {"v": ["top", "bottom"]},
        "heating": heating,
        "solver": solver,
    }


def read(problem, config):
    """The readings of a configuration on the mesh of a problem: by scheme, probe and state."""
    with Problem(config, problem.spaces.device, SilentProgress()) as other:
        return {
            (scheme, probe, state): expansion.harmonics(pair)
            for scheme in other.schemes
            for state in other.states
            for expansion in [other.solve(scheme, state)]
            for probe, pair in other.device.probes.items()
        }


def along(problem, direction, step=3e-3):
    """Derivatives of the readings as all numbers change in proportion to themselves."""
    numbers = material_numbers(problem.config)
    base = Number(("temperature",), problem.config.temperature, "K")

    def at(steps):
        return read(
            problem,
            reduce(
                lambda config, both: with_number(
                    config, both[0].place, both[0].value * (1 + steps * step * both[1])
                ),
                zip([*numbers, base], direction, strict=True),
                problem.config,
            ),
        )

    parts = [(weight, at(steps)) for steps, weight in ((-2, 1), (-1, -8), (1, 8), (2, -1))]
    return {key: sum(weight * found[key] for weight, found in parts) / (12 * step) for key in parts[0][1]}


def check(problem):
    """Six digits of the derivatives of every reading (collective)."""
    data = find_sensitivities(problem, SilentProgress())
    values = np.array([parameter["value"] for parameter in data["parameters"]])
    direction = np.random.default_rng(1).uniform(0.5, 1.0, len(values)) * (-1) ** np.arange(len(values))
    expected = along(problem, direction)
    rows = [row for row in data["readings"] if row["name"] not in ("baseline", "spin")]
    assert len(rows) == sum(map(len, expected.values()))
    for row in rows:
        parts = np.array(row["derivatives"]) * values * direction
        found = expected[row["scheme"], row["probe"], row["name"]][row["order"] - 1]
        assert parts.sum() == pytest.approx(found, rel=0, abs=1e-6 * np.abs(parts).max())


@pytest.mark.parametrize(
    "heating, degree",
    [
        pytest.param(JOULE, 2, id="joule-2"),
        pytest.param(CONSERVING, 1, id="conserving-1"),
        pytest.param(JOULE, 1, id="joule-1", marks=pytest.mark.slow),
        pytest.param(CONSERVING, 2, id="conserving-2", marks=pytest.mark.slow),
    ],
)
def test_of_a_stack(heating, degree, comm):
    check(prepare_problem(stack(heating, degree=degree, orders=4 if degree == 1 else 2), comm))


@pytest.mark.parametrize("heating", [JOULE, CONSERVING], ids=["joule", "conserving"])
def test_of_a_stack_with_a_lead(heating, comm):
    """The lead of the same metal has the Seebeck coefficient of the magnet below it."""
    config = stack(heating, degree=1, orders=3)
    config["terminals"] = {"top": {"region": "B", "face": "zmax"}}
    problem = prepare_problem(config, comm)
    assert problem.device.leads.keys() == {"top"}
    check(problem)


def test_of_a_lead_that_continues(comm):
    """With c times all conductances, R_n is 1/cⁿ of itself: of a stack, and of a lead beyond the mesh."""
    config = stack(JOULE, degree=1, orders=2, estimate=False)
    config["terminals"] = {"top": {"region": "B", "face": "zmax", "continues": {"length": "100 nm"}}}
    problem = prepare_problem(config, comm)
    data = find_sensitivities(problem, SilentProgress())
    keys = [parameter["key"] for parameter in data["parameters"]]
    assert sorted(keys) == sorted(["temperature", *(n.key for n in material_numbers(problem.config))])
    power = [key.endswith("conductivity") - key.endswith("area_resistance") for key in keys]
    for row in data["readings"]:
        assert np.dot(row["relative"], power) == pytest.approx(-row["order"], rel=1e-5)


def test_of_a_lateral_device(comm):
    interfaces = [
        {"between": ["Cu", "Py"], **RESISTIVE},
        {"between": ["Cu", "SiO2"], "kapitza_resistance": 1e-8},
    ]
    config = device(interfaces=interfaces, solver={"degree": 1, "orders": 2, "tolerance": 1e-12})
    config["mesh"] = config["mesh"] | {"refinement": 0.4}
    check(prepare_problem(config | {"schemes": {"thermal": config["schemes"]["thermal"]}}, comm))


def test_of_the_signals(comm):
    """Baseline and spin signal are combinations of P and AP, and so are their derivatives."""
    rows = find_sensitivities(prepare_problem(stack(JOULE, degree=1, orders=2), comm), SilentProgress())[
        "readings"
    ]
    found = {(row["name"], row["order"]): np.array(row["derivatives"]) for row in rows}
    for order in (1, 2):
        p, ap = found["P", order], found["AP", order]
        np.testing.assert_allclose(found["baseline", order], (p + ap) / 2, rtol=1e-12)
        np.testing.assert_allclose(found["spin", order], p - ap, rtol=1e-12)


RISE = 10.0
"""Temperature of the upper sink over T0, K."""


def heated(**sections):
    """The stack without spin-dependent Seebeck coefficients or interfaces, warmer above than below."""
    plain = {key: value for key, value in MAGNET.items() if key != "spin_seebeck"}
    config = stack(JOULE, degree=1, orders=1, estimate=False) | {"materials": {"F": plain, "N": METAL}}
    config["terminals"] = {
        "bottom": {"region": "A", "face": "zmin", "sink": True},
        "top": {"region": "B", "face": "zmax", "sink": 300 + RISE},
    }
    return config | {"interfaces": []} | sections


SEEBECK = {"F": -20e-6, "N": 1.6e-6}


def voltage(seebeck):
    """R0 of it in closed form, −Σ S ΔT; κ without a current is κ − σ S² T0.

    Args:
        seebeck: S of both metals, V/K.
    """
    given = {"F": (30, MAGNET), "N": (15, METAL)}
    parts = {
        name: length
        / (metal["thermal_conductivity"] - to_si(metal["conductivity"], "S/m") * seebeck[name] ** 2 * 300)
        for name, (length, metal) in given.items()
    }
    return -sum(seebeck[name] * RISE * part for name, part in parts.items()) / sum(parts.values())


def by_seebeck(name):
    """Derivative of the closed form by S of a metal, K."""
    step = 1e-3 * SEEBECK[name]
    ends = [voltage(SEEBECK | {name: SEEBECK[name] + sign * step}) for sign in (1, -1)]
    return (ends[0] - ends[1]) / (2 * step)


def test_of_a_voltage_without_a_drive(comm):
    found = sensitivity(load_config(heated()), comm=comm).of("t", "v", "P", 0)
    for name in SEEBECK:
        assert found[f"materials.{name}.seebeck"] == pytest.approx(by_seebeck(name), rel=1e-5)


@pytest.mark.slow
def test_fit_of_a_voltage_without_a_drive(shared_directory, comm):
    """S of the metal from R0 in closed form."""
    path, value = shared_directory / "rest.csv", voltage(SEEBECK)
    if comm.rank == 0:
        path.write_text(f"signal,order,value,uncertainty\nP,0,{value!r} V,1 nV\n", encoding="utf-8")
    comm.barrier()
    fitted = {"parameters": {"materials.N.seebeck": {"start": "5 uV/K"}}, "data": str(path)}
    value, error = fit(load_config(heated(fit=fitted)), comm=comm).value("materials.N.seebeck")
    assert value == pytest.approx(1.6e-6, rel=1e-4)
    assert error == pytest.approx(1e-9 / abs(by_seebeck("N")), rel=1e-5)
