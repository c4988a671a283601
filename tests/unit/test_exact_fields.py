"""Row 9: polynomials that the elements hold exactly, of degree 2 or 3, are seen exactly everywhere.

Maxima inside cells, averages and extrema on interfaces, slopes, profiles, slices, surfaces and files.
"""

from itertools import product

import numpy as np
import pytest
from scipy.optimize import minimize
from support import prepare_with_record
from valve import BOXES, MIXED, corners, solution_of, valve_config
from vtkmodules.vtkCommonCore import reference

from thermospin.config.outputs import Line
from thermospin.observables import polynomials
from thermospin.observables.cells import Observer, total
from thermospin.observables.extrema import largest, longest
from thermospin.observables.sampling import Sampler
from thermospin.output import Case, write_fields
from thermospin.output.grids import region_grids, skin
from thermospin.output.profiles import sample_line
from thermospin.output.quantities import quantities
from thermospin.output.vtu import read_orders, read_sample, sample_grid

NM = 1e-9
TOP = np.array([33.0, 14.0, 7.0])
"""Where ϑ and s are largest, nm: inside N."""
CURVATURES = {"V": (1e-3, 2e-3, -5e-4), "s": (-2e-5, -1e-5, -4e-5), "theta": (-0.5, -1.5, -2.0)}
"""V, V and K per (10 nm)²."""
VALUES = {"V": 0.1, "s": 3e-5, "theta": 4.0}


def cubic_part(problem):
    """Factor of a term of third order: elements of degree 2 do not hold it."""
    return 0.1 if problem.spaces.degree == 3 else 0.0


def polynomial(problem, name):
    """``value + Σ c_i d_i² + c_x d_x d_y/4 + c_x d_x d_y d_z/10``, d from TOP in 10 nm; x in m, shape (3, n).

    The last term is there at degree 3 only. It leaves the slope and the curvatures at TOP as they are.
    """
    c, third = np.array(CURVATURES[name]), cubic_part(problem)

    def function(x):
        d = (x[:3] / NM - TOP[:, None]) / 10
        return VALUES[name] + c @ d**2 + c[0] / 4 * d[0] * d[1] + third * c[0] * d.prod(axis=0)

    return function


def slope(problem, name, x):
    """Its gradient, shape (3, n)."""
    c, d = np.array(CURVATURES[name]), (x / NM - TOP[:, None]) / 10
    found = 2 * c[:, None] * d
    found[0] += c[0] / 4 * d[1]
    found[1] += c[0] / 4 * d[0]
    found += cubic_part(problem) * c[0] * np.array([d[1] * d[2], d[2] * d[0], d[0] * d[1]])
    return found / (10 * NM)


@pytest.fixture(scope="module", params=[2, 3], ids=["P2", "P3"])
def problem(request, comm):
    return prepare_with_record(valve_config(degree=request.param), comm)[1]


@pytest.fixture(scope="module")
def observer(problem):
    problem.magnetise(MIXED)
    return Observer(problem.spaces, problem.coefficients)


@pytest.fixture(scope="module")
def fields(problem, observer):
    return observer.observe(solution_of(problem, {name: polynomial(problem, name) for name in VALUES}))


@pytest.fixture
def sample(problem, fields, comm):
    found = Sampler(problem.spaces.device).sample(fields, 0.0)
    if comm.rank > 0:
        pytest.skip("only rank 0 has the sample")
    return found


def current(problem, region, x):
    """j channel by channel (Slachter et al. 2010, Eq. 4), A/m², shape (n, 3)."""
    material, order = problem.config.material(BOXES[region][0]), MIXED.get(region, 1)
    v, s, theta = (slope(problem, name, x) for name in VALUES)
    sigmas, seebecks = material.channel_conductivity[::order], material.channel_seebeck[::order]
    up, down = (-g * (e + p * theta) for g, p, e in zip(sigmas, seebecks, (v + s, v - s), strict=True))
    return (up + down).T


def on_box(region, n=41):
    """A grid of points of a box, shape (3, n³), whose corners are among them."""
    low, high = corners(region)
    return np.stack(np.meshgrid(*np.linspace(low, high, n).T, indexing="ij")).reshape(3, -1)


@pytest.mark.parametrize("region", ["N", "F1", "F2", "Sub"])
def test_row_09_maxima(problem, observer, fields, region):
    """In N the largest temperature is inside a cell, elsewhere on a face of the box."""
    found, (low, high) = observer.maxima(fields)[region], np.array(corners(region)) / NM
    box = list(zip(low, high, strict=True))
    highest = minimize(
        lambda x: -polynomial(problem, "theta")(x[:, None] * NM)[0], (low + high) / 2, bounds=box
    )
    assert found["max_temperature_rise"] == pytest.approx(-highest.fun, rel=1e-6)
    if region == "N":
        assert found["max_temperature_rise"] == pytest.approx(VALUES["theta"], rel=1e-12)
    if region != "Sub":
        j = np.linalg.norm(current(problem, region, on_box(region, 2)), axis=1).max()
        assert found["max_current_density"] == pytest.approx(j, rel=1e-9)


INTERFACES = {
    ("N", "F1"): ((10, 0, 12), (25, 30, 12), 2, 1),
    ("F1", "N"): ((10, 0, 12), (25, 30, 12), 2, -1),
    ("F2", "N"): ((60, 0, 0), (60, 30, 12), 0, -1),
}
"""Lowest and highest corner of the common face, nm; its axis, and the direction from first to second."""


def on_face(low, high, axis, points):
    """A grid on a rectangle from points between 0 and 1, shape (3, n)."""
    low, high = np.array(low, dtype=float), np.array(high, dtype=float)
    axes = [[low[axis]] if i == axis else low[i] + (high - low)[i] * points for i in range(3)]
    return np.array(list(product(*axes))).T * NM


@pytest.mark.parametrize("pair", INTERFACES, ids="|".join)
def test_row_09_interfaces(problem, observer, fields, pair):
    low, high, axis, direction = INTERFACES[pair]
    gauss = np.array([0.5 - 12**-0.5, 0.5 + 12**-0.5])  # exact for cubics
    points = np.array([0.5]), gauss, np.linspace(0, 1, 401)
    middle, exact, fine = (on_face(low, high, axis, places) for places in points)
    found = observer.interface(fields, *pair)
    assert found["gradient_T"] == pytest.approx(
        direction * slope(problem, "theta", middle)[axis, 0], rel=1e-9
    )
    mu_s = 2 * polynomial(problem, "s")(fine)
    assert found["mu_s"]["mean"] == pytest.approx(2 * polynomial(problem, "s")(exact).mean(), rel=1e-9, abs=0)
    assert found["mu_s"]["min"] == pytest.approx(mu_s.min(), rel=1e-9, abs=0)
    assert found["mu_s"]["max"] == pytest.approx(mu_s.max(), rel=1e-5, abs=0)
    crossing = np.abs(current(problem, pair[0], fine)[:, axis]).mean() * found["area"] / 2
    assert found["crossing"] == pytest.approx(crossing, rel=2e-3, abs=0)


LINE = Line(start=["-10 nm", "13 nm", "7.3 nm"], end=["75 nm", "13 nm", "7.3 nm"], points=86)


def test_row_09_profiles(problem, sample):
    """At any point of the line, not only where edges are."""
    known = quantities(vector=False)
    for name, value in {
        "T": polynomial(problem, "theta"),
        "mu_s": lambda x: 2 * polynomial(problem, "s")(x),
    }.items():
        points, values, names = sample_line(region_grids(sample, known[name]), LINE)
        inside = (names != "") & ((names != "Sub") | (name == "T"))
        assert inside.sum() >= 75
        np.testing.assert_allclose(values[inside, 0], value(points[inside].T), rtol=1e-9)
    points, values, names = sample_line(region_grids(sample, known["J"]), LINE)
    for region in ("N", "F2"):
        inside = names == region
        expected = current(problem, region, points[inside].T)
        np.testing.assert_allclose(values[inside], expected, rtol=0, atol=1e-5 * np.abs(expected).max())


def test_row_09_slices_and_surfaces(problem, sample):
    regions = region_grids(sample, quantities(vector=False)["T"])
    for region, grid in regions.grids.items():
        for part in (grid.slice("z", origin=(0, 0, 5.1)), skin(grid)):
            drawn = regions.fields[region].on(part)
            if part.n_cells:
                expected = polynomial(problem, "theta")(np.asarray(drawn.points, dtype=float).T * NM)
                scale = np.abs(expected).max()
                np.testing.assert_allclose(drawn["value"], expected, rtol=0, atol=1e-6 * scale)
    regions = region_grids(sample, quantities(vector=False)["J"])
    grid, field = regions.grids["N"], regions.fields["N"]
    drawn = field.on(grid.slice("x", origin=(31.4, 0, 0)))
    expected = np.linalg.norm(current(problem, "N", np.asarray(drawn.points, dtype=float).T * NM), axis=1)
    np.testing.assert_allclose(drawn["value"], expected, rtol=0, atol=1e-5 * expected.max())


def test_row_09_files(problem, sample, tmp_path):
    """Quadratic or cubic tetrahedra, whole in the sum of the orders and after reading."""
    case = Case("through", "P", {1: sample, 2: sample}, 300.0)
    place = write_fields(tmp_path, case, current=2.0)
    read = read_orders(tmp_path, "through", "P")[1]
    assert read.cells.shape[1] == {2: 10, 3: 20}[problem.spaces.degree]
    np.testing.assert_array_equal(read.cells, sample.cells)
    np.testing.assert_allclose(read.point_data["T"], polynomial(problem, "theta")(sample.points.T), rtol=1e-9)
    for name in ("J", "J_s", "Q", "J_up"):
        np.testing.assert_array_equal(read.flux(name), sample.flux(name))
        assert sample.flux(name).shape[1:] == ({2: 4, 3: 10}[problem.spaces.degree], 3)
    at_drive = read_sample(place / "at_2A.vtu")
    np.testing.assert_allclose(at_drive.flux("Q"), 6 * sample.flux("Q"), rtol=1e-6)
    weights = {2: np.full(4, 1 / 4), 3: np.repeat([-1 / 20, 1 / 5], [4, 6])}[problem.spaces.degree]
    means = weights @ sample.flux("J_up")
    np.testing.assert_allclose(sample.cell_data["J_up"], means, rtol=0, atol=1e-6 * np.nanmax(np.abs(means)))


def test_row_09_files_hold_what_maps_need(sample):
    """Fluxes at vertices make files large: those that no map shows are left out."""
    case = Case("through", "P", {1: sample}, 300.0)
    for shown, names in {"T": set(), "Q": {"Q"}, "J_up": {"J", "J_s"}}.items():
        assert case.with_fluxes({shown}).orders[1].flux_data.keys() == names
    assert case.with_fluxes(()).orders[1].flux("J").shape[1:] == (1, 3)


def test_row_09_sums(fields):
    """Orders add up to the fields at a drive; the magnetisation does not change."""
    found = total({1: fields, 2: fields}, 3.0)
    np.testing.assert_allclose(found.charge_flux, 12 * fields.charge_flux, rtol=1e-12)
    more = total({1: fields}, 3.0, found)
    np.testing.assert_allclose(more.rise, 15 * fields.rise, rtol=1e-12)


def test_row_09_files_in_vtk(problem, sample, tmp_path):
    """Where VTK has the points of a cell, and between them its own polynomial."""
    grid = sample_grid(sample, dict.fromkeys(quantities(vector=False), "?"), "")
    cell, corners = grid.GetCell(7), sample.points[sample.vertices[7]]
    inside = np.reshape([cell.GetParametricCoords()[i] for i in range(3 * sample.cells.shape[1])], (-1, 3))
    places = corners[0] + inside @ (corners[1:] - corners[0])
    np.testing.assert_allclose(sample.points[sample.cells[7]], places, rtol=0, atol=1e-20)
    weights, place = [0.0] * len(places), [0.0] * 3
    cell.EvaluateLocation(reference(0), [0.2, 0.3, 0.1], place, weights)
    expected = polynomial(problem, "theta")(np.array(place)[:, None])[0]
    assert np.dot(weights, sample.point_data["T"][sample.cells[7]]) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("degree", [2, 3])
@pytest.mark.parametrize("size", [3, 4])
def test_row_09_largest_value(size, degree):
    """Against a fine grid, wherever the largest value is."""
    n = 60
    steps = [k for k in product(range(n + 1), repeat=size - 1) if sum(k) <= n]
    weights = np.array([[*k, n - sum(k)] for k in steps]) / n
    basis = polynomials.bernstein(weights, degree)
    np.testing.assert_allclose(basis.sum(axis=1), 1.0, rtol=1e-13)
    made = np.random.default_rng(size).normal(size=(40, basis.shape[1]))
    for control in made:
        brute = (basis @ control).max()
        found = largest(control[None], size)
        assert brute - 1e-12 <= found <= brute + 10 * np.abs(control).max() / n**2
    best = max(largest(control[None], size) for control in made)
    assert largest(made, size) == pytest.approx(best, rel=1e-12)
    assert largest(made[:0], size) == -np.inf


def test_row_09_largest_of_flat_and_ridged_fields():
    """Constant fields, and a field that is largest in a plane: 2 in every cell that x = 0 cuts."""
    assert largest(np.full((50, 20), 0.3), 4) == 0.3
    corners = np.random.default_rng(5).normal(size=(200, 4))
    x = corners @ polynomials.exponents(3, 4).T / 3
    control = polynomials.coefficients(2.0 - x**2 + 0.1 * x**3)
    is_cut = (corners.min(axis=1) < 0) & (corners.max(axis=1) > 0)
    nearest = np.take_along_axis(corners, np.abs(corners).argmin(axis=1)[:, None], axis=1)[:, 0]
    expected = np.where(is_cut, 2.0, 2.0 - nearest**2 + 0.1 * nearest**3)
    found = [largest(one[None], 4) for one in control]
    np.testing.assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.parametrize("degree", [1, 2])
def test_row_09_longest_vector(degree):
    """Against a fine grid."""
    n = 30
    steps = [k for k in product(range(n + 1), repeat=3) if sum(k) <= n]
    basis = polynomials.bernstein(np.array([[*k, n - sum(k)] for k in steps]) / n, degree)
    made = np.random.default_rng(degree).normal(size=(30, basis.shape[1], 3))
    for control in made:
        brute = np.linalg.norm(basis @ control, axis=1).max()
        nodes = polynomials.bernstein(polynomials.exponents(degree, 4) / degree, degree) @ control
        assert brute - 1e-12 <= longest(nodes[None]) <= brute * (1 + 20 / n**2)


@pytest.mark.parametrize("degree", [1, 2])
def test_row_09_mean_magnitude(degree):
    n = 400
    a, b = np.array([(i + 1 / 3, j + 1 / 3) for i in range(n) for j in range(n - i)]).T / n
    basis = polynomials.bernstein(np.column_stack([a, b, 1 - a - b]), degree)
    control = np.random.default_rng(0).normal(size=(20, basis.shape[1]))
    expected = np.abs(basis @ control.T).mean(axis=0)
    np.testing.assert_allclose(polynomials.mean_magnitudes(control), expected, rtol=2e-2)
    assert polynomials.mean_magnitudes(np.zeros((1, basis.shape[1]))) == 0
    assert polynomials.mean_magnitudes(np.array([[-2.0]])) == 2


def test_row_09_mean_magnitude_of_a_parabola():
    """``∫ |x² − a²|`` over the triangle (0, 0), (1, 0), (0, 1), in closed form."""
    a = 0.4
    nodes = polynomials.exponents(2, 3)[:, 1] / 2  # x at the nodes
    control = np.linalg.solve(polynomials.bernstein(polynomials.exponents(2, 3) / 2, 2), nodes**2 - a**2)

    def integral(x):
        """``∫ (x² − a²)(1 − x) dx``."""
        return x**3 / 3 - x**4 / 4 - a**2 * (x - x**2 / 2)

    expected = 2 * (integral(1.0) - 2 * integral(a))
    assert polynomials.mean_magnitudes(control[None])[0] == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("degree", [1, 2, 3])
def test_row_14_net_current(comm, degree):
    """All of the current crosses N|F2, in either scheme N|F1 passes on what its terminal sends in."""
    problem = prepare_with_record(valve_config(degree=degree, tolerance=1e-12), comm)[1]
    problem.magnetise(MIXED)
    observer = Observer(problem.spaces, problem.coefficients)
    for scheme, through in {"through": {"F2": 1.0, "F1": 0.0}, "up": {"F2": 0.0, "F1": 1.0}}.items():
        seen = observer.observe(problem.scheme(scheme).expand(1).at(1e-3))
        for magnet, share in through.items():
            found, back = observer.interface(seen, magnet, "N"), observer.interface(seen, "N", magnet)
            assert found["current"] == pytest.approx(1e-3 * share, rel=1e-8, abs=1e-11)
            assert back["current"] == pytest.approx(-found["current"], rel=1e-8, abs=1e-11)
            assert found["crossing"] > 0
            if share:
                assert found["crossing"] == pytest.approx(5e-4, rel=0.2)
