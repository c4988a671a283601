"""Precession in a magnetic field (Hanle) in preconditioners that know one component of a spin each."""

from collections.abc import Collection, Sequence

import numpy as np

from thermospin.compat import PETSc, fem, ufl
from thermospin.discretisation.spaces import CONDUCTORS, Spaces
from thermospin.fields import S_VECTOR, TAU_VECTOR, Field
from thermospin.physics.coefficients import CellCoefficients

Vector = tuple[Field, ...]

ALONG = 2.0
"""Weight of the correction along B. There the multigrid has ``a + w`` where the operator has a, the rate w of
precession being none of its own. With ``t = w/(a + w)``, eigenvalues ``1 − t`` become ``(1 − t)(1 + 2t)``,
from 1/4 to 9/8 up to ω_L τ_sf = 10."""


class Precession:
    """Couples the components of a spin that precesses in a magnetic field.

    With spins across B as complex numbers the operator is ``A − iW``: A without field, W the mass matrix
    times the rate of precession. The multigrid of a component inverts ``H = A + W``, which leaves eigenvalues
    on the arc ``(a − iw)/(a + w)``: where spins precess faster than they relax or diffuse it bends around 0,
    and GMRES is slow. With ``h = H⁻¹ f`` and e1, e2 across B, ``e2 × e1`` along it,

        s = h + H⁻¹ W (e1 − e2) (e1 + e2)·h

    is the solution with A + 2W instead of A for the component along e2, and eigenvalues are 1/2 to 1
    (Axelsson, Neytcheva, Ahmad, Numerical Algorithms 66, 811 (2014)).

    Args:
        spaces: The spaces.
        coefficients: The coefficients, in a magnetic field.
        fields: The unknowns that have preconditioners of their own.
        basis: Axes along which these take spins, the rows of a matrix; default x, y, z.

    Attributes:
        vectors: The spins that precess, each by its components.
    """

    def __init__(
        self,
        spaces: Spaces,
        coefficients: CellCoefficients,
        fields: Collection[Field],
        basis: np.ndarray | None = None,
    ) -> None:
        self._field, self._basis = coefficients.magnetic_field, np.eye(3) if basis is None else basis
        c = coefficients.all
        rates = {S_VECTOR: c.larmor, TAU_VECTOR: c.heat_larmor}
        self.vectors: Sequence[Vector] = [vector for vector in rates if set(vector) <= set(fields)]
        self._unit = fem.Constant(spaces.device.mesh, np.zeros(3))
        self._forms, self._masses = {}, {}
        for vector in self.vectors:
            u, v = (of(spaces.spaces[vector[0]]) for of in (ufl.TrialFunction, ufl.TestFunction))
            # A negative g turns the other way round, but damps as much.
            signed, size = rates[vector].dot(self._unit), ufl.sqrt(rates[vector].dot(rates[vector]))
            self._forms[vector] = [
                fem.form(rate * u * v * spaces.dx(CONDUCTORS), entity_maps=[spaces.entity_map])
                for rate in (signed, size)
            ]
            self._masses[vector] = [fem.petsc.create_matrix(form) for form in self._forms[vector]]
        self.assemble()

    def assemble(self) -> None:
        """Take over the magnetic field (collective)."""
        b = self._field.value / np.linalg.norm(self._field.value)
        self._unit.value[:] = b
        b = self._basis @ b
        first = np.cross(b, np.eye(3)[abs(b).argmin()])
        first /= np.linalg.norm(first)
        second = np.cross(first, b)
        self._across = np.outer(first - second, first + second)
        self._along = ALONG * np.outer(b, b)
        for vector in self.vectors:
            for form, mass in zip(self._forms[vector], self._masses[vector], strict=True):
                mass.zeroEntries()
                fem.petsc.assemble_matrix(mass, form)
                mass.assemble()

    def sources(self, vector: Vector, found: Sequence[PETSc.Vec], transpose: bool) -> list[PETSc.Vec]:
        """Right-hand sides for the multigrids of the components; their solutions are added (collective).

        Args:
            vector: A spin, one of :attr:`vectors`.
            found: h, its components.
            transpose: Whether for the transpose of the preconditioner.
        """
        h = np.array([component.array_r for component in found])
        rows, sources = (self._across.T if transpose else self._across), []
        for across, along in zip(rows, self._along, strict=True):
            source, turned = found[0].duplicate(), found[0].duplicate()
            turned.array[:] = across @ h
            self._masses[vector][0].mult(turned, source)
            turned.array[:] = along @ h
            self._masses[vector][1].multAdd(turned, source, source)
            sources.append(source)
        return sources
