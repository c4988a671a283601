"""The script of Rebei's figures (scipy's adaptive solver) against collocation of the same equations."""

from dataclasses import replace

import numpy as np
import pytest
from bars import NM
from collocation import bounded, solve, twisted
from scripts import load_script
from vector_bars import TensorDiffusion

pytestmark = pytest.mark.serial

LENGTH, DIFFUSION, STRENGTH = 100 * NM, 1e-3, 100.0
TAU = LENGTH**2 / DIFFUSION


REFERENCE, SCRIPT = load_script("rebei2005_reference"), load_script("rebei2005")


def solved_otherwise(case, x):
    """The same case in SI, at nodes x in nm."""
    law = TensorDiffusion(
        case.sign * TAU,
        TAU,
        DIFFUSION,
        lambda x: STRENGTH / TAU * case.equilibrium(x / NM),
        lambda x: case.equilibrium(x / NM),
    )
    ends = twisted(REFERENCE.corner_turn()) if case.ring else bounded(*case.equilibrium(x[[0, -1]]))
    return solve([law.stretch(x * NM)], ends)[0].u


FIGURE_9, FIGURE_13 = SCRIPT.bar("", 135, 10), SCRIPT.FIGURES[13][2][0]
CASES = {
    "Fig. 6": SCRIPT.bar("", 90, 100),
    "Fig. 6, wide": SCRIPT.bar("", 90, 100, 6.0),
    "Fig. 8, turning": replace(SCRIPT.bar("", 45, 100), profile="turning"),
    "Fig. 9": FIGURE_9,
    "Fig. 9, Eq. 92": replace(FIGURE_9, sign=-1),
    "Fig. 13": FIGURE_13,
    "Fig. 13, turning, Eq. 92": replace(FIGURE_13, profile="turning", sign=-1),
    "Fig. 14": SCRIPT.FIGURES[14][2][0],
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_against_collocation(case):
    curve = REFERENCE.boundary_value_solution(case)
    inside = curve.x <= case.reach
    expected = solved_otherwise(case, curve.x[inside])
    assert curve.n[inside] == pytest.approx(expected, abs=1e-4 * abs(expected).max())


def peak(case, axis=0):
    return abs(REFERENCE.boundary_value_solution(case).n[:, axis]).max()


def test_what_the_paper_says():
    """Sharper transitions have more accumulation, orthogonal magnets the most, and longer sides less."""
    peaks = [peak(SCRIPT.bar("", 90, 100, width)) for width in SCRIPT.WIDTHS]
    assert peaks == sorted(peaks, reverse=True)
    peaks = {angle: peak(SCRIPT.bar("", angle, 100)) for angle in SCRIPT.ANGLES}
    assert max(peaks, key=peaks.get) == 90
    assert peak(SCRIPT.bar("", 90, 10)) > 4 * peaks[90]
    rings = [case for number in (13, 14, 15) for case in SCRIPT.FIGURES[number][2]]
    means = [SCRIPT.numbers(case, REFERENCE.boundary_value_solution(case))[-1] for case in rings]
    assert means[2] < min(means[:2])


def test_collinear_magnetisations_have_no_transverse_accumulation():
    for angle in (0, 180):
        assert peak(SCRIPT.bar("", angle, 100)) < 1e-12


def test_sides_beyond_the_decay():
    """Fig. 15: n reaches its equilibrium in the middle of each side, 5 l from the corners."""
    case = SCRIPT.FIGURES[15][2][0]
    curve = REFERENCE.boundary_value_solution(case)
    middle = np.isclose(curve.x % case.side, case.side / 2)
    deviation = curve.n[middle] - case.equilibrium(curve.x[middle] + 1e-6)
    assert abs(deviation).max() < 2 * np.exp(-5)


def test_mirrored_angle():
    """270° is 90° with x and y components reversed."""
    one, other = (REFERENCE.boundary_value_solution(SCRIPT.bar("", angle, 10)) for angle in (90, 270))
    assert other.n == pytest.approx(one.n * [-1, -1, 1], abs=1e-4)
