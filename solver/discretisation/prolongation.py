"""From one polynomial degree to a higher one on the same mesh, for the vector of all unknowns."""

from thermospin.compat import PETSc
from thermospin.discretisation.spaces import Spaces, interpolation_matrix


class Prolongation:
    """Interpolation of all fields.

    Args:
        low: The spaces of the lower degree.
        high: Those of the higher one.
    """

    def __init__(self, low: Spaces, high: Spaces) -> None:
        self._low, self._high = low, high
        made: dict[bool, PETSc.Mat] = {}
        for field in low.fields:
            if field.on_conductors not in made:
                made[field.on_conductors] = interpolation_matrix(low.spaces[field], high.spaces[field])
        self._parts = {field: made[field.on_conductors] for field in low.fields}
        self._vectors = {field: part.createVecs() for field, part in self._parts.items()}

    def up(self, coarse: PETSc.Vec, fine: PETSc.Vec) -> None:
        """Interpolate fields (collective).

        Args:
            coarse: The fields on the lower degree.
            fine: The same on the higher one, which is overwritten.
        """
        for field, part in self._parts.items():
            low, high = self._vectors[field]
            low.array[:] = coarse.array_r[self._low.ranges[field]]
            part.mult(low, high)
            with fine as array:
                array[self._high.ranges[field]] = high.array_r

    def down(self, fine: PETSc.Vec, coarse: PETSc.Vec) -> None:
        """Restrict a residual (collective).

        Args:
            fine: The residual on the higher degree.
            coarse: The same on the lower one, which is overwritten.
        """
        for field, part in self._parts.items():
            low, high = self._vectors[field]
            high.array[:] = fine.array_r[self._high.ranges[field]]
            part.multTranspose(high, low)
            with coarse as array:
                array[self._low.ranges[field]] = low.array_r
