"""Bars with resistive interfaces: the fields on either side of them."""

import numpy as np
from bars import NM, Profile
from support import prepare_problem


def problem_with(bar, interfaces, comm, **sections):
    """A bar with resistive interfaces and other sections replaced (collective).

    Args:
        bar: The bar.
        interfaces: By the two regions, joined by a bar, what crosses.
        comm: The ranks.
        sections: Of the configuration.
    """
    entries = [{"between": names.split("|")} | values for names, values in interfaces.items()]
    return prepare_problem(bar.config() | {"interfaces": entries} | sections, comm)


def profile_in(problem, solution, field, region):
    """The profile of a field in one region, up to the interfaces, on all ranks (collective)."""
    spaces, part = problem.spaces, problem.spaces.ranges[field]
    space, cells = spaces.spaces[field], spaces.device.cells([region])
    dofs = np.unique(space.dofmap.list[spaces.sub_cells[cells] if field.on_conductors else cells])
    dofs = dofs[dofs < part.stop - part.start]
    x, values = space.tabulate_dof_coordinates()[dofs, 0], solution.vector.array_r[part][dofs]
    x, values = (np.concatenate(spaces.comm.allgather(array)) for array in (x, values))
    places, which = np.unique(np.round(x / NM, 6), return_inverse=True)
    return Profile(places * NM, np.bincount(which, values) / np.bincount(which))


def sides(problem, solution, field, first, second, x):
    """A field on the two sides of the interface at x (collective)."""
    return tuple(profile_in(problem, solution, field, region).at(x) for region in (first, second))
