"""Solutions to start from: those of the same state and place first, and never too many."""

import pytest

from thermospin.linear.request import Report
from thermospin.response import starts
from thermospin.response.adjoints import Adjoint, KnownAdjoints
from thermospin.response.starts import Earlier, Starts

pytestmark = pytest.mark.serial


def test_a_state_has_its_own_start():
    found = Starts()
    found.keep("order 1", "P", Earlier("fields of P", 1.0))
    found.keep("order 1", "AP", Earlier("fields of AP", 1.0))
    assert found.find("order 1", "P").solution == "fields of P"
    assert found.beside("order 1", "P").solution == "fields of AP"


def test_a_state_without_a_start_has_the_last_one():
    found = Starts()
    assert found.find("order 1", "P") is None
    found.keep("order 1", "P", Earlier("fields of P", 1.0))
    found.keep("order 2", "AP", Earlier("other fields", 1.0))
    assert found.find("order 1", "AP").solution == "fields of P"
    assert found.beside("order 1", "P") is None


def test_few_states_of_a_place_are_kept():
    """The oldest goes, and one that is kept again is the youngest."""
    found = Starts()
    for state in [*range(starts.KEPT_STATES), 0, "new"]:
        found.keep("order 1", state, Earlier(f"fields of {state}", 1.0))
    assert len(found) == starts.KEPT_STATES
    assert found.find("order 1", 0).solution == "fields of 0"
    assert found.find("order 1", 1).solution == "fields of new"


class Line(list):
    """A vector of few numbers with the calls of PETSc's that sums need."""

    def duplicate(self):
        return Line(self)

    def set(self, value):
        self[:] = [value] * len(self)

    def axpy(self, factor, other):
        self[:] = [own + factor * part for own, part in zip(self, other, strict=True)]


def test_adjoints_add_up_along_a_path():
    """With V of terminals a to d as unknowns: the adjoint of a - d from those of a - b, c - b and c - d."""
    reads = {"a": [1, 0, 0, 0], "b": [0, 1, 0, 0], "c": [0, 0, 1, 0], "d": [0, 0, 0, 1]}
    state = ["P"]
    known = KnownAdjoints(lambda: state[0])
    for scale, (plus, minus) in enumerate([("a", "b"), ("c", "b"), ("c", "d")], start=1):
        vector = Line(x - y for x, y in zip(reads[plus], reads[minus], strict=True))
        known.keep((plus, minus), Adjoint(vector, Report(5, 0.1, 0.1, scale), 2.0))
    found = known.along(("a", "d"))
    assert found.vector == [1, 0, 0, -1]
    assert (found.report.scale, found.report.iterations, found.per_watt) == (3, 0, 6.0)
    assert known.along(("d", "a")).vector == [-1, 0, 0, 1]
    assert known.along(("a", "e")) is None
    state[0] = "AP"
    assert known.along(("a", "d")) is None
