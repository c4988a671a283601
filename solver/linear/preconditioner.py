"""The preconditioner of the coupled system: one of every field, side by side."""

from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import pairwise

import numpy as np

from thermospin.compat import MPI, PETSc
from thermospin.fields import S_VECTOR, TAU_VECTOR, Field
from thermospin.linear.factors import Factors
from thermospin.linear.multigrid import Multigrid
from thermospin.linear.precession import Precession

Fields = tuple[Field, ...]


class FieldPreconditioner:
    """The preconditioners of the fields, side by side.

    Args:
        parts: One per field, in the order of the blocks; neighbouring fields may share one.
        precession: Coupling of the components of spins in a magnetic field; None without one.
        basis: Axes along which the parts take spins, the rows of a rotation; default x, y, z.
        sweeps: Sweeps over V and the other fields in an iteration of GMRES, where all parts are factors.

    Attributes:
        sweeps: The same.
    """

    def __init__(
        self,
        parts: Mapping[Fields, Multigrid | Factors],
        precession: Precession | None = None,
        basis: np.ndarray | None = None,
        sweeps: int = 1,
    ) -> None:
        self.sweeps = sweeps
        self._parts, self._precession, self._basis = dict(parts), precession, basis
        self._anchors: dict[Fields, Sequence[np.ndarray]] = {}
        blocks = [part.pc.getOperators()[0] for part in parts.values()]
        ends = np.cumsum([0] + [block.getLocalSize()[0] for block in blocks])
        self._slices = {
            f: slice(*place) for f, place in zip(self._parts, pairwise(ends.tolist()), strict=True)
        }
        comm = blocks[0].comm
        self._comm = comm.tompi4py()
        vector = PETSc.Vec().createMPI((ends[-1], PETSc.DETERMINE), comm=comm)
        first = vector.getOwnershipRange()[0]
        self._sets = [
            PETSc.IS().createStride(end - start, first + start, 1, comm=comm)
            for start, end in zip(ends, ends[1:], strict=False)
        ]

    @property
    def parts(self) -> Mapping[Fields, Multigrid | Factors]:
        """The preconditioner of every field, or of fields that share one."""
        return self._parts

    def free(self) -> None:
        """Free the parts (collective).

        Objects that only a Python preconditioner holds are lost if PETSc's garbage collection frees it.
        """
        for part in self._parts.values():
            part.pc.destroy()

    def anchor(self, dofs: Mapping[Field, Sequence[np.ndarray]]) -> None:
        """Fix unknowns of every field (collective).

        Args:
            dofs: Owned unknowns by field, local numbers: one array for each of its spaces, finest first.
        """
        for fields, part in self._parts.items():
            wanted = dofs[fields[0]] if len(fields) == 1 else [dofs[field][0] for field in fields]
            if not self._is_anchored(fields, wanted):
                part.anchor(wanted)
                self._anchors[fields] = wanted

    def renew(self, parts: Mapping[Fields, Multigrid | Factors]) -> None:
        """Replace the parts of fields whose blocks have changed (collective); the same unknowns remain fixed.

        Args:
            parts: The new parts by fields.
        """
        for fields, part in parts.items():
            self._parts[fields].pc.destroy()
            self._parts[fields] = part
            if fields in self._anchors:
                part.anchor(self._anchors[fields])

    def _is_anchored(self, fields: Fields, dofs: Sequence[np.ndarray]) -> bool:
        """Whether exactly these unknowns are fixed already (collective)."""
        known = self._anchors.get(fields)
        same = known is not None and all(map(np.array_equal, known, dofs))
        return self._comm.allreduce(same, MPI.LAND)

    @property
    def is_factorised(self) -> bool:
        """Whether every field has a factor."""
        return all(isinstance(part, Factors) for part in self._parts.values())

    def apply(
        self,
        residual: PETSc.Vec,
        correction: PETSc.Vec,
        transpose: bool = False,
        wanted: Callable[[Fields], bool] = lambda fields: True,
    ) -> None:
        """``z = M⁻¹ r``, or with ``M⁻ᵀ``; multigrid is symmetric (collective).

        Args:
            residual: r.
            correction: z, overwritten.
            transpose: Whether to apply the transpose.
            wanted: Whether the part of some fields is applied; where none is, z is 0.
        """
        if self._basis is not None:
            residual = residual.copy()
            self._turn(residual, self._basis)
        for place, (fields, part) in zip(self._sets, self._parts.items(), strict=True):
            r, z = residual.getSubVector(place), correction.getSubVector(place)
            if not wanted(fields):
                z.set(0.0)
            else:
                (part.pc.applyTranspose if transpose and isinstance(part, Factors) else part.pc.apply)(r, z)
            residual.restoreSubVector(place, r)
            correction.restoreSubVector(place, z)
        if self._precession is not None:
            self._precess(self._precession, correction, transpose)
        if self._basis is not None:
            self._turn(correction, self._basis.T)

    def solve_columns(self, columns: np.ndarray, fields: Collection[Field]) -> np.ndarray:
        """``M⁻¹ R`` for several columns in the rows of some fields, 0 in others (collective).

        All parts are factors.

        Args:
            columns: R on this rank, shape (n, k).
            fields: The fields.
        """
        found = np.zeros_like(columns, order="F")
        for part, place in self._slices.items():
            if set(part) <= set(fields):
                found[place] = self._parts[part].solve_columns(columns[place])
        return found

    def _turn(self, vector: PETSc.Vec, rotation: np.ndarray) -> None:
        """Rotate the spins in a vector, in place."""
        with vector as array:
            for spin in (S_VECTOR, TAU_VECTOR):
                if all((field,) in self._slices for field in spin):
                    components = [array[self._slices[field,]] for field in spin]
                    for component, turned in zip(components, rotation @ np.array(components), strict=True):
                        component[:] = turned

    def _precess(self, precession: Precession, correction: PETSc.Vec, transpose: bool) -> None:
        """Couple the components of spins (collective)."""
        places = dict(zip(self._parts, self._sets, strict=True))
        for vector in precession.vectors:
            found = [correction.getSubVector(places[field,]) for field in vector]
            step = found[0].duplicate()
            sources = precession.sources(vector, found, transpose)
            for field, component, source in zip(vector, found, sources, strict=True):
                self._parts[field,].pc.apply(source, step)
                component.axpy(1.0, step)
                correction.restoreSubVector(places[field,], component)

    def products(self, first: PETSc.Vec, second: PETSc.Vec) -> dict[Fields, float]:
        """Scalar product of two vectors, part by part (collective).

        Args:
            first: A vector.
            second: The other.

        Returns:
            By the fields of every part.
        """
        found = {}
        for place, fields in zip(self._sets, self._parts, strict=True):
            a, b = first.getSubVector(place), second.getSubVector(place)
            found[fields] = a.dot(b)
            first.restoreSubVector(place, a)
            second.restoreSubVector(place, b)
        return found
