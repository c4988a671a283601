"""Terminals on the mesh: their area, their unknowns, and the functional that both feeds and reads them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from thermospin.compat import MPI, basix, fem, la
from thermospin.device.leads import Lead
from thermospin.discretisation.functionals import NOTHING, Functional, collected
from thermospin.discretisation.spaces import Spaces
from thermospin.errors import InputError
from thermospin.fields import THETA, Field, V


@dataclass(frozen=True)
class Terminal:
    """A terminal of the device.

    Attributes:
        name: Its name in the configuration.
        area: Its area, m².
        electrical: Whether it lies on a conductor.
        dofs: Owned unknowns on it, by field (local numbers within the field).
        average: Area average of V, the reading of a voltmeter; also the weights that distribute a current
            uniformly. Empty for a terminal on an insulator.
        has_lead: Whether a lead continues here, which takes up the Peltier heat of a current.
        seebeck: S of the lead, V/K.
        mean_rise: Area average of ϑ where a lead continues. Times S, it is added to the reading, which is
            that of the far end, and it distributes the Peltier heat ``S T0 I`` that a current brings.
        resistance: Resistance of the lead, Ω.
        returned_heat: Joule heat of the lead that enters here, W/A².
        lost_heat: The rest of it, W/A².
        follows_temperature: Whether the Peltier heat is ``S (T0 + ⟨ϑ⟩) I``, not ``S T0 I``.
    """

    name: str
    area: float
    electrical: bool
    dofs: dict[Field, np.ndarray]
    average: Functional
    has_lead: bool = False
    seebeck: float = 0.0
    mean_rise: Functional = NOTHING
    resistance: float = 0.0
    returned_heat: float = 0.0
    lost_heat: float = 0.0
    follows_temperature: bool = False


def locate_terminals(spaces: Spaces, leads: Mapping[str, Lead] | None = None) -> dict[str, Terminal]:
    """Find every terminal of the device (collective).

    Args:
        spaces: The spaces.
        leads: Terminal to the lead that continues there.

    Raises:
        InputError: A terminal has no facets, or lies on conductors and on insulators at once.
    """
    leads = leads or {}
    return {
        name: _terminal(spaces, name, facets, leads.get(name))
        for name, facets in spaces.device.terminals.items()
    }


def _terminal(spaces: Spaces, name: str, facets: np.ndarray, lead: Lead | None) -> Terminal:
    on_conductor = spaces.is_conducting[facets[:, 0]]
    count = spaces.comm.allreduce(np.array([len(facets), on_conductor.sum()]), MPI.SUM)
    if count[0] == 0:
        raise InputError(
            "this terminal has no faces in the mesh; check its region and face", key=f"terminals.{name}"
        )
    if 0 < count[1] < count[0]:
        raise InputError(
            "this terminal lies on conductors and on insulators; split it into two", key=f"terminals.{name}"
        )
    areas = facet_areas(spaces.device.mesh, facets)
    area = spaces.comm.allreduce(areas.sum(), MPI.SUM)
    electrical = bool(count[1])
    sub_facets = np.column_stack([spaces.sub_cells[facets[:, 0]], facets[:, 1]])
    dofs = {
        field: facet_dofs(space, sub_facets if field.on_conductors else facets)
        for field, space in spaces.spaces.items()
        if electrical or not field.on_conductors
    }
    average = facet_integral(spaces.spaces[V], sub_facets, areas / area) if electrical else NOTHING
    if lead is None or not electrical:
        return Terminal(name, area, electrical, dofs, average)
    mean = facet_integral(spaces.spaces[THETA], facets, areas / area)
    return Terminal(
        name,
        area,
        electrical,
        dofs,
        average,
        has_lead=True,
        seebeck=lead.seebeck,
        mean_rise=mean,
        resistance=lead.resistance_area / area,
        returned_heat=lead.returned_heat / area,
        lost_heat=lead.lost_heat / area,
        follows_temperature=lead.follows_temperature,
    )


def facet_areas(mesh, facets: np.ndarray) -> np.ndarray:
    """Areas of facets of flat tetrahedra, m², shape (n,).

    Args:
        mesh: The mesh.
        facets: Cell and local facet of each, shape (n, 2).
    """
    nodes = mesh.geometry.dofmaps[0][facets[:, 0]]
    x = mesh.geometry.x[_opposite(nodes, facets[:, 1])]
    return np.linalg.norm(np.cross(x[:, 1] - x[:, 0], x[:, 2] - x[:, 0]), axis=1) / 2


def _opposite(nodes: np.ndarray, vertex: np.ndarray) -> np.ndarray:
    """The three nodes of each tetrahedron that are not the given vertex."""
    keep = np.arange(4)[None, :] != vertex[:, None]
    return nodes[keep].reshape(-1, 3)


def facet_dofs(space: fem.FunctionSpace, facets: np.ndarray) -> np.ndarray:
    """Owned unknowns on facets, found on whichever rank holds the cell (collective).

    Args:
        space: The space.
        facets: Local cell and local facet of each, shape (n, 2).
    """
    layout = space.dofmap.dof_layout
    mark = fem.Function(space)
    for local in range(4):
        cells = facets[facets[:, 1] == local, 0]
        mark.x.array[space.dofmap.list[cells][:, layout.entity_closure_dofs(2, local)]] = 1
    mark.x.scatter_reverse(la.InsertMode.add)
    return np.flatnonzero(mark.x.array[: space.dofmap.index_map.size_local]).astype(np.int32)


def facet_integral(space: fem.FunctionSpace, facets: np.ndarray, areas: np.ndarray) -> Functional:
    """Integral over flat facets (collective).

    Args:
        space: The space.
        facets: Local cell and local facet of each, shape (n, 2).
        areas: Area of each, m², shape (n,).
    """
    weights = _facet_averages(space)[facets[:, 1]] * areas[:, None]
    return collected(space, space.dofmap.list[facets[:, 0]], weights)


def _facet_averages(space: fem.FunctionSpace) -> np.ndarray:
    """Average of every basis function over every facet of the reference cell, shape (4, n_dofs)."""
    element = space.element.basix_element
    points, weights = basix.make_quadrature(basix.CellType.triangle, element.degree)
    vertices = basix.geometry(basix.CellType.tetrahedron)
    averages = []
    for facet in basix.topology(basix.CellType.tetrahedron)[2]:
        origin, first, second = vertices[facet]
        on_facet = origin + points @ np.array([first - origin, second - origin])
        averages.append(weights @ element.tabulate(0, on_facet)[0, :, :, 0] / weights.sum())
    averages = np.array(averages)
    averages[np.abs(averages) < 1e-12] = 0.0
    return averages
