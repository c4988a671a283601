"""Common base of the templates."""

from collections.abc import Mapping

from thermospin.section import Section, mistake
from thermospin.units import quantity

NM = 1e-9

NonNegativeLength = quantity("m", ge=0)


class Template(Section):
    """A device that a few lengths describe; ``resolved`` are its solids."""

    @property
    def materials(self) -> dict[str, str]:
        """Material of every region."""
        return self.resolved.materials


def check_lengths(limits: Mapping[str, tuple[float, float, str]]) -> None:
    """Refuse a length that is not below its limit.

    Args:
        limits: By the key of a length: the smaller length and its limit, m, and a name for the limit.

    Raises:
        PydanticCustomError: One is too large; for a validator of the section that holds the keys.
    """
    for key, (value, limit, what) in limits.items():
        if value >= limit:
            raise mistake(f"too large: {value / NM:g} nm must be less than {limit / NM:g} nm, {what}", key)


def check_reach(key: str, reach: float, needed: float, keys: str) -> None:
    """Refuse a lead that ends before it covers all it must contain.

    Args:
        key: The key of its reach.
        reach: The reach, m.
        needed: Smallest reach, m.
        keys: The keys that determine the smallest reach.

    Raises:
        PydanticCustomError: It is too short; for a validator of the section that holds the key.
    """
    if reach <= needed:
        raise mistake(
            f"too small: {reach / NM:g} nm must be more than {needed / NM:g} nm, {keys}; "
            "raise it or lower these",
            key,
        )
