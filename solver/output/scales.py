"""Numbers for people: SI prefixes, and units of the coefficients of a power of the drive."""

import math
from collections.abc import Callable
from dataclasses import dataclass

_PREFIXES = {-18: "a", -15: "f", -12: "p", -9: "n", -6: "µ", -3: "m", 0: "", 3: "k", 6: "M", 9: "G", 12: "T"}
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Scale:
    """A unit to display values in.

    Attributes:
        factor: SI value of one displayed unit.
        unit: Name of the displayed unit.
    """

    factor: float
    unit: str


def superscript(power: int) -> str:
    """An exponent as raised digits; nothing for 1.

    Args:
        power: The exponent.
    """
    return "" if power == 1 else str(power).translate(_SUPERSCRIPTS)


def per_drive(unit: str, order: int, drive: str) -> str:
    """Unit of the coefficient of a power of the drive, such as ``V/A²`` or ``A/(m² A)``.

    Args:
        unit: Unit of the quantity.
        order: Power of the drive.
        drive: Unit of the drive, ``A`` or ``V``.

    Examples:
        >>> per_drive("W/m²", 2, "A")
        'W/(m² A²)'
    """
    if order == 0:
        return unit
    below = f"{drive}{superscript(order)}"
    if "/" not in unit:
        return f"{unit}/{below}"
    above, denominator = unit.split("/")
    return f"{above}/({denominator} {below})"


def scale_for(magnitude: float, unit: str) -> Scale:
    """A prefixed unit in which a magnitude lies between 1 and 1000.

    Args:
        magnitude: A typical or the largest absolute value, in ``unit``.
        unit: Unit without prefix.

    Examples:
        >>> scale_for(3.2e-6, "V")
        Scale(factor=1e-06, unit='µV')
    """
    exponent = _exponent(magnitude)
    return Scale(10.0**exponent, f"{_PREFIXES[exponent]}{unit}")


def decimal_scale_for(magnitude: float, unit: str) -> Scale:
    """A power of ten of a unit in which a magnitude lies between 1 and 10, as in ``10¹¹ A/m²``.

    Args:
        magnitude: A typical or the largest absolute value, in ``unit``.
        unit: Unit without prefix.
    """
    exponent = math.floor(math.log10(magnitude)) if _usable(magnitude) else 0
    if exponent in (0, 1, 2):
        return Scale(1.0, unit)
    return Scale(10.0**exponent, f"10{superscript(exponent)} {unit}")


def coefficient_scale(
    magnitude: float,
    unit: str,
    order: int,
    drive: str,
    display: Callable[[float, str], Scale] = scale_for,
) -> Scale:
    """The unit for a coefficient of a power of the drive, such as µV/mA²: currents are in milliamperes.

    Args:
        magnitude: The largest absolute value, in ``unit`` per A^order or V^order.
        unit: Unit without prefix.
        order: Power of the drive; 0 for a plain quantity.
        drive: Unit of the drive, ``A`` or ``V``.
        display: :func:`scale_for` or :func:`decimal_scale_for`.
    """
    step = 1e-3**order if drive == "A" else 1.0
    below = per_drive(unit, order, "mA" if drive == "A" else drive)
    scale = display(magnitude * step, below)
    return Scale(scale.factor / step, scale.unit)


def reading_scale(magnitude: float, order: int, drive: str) -> Scale:
    """The unit for a reading ``R<order>``: mΩ, µV/mA², nV/mA³, … or mV/V where a voltage drives.

    Args:
        magnitude: The largest absolute value, V/A^order or V/V^order.
        order: Power of the drive; 0 for a voltage without one.
        drive: Unit of the drive, ``A`` or ``V``.
    """
    if drive == "A" and order == 1:
        return scale_for(magnitude, "Ω")
    return coefficient_scale(magnitude, "V", order, drive)


def quantity_text(value: float, unit: str) -> str:
    """A value with a prefixed unit and no spare digits, such as ``1.5 mA``.

    Args:
        value: The value, in ``unit``.
        unit: Unit without prefix.

    Examples:
        >>> quantity_text(0.0015, "A")
        '1.5 mA'
    """
    scale = scale_for(abs(value), unit)
    return f"{value / scale.factor:.6g} {scale.unit}"


def duration(seconds: float) -> str:
    """A time in whole seconds, minutes, hours or days, whichever gives two digits.

    Args:
        seconds: The time, s.
    """
    for size, unit in ((86400.0, "days"), (3600.0, "h"), (60.0, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{max(seconds, 1.0):.0f} s"


def number(value: float | None, digits: int = 5) -> str:
    """A value to some significant digits, or a dash where there is none.

    Args:
        value: The value.
        digits: Number of digits.
    """
    if value is None or not math.isfinite(value):
        return "–"
    text = f"{value:#.{digits}g}"
    return "0" if value == 0 else text.removesuffix(".")


def rounded(value: float | None, bar: float | None, digits: int = 5) -> str:
    """A value to some significant digits, and to none below the first digit of its error bar.

    Args:
        value: The value.
        bar: The error bar, in the same unit; None where there is none.
        digits: Largest number of digits.

    Examples:
        >>> rounded(-8.18045, 0.4)
        '-8.2'
        >>> rounded(0.02, 3.0)
        '0'
    """
    if value is None or not _usable(abs(value)) or bar is None or not _usable(bar):
        return number(value, digits)
    if abs(value) <= bar:
        return "0"
    place = math.floor(math.log10(bar))
    if math.floor(math.log10(abs(value))) - place >= digits - 1:
        return number(value, digits)
    near = round(value, -place)
    return f"{near:.{max(-place, 0)}f}" if -12 <= place < 6 else f"{near:.0e}"


def bar_text(bar: float) -> str:
    """An error bar to one significant digit, rounded up.

    Args:
        bar: The error bar.
    """
    if not _usable(bar):
        return f"{bar:.1g}"
    place = math.floor(math.log10(bar))
    above = math.ceil(bar / 10.0**place * (1 - 1e-9)) * 10.0**place
    return f"{above:.{max(-place, 0)}f}" if -5 <= place < 6 else f"{above:.1g}"


def significant(value: float | None, bar: float | None) -> float:
    """The value that a unit must suit: the larger of the error bar and, unless the bar hides it, the value.

    Args:
        value: The value.
        bar: The error bar.
    """
    sizes = [abs(x) for x in (value, bar) if x is not None and math.isfinite(x)]
    return max(sizes, default=0.0)


def _usable(magnitude: float) -> bool:
    return math.isfinite(magnitude) and magnitude > 0


def _exponent(magnitude: float) -> int:
    if not _usable(magnitude):
        return 0
    exponent = 3 * math.floor(math.log10(magnitude * (1 + 1e-9)) / 3)
    return min(max(exponent, min(_PREFIXES)), max(_PREFIXES))
