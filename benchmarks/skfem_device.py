"""The coupled system on scikit-fem's elements: blocks, terminals, preconditioner, heat, readings."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from common import Circuit, Coefficients
from scipy.sparse import csr_matrix
from skfem_assembly import Cells, Entries, Numbering, Reference, facet_average
from skfem_multigrid import PRECISION, Multigrid, anchored

import thermospin as ts


class Mesh:
    """The arrays of a mesh record.

    Args:
        record: The record.
    """

    def __init__(self, record) -> None:
        self.points, cells = np.load(record.directory / "points.npy"), np.load(record.directory / "cells.npy")
        self.nodes = cells.astype(np.int32)
        self.tags = np.load(record.directory / "cell_tags.npy")
        self.facets, facet_tags = (np.load(record.directory / f"{n}.npy") for n in ("facets", "facet_tags"))
        self.terminals = {name: np.flatnonzero(facet_tags == tag) for name, tag in record.terminals.items()}


class Field:
    """The unknowns on some of the cells, and the map to their matrices.

    Args:
        numbering: Numbering on the whole mesh.
        chosen: The cells, a slice or an index.
        cells: Geometry of all cells.
        reference: The element.
    """

    def __init__(self, numbering: Numbering, chosen, cells: Cells, reference: Reference) -> None:
        unknowns = numbering.cells[:, chosen]
        used = np.zeros(numbering.size, dtype=bool)
        used[unknowns] = True
        self.unknowns = np.flatnonzero(used)
        self.number = np.full(numbering.size, -1, dtype=np.int32)
        self.number[self.unknowns] = np.arange(len(self.unknowns), dtype=np.int32)
        self.size, self.cells = len(self.unknowns), self.number[unknowns]
        self.entries = Entries(self.cells, self.size, cells.of(chosen), reference)


class Device:
    """The coupled system and its preconditioner.

    Args:
        mesh: The mesh.
        table: Coefficients by region.
        circuit: Terminals.
        degree: Degree of the elements.
        watch: The stopwatch.
    """

    def __init__(
        self, mesh: Mesh, table: Coefficients, circuit: Circuit, degree: int, watch: ts.SilentProgress
    ) -> None:
        self.table, self.circuit, self.degree = table, circuit, degree
        with watch.stage("assembly"):
            self.reference = Reference(degree)
            self._geometry = Cells(mesh.points, mesh.nodes)
            self._numbering = Numbering(mesh.points, mesh.nodes, degree)
            self._tags = mesh.tags
            self._conductors = np.flatnonzero(table.conducting[mesh.tags])
            self._magnets = np.flatnonzero(np.isin(mesh.tags, list(table.magnets.values())))
            self.metal, self.magnet, diagonal = self._blocks(self._numbering, self.reference)
            self.V, self.s, self.theta = diagonal
            sigma_s = table.sigma_s[mesh.tags[self._conductors]]
            self.seebeck = self.metal.entries.stiffness(sigma_s)
            self._locate(mesh)
        with watch.stage("set-up"):
            self.multigrids = self._multigrids(mesh)

    def _blocks(self, numbering: Numbering, reference: Reference) -> tuple[Field, Field, list[csr_matrix]]:
        """The unknowns of V and s, those in magnets, and the field-diagonal blocks."""
        t, tags, cells = self.table, self._tags, self._geometry
        with ThreadPoolExecutor(2) as pool:
            heat = pool.submit(Entries, numbering.cells, numbering.size, cells, reference)
            metal = Field(numbering, self._conductors, cells, reference)
            magnet = Field(numbering, self._magnets, cells, reference)
            everywhere = heat.result()
        V = metal.entries.stiffness(t.sigma[tags[self._conductors]])
        relaxation = metal.entries.mass(t.relaxation[tags[self._conductors]])
        s = csr_matrix((V.data + relaxation.data, V.indices, V.indptr), shape=V.shape)
        return metal, magnet, [V, s, everywhere.stiffness(t.heat[tags])]

    def _locate(self, mesh: Mesh) -> None:
        """Layout of the vector: beginnings of the fields, and fixed, injected and read unknowns."""
        n = self.metal.size
        self.parts = slice(0, n), slice(n, 2 * n), slice(2 * n, 2 * n + self._numbering.size)
        self.size = self.parts[2].stop
        self.fixed = self._fixed(mesh, self._numbering, self.metal)
        starts = [part.start for part in self.parts]
        self.all_fixed = np.concatenate([start + f for start, f in zip(starts, self.fixed, strict=True)])
        self.averages = {}
        for name in self.circuit.electrical:
            facets = mesh.facets[mesh.terminals[name]]
            unknowns, weights = facet_average(
                self._numbering.facets(facets), mesh.points, facets, self.degree
            )
            self.averages[name] = self.metal.number[unknowns], weights
        self.injection = np.zeros(self.size)
        for name, share in self.circuit.injected.items():
            unknowns, weights = self.averages[name]
            self.injection[unknowns] += share * weights

    def _fixed(self, mesh: Mesh, numbering: Numbering, metal: Field) -> list[np.ndarray]:
        def on(terminals: list[str]) -> np.ndarray:
            facets = np.concatenate([mesh.facets[mesh.terminals[name]] for name in terminals])
            return np.unique(numbering.facets(facets))

        ground = metal.number[on(self.circuit.ground)]
        return [ground, ground, on(self.circuit.sinks)]

    def _multigrids(self, mesh: Mesh) -> list[Multigrid]:
        blocks = [anchored(A, f) for A, f in zip((self.V, self.s, self.theta), self.fixed, strict=True)]
        levels: list[list[csr_matrix]] = [[block] for block in blocks]
        if self.degree == 2:
            numbering = Numbering(mesh.points, mesh.nodes, 1)
            metal, _, low = self._blocks(numbering, Reference(1))
            everywhere = self._numbering.interpolation
            inside = everywhere[self.metal.unknowns][:, metal.unknowns]
            fixed = self._fixed(mesh, numbering, metal)
            for level, P, A, f in zip(levels, (inside, inside, everywhere), low, fixed, strict=True):
                level += [P, anchored(A, f)]
        with ThreadPoolExecutor(2) as pool:
            return list(pool.map(lambda level: Multigrid(*level), levels))

    def magnetise(self, signs: np.ndarray) -> None:
        """Assemble the blocks that change with the sign of the magnetisation per region."""
        tags = self._tags[self._magnets]
        self._p = signs[self._tags[self._conductors]]
        self.V_s = self.magnet.entries.stiffness(signs[tags] * self.table.sigma_p[tags])
        self.s_theta = self.magnet.entries.stiffness(signs[tags] * self.table.sigma_b[tags])
        self._in_magnet = self.metal.number[self.magnet.unknowns]

    def apply(self, x: np.ndarray) -> np.ndarray:
        """``A x``, without boundary conditions."""
        V, s, theta = (x[part] for part in self.parts)
        metal, magnet, inside = self.metal.unknowns, self.magnet.unknowns, self._in_magnet
        y = np.empty_like(x)
        y_V, y_s, y_theta = (y[part] for part in self.parts)
        y_V[:] = self.V @ V
        y_V += self.seebeck @ theta[metal]
        y_V[inside] += self.V_s @ s[inside]
        y_s[:] = self.s @ s
        y_s[inside] += self.V_s @ V[inside] + self.s_theta @ theta[magnet]
        y_theta[:] = self.theta @ theta
        y_theta[metal] += self.seebeck @ V
        y_theta[magnet] += self.s_theta @ s[inside]
        return y

    def precondition(self, r: np.ndarray) -> np.ndarray:
        """``M⁻¹ r`` on the unknowns that are not fixed."""
        z = np.empty_like(r)
        for part, multigrid in zip(self.parts, self.multigrids, strict=True):
            z[part] = multigrid(r[part].astype(PRECISION))
        z[self.all_fixed] = 0.0
        return z

    def heat(self, x: np.ndarray) -> np.ndarray:
        """The right-hand side of order 2: Joule heat over T0 of the currents of order 1."""
        t, tags, p = self.table, self._tags[self._conductors], self._p
        fields = x[self.parts[0]], x[self.parts[1]], x[self.parts[2]][self.metal.unknowns]
        cells = self._geometry.of(self._conductors)
        V, s, theta = (self._corner_gradients(field, cells) for field in fields)
        sigma, sigma_p, sigma_s, sigma_b = (
            values[tags][:, None, None] for values in (t.sigma, t.sigma_p, t.sigma_s, t.sigma_b)
        )
        p = p[:, None, None]
        j = sigma * V + p * sigma_p * s + sigma_s * theta
        j_s = p * sigma_p * V + sigma * s + p * sigma_b * theta
        up, down = (j + j_s) / 2, (j - j_s) / 2
        weight = t.heating * cells.volumes[:, None, None]
        density = weight * (
            up @ (up / ((sigma + p * sigma_p) / 2)).transpose(0, 2, 1)
            + down @ (down / ((sigma - p * sigma_p) / 2)).transpose(0, 2, 1)
        )
        local = np.tensordot(density, self.reference.load, axes=([1, 2], [0, 1]))
        rhs = np.zeros_like(x)
        rhs[self.parts[2]][self.metal.unknowns] = np.bincount(
            self.metal.cells.T.ravel(), local.ravel(), minlength=self.metal.size
        )
        return rhs

    def _corner_gradients(self, field: np.ndarray, cells: Cells) -> np.ndarray:
        """Gradients where the reference element has them, shape (n_cells, n_corners, 3)."""
        slopes = np.einsum("in,icq->nqc", field[self.metal.cells], self.reference.at_corners, optimize=True)
        return slopes @ cells.gradients

    def readings(self, x: np.ndarray) -> dict[str, float]:
        """Potentials of the terminals, V."""
        return {name: float(x[unknowns] @ weights) for name, (unknowns, weights) in self.averages.items()}
