"""The benchmark's case as an ordinary user of FEniCSx writes it: one vector-valued space, MUMPS.

    mpirun -n 2 python benchmarks/plain_fenicsx.py configs/slachter2010.yaml --set mesh.refinement=0.5

V, s and ϑ are the components of one field on the whole mesh; V and s are fixed inside insulators. One
``LinearProblem`` serves both orders: the current is a constant, the heat comes from the previous order.
"""

import numpy as np
import ufl
from common import (
    Circuit,
    Coefficients,
    arguments,
    configuration,
    peak_memory,
    present_memory,
    report,
    spread,
)
from dolfinx import fem
from dolfinx.fem.petsc import LinearProblem
from dolfinx.io import gmsh
from mpi4py import MPI

import thermospin as ts

DIRECT = {"ksp_type": "preonly", "pc_type": "lu", "pc_factor_mat_solver_type": "mumps"}


class Device:
    """The mesh, the space and the forms.

    Args:
        config: The configuration.
        record: Its mesh.
        watch: The stopwatch.
    """

    def __init__(self, config, record, watch: ts.SilentProgress) -> None:
        self.circuit, self.table = Circuit.of(config), Coefficients.of(config, record)
        with watch.stage("read"):
            data = gmsh.read_from_msh(record.file, MPI.COMM_WORLD)
        self.mesh, self.cells, self.facets = data.mesh, data.cell_tags, data.facet_tags
        self.terminals = record.terminals
        with watch.stage("assembly"):
            self.space = fem.functionspace(self.mesh, ("Lagrange", config.solver.degree, (3,)))
            self.constants = fem.functionspace(self.mesh, ("DG", 0))
            self.p = fem.Function(self.constants)
            self.ds = ufl.Measure("ds", self.mesh, subdomain_data=self.facets)
            one = fem.Constant(self.mesh, 1.0)
            self.area = {name: self._integral(one * self.at(name)) for name in self.circuit.electrical}
            self.u, self.previous = fem.Function(self.space), fem.Function(self.space)
            self.current = fem.Constant(self.mesh, 1.0)
            self.problem = self._problem()

    def at(self, terminal: str) -> ufl.Measure:
        """The measure of a terminal."""
        return self.ds(self.terminals[terminal])

    def _integral(self, integrand) -> float:
        return self.mesh.comm.allreduce(fem.assemble_scalar(fem.form(integrand)), MPI.SUM)

    def _coefficient(self, table: np.ndarray) -> fem.Function:
        """A coefficient per region as a function that is constant in every cell."""
        function = fem.Function(self.constants)
        function.x.array[self.cells.indices] = table[self.cells.values]
        function.x.scatter_forward()
        return function

    def magnetise(self, signs: np.ndarray) -> None:
        """Set the sign of the magnetisation per region."""
        self.p.x.array[self.cells.indices] = signs[self.cells.values]
        self.p.x.scatter_forward()

    def _problem(self) -> LinearProblem:
        t, p = self.table, self.p
        sigma, heat = self._coefficient(t.sigma), self._coefficient(t.heat)
        sigma_p, sigma_b = p * self._coefficient(t.sigma_p), p * self._coefficient(t.sigma_b)
        sigma_s, relaxation = self._coefficient(t.sigma_s), self._coefficient(t.relaxation)

        def fluxes(u):
            gradient = ufl.grad(u)
            V, s, T = gradient[0, :], gradient[1, :], gradient[2, :]
            return (
                -(sigma * V + sigma_p * s + sigma_s * T),
                -(sigma_p * V + sigma * s + sigma_b * T),
                -(sigma_s * V + sigma_b * s + heat * T),
            )

        u, v = ufl.TrialFunction(self.space), ufl.TestFunction(self.space)
        a = sum(-ufl.inner(flux, ufl.grad(v)[i, :]) for i, flux in enumerate(fluxes(u))) * ufl.dx
        a += relaxation * u[1] * v[1] * ufl.dx
        j, j_s, _ = fluxes(self.previous)
        metals = ufl.Measure("dx", self.mesh, subdomain_data=self.cells)(tuple(np.flatnonzero(t.conducting)))
        joule = (ufl.dot(j, j) + ufl.dot(j_s, j_s)) * sigma - 2 * sigma_p * ufl.dot(j, j_s)
        L = t.heating * joule / (sigma**2 - sigma_p**2) * v[2] * metals
        for name, share in self.circuit.injected.items():
            L += self.current * share / self.area[name] * v[0] * self.at(name)
        return LinearProblem(
            a, L, bcs=self._conditions(), u=self.u, petsc_options_prefix="plain_", petsc_options=DIRECT
        )

    def _conditions(self) -> list[fem.DirichletBC]:
        """V = s = 0 at ground and inside insulators, ϑ = 0 at the sinks."""
        zero = fem.Constant(self.mesh, 0.0)
        metal = self.cells.indices[self.table.conducting[self.cells.values]]
        fixed = {0: self.circuit.ground, 1: self.circuit.ground, 2: self.circuit.sinks}
        conditions = []
        for i, terminals in fixed.items():
            component = self.space.sub(i)
            facets = np.concatenate([self.facets.find(self.terminals[name]) for name in terminals])
            dofs = fem.locate_dofs_topological(component, 2, facets)
            if i < 2:
                everywhere = np.arange(i, len(self.u.x.array), 3, dtype=np.int32)
                inside = np.setdiff1d(everywhere, fem.locate_dofs_topological(component, 3, metal))
                dofs = np.union1d(dofs, inside)
            conditions.append(fem.dirichletbc(zero, dofs, component))
        return conditions

    def expand(self, orders: int) -> list[dict[str, float]]:
        """The potentials of the terminals in every order; with two orders the heat is that of order 1."""
        self.previous.x.array[:] = 0.0
        potentials = []
        for order in range(1, orders + 1):
            self.current.value = 1.0 if order == 1 else 0.0
            self.problem.solve()
            self.previous.x.array[:] = self.u.x.array
            potentials.append({name: self.voltage(name) for name in self.circuit.electrical})
        return potentials

    def voltage(self, terminal: str) -> float:
        """The reading of a terminal, V."""
        return self._integral(self.u[0] * self.at(terminal)) / self.area[terminal]


def main() -> None:
    """Solve, and print one line from rank 0."""
    options, comm = arguments(__doc__.splitlines()[0]), MPI.COMM_WORLD
    config = configuration(options.file, options.set)
    record = ts.mesh(config)
    baseline = comm.allreduce(present_memory())
    watch = ts.SilentProgress()
    device, potentials = Device(config, record, watch), {}
    for name, magnetisation in ts.Device.of(config).states.items():
        with watch.stage("solve"):
            device.magnetise(device.table.signs(magnetisation))
            potentials[name] = device.expand(config.solver.orders)
    comm.barrier()
    total, memory = watch.elapsed, comm.allreduce(peak_memory())
    if comm.rank == 0:
        plus, minus = device.circuit.probe
        report(
            total,
            watch.timings,
            unknowns=device.space.dofmap.index_map.size_global * device.space.dofmap.bs,
            R={name: [order[plus] - order[minus] for order in orders] for name, orders in potentials.items()},
            scale={name: [spread(order.values()) for order in orders] for name, orders in potentials.items()},
            iterations={},
            memory=memory,
            baseline=baseline,
        )


if __name__ == "__main__":
    main()
