"""Stability of a steady state: heat that grows with the temperature may outrun the cooling.

Linearised, and with the potentials eliminated, a change x of the temperatures meets ``S x``. Let F be the
Joule heat as a weight, ``∫ h x v dx``. In ``S x = λ F x``, λ is the relative rise of the heat per kelvin at
which it would run away. Without a drive all λ are positive; one passes through 0 where two steady states
merge, and is negative in the unstable one. Lanczos' method with ``S⁻¹ F`` finds it, the only 1/λ < 0.
"""

import numpy as np

from thermospin.compat import MPI, PETSc
from thermospin.fields import THETA
from thermospin.response import accuracy
from thermospin.response.nonlinear.equations import Equations
from thermospin.response.nonlinear.newton import Newton


def feedback(equations: Equations, newton: Newton, fields: PETSc.Vec) -> float:
    """Fraction of a change of the temperatures that the heat of this change gives back (collective).

    It is 0 where nothing depends on the temperature, 1 at a thermal runaway, infinite in an unstable state.
    The largest temperature rise times the largest relative change of a conductivity per kelvin is a bound.

    Args:
        equations: The equations, linearised at the fields.
        newton: Newton's method.
        fields: The fields.
    """
    rise = fields.array_r[equations.spaces.ranges[THETA]]
    highest = equations.spaces.comm.allreduce(np.abs(rise).max(initial=0.0), MPI.MAX)
    bound = highest * equations.sensitivity
    if bound < accuracy.SAFE_FEEDBACK:
        return bound
    found = _inverse_margins(equations, newton)
    if not found.size:  # no current, no heat
        return 0.0
    if found.min() < -accuracy.FEEDBACK_ROUNDING * np.abs(found).max():
        return np.inf
    gain = equations.sensitivity * found.max()
    return gain / (1 + gain)


def _inverse_margins(equations: Equations, newton: Newton) -> np.ndarray:
    """Estimates of 1/λ, K, its extremes first of all (collective)."""
    change = equations.jacobian.createVecRight()
    change.set(1.0)
    basis: list[tuple[PETSc.Vec, PETSc.Vec]] = []
    projected = np.zeros((accuracy.LANCZOS_STEPS,) * 2)
    for step in range(accuracy.LANCZOS_STEPS):
        weighted = equations.weighted(change)
        norm = max(change.dot(weighted), 0.0) ** 0.5
        if norm <= accuracy.LANCZOS_TOLERANCE * np.abs(projected).max():
            break
        if step:
            projected[step, step - 1] = norm
        change.scale(1 / norm)
        weighted.scale(1 / norm)
        basis.append((change, weighted))
        change = newton.correct(weighted, accuracy.LANCZOS_TOLERANCE)
        for i, (known, of_known) in enumerate(basis):
            projected[i, step] = of_known.dot(change)
            change.axpy(-projected[i, step], known)
    return np.linalg.eigvals(projected[: len(basis), : len(basis)]).real
