"""Reasons for which the linear solver stops, in words."""

REASONS = {
    -2: "GMRES broke down while it solved its small least-squares problem; take another method, such as "
    "'solver.petsc: {ksp_type: fgmres}', or remove solver.petsc",
    -3: "it reached the limit of iterations; raise solver.max_iterations",
    -4: "its residual has grown by twelve orders of magnitude, so the preconditioner does not fit the "
    "system; improve the worst elements of the mesh (thermospin mesh FILE shows them), and check "
    "solver.petsc",
    -5: "the method broke down because it found no new direction to search; the system may be singular; "
    "check conductances that differ by many orders of magnitude, and solver.petsc",
    -6: "BiCG broke down; take another method, such as 'solver.petsc: {ksp_type: gmres}'",
    -7: "the method needs a symmetric operator, and spins that precess make it asymmetric; take "
    "'solver.petsc: {ksp_type: gmres}'",
    -8: "the preconditioner is not positive definite; improve the worst elements of the mesh (thermospin "
    "mesh FILE shows them), and check solver.petsc",
    -9: "a number became infinite or undefined (NaN); check materials and interfaces for values that are "
    "very large or very small",
    -10: "the system is not positive definite; check materials (|P| < 1, k > T0 σ S²) and solver.petsc",
    -11: "the preconditioner cannot be set up; a factor has a zero on its diagonal, or memory is short; "
    "check for parts that hardly conduct, and solver.petsc",
    -12: "the program's own convergence test gave up",
}
"""By number of PETSc's ``KSPConvergedReason``."""

NOT_A_NUMBER, NOT_POSITIVE = -9, -10


def why(reason: int) -> str:
    """The reason in words.

    Args:
        reason: PETSc's number of it, negative.
    """
    return REASONS.get(reason, f"PETSc has no name for the reason, {reason}; check solver.petsc")


def stopped(iterations: int, residual: float, reason: int) -> str:
    """The message of a solver that cannot go on.

    Args:
        iterations: Iterations so far.
        residual: Relative residual.
        reason: PETSc's number of the reason, negative.
    """
    return (
        f"the linear solver stopped after {iterations} iterations (relative residual {residual:.1e}): "
        f"{why(reason)}"
    )


def not_converged(limit: int, residual: float) -> str:
    """The message of a solver that has reached the limit of iterations.

    Args:
        limit: The limit.
        residual: Relative residual.
    """
    return (
        f"no convergence in {limit} iterations of the linear solver (relative residual {residual:.1e}); "
        "improve the worst elements of the mesh (thermospin mesh FILE shows them), or raise "
        "solver.max_iterations"
    )
