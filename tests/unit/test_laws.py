"""Laws of coefficients: closed values, exact derivatives against finite differences, ranges."""

import numpy as np
import pytest
from pydantic import ValidationError

from thermospin.materials.laws import (
    CoefficientLaw,
    Linear,
    Nanoclusters,
    Polynomial,
    Proportional,
    RangeError,
    Resistivity,
    Table,
    Taylor,
    WiedemannFranz,
    WiedemannFranzAndPhonons,
)
from thermospin.materials.laws.taylor import smaller

pytestmark = pytest.mark.serial

COPPER = Resistivity(resistivity="2.0e-8 ohm m", temperature_coefficient="0.0039 /K", reference="300 K")
CLUSTERS = Nanoclusters(
    relaxation_time_up="5 fs",
    relaxation_time_down="9 fs",
    spin_flip_time="0.5 ps",
    spin=300,
    fermi_velocity="1.57e6 m/s",
    density_of_states="5.6e46 /(J m^3)",
    host_relaxation_time="20 fs",
)
ROWS = [[200, 1.1e-6], [260, 1.2e-6], [300, 1.6e-6], [350, 1.7e-6], [420, 1.75e-6]]
LAWS = {
    "polynomial": Polynomial(polynomial=(1.6e-6, 5e-9, -2e-12, 3e-14, 1e-16), reference=300),
    "linear": Linear(linear=300, temperature_coefficient=-2e-4, reference=300),
    "proportional": Proportional(proportional=-3.5e-6, reference=300),
    "resistivity": COPPER,
    "table": Table(table=ROWS),
    "wiedemann_franz": WiedemannFranz(wiedemann_franz=0.9).given(COPPER),
    "wiedemann_franz_and_phonons": WiedemannFranzAndPhonons(wiedemann_franz=1, phonons=7).given(COPPER),
    "wiedemann_franz_of_clusters": WiedemannFranz(wiedemann_franz=1)
    .given(CLUSTERS.laws()["conductivity"])
    .at_field(1.5),
    **{f"{name} of clusters": law.at_field(1.5) for name, law in CLUSTERS.laws().items()},
    **{f"{name} of clusters near saturation": law.at_field(-40) for name, law in CLUSTERS.laws().items()},
}
TEMPERATURES = np.array([[210.0, 255.0, 285.5], [317.0, 340.0, 400.0]])
STENCIL = {-2: 1 / 12, -1: -8 / 12, 1: 8 / 12, 2: -1 / 12}


@pytest.fixture(params=LAWS.values(), ids=LAWS.keys())
def law(request):
    return request.param


def test_each_derivative_is_the_slope_of_the_one_before(law):
    found, step = law.derivatives(TEMPERATURES, 4), 0.5
    assert found.shape == (5, 2, 3)
    slopes = sum(weight * law.derivatives(TEMPERATURES + i * step, 3) for i, weight in STENCIL.items()) / step
    for k in range(4):
        roundoff = 1e-14 * max(np.abs(found[k]).max() / step, np.abs(found[0]).max() / 100 ** (k + 1))
        assert found[k + 1] == pytest.approx(slopes[k], rel=1e-6, abs=roundoff)


def test_a_constant_is_one_at_all_temperatures():
    flat = {"temperature_coefficient": 0, "reference": 300}
    for law in (
        Linear(linear=3, **flat),
        Polynomial(polynomial=(3,), reference=1),
        Resistivity(resistivity=0.5, **flat),
    ):
        assert law.derivatives(TEMPERATURES)[0].tolist() == np.full(TEMPERATURES.shape, law.constant).tolist()
        assert law.model_copy(update={"range": (200.0, 500.0)}).constant is None
    assert {law.constant for law in LAWS.values() if isinstance(law, CoefficientLaw)} == {None}


def test_lower_orders_and_other_shapes_are_the_same_numbers(law):
    found = law.derivatives(TEMPERATURES, 4)
    assert law.derivatives(TEMPERATURES).tolist() == found[:1].tolist()
    assert law.derivatives(TEMPERATURES[0, 1], 2) == pytest.approx(found[:3, 0, 1], rel=1e-14, abs=0)
    assert law.derivatives(np.zeros((0, 4)), 3).shape == (4, 0, 4)


def test_values():
    t = np.array([250.0, 300, 400])
    assert LAWS["resistivity"].derivatives(t)[0] == pytest.approx(
        1 / (2e-8 * (1 + 0.0039 * (t - 300))), rel=1e-14
    )
    assert LAWS["proportional"].derivatives(t)[0] == pytest.approx(-3.5e-6 * t / 300, rel=1e-14, abs=0)
    assert LAWS["linear"].derivatives(t)[0] == pytest.approx([303, 300, 294], rel=1e-14)
    assert LAWS["polynomial"].derivatives(t)[0] == pytest.approx(
        np.polynomial.Polynomial(LAWS["polynomial"].polynomial)(t - 300), rel=1e-13, abs=0
    )
    heat = 2.443e-8 * t / (2e-8 * (1 + 0.0039 * (t - 300)))
    assert LAWS["wiedemann_franz"].derivatives(t)[0] == pytest.approx(0.9 * heat, rel=1e-14)
    assert LAWS["wiedemann_franz_and_phonons"].derivatives(t)[0] == pytest.approx(heat + 7, rel=1e-14)


def test_the_lorenz_number_is_that_of_free_electrons():
    from scipy.constants import e, k, pi

    assert WiedemannFranz(wiedemann_franz=1).given(1 / 300).derivatives(300.0)[0] == pytest.approx(
        pi**2 * k**2 / 3 / e**2, rel=1e-4, abs=0
    )


def test_a_table_goes_through_its_rows_and_stays_between_them():
    law = LAWS["table"]
    rows = np.array(ROWS)
    assert law.derivatives(rows[:, 0])[0] == pytest.approx(rows[:, 1], rel=1e-13, abs=0)
    fine = law.derivatives(np.linspace(200, 420, 2001))[0]
    assert (np.diff(fine) >= 0).all()


def test_a_table_of_a_line_is_the_line():
    law = Table(table=[[200, 3.0], [300, 5.0], [450, 8.0]])
    assert law.derivatives(np.array([233.0, 400.0]), 2) == pytest.approx(
        np.array([[3.66, 7], [0.02, 0.02], [0, 0]]), abs=1e-12
    )


@pytest.mark.parametrize("given", [{}, {"range": [150, 420]}])
def test_a_table_is_not_extrapolated(given):  # but for a hundredth of its range, row 19
    law = Table(table=ROWS, **given)
    assert law.derivatives(np.array([200.0, 420.0])).shape == (1, 2)
    for outside in (197.5, 422.5):
        with pytest.raises(RangeError, match=f"from 200 K to 420 K, not at {outside} K"):
            law.derivatives(np.array([300.0, outside]))


def test_the_temperature_farthest_outside_is_named():
    law = Linear(linear=1, temperature_coefficient=0, reference=300, range=["250 K", "400 K"])
    with pytest.raises(RangeError, match="from 250 K to 400 K, not at 460 K") as caught:
        law.derivatives(np.array([[240.0, 300], [460, 410]]), 2)
    assert caught.value.temperature == 460
    with pytest.raises(RangeError, match="not at nan K"):
        law.derivatives(np.array([np.nan, 460.0]))


@pytest.mark.parametrize("temperature", [0.0, -1.0])
def test_no_law_holds_at_absolute_zero_and_below(law, temperature):
    with pytest.raises(RangeError, match="not at"):
        law.derivatives(np.array([temperature]))


@pytest.mark.filterwarnings("error")
def test_a_pole_is_told_without_warnings_of_numpy():
    law = Resistivity.of("conductivity", "S/m", {"gt": 0, "le": 1e10})(
        resistivity=2e-8, temperature_coefficient=-1, reference=299
    )
    with pytest.raises(RangeError, match="gives inf S/m at 300 K; must be at most"):
        law.derivatives(np.array([299.5, 300.0]), 2)


def test_derivatives_of_products_and_quotients_by_hand():
    t = Taylor.variable(np.array([2.0]), 3)
    assert (1 / t).derivatives[:, 0] == pytest.approx([1 / 2, -1 / 4, 2 / 8, -6 / 16], rel=1e-15)
    assert (t**3).derivatives[:, 0] == pytest.approx([8, 12, 12, 6], rel=1e-15)
    assert (2 * t).exp().derivatives[:, 0] == pytest.approx(np.exp(4) * np.array([1, 2, 4, 8]), rel=1e-15)
    assert ((5 - t) * t / (t - 1)).derivatives[:, 0] == pytest.approx([6, -5, 8, -24], rel=1e-14)


def test_the_smaller_series_brings_its_own_derivatives():
    t = Taylor.variable(np.array([1.0, 3.0]), 1)
    assert smaller(2.0, t).derivatives.tolist() == smaller(t, 2.0).derivatives.tolist() == [[1, 2], [1, 0]]
    assert smaller(3, 2) == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"table": ROWS[:1]},
        {"table": [[300, 1], [300, 2]]},
        {"table": ROWS, "range": [500, 600]},
        {"table": ROWS, "range": [300, 300]},
    ],
)
def test_impossible_tables(wrong):
    with pytest.raises(ValidationError):
        Table(**wrong)
