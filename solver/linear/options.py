"""PETSc options: those of a problem, under a prefix that no other problem has."""

import itertools
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from thermospin.compat import PETSc
from thermospin.errors import InputError

SMOOTHER = {"ksp_type": "chebyshev", "ksp_max_it": "2", "pc_type": "jacobi"}
"""Chebyshev–Jacobi: positive definite and the same on any number of ranks. Gauss–Seidel within each rank is
no faster here, and overshoots where ranks meet until the preconditioner is indefinite."""
_NUMBERS = itertools.count(1)


class Options:
    """The PETSc options of one problem; they leave PETSc's database with it.

    Args:
        given: The user's, by their names without prefix. They come before all defaults.

    Attributes:
        prefix: Begins the names of all options of the problem.
        given: The user's.
    """

    def __init__(self, given: Mapping[str, str] | None = None) -> None:
        self.prefix, self.given = f"thermospin_{next(_NUMBERS)}_", dict(given or {})
        self._names: set[str] = set()
        self.free = weakref.finalize(self, _delete, self._names)
        """Take the options out of the database."""
        self.free.atexit = False
        for name, value in self.given.items():
            self._set(name, value)

    def defaults(self, part: str, options: Mapping[str, str]) -> str:
        """Set options of a part of the solver that the user has not set.

        Args:
            part: Prefix of the user's names of them, such as ``V_``; empty for the Krylov method.
            options: Names without this prefix, and values.

        Returns:
            The prefix of the part.
        """
        for name, value in options.items():
            if part + name not in self.given:
                self._set(part + name, value)
        return self.prefix + part

    @contextmanager
    def blamed(self) -> Iterator[None]:
        """Add to an error of PETSc that the user's options may be its cause.

        Raises:
            InputError: PETSc raised an error, and there are such options.
        """
        try:
            yield
        except PETSc.Error as error:
            if not self.given:
                raise
            raise InputError(
                f"PETSc cannot work with these options: {_words(error)}; change or remove them",
                key="solver.petsc",
            ) from None

    def _set(self, name: str, value: str) -> None:
        PETSc.Options()[self.prefix + name] = value
        self._names.add(self.prefix + name)


def _words(error: PETSc.Error) -> str:
    """The complaint of PETSc, without its stack of calls."""
    lines = [line.split("] ", 1)[-1].strip() for line in str(error).splitlines()]
    said = [line for line in lines if line and "() at " not in line and not line.startswith("error code")]
    return " ".join(said)[:200] or lines[0]


def _delete(names: set[str]) -> None:
    database = PETSc.Options()
    for name in names:
        database.delValue(name)
