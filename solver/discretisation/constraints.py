"""What a scheme fixes at the terminals (solver/physics.md §6), as a projection onto the admissible fields.

The operator is assembled without boundary conditions. Conjugate gradients stay in the admissible space
when the preconditioner is projected onto it, so one operator serves every scheme, and what flows through
a terminal is the residual there.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from thermospin.compat import PETSc
from thermospin.discretisation.spaces import Spaces
from thermospin.discretisation.terminals import Terminal
from thermospin.fields import SPIN, Field, V


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
        """Set the fixed unknowns to zero."""
        with vector as array:
            array[self.fixed] = 0.0


def constrain(
    spaces: Spaces, terminals: Mapping[str, Terminal], held: Collection[str], sinks: Collection[str]
) -> Constraint:
    """Fix V and s at the ``held`` terminals, ϑ and τ at the ``sinks``."""
    fixing = {field: held if field is V or field in SPIN else sinks for field in spaces.fields}
    dofs = {field: _union(_dofs(terminals, names, field)) for field, names in fixing.items()}
    fixed = np.concatenate([dofs[field] + spaces.ranges[field].start for field in spaces.fields])
    return Constraint(dofs, fixed)


def _dofs(terminals: Mapping[str, Terminal], names: Collection[str], field: Field) -> Iterator[np.ndarray]:
    """The unknowns of a field on terminals; there are none on insulators of what lives on conductors."""
    return (terminals[name].dofs[field] for name in names if field in terminals[name].dofs)


def _union(arrays: Iterable[np.ndarray]) -> np.ndarray:
    return np.unique(np.concatenate([np.empty(0, dtype=np.int32), *arrays]))
