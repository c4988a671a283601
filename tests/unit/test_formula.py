"""Formulas of the position: the same numbers as numpy's, and nothing else is read."""

import time

import numpy as np
import pytest

from thermospin.textures.formula import Formula
from thermospin.textures.grammar import MAX_DEPTH, MAX_LENGTH, FormulaError

pytestmark = pytest.mark.serial

NM = 1e-9
POINTS = np.random.default_rng(4).uniform(-80 * NM, 120 * NM, (200, 3))
X, Y, Z = POINTS.T


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x", X),
        ("3", np.full(200, 3.0)),
        ("-x + 2*y - z/4", -X + 2 * Y - Z / 4),
        ("x * y / (z - 200*nm)", X * Y / (Z - 200e-9)),
        ("(x/nm)**2 - (y/um)**3", (X / 1e-9) ** 2 - (Y / 1e-6) ** 3),
        ("(x/nm)**-2", (X / 1e-9) ** -2.0),
        ("abs(x/nm)**(1/3)", np.cbrt(np.abs(X / 1e-9))),
        ("-x**2", -(X**2)),
        ("sin(2*pi*x/(50 * nm))", np.sin(4e7 * np.pi * X)),
        ("cos(y/nm)*tan(z/um)", np.cos(Y / NM) * np.tan(Z / 1e-6)),
        ("exp(-x/um) * log(2*m + y)", np.exp(-X / 1e-6) * np.log(2 + Y)),
        ("sqrt(x**2 + y**2 + z**2)", np.linalg.norm(POINTS, axis=1)),
        ("tanh(x/nm) + sinh(y/um) - cosh(z/um)", np.tanh(X / NM) + np.sinh(Y / 1e-6) - np.cosh(Z / 1e-6)),
        ("arctan(x/nm) - arctan2(y, x)", np.arctan(X / NM) - np.arctan2(Y, X)),
        ("minimum(x, y) + maximum(y, z)", np.minimum(X, Y) + np.maximum(Y, Z)),
        ("where(x < 20*nm, y, -z)", np.where(X < 20e-9, Y, -Z)),
        ("where(-5*nm <= x < 30*nm, 1, 0)", ((X >= -5e-9) & (X < 30e-9)) * 1.0),
        ("(x > 0) - (y >= 0)", (X > 0) * 1.0 - (Y >= 0) * 1.0),
        ("1e-9*x\n  + +2.5e3", 1e-9 * X + 2.5e3),
    ],
)  # fmt: skip
def test_formulas_are_what_numpy_says(text, expected):
    assert Formula(text)(POINTS) == pytest.approx(expected, rel=1e-12, abs=1e-25)


def test_a_formula_of_no_points():
    assert Formula("x + 1")(np.zeros((0, 3))).shape == (0,)


@pytest.mark.parametrize("text", ["1/(x - x)", "log(-1)", "sqrt(0*x - 1)", "exp(1e9)", "(1e290)**2"])
def test_what_is_not_finite_stays_so_without_a_warning(text, recwarn):
    assert not np.isfinite(Formula(text)(POINTS)).any()
    assert not recwarn.list


@pytest.mark.parametrize(
    ("text", "piece"),
    [
        ("x.real", "'x.real'"),
        ("x.__class__.__mro__", "__mro__"),
        ("().__class__", "().__class__"),
        ("__import__('os').system('true')", "__import__"),
        ("__builtins__", "'__builtins__'"),
        ("open('/etc/passwd')", "'open'"),
        ("eval('1')", "'eval'"),
        ("getattr(x, 'T')", "'getattr'"),
        ("sin.__call__(x)", "sin.__call__"),
        ("(lambda: 1)()", "lambda: 1"),
        ("[x for x in (1, 2)]", "[x for x in (1, 2)]"),
        ("x[0]", "'x[0]'"),
        ("{1: x}", "{1: x}"),
        ("f'{x}'", "f'{x}'"),
        ("'x' * 9", "'x'"),
        ("b'x'", "b'x'"),
        ("x if y else z", "x if y else z"),
        ("x and y", "x and y"),
        ("not x", "not x"),
        ("(y := x)", "y := x"),
        ("import os", "import os"),
        ("x; y", "x; y"),
        ("x = 1", "x = 1"),
        ("await x", "await x"),
        ("sin(*x)", "*x"),
        ("sin(**x)", "sin(**x)"),
        ("sin(x=x)", "sin(x=x)"),
        ("sin", "'sin' is a function"),
        ("sin(x, y)", "takes 1 argument"),
        ("where(x > 0, 1)", "takes 3 arguments"),
        ("cosine(x)", "'cosine'"),
        ("nm(x)", "'nm'"),
        ("w", "'w'"),
        ("x ^ 2", "write ** for powers"),
        ("x % y", "x % y"),
        ("x // y", "x // y"),
        ("x @ y", "x @ y"),
        ("~x", "~x"),
        ("x << 2", "x << 2"),
        ("x == y", "x == y"),
        ("True", "'True'"),
        ("None", "'None'"),
        ("...", "'...'"),
        ("1j", "'1j'"),
        ("1e999", "1e999"),
        ("9" * 400, "999"),
        ("2**1000", "exponent '1000'"),
        ("9**9**9**9", "exponent '9**9**9'"),
        ("x**y", "exponent 'y'"),
        ("x**(1/0)", "exponent '1/0'"),
        ("x**-101", "exponent '-101'"),
        ("", "empty"),
        (" \n ", "empty"),
        ("# nothing", "nothing"),
        ("x +", "x +"),
        ("sin(x", "sin(x"),
        ("x\0", "x"),
        ("(" * 300 + "x" + ")" * 300, "parentheses"),
        ("-" * (MAX_DEPTH + 1) + "x", "nested"),
        ("[" + "-" * 900 + "x]", "'[---"),
        ("x" + "[0]" * 300, "x[0][0]"),
        ("x" + ".y" * 400, "x.y.y"),
        ("x<" * 400 + "x", "300 parts"),
        ("x" * (MAX_LENGTH + 1), f"{MAX_LENGTH}"),
        ("+" * 10**6 + "x", f"{MAX_LENGTH}"),
    ],
)  # fmt: skip
def test_anything_else_is_refused_in_one_short_line(text, piece):
    start = time.perf_counter()
    with pytest.raises(FormulaError) as caught:
        Formula(text)
    assert time.perf_counter() - start < 1
    message = str(caught.value)
    assert piece in message
    assert "\n" not in message
    assert len(message) < 300


def test_the_largest_formula_is_evaluated():
    deep = "sin(" * (MAX_DEPTH - 1) + "x" + ")" * (MAX_DEPTH - 1)
    expected = X
    for _ in range(MAX_DEPTH - 1):
        expected = np.sin(expected)
    assert Formula(deep)(POINTS) == pytest.approx(expected, rel=1e-12, abs=0)
