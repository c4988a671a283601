"""Placement of terminals: on the outside of the device, each on faces of its own."""

import numpy as np

from thermospin.errors import InputError
from thermospin.meshes.ordering import FACES
from thermospin.meshes.places import in_nm
from thermospin.meshes.record import RawMesh


def check_terminals(mesh: RawMesh) -> None:
    """Make sure that terminals are disjoint and on the outside.

    Args:
        mesh: The mesh.

    Raises:
        InputError: Two terminals share a face, or one lies inside the device or has no face.
    """
    chosen = np.flatnonzero(np.isin(mesh.facet_tags, list(mesh.terminals.values())))
    order, owners = _order_and_owners(mesh, mesh.facets[chosen])
    for name, tag in mesh.terminals.items():
        mine = np.flatnonzero(mesh.facet_tags[chosen] == tag)
        if not len(mine):
            raise InputError("this terminal has no faces; pick another surface", key=f"terminals.{name}")
        inside = mine[owners[mine, 1] >= 0]
        if len(inside):
            raise InputError(
                f"{len(inside)} of its {len(mine)} faces lie inside the device, one at "
                f"{_place(mesh, chosen[inside[0]])} {_between(mesh, *owners[inside[0]])}; a terminal "
                "must lie on the outside",
                key=f"terminals.{name}",
            )
    _check_disjoint(mesh, chosen[order])


def _order_and_owners(mesh: RawMesh, facets: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """An order in which equal facets follow each other, and the one or two cells of each, the second -1."""
    marked = np.zeros(len(mesh.points), dtype=bool)
    marked[facets.ravel()] = True
    near = np.flatnonzero(marked[mesh.cells].sum(axis=1) >= 3)
    faces = np.sort(mesh.cells[near][:, FACES].reshape(-1, 3), axis=1)
    everything = np.concatenate([np.sort(facets, axis=1), faces])
    _, number = np.unique(everything, axis=0, return_inverse=True)
    number = number.ravel()
    cell_of = np.repeat(near, len(FACES))
    owners = np.full((number.max(initial=-1) + 1, 2), -1)
    owners[number[len(facets) :], 0] = cell_of
    later = owners[number[len(facets) :], 0] != cell_of
    owners[number[len(facets) :][later], 1] = cell_of[later]
    number = number[: len(facets)]
    return np.argsort(number, kind="stable"), owners[number]


def _place(mesh: RawMesh, facet: int) -> str:
    return in_nm(mesh.points[mesh.facets[facet]].mean(axis=0))


def _between(mesh: RawMesh, first: int, second: int) -> str:
    """The regions of two cells, as text."""
    names = {tag: name for name, tag in mesh.regions.items()}
    here, there = (names[tag] for tag in sorted(int(mesh.cell_tags[cell]) for cell in (first, second)))
    return f"in region {here}" if here == there else f"between {here} and {there}"


def _check_disjoint(mesh: RawMesh, facets: np.ndarray) -> None:
    """Refuse terminals that share faces, among facets of which equal ones follow each other."""
    nodes = np.sort(mesh.facets[facets], axis=1)
    same = np.flatnonzero((nodes[1:] == nodes[:-1]).all(axis=1))
    if not len(same):
        return
    names = {tag: name for name, tag in mesh.terminals.items()}
    first, second = (names[int(mesh.facet_tags[facets[same[0] + i]])] for i in (0, 1))
    raise InputError(
        f"it shares faces with terminal '{first}', one at {_place(mesh, facets[same[0]])}; give every "
        "terminal faces of its own",
        key=f"terminals.{second}",
    )
