"""Named parameters of a configuration, and formulas of them wherever a quantity may stand."""

from __future__ import annotations

import ast
import keyword
import math
import re
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any

from pydantic import PrivateAttr

from thermospin.config.formulas import (
    CONSTANTS,
    FUNCTIONS,
    GRAMMAR,
    NAME,
    SIGNS,
    as_python,
    reason_of,
    words_of,
)
from thermospin.errors import InputError, brief
from thermospin.section import Section, Written, one_of
from thermospin.textures.grammar import FormulaError
from thermospin.units.names import LONGEST, named_units, registry, split_quantity, suits

SECTION = "parameters"
"""Key of the section."""
LONGEST_CHAIN = 50
"""Parameters that need one another."""
RESERVED = {f"{prefix}{unit}" for unit in "m s A K V W T S J eV Hz".split() for prefix in ("", *"fpnumckMG")}
RESERVED |= {"ohm", "rad", "deg"}
"""Units that formulas write most often; a parameter of such a name would change their meaning."""


class ParameterError(ValueError):
    """A formula that cannot be evaluated: one line that names it."""


class Parameters(Written):
    """Values of the parameters, and of formulas of them; numbers are decimal, so ``2*15 nm`` is 30 nm.

    Args:
        given: The section as written: name to a number, a quantity, or a formula of other parameters.
        sections: Keys of the configuration, which cannot be names.

    Raises:
        InputError: A name or a value is not possible, or needs itself; its key begins with the section.
    """

    def __init__(self, given: Mapping[str, Any], sections: Collection[str] = ()) -> None:
        self._given = dict(given)
        self._found: dict[str, Any] = {}
        self._needs: dict[str, set[str]] = {name: set() for name in self._given}
        self._used: set[str] = set()
        for name in self._given:
            try:
                _check_name(name, sections)
                self._value(name, ())
            except ValueError as error:
                raise InputError(str(error), key=f"{SECTION}.{name}") from None

    @property
    def recorded(self) -> dict[str, float | str]:
        """The values as a configuration may hold them: plain numbers, and quantities with their units."""
        return {name: _written(value) for name, value in self._found.items()}

    @property
    def unused(self) -> set[str]:
        """Names that no formula has needed so far, not even through other parameters."""
        used, new = set(), self._used
        while new:
            used, new = used | new, set().union(*(self._needs[name] for name in new)) - used - new
        return self._needs.keys() - used

    def evaluated(self, value: Any, *units: str) -> Any:
        """A quantity in the unit that suits it, if the value is a formula; else the value itself.

        A text is a formula if it names a parameter. Where there are parameters, so is a text that is no
        quantity and holds an operator or a function.

        Args:
            value: As written.
            units: SI units, of which its dimension must be one; without any, each is right.

        Raises:
            ParameterError: The formula cannot be evaluated, or has another dimension.
        """
        if not isinstance(value, str) or not self._is_formula(value):
            return value
        found = self._formula(value, ())
        if isinstance(found, Decimal) or not units:
            return _written(found)
        for unit in units:
            if suits(found.units, unit):
                return f"{found.to(unit or 'dimensionless').magnitude} {unit}".rstrip()
        expected = " or ".join(unit or "a plain number" for unit in units)
        raise ParameterError(f"wrong unit of {brief(value)}, which is {_shown(found)}: expected {expected}")

    def substituted(self, formula: str, own: Collection[str]) -> str:
        """A formula of the position with numbers in SI in place of parameters.

        Args:
            formula: As written.
            own: Names that mean something else in such formulas.

        Raises:
            ParameterError: A parameter has one of these names, or cannot be evaluated.
        """

        def number(match: re.Match[str]) -> str:
            name = match[0]
            if name not in self._given:
                return name
            if name in own:
                raise ParameterError(
                    f"'{name}' has a meaning of its own in formulas of x, y, z; rename the parameter"
                )
            self._used.add(name)
            self._value(name, ())
            return f"({in_base_units(self.recorded[name])!r})"

        return NAME.sub(number, formula)

    def _is_formula(self, text: str) -> bool:
        words = words_of(text)
        if any(word in self._given for word in words):
            return True
        if not self._given or ("," in words and FUNCTIONS.keys().isdisjoint(words)):
            return False
        return not _is_quantity(text, words) and len(words) > 1 and not SIGNS.isdisjoint(words)

    def _formula(self, text: str, needed_by: tuple[str, ...]) -> Any:
        """The value of a formula, a decimal number or a quantity."""
        try:
            tree = GRAMMAR.tree(as_python(text))
            names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
            (self._needs[needed_by[-1]] if needed_by else self._used).update(names & self._given.keys())
            values = {name: self._named(name, needed_by) for name in sorted(names - FUNCTIONS.keys())}
            found = GRAMMAR.value(tree, values)
        except FormulaError as error:
            raise ParameterError(f"cannot read {brief(text)}: {error}") from None
        except ParameterError:
            raise
        except (ArithmeticError, TypeError, ValueError) as error:
            raise ParameterError(f"cannot evaluate {brief(text)}: {reason_of(error)}") from None
        number = found if isinstance(found, Decimal) else found.magnitude
        if not math.isfinite(float(number)) or bool(float(number)) != bool(number):
            raise ParameterError(f"cannot evaluate {brief(text)}: it is too large or too small")
        return found

    def _named(self, name: str, needed_by: tuple[str, ...]) -> Any:
        """The value of a parameter, a constant or a unit."""
        if name in self._given:
            return self._value(name, needed_by)
        if name in CONSTANTS:
            return CONSTANTS[name]
        units = named_units(name)
        if units is None:
            known = one_of(name, self._given, "parameter")
            raise ParameterError(f"{known}; a formula holds parameters, numbers and units")
        return registry().Quantity(Decimal(1), units)

    def _value(self, name: str, needed_by: tuple[str, ...]) -> Any:
        """The value of a parameter."""
        if name in self._found:
            return self._found[name]
        if name in needed_by:
            chain = " -> ".join((*needed_by[needed_by.index(name) :], name))
            raise ParameterError(f"refers to itself ({chain}); give one of them a number")
        if len(needed_by) >= LONGEST_CHAIN:
            raise ParameterError(f"needs more than {LONGEST_CHAIN} others in a chain; shorten it")
        self._found[name] = self._read(self._given[name], (*needed_by, name))
        return self._found[name]

    def _read(self, value: Any, needed_by: tuple[str, ...]) -> Any:
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            return Decimal(repr(value))
        if not isinstance(value, str):
            raise ParameterError(
                f"must be a number, a quantity such as '300 nm', or a formula such as '2*L + 40 nm', "
                f"not {brief(value)}"
            )
        quantity = _quantity(value)
        if quantity is None or self._is_formula(value):
            return self._formula(value, needed_by)
        number, unit = quantity
        units = named_units(unit) if unit else None
        if unit and units is None:
            raise ParameterError(f"unknown unit in {brief(value)}; write for example '300 nm'")
        return registry().Quantity(number, units) if unit else number


class Parametrised(Section):
    """A document with named parameters, which are evaluated before it is validated."""

    parameters: dict[str, float | str] = {}
    """Numbers, quantities and formulas by name, `{L: 300 nm, w: "2*L + 40 nm"}`, for formulas such as
    `"L/2 - 20 nm"` wherever a quantity may stand."""

    _unused: frozenset[str] = PrivateAttr(default=frozenset())
    _written: Any = PrivateAttr(default=None)

    def check_parameter(self, key: str) -> None:
        """Refuse a change of a parameter that changes nothing; other keys may change.

        Args:
            key: Dotted key.

        Raises:
            InputError: There is no such parameter, or no formula needs it.
        """
        section, _, name = key.partition(".")
        if section != SECTION or not name:
            return
        if name not in self.parameters:
            raise InputError(one_of(name, self.parameters, "parameter"), key=key)
        if name in self._unused:
            raise InputError(
                f"no formula uses '{name}', so a change of it has no effect; a resolved configuration "
                "holds numbers instead of formulas",
                key=key,
            )


def in_base_units(value: Any) -> float:
    """A recorded value of a parameter in SI.

    Args:
        value: One of :attr:`Parameters.recorded`.
    """
    if not isinstance(value, str):
        return float(value)
    number, unit = split_quantity(value)
    return float(registry().Quantity(number, named_units(unit)).to_base_units().magnitude)


def full_key(key: str, data: Mapping[str, Any]) -> str:
    """The dotted key of a value; the name of a parameter stands for its own.

    Args:
        key: A dotted key, or the name of a parameter.
        data: The configuration as plain data.
    """
    given = data.get(SECTION)
    return f"{SECTION}.{key}" if isinstance(given, Mapping) and key in given else key


def _check_name(name: Any, sections: Collection[str]) -> None:
    """Refuse a name that a formula could not hold, or would read as something else."""
    text = str(name)
    if not (isinstance(name, str) and text.isascii() and text.isidentifier()) or keyword.iskeyword(text):
        raise ParameterError("cannot be the name of a parameter; use letters, digits and _, no digit first")
    if text in FUNCTIONS or text in CONSTANTS:
        raise ParameterError(f"'{text}' is a function or a constant of formulas; choose another name")
    if text in sections:
        raise ParameterError(f"'{text}' is a key of the configuration; choose another name")
    if text in RESERVED:
        raise ParameterError(f"'{text}' is a unit; choose another name, such as '{text}_1'")


def _quantity(text: str) -> tuple[Decimal, str] | None:
    """The number and the unit of a quantity as written; None where the text is not one."""
    return split_quantity(text) if len(text) <= LONGEST else None


def _is_quantity(text: str, words: Sequence[str]) -> bool:
    """Whether a text is a quantity, perhaps of a misspelt unit, and no formula such as ``20 nm * 2``."""
    quantity = _quantity(text)
    if quantity is None:
        return False
    numbers = sum(word[0] in ".0123456789" for word in words)
    return numbers < 2 or named_units(quantity[1]) is not None


def _shown(value: Any) -> str:
    return f"{float(value.magnitude):.6g} {value.units:~}".rstrip() if value.units else "a plain number"


def _written(value: Any) -> float | str:
    """A value as a configuration may hold it."""
    if isinstance(value, Decimal):
        return float(value) if value % 1 else int(value)
    text = f"{value.magnitude} {value.units:~}"
    found = split_quantity(text)
    if found and named_units(found[1]) == value.units:
        return text
    base = value.to_base_units()
    return f"{base.magnitude} {base.units:~}"
