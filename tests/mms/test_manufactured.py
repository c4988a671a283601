"""Manufactured solutions of the coupled system: two metals, one of them a magnet, on an insulator.

The fields are smooth, the coefficients jump. The sources that make the fields a solution come from the
strong form in every region: a divergence in the volume, and the normal flux on the region's boundary, so
that what jumps at an interface is supplied by the two sides.
"""

import numpy as np
import pytest
from channels import Channels
from layered import SIDE, configuration
from orders import check_orders
from structured import structured_device
from support import SilentProgress

from thermospin.compat import MPI, fem, la, ufl
from thermospin.discretisation.spaces import CONDUCTORS
from thermospin.fields import THETA, State
from thermospin.linear.request import Request
from thermospin.runs.problem import Problem


def exact(mesh) -> State:
    """Fields of the size that they have in a device: mV, tenths of a mV, K; a problem may lack the last."""
    x, y, z = (ufl.SpatialCoordinate(mesh)[i] / SIDE for i in range(3))
    return State(
        1e-3 * (ufl.sin(2.1 * x + 0.4) * ufl.cos(1.3 * y) + 0.7 * ufl.sin(1.7 * z - 0.9 * x)),
        1e-4 * ufl.cos(2.6 * x - 0.3) * ufl.exp(-0.8 * z) * (1 + 0.5 * ufl.sin(2 * y)),
        8.0 * ufl.sin(1.9 * x + 0.2) * ufl.cos(1.1 * y - 0.4) * ufl.exp(0.9 * z),
        0.7 * ufl.cos(2.3 * x + 0.5) * ufl.sin(1.4 * y + 0.8) * ufl.exp(0.6 * z),
    )


class Manufactured:
    """A problem whose solution is known.

    Args:
        problem: The problem.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem, self.spaces = problem, problem.spaces
        device = self.spaces.device
        self.mesh = device.mesh
        self.sign = fem.Constant(self.mesh, 1.0)
        self.exact = self.fields_on(self.mesh)[: len(self.spaces.fields)]
        metadata = {"quadrature_degree": 2 * self.spaces.degree + 4}
        volumes = [(tag, device.owned(device.cells([name]))) for name, tag in device.regions.items()]
        faces = self.faces(device)
        self.dx = ufl.Measure("dx", self.mesh, subdomain_data=volumes, metadata=metadata)
        self.ds = ufl.Measure("ds", self.mesh, subdomain_data=faces, metadata=metadata)
        self.conductors = self.spaces.dx(CONDUCTORS, metadata=metadata)
        self.sources = [self.form(form) for form in self.source_forms()]

    def fields_on(self, mesh) -> State:
        """The exact fields with the coordinates of a mesh."""
        return exact(mesh)

    def form(self, form):
        return fem.form(form, entity_maps=[self.spaces.entity_map])

    def faces(self, device):
        """Tags and facets of what sources are on: the boundaries of the regions."""
        return [(tag, boundary(device, tag)) for tag in device.regions.values()]

    def in_region(self, name) -> State:
        """The exact fields of a region."""
        return self.exact

    def source_forms(self):
        """Strong-form residuals of the exact fields, tested: what has to be added to the right-hand side."""
        tests = [ufl.TestFunction(space) for space in self.spaces.spaces.values()]
        normal, forms = ufl.FacetNormal(self.mesh), [0] * len(tests)
        config = self.problem.config
        for name, tag in self.spaces.device.regions.items():
            material = config.material(config.geometry.materials[name])
            fields = self.in_region(name)
            rows = self.rows(material, fields) if material.is_conductor else self.insulating(material, fields)
            for i, row in enumerate(rows[: len(tests)]):
                if row is not None:
                    flux, sink = row
                    forms[i] += (ufl.div(flux) + sink) * tests[i] * self.dx(tag)
                    forms[i] -= ufl.inner(flux, normal) * tests[i] * self.ds(tag)
        return forms

    def rows(self, material, fields):
        """For every field, in a conductor, its flux and what it loses."""
        t0 = self.problem.config.temperature
        channels = Channels(material, self.sign, t0, fields)
        up, down = channels.currents
        return [
            (up + down, 0),
            (up - down, 2 * channels.relaxation),
            (channels.heat_flux / t0, 0),
            (channels.spin_heat_flux / t0, 2 * channels.spin_heat_relaxation / t0),
        ]

    def insulating(self, material, fields):
        """The same in an insulator, with nothing but heat."""
        rows, theta = [None] * len(self.spaces.fields), self.spaces.fields.index(THETA)
        flux = -material.thermal_conductivity / self.problem.config.temperature * ufl.grad(fields[theta])
        rows[theta] = flux, 0
        return rows

    def solve(self, sign) -> list[float]:
        """Solve with the magnet's sign; the relative L2 error of every field."""
        self.sign.value = sign
        self.problem.magnetise({"F": sign})
        return self.errors()

    def errors(self) -> list[float]:
        """Solve; the relative L2 error of every field."""
        problem, spaces = self.problem, self.spaces
        solver = problem.scheme("through")
        rhs, x = (problem.linear.matrix.createVecLeft() for _ in range(2))
        with rhs as array:
            for field, form in zip(spaces.fields, self.sources, strict=True):
                vector = fem.assemble_vector(form)
                vector.scatter_reverse(la.InsertMode.add)
                part = spaces.ranges[field]
                array[part] = vector.array[: part.stop - part.start]
        with x as array:
            for field, function in zip(spaces.fields, self.interpolated(), strict=True):
                fixed = solver.constraint.dofs[field]
                array[fixed + spaces.ranges[field].start] = function.x.array[fixed]
        problem.linear.solve(Request(rhs, x, solver.constraint, 1e-12))
        found = spaces.functions()
        spaces.load(x, found)
        return [self.error(*both) for both in zip(spaces.fields, found, self.exact, strict=True)]

    def interpolated(self) -> State:
        functions = self.spaces.functions()
        for i, (space, function) in enumerate(zip(self.spaces.spaces.values(), functions, strict=True)):
            points = space.element.interpolation_points
            function.interpolate(fem.Expression(self.fields_on(space.mesh)[i], points, comm=space.mesh.comm))
        return functions

    def error(self, field, found, known) -> float:
        dx = self.conductors if field.on_conductors else self.dx
        squares = [
            self.mesh.comm.allreduce(fem.assemble_scalar(self.form(ufl.inner(e, e) * dx)), MPI.SUM)
            for e in (found - known, known)
        ]
        return (squares[0] / squares[1]) ** 0.5


def boundary(device, tag):
    """The owned (cell, facet) pairs on the boundary of a region, seen from inside."""
    n_owned = len(device.neighbour_tags)
    inside = device.cell_tags[:n_owned, None] == tag
    return np.argwhere(inside & (device.neighbour_tags != tag)).astype(np.int32).ravel()


CASES = {
    f"P{degree}{name}": (degree, spin_heat)
    for name, spin_heat in {"": False, ", spin heat": True}.items()
    for degree in (1, 2, 3)
}
SIGNS = {1: (1,), 2: (1, -1), 3: (1,)}
"""Directions of the magnet by degree: they enter through coefficients, which know nothing of degrees."""


@pytest.mark.parametrize(
    ("degree", "spin_heat"),
    [
        pytest.param(degree, spin_heat, id=name, marks=[pytest.mark.slow] * (spin_heat and degree > 1))
        for name, (degree, spin_heat) in CASES.items()
    ],
)
def test_order_of_convergence(degree, spin_heat, comm, tmp_path_factory):
    config = configuration(degree, spin_heat)
    divisions = {1: [8, 12, 16], 2: [6, 8, 10], 3: [4, 6, 8]}[degree]
    found = {sign: [] for sign in SIGNS[degree]}
    for n in divisions:
        directory = comm.bcast(tmp_path_factory.mktemp("mesh"))
        device = structured_device(config, SIDE / n, directory, comm)
        manufactured = Manufactured(Problem(config, device, SilentProgress()))
        for sign, rows in found.items():
            rows.append(manufactured.solve(sign))
    for rows in found.values():
        check_orders(np.array(rows), SIDE / np.array(divisions), degree)
