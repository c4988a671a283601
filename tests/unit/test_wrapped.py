"""Vectors of PETSc on arrays, on any number of ranks."""

import weakref

import numpy as np

from thermospin.micromagnetics.wrapped import wrapped


def test_arrays_are_changed_and_let_go(comm):
    array = np.ones(3)
    known = weakref.ref(array)
    with wrapped(comm, array) as (vector,):
        vector.scale(2.0)
    assert array.tolist() == [2.0, 2.0, 2.0]
    del array
    assert known() is None
