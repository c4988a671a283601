"""Parts of the operator and of the heat source that lie on faces of the device."""

from collections.abc import Callable, Collection, Mapping

import numpy as np

from thermospin.compat import PETSc
from thermospin.discretisation.interfaces.jumps import Block, Couples, Springs
from thermospin.fields import Field, State
from thermospin.lift import SpinVector
from thermospin.physics.coefficients import Coefficients
from thermospin.physics.terms.heating import Heating
from thermospin.textures import MagneticState


class FaceTerm:
    """A part of the equations that no magnetisation changes; itself it is none at all.

    It answers the same questions as :class:`thermospin.discretisation.interfaces.jumps.Interfaces`.
    """

    turns = False
    """Whether the components of a spin mix."""
    is_symmetric = True
    """Whether its part of the operator is symmetric."""

    def magnetise(self, magnetisation: MagneticState) -> None:
        """Do nothing.

        Args:
            magnetisation: Not used.
        """

    def jumps(self, key: Block) -> bool:
        """Whether it is part of a block.

        Args:
            key: Numbers of the two fields.
        """
        return False

    def couples(self, key: Block) -> Couples:
        """Unknowns of the rows and of the columns of a block that it couples.

        Args:
            key: Numbers of the two fields.
        """
        raise NotImplementedError

    def add(self, block: PETSc.Mat, key: Block, part: Callable[[Coefficients], Coefficients]) -> None:
        """Add it to a block.

        Args:
            block: The matrix, not assembled yet.
            key: Numbers of the two fields.
            part: Takes the part of the coefficients that is wanted.
        """

    def springs(self, field: Field) -> Mapping[str, Springs]:
        """No sides are coupled.

        Args:
            field: Not used.
        """
        return {}

    def unknowns(self, field: Field, magnets: Collection[str]) -> np.ndarray:
        """No unknowns have the sign of a magnet.

        Args:
            field: Not used.
            magnets: Not used.
        """
        return np.empty(0, dtype=np.int32)

    def heat(self, heating: Heating, first: State, second: State, field: Field, loads: np.ndarray) -> None:
        """Add the heat of two fields to this rank's part of the load of a temperature, ghosts included.

        Args:
            heating: The heat source.
            first: Functions.
            second: Functions.
            field: ϑ or a component of τ.
            loads: The load, A·V/K, changed in place.
        """

    def weighted_heat(
        self, heating: Heating, fields: State, weights: State, field: Field, loads: np.ndarray
    ) -> None:
        """Add the heat of fields with another one, weighted with temperatures, to this rank's part of a load.

        Args:
            heating: The heat source.
            fields: Functions.
            weights: Functions, whose temperatures are the weights.
            field: The other field.
            loads: The load, ghosts included, changed in place.
        """

    def flow(self, functions: State, field: Field, loads: np.ndarray) -> None:
        """Add the currents of fields to this rank's part of the residual of a field.

        Args:
            functions: Functions.
            field: The field.
            loads: The residual, changed in place.
        """

    def add_heat(
        self, block: PETSc.Mat, key: Block, heating: Heating, functions: State, factor: float
    ) -> None:
        """Add ``factor`` times the derivative of half the heat of fields with themselves to a block.

        Args:
            block: The matrix, not assembled yet.
            key: Numbers of the row's field, a temperature, and of the column's.
            heating: The heat source.
            functions: The fields.
            factor: The factor.
        """

    def torque(self, magnet: str, fields: State) -> SpinVector:
        """No magnet absorbs spins here.

        Args:
            magnet: Not used.
            fields: Not used.
        """
        return SpinVector(0.0, 0.0, 0.0)
