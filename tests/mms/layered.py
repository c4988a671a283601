"""A magnet and a metal side by side on an insulator: boxes of 50 nm and 100 nm."""

from thermospin.validation import load_config

NM = 1e-9
SIDE = 100 * NM
MATERIALS = {
    "Magnet": {
        "conductivity": 4.32e6,
        "polarisation": 0.4,
        "spin_diffusion_length": "12 nm",
        "seebeck": "-20 uV/K",
        "spin_seebeck": "-8 uV/K",
        "thermal_conductivity": 30,
        "electronic_thermal_conductivity": 20,
        "heat_polarisation": 0.3,
        "spin_heat_diffusion_length": "20 nm",
    },
    "Metal": {
        "conductivity": 4.26e7,
        "spin_diffusion_length": "350 nm",
        "seebeck": "1.6 uV/K",
        "thermal_conductivity": 300,
        "spin_heat_diffusion_length": "80 nm",
    },
    "Oxide": {"conductivity": 0, "thermal_conductivity": 1.4},
}


def box(name, material, low, high):
    corners = {"min": [x * NM for x in low], "max": [x * NM for x in high]}
    return {"name": name, "material": material, "box": corners}


def configuration(degree, spin_heat=False):
    return load_config(
        {
            "geometry": {
                "solids": [
                    box("F", "Magnet", (0, 0, 0), (50, 50, 50)),
                    box("N", "Metal", (50, 0, 0), (100, 50, 50)),
                    box("I", "Oxide", (0, 0, -50), (100, 50, 0)),
                ]
            },
            "materials": MATERIALS,
            "terminals": {
                "left": {"region": "F", "face": "xmin", "sink": True},
                "right": {"region": "N", "face": "xmax", "sink": False},
                "bottom": {"region": "I", "face": "zmin", "sink": True},
            },
            "schemes": {"through": {"right": "current", "left": "ground"}},
            "solver": {"degree": degree, "tolerance": 1e-8, "spin_heat": spin_heat},
        }
    )
