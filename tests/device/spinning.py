"""The lateral device with vector spin and all that turns spins: textures, dephasing, mixing, a field."""

from copy import deepcopy

import numpy as np
from lateral import device

MATERIALS = {
    "Py": {
        "conductivity": 4.32e6,
        "polarisation": 0.4,
        "spin_diffusion_length": "8 nm",
        "seebeck": "-20 uV/K",
        "spin_seebeck": "-8 uV/K",
        "thermal_conductivity": 30,
        "phonon_thermal_conductivity": 10,
        "spin_heat_diffusion_length": "5 nm",
        "dephasing_length": "6 nm",
        "precession_length": "9 nm",
    },
    "Cu": {
        "conductivity": 4.26e7,
        "spin_diffusion_length": "350 nm",
        "seebeck": "1.6 uV/K",
        "thermal_conductivity": 300,
        "spin_heat_ratio": 4,
        "spin_relaxation_time": "25 ps",
    },
}
TENSOR = {
    "momentum_time": 4e-15,
    "spin_flip_time": 4e-14,
    "diffusion_constant": 1.6e-3,
    "precession_frequency": 1.5e14,
}
"""λ = 8 nm."""
INTERFACE = {
    "between": ["Cu", "Py2"],
    "conductance": 2e14,
    "polarisation": 0.5,
    "seebeck": "-60 uV/K",
    "spin_seebeck": "80 uV/K",
    "heat_polarisation": 0.3,
    "mixing_conductance": 1.5e14,
    "mixing_conductance_imaginary": 0.6e14,
    "mixing_thermopower": 0.4,
}
FIELD = np.array([0.2, -0.3, 0.1])
PINNED = np.array([-2 / 7, 3 / 7, 6 / 7])
WALL = [
    "0.6*cos(x/(60*nm))",
    "0.48*cos(x/(60*nm)) - 0.8*sin(x/(60*nm))",
    "0.64*cos(x/(60*nm)) + 0.6*sin(x/(60*nm))",
]
TURNING = ("spin_relaxation_time", "dephasing_length", "precession_length", "tensor_diffusion")
MIXING = ("mixing_conductance", "mixing_conductance_imaginary", "mixing_thermopower")


def turned(rotation):
    """Everything that is a spin vector, turned: the field, and the magnetisations of both configurations."""

    def sum_of(row):
        return " + ".join(f"({a!r})*({f})" for a, f in zip(row.tolist(), WALL, strict=True))

    return {
        "magnetic_field": (rotation @ FIELD).tolist(),
        "magnetisation": {
            "Py1": {"formula": [sum_of(row) for row in rotation]},
            "Py2": (rotation @ PINNED).tolist(),
        },
        "configurations": {"A": {}, "B": {"Py1": (rotation @ [0.0, 0.6, -0.8]).tolist(), "Py2": -1}},
    }


def spinning(rotation=None, solver=None, across="dephasing", **sections):
    """The configuration.

    Args:
        rotation: Turns every spin vector.
        solver: Options of the solver.
        across: ``dephasing``, or ``tensor`` diffusion in both magnets.
        sections: Replaced ones.
    """
    materials = deepcopy(MATERIALS)
    if across == "tensor":
        materials["Py"] = {k: v for k, v in materials["Py"].items() if k not in TURNING}
        materials["Py"]["tensor_diffusion"] = TENSOR
    options = {"spin": "vector", "spin_heat": True, "orders": 3, "tolerance": 1e-12} | (solver or {})
    whole = {"materials": materials, "interfaces": [INTERFACE], "solver": options}
    return device(**whole | turned(np.eye(3) if rotation is None else rotation) | sections)


def along_z(spin, **sections):
    """All magnets and the field along ±z, or the same device with collinear spins."""
    config = spinning(solver={"spin": spin}, **sections)
    for key in ("magnetisation", "configurations", "magnetic_field"):
        del config[key]
    config["configurations"] = {"P": {}, "AP": {"Py2": -1}, "down": {"Py1": -1, "Py2": -1}}
    if spin == "vector":
        config["magnetic_field"] = [0, 0, 0.3]
    else:
        for values in config["materials"].values():
            for key in TURNING:
                values.pop(key, None)
        config["interfaces"] = [
            {key: value for key, value in entry.items() if key not in MIXING}
            for entry in config["interfaces"]
        ]
    return config
