"""A metal film on an insulating magnet, with the interface's numbers per area."""

NM = 1e-9
SIGMA, LENGTH, ANGLE, K = 4e6, 4e-9, 0.1, 70.0
FILM = (40, 40, 8)
"""Size of the metal, nm; the magnet below is as wide and as thick."""


def film(law, m=(0, 1, 0), spin="vector", metal=None, size=FILM, **sections):
    """The film on the magnet, driven along x; heat sinks at the top and the bottom."""
    x, y, z = size
    boxes = {"N": ([0, 0, 0], [x, y, z]), "YIG": ([0, 0, -z], [x, y, 0])}
    solids = [
        {
            "name": name,
            "material": name,
            "box": {"min": [f"{a} nm" for a in low], "max": [f"{a} nm" for a in high]},
        }
        for name, (low, high) in boxes.items()
    ]
    normal = {"conductivity": SIGMA, "spin_diffusion_length": LENGTH, "thermal_conductivity": K}
    return {
        "geometry": {"solids": solids},
        "materials": {
            "N": normal | (metal or {}),
            "YIG": {"conductivity": 0, "thermal_conductivity": 7, "magnetic": True},
        },
        "interfaces": [{"between": ["N", "YIG"], **law}],
        "magnetisation": {"YIG": list(m)} if spin == "vector" else {},
        "terminals": {
            "left": {"region": "N", "face": "xmin"},
            "right": {"region": "N", "face": "xmax"},
            "top": {"region": "N", "face": "zmax", "sink": True},
            "bottom": {"region": "YIG", "face": "zmin", "sink": True},
        },
        "schemes": {"through": {"left": "current", "right": "ground"}},
        "probes": {"along": ["left", "right"]},
        "mesh": {"max_size": "10 nm", "interface_size": "4 nm"},
        "solver": {"spin": spin, "degree": 1, "orders": 1},
        **sections,
    }
