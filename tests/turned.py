"""A magnet beside a heavy metal, on a garnet: a device with all effects that turn currents."""

NM = 1e-9
BOXES = [
    ("F", "Magnet", (0, 0, 0), (40, 20, 10)),
    ("H", "Heavy", (40, 0, 0), (80, 20, 10)),
    ("Y", "Garnet", (0, 0, -20), (80, 20, 0)),
]
MAGNET = {
    "conductivity": 4e6,
    "polarisation": 0.3,
    "spin_diffusion_length": "8 nm",
    "seebeck": "-20 uV/K",
    "spin_seebeck": "-4 uV/K",
    "thermal_conductivity": 40,
    "phonon_thermal_conductivity": 12,
    "amr_ratio": 0.05,
    "anisotropic_seebeck_ratio": -0.2,
    "anomalous_hall_angle": 0.06,
    "anomalous_nernst_ratio": 0.2,
}
HEAVY = {
    "conductivity": 5e6,
    "spin_diffusion_length": "6 nm",
    "seebeck": "-5 uV/K",
    "thermal_conductivity": 70,
}
GARNET = {"conductivity": 0, "thermal_conductivity": 7}
ACROSS = {
    "mixing_conductance": 3e14,
    "mixing_conductance_imaginary": 5e13,
    "spin_conductance": 2e13,
    "interface_spin_seebeck": "3 uV/K",
    "phonon_heat_conductance": 2e8,
}


def device(spin, heavy, garnet, interface, **sections):
    """A magnet beside a heavy metal, on a garnet."""
    solids = [
        {
            "name": name,
            "material": material,
            "box": {"min": [f"{x} nm" for x in low], "max": [f"{x} nm" for x in high]},
        }
        for name, material, low, high in BOXES
    ]
    return {
        "geometry": {"solids": solids},
        "materials": {"Magnet": MAGNET, "Heavy": HEAVY | heavy, "Garnet": GARNET | garnet},
        "interfaces": [{"between": ["Heavy", "Garnet"], **interface}],
        "magnetic_field": [0, 0.5, 2.0],
        "magnetisation": {"F": [1, 2, 2]},
        "configurations": {"up": {"F": 1}, "down": {"F": -1}},
        "terminals": {
            "left": {"region": "F", "face": "xmin", "sink": True},
            "right": {"region": "H", "face": "xmax", "sink": True},
            "side": {"region": "H", "face": "ymax"},
            "other": {"region": "H", "face": "ymin"},
            "bottom": {"region": "Y", "face": "zmin", "sink": True},
        },
        "schemes": {"through": {"left": "current", "right": "ground"}},
        "probes": {"along": ["left", "right"], "across": ["side", "other"]},
        "mesh": {"max_size": "20 nm", "interface_size": "10 nm", "elements_across_film": 1},
        "heating": {"model": "conserving"},
        "output": {"current": "0.1 mA"},
        "solver": {"spin": spin, "degree": 1, "orders": 2, "reciprocity": True, "estimate": False},
        **sections,
    }


def collinear(**sections):
    """Anisotropy and Hall effects, with all spins along one axis."""
    field = {"hall_coefficient": 2e-10, "nernst_coefficient": 1e-8}
    return device("collinear", field, {}, {"kapitza_resistance": "5e-9 m^2 K/W"}, **sections)


def spin_heat(**sections):
    """All of that, and spins with temperatures of their own."""
    config = vector(**sections)
    config["solver"] |= {"spin_heat": True}
    for name in ("Magnet", "Heavy"):
        config["materials"][name] = config["materials"][name] | {"spin_heat_ratio": 1.3}
    return config


def vector(**sections):
    """The spin Hall effect and the insulating magnet as well."""
    spins = {"spin_hall_angle": 0.1, "spin_nernst_angle": -0.15, "spin_relaxation_time": "1 ps"}
    config = device("vector", spins, {"magnetic": True}, ACROSS, **sections)
    config["magnetisation"]["Y"] = [2, -1, 2]
    return config
