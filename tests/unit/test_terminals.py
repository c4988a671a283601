"""Terminals, what a scheme fixes there, and the circuit that feeds and reads them."""

from copy import copy
from dataclasses import replace

import numpy as np
import pytest
from valve import TERMINALS, corners, gather, linear, side

from thermospin.compat import MPI, fem
from thermospin.discretisation.constraints import constrain
from thermospin.discretisation.terminals import locate_terminals
from thermospin.errors import InputError
from thermospin.fields import FIELDS, THETA, S, V

ELECTRICAL = ["left", "right", "top"]


@pytest.fixture
def terminals(problem):
    return problem.terminals.by_name


def on_face(space, terminal):
    """Owned unknowns on a terminal, found by where they are."""
    axis, position, _, _ = side(terminal)
    low, high = corners(TERMINALS[terminal]["region"])
    x = space.tabulate_dof_coordinates()[: space.dofmap.index_map.size_local]
    within = np.all((x > low - 1e-12) & (x < high + 1e-12), axis=1)
    return np.flatnonzero(within & np.isclose(x[:, axis], position, rtol=0, atol=1e-13))


@pytest.mark.parametrize("name", TERMINALS)
def test_area(terminals, name):
    assert terminals[name].area == pytest.approx(side(name)[2], rel=1e-12, abs=0)


def test_only_terminals_on_conductors_are_electrical(problem, terminals):
    assert [name for name, terminal in terminals.items() if terminal.electrical] == ELECTRICAL
    assert problem.terminals.electrical == ELECTRICAL
    assert set(terminals["bottom"].dofs) == {THETA}
    assert len(terminals["bottom"].average.dofs) == 0


@pytest.mark.parametrize("name", TERMINALS)
def test_unknowns_are_those_on_the_face(spaces, terminals, name):
    for field, dofs in terminals[name].dofs.items():
        np.testing.assert_array_equal(dofs, on_face(spaces.spaces[field], name))


@pytest.mark.parametrize("name", ELECTRICAL)
def test_unknowns_against_dolfinx(spaces, terminals, name):
    axis, position, _, _ = side(name)
    space = spaces.spaces[V]
    located = fem.locate_dofs_geometrical(space, lambda x: np.isclose(x[axis], position, rtol=0, atol=1e-13))
    # The planes of these faces meet no other part of the conductors.
    owned = located[located < space.dofmap.index_map.size_local]
    np.testing.assert_array_equal(terminals[name].dofs[V], np.sort(owned))


@pytest.mark.parametrize("name", ELECTRICAL)
def test_average(spaces, comm, terminals, name):
    """Of 1 it is 1, of a linear function the value at the centre of the face."""
    functional, function = terminals[name].average, fem.Function(spaces.spaces[V])
    centre = side(name)[3]
    for f in (linear(1.0, (0, 0, 0)), linear(-0.3, (1, 2, -3))):
        function.interpolate(f)
        local = function.x.array[functional.dofs] @ functional.weights
        assert comm.allreduce(local, MPI.SUM) == pytest.approx(f(centre), rel=1e-12)


@pytest.mark.parametrize(
    ("names", "message"), [(["left", "bottom"], "conductors and on insulators"), ([], "no faces in the mesh")]
)
def test_terminals_that_make_no_sense(spaces, names, message):
    facets = [spaces.device.terminals[name] for name in names]
    odd = {"odd": np.concatenate([np.empty((0, 2), dtype=np.int32), *facets])}
    changed = copy(spaces)
    changed.device = replace(spaces.device, terminals=odd)
    with pytest.raises(InputError, match=message) as error:
        locate_terminals(changed)
    assert error.value.key == "terminals.odd"


def test_constraint_fixes_held_terminals_and_sinks(spaces, terminals):
    constraint = constrain(spaces, terminals, held=["left", "top"], sinks=["left", "bottom"])
    for field, names in {V: ["left", "top"], S: ["left", "top"], THETA: ["left", "bottom"]}.items():
        expected = np.unique(np.concatenate([on_face(spaces.spaces[field], name) for name in names]))
        np.testing.assert_array_equal(constraint.dofs[field], expected)
    assert len(constraint.fixed) == sum(map(len, constraint.dofs.values()))


def test_projection_zeroes_the_fixed_unknowns_only(problem, spaces, terminals):
    constraint = constrain(spaces, terminals, held=["left"], sinks=["bottom"])
    vector = problem.system.matrix.createVecRight()
    vector.set(1.0)
    constraint.project(vector)
    np.testing.assert_array_equal(np.flatnonzero(vector.array_r == 0.0), np.sort(constraint.fixed))
    before = vector.array_r.copy()
    constraint.project(vector)
    np.testing.assert_array_equal(vector.array_r, before)


def test_constraint_without_terminals(spaces, terminals):
    assert len(constrain(spaces, terminals, held=[], sinks=[]).fixed) == 0


def test_injected_current_is_all_there(problem, spaces, comm):
    rhs = problem.system.matrix.createVecLeft()
    problem.terminals.inject(rhs, {"right": 2e-3, "top": -5e-4})
    parts = [comm.allreduce(rhs.array_r[spaces.ranges[field]].sum(), MPI.SUM) for field in FIELDS]
    assert parts == pytest.approx([1.5e-3, 0, 0], rel=1e-12, abs=0)


def test_held_potentials_are_read_back(problem):
    circuit, vector = problem.terminals, problem.system.matrix.createVecRight()
    circuit.hold(vector, {"left": 0.25, "top": -1.0}, shift=0.05)
    circuit.raise_potential(vector, 3.0)
    readings = circuit.readings(vector)
    assert readings == pytest.approx({"left": 3.2, "right": 3.0, "top": 1.95}, rel=1e-13)


def test_sinks_are_warmed(problem, spaces, comm):
    vector = problem.system.matrix.createVecRight()
    problem.terminals.warm(vector, {"bottom": 5.0, "left": 2.0})
    theta = vector.array_r[spaces.ranges[THETA]]
    warm = [comm.allreduce(np.count_nonzero(theta == rise), MPI.SUM) for rise in (5.0, 2.0)]
    faces = [len(gather(comm, on_face(spaces.spaces[THETA], name))) for name in ("bottom", "left")]
    assert warm == faces
    assert comm.allreduce(np.abs(vector.array_r[: spaces.ranges[THETA].start]).sum(), MPI.SUM) == 0


@pytest.mark.parametrize("valve", [1], ids=["P1"], indirect=True)
def test_current_and_heat_of_a_uniform_field(problem):
    """A residual that is a linear field's flux: what leaves through a face of a box is flux times area."""
    problem.magnetise({"F1": 1, "F2": 1})
    spaces, circuit = problem.spaces, problem.terminals
    x = problem.system.matrix.createVecRight()
    slope = 1e-3  # V per 10 nm, along x
    function = fem.Function(spaces.spaces[V])
    function.interpolate(linear(0.0, (slope, 0, 0)))
    with x as array:
        array[spaces.ranges[V]] = function.x.array[: spaces.spaces[V].dofmap.index_map.size_local]
    rhs = problem.system.matrix.createVecLeft()
    problem.linear.evaluate(rhs, x)
    residual = problem.linear.remainder
    _, _, area, _ = side("left")
    metal = problem.config.material("Metal")
    assert circuit.currents_out(residual, ["left"])["left"] == pytest.approx(
        metal.conductivity * slope / 1e-8 * area
    )
    peltier = problem.config.temperature * metal.seebeck * metal.conductivity * slope / 1e-8 * area
    assert circuit.heat_out(residual, x, None)["left"] == pytest.approx(peltier, rel=1e-6, abs=0)
