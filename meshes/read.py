"""Reads a mesh record into DOLFINx, every rank its own part, without a partitioner and without messages.

The record's cells are ordered so that contiguous ranges are compact (``ordering.py``). Rank r takes a
range of equal cost, plus one layer of ghost cells across facets; node ownership follows from the order.
Cells on the two sides of an interface count as neighbours, though they share no node (``cut.py``).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from thermospin.compat import MPI, build_mesh, dmesh, index_map
from thermospin.meshes.cut import cut_directory, interface_file, tag_pairs
from thermospin.meshes.ordering import FACES


@dataclass(frozen=True)
class Conductors:
    """Nodes of the conductors of a cut mesh; insulators do not join them across an interface.

    Attributes:
        cells: Global numbers of the nodes of every local cell, -1 in insulators, shape (n_cells, 4).
        ranges: First node of every rank, and the total.
    """

    cells: np.ndarray
    ranges: np.ndarray


@dataclass(frozen=True)
class DeviceMesh:
    """A distributed mesh of the device.

    Attributes:
        mesh: Tetrahedra, coordinates in metres, with shared-facet ghosts.
        cell_tags: Region tag of every local cell, ghosts included, int32.
        neighbour_tags: Region tag across each face of every owned cell, -1 outside the device,
            shape (n_owned, 4); face i is opposite to vertex i.
        regions: Tag of every region.
        terminals: For every terminal the owned (cell, local facet) pairs, shape (n, 2), int32.
        interfaces: For every interface whose nodes are doubled its facets, shape (n, 4), int32: cell on
            side 1, its face, cell on side 2, its face. The cell on side 1 is owned, so that every facet is
            on one rank; the one on side 2 may be a ghost.
        conductors: The nodes of the conductors where interfaces are cut; else they are those of the mesh.
        surfaces: The pairs of regions that the physical surfaces of interfaces separate.
        cut_off: Part of the cross-section of elliptic cylinders that flat triangles on their walls cut off.
    """

    mesh: dmesh.Mesh
    cell_tags: np.ndarray
    neighbour_tags: np.ndarray
    regions: dict[str, int]
    terminals: dict[str, np.ndarray]
    interfaces: dict[str, np.ndarray] = field(default_factory=dict)
    conductors: "Conductors | None" = None
    surfaces: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    cut_off: float = 0.0

    def cells(self, names) -> np.ndarray:
        """Sorted local cells of some regions, ghosts included.

        Args:
            names: Names of the regions.
        """
        return np.flatnonzero(np.isin(self.cell_tags, [self.regions[n] for n in names])).astype(np.int32)

    def owned(self, cells: np.ndarray) -> np.ndarray:
        """The cells that this rank owns.

        Args:
            cells: Local cells.
        """
        return cells[cells < self.mesh.topology.index_map(3).size_local]


def read_mesh(
    directory: Path,
    regions: dict[str, int],
    terminals: dict[str, int],
    weights: dict[str, float],
    comm: MPI.Comm,
    interfaces: Mapping[str, tuple[str, ...]] | None = None,
    conductors: Collection[str] = (),
    surfaces: Mapping[str, int] | None = None,
    cut_off: float = 0.0,
) -> DeviceMesh:
    """Read a record on all ranks of a communicator.

    Args:
        directory: Holds ``cells, cell_tags, points, facet_cells, facet_tags, neighbours`` as ``.npy``.
        regions: Tag of every region.
        terminals: Tag of every terminal.
        weights: Cost of a cell of each region, for the load balance.
        comm: The communicator.
        interfaces: Regions on sides 1 and 2 of every interface along which the mesh is cut, and the surface
            if it is confined to one; the record holds that cut (:func:`thermospin.meshes.cut.store_cut`).
        conductors: The conducting regions; needed with interfaces.
        surfaces: Tag of every surface that interfaces name.
        cut_off: As of the mesh that is returned.

    Raises:
        ValueError: The cut in the record is not one of this mesh.
    """
    interfaces, surfaces = interfaces or {}, surfaces or {}
    pairs = tag_pairs(regions, interfaces, surfaces)
    cut = cut_directory(directory, pairs, {regions[name] for name in conductors}, surfaces.values())
    arrays = {
        name: np.load((cut if name in ("cells", "points") else directory) / f"{name}.npy", mmap_mode="r")
        for name in ("cells", "cell_tags", "points", "facet_cells", "facet_tags", "neighbours")
    }
    cells, tags = arrays["cells"], arrays["cell_tags"]
    cell_ranges = _balanced_ranges(np.asarray(tags), regions, weights, comm.size)
    # A node belongs to the rank of the first cell that mentions it; nodes are numbered in that order.
    node_ranges = np.concatenate([_nodes_before(cells, cell_ranges), [len(arrays["points"])]])

    start, stop = cell_ranges[comm.rank : comm.rank + 2]
    ghost_cells = _ghosts(arrays["neighbours"], start, stop)
    local_cells = np.concatenate([np.arange(start, stop), ghost_cells])
    cell_nodes = np.concatenate([cells[start:stop], cells[ghost_cells]])
    nodes = _distinct(cell_nodes, len(arrays["points"]))
    first, last = node_ranges[comm.rank : comm.rank + 2]
    ghost_nodes = nodes[(nodes < first) | (nodes >= last)]
    local_nodes = np.concatenate([np.arange(first, last), ghost_nodes])
    position = np.empty(len(arrays["points"]), dtype=np.int32)
    position[local_nodes] = np.arange(len(local_nodes), dtype=np.int32)
    mesh = build_mesh(
        comm,
        index_map(comm, last - first, ghost_nodes, _owner(node_ranges, ghost_nodes)),
        index_map(comm, stop - start, ghost_cells, _owner(cell_ranges, ghost_cells)),
        position[cell_nodes],
        local_cells,
        np.ascontiguousarray(arrays["points"][local_nodes]),
        local_nodes,
    )
    facets, facet_tags = np.asarray(arrays["facet_cells"]), np.asarray(arrays["facet_tags"])
    mine = (facets[:, 0] >= start) & (facets[:, 0] < stop)
    facets, facet_tags = (facets[mine] - [start, 0]).astype(np.int32), facet_tags[mine]
    on_surfaces = [place for place in interfaces.values() if len(place) > 2]
    device = DeviceMesh(
        mesh,
        np.asarray(tags[local_cells]),
        _tags_across(tags, arrays["neighbours"][start:stop]),
        dict(regions),
        {name: facets[facet_tags == tag] for name, tag in terminals.items()},
        {
            name: _local_interface(np.load(interface_file(cut, pair)), start, stop, ghost_cells)
            for name, pair in pairs.items()
        },
        _conductors(cut, cell_ranges, local_cells) if pairs and conductors else None,
        {name: [(a, b) for a, b, part in on_surfaces if part == name] for name in surfaces},
        cut_off,
    )
    for name, pair in pairs.items():
        _check_interface(device, name, pair[:2])
    return device


def _balanced_ranges(
    tags: np.ndarray, regions: dict[str, int], weights: dict[str, float], size: int
) -> np.ndarray:
    """First cell of every rank's range, and the total: shape (size + 1,)."""
    table = np.ones(int(tags.max()) + 1)
    for name, tag in regions.items():
        table[tag] = weights.get(name, 1.0)
    cost = np.cumsum(table[tags])
    inner = np.searchsorted(cost, cost[-1] * np.arange(1, size) / size)
    return np.concatenate([[0], inner, [len(tags)]]).astype(np.int64)


def _nodes_before(cells: np.ndarray, cell_ranges: np.ndarray) -> np.ndarray:
    """Number of nodes that the cells before each range mention: the first node of every rank."""
    highest = [
        int(np.max(cells[a:b])) + 1 if b > a else 0
        for a, b in zip(cell_ranges, cell_ranges[1:], strict=False)
    ]
    return np.concatenate([[0], np.maximum.accumulate(highest)[:-1]]).astype(np.int64)


def _ghosts(neighbours: np.ndarray, start: int, stop: int) -> np.ndarray:
    """Cells outside ``[start, stop)`` that share a facet with one inside."""
    adjacent = neighbours[start:stop].ravel()
    outside = adjacent[(adjacent >= 0) & ((adjacent < start) | (adjacent >= stop))]
    return np.unique(outside).astype(np.int64)


def _tags_across(tags: np.ndarray, neighbours: np.ndarray) -> np.ndarray:
    """Region tags of the neighbours, -1 where there is none."""
    return np.where(neighbours >= 0, np.asarray(tags)[neighbours], -1).astype(np.int32)


def _conductors(cut: Path, cell_ranges: np.ndarray, local_cells: np.ndarray) -> Conductors:
    cells = np.load(cut / "conductors.npy", mmap_mode="r")
    ranges = _nodes_before(cells, cell_ranges)
    return Conductors(np.asarray(cells[local_cells]), np.append(ranges, int(cells.max()) + 1))


def _local_interface(facets: np.ndarray, start: int, stop: int, ghost_cells: np.ndarray) -> np.ndarray:
    """The facets with an owned cell on side 1, in local numbers; their cells on side 2 are local too."""
    facets = facets[(facets[:, 0] >= start) & (facets[:, 0] < stop)]
    first, second = facets[:, 0] - start, facets[:, 2]
    owned = (second >= start) & (second < stop)
    second = np.where(owned, second - start, stop - start + np.searchsorted(ghost_cells, second))
    return np.column_stack([first, facets[:, 1], second, facets[:, 3]]).astype(np.int32)


def _check_interface(device: DeviceMesh, name: str, pair: tuple[int, ...]) -> None:
    """Make sure that the two faces of every facet lie on each other, in the two regions.

    Raises:
        ValueError: They do not.
    """
    geometry, tags, facets = device.mesh.geometry, device.cell_tags, device.interfaces[name]
    sides = facets[:, :2], facets[:, 2:]
    x, y = (geometry.x[geometry.dofmaps[0][cell_face[:, :1], FACES[cell_face[:, 1]]]] for cell_face in sides)
    same = (x[:, :, None] == y[:, None]).all(axis=3)
    in_place = same.any(axis=1).all() and same.any(axis=2).all()
    if not in_place or any(np.any(tags[side[:, 0]] != tag) for side, tag in zip(sides, pair, strict=True)):
        raise ValueError(f"the interface {name} in the mesh record does not fit its mesh; delete the record")


def _distinct(numbers: np.ndarray, limit: int) -> np.ndarray:
    """The distinct numbers, sorted: marks instead of a sort, since there are many of each."""
    marked = np.zeros(limit, dtype=bool)
    marked[numbers.ravel()] = True
    return np.flatnonzero(marked)


def _owner(ranges: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """Rank whose range holds each number."""
    return (np.searchsorted(ranges, numbers, side="right") - 1).astype(np.int32)
