"""PETSc's options: each problem its own (row 10), and only those that change how it solves (rows 31, 37)."""

import gc
import json

import numpy as np
import pytest
from click.testing import CliRunner
from support import prepare_problem
from valve import MIXED, valve_config

from thermospin.cli import main
from thermospin.compat import MPI, PETSc
from thermospin.config.petsc import OPTIONS, petsc_options
from thermospin.errors import ConvergenceError, InputError
from thermospin.linear.krylov import LinearSolver
from thermospin.linear.reasons import REASONS, why
from thermospin.linear.request import Request
from thermospin.validation import load_config

WEAK = {"V_pc_type": "jacobi"}
PAIR = "right", "left"


def iterations(problem):
    """Of the first order."""
    problem.magnetise(MIXED)
    return problem.scheme("through").expand(1).orders[0].iterations


def kept():
    """Options of problems in PETSc's database."""
    return [name for name in PETSc.Options().getAll() if name.startswith("thermospin_")]


@pytest.mark.parametrize("weak_first", [True, False])
def test_row_10_two_problems_at_once(comm, weak_first):
    """Neither takes the options of the other, whichever is made first, and also when both live."""
    given = [WEAK, {}] if weak_first else [{}, WEAK]
    problems = [prepare_problem(valve_config(degree=1, petsc=petsc), comm) for petsc in given]
    found = dict(zip(map(bool, given), map(iterations, problems), strict=True))
    assert found[True] > 1.5 * found[False]
    usual = prepare_problem(valve_config(degree=1), comm)
    assert iterations(usual) == found[False]


def test_row_10_options_leave_with_their_problem(comm):
    gc.collect()
    before = kept()
    freed, forgotten = (prepare_problem(valve_config(degree=2, petsc=WEAK), comm) for _ in range(2))
    for problem in (freed, forgotten):
        problem.scheme("through")
    assert len(kept()) > len(before) + 10
    freed.free()
    del freed, forgotten, problem
    gc.collect()
    assert kept() == before


def test_row_10_options_can_be_swept(shared_directory, comm):
    path = shared_directory / "valve.yaml"
    axis = {"key": "solver.petsc.V_pc_type", "values": ["gamg", "jacobi"]}
    config = valve_config(degree=1, orders=1) | {"sweep": [axis]}
    if comm.rank == 0:
        path.write_text(json.dumps(config))
    comm.Barrier()
    result = CliRunner().invoke(main, ["sweep", str(path), "-o", str(shared_directory / "out")])
    assert result.exit_code == 0, result.output
    comm.Barrier()
    points = json.loads((shared_directory / "out/results.json").read_text())
    assert "jacobi" in json.dumps(points)


REFUSED = {
    "python": ({"ksp_type": "python"}, "ksp_type: must be one of cg, "),
    "a Python callable": ({"ksp_python_type": "os.abort"}, "ksp_python_type: this option"),
    "a Python preconditioner": ({"V_pc_type": "python"}, "V_pc_type: must be one of none, jacobi"),
    "a file": ({"ksp_view": "ascii:/any/path"}, "ksp_view: must be true or false"),
    "a file of a field": ({"V_ksp_monitor": "ascii:/any/path"}, "V_ksp_monitor: must be true or false"),
    "a library": ({"dll_append": "/any/lib.so"}, "dll_append: this option"),
    "a debugger": ({"start_in_debugger": True}, "start_in_debugger: this option"),
    "a file of options": ({"options_file": "/any/path"}, "options_file: this option"),
    "a log": ({"log_view": ":/any/path"}, "log_view: this option"),
    "files of MUMPS": ({"spins_mat_mumps_icntl_22": 1}, "allowed: mat_mumps_icntl_"),
    "output of MUMPS": ({"spins_mat_mumps_icntl_3": 7}, "allowed: mat_mumps_icntl_"),
    "nonsense": ({"ksp_type": "nonsense"}, "must be one of cg, fcg, "),
    "two lines": ({"ksp_rtol": "1e-3\n-options_file /any/path"}, "ksp_rtol: must be a number"),
    "another option behind": ({"ksp_rtol": "1e-3 -log_view"}, "ksp_rtol: must be a number"),
    "a misspelling": ({"V_pc_typ": "gamg"}, "did you mean 'V_pc_type'?"),
    "a name with a space": ({"ksp_type cg -log_view": 1}, "this option of PETSc"),
    "an unknown field": ({"W_pc_type": "gamg"}, "this option of PETSc"),
    "a list": ({"ksp_type": ["cg"]}, "one value"),
    "nothing": ({"ksp_type": None}, "one value"),
}


@pytest.mark.serial
@pytest.mark.parametrize(("options", "says"), REFUSED.values(), ids=REFUSED)
def test_rows_31_and_37_refused(options, says):
    with pytest.raises(InputError, match="solver.petsc") as error:
        load_config(valve_config(degree=1, petsc=options))
    text = str(error.value)
    assert says in text and "\n" not in text and "/any" not in text.split("not '")[0]


@pytest.mark.serial
def test_row_31_values():
    given = {
        "ksp_monitor": True,
        "ksp_view": False,
        "V_p_mg_levels_1_pc_type": "sor",
        "theta_pc_gamg_threshold": "0.02,-1",
        "spins_mat_mumps_icntl_14": 50,
        "s_x_ksp_rtol": 1e-3,
        "V_pc_gamg_repartition": True,
    }
    assert petsc_options(given) == {
        "ksp_monitor": "",
        "V_p_mg_levels_1_pc_type": "sor",
        "theta_pc_gamg_threshold": "0.02,-1",
        "spins_mat_mumps_icntl_14": "50",
        "s_x_ksp_rtol": "0.001",
        "V_pc_gamg_repartition": "true",
    }


@pytest.mark.serial
def test_row_31_no_option_takes_a_path():
    """The patterns hold no slash, colon, space or leading dash of a word."""
    for name in OPTIONS:
        option = {"mat_mumps_icntl_": "mat_mumps_icntl_14", "mat_mumps_cntl_": "mat_mumps_cntl_1"}.get(
            name, name
        )
        for value in ("/tmp", "a:b", "ascii:x", "cg -x", "-x", "", "python", "x.y", "shell"):
            with pytest.raises(ValueError, match="must be"):
                petsc_options({option: value})


def test_row_37_what_petsc_refuses_is_one_line(comm):
    with pytest.raises(
        InputError, match="solver.petsc: PETSc cannot work with these options: .*minres"
    ) as error:
        iterations(prepare_problem(valve_config(degree=1, petsc={"ksp_type": "minres"}), comm))
    assert "\n" not in str(error.value) and "() at" not in str(error.value)


# ---- reasons (row 12)


@pytest.mark.serial
def test_row_12_every_reason_has_words_of_its_own():
    names = {name: number for name, number in vars(PETSc.KSP.ConvergedReason).items() if "DIVERGED" in name}
    assert set(names.values()) <= REASONS.keys()
    assert len(set(REASONS.values())) == len(REASONS)
    assert [number for number in REASONS if "positive definite" in why(number)] == [-8, -10]
    assert "not positive definite" not in why(-5)
    assert "-77" in why(-77)


class Broken:
    """The operator of a problem that gives NaN.

    Args:
        matrix: The operator.
    """

    def __init__(self, matrix):
        self.matrix = matrix

    def mult(self, _, x, y):
        self.matrix.mult(x, y)
        y.scale(np.nan)


def test_row_12_not_a_number_is_called_so(comm):
    problem = prepare_problem(valve_config(degree=1), comm)
    problem.magnetise(MIXED)
    constraint, matrix = problem.scheme("through").constraint, problem.linear.matrix
    broken = PETSc.Mat().createPython(matrix.getSizes(), Broken(matrix), comm=matrix.comm)
    broken.setUp()
    solver = LinearSolver(broken, problem.preconditioning.preconditioner, 100, problem.options)
    rhs, x = (matrix.createVecLeft() for _ in range(2))
    problem.terminals.inject(rhs, {"right": 1e-3})
    with pytest.raises(ConvergenceError, match="NaN") as error:
        solver.solve(Request(rhs, x, constraint, 1e-10))
    assert "positive definite" not in str(error.value)
    assert MPI.COMM_WORLD.allreduce(1) == comm.size
