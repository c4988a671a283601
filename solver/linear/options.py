"""PETSc options that several parts of the multigrid share."""

from collections.abc import Mapping

from thermospin.compat import PETSc

SMOOTHER = {"ksp_type": "chebyshev", "ksp_max_it": "2", "pc_type": "jacobi"}
"""Chebyshev–Jacobi: positive definite and the same on any number of ranks. Gauss–Seidel within each rank is
no faster here, and overshoots where ranks meet until the preconditioner is indefinite."""


def set_options(prefix: str, options: Mapping[str, str]) -> None:
    """Put options into PETSc's database unless they are there already (the user's come first)."""
    database = PETSc.Options()
    for key, value in options.items():
        if not database.hasName(prefix + key):
            database[prefix + key] = value
