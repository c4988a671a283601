"""The cases of the validation gallery."""

from bar_cases import BAR_CASES
from comparison import Comparison
from hall_cases import HALL_CASES
from magnet_cases import MAGNET_CASES
from more_cases import MORE_CASES
from other_cases import OTHER_CASES
from spin_cases import SPIN_CASES
from turned_cases import TURNED_CASES

CASES: tuple[Comparison, ...] = (
    *SPIN_CASES,
    *BAR_CASES,
    *MORE_CASES,
    *TURNED_CASES,
    *HALL_CASES,
    *MAGNET_CASES,
    *OTHER_CASES,
)
"""All of them, in the order of the page."""
