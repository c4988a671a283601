"""Graded columns of a device made of films."""

from dataclasses import replace

import numpy as np

from thermospin.meshes.columns.carriers import CURRENTS, Carriers, find_carriers
from thermospin.meshes.columns.edges import read_media
from thermospin.meshes.columns.grading import Grading
from thermospin.meshes.columns.heights import planes
from thermospin.meshes.columns.layout import Layout, lay_out
from thermospin.meshes.columns.levels import Levels, find_levels
from thermospin.meshes.columns.options import ColumnOptions
from thermospin.meshes.columns.plan import FilmPlan, read_plan
from thermospin.meshes.columns.prisms import tetrahedra
from thermospin.meshes.columns.sites import nodes_at_outlines, site_arrays
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
    plan = read_plan(geometry, options.sides)

    def carriers_of(layout: Layout) -> Carriers:
        media = read_media(layout.regions, plan.names, geometry.materials, magnetic, insulating)
        return find_carriers(layout, media)

    outlines = lay_out(plan)
    lines = outlines.edges[carriers_of(outlines).lines == CURRENTS]
    layout = lay_out(plan, size_function(outlines.points[lines], refinement * options.plane_refinement))
    carriers = carriers_of(layout)
    levels = find_levels(layout, carriers, plan.names, options)
    grading = _graded(layout, levels, options.factor)
    points, triangles, parent = grading.triangles()
    z = planes(
        plan.heights,
        levels.heights,
        _fewest(plan),
        options.base,
        options.factor,
        refinement * options.height_refinement,
    )
    interval = np.searchsorted(plan.heights, (z[1:] + z[:-1]) / 2) - 1
    regions = layout.regions[layout.kind[parent]][:, interval]
    nodes, cells, triangle, step = tetrahedra(points, triangles, z, regions >= 0)
    at_lines = nodes_at_outlines(layout, carriers, grading, len(points), len(plan.names))
    at_planes = np.isin(z, plan.heights[carriers.heights > 0])
    arrays = site_arrays(at_lines[triangles].any(axis=1)[triangle], (at_planes[1:] | at_planes[:-1])[step])
    mesh = _with_terminals(nodes, cells, regions[triangle, step] + 1, plan.names, terminals)
    return replace(mesh, cell_arrays=arrays)


def _graded(layout: Layout, levels: Levels, factor: float) -> Grading:
    """The plane, graded."""
    lines = {
        tuple(ends): level
        for ends, level in zip(layout.edges.tolist(), levels.lines.tolist(), strict=True)
        if level
    }
    grading = Grading(layout.points, layout.triangles, lines, levels.corners, factor)
    grading.refine(max([0, *lines.values(), *levels.corners.values()]))
    return grading


def _fewest(plan: FilmPlan) -> np.ndarray:
    """Fewest elements between neighbouring heights, which solids of one interval ask for."""
    fewest = np.ones(len(plan.heights) - 1, dtype=int)
    for solid, (low, high) in zip(plan.solids, plan.levels, strict=True):
        if solid.elements_along_z and high == low + 1:
            fewest[low] = max(fewest[low], solid.elements_along_z)
    return fewest


def _with_terminals(
    nodes: np.ndarray,
    cells: np.ndarray,
    tags: np.ndarray,
    names: tuple[str, ...],
    terminals: dict[str, TerminalFace],
) -> RawMesh:
    regions = {name: tag for tag, name in enumerate(names, start=1)}
    extent = float(np.ptp(nodes[cells].reshape(-1, 3), axis=0).max())
    numbers = {name: tag for tag, name in enumerate(terminals, start=len(regions) + 1)}
    faces = {
        name: terminal_facets(name, terminal, nodes, cells, tags, regions, extent)
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
