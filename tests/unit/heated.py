"""A device of metals whose coefficients follow the temperature."""

PROBE = ("left", "right")


def metal(resistivity, slope, **others):
    law = {
        "resistivity": f"{resistivity} ohm m",
        "temperature_coefficient": f"{slope} /K",
        "reference": "300 K",
    }
    return {"conductivity": law, "spin_diffusion_length": "60 nm", "spin_heat_ratio": 2} | others


METALS = {
    "N": metal(
        2e-8,
        0.004,
        seebeck={"proportional": "-5 uV/K", "reference": "300 K"},
        thermal_conductivity={
            "linear": "100 W/(m K)",
            "temperature_coefficient": "5e-4 /K",
            "reference": "300 K",
        },
    ),
    "F": metal(
        2e-7,
        0.002,
        seebeck={"polynomial": ["-20 uV/K", "-0.05 uV/K^2"], "reference": "300 K"},
        polarisation={"polynomial": [0.4, "-5e-4 /K"], "reference": "300 K"},
        spin_seebeck="-8 uV/K",
        thermal_conductivity="30 W/(m K)",
    ),
}
GLASS = {"conductivity": 0, "thermal_conductivity": "1 W/(m K)"}
OTHERS = {
    "N": {
        "conductivity": {"table": [["200 K", 6e7], ["280 K", 5e7], ["400 K", 3.5e7], ["500 K", 3.1e7]]},
        "seebeck": {"proportional": "-5 uV/K", "reference": "300 K"},
        "thermal_conductivity": {"wiedemann_franz": 0.9, "phonons": "8 W/(m K)"},
        "spin_diffusion_length": "60 nm",
        "spin_heat_ratio": 2,
    },
    "F": {
        "nanoclusters": {
            "relaxation_time_up": "1 fs",
            "relaxation_time_down": "3 fs",
            "spin_flip_time": "40 fs",
            "spin": 400,
            "fermi_velocity": "1.57e6 m/s",
            "density_of_states": "5.6e46 /(J m^3)",
        },
        "thermal_conductivity": {"wiedemann_franz": 1, "phonons": "20 W/(m K)"},
        "spin_diffusion_length": "30 nm",
        "spin_heat_ratio": 2,
    },
}
"""A table, the Wiedemann–Franz law, and polarised clusters in place of a magnet."""
IN_FIELD = {
    "materials": OTHERS | {"glass": GLASS},
    "magnetic_field": ["0 T", "0 T", "3 T"],
    "configurations": {"AP": {}},
    "interfaces": [{"between": ["N", "F"], "area_resistance": "2 fohm m^2"}],
}
"""Changes of the device for them."""
CONTACT = {"between": ["N", "F"], "area_resistance": "2 fohm m^2", "asymmetry": 0.5}


def device(**changes):
    """A wire of a normal metal and a magnet on glass, which is not cooled but through its bottom."""
    solver = {"orders": 4, "method": "demodulate", "tolerance": 1e-12, "reciprocity": False}
    currents = [sign * k * 1.5e-4 for k in range(1, 6) for sign in (1, -1)]
    solids = {
        "Glass": ("glass", [0, -40, -80], [240, 40, 0]),
        "Wire": ("N", [0, -20, 0], [160, 20, 40]),
        "Magnet": ("F", [160, -20, 0], [240, 20, 40]),
    }
    boxes = [
        {
            "name": name,
            "material": kind,
            "box": {"min": [f"{x} nm" for x in a], "max": [f"{x} nm" for x in b]},
        }
        for name, (kind, a, b) in solids.items()
    ]
    found = {
        "geometry": {"solids": boxes},
        "mesh": {
            "interface_size": "30 nm",
            "max_size": "80 nm",
            "elements_across_film": 1,
            "growth_rate": 1.8,
        },
        "materials": METALS | {"glass": GLASS},
        "interfaces": [CONTACT, {"between": ["N", "glass"], "kapitza_resistance": "1e-9 m^2 K/W"}],
        "configurations": {"AP": {"Magnet": -1}},
        "terminals": {
            "left": {"region": "Wire", "face": "xmin", "sink": False},
            "right": {"region": "Magnet", "face": "xmax", "sink": True},
            "bottom": {"region": "Glass", "face": "zmin", "sink": True},
        },
        "heating": {"model": "conserving"},
        "schemes": {"along": {"left": "current", "right": "ground"}},
        "probes": {"along": list(PROBE)},
        "solver": solver | {"currents": currents} | changes.pop("solver", {}),
    }
    return found | changes
