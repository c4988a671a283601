"""Fields on the whole device as plain arrays, from the solver to the output."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any, Self

import numpy as np

from thermospin.fields import ABSOLUTE, CONSTANTS, output_fields
from thermospin.response.power_series import terms

_FIELDS = {field.name: field for vector in (True, False) for field in output_fields(vector)}


@dataclass(frozen=True)
class FieldSample:
    """All output fields on the tetrahedra of the device, gathered on one rank.

    Fields at points are polynomials in every tetrahedron, as they were solved for: linear, quadratic with
    points in the middles of the edges, or cubic with two points on every edge and one on every face. Points
    are split between regions, so fields may jump there. Fluxes jump between tetrahedra.

    Attributes:
        points: Coordinates, m, (n_points, 3).
        cells: Points of every tetrahedron in VTK's order, (n_cells, 4), (n_cells, 10) or (n_cells, 20): the
            vertices, then those of :func:`thermospin.observables.elements.vtk_exponents`.
        region: Region tag of every tetrahedron, (n_cells,).
        regions: Region name to tag.
        point_data: ``V T mu_up mu_down mu_s`` and, where the spins have temperatures, ``T_up T_down T_s``,
            (n_points,), NaN where the field does not exist.
        cell_data: Means of ``J J_up J_down J_s Q`` and likewise ``Q_s`` in the tetrahedra, (n_cells, 3), NaN
            where the field does not exist.
        flux_data: ``J J_s Q`` and likewise ``Q_s`` where they are not constant in every cell: at its
            vertices, (n_cells, 4, 3), where they are linear; also in the middles of its edges, in VTK's
            order, (n_cells, 10, 3), where they are quadratic.

    With vector spin there is no axis for up and down. Then ``mu_s`` and ``T_s`` are vectors in spin space,
    (n_points, 3), and their components fields of their own, ``mu_s_x``, …; so are those of ``J_s`` and
    ``Q_s``, vectors in space; and ``m`` is the magnetisation at the centres of the cells, (n_cells, 3).
    """

    points: np.ndarray
    cells: np.ndarray
    region: np.ndarray
    regions: Mapping[str, int]
    point_data: Mapping[str, np.ndarray]
    cell_data: Mapping[str, np.ndarray]
    flux_data: Mapping[str, np.ndarray] = field(default_factory=dict)

    @property
    def vertices(self) -> np.ndarray:
        """Points of the vertices of every tetrahedron, (n_cells, 4)."""
        return self.cells[:, :4]

    def flux(self, name: str) -> np.ndarray:
        """A vector in the cells: as in :attr:`flux_data`, or (n_cells, 1, 3) where it is constant.

        Args:
            name: Name of the field.
        """
        if name in self.flux_data:
            return self.flux_data[name]
        field = _FIELDS[name]
        if field.made_of and set(field.made_of) <= self.flux_data.keys():
            return field.values(SimpleNamespace(**self.flux_data))
        return self.cell_data[name][:, None]

    @property
    def is_vector(self) -> bool:
        """Whether spins may point anywhere."""
        return self.point_data["mu_s"].ndim > 1


@dataclass(frozen=True)
class Case:
    """The fields of one injection scheme in one magnetic configuration, order by order in the drive.

    Attributes:
        scheme: Name of the injection scheme.
        configuration: Name of the magnetic configuration.
        orders: Power of the drive to the fields' coefficients, per A^n or V^n; the same mesh for all. 0 are
            the fields at rest, if there are any.
        temperature: Base temperature T0, K.
        drive: Unit of the drive, ``A`` or ``V``.
        solved: Drives to the fields there, with T0 in their temperatures, where few orders do not add up to
            them.
        run: Number of the run, if the fields shall bear it.
    """

    scheme: str
    configuration: str
    orders: Mapping[int, FieldSample]
    temperature: float
    drive: str = "A"
    solved: Mapping[float, FieldSample] = field(default_factory=dict)
    run: str = ""

    @property
    def is_vector(self) -> bool:
        """Whether spins may point anywhere."""
        return next(iter(self.orders.values())).is_vector

    def with_fluxes(self, shown: Collection[str]) -> Self:
        """The fields without those of :attr:`FieldSample.flux_data` that no shown field needs.

        Args:
            shown: Names of fields.
        """
        names = set(shown).union(*(_FIELDS[name].made_of for name in shown))

        def kept(samples: Mapping[Any, FieldSample]) -> dict[Any, FieldSample]:
            return {
                key: replace(sample, flux_data={n: v for n, v in sample.flux_data.items() if n in names})
                for key, sample in samples.items()
            }

        return replace(self, orders=kept(self.orders), solved=kept(self.solved))

    def at(self, drive: float) -> FieldSample:
        """Fields at a drive: the sum of all orders, unless they were solved for there.

        T0 is added to the temperatures.

        Args:
            drive: The drive, A or V.
        """
        if drive in self.solved:
            return self.solved[drive]
        some = next(iter(self.orders.values()))

        def total(kind: str, name: str) -> np.ndarray:
            if name in CONSTANTS:
                return getattr(some, kind)[name]
            return sum(factor * getattr(sample, kind)[name] for factor, sample in terms(self.orders, drive))

        point_data = {name: total("point_data", name) for name in some.point_data}
        for name in point_data.keys() & ABSOLUTE:
            point_data[name] = point_data[name] + self.temperature
        cell_data = {name: total("cell_data", name) for name in some.cell_data}
        flux_data = {name: total("flux_data", name) for name in some.flux_data}
        return replace(some, point_data=point_data, cell_data=cell_data, flux_data=flux_data)
