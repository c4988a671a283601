"""Size and cost of a problem before it is solved: rough, from the benchmarks of one rank."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from thermospin.device import Device
from thermospin.linear.factors import LARGEST
from thermospin.linear.stretching import MANY, STRETCHED, stretching
from thermospin.meshes.record import MeshRecord
from thermospin.runs.comparison import LARGEST_FACTORISED, LARGEST_SIZE, compared_degree
from thermospin.units import rounded

SURFACE = 1.38
"""Nodes that the surface of a body has beyond its share of tetrahedra, over their number to the power 2/3."""

MESHING = 5e-5
"""Time to make a tetrahedron, s."""

LIBRARIES = 2.5e8
"""Memory before anything is read, bytes."""
BYTES = 1700.0
"""Memory of an unknown with multigrid, bytes."""
BYTES_FACTORISED = 5000.0
"""Memory of an unknown where fields are factorised, bytes; factors grow a little faster than their fields."""
SAMPLE = 20_000
"""Number of cells by which a mesh is judged to be stretched."""
BYTES_OF_CELL = 1200.0
"""Memory of a tetrahedron while it is made, bytes."""

SETTING_UP = 1.1e-5
"""Time of an unknown to assemble and to set up multigrid, s."""
SOLVING = 5e-6
"""Time of an unknown in one order of one magnetic configuration, s."""
NEWTON = 4
"""Steps of Newton's method at one current, each about as long as an order."""


@dataclass(frozen=True)
class Estimate:
    """The size of a problem and its cost.

    Attributes:
        cells: Number of tetrahedra.
        unknowns: Number of unknowns.
        compared: Number of unknowns of the degree with which errors are estimated; 0 where they are not.
        meshing: Time to make the mesh on one core, s; 0 when it is there.
        solving: Time to solve all schemes and configurations on one core, s.
        is_factorised: Whether fields are factorised, as on stretched cells.
    """

    cells: float
    unknowns: float
    compared: float
    meshing: float
    solving: float
    is_factorised: bool

    @property
    def memory(self) -> float:
        """Memory to make the mesh, if it is still to be made, and to solve and estimate errors, bytes."""
        mesh = BYTES_OF_CELL * self.cells if self.meshing else 0.0
        each = BYTES_FACTORISED if self.is_factorised else BYTES
        return LIBRARIES + max(mesh, each * (self.unknowns + self.compared))

    @property
    def text(self) -> str:
        """The estimate as a line."""
        mesh = f"{_duration(self.meshing)} to mesh and " if self.meshing else ""
        return (
            f"about {rounded(self.cells)} tetrahedra, {rounded(self.unknowns)} unknowns, "
            f"{_gigabytes(self.memory)}, {mesh}{_duration(self.solving)} to solve on one core"
        )

    @property
    def warning(self) -> str | None:
        """A line when this machine has less memory than that."""
        return self.shortage(1)

    def shortage(self, machines: int) -> str | None:
        """A line when some machines like this one have less memory than that.

        Args:
            machines: Their number.
        """
        there = machines * os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        if self.memory < there:
            return None
        have = "this machine has" if machines == 1 else f"{machines} machines like this one have"
        return (
            f"{_gigabytes(self.memory)} of memory is needed, and {have} {_gigabytes(there)}; "
            f"use ranks on {'several' if machines == 1 else 'more'} machines, or larger elements"
        )


def estimate_plan(
    device: Device,
    cells: Mapping[str, float],
    columns: tuple[int, int] | None = None,
    is_stretched: bool = False,
) -> Estimate:
    """Estimate for a mesh that is still to be made.

    Args:
        device: The device.
        cells: Number of tetrahedra of every region.
        columns: Number of columns of prisms along x and y, of a mesh that consists of them.
        is_stretched: Whether its cells are stretched, as graded columns are.
    """
    conducting = sum(number for region, number in cells.items() if region not in device.insulators)
    total = sum(cells.values())

    def nodes(degree: int) -> tuple[float, float]:
        return _expected_nodes(conducting, degree, columns), _expected_nodes(total, degree, columns)

    return _estimate(device, total, nodes, MESHING * total, is_stretched)


def _expected_nodes(cells: float, degree: int, columns: tuple[int, int] | None) -> float:
    """Nodes of the elements of a mesh that is still to be made; six tetrahedra make a cell of columns."""
    if columns:
        layers = cells / (6 * columns[0] * columns[1])
        return float(np.prod([degree * number + 1 for number in (*columns, layers)]))
    surface = SURFACE * cells ** (2 / 3)
    points = cells / 6 + surface
    return _count(degree, points, points + cells + 2 * surface, 2 * cells + 2 * surface)


def estimate_record(device: Device, record: MeshRecord) -> Estimate:
    """Estimate for a mesh that exists.

    Args:
        device: The device.
        record: The mesh.
    """
    tags = [tag for name, tag in record.regions.items() if name not in device.insulators]
    conducting = np.isin(record.array("cell_tags"), tags)

    inner = _entities(record, conducting)
    whole = inner if conducting.all() else _entities(record, np.ones(record.cells, dtype=bool))

    def nodes(degree: int) -> tuple[float, float]:
        return _count(degree, *inner), _count(degree, *whole)

    return _estimate(device, record.cells, nodes, 0.0, _is_stretched(record))


def _is_stretched(record: MeshRecord) -> bool:
    """Whether so many cells are stretched that multigrid would stall, by some of them."""
    every = max(1, record.cells // SAMPLE)
    found = stretching(record.array("points")[record.array("cells")[::every]])
    return bool(np.mean(found > STRETCHED) > MANY)


def _entities(record: MeshRecord, chosen: np.ndarray) -> tuple[float, float, float]:
    """Points, edges and faces of chosen cells; edges by Euler's formula, as if there were no holes."""
    points, cells = len(np.unique(record.array("cells")[chosen])), int(chosen.sum())
    beside = record.array("neighbours")[chosen]
    outside = int((~(np.append(chosen, False)[beside])).sum())  # a cell without a neighbour has −1 there
    faces = 2 * cells + outside / 2
    return points, points + faces - cells - 1, faces


def _count(degree: int, points: float, edges: float, faces: float) -> float:
    """Nodes of elements of degree 1, 2 or 3, from the numbers of points, edges and faces."""
    return float(points + (degree - 1) * edges + (degree - 1) * (degree - 2) // 2 * faces)


def _estimate(
    device: Device,
    cells: float,
    nodes: Callable[[int], tuple[float, float]],
    meshing: float,
    is_stretched: bool,
) -> Estimate:
    """The estimate from the number of nodes on conductors and of all, of elements of a degree."""
    numerics = device.numerics
    unknowns = _unknowns(device, *nodes(numerics.degree))
    steps = numerics.orders if numerics.method == "expansion" else NEWTON * len(numerics.currents)
    solving = SETTING_UP + SOLVING * steps * len(device.states)
    compared = _compared(device, nodes, LARGEST_FACTORISED if is_stretched else LARGEST_SIZE)
    return Estimate(
        cells,
        unknowns,
        compared,
        meshing,
        (unknowns + compared) * len(device.drives) * solving,
        is_stretched and max(nodes(numerics.degree)) <= LARGEST,
    )


def _unknowns(device: Device, conducting: float, everywhere: float) -> float:
    """Number of unknowns, from the number of nodes on conductors and of all."""
    return sum(conducting if field.on_conductors else everywhere for field in device.unknowns)


def _compared(device: Device, nodes: Callable[[int], tuple[float, float]], largest: float) -> float:
    """Unknowns of the degree with which errors are estimated; 0 where they are not, as with too many."""
    numerics = device.numerics
    if not (numerics.estimate and device.probes):
        return 0.0
    if numerics.degree == 1 and device.follows_temperature:
        return 0.0
    found = _unknowns(device, *nodes(compared_degree(numerics.degree)))
    return found if numerics.degree > 1 or found <= largest else 0.0


def _gigabytes(size: float) -> str:
    return f"{size / 1e9:.2g} GB" if size < 1e10 else f"{rounded(size / 1e9)} GB"


def _duration(seconds: float) -> str:
    """A time in seconds, minutes, hours or days."""
    for size, unit in ((86400, "days"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{rounded(seconds / size)} {unit}"
    return f"{rounded(max(seconds, 1))} s"
