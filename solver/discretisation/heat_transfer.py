"""Heat that leaves faces for the surroundings (solver/physics.md §6)."""

from collections.abc import Mapping

import numpy as np

from thermospin.compat import PETSc, fem, la
from thermospin.device.thermal import Transfer
from thermospin.discretisation.faces import Faces
from thermospin.discretisation.functionals import Functional, collected
from thermospin.discretisation.spaces import Spaces
from thermospin.fields import THETA


class HeatTransfer:
    """The term ``∫ g ϑ v/T0 dA`` with the coefficient g of heat transfer at terminals.

    Args:
        spaces: The spaces.
        transfers: Terminal to the law of its heat transfer.
        temperature: T0, K.

    Attributes:
        conductances: By terminal, the functional that gives ``∫ g ϑ dA``, W; weights in W/K (collective).
    """

    def __init__(self, spaces: Spaces, transfers: Mapping[str, Transfer], temperature: float) -> None:
        self._spaces, self._temperature = spaces, temperature
        self._faces = {name: Faces(spaces, spaces.device.terminals[name]) for name in transfers}
        self._coefficients = {
            name: transfers[name].coefficient(faces.points, faces.normals, self._box)
            for name, faces in self._faces.items()
        }
        self.conductances = {name: self._conductance(name) for name in transfers}

    def _box(self, region: str) -> np.ndarray:
        """The lowest and the highest corner of a region, m, shape (2, 3) (collective)."""
        device = self._spaces.device
        geometry = device.mesh.geometry
        corners = geometry.x[geometry.dofmaps[0][device.owned(device.cells([region]))]].reshape(-1, 3)
        low, high = corners.min(axis=0, initial=np.inf), corners.max(axis=0, initial=-np.inf)
        found = np.array(self._spaces.comm.allgather([low, high]))
        return np.array([found[:, 0].min(axis=0), found[:, 1].max(axis=0)])

    def _conductance(self, name: str) -> Functional:
        faces = self._faces[name]
        return collected(
            self._spaces.spaces[THETA], faces.unknowns, faces.integrate(self._coefficients[name])
        )

    def add(self, block: PETSc.Mat, key: tuple[int, int]) -> None:
        """Add the term to a block of the operator; to all but that of ϑ with ϑ it adds nothing.

        Args:
            block: The matrix, not assembled yet.
            key: Numbers of the fields of its rows and columns.
        """
        if any(self._spaces.fields[i] is not THETA for i in key):
            return
        for name, faces in self._faces.items():
            unknowns = faces.unknowns.astype(PETSc.IntType)
            mass = faces.mass(self._coefficients[name]) / self._temperature
            block.setValuesLocalRCV(
                unknowns,
                unknowns,
                mass.reshape(len(unknowns), unknowns.shape[1] ** 2),
                addv=PETSc.InsertMode.ADD_VALUES,
            )

    def flow(self, theta: fem.Function, load: la.Vector) -> None:
        """Add the term to this rank's part of the residual of ϑ, ghosts included.

        Args:
            theta: ϑ, K, ghosts included.
            load: The residual, A·V/K, changed in place.
        """
        for name, faces in self._faces.items():
            mass = faces.mass(self._coefficients[name]) / self._temperature
            values = theta.x.array[faces.unknowns]
            np.add.at(load.array, faces.unknowns, np.einsum("nij,nj->ni", mass, values))
