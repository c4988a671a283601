"""Fields and coefficients at the quadrature points as power series in the drive (solver/physics.md §7).

With ``u = Σ Iⁿ u_n``, a law gives ``c(T0 + ϑ) = Σ Iⁿ c_n`` by its derivatives at ``T0 + ϑ_0``. Order 0 alone
are fields at a given drive, with the coefficients at their temperatures.
"""

from collections.abc import Iterator, Mapping

import numpy as np

from thermospin.compat import PETSc, fem
from thermospin.discretisation.spaces import Spaces
from thermospin.fields import THETA, State
from thermospin.materials.laws import Taylor
from thermospin.physics.coefficients import Coefficients
from thermospin.physics.terms.calculus import Sample
from thermospin.response.nonlinear.local import LocalMaterials, Points, coefficients_of

CHUNK = 20_000
"""Number of cells whose points are evaluated at once; it bounds the memory."""


class PointSeries:
    """Evaluates fields and coefficients a few cells at a time.

    Args:
        spaces: The spaces, with all spins along one axis.
        given: Materials and magnetisation.

    Attributes:
        materials: Material of every region, with its laws.
        points: The quadrature points.
    """

    def __init__(self, spaces: Spaces, given: LocalMaterials) -> None:
        self._spaces, self._given, self.materials = spaces, given, given.materials
        self._split = spaces.unknowns.spin_heat
        self.points = Points(spaces)
        self._known: dict[int, _AtPoints] = {}
        self._loaded: list[int] = []

    def load(self, parts: Mapping[int, PETSc.Vec]) -> None:
        """Take other fields (collective).

        Args:
            parts: The fields by power of the drive.
        """
        self._loaded = list(parts)
        for power, vector in parts.items():
            if power not in self._known:
                self._known[power] = _AtPoints(self._spaces, self.points)
            self._known[power].load(vector)

    def chunks(self) -> Iterator[tuple[str, np.ndarray]]:
        """Owned cells of every region, a few at a time."""
        device = self._spaces.device
        for region in self.materials:
            cells = device.owned(device.cells([region]))
            for start in range(0, len(cells), CHUNK):
                yield region, cells[start : start + CHUNK]

    def fields(self, region: str, cells: np.ndarray, order: int) -> State:
        """Fields at the points of cells of a region as series; powers that are not loaded are 0.

        Args:
            region: The region.
            cells: Some of its owned cells.
            order: The highest power.
        """
        shape = len(self._spaces.fields), 4, len(cells) * len(self.points.places)
        coefficients = np.zeros((order + 1, *shape))
        for power in self._loaded:
            found = self._known[power].evaluate(cells, self.materials[region].is_conductor)
            coefficients[power] = found
        return State(
            *(Sample(Taylor(values[:, 0]), Taylor(values[:, 1:])) for values in coefficients.swapaxes(0, 1))
        )

    def coefficients(self, region: str, cells: np.ndarray, theta: Taylor) -> Coefficients:
        """Coefficients at the points of cells: the laws at T0 + ϑ_0, composed with the series of ϑ.

        Args:
            region: The region.
            cells: Some of its owned cells.
            theta: ϑ at the points, K, as a series.
        """
        order, rise, t0 = theta.order, theta.value, self._given.temperature
        varies = not self.materials[region].is_constant and rise.any()
        at = t0 + (rise if varies else np.zeros(1))
        parts, change = {}, theta - rise
        for name, derivatives in self._given.parts(region, at, order, self._split).items():
            law = Taylor.of_derivatives(derivatives).coefficients
            series = theta.constant(law[order])
            for coefficient in law[:order][::-1]:
                series = series * change + coefficient
            parts[name] = series
        axis = self._given.axis
        at_points = None if axis is None else axis.map(lambda part: self._at_points(part, cells))
        return coefficients_of(parts, self._at_points(self._given.m, cells), t0, at_points)

    def _at_points(self, function: fem.Function, cells: np.ndarray) -> np.ndarray:
        """A function that is constant in cells at the points of some of them."""
        values = function.x.array[function.function_space.dofmap.list[cells, 0]]
        return np.repeat(values, len(self.points.places))


class _AtPoints:
    """Fields at quadrature points: values and gradients. Nothing but :meth:`load` is collective."""

    def __init__(self, spaces: Spaces, points: Points) -> None:
        self._spaces, self._fields = spaces, spaces.functions()
        table = spaces.spaces[THETA].element.basix_element.tabulate(1, points.places)[..., 0]
        self._basis, self._gradients = table[0], table[1:]

    def load(self, vector: PETSc.Vec) -> None:
        """Take other fields (collective)."""
        self._spaces.load(vector, self._fields)

    def evaluate(self, cells: np.ndarray, is_conductor: bool) -> np.ndarray:
        """Values and gradients, shape (n_fields, 4, n_cells × n_points); 0 where a field does not live."""
        spaces, geometry = self._spaces, self._spaces.device.mesh.geometry
        x = geometry.x[geometry.dofmaps[0][cells]]
        inverse = np.linalg.inv(x[:, 1:] - x[:, :1])
        found = np.zeros((len(spaces.fields), 4, len(cells), len(self._basis)))
        for i, (field, function) in enumerate(zip(spaces.fields, self._fields, strict=True)):
            if field.on_conductors and not is_conductor:
                continue
            dofmap = spaces.spaces[field].dofmap.list
            values = function.x.array[dofmap[spaces.sub_cells[cells] if field.on_conductors else cells]]
            found[i, 0] = values @ self._basis.T
            slopes = np.einsum("dqk,ck->cdq", self._gradients, values, optimize=True)
            found[i, 1:] = np.einsum("cxd,cdq->xcq", inverse, slopes, optimize=True)
        return found.reshape(*found.shape[:2], -1)
