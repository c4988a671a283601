"""Interfaces that conduct much better than the elements beside them."""

from collections.abc import Sequence

import numpy as np

from thermospin.compat import MPI, PETSc, fem, la
from thermospin.discretisation.interfaces.jumps import Interfaces, Springs
from thermospin.fields import Field

STIFF = 1.0
"""An interface is stiff if it adds so many times more to the diagonal of a block than the elements beside it
do. From here on, multigrid without jumps takes fewer iterations than multigrid with them."""


def stiff_interfaces(
    interfaces: Sequence[Interfaces], space: fem.FunctionSpace, field: Field, block: PETSc.Mat
) -> list[str]:
    """Names of the interfaces that conduct much better than the elements beside them (collective).

    Args:
        interfaces: All interfaces.
        space: The space of a field.
        field: The field.
        block: Its diagonal block.
    """
    springs = {name: part for group in interfaces for name, part in group.springs(field).items()}
    if not springs:
        return []
    diagonals = {name: _diagonal(space, part) for name, part in springs.items()}
    elements = block.getDiagonal().array_r - sum(diagonals.values())
    stiff = []
    for name, diagonal in diagonals.items():
        sums = np.array([diagonal.sum(), elements[diagonal > 0].sum()])
        across, beside = space.mesh.comm.allreduce(sums, MPI.SUM)
        if across > STIFF * beside:
            stiff.append(name)
    return stiff


def tied_unknowns(interfaces: Sequence[Interfaces], field: Field, names: Sequence[str]) -> np.ndarray | None:
    """Pairs of local unknowns on the two sides of interfaces, shape (n, 2); None without interfaces.

    Args:
        interfaces: All interfaces.
        field: The field.
        names: The interfaces to take.
    """
    if not names:
        return None
    springs = {name: part for group in interfaces for name, part in group.springs(field).items()}
    return np.concatenate([np.column_stack(springs[name][:2]) for name in names])


def _diagonal(space: fem.FunctionSpace, springs: Springs) -> np.ndarray:
    """Contribution of springs to the diagonal of a block, at this rank's unknowns (collective)."""
    total = fem.Function(space)
    for side in (springs.first, springs.second):
        np.add.at(total.x.array, side, springs.strengths)
    total.x.scatter_reverse(la.InsertMode.add)
    return total.x.array[: space.dofmap.index_map.size_local]
