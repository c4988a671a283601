"""Sensitivities to numbers of sheets, and to all that turns spins and currents, against whole runs."""

import pytest
from support import prepare_problem
from test_device_sensitivity import JOULE, MAGNET, METAL, RESISTIVE, check, stack

TILTED = {"A": [0, 0, 1], "B": [1, 0, 0.3]}
MIXING = {"mixing_conductance": "9e14 S/m^2", "mixing_conductance_imaginary": "1e14 S/m^2"}
SHEETS = {
    "g": {
        "region": "C",
        "face": "xmin",
        "sheet_conductance": "0.3 S",
        "spin_diffusion_length": "100 nm",
        "seebeck": "30 uV/K",
    },
    "h": {"region": "A", "face": "xmax", "sheet_thermal_conductance": "3e-7 W/K"},
}
PRECESSING = {
    "materials": {
        "F": MAGNET | {"precession_length": "4 nm", "dephasing_length": "5 nm"},
        "N": METAL | {"spin_relaxation_time": "10 ps", "g_factor": 2.1},
    },
    "magnetisation": TILTED,
    "magnetic_field": [0, "1 T", 0],
    "interfaces": [{"between": ["A", "C"], **RESISTIVE, **MIXING}],
}
TURNING = {
    "materials": {
        "F": MAGNET
        | {
            "amr_ratio": 0.02,
            "anomalous_hall_angle": 0.01,
            "anisotropic_seebeck_ratio": 0.03,
            "anomalous_nernst_ratio": 0.05,
        },
        "N": METAL | {"spin_hall_angle": 0.05, "spin_nernst_angle": -0.03},
    },
    "magnetisation": {"A": [0.6, 0, 0.8], "B": [0, 0, 1]},
}
HALL = {
    "materials": {
        "F": MAGNET,
        "N": METAL | {"hall_coefficient": "-5e-9 m^3/C", "nernst_coefficient": "20 nV/(K T)"},
    },
    "magnetic_field": [0, 0, "5 T"],
}
SPIN_HEAT = {
    "materials": {
        "F": MAGNET
        | {
            "spin_heat_ratio": 1.5,
            "heat_polarisation": 0.3,
            "electronic_thermal_conductivity": 25,
        },
        "N": METAL | {"spin_heat_diffusion_length": "200 nm", "phonon_thermal_conductivity": 20},
    },
    "interfaces": [
        {"between": ["A", "C"], **RESISTIVE, "spin_seebeck": "2 uV/K", "phonon_heat_conductance": 1e8}
    ],
}
DIFFUSING = {
    "materials": {
        "F": {key: value for key, value in MAGNET.items() if key != "spin_diffusion_length"}
        | {
            "spin_diffusion_length": "20 nm",
            "tensor_diffusion": {
                "momentum_time": "30 fs",
                "spin_flip_time": "0.5 ps",
                "diffusion_constant": "8e-4 m^2/s",
                "precession_frequency": "2e13 rad/s",
            },
        },
        "N": METAL,
    },
    "magnetisation": TILTED,
}


def insulating():
    """A metal along which current flows, on an insulating magnet."""
    config = stack(JOULE, degree=1, orders=2, spin="vector")
    sides = {"min": [0, 0, 0], "max": ["40 nm", "20 nm", "8 nm"]}
    below = {"min": [0, 0, "-10 nm"], "max": ["40 nm", "20 nm", 0]}
    metal = METAL | {"spin_hall_angle": 0.05, "spin_diffusion_length": "2 nm", "conductivity": "4e6 S/m"}
    return config | {
        "geometry": {
            "solids": [
                {"name": "C", "material": "N", "box": sides},
                {"name": "Y", "material": "Y", "box": below},
            ]
        },
        "mesh": {"max_size": "10 nm", "elements_across_film": 2},
        "materials": {"N": metal, "Y": {"conductivity": 0, "thermal_conductivity": 7, "magnetic": True}},
        "interfaces": [
            {
                "between": ["C", "Y"],
                **MIXING,
                "spin_conductance": "1e13 S/m^2",
                "interface_spin_seebeck": "10 uV/K",
                "phonon_heat_conductance": 3e8,
            }
        ],
        "magnetisation": {"Y": [0.6, 0.8, 0]},
        "terminals": {
            "bottom": {"region": "C", "face": "xmin", "sink": True},
            "top": {"region": "C", "face": "xmax", "sink": True},
        },
    }


@pytest.mark.parametrize(
    "solver, sections",
    [
        pytest.param({}, {"sheets": SHEETS}, id="sheets"),
        pytest.param({"spin": "vector"}, PRECESSING, id="precession", marks=pytest.mark.slow),
        pytest.param({"spin": "vector"}, TURNING, id="turning", marks=pytest.mark.slow),
        pytest.param({"spin": "vector"}, DIFFUSING, id="diffusing", marks=pytest.mark.slow),
        pytest.param({}, HALL, id="hall", marks=pytest.mark.slow),
        pytest.param({}, SPIN_HEAT, id="spin-heat", marks=pytest.mark.slow),
    ],
)
def test_all_numbers(solver, sections, comm):
    check(prepare_problem(stack(JOULE, degree=1, orders=2, **solver) | sections, comm))


@pytest.mark.slow
def test_all_numbers_of_an_insulating_magnet(comm):
    check(prepare_problem(insulating(), comm))
