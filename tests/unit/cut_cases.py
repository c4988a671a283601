"""Structured meshes of boxes that interfaces cut, with closed forms for what is cut."""

import numpy as np
from structured import structured_device

from thermospin.meshes.cut import cut_mesh, store_cut, tag_pairs
from thermospin.meshes.read import read_mesh
from thermospin.validation import load_config

NM = 1e-9
H = 5 * NM
"""Edge of the cubes that structured meshes are made of, m."""
TERMINALS = {"top": 1, "right": 2}

HALVES = {"A": ((0, 0, 0), (4, 3, 4)), "B": ((0, 0, 4), (4, 3, 8))}
"""Lowest and highest corner of every region in cubes. Two layers alike: the interface is the boundary
between two ranks."""
LAYERS = {"A": ((0, 0, 0), (6, 4, 3)), "B": ((0, 0, 3), (6, 4, 5)), "C": ((0, 0, 5), (6, 4, 9))}
"""Three layers."""
JUNCTION = {"B": ((0, 0, 0), (6, 4, 3)), "L": ((0, 0, 3), (2, 4, 7)), "R": ((2, 0, 3), (6, 4, 7))}
"""Two regions side by side on a third: all meet in a line of five nodes."""
PATCH = {"B": ((0, 0, 0), (7, 6, 2)), "P": ((2, 1, 2), (5, 5, 4)), "T": ((0, 0, 2), (7, 6, 4))}
"""A region on a part of the face between two others; the first that holds a place fills it."""
INSIDE = {"P": ((2, 1, 1), (5, 5, 4)), "T": ((0, 0, 0), (7, 6, 5))}
"""A region that another one encloses."""

CASES = {
    "halves": (HALVES, {"A|B": 12}, 20),
    "two layers": (LAYERS, {"A|B": 24}, 35),
    "three layers": (LAYERS, {"A|B": 24, "C|B": 24}, 70),
    "regions that do not touch": (LAYERS, {"A|C": 0}, 0),
    "junction, one side": (JUNCTION, {"L|B": 8}, 10),
    "junction, the other side": (JUNCTION, {"B|R": 16}, 20),
    "junction, between the upper regions": (JUNCTION, {"L|R": 16}, 20),
    "junction, the lower face": (JUNCTION, {"L|B": 8, "R|B": 16}, 35),
    "junction, round one region": (JUNCTION, {"L|B": 8, "L|R": 16}, 10 + 20 + 5),
    "junction, all three": (JUNCTION, {"L|B": 8, "R|B": 16, "L|R": 16}, 35 + 20 + 5),
    "patch": (PATCH, {"P|B": 12}, 2 * 3),
    "all but a patch": (PATCH, {"T|B": 30}, 56 - 20),
    "enclosed": (INSIDE, {"P|T": 2 * (12 + 12 + 9)}, 4 * 5 * 4 - 2 * 3 * 2),
}
"""Regions, area of every interface in squares of the grid, number of additional nodes."""
SEPARATED = ("halves", "three layers", "junction, all three", "enclosed")
"""The cases in which interfaces separate all regions from one another."""


def config_of(boxes, *interfaces):
    """A device of boxes of one metal, the last one with its terminals; what resists between which."""
    solids = [
        {
            "name": name,
            "material": "Cu",
            "priority": -i,
            "box": {"min": [n * H for n in low], "max": [n * H for n in high]},
        }
        for i, (name, (low, high)) in enumerate(boxes.items())
    ]
    last = list(boxes)[-1]
    terminals = {
        "top": {"region": last, "face": "zmax", "sink": True},
        "right": {"region": last, "face": "xmax"},
    }
    return load_config(
        {
            "geometry": {"solids": solids},
            "mesh": {"max_size": 10 * NM},
            "interfaces": [{"between": names, "conductance": 1e15} for names in interfaces],
            "terminals": terminals,
            "schemes": {"through": {"right": "current", "top": "ground"}},
        }
    )


def sides(names):
    """The regions of interfaces."""
    return {name: tuple(name.split("|")) for name in names}


def read_cut(directory, regions, terminals, names, comm):
    """Cut the mesh in a directory and read it (collective)."""
    if comm.rank == 0:
        store_cut(directory, tag_pairs(regions, sides(names)))
    comm.Barrier()
    return read_mesh(directory, regions, terminals, {}, comm, sides(names))


class Case:
    """A structured mesh and its cut (collective).

    Args:
        name: Which one of :data:`CASES`.
        directory: Where it is written.
        comm: The ranks.
    """

    def __init__(self, name, directory, comm):
        self.boxes, squares, self.doubled = CASES[name]
        self.areas = {interface: n * H**2 for interface, n in squares.items()}
        self.uncut = structured_device(config_of(self.boxes), H, directory, comm)
        self.device = read_cut(directory, self.uncut.regions, TERMINALS, squares, comm)
        arrays = ("points", "cells", "cell_tags", "neighbours")
        self.points, self.cells, self.tags, self.neighbours = (
            np.load(directory / f"{array}.npy") for array in arrays
        )
        self.pairs = tag_pairs(self.uncut.regions, sides(squares))
        self.cut = cut_mesh(self.cells, self.tags, self.neighbours, self.pairs)

    @property
    def n_owned(self):
        return self.device.mesh.topology.index_map(3).size_local
