"""Small devices of boxes with resistive interfaces, on structured meshes."""

from structured import structured_device
from support import SilentProgress
from valve import MATERIALS

from thermospin.runs.problem import Problem
from thermospin.validation import load_config

H = 5e-9
"""Edge of the cubes that the meshes are made of, m."""
T0 = 300.0

MAGNETIC = {
    "conductance": 2e15,
    "polarisation": 0.6,
    "seebeck": "-30 uV/K",
    "spin_seebeck": "45 uV/K",
    "phonon_heat_conductance": 4e8,
}
PLAIN = {"conductance": 5e14, "seebeck": "20 uV/K"}
KAPITZA = {"phonon_heat_conductance": 1e8}

BLOCKS = {
    "row": {
        "F1": ("Magnet", (0, 0, 0), (3, 3, 3)),
        "N": ("Metal", (3, 0, 0), (5, 3, 3)),
        "F2": ("Magnet", (5, 0, 0), (7, 3, 3)),
        "I": ("Oxide", (3, 0, 3), (5, 3, 5)),
    },
    "film": {
        "N": ("Metal", (0, 0, 0), (3, 3, 1)),
        "F1": ("Magnet", (0, 0, 1), (3, 3, 3)),
        "F2": ("Magnet", (3, 0, 0), (5, 3, 1)),
    },
    "thin": {
        "F1": ("Magnet", (0, 0, 0), (2, 2, 2)),
        "N": ("Metal", (2, 0, 0), (3, 2, 2)),
        "F2": ("Magnet", (3, 0, 0), (5, 2, 2)),
    },
    "magnets": {
        "F1": ("Magnet", (0, 0, 0), (2, 2, 2)),
        "F2": ("Magnet", (2, 0, 0), (4, 2, 2)),
        "N": ("Metal", (4, 0, 0), (6, 2, 2)),
    },
}
"""Material, lowest and highest corner of every region, in cubes. On the film the two magnets meet in an edge
of the metal."""

BETWEEN = {
    "row": {"F1|N": MAGNETIC, "N|F2": MAGNETIC | {"polarisation": -0.3}, "I|N": KAPITZA},
    "film": {"F1|N": MAGNETIC, "F2|N": MAGNETIC},
    "thin": {"F1|N": MAGNETIC, "F2|N": MAGNETIC},
    "touching": {"F2|N": MAGNETIC},
    "between magnets": {"F1|F2": MAGNETIC | {"magnet": "F1"}, "N|F2": MAGNETIC},
    "between magnets, alike for spins": {"F1|F2": PLAIN, "N|F2": PLAIN},
}
"""Resistive interfaces of a device: their law, by the regions on both sides."""


def blocks_of(name):
    return BLOCKS.get(name, BLOCKS["magnets"])


def volume(device, region):
    """m³."""
    _, low, high = blocks_of(device)[region]
    return H**3 * (high[0] - low[0]) * (high[1] - low[1]) * (high[2] - low[2])


def block_config(name, degree, between=None, **solver):
    """A device by its name, with its interfaces or with others, and options of the solver."""
    blocks, between = blocks_of(name), BETWEEN[name] if between is None else between
    conductors = [region for region, (material, _, _) in blocks.items() if material != "Oxide"]
    solids = [
        {
            "name": region,
            "material": material,
            "box": {"min": [x * H for x in low], "max": [x * H for x in high]},
        }
        for region, (material, low, high) in blocks.items()
    ]
    terminals = {
        "left": {"region": conductors[0], "face": "xmin", "sink": True},
        "right": {"region": conductors[-1], "face": "xmax", "sink": False},
    }
    return load_config(
        {
            "temperature": T0,
            "geometry": {"solids": solids},
            "materials": MATERIALS,
            "interfaces": [{"between": names.split("|")} | values for names, values in between.items()],
            "terminals": terminals,
            "schemes": {"through": {"right": "current", "left": "ground"}},
            "solver": {"degree": degree, **solver},
        }
    )


def block_problem(name, degree, directory, comm, between=None, **solver):
    """The device on its mesh, discretised (collective)."""
    directory = comm.bcast(directory)
    if comm.rank == 0:
        directory.mkdir(exist_ok=True)
    config = block_config(name, degree, between, **solver)
    return Problem(config, structured_device(config, H, directory, comm), SilentProgress())
