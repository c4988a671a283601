"""The PETSc options that a configuration may set: names and values that only change how equations are solved.

PETSc itself takes options that import Python, write files, open sockets and attach debuggers; none of them
is here. Monitors print to standard output.
"""

import difflib
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from thermospin.section import mistake

Scalar = bool | int | float | str


class Rule(NamedTuple):
    """The values of an option.

    Attributes:
        pattern: Regular expression of the whole text.
        words: The same in words.
    """

    pattern: str
    words: str


def _one_of(names: str) -> Rule:
    return Rule("|".join(map(re.escape, names.split())), f"one of {', '.join(names.split())}")


_DIGITS = r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,3})?"
NUMBER = Rule(_DIGITS, "a number")
NUMBERS = Rule(f"{_DIGITS}(,{_DIGITS}){{0,15}}", "numbers with commas between them")
COUNT = Rule(r"\d{1,9}", "a whole number")
INTEGER = Rule(r"-?\d{1,9}", "a whole number")
SWITCH = Rule("true|false", "true or false")
PRINTS = Rule("true|false", "true or false (it prints to standard output)")
KRYLOV = _one_of("cg fcg cr minres gmres fgmres lgmres gcr bcgs bcgsl tfqmr")
SMOOTHERS = _one_of("preonly richardson chebyshev cg fcg cr minres gmres fgmres lgmres gcr bcgs bcgsl tfqmr")
PRECONDITIONERS = _one_of(
    "none jacobi pbjacobi bjacobi sor eisenstat asm gasm icc ilu cholesky lu redundant gamg mg"
)

OPTIONS: Mapping[str, Rule] = {
    "ksp_type": SMOOTHERS,
    "ksp_rtol": NUMBER,
    "ksp_atol": NUMBER,
    "ksp_divtol": NUMBER,
    "ksp_max_it": COUNT,
    "ksp_norm_type": _one_of("none preconditioned unpreconditioned natural"),
    "ksp_pc_side": _one_of("left right symmetric"),
    "ksp_monitor": PRINTS,
    "ksp_monitor_true_residual": PRINTS,
    "ksp_converged_reason": PRINTS,
    "ksp_view": PRINTS,
    "ksp_gmres_restart": COUNT,
    "ksp_gmres_breakdown_tolerance": NUMBER,
    "ksp_gmres_haptol": NUMBER,
    "ksp_gmres_modifiedgramschmidt": SWITCH,
    "ksp_gmres_cgs_refinement_type": _one_of("refine_never refine_ifneeded refine_always"),
    "ksp_lgmres_augment": COUNT,
    "ksp_gcr_restart": COUNT,
    "ksp_bcgsl_ell": COUNT,
    "ksp_chebyshev_eigenvalues": NUMBERS,
    "ksp_chebyshev_esteig": NUMBERS,
    "ksp_chebyshev_esteig_steps": COUNT,
    "ksp_chebyshev_kind": _one_of("first fourth opt_fourth"),
    "ksp_richardson_scale": NUMBER,
    "pc_type": PRECONDITIONERS,
    "pc_jacobi_type": _one_of("diagonal rowl1 rowmax rowsum"),
    "pc_sor_omega": NUMBER,
    "pc_sor_its": COUNT,
    "pc_sor_lits": COUNT,
    "pc_sor_symmetric": SWITCH,
    "pc_asm_overlap": COUNT,
    "pc_asm_type": _one_of("basic restrict interpolate none"),
    "pc_factor_levels": COUNT,
    "pc_factor_fill": NUMBER,
    "pc_factor_shift_type": _one_of("none nonzero positive_definite inblocks"),
    "pc_factor_mat_ordering_type": _one_of("natural nd 1wd rcm qmd amd"),
    "pc_factor_mat_solver_type": _one_of("petsc mumps superlu_dist"),
    "pc_mg_type": _one_of("multiplicative additive full kaskade"),
    "pc_mg_cycle_type": _one_of("v w"),
    "pc_gamg_type": _one_of("agg"),
    "pc_gamg_threshold": NUMBERS,
    "pc_gamg_threshold_scale": NUMBER,
    "pc_gamg_agg_nsmooths": COUNT,
    "pc_gamg_aggressive_coarsening": COUNT,
    "pc_gamg_aggressive_square_graph": SWITCH,
    "pc_gamg_coarse_eq_limit": COUNT,
    "pc_gamg_process_eq_limit": COUNT,
    "pc_gamg_repartition": SWITCH,
    "pc_gamg_reuse_interpolation": SWITCH,
    "pc_gamg_use_sa_esteig": SWITCH,
    "pc_gamg_recompute_esteig": SWITCH,
    "mat_mumps_icntl_": INTEGER,
    "mat_mumps_cntl_": NUMBER,
}
"""By name; those of MUMPS are followed by the number of the control."""
MUMPS_CONTROLS = {
    "mat_mumps_icntl_": (6, 7, 8, 10, 12, 13, 14, 24, 27, 28, 29, 35, 36, 38),
    "mat_mumps_cntl_": (1, 2, 3, 4, 5, 7),
}
"""Controls of how MUMPS orders, scales, refines and compresses; none of its output or its files."""
PARTS = re.compile(
    r"((V|s(_[xyz])?|theta|tau(_[xyz])?)_((p|jumps)_)?|spins_|spin_heat_)"
    r"((mg_(levels_([0-9]{1,2}_)?|coarse_))|sub_){0,4}"
)
"""Text before a name: the field and the part of its preconditioner; empty for the Krylov method."""
FIELDS = "V_, s_, s_x_, theta_, tau_, spins_, spin_heat_, V_p_mg_coarse_, V_mg_levels_"


def petsc_options(given: Mapping[str, Any]) -> dict[str, str]:
    """Names and texts of the options that PETSc is given.

    Args:
        given: Those of a configuration, without the leading dash; every value as on a command line.

    Raises:
        PydanticCustomError: An option may not be set, or not to this.
    """
    found = {}
    for name, value in given.items():
        rule, text = _checked(name, value)
        if rule is not PRINTS:
            found[name] = text
        elif text == "true":
            found[name] = ""  # any text would name a file
    return found


def _checked(name: str, value: Any) -> tuple[Rule, str]:
    """The rule of an option, and its value as text.

    Raises:
        PydanticCustomError: The option may not be set, or not to this.
    """
    if not isinstance(value, Scalar):
        raise mistake("must be one value, as on PETSc's command line", name)
    rule = KRYLOV if name == "ksp_type" else _rule(name)
    text = str(value).lower() if isinstance(value, bool) else str(value).strip()
    if not re.fullmatch(rule.pattern, text, re.ASCII):
        raise mistake(f"must be {rule.words}, not {text[:40]!r}", name)
    return rule, text


def _rule(name: str) -> Rule:
    """The values of an option."""
    match = PARTS.match(name)
    part = match[0] if match else ""
    option = name[len(part) :]
    for control, numbers in MUMPS_CONTROLS.items():
        if option.startswith(control):
            if option not in {f"{control}{number}" for number in numbers}:
                known = ", ".join(map(str, numbers))
                raise mistake(
                    f"this control of MUMPS cannot be set here; allowed: {control}* with {known}", name
                )
            return OPTIONS[control]
    if option in OPTIONS:
        return OPTIONS[option]
    near = difflib.get_close_matches(option, OPTIONS, n=1)
    allowed = f"allowed, also behind the name of a field ({FIELDS}): {', '.join(OPTIONS)}"
    meant = f"did you mean '{part}{near[0]}'?" if near else allowed
    raise mistake(f"this option of PETSc cannot be set here; {meant}", name)
