"""Meshes that meshio reads: Abaqus, and XDMF with its numbers in the file or in HDF5."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from thermospin.meshes.readers import straight
from thermospin.meshes.readers.arrays import choose, groups_of, is_whole, note
from thermospin.meshes.readers.foreign import ForeignMesh, Groups, Other, UnreadableError

SIMPLEX = {2: "triangle", 3: "tetra"}

SECOND_ORDER = {"triangle6": ("triangle", 3), "tetra10": ("tetra", 4)}
"""Second-order cells: the cells of their corners, and how many these are."""


def read(request: Mapping[str, Any]) -> ForeignMesh:
    """Read a mesh.

    Args:
        request: See :mod:`thermospin.meshes.readers.isolated`.

    Raises:
        UnreadableError: More than one array could hold the regions, or the file includes others.
    """
    import meshio

    if request["file"].lower().endswith(".inp"):
        _check_whole(Path(request["file"]))
    mesh = meshio.read(request["file"])
    curved = np.concatenate([np.empty((0, 10), int), *(b.data for b in mesh.cells if b.type == "tetra10")])
    mesh.cells = [_straight(block) for block in mesh.cells]
    sets = {name: blocks for name, blocks in mesh.cell_sets.items() if not name.startswith("gmsh:")}
    arrays = {name: _flat(blocks) for name, blocks in mesh.cell_data.items()}
    dims = [block.dim for block in mesh.cells]
    sizes = [len(block) for block in mesh.cells]
    solid = np.repeat(np.array(dims, int) == 3, sizes)
    name = None
    if not sets:
        usable = {n: a[solid] for n, a in arrays.items() if len(a) == len(solid)}
        name = choose(usable, request["wanted"], request["cell_data"])
    groups = (
        {n: _members(blocks, sizes) for n, blocks in sets.items()} if sets else _by_value(name, arrays, solid)
    )
    kinds = np.repeat([block.type for block in mesh.cells], sizes)
    points = np.zeros((len(mesh.points), 3))
    points[:, : mesh.points.shape[1]] = mesh.points
    simplices = {dim: _simplices(mesh, dim) for dim in (2, 3)}
    return ForeignMesh(
        points,
        simplices[3],
        simplices[2],
        _restricted(groups, kinds == SIMPLEX[3]),
        _restricted(groups, kinds == SIMPLEX[2]),
        _others(mesh, groups, kinds),
        notes=[*note(name, arrays), *straight.notes(points, curved, straight.VTK_EDGES)],
    )


def _straight(block: Any) -> Any:
    """A block of cells by their corners, where these are cells of second order."""
    import meshio

    kind, corners = SECOND_ORDER.get(block.type, (block.type, block.data.shape[1]))
    return meshio.CellBlock(kind, block.data[:, :corners])


def _check_whole(path: Path) -> None:
    """Refuse an Abaqus file that includes others: when these change, nothing would tell."""
    if re.search(r"(?im)^\s*\*INCLUDE\b", path.read_text(encoding="utf-8", errors="replace")):
        raise UnreadableError("it includes other files (*INCLUDE); put all into one")


def _flat(blocks: list) -> np.ndarray:
    """An array on all cells; of several components only its shape matters."""
    return np.concatenate([np.asarray(block) for block in blocks]) if blocks else np.empty(0)


def _members(blocks: list, sizes: list[int]) -> np.ndarray:
    """Numbers of the cells of a set, counted through all blocks."""
    starts = np.cumsum([0, *sizes])
    found = [np.asarray(b, np.int64) + s for b, s in zip(blocks, starts, strict=False) if b is not None]
    return np.concatenate([np.empty(0, np.int64), *found])


def _by_value(name: str | None, arrays: Mapping[str, np.ndarray], solid: np.ndarray) -> Groups:
    if name is None:
        return {"volume1": np.flatnonzero(solid)} if solid.any() else {}
    values = arrays[name]
    if is_whole(values):
        return groups_of(values)
    return {name: np.flatnonzero(solid)[cells] for name, cells in groups_of(values[solid]).items()}


def _simplices(mesh: Any, dim: int) -> np.ndarray:
    found = [block.data for block in mesh.cells if block.type == SIMPLEX[dim]]
    return np.concatenate([np.empty((0, dim + 1), np.int64), *found]).astype(np.int64)


def _restricted(groups: Groups, chosen: np.ndarray) -> Groups:
    """The members of groups among chosen cells, counted through these; groups without any are left out."""
    number = np.cumsum(chosen) - 1
    found = {name: number[cells[chosen[cells]]] for name, cells in groups.items()}
    return {name: cells for name, cells in found.items() if len(cells)}


def _others(mesh: Any, groups: Groups, kinds: np.ndarray) -> list[Other]:
    found = []
    for kind, dim in {block.type: block.dim for block in mesh.cells}.items():
        if dim < 2 or kind == SIMPLEX[dim]:
            continue
        inside = {name: int((kinds[cells] == kind).sum()) for name, cells in groups.items()}
        found += [Other(dim, name, kind, count) for name, count in inside.items() if count]
        if not any(inside.values()):
            found.append(Other(dim, "", kind, int((kinds == kind).sum())))
    return found
