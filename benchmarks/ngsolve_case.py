"""The benchmark's case on NGSolve, with BDDC, whose coarse problem has algebraic multigrid.

    python benchmarks/ngsolve_case.py configs/slachter2010.yaml --set mesh.refinement=0.5

The formulation is thermospin's: V and s on conductors, ϑ everywhere, the heat equation divided by T0, one
preconditioner per field, conjugate gradients, residual recomputed relative to the probe. Lengths are in nm,
of the size that Netgen expects. ``NGS_NUM_THREADS`` is its number of threads.
"""

from collections.abc import Iterator, Mapping

import ngsolve as ngs
import numpy as np
from common import (
    Circuit,
    Coefficients,
    arguments,
    configuration,
    in_processes,
    mesh_of,
    peak_memory,
    present_memory,
    report,
    spread,
)
from netgen.meshing import FaceDescriptor
from netgen.meshing import Mesh as NetgenMesh
from ngsolve.krylovspace import CGSolver

import thermospin as ts

NM = 1e-9
TOLERANCE, REFINEMENT, ACCURACY = 1e-10, 1e-3, 1e-7
"""Reduction in the first cycle and in later ones; relative accuracy of the readings."""
MAX_CYCLES, MAX_ITERATIONS = 8, 500


def read_mesh(record: ts.MeshRecord) -> ngs.Mesh:
    """The mesh of a record: regions are called by their tags, terminals by their names; nm."""
    points, cells, cell_tags, facets, facet_tags = (
        np.load(record.directory / f"{name}.npy")
        for name in ("points", "cells", "cell_tags", "facets", "facet_tags")
    )
    mesh = NetgenMesh(dim=3)
    mesh.AddPoints(points / NM)
    for tag in np.unique(cell_tags):
        mesh.SetMaterial(int(tag), f"region{tag}")
        mesh.AddElements(dim=3, index=int(tag), data=cells[cell_tags == tag].astype(np.int32), base=0)
    for number, (name, tag) in enumerate(record.terminals.items(), start=1):
        face = mesh.Add(FaceDescriptor(surfnr=number, domin=1, domout=0, bc=number))
        mesh.SetBCName(number - 1, name)
        mesh.AddElements(dim=2, index=face, data=facets[facet_tags == tag].astype(np.int32), base=0)
    return ngs.Mesh(mesh)


class Device:
    """The coupled system, its preconditioner, and the readings.

    Args:
        mesh: The mesh, nm.
        table: Coefficients by region.
        circuit: Terminals.
        degree: Degree of the elements.
        watch: The stopwatch.
    """

    def __init__(
        self, mesh: ngs.Mesh, table: Coefficients, circuit: Circuit, degree: int, watch: ts.SilentProgress
    ) -> None:
        self.mesh, self.table, self.circuit = mesh, table, circuit
        with watch.stage("assembly"):
            self.metal = mesh.Materials("|".join(f"region{tag}" for tag in np.flatnonzero(table.conducting)))
            ground, sinks = "|".join(circuit.ground), "|".join(circuit.sinks)
            electrical = {"order": degree, "definedon": self.metal, "dirichlet": ground}
            self.fields = [
                ngs.Compress(ngs.H1(mesh, **electrical)),
                ngs.Compress(ngs.H1(mesh, **electrical)),
                ngs.H1(mesh, order=degree, dirichlet=sinks),
            ]
            self.space = ngs.FESpace(self.fields)
            self.free = ngs.Projector(self.space.FreeDofs(), True)
            self.sigma, self.sigma_s, self.heat = map(self.values, (table.sigma, table.sigma_s, table.heat))
            self.sigma_p = self.sigma_b = ngs.CF(0.0)
            self._locate()
        with watch.stage("set-up"):
            self.preconditioner = self._preconditioner()

    def values(self, table: np.ndarray, scale: float = NM) -> ngs.CoefficientFunction:
        """A coefficient per region, in the units of a mesh in nm."""
        names = {f"region{tag}": scale * float(value) for tag, value in enumerate(table)}
        return self.mesh.MaterialCF({name: names[name] for name in set(self.mesh.GetMaterials())})

    def _locate(self) -> None:
        """The functional that reads every terminal, the injection of 1 A, and a constant of V."""
        trial = self.space.TestFunction()[0]
        self.averages = {}
        for name in self.circuit.electrical:
            place = self.mesh.Boundaries(name)
            area = ngs.Integrate(ngs.CF(1.0), self.mesh, definedon=place)
            form = ngs.LinearForm(trial / area * ngs.ds(name)).Assemble()
            self.averages[name] = form.vec
        self.injection = self.vector()
        for name, share in self.circuit.injected.items():
            self.injection.data += share * self.averages[name]
        constant = ngs.GridFunction(self.space)
        constant.components[0].Set(1.0, definedon=self.metal)
        self.constant = constant.vec

    def vector(self) -> ngs.BaseVector:
        """An empty vector."""
        return ngs.GridFunction(self.space).vec

    def _preconditioner(self) -> ngs.BaseMatrix:
        """One of every field: those of V and s are of the same form but for relaxation."""
        relaxation = self.values(self.table.relaxation, NM**3)
        found = None
        for number, (space, conduction) in enumerate(
            zip(self.fields, (self.sigma, self.sigma, self.heat), strict=True)
        ):
            u, v = space.TnT()
            form = ngs.BilinearForm(space, symmetric=True)
            form += conduction * ngs.grad(u) * ngs.grad(v) * ngs.dx
            if number == 1:
                form += relaxation * u * v * ngs.dx
            inner = ngs.Preconditioner(form, "bddc", coarsetype="h1amg")
            form.Assemble()
            embedding = ngs.Embedding(self.space.ndof, self.space.Range(number))
            part = embedding @ inner.mat @ embedding.T
            found = part if found is None else found + part
        return found

    def magnetise(self, signs: np.ndarray) -> None:
        """Assemble the system for the sign of the magnetisation per region."""
        self.sigma_p = self.values(self.table.sigma_p * signs)
        self.sigma_b = self.values(self.table.sigma_b * signs)
        trial, test = self.space.TnT()
        form = ngs.BilinearForm(self.space, symmetric=True)
        in_metal = ngs.dx(definedon=self.metal)
        flows = self.fluxes(*map(ngs.grad, trial[:2]), ngs.grad(trial[2]))
        for flow, part in zip(flows, test, strict=True):
            form += flow * ngs.grad(part) * in_metal
        relaxation = self.values(self.table.relaxation, NM**3)
        form += relaxation * trial[1] * test[1] * in_metal
        outside = ~self.metal
        form += self.heat * ngs.grad(trial[2]) * ngs.grad(test[2]) * ngs.dx(definedon=outside)
        self.matrix = form.Assemble().mat

    def fluxes(self, v, s, t) -> Iterator:
        """Minus the current, spin current and heat flux in metal, of the gradients of the fields."""
        yield self.sigma * v + self.sigma_p * s + self.sigma_s * t
        yield self.sigma_p * v + self.sigma * s + self.sigma_b * t
        yield self.sigma_s * v + self.sigma_b * s + self.heat * t

    def joule(self, x: ngs.BaseVector) -> ngs.BaseVector:
        """The heat of fields with themselves."""
        fields = ngs.GridFunction(self.space)
        fields.vec.data = x
        j, j_s, _ = self.fluxes(*(ngs.grad(part) for part in fields.components))
        heat = (j * j + j_s * j_s) * self.sigma - 2 * self.sigma_p * (j * j_s)
        heat *= self.table.heating / (self.sigma**2 - self.sigma_p**2)
        test = self.space.TestFunction()[2]
        return ngs.LinearForm(heat * test * ngs.dx(definedon=self.metal)).Assemble().vec

    def readings(self, x: ngs.BaseVector) -> dict[str, float]:
        """The mean V of every terminal."""
        return {name: ngs.InnerProduct(average, x) for name, average in self.averages.items()}

    def residual(self, rhs: ngs.BaseVector, x: ngs.BaseVector) -> ngs.BaseVector:
        """``b − A x``, 0 at fixed unknowns."""
        found = self.vector()
        found.data = rhs - self.matrix * x
        self.free.Project(found)
        return found

    def solve(self, rhs: ngs.BaseVector) -> tuple[ngs.BaseVector, int]:
        """Solve until the reading of the probe is stable; V is kept relative to its minus terminal."""
        x, iterations, before = self.vector(), 0, np.inf
        plus, minus = self.circuit.probe
        for cycle in range(MAX_CYCLES):
            x.data -= self.readings(x)[minus] * self.constant
            tolerance = REFINEMENT if cycle else TOLERANCE
            solver = CGSolver(self.matrix, self.preconditioner, tol=tolerance, maxiter=MAX_ITERATIONS)
            x.data += solver * self.residual(rhs, x)
            iterations += solver.iterations
            readings = self.readings(x)
            now = readings[plus] - readings[minus]
            if cycle and abs(now - before) * 10 * REFINEMENT <= ACCURACY * abs(now):
                break
            before = now
        return x, iterations


def expand(device: Device, magnetisation: Mapping[str, int]) -> dict:
    """R1 and R2, the spread of potentials, and iterations."""
    device.magnetise(device.table.signs(magnetisation))
    first, iterations = device.solve(device.injection)
    second, more = device.solve(device.joule(first))
    (plus, minus), readings = device.circuit.probe, [device.readings(x) for x in (first, second)]
    return {
        "R": [order[plus] - order[minus] for order in readings],
        "scale": [spread(order.values()) for order in readings],
        "iterations": [iterations, more],
    }


def main() -> None:
    """Solve, and print one line."""
    options = arguments(__doc__.splitlines()[0])
    config = configuration(options.file, options.set)
    [record] = in_processes("spawn", mesh_of, [config])
    table, circuit = Coefficients.of(config, record), Circuit.of(config)
    baseline, watch = present_memory(), ts.SilentProgress()
    with ngs.TaskManager():
        with watch.stage("read"):
            mesh = read_mesh(record)
        device = Device(mesh, table, circuit, config.solver.degree, watch)
        with watch.stage("solve"):
            found = {name: expand(device, state) for name, state in ts.Device.of(config).states.items()}
    report(
        watch.elapsed,
        watch.timings,
        unknowns=device.space.ndof,
        **{key: {name: case[key] for name, case in found.items()} for key in ("R", "scale", "iterations")},
        memory=peak_memory(),
        baseline=baseline,
    )


if __name__ == "__main__":
    main()
