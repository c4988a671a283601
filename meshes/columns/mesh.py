"""Graded columns of a device made of films."""

import numpy as np

from thermospin.meshes.columns.carriers import CURRENTS, HEAT, Carriers, find_carriers
from thermospin.meshes.columns.edges import read_media
from thermospin.meshes.columns.grading import Grading
from thermospin.meshes.columns.heights import planes
from thermospin.meshes.columns.layout import Layout, lay_out
from thermospin.meshes.columns.options import ColumnOptions
from thermospin.meshes.columns.plan import Plan, read_plan
from thermospin.meshes.columns.prisms import tetrahedra
from thermospin.meshes.columns.sizes import size_function
from thermospin.meshes.columns.terminals import terminal_facets
from thermospin.meshes.record import RawMesh
from thermospin.meshes.solids import SolidsGeometry
from thermospin.meshes.terminals import TerminalFace


def column_mesh(
    geometry: SolidsGeometry,
    options: ColumnOptions,
    refinement: float,
    terminals: dict[str, TerminalFace],
    magnetic: frozenset[str],
    insulating: frozenset[str],
) -> RawMesh:
    """Mesh solids made of films with graded columns.

    Args:
        geometry: The solids.
        options: The grading.
        refinement: Divides the sizes of the coarse mesh.
        terminals: Terminals by name.
        magnetic: Regions of ferromagnets.
        insulating: Regions without electrons.

    Raises:
        InputError: A solid is no film, solids overlap or hide each other, or a terminal has no face.
    """
    plan = read_plan(geometry)

    def carriers_of(layout: Layout) -> Carriers:
        media = read_media(layout.regions, plan.names, geometry.materials, magnetic, insulating)
        return find_carriers(layout, media)

    outlines = lay_out(plan)
    lines = outlines.edges[carriers_of(outlines).lines == CURRENTS]
    layout = lay_out(plan, size_function(outlines.points[lines], refinement))
    carriers = carriers_of(layout)
    points, triangles, parent = _graded_plane(layout, carriers, options)
    z = _planes(plan, carriers, options, refinement)
    interval = np.searchsorted(plan.heights, (z[1:] + z[:-1]) / 2) - 1
    nodes, cells, region = tetrahedra(points, triangles, z, layout.regions[layout.kind[parent]][:, interval])
    return _with_terminals(nodes, cells, region + 1, plan.names, terminals)


def _graded_plane(
    layout: Layout, carriers: Carriers, options: ColumnOptions
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Nodes and triangles of the plane, and the triangle of the layout that each is a part of."""
    levels = _levels(options)
    lines = {
        tuple(ends): int(levels[rank])
        for ends, rank in zip(layout.edges.tolist(), carriers.lines, strict=True)
        if levels[rank]
    }
    corners = {node: int(levels[rank]) for node, rank in carriers.corners.items() if levels[rank]}
    grading = Grading(layout.points, layout.triangles, lines, corners, options.factor)
    grading.refine(options.levels)
    return grading.triangles()


def _levels(options: ColumnOptions) -> np.ndarray:
    """Levels of grading by rank: where heat alone is singular one fewer, as it matters less."""
    levels = np.zeros(3, dtype=int)
    levels[[HEAT, CURRENTS]] = max(options.levels - 1, 0), options.levels
    return levels


def _planes(plan: Plan, carriers: Carriers, options: ColumnOptions, refinement: float) -> np.ndarray:
    fewest = np.ones(len(plan.heights) - 1, dtype=int)
    for solid, (low, high) in zip(plan.solids, plan.levels, strict=True):
        if solid.elements_along_z and high == low + 1:
            fewest[low] = max(fewest[low], solid.elements_along_z)
    return planes(
        plan.heights, _levels(options)[carriers.heights], fewest, options.base / refinement, options.factor
    )


def _with_terminals(
    nodes: np.ndarray,
    cells: np.ndarray,
    tags: np.ndarray,
    names: tuple[str, ...],
    terminals: dict[str, TerminalFace],
) -> RawMesh:
    regions = {name: tag for tag, name in enumerate(names, start=1)}
    numbers = {name: tag for tag, name in enumerate(terminals, start=len(regions) + 1)}
    faces = {
        name: terminal_facets(name, terminal, nodes, cells, tags, regions)
        for name, terminal in terminals.items()
    }
    return RawMesh(
        points=nodes,
        cells=cells,
        cell_tags=tags.astype(np.int32),
        facets=np.concatenate([np.empty((0, 3), np.int64), *faces.values()]),
        facet_tags=np.concatenate(
            [np.empty(0, np.int32), *(np.full(len(f), numbers[n], np.int32) for n, f in faces.items())]
        ),
        regions=regions,
        terminals=numbers,
    )
