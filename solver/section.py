"""Base of every section of the configuration, and rules for names."""

import difflib
import itertools
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    StringConstraints,
    ValidationInfo,
    model_validator,
)
from pydantic_core import PydanticCustomError

from thermospin.errors import brief, cut

MOST_NAMES = 1000
"""Names among which a similar one is looked for."""
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.+-]*$", max_length=100)]
"""A name that becomes part of file names: letters, digits, ``_ . + -``."""
Truth = Annotated[bool, Strict()]
"""``true`` or ``false``, not a number or a word that might mean it."""


def whole(ge: int | None = None, le: int | None = None, multiple_of: int | None = None) -> Any:
    """A pydantic type: a whole number within bounds, or a formula of parameters that is one.

    Truth values and other texts are refused.

    Args:
        ge: The smallest.
        le: The largest.
        multiple_of: A divisor.
    """
    bounds: dict[str, Any] = {"ge": ge, "le": le, "multiple_of": multiple_of}
    written = Annotated[int, Field(**bounds)] | str
    return Annotated[
        int, Field(strict=True, **bounds), BeforeValidator(_count, json_schema_input_type=written)
    ]


def _count(value: Any, info: ValidationInfo) -> Any:
    """A number whose formula users wrote; anything else as it is."""
    found = evaluated(value, info, "")
    if found is value or not isinstance(found, int | float | str):
        return found
    number = float(found)
    if not number.is_integer():
        raise ValueError(f"must be a whole number, and {brief(value)} is {number:.6g}")
    return int(number)


def mistake(message: str, *at: str | int) -> PydanticCustomError:
    """An error for a validator to raise.

    Args:
        message: The mistake and its remedy, in one line.
        at: Place of the mistake, from the validated section down: keys and list indices.
    """
    return PydanticCustomError("mistake", "{message}", {"message": message, "at": at})


def dotted(at: Iterable[str | int]) -> str:
    """A place in the configuration as text, such as ``interfaces[0].between``.

    Args:
        at: Keys and list indices.
    """
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in at).removeprefix(".")


def named(path: Sequence[str | int], data: Any) -> tuple[str | int, ...]:
    """A path with keys in place of indices where the items were given as a mapping, as solids may be.

    Args:
        path: Keys and indices.
        data: The document.
    """
    if not path:
        return ()
    head, *rest = path
    if isinstance(data, Mapping) and isinstance(head, int):
        head = list(data)[head]
    return (head, *named(rest, _inside(data, head)))


def _inside(data: Any, key: str | int) -> Any:
    """An entry of a mapping or a list; None where there is none."""
    if isinstance(data, list):
        return data[key] if isinstance(key, int) and 0 <= key < len(data) else None
    return data.get(key) if isinstance(data, Mapping) else None


def one_of(name: str, allowed: Iterable[str], kind: str) -> str:
    """Message about an unknown name: the nearest known one, and all of them when they are few.

    Args:
        name: The unknown name.
        allowed: The known names.
        kind: Kind of the names, such as ``material``.
    """
    names = [cut(str(option)) for option in itertools.islice(allowed, MOST_NAMES)]
    name = cut(str(name))
    near = next((option for option in names if option.lower() == name.lower()), None)
    near = near or next(iter(difflib.get_close_matches(name, names, n=1)), None)
    message = f"unknown {kind} '{name}'" + (f"; did you mean '{near}'?" if near else "")
    if not names:
        return f"{message}; there is none"
    if len(names) <= 12:
        return f"{message}; allowed: {', '.join(names)}"
    return message if near else f"{message}; allowed: {', '.join(names[:12])}, …"


class Section(BaseModel):
    """A frozen part of the configuration that refuses unknown keys."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        use_attribute_docstrings=True,
        str_strip_whitespace=True,
    )

    @model_validator(mode="before")
    @classmethod
    def _only_known_keys(cls, data: Any) -> Any:
        if isinstance(data, dict):
            for key in data:
                if key not in cls.model_fields:
                    raise mistake(one_of(key, cls.model_fields, "key"), str(key))
        return data


class Written:
    """Context of the validation of what users write, in which plain numbers may be meant in nm."""

    def evaluated(self, value: Any, *units: str) -> Any:
        """A quantity in one of the units, if the value is a formula; else the value itself.

        Args:
            value: As written.
            units: SI units, of which its dimension must be one.

        Raises:
            ValueError: The formula cannot be evaluated.
        """
        return value

    def substituted(self, formula: str, own: Collection[str]) -> str:
        """A formula of the position with numbers in SI in place of parameters.

        Args:
            formula: As written.
            own: Names that mean something else in such formulas.

        Raises:
            ValueError: A parameter has one of these names.
        """
        return formula


def evaluated(value: Any, info: ValidationInfo, *units: str) -> Any:
    """A quantity in one of the units, if users wrote a formula; else the value itself.

    Args:
        value: As written.
        info: Of the validator.
        units: SI units, of which its dimension must be one.

    Raises:
        ValueError: The formula cannot be evaluated.
    """
    return info.context.evaluated(value, *units) if isinstance(info.context, Written) else value
