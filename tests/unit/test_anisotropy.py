"""Tensors in space: their algebra, the operator on linear fields, and what is refused (§11)."""

import numpy as np
import pytest
import turned
from hall_bar import tensor
from support import COMPARES_RANKS, prepare_problem

from thermospin.compat import MPI, basix
from thermospin.constants import LORENZ_NUMBER
from thermospin.device import Device
from thermospin.discretisation.assembly.blocks import Blocks
from thermospin.discretisation.assembly.entries import Entries
from thermospin.discretisation.assembly.tetrahedra import LocalMatrices
from thermospin.errors import InputError
from thermospin.lift import Lift, SpinVector
from thermospin.materials import Material
from thermospin.runs.workbench import operator_key
from thermospin.validation import load_config

SIDES = np.array([60e-9, 40e-9, 20e-9])
MAGNET = {
    "conductivity": 4e6,
    "polarisation": 0.3,
    "spin_diffusion_length": "20 nm",
    "seebeck": "-20 uV/K",
    "spin_seebeck": "-4 uV/K",
    "thermal_conductivity": 40,
}
SYMMETRIC = {"amr_ratio": 0.1, "anisotropic_seebeck_ratio": -0.3}
NERNST = SYMMETRIC | {"anomalous_nernst_ratio": 0.15}
TURNING = NERNST | {"anomalous_hall_angle": 0.2}
T0 = 300.0


def device(spin="collinear", **coefficients):
    """One magnet, magnetised along [1, 2, 2]/3."""
    box = {"min": [0, 0, 0], "max": ["60 nm", "40 nm", "20 nm"]}
    return {
        "temperature": T0,
        "geometry": {"solids": [{"name": "F", "material": "M", "box": box}]},
        "materials": {"M": MAGNET | coefficients},
        "terminals": {
            "left": {"region": "F", "face": "xmin", "sink": True},
            "right": {"region": "F", "face": "xmax"},
        },
        "schemes": {"through": {"left": "current", "right": "ground"}},
        "mesh": {"refinement": 0.3},
        "magnetisation": {"F": [1, 2, 2]},
        "solver": {"spin": spin, "orders": 1},
    }


# algebra


def test_algebra_is_that_of_matrices():
    """Products and inverses of the spin part of a lift, with directions in space for spins."""
    m = SpinVector(1 / 3, 2 / 3, -2 / 3)
    a, b = Lift(1.2, 0, m, 0.9, 0.4), Lift(0.7, 0, m, 1.1, -0.3)

    def matrix(lift):
        return np.array([lift.on_spin(SpinVector(*axis)) for axis in np.eye(3)]).T

    np.testing.assert_allclose(matrix(a.times(b)), matrix(a) @ matrix(b), rtol=1e-14, atol=1e-16)
    np.testing.assert_allclose(matrix(a.inverse), np.linalg.inv(matrix(a)), rtol=1e-14, atol=1e-16)


@pytest.mark.parametrize("degree", [1, 2, 3])
def test_antisymmetric_matrices_of_a_cell(degree):
    """``∫ ∇φ_i·(w × ∇φ_j)`` by quadrature, for both orders of the unknowns."""
    corners = np.array([[[0, 0, 0], [1, 0.2, 0], [0.1, 1.3, -0.1], [0.2, 0.3, 0.9]]])
    element = basix.ufl.element("P", "tetrahedron", degree, lagrange_variant=basix.LagrangeVariant.equispaced)
    element, w = element.basix_element, np.array([0.3, -1.2, 0.7])
    points, weights = basix.make_quadrature(basix.CellType.tetrahedron, 2 * degree)
    edges = corners[0, 1:] - corners[0, 0]
    slopes = np.einsum("xc,cqi->xqi", np.linalg.inv(edges), element.tabulate(1, points)[1:, :, :, 0])
    known = np.einsum("q,aqi,aqj->ij", weights, slopes, np.cross(w, slopes, axisb=0, axisc=0))
    known *= abs(np.linalg.det(edges))
    local = LocalMatrices(element, corners)
    found = local.turning_stiffness(w[:, None])
    np.testing.assert_allclose(found[0], known[local.upper], rtol=0, atol=1e-13 * abs(known).max())
    shuffled = np.random.default_rng(0).permutation(element.dim)
    entries = Entries(shuffled[None], element.dim, local.upper)
    matrix = np.zeros_like(known)
    matrix[entries.rows, entries.columns] = entries.antisymmetric(found)
    np.testing.assert_allclose(
        matrix[np.ix_(shuffled, shuffled)], known, rtol=0, atol=1e-13 * abs(known).max()
    )


# the operator


def vector(problem, slopes):
    """Fields with given gradients, (n_fields, 3), that vanish at the origin."""
    functions, found = problem.spaces.functions(), problem.system.matrix.createVecRight()
    with found as array:
        for field, function, slope in zip(problem.spaces.fields, functions, slopes, strict=True):
            function.interpolate(lambda x, slope=slope: x.T @ slope)
            part = problem.spaces.ranges[field]
            array[part] = function.x.array[: part.stop - part.start]
    return found


def expected(u, w, m, sign, c):
    """``∫ w·A u`` of linear fields, by matrices."""
    spins = len(u) - 2
    conduction = np.linalg.inv(tensor(m, c["amr_ratio"], c.get("anomalous_hall_angle", 0)))
    thermal = conduction @ tensor(m, c["anisotropic_seebeck_ratio"], c.get("anomalous_nernst_ratio", 0))
    sigma, p, s, k = 4e6, 0.3, -20e-6, 40
    b, k_e = p * s + (1 - p**2) * -4e-6 / 2, LORENZ_NUMBER * sigma * T0
    direction = np.array([[sign]]) if spins == 1 else np.asarray(m)[:, None] / np.linalg.norm(m)

    def lift(total, difference):
        return np.block(
            [[np.array([[total]]), difference * direction.T], [difference * direction, total * np.eye(spins)]]
        )

    phi, w_phi = u[: spins + 1], w[: spins + 1]
    theta, w_theta = (np.vstack([x[-1], np.zeros((spins, 3))]) for x in (u, w))
    density = np.sum(w_phi * (lift(sigma, sigma * p) @ phi @ conduction.T))
    for row, column in ((w_phi, theta), (w_theta, phi)):
        density += np.sum(row * (lift(sigma * s, sigma * b) @ column @ thermal.T))
    density += w[-1] @ (k_e * conduction + (k - k_e) * np.eye(3)) @ u[-1] / T0
    squares = np.outer(SIDES, SIDES) / 4
    np.fill_diagonal(squares, SIDES**2 / 3)
    relaxation = (1 - p**2) * sigma / (20e-9) ** 2
    density += relaxation * sum(w[i] @ squares @ u[i] for i in range(1, spins + 1))
    return density * SIDES.prod()


@pytest.mark.parametrize(
    ("spin", "coefficients"),
    [
        ("collinear", SYMMETRIC),
        ("collinear", NERNST),
        ("collinear", TURNING),
        ("vector", SYMMETRIC),
        ("vector", TURNING),
    ],
    ids=["symmetric", "Nernst", "turning", "vector symmetric", "vector turning"],
)
def test_operator_on_linear_fields(spin, coefficients, comm):
    problem = prepare_problem(device(spin, **coefficients), comm)
    rng = np.random.default_rng(1)
    u, w = rng.normal(size=(2, len(problem.spaces.fields), 3))
    for name, sign in {"P": 1, "AP": -1, "again": 1}.items():
        problem.magnetise(problem.states["AP" if name == "AP" else "P"])
        found = vector(problem, w).dot(problem.system.matrix * vector(problem, u))
        known = expected(u, w, sign * np.array([1, 2, 2]), sign, coefficients)
        assert found == pytest.approx(known, rel=1e-12, abs=0), name
    assert problem.system.is_symmetric == (coefficients is SYMMETRIC)
    problem.free()


def test_reversed_magnets_assemble_what_changes(comm, monkeypatch):
    """With a Nernst effect alone, blocks of a field with itself are even in the magnetisation."""
    problem, assembled, assemble = prepare_problem(device(**NERNST), comm), [], Blocks._assemble
    problem.magnetise(problem.states["P"])
    monkeypatch.setattr(
        Blocks, "_assemble", lambda blocks, key, *rest: assembled.append(key) or assemble(blocks, key, *rest)
    )
    problem.magnetise(problem.states["AP"])
    assert set(assembled) == {(i, j) for i in range(3) for j in range(3) if i != j}
    problem.free()


@pytest.mark.slow
def test_texture_that_is_uniform(comm):
    """Compiled forms, with m at the nodes, are those of cells at once."""
    config = device("vector", **TURNING)
    problem = prepare_problem(config, comm)
    formula = {"formula": ["1 + 0*x", "2", "2"]}
    textured = prepare_problem(config | {"magnetisation": {"F": formula}}, comm)
    rng = np.random.default_rng(1)
    u, w = rng.normal(size=(2, 5, 3))
    found = []
    for case in (problem, textured):
        case.magnetise(case.states["P"])
        found.append(vector(case, w).dot(case.system.matrix * vector(case, u)))
        case.free()
    assert not textured.coefficients.are_cellwise
    assert found[1] == pytest.approx(found[0], rel=1e-12, abs=0)


def test_small_anisotropy_beside_strong_relaxation(comm):
    """Both parts of the block of s are there, in a magnet that is not the first region."""
    config = device(amr_ratio=1e-3, spin_diffusion_length="1 nm")
    solid = config["geometry"]["solids"][0]
    metal = solid | {
        "name": "A",
        "material": "Cu",
        "box": {"min": ["-20 nm", 0, 0], "max": [0, "40 nm", "20 nm"]},
    }
    config["geometry"]["solids"].insert(0, metal)
    config["terminals"]["left"]["region"] = "A"
    problem = prepare_problem(config, comm)
    slope = np.zeros((3, 3))
    slope[0] = 1, 0, 0
    v = vector(problem, slope)
    conduction = np.linalg.inv(tensor([1, 2, 2], 1e-3))[0, 0]
    known = (4e6 * conduction * 60 + problem.device.materials["A"].conductivity * 20) * 800e-27
    assert v.dot(problem.system.matrix * v) == pytest.approx(known, rel=1e-12, abs=0)
    problem.free()


def test_another_direction_is_another_operator():
    """While all spins have one axis, magnetic states are signs, and know nothing of directions in space."""

    def key(direction, **coefficients):
        config = load_config(device(**coefficients) | {"magnetisation": {"F": direction}})
        return operator_key(config, Device.of(config))

    assert key("x", amr_ratio=0.1) != key("y", amr_ratio=0.1)
    assert key("x", amr_ratio=0.1) == key([2, 0, 0], amr_ratio=0.1)


@COMPARES_RANKS
@pytest.mark.parametrize("effects", [turned.collinear, pytest.param(turned.vector, marks=pytest.mark.slow)])
def test_all_effects_on_any_number_of_ranks(effects, comm):
    """All ranks together read what one alone does."""
    config = effects(solver={"spin": effects.__name__, "degree": 1, "orders": 1})

    def readings(ranks):
        problem = prepare_problem(config, ranks)
        found = problem.solve("through", "down")
        return [found.harmonics(tuple(pair)) for pair in config["probes"].values()]

    together = readings(comm)
    if comm.rank == 0:
        np.testing.assert_allclose(together, readings(MPI.COMM_SELF), rtol=1e-7)


# what is refused


MISTAKES = {
    "hall angle of 1": ({"anomalous_hall_angle": 1}, "anomalous_hall_angle", "must be less than 1"),
    "no magnet": ({"polarisation": 0, "spin_seebeck": 0, "amr_ratio": 0.1}, "amr_ratio", "magnetic: true"),
    "hall coefficient of a magnet": ({"hall_coefficient": 1e-10}, "hall_coefficient", "anomalous_hall_angle"),
    "not definite": (
        {"anisotropic_seebeck_ratio": 0.9, "seebeck": "-0.15 mV/K"},
        "thermal_conductivity",
        "anisotropic_seebeck_ratio 0.9 they",
    ),
    "Hall and Nernst effects": (
        {"anomalous_hall_angle": 0.8, "anomalous_nernst_ratio": 0.9, "seebeck": "-0.13 mV/K"},
        "thermal_conductivity",
        "anomalous_hall_angle 0.8 and anomalous_nernst_ratio 0.9",
    ),
}


@pytest.mark.parametrize(("coefficients", "key", "says"), MISTAKES.values(), ids=MISTAKES)
def test_mistakes(coefficients, key, says):
    with pytest.raises(InputError) as caught:
        load_config(device(**coefficients))
    assert caught.value.key == f"materials.M.{key}"
    assert says in caught.value.message


def test_map_of_a_hall_field_that_vanishes():
    """A sweep of a Hall angle may begin at 0: then the Hall field is 0."""
    maps = [{"field": "E_H", "order": 1, "surface": True}]
    assert load_config(device(amr_ratio=0.1, anomalous_hall_angle=0) | {"output": {"maps": maps}})


def test_texture_with_one_axis():
    config = device(amr_ratio=0.1) | {"magnetisation": {"F": {"wall": "neel", "width": "20 nm"}}}
    with pytest.raises(InputError, match="solver.spin: vector") as caught:
        load_config(config)
    assert caught.value.key == "magnetisation.F"


def test_mirror_planes():
    with pytest.raises(InputError, match="mirror image") as caught:
        load_config(device(amr_ratio=0.1) | {"symmetry": "x"})
    assert caught.value.key == "symmetry"


def spin_hall_bar():
    """A bar of a metal with a spin Hall effect."""
    config = device("vector")
    del config["magnetisation"]
    normal = {key: value for key, value in MAGNET.items() if key not in ("polarisation", "spin_seebeck")}
    return config | {"materials": {"M": normal | {"magnetic": False, "spin_hall_angle": 0.1}}}


def test_mirror_planes_of_a_spin_hall_metal():
    with pytest.raises(
        InputError, match=r"'M' turns \(spin_hall_angle\) is not its own mirror image"
    ) as caught:
        load_config(spin_hall_bar() | {"symmetry": "x"})
    assert caught.value.key == "symmetry"


def test_a_spin_hall_metal_does_not_continue():
    config = spin_hall_bar()
    config["terminals"]["left"] = {"region": "F", "face": "xmin", "continues": {"length": "1 um"}}
    with pytest.raises(InputError, match="'M' turns currents, and a lead that continues does not") as caught:
        load_config(config)
    assert caught.value.key == "terminals.left.continues"


def test_nernst_coefficient_needs_a_seebeck_coefficient():
    normal = {k: v for k, v in MAGNET.items() if k not in ("polarisation", "spin_seebeck", "seebeck")}
    with pytest.raises(ValueError, match="needs a seebeck"):
        Material(**normal, nernst_coefficient=1e-7)


@pytest.mark.parametrize(("slope", "is_mistake"), [(-0.1, True), (1e-3, False)])
def test_nernst_coefficient_beside_a_law(slope, is_mistake):
    """A law must not cross zero, where the Nernst field does not."""
    normal = {k: v for k, v in MAGNET.items() if k not in ("polarisation", "spin_seebeck")}
    law = {"linear": "2 uV/K", "temperature_coefficient": slope, "reference": 300}
    config = device() | {"materials": {"M": normal | {"seebeck": law, "nernst_coefficient": 1e-7}}}
    del config["magnetisation"]
    if not is_mistake:
        load_config(config | {"magnetic_field": [0, 0, 1]})
        return
    with pytest.raises(InputError, match="changes it near 3[01][0-9] K") as caught:
        load_config(config | {"magnetic_field": [0, 0, 1]})
    assert caught.value.key == "materials.M.nernst_coefficient"
