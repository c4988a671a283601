"""Whole runs with vector spin: rotations, the collinear limit, balances, reversal, ranks."""

import numpy as np
import pytest
from lateral import CONFIG, PROBES, configurations, solved
from scipy.constants import e, hbar
from scipy.spatial.transform import Rotation
from spinning import FIELD, along_z, spinning
from support import COMPARES_RANKS, SilentProgress, prepare_problem

from thermospin.compat import MPI, fem, ufl
from thermospin.constants import MAGNETON_RATE
from thermospin.discretisation.functionals import cell_volumes
from thermospin.fields import S_VECTOR, TAU_VECTOR, V
from thermospin.runs.simulation import solve

TURN = Rotation.from_rotvec([0.9, -1.7, 0.6]).as_matrix()
ALL_HEAT = {
    "heating": {"model": "conserving"},
    "schemes": {"electrical": CONFIG["schemes"]["electrical"]},
}
FLIPPED = {*S_VECTOR, *TAU_VECTOR}


@pytest.fixture(scope="module", params=["dephasing", pytest.param("tensor", marks=pytest.mark.slow)])
def across(request):
    return request.param


@pytest.fixture(scope="module")
def results(across, comm):
    """A textured magnet, another one, and all that turns spins; all heat."""
    return solved(spinning(across=across, **ALL_HEAT), comm)


def torques(found):
    """Of every magnet and order, J/Aⁿ, shape (magnets, orders, 3)."""
    return np.array([[t["torque"][f"order{n}"] for n in (1, 2, 3)] for t in found["torques"].values()])


def test_rotation_of_all_spins(results, across, comm):
    """Nothing but torques and accumulations knows the axes of spin space."""
    other = solved(spinning(TURN, across=across, **ALL_HEAT), comm)
    for (scheme, name, one), (_, _, two) in zip(configurations(results), configurations(other), strict=True):
        for probe in PROBES:
            expected = results.harmonics(scheme, name, probe)
            np.testing.assert_allclose(other.harmonics(scheme, name, probe), expected, rtol=1e-7)
        for region, values in one["regions"].items():
            for key in ("max_temperature_rise", "max_current_density"):
                assert two["regions"][region][key] == pytest.approx(values[key], rel=1e-7)
        expected = torques(one) @ TURN.T
        sizes = abs(expected).max(axis=(0, 2), keepdims=True)
        np.testing.assert_allclose(torques(two) / sizes, expected / sizes, rtol=0, atol=1e-7)
        assert np.all(np.linalg.norm(torques(one)[:, 0], axis=1) > 1e-3 * sizes[0, 0])


def test_energy(results):
    """Heat out is power in, whatever precesses, is absorbed or dephases."""
    for scheme, name, found in configurations(results):
        assert found["balances"]["charge"] <= 1e-9, (scheme, name)
        assert found["balances"]["heat"] <= 1e-9, (scheme, name)
        assert found["balances"]["energy"] <= 1e-9, (scheme, name)


@pytest.mark.parametrize("model", [pytest.param("joule", marks=pytest.mark.slow), "conserving"])
def test_collinear_limit(model, comm):
    """All magnets and the field along ±z: the fields and readings of collinear spins."""
    heating = {"model": model} | ({"scale": 2} if model == "joule" else {})
    runs = []
    for spin in ("vector", "collinear"):
        problem = prepare_problem(along_z(spin, heating=heating), comm)
        runs.append((problem, solve(problem, SilentProgress())))
    (vector, found), (collinear, expected) = runs
    for scheme, name, values in configurations(found):
        for probe in PROBES:
            known = expected.harmonics(scheme, name, probe)
            np.testing.assert_allclose(found.harmonics(scheme, name, probe), known, rtol=2e-8)
        for n in range(3):
            one, two = (
                fields_of(problem, results.expansions[scheme, name].orders[n]) for problem, results in runs
            )
            for symbol in ("V", "theta"):
                assert gap(one[symbol], two[symbol]) < 1e-7
            for symbol in ("s", "tau"):
                assert gap(one[f"{symbol}_z"], two[symbol]) < 1e-6
                for axis in "xy":
                    assert gap(one[f"{symbol}_{axis}"], 0 * two[symbol], two[symbol]) < 1e-9
        assert abs(torques(values)).max(initial=0.0) <= 1e-9 * hbar / e * torque_scale(n + 1)
    assert collinear.system.is_symmetric
    assert not vector.system.is_symmetric


def torque_scale(n):
    """Size of the coefficients of Iⁿ: the device carries some mA."""
    return 1e3 ** (n - 1)


def fields_of(problem, solution):
    """Every field, of all ranks by position: the two runs share out the mesh differently (collective).

    Where both sides of an interface have a value, the lower one comes first.
    """
    found, comm = {}, problem.spaces.comm
    for field, part in problem.spaces.ranges.items():
        values = solution.vector.array_r[part] + (solution.offset if field is V else 0.0)
        x = problem.spaces.spaces[field].tabulate_dof_coordinates()[: len(values)].round(13)
        x, values = (np.concatenate(comm.allgather(array)) for array in (x, values))
        found[field.symbol] = values[np.lexsort([values, *x.T])]
    return found


def gap(one, two, unit=None):
    """Largest difference over largest value."""
    return abs(one - two).max() / abs(two if unit is None else unit).max()


@pytest.mark.parametrize("scheme", ["thermal", "electrical"])
def test_angular_momentum(scheme, across, comm):
    """Torques + what relaxes + what precesses in the field + what leaves = 0, component by component.

    Spins along m in a magnet relax to the lattice, ``(1−P²) σ m (m·s)/λ²``, and so do those across it in
    tensor diffusion, ``σ s_⊥/(D τ_sf)``: the torque is what precession takes, or dephasing with λ_φ.
    A normal metal loses ``σ s/λ² − σ (τ_sf/λ²) ω_L × s``. Held terminals let spins out; no source emits any.
    """
    problem = prepare_problem(spinning(across=across), comm)
    problem.magnetise(problem.states["A"])
    solution = problem.scheme(scheme).expand(1).orders[0]
    fields = problem.spaces.functions()
    problem.spaces.load(solution.vector, fields)
    torques = problem.torques()
    of_magnets = torques.of(solution)
    check_density(problem, torques.density(solution), of_magnets)
    torque = sum(of_magnets.values()) / (-hbar / (2 * e))
    py, cu = (problem.config.material(name) for name in ("Py", "Cu"))
    m, s = ufl.as_vector(problem.coefficients.magnetisation), ufl.as_vector(fields.s)
    ohm = py.conductivity * (1 - py.polarisation**2) / py.spin_diffusion_length**2
    to_lattice = ohm * m * ufl.dot(m, s)
    if across == "tensor":
        to_lattice += py.conductivity / py.spin_diffusion_length**2 * (s - m * ufl.dot(m, s))
    lattice = integral(problem, to_lattice, ["Py1", "Py2"])
    rate, omega = cu.conductivity / cu.spin_diffusion_length**2, 2 * MAGNETON_RATE * FIELD
    metal = rate * (s - cu.spin_relaxation_time * ufl.cross(ufl.as_vector(omega), s))
    lost = integral(problem, metal, ["Cu"])
    outflow = residual_sum(problem, solution)
    parts = np.array([torque, lattice, lost, outflow])
    np.testing.assert_allclose(parts.sum(axis=0) / abs(parts).max(), 0, atol=1e-9)
    for part in (torque, lattice, lost):
        assert abs(part).max() > 1e-3 * abs(parts).max()


def check_density(problem, density, of_magnets):
    """The torque per volume adds up to the torque on every magnet, and is nowhere else (collective)."""
    device, comm = problem.spaces.device, problem.spaces.comm
    whole = sum(abs(torque).max() for torque in of_magnets.values())
    for region in device.regions:
        cells = device.owned(device.cells([region]))
        if region not in of_magnets:
            assert np.isnan(density[cells]).all()
            continue
        total = comm.allreduce((density[cells] * cell_volumes(device.mesh, cells)[:, None]).sum(axis=0))
        np.testing.assert_allclose(total, of_magnets[region], rtol=0, atol=1e-12 * whole)


def integral(problem, vector, regions):
    """Components of the integral over regions (collective)."""
    spaces = problem.spaces
    device = spaces.device
    cells = [(1, device.owned(device.cells(regions)))]
    metadata = {"quadrature_degree": 2 * spaces.degree + 2}
    dx = ufl.Measure("dx", device.mesh, subdomain_data=cells, metadata=metadata)(1)
    forms = [fem.form(vector[i] * dx, entity_maps=[spaces.entity_map]) for i in range(3)]
    return spaces.comm.allreduce(np.array([fem.assemble_scalar(form) for form in forms]), MPI.SUM)


def residual_sum(problem, solution):
    """Flow out through the unknowns that are held, ``− Σ A x`` over each component of s (collective)."""
    out = problem.system.matrix.createVecLeft()
    problem.system.matrix.mult(solution.vector, out)
    total = [-out.array_r[problem.spaces.ranges[field]].sum() for field in S_VECTOR]
    return problem.spaces.comm.allreduce(np.array(total), MPI.SUM)


def test_onsager(across, comm):
    """Reversing the field and every magnet transposes the operator, up to the sign of s and τ."""
    forward = prepare_problem(spinning(across=across), comm)
    backward = prepare_problem(spinning(-np.eye(3), across=across), comm)
    for problem in (forward, backward):
        problem.magnetise(problem.states["A"])
    sizes = forward.system.scales
    x = forward.system.matrix.createVecRight()
    x.array[:] = np.random.default_rng(comm.rank).standard_normal(len(x.array))
    x.pointwiseDivide(x, sizes)
    transposed, reverse = x.duplicate(), x.duplicate()
    forward.system.matrix.multTranspose(x, transposed)
    flip(forward, x)
    backward.system.matrix.mult(x, reverse)
    flip(forward, reverse)
    for vector in (transposed, reverse):
        vector.pointwiseDivide(vector, sizes)
    straight = x.duplicate()
    flip(forward, x)
    forward.system.matrix.mult(x, straight)
    straight.pointwiseDivide(straight, sizes)
    reverse.axpy(-1.0, transposed)
    straight.axpy(-1.0, transposed)
    assert reverse.norm() < 1e-11 * transposed.norm()
    assert straight.norm() > 1e-3 * transposed.norm()


def flip(problem, vector):
    """s → −s, τ → −τ, in place."""
    with vector as array:
        for field, part in problem.spaces.ranges.items():
            if field in FLIPPED:
                array[part] *= -1


def test_positive_definite(across, comm):
    """The symmetric part of the operator produces entropy with any fields that are not uniform."""
    problem = prepare_problem(spinning(across=across), comm)
    random = np.random.default_rng(comm.rank)
    for name in ("A", "B"):
        problem.magnetise(problem.states[name])
        sizes = problem.system.scales
        x, y = (problem.system.matrix.createVecRight() for _ in range(2))
        for _ in range(20):
            x.array[:] = random.standard_normal(len(x.array))
            x.pointwiseDivide(x, sizes)
            problem.system.matrix.mult(x, y)
            assert x.dot(y) > 0


@pytest.mark.slow
@pytest.mark.parametrize("model", ["joule", "conserving"])
def test_expansion_and_demodulation(model, across, comm):
    """Order by order and at given currents: the heat of two orders must be symmetric in them."""
    currents = ["-0.4 mA", "-0.2 mA", "0.2 mA", "0.4 mA"]
    fitted = {"method": "demodulate", "currents": currents, "orders": 3}
    heating = {"model": model} | ({"scale": 2} if model == "joule" else {})
    one, two = (solved(spinning(solver=o, across=across, heating=heating), comm) for o in ({}, fitted))
    for scheme, name, _ in configurations(one):
        for probe in PROBES:
            expected = one.harmonics(scheme, name, probe)[:3]
            got = two.harmonics(scheme, name, probe)[:3]
            np.testing.assert_allclose(got, expected, rtol=2e-4)


@COMPARES_RANKS
def test_any_number_of_ranks(results, across, comm):
    """All ranks together find what one alone does."""
    if comm.rank > 0:
        return
    alone = solved(spinning(across=across, **ALL_HEAT), MPI.COMM_SELF)
    for scheme, name, found in configurations(results):
        for probe in PROBES:
            expected = alone.harmonics(scheme, name, probe)
            np.testing.assert_allclose(results.harmonics(scheme, name, probe), expected, rtol=1e-7)
        one, two = torques(found), torques(alone.data["schemes"][scheme]["configurations"][name])
        sizes = abs(two).max(axis=(0, 2), keepdims=True)
        np.testing.assert_allclose(one / sizes, two / sizes, rtol=0, atol=1e-7)
