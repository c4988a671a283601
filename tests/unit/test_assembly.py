"""Blocks that are assembled for all cells at once, against DOLFINx with the kernels of FFCx."""

import numpy as np
import pytest
from contact_blocks import block_problem
from support import prepare_problem
from valve import MATERIALS, valve_config

from thermospin.compat import basix, has_places
from thermospin.discretisation.assembly.cellwise import CellwiseForm
from thermospin.discretisation.assembly.compiled import CompiledForm
from thermospin.discretisation.assembly.entries import Entries
from thermospin.discretisation.assembly.tetrahedra import LocalMatrices
from thermospin.discretisation.system import CoupledSystem

TURNING = {"dephasing_length": "3 nm", "precession_length": "4 nm"}
TENSOR = {
    "tensor_diffusion": {
        "momentum_time": "5 fs",
        "spin_flip_time": "1 ps",
        "diffusion_constant": (8e-9) ** 2 / 1e-12,
        "precession_frequency": 1e14,
    }
}


def vector_config(degree, magnet, **sections):
    """The valve with vector spin, its magnets along different directions."""
    materials = MATERIALS | {
        "Magnet": MATERIALS["Magnet"] | magnet,
        "Metal": MATERIALS["Metal"] | {"spin_relaxation_time": "20 ps"},
    }
    return valve_config(degree=degree, spin="vector") | {
        "materials": materials,
        "magnetisation": {"F1": [1, 2, 2], "F2": [0, -0.6, 0.8]},
        "configurations": {"P": {}, "AP": {"F2": -1}},
        **sections,
    }


KINDS = {
    "collinear": lambda degree: valve_config(degree=degree),
    "spin heat": lambda degree: valve_config(degree=degree, spin_heat=True),
    "dephasing": lambda degree: vector_config(degree, TURNING),
    "Hanle": lambda degree: vector_config(degree, {}, magnetic_field=["0.1 T", "0.3 T", "-0.2 T"]),
    "tensor": lambda degree: vector_config(degree, TENSOR),
}
SLOW = {"dephasing", "Hanle", "tensor"}
"""Kinds whose kernels take long to compile at degree 3."""


def compare(problem):
    """Every block, in every configuration, by either way of assembly (collective)."""
    problem.coefficients.are_cellwise = False
    given = problem.spaces, problem.coefficients, problem.interfaces, problem._basis
    system, other = problem.system, CoupledSystem(*given)
    forms = [next(iter(part._magnetic.values())) for part in (system._whole, other._whole)]
    assert [type(form) for form in forms] == [CellwiseForm, CompiledForm]
    for magnetisation in problem.states.values():
        system.magnetise(magnetisation)
        other.magnetise(magnetisation)
        assert system._whole.blocks.keys() == other._whole.blocks.keys()
        pairs = [(system._whole.blocks[key], block) for key, block in other._whole.blocks.items()]
        for block, reference in [*pairs, *zip(system.diagonal, other.diagonal, strict=True)]:
            difference = reference.copy()
            difference.axpy(-1.0, block)
            assert difference.norm() <= 1e-14 * reference.norm()


@pytest.mark.parametrize(
    ("kind", "degree"),
    [
        pytest.param(
            kind, degree, marks=[pytest.mark.slow] * (degree > 1 and kind in SLOW), id=f"{kind}, P{degree}"
        )
        for kind in KINDS
        for degree in (1, 2, 3)
    ],
)
def test_blocks(kind, degree, comm):
    compare(prepare_problem(KINDS[kind](degree), comm))


@pytest.mark.parametrize("degree", [1, 2, 3], ids=["P1", "P2", "P3"])
@pytest.mark.parametrize("name", ["row", "film", "touching"])
def test_blocks_with_interfaces(name, degree, comm, tmp_path):
    """Where the mesh is cut, a node of ϑ may have two of the conductors; magnets that touch share rows."""
    compare(block_problem(name, degree, tmp_path, comm, spin_heat=True))


def test_a_matrix_that_was_released_is_assembled_again(problem):
    form = next(iter(problem.system._whole._magnetic.values()))
    matrix = form.empty()
    form.assemble(matrix)
    before = matrix.copy()
    form.release(matrix)
    assert not has_places(matrix)
    form.assemble(matrix)
    before.axpy(-1.0, matrix)
    assert before.norm() == 0


CORNERS = np.array([[1.0, 0.5, 0.0], [2.0, 1.0, 0.2], [0.7, 1.9, -0.3], [1.2, 0.4, 1.5]])


def tetrahedron(degree):
    """The symmetric matrices of one tetrahedron, and the places of its unknowns."""
    variant = basix.LagrangeVariant.equispaced
    element = basix.create_element(basix.ElementFamily.P, basix.CellType.tetrahedron, degree, variant)
    local = LocalMatrices(element, CORNERS[None])
    matrices = []
    for upper in (local.stiffness[0], local.mass[0]):
        matrix = np.zeros((element.dim, element.dim))
        matrix[local.upper] = matrix.T[local.upper] = upper
        matrices.append(matrix)
    return *matrices, CORNERS[0] + element.points @ (CORNERS[1:] - CORNERS[0])


@pytest.mark.serial
@pytest.mark.parametrize("degree", [1, 2, 3])
def test_matrices_of_a_tetrahedron(degree):
    """``∫ |∇x|²`` is the volume, ``∫ x dV`` the volume times the centre, ``∇1 = 0``."""
    stiffness, mass, places = tetrahedron(degree)
    volume = abs(np.linalg.det(CORNERS[1:] - CORNERS[0])) / 6
    ones = np.ones(len(places))
    np.testing.assert_allclose(places.T @ stiffness @ places, volume * np.eye(3), atol=1e-14)
    np.testing.assert_allclose(ones @ mass @ places, volume * CORNERS.mean(axis=0), rtol=1e-13)
    np.testing.assert_allclose(stiffness @ ones, 0.0, atol=1e-14)
    second_moment = volume * (CORNERS.T @ CORNERS + 16 * np.outer(*2 * [CORNERS.mean(axis=0)])) / 20
    np.testing.assert_allclose(places.T @ mass @ places, second_moment, rtol=1e-13)


@pytest.mark.serial
def test_entries_add_up_what_cells_share():
    """Two triangles of unknowns with a common side."""
    cells = np.array([[4, 0, 2], [2, 4, 7]], dtype=np.int32)
    entries = Entries(cells, 8, np.triu_indices(3))
    local = np.arange(1.0, 13.0).reshape(2, 6)
    expected, found = np.zeros((8, 8)), np.zeros((8, 8))
    for cell, upper, factor in zip(cells, local, (10.0, 1000.0), strict=True):
        for i, j, value in zip(*np.triu_indices(3), upper, strict=True):
            expected[cell[i], cell[j]] += factor * value
            expected[cell[j], cell[i]] += factor * value * (i != j)
    places = entries.rows, entries.columns
    assert len(set(zip(*places, strict=True))) == len(entries.rows) == np.count_nonzero(expected)
    found[places] = entries.assembly(local)(np.array([10.0, 1000.0]))
    np.testing.assert_array_equal(found, expected)
