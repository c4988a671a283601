"""Charge, spin and heat transport along a sheet (solver/physics.md §4)."""

from typing import Any

from thermospin.fields import State
from thermospin.physics.coefficients import Coefficients
from thermospin.physics.terms.bulk import bulk_form


def sheet_form(c: Coefficients, u: State, v: State, conducts: bool) -> Any:
    """The weak form of all terms in a sheet, per area.

    With ``∇_t`` along the sheet and coefficients per square, Σ, S, K for σ, S, k, the currents per width I,
    I_s and Q follow from gradients along the sheet as those of the bulk do, and what flows into the sheet
    from its two sides feeds them. Strong: ``∇_t·I = −[j·n]``, ``∇_t·I_s = −[j_s·n] − Σ s/λ²``, ``∇_t·Q/T0 =
    −[q·n]/T0 + …``, where ``[j·n]`` is what flows out of the sheet. Weak: ``∫ −I·∇_t v_V − I_s·∇_t v_s +
    (Σ/λ²) s v_s − (Q/T0)·∇_t v_ϑ + … dA``, added to the form of the bulk, whose fields are continuous there.
    It is symmetric (Onsager).

    Args:
        c: The coefficients per square.
        u: The fields on the faces, or trial functions.
        v: Test functions there.
        conducts: Whether the sheet conducts, or carries heat only.
    """
    return bulk_form(c, u, v, 1.0, "conductors" if conducts else "insulators")
