"""A bar along x with probes on its sides, far from its ends: there all fields but the spins' are linear."""

import numpy as np

NM, W, T = 1e-9, 60e-9, 20e-9
LENGTHS = {"L": 180, "A": 20, "M": 60, "B": 20, "R": 180}
PITCH = 80e-9
"""Distance of the probes at A and at B."""
METAL = {
    "conductivity": 4e6,
    "spin_diffusion_length": "10 nm",
    "thermal_conductivity": 40,
}
MAGNET = METAL | {"polarisation": 0.3}
"""Without a Seebeck coefficient, as Peltier heat adds T0 σ S²/k, a hundredth, to the resistance."""


def bar(material, **sections):
    """A bar of one material, driven by a current or by heat, with probes along it and across it."""
    solids, x = [], 0
    for name, length in LENGTHS.items():
        box = {"min": [f"{x} nm", 0, 0], "max": [f"{x + length} nm", "60 nm", "20 nm"]}
        solids.append({"name": name, "material": "X", "box": box})
        x += length
    probes = {
        f"{name}{side}": {"region": name, "face": f"y{side}"} for name in "AB" for side in ("min", "max")
    }
    ends = {"left": {"region": "L", "face": "xmin", "sink": True}, "right": {"region": "R", "face": "xmax"}}
    return {
        "geometry": {"solids": solids},
        "materials": {"X": material},
        "terminals": ends | probes,
        "schemes": {"through": {"left": "current", "right": "ground"}},
        "probes": {"along": ["Amin", "Bmin"], "across": ["Amax", "Amin"]},
        "mesh": {"max_size": "20 nm", "interface_size": "20 nm", "elements_across_film": 1},
        **sections,
        "solver": {"degree": 1, "orders": 1} | sections.get("solver", {}),
    }


def tensor(m, ratio=0.0, turning=0.0):
    """``(1 − r/3)(1 − m mᵀ) + (1 + 2r/3) m mᵀ + X× [m]×``."""
    m = np.asarray(m) / np.linalg.norm(m)
    along, cross = np.outer(m, m), np.cross(m, np.eye(3)).T
    return (1 - ratio / 3) * (np.eye(3) - along) + (1 + 2 * ratio / 3) * along + turning * cross
