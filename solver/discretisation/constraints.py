"""Unknowns that a scheme fixes at the terminals (solver/physics.md §6), as a projection.

The operator is assembled without boundary conditions. Conjugate gradients stay in the space of admissible
fields when the preconditioner is projected onto it. So one operator serves every scheme, and the flow through
a terminal is the residual there.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from thermospin.compat import PETSc
from thermospin.discretisation.spaces import Spaces
from thermospin.discretisation.terminals import Terminal
from thermospin.fields import Field


@dataclass(frozen=True)
class Constraint:
    """The unknowns that a scheme fixes.

    Attributes:
        dofs: Owned unknowns by field, local numbers within the field.
        fixed: The same in this rank's part of the vector.
    """

    dofs: Mapping[Field, np.ndarray]
    fixed: np.ndarray

    def project(self, vector: PETSc.Vec) -> None:
        """Set the fixed unknowns to zero.

        Args:
            vector: Vector of all unknowns, changed in place.
        """
        with vector as array:
            array[self.fixed] = 0.0


def constrain(
    spaces: Spaces, terminals: Mapping[str, Terminal], held: Collection[str], sinks: Collection[str]
) -> Constraint:
    """Unknowns that a scheme fixes: V and s at some terminals, ϑ and τ at others, and all that are idle.

    Args:
        spaces: The spaces.
        terminals: All terminals.
        held: Terminals at which V and s are fixed.
        sinks: Terminals at which ϑ and τ are fixed.
    """
    fixing = {field: held if field in spaces.unknowns.potentials else sinks for field in spaces.fields}
    dofs = {
        field: _union([*_dofs(terminals, names, field), *([spaces.idle] if field.on_conductors else [])])
        for field, names in fixing.items()
    }
    fixed = np.concatenate([dofs[field] + spaces.ranges[field].start for field in spaces.fields])
    return Constraint(dofs, fixed)


def _dofs(terminals: Mapping[str, Terminal], names: Collection[str], field: Field) -> Iterator[np.ndarray]:
    """The unknowns of a field on terminals; fields on conductors have none on insulators."""
    return (terminals[name].dofs[field] for name in names if field in terminals[name].dofs)


def _union(arrays: Iterable[np.ndarray]) -> np.ndarray:
    return np.unique(np.concatenate([np.empty(0, dtype=np.int32), *arrays]))
