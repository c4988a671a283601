"""Power series in the drive (solver/physics.md §7)."""

from collections.abc import Iterator, Mapping


def terms[Part](orders: Mapping[int, Part], drive: float) -> Iterator[tuple[float, Part]]:
    """Factors and coefficients whose products add up to the value at a drive.

    Args:
        orders: Coefficients by power of the drive, such as fields, per A or V to that power.
        drive: The drive, A or V.
    """
    return ((drive**n, part) for n, part in orders.items())
