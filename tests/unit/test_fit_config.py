"""Fits that cannot begin: one line each, with file and line or key; and how data are read."""

import json

import numpy as np
import pytest
from valve import valve_config

from thermospin.errors import InputError
from thermospin.inference.measured import read_measured
from thermospin.runs.fit_plan import FitPlan
from thermospin.validation import load_config

pytestmark = pytest.mark.serial

HEADER = "configuration or signal,order,value,uncertainty\n"
TWO = HEADER + "P,2,1.0,0.1\nAP,2,2.0,0.1\n"
PARAMETERS = {"heating.scale": {}}


def device():
    """The unit tests' device with one scheme and one probe."""
    config = valve_config()
    return config | {key: dict(list(config[key].items())[:1]) for key in ("schemes", "probes")}


def plan(tmp_path, text=TWO, parameters=PARAMETERS, **fit):
    """The fit of the unit tests' device to data."""
    path = tmp_path / "measured.csv"
    path.write_text(text, encoding="utf-8")
    given = {"parameters": parameters, "data": str(path)} | fit
    return FitPlan.of(load_config(device() | {"fit": given}))


def test_units_of_data(tmp_path):
    path = tmp_path / "measured.csv"
    path.write_text(
        "# from the notebook\n\nsignal, order, value, uncertainty, unit\n"
        "spin, 2, -15.6, 0.5, nV/mA^2\nbaseline, 1, 90 uohm, 5 uohm,\nspin, 1, 9.0(5) mohm, ,\n",
        encoding="utf-8",
    )
    first, second, third = read_measured(path)
    assert (first.value, first.uncertainty) == pytest.approx((-15.6e-3, 0.5e-3))
    assert (second.value, second.uncertainty) == pytest.approx((9e-5, 5e-6))
    assert (third.value, third.uncertainty) == pytest.approx((9e-3, 5e-4))
    assert [datum.line for datum in (first, second, third)] == [4, 5, 6]


def test_readings_of_a_voltage(tmp_path):
    path = tmp_path / "measured.csv"
    path.write_text(HEADER + "P,2,3 mV/V^2,1 mV/V^2\nP,1,20 mV/V,1e-3\n", encoding="utf-8")
    driven = {"schemes": {"through": {"right": {"voltage": "1 V"}, "left": "ground"}}}
    fit = {"fit": {"parameters": PARAMETERS, "data": str(path)}}
    found = FitPlan.of(load_config(device() | driven | fit)).data
    assert [(datum.value, datum.drive) for datum in found] == [(3e-3, "V"), (0.02, "V")]


@pytest.mark.parametrize("parameters", [PARAMETERS, {"heating.scale": {"prior": "2 +/- 0.1"}}])
def test_uncertain_numbers_of_another_file(parameters, tmp_path):
    """They are no priors by themselves."""
    other = tmp_path / "other.yaml"
    other.write_text(json.dumps(device() | {"heating": {"scale": "2 +/- 0.1"}}), encoding="utf-8")
    (tmp_path / "a.csv").write_text(TWO, encoding="utf-8")
    data = {"a": {"file": str(tmp_path / "a.csv"), "device": str(other)}}
    config = load_config(device() | {"fit": {"parameters": parameters, "data": data}})
    if parameters is PARAMETERS:
        with pytest.raises(InputError, match="other.yaml: heating.scale: is uncertain here"):
            FitPlan.of(config)
    else:
        assert FitPlan.of(config).parameters[0].prior == (2, 0.1)


def test_parameters_with_priors_and_bounds(tmp_path):
    found = plan(
        tmp_path,
        parameters={
            "materials.Magnet.spin_seebeck": {"bounds": ["-20 uV/K", "0 uV/K"], "prior": "-7 +/- 2 uV/K"},
            "heating.scale": {"start": 2},
        },
    )
    seebeck, scale = found.parameters
    assert (seebeck.start, seebeck.lower, seebeck.upper) == pytest.approx((-8e-6, -20e-6, 0))
    assert seebeck.prior == pytest.approx((-7e-6, 2e-6))
    assert (scale.start, scale.prior) == (2, None)


SEEBECK, SCALE = "materials.Magnet.seebeck", "heating.scale"


def correlated(tmp_path, **entry):
    """The plan of a fit whose two uncertain numbers are correlated; ζ with more in its entry."""
    (tmp_path / "measured.csv").write_text(TWO, encoding="utf-8")
    known = {
        "uncertainties": {SEEBECK: "2 uV/K", SCALE: 0.5},
        "correlations": [{"between": [SCALE, SEEBECK], "value": -0.8}],
    }
    given = {"parameters": {SCALE: entry}, "data": str(tmp_path / "measured.csv")}
    return FitPlan.of(load_config(device() | known | {"fit": given}))


@pytest.mark.parametrize(("entry", "share"), [({}, -0.8), ({"prior": "1 +/- 0.5"}, 0.0)])
def test_priors_are_correlated_as_the_file_says(tmp_path, entry, share):
    """But those that stand in the fit: they are independent."""
    found = correlated(tmp_path, **entry)
    assert [p.name for p in found.parameters] == [SCALE, SEEBECK]
    covariance = np.linalg.inv(found.priors.rows.T @ found.priors.rows)
    expected = [[0.25, share * 1e-6], [share * 1e-6, 4e-12]]
    np.testing.assert_allclose(covariance, expected, rtol=1e-9, atol=1e-18)
    assert found.priors.residuals(np.array([p.prior[0] for p in found.parameters])) == pytest.approx([0, 0])


def test_correlated_priors_of_one_device_each(tmp_path):
    with pytest.raises(InputError, match=f"{SCALE}.per_device: a number with 'correlations' is one for all"):
        correlated(tmp_path, per_device=True)


def test_rows_of_swept_keys_are_devices_of_their_own(tmp_path):
    text = "configuration or signal,order,value,uncertainty,temperature\n"
    text += "P,2,1.0,0.1,300 K\nAP,2,2.0,0.1,300 K\nP,2,1.0,0.1,200 K\n"
    found = plan(tmp_path, text)
    assert [point.config.temperature for point in found.points] == [300, 200]
    assert [list(point.rows) for point in found.points] == [[0, 1], [2]]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (HEADER, "no data"),
        ("configuration or signal,order,uncertainty\nP,1,2\n", "measured.csv:1: there is no column 'value'"),
        (HEADER + "P,2,nan,0.1\n", "measured.csv:2: value: must be a finite number, not nan"),
        (HEADER + "P,2,1.0,0.1\nP,2,1.0,0\n", "measured.csv:3: uncertainty: must be greater than 0"),
        (HEADER + "P,2,1.0,\n", "measured.csv:2: uncertainty: missing"),
        (HEADER + "P,2,1.0\n", "measured.csv:2: 3 cells for 4 columns"),
        (HEADER + "P,9,1.0,0.1\n", "measured.csv:2: order: must be a whole number from 0 to 8"),
        (HEADER + "P,0,1.0,0.1\n", "measured.csv:2: order: 0 is a voltage without a drive"),
        (HEADER + "P,7,1.0,0.1\n", "measured.csv:2: order: 7 is not solved for"),
        (HEADER + "Q,2,1.0,0.1\n", "measured.csv:2: unknown configuration or signal 'Q'"),
        (HEADER + "P,2,1 nm,0.1\n", "measured.csv:2: value: wrong unit in '1 nm'"),
        ("scheme," + HEADER + "none,P,2,1.0,0.1\n", "measured.csv:2: unknown scheme 'none'"),
        ("probe," + HEADER + "none,P,2,1.0,0.1\n", "measured.csv:2: unknown probe 'none'"),
        ("L," + HEADER + "1,P,2,1.0,0.1\n", "measured.csv:2: L: unknown key 'L'"),
    ],
)
def test_mistakes_in_data(tmp_path, text, words):
    with pytest.raises(InputError) as error:
        plan(tmp_path, text)
    assert words in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("parameters", "key", "words"),
    [
        ({"heating.scle": {}}, "heating.scle", "is no number here"),
        (
            {"heating.scale": {"bounds": [2, 3]}},
            "fit.parameters.heating.scale.bounds",
            "exclude the start, 1",
        ),
        ({"heating.scale": {"bounds": [3, 2]}}, "fit.parameters.heating.scale.bounds", "must be less than"),
        ({"heating.scale": {"start": "1 nm"}}, "fit.parameters.heating.scale.start", "wrong unit"),
        ({"heating.scale": {"prior": "3"}}, "fit.parameters.heating.scale.prior", "such as '0.25 +/- 0.05'"),
        (
            {f"materials.Magnet.{key}": {} for key in ("seebeck", "spin_seebeck", "polarisation")},
            "fit.data",
            "2 readings cannot determine 3 parameters without priors",
        ),
    ],
)
def test_mistakes_in_parameters(tmp_path, parameters, key, words):
    with pytest.raises(InputError) as error:
        plan(tmp_path, parameters=parameters)
    assert error.value.key == key
    assert words in str(error.value)


def test_a_file_without_a_fit():
    with pytest.raises(InputError, match="fit: nothing to fit; add"):
        FitPlan.of(load_config(device()))


def test_data_that_do_not_exist(tmp_path):
    with pytest.raises(InputError, match="none.csv: cannot read the table of readings"):
        plan(tmp_path, data="none.csv")
