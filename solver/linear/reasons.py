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

NOT_A_NUMBER = -9


def why(reason: int) -> str:
    """The reason in words.

    Args:
        reason: PETSc's number of it, negative.
    """
    return REASONS.get(reason, f"PETSc has no name for the reason, {reason}; check solver.petsc")
