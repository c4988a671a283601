"""Fluxes with coefficients at the local temperature: the current that is written is the one that flows."""

import numpy as np
import pytest
from heated import device
from support import prepare_problem

from thermospin.compat import MPI
from thermospin.observables.cells import Observer, total
from thermospin.output.files import read_results
from thermospin.output.vtu import read_orders, read_sample, read_solved
from thermospin.runs.run import run
from thermospin.validation import load_config

CURRENT = 2e-3
FLUXES = ["charge_flux", "spin_flux", "heat_flux", "spin_heat_flux"]
NM = 1e-9
SECTIONS = [40 * NM, 120 * NM, 220 * NM]
"""Cross-sections of the wire and of the magnet, in x."""


def through(comm, x, j, section):
    """Current from the left of a cross-section to its right, A, through the cells between their nodes.

    Args:
        comm: Ranks that have some of the cells each.
        x: Vertices of the cells, m, shape (n, 4, 3).
        j: Current density, A/m², shape (n, 3), NaN in insulators.
        section: Where along x, m.
    """
    edges = x[:, 1:] - x[:, :1]
    left = (x[:, :, 0] < section).astype(float)
    slopes = np.linalg.solve(edges, (left[:, 1:] - left[:, :1])[:, :, None])[:, :, 0]
    volumes = np.abs(np.linalg.det(edges)) / 6
    flow = -np.sum(volumes * np.einsum("ck,ck->c", np.nan_to_num(j), slopes))
    return comm.allreduce(flow, MPI.SUM)


@pytest.fixture(
    scope="module",
    params=[
        pytest.param((1, True), marks=pytest.mark.slow),
        (2, False),
        pytest.param((3, False), marks=pytest.mark.slow),
    ],
    ids=["P1 with spin heat", "P2", "P3"],
)
def problem(request, comm):
    degree, spin_heat = request.param
    problem = prepare_problem(device(solver={"degree": degree, "spin_heat": spin_heat}), comm)
    problem.magnetise(problem.states["AP"])
    return problem


@pytest.fixture(scope="module")
def corners(problem):
    geometry = problem.spaces.device.mesh.geometry
    n_owned = problem.spaces.device.mesh.topology.index_map(3).size_local
    return geometry.x[geometry.dofmaps[0][:n_owned]]


@pytest.mark.parametrize("section", SECTIONS)
def test_current_at_a_drive(comm, problem, corners, section):
    solution = problem.scheme("along").at(CURRENT)
    found = problem.observer().observe(solution)
    assert through(comm, corners, found.j, section) == pytest.approx(CURRENT, rel=1e-9, abs=0)
    at_t0 = Observer(problem.spaces, problem.coefficients).observe(solution)
    assert through(comm, corners, at_t0.j, section) > 1.02 * CURRENT


@pytest.mark.parametrize("method", ["expand", "demodulate"])
def test_current_of_every_order(comm, problem, corners, method):
    """All of the current is in the first order, whatever the conductivity does."""
    solver, given = problem.scheme("along"), problem.config.solver.currents
    expansion = solver.expand(4) if method == "expand" else solver.demodulate(given, 4)
    orders = problem.observer().orders(expansion)
    largest = max(map(abs, given))
    for section in SECTIONS:
        found = [through(comm, corners, fields.j, section) * largest**n for n, fields in orders.items()]
        np.testing.assert_allclose(found, [largest, 0, 0, 0], rtol=1e-9, atol=1e-9 * largest)
        flows = through(comm, corners, total(orders, CURRENT).j, section)
        assert flows == pytest.approx(CURRENT, rel=1e-7, abs=0)


def test_orders_of_expansion_and_demodulation(problem):
    """Fluxes of spin and heat too."""
    solver, observer = problem.scheme("along"), problem.observer()
    fitted = observer.orders(solver.demodulate(problem.config.solver.currents, 3))
    expanded = observer.orders(solver.expand(3))
    for n, fields in expanded.items():
        for name in FLUXES[: len(problem.spaces.fields)]:
            found, expected = (np.nan_to_num(getattr(part, name)) for part in (fitted[n], fields))
            np.testing.assert_allclose(found, expected, rtol=0, atol=1e-3 * np.abs(expected).max(initial=0))


def test_constant_coefficients(comm, problem):
    """The first order is that of the linear problem, cell by cell."""
    first = problem.scheme("along").expand(1)
    found = problem.observer().orders(first)[1]
    expected = Observer(problem.spaces, problem.coefficients).orders(first)[1]
    for name in FLUXES[: len(problem.spaces.fields)]:
        flux = getattr(expected, name)
        scale = comm.allreduce(np.abs(np.nan_to_num(flux)).max(initial=0.0), MPI.MAX)
        at_vertices = getattr(found, name)
        expected_there = np.broadcast_to(flux, at_vertices.shape)
        np.testing.assert_allclose(at_vertices, expected_there, rtol=0, atol=1e-10 * scale)


def test_files(comm, shared_directory):
    """The fields at a current that was solved for, in results, for ParaView and to be drawn again."""
    line = {"start": ["80 nm", "0 nm", "20 nm"], "end": ["200 nm", "0 nm", "20 nm"]}
    maps = [{"field": "J", "current": CURRENT, "line": line}]
    output = {"directory": str(shared_directory), "current": CURRENT, "fields": True, "maps": maps}
    solver = {"currents": [factor * CURRENT for factor in (-1, -0.5, 0.5, 1)], "orders": 2}
    run(load_config(device(solver=solver, output=output)), shared_directory, comm=comm)
    if comm.rank > 0:
        return
    place = shared_directory / "fields" / "along" / "AP"
    sample = read_sample(place / "at_2mA.vtu")
    x = sample.points[sample.cells]
    flows = [through(MPI.COMM_SELF, x, sample.cell_data["J"], section) for section in SECTIONS]
    np.testing.assert_allclose(flows, CURRENT, rtol=1e-6)
    assert read_solved(shared_directory, "along", "AP").keys() == {CURRENT}
    found = read_results(shared_directory)["schemes"]["along"]["configurations"]["AP"]["regions"]
    for region, values in found.items():
        j, t = sample.flux("J"), sample.point_data["T"]
        here = sample.region == sample.regions[region]
        largest = np.nan_to_num(np.linalg.norm(j[here], axis=2)).max()
        assert values["max_current_density"] == pytest.approx(largest, rel=1e-6)
        hottest = t[sample.cells[here]].max() - 300
        assert values["max_temperature_rise"] == pytest.approx(hottest, rel=1e-9)
    orders = read_orders(shared_directory, "along", "AP")
    two_orders = sum(CURRENT**n * part.point_data["T"] for n, part in orders.items()) + 300
    assert np.abs(two_orders - sample.point_data["T"]).max() > 0.5
