"""Fuzzing of quantities and formulas: right numbers, or one line, and never code, in bounded time."""

import ast
import builtins
import math
import os
import time
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from thermospin.textures.formula import CONSTANTS, FUNCTIONS, Formula
from thermospin.textures.grammar import FormulaError
from thermospin.units import common_unit, quantity, to_si

pytestmark = pytest.mark.serial

CI = settings(
    max_examples=200, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
LONG = settings(CI, max_examples=30_000, derandomize=False, print_blob=True)
PATIENCE = 2.0
"""CPU time of one text, s."""

UNITS = {
    "m": {
        "m": 1,
        "nm": 1e-9,
        "um": 1e-6,
        "µm": 1e-6,
        "μm": 1e-6,
        "mm": 1e-3,
        "angstrom": 1e-10,
        "Å": 1e-10,
        "km": 1e3,
    },
    "S/m": {"S/m": 1, "1/(ohm m)": 1, "S/cm": 100, "MS/m": 1e6, "(ohm m)^-1": 1, "1/Ω/m": 1, "S m^-1": 1},
    "V/K": {"V/K": 1, "uV/K": 1e-6, "µV/K": 1e-6, "nV / K": 1e-9, "µV K⁻¹": 1e-6},
    "ohm m^2": {"ohm m^2": 1, "fohm m^2": 1e-15, "ohm um^2": 1e-12, "Ω µm²": 1e-12, "ohm*cm^2": 1e-4},
    "W/(m K)": {"W/(m K)": 1, "W/m/K": 1, "W m^-1 K^-1": 1, "mW/(cm K)": 0.1},
    "": {"%": 0.01, "percent": 0.01, "ppm": 1e-6, "": 1},
    "K": {"K": 1, "mK": 1e-3, "kelvin": 1},
}
"""SI unit to spellings of units of its dimension and what they are in it."""
WRITTEN = [(unit, own, factor) for unit, spellings in UNITS.items() for own, factor in spellings.items()]
NUMBERS = st.floats(-1e200, 1e200, allow_nan=False).filter(lambda x: x == 0 or abs(x) > 1e-200)


@CI
@given(number=NUMBERS, written=st.sampled_from(WRITTEN), space=st.sampled_from(["", " ", "  ", "\u00a0"]))
def test_quantities_are_what_their_units_say(number, written, space):
    unit, own, factor = written
    space = " " if own[:1].isdigit() else space
    assert to_si(f"{number!r}{space}{own}", unit) == pytest.approx(number * factor, rel=1e-13, abs=0)


PREFIXES = {"": 0, "f": -15, "p": -12, "n": -9, "u": -6, "m": -3, "c": -2, "k": 3, "M": 6, "G": 9, "T": 12}
"""Powers of ten."""


@CI
@given(
    digits=st.integers(-(10**15), 10**15),
    exponent=st.integers(-30, 30),
    upper=st.tuples(st.sampled_from(sorted(PREFIXES)), st.sampled_from("VAWSJ")),
    lower=st.tuples(st.sampled_from(sorted(PREFIXES)), st.sampled_from("Km")),
    power=st.integers(1, 3),
)
def test_prefixes_are_powers_of_ten(digits, exponent, upper, lower, power):
    """In exact arithmetic, so the number is the nearest one."""
    (above, unit), (below, per) = upper, lower
    tens = exponent + PREFIXES[above] - power * PREFIXES[below]
    exact = Fraction(digits) * Fraction(10) ** tens
    read = to_si(f"{digits}e{exponent} {above}{unit}/{below}{per}^{power}", f"{unit}/{per}^{power}")
    assert read == float(exact)


@CI
@given(number=NUMBERS, unit=st.sampled_from(sorted(UNITS)))
def test_what_is_in_si_comes_back(number, unit):
    """Round trip: a number is written with its SI unit and read to the last bit."""
    assert to_si(f"{number!r} {unit}".strip(), unit) == number
    assert to_si(number, unit) == number
    assert common_unit([f"{number!r} {unit}".strip(), "1 " + unit])[0][0] == number


@CI
@given(number=NUMBERS, given_in=st.sampled_from(WRITTEN), wanted=st.sampled_from(sorted(UNITS)))
def test_other_dimensions_are_refused(number, given_in, wanted):
    unit, own, _ = given_in
    if own and unit != wanted:
        with pytest.raises(ValueError, match="wrong unit|cannot read"):
            to_si(f"{number!r} {own}", wanted)


PIECES = """5 - + . , e E9 1e9 nm m K µ Ω ° % ^ ** / * ( ) 9 99 ² ⁻¹ · V eV deg C Hz x _""".split()
PIECES += ["'", "é", "🙂", "{", "=", "os", "__", " ", "\0", "\n"]


def check_quantity(text: str, unit: str) -> None:
    begun = time.process_time()
    try:
        number = TypeAdapter(quantity(unit)).validate_python(text)
    except ValidationError as error:
        message = error.errors()[0]["msg"]
        assert len(message) < 400
        assert message.isprintable()
    else:
        assert math.isfinite(number)
        assert "," not in text and ";" not in text
    assert time.process_time() - begun < PATIENCE


@CI
@given(
    text=st.lists(st.sampled_from(PIECES), max_size=12).map("".join) | st.text(max_size=30),
    unit=st.sampled_from(sorted(UNITS)),
)
def test_any_text_is_a_quantity_or_one_line(text, unit):
    check_quantity(text, unit)


@pytest.mark.parametrize(
    "text", ["1 " + 60 * "(" + 30 * ")", "1 m" + 45 * "-" + "!", "1 " + 33 * "m/", "1 " + 40 * "k" + "m"]
)
def test_texts_that_make_parsers_slow(text):
    check_quantity(text, "m")


ARITHMETIC = ("+", "-", "*", "/")
COMPARISONS = ("<", "<=", ">", ">=")


def formulas(signs: tuple[str, ...] = ARITHMETIC + COMPARISONS) -> st.SearchStrategy[str]:
    """Formulas that are right, most of them."""
    atoms = st.sampled_from(["x", "y", "z", *CONSTANTS, "1", "2.5", "1e-9", "0", ".5", "1e299"])

    def longer(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        calls = [
            st.tuples(*[inner] * count).map(lambda of, name=name: f"{name}({', '.join(of)})")
            for name, (count, _) in FUNCTIONS.items()
        ]
        return st.one_of(
            *calls,
            st.tuples(inner, st.sampled_from(signs), inner).map(lambda of: f"({of[0]} {of[1]} {of[2]})"),
            st.tuples(inner, st.sampled_from(["2", "-3", "(1/3)", "0.5", "100", "x", "9**9"])).map(
                "({0[0]})**{0[1]}".format
            ),
            inner.map("-{}".format),
        )

    return st.recursive(atoms, longer, max_leaves=20)


HOSTILE = (
    """x y 9 ** * ( ) [ ] . , _ __class__ __import__ lambda : 'os' eval sin( where( for in if else not and
= := @ ~ f'{ }' 1j 0x""".split()
    + ["\n", "\0", " "]
)
POINTS = np.random.default_rng(1).uniform(-1e-7, 1e-7, (20, 3))


def forbidden(*_: object, **__: object) -> None:
    raise AssertionError("a formula was run as code")


def check_formula(text: str) -> None:
    """Read and evaluate a formula while nothing may be compiled to run, imported or opened."""
    begun = time.process_time()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "system", forbidden)
        for name in ("eval", "exec", "open"):
            patch.setattr(builtins, name, forbidden)
        try:
            found = Formula(text)(POINTS)
        except FormulaError as error:
            assert str(error).isprintable()
            assert len(str(error)) < 500
        else:
            assert found.shape == (len(POINTS),)
            assert found.dtype == float
    assert time.process_time() - begun < PATIENCE


@CI
@given(text=formulas())
def test_formulas_end_in_numbers_or_one_line(text):
    check_formula(text)


@CI
@given(text=st.lists(st.sampled_from(HOSTILE), max_size=40).map("".join) | st.text(max_size=50))
def test_any_text_is_a_formula_or_one_line(text):
    check_formula(text)


@CI
@given(text=formulas(ARITHMETIC))
def test_formulas_are_what_python_says(text):
    """The same tree, evaluated by the interpreter with the same functions."""
    try:
        found = Formula(text)(POINTS)
    except FormulaError:
        return
    names = {name: function for name, (_, function) in FUNCTIONS.items()} | CONSTANTS
    names |= dict(zip("xyz", POINTS.T, strict=True))
    tree = _Floats().visit(ast.parse(text, mode="eval"))
    with np.errstate(all="ignore"):
        expected = eval(
            compile(ast.fix_missing_locations(tree), "", "eval"),
            {"float64": np.float64, "power": np.float_power} | names,
        )
    assert np.broadcast_to(found, len(POINTS)) == pytest.approx(
        np.broadcast_to(np.asarray(expected, dtype=float), len(POINTS)), rel=1e-9, abs=0, nan_ok=True
    )


class _Floats(ast.NodeTransformer):
    """Numbers as numpy's, which divide by zero without an error."""

    def visit_Constant(self, node: ast.Constant) -> ast.AST:  # noqa: N802
        return ast.Call(ast.Name("float64", ast.Load()), [node], [])

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:  # noqa: N802
        """Powers as numpy's of floats, which are not complex."""
        left, right = self.visit(node.left), self.visit(node.right)
        if isinstance(node.op, ast.Pow):
            return ast.Call(ast.Name("power", ast.Load()), [left, right], [])
        return ast.BinOp(left, node.op, right)


TOWERS = [
    "9**9**9**9",
    "9**-9**9",
    "(9**9)**(9**9)",
    "**".join(["9"] * 400),
    "1e308*10",
    "9" * 999,
    "f'{f'{x}'}'",
]
TOWERS += ["-" * 5000 + "x", "(" * 5000 + "x" + ")" * 5000, "sin(" * 240 + "x" + ")" * 240, "x" + "+x" * 490]
TOWERS += ["[" * 900, "{" * 900, "lambda:" * 140 + "x", "x if " * 190 + "x", "not " * 240 + "x"]
TOWERS += ["x" + ".real" * 190, "x" + "[0]" * 320]


@pytest.mark.parametrize("text", TOWERS, ids=range(len(TOWERS)))
def test_towers_and_nests(text):
    check_formula(text)


@pytest.mark.slow
@LONG
@given(
    text=st.lists(st.sampled_from(PIECES), max_size=12).map("".join) | st.text(max_size=30),
    unit=st.sampled_from(sorted(UNITS)),
)
def test_any_text_is_a_quantity_or_one_line_for_long(text, unit):
    check_quantity(text, unit)


@pytest.mark.slow
@LONG
@given(text=st.lists(st.sampled_from(HOSTILE), max_size=40).map("".join) | formulas() | st.text(max_size=50))
def test_any_text_is_a_formula_or_one_line_for_long(text):
    check_formula(text)
