"""Hanle curves and what is fitted to them."""

import csv
import importlib.util
import sys
from math import exp, sqrt
from pathlib import Path

import numpy as np
import pytest

from thermospin.constants import LORENZ_NUMBER
from thermospin.errors import ConvergenceError, InputError
from thermospin.hanle.curves import NonlocalWire, ThreeTerminal, larmor_frequency, lorentzian
from thermospin.hanle.fit import fit_hanle, fit_lorentzians

pytestmark = pytest.mark.serial

TAU, DIFFUSION = 25e-12, 0.0049
"""Of copper with λ = 350 nm."""
LENGTH = sqrt(TAU * DIFFUSION)
SIGMA, AREA = 4.26e7, 100e-9 * 60e-9
FIELDS = np.linspace(-1.2, 1.2, 121)


def rotated(field, tau, x):
    """A wire with a spin source at 0, as two real equations that precession couples, stepped through exactly.

    ``s'' = (s − ω_L τ ẑ×s)/λ²``; the decaying solution has ``s' = −√M s`` for the matrix M.
    """
    omega = float(larmor_frequency(field)) * tau
    values, vectors = np.linalg.eig(np.array([[1, omega], [-omega, 1]]) / (DIFFUSION * tau))
    roots = np.sqrt(values.astype(complex))
    spread = vectors @ np.diag(np.exp(-roots * x) / roots) @ np.linalg.inv(vectors)
    return (spread @ [1, 0]).real / 2


def test_larmor_frequency():
    """28.025 GHz/T for the free electron's g."""
    assert larmor_frequency(1.0, 2.00231930436) / (2 * np.pi) == pytest.approx(28.02495e9, rel=1e-6)


def test_parallel_resistance_without_field():
    """``P² λ e^(−L/λ)/(2 σ A)``: the tunnel limit of Takahashi and Maekawa's."""
    wire = NonlocalWire(500e-9)
    found = wire.resistance(np.zeros(1), TAU, DIFFUSION, SIGMA, AREA, (0.2, 0.3))
    expected = 0.06 * LENGTH / (2 * SIGMA * AREA) * exp(-500e-9 / LENGTH)
    assert found == pytest.approx(expected, rel=1e-12, abs=0)


@pytest.mark.parametrize("field", [0.0, 0.05, -0.4, 3.0])
def test_against_real_equations(field):
    wire = NonlocalWire(500e-9)
    found = wire.shape(field, TAU, DIFFUSION) * LENGTH / 2
    assert found == pytest.approx(rotated(field, TAU, 500e-9)[0], rel=1e-10, abs=0)


@pytest.mark.parametrize("field", [0.0, 0.3, 2.0])
def test_widths(field):
    """Mean over injector and detector."""
    wide, (nodes, weights) = NonlocalWire(500e-9, 200e-9, 120e-9), np.polynomial.legendre.leggauss(12)
    expected = 0.0
    for start, first in zip(nodes * 100e-9, weights / 2, strict=True):
        for end, second in zip(500e-9 + nodes * 60e-9, weights / 2, strict=True):
            expected += first * second * NonlocalWire(end - start).shape(field, TAU, DIFFUSION)
    assert wide.shape(field, TAU, DIFFUSION) == pytest.approx(expected, rel=1e-10, abs=0)


def test_no_distance():
    """L → 0: ``√[(1 + √(1+x²))/(2(1+x²))]``, which falls off more slowly than a Lorentzian."""
    x = larmor_frequency(FIELDS) * TAU
    expected = np.sqrt((1 + np.sqrt(1 + x**2)) / (2 * (1 + x**2)))
    assert NonlocalWire(0.0).shape(FIELDS, TAU, DIFFUSION) == pytest.approx(expected, rel=1e-12)


def test_area_of_the_curve():
    """Far away spins have dephased: the curve has both signs, and its integral over B vanishes."""
    field = np.linspace(-60, 60, 200001)
    far = NonlocalWire(2e-6).shape(field, TAU, DIFFUSION)
    assert far.min() < 0
    assert abs(np.trapezoid(far, field)) < 1e-3 * np.trapezoid(abs(far), field)


def test_lorentzian():
    half = 1 / larmor_frequency(1.0) / TAU
    assert lorentzian(np.array([0, half, -half]), 3.0, TAU) == pytest.approx([3, 1.5, 1.5])


def test_parts_of_three_terminals():
    """Fig. 2: ``(P_L S)² = P_G² L0``, α = 2, R_tun ≫ r_s; spin heat: half as high, four times as wide."""
    seebeck = sqrt(LORENZ_NUMBER)
    contact = ThreeTerminal.of_contact(1e-3, 1e-12, 0.4, (seebeck, 0.4), 2.0, TAU)
    assert contact.spin == pytest.approx(0.16e-12, rel=1e-6, abs=0)
    assert contact.spin_heat / contact.spin == pytest.approx(0.5, rel=1e-6)
    half = 1 / larmor_frequency(1.0) / TAU
    spin, _ = contact.parts(np.array([half]))
    _, heat = contact.parts(np.array([4 * half]))
    assert (spin[0] / contact.spin, heat[0] / contact.spin_heat) == pytest.approx((0.5, 0.5))
    assert contact.signal(FIELDS) == pytest.approx(sum(contact.parts(FIELDS)), abs=0)


def noisy(curve, noise, seed):
    return curve + np.random.default_rng(seed).normal(0, noise, curve.shape)


@pytest.mark.parametrize("sign", [1, -1])
def test_fit_without_noise(sign):
    wire = NonlocalWire(500e-9, 100e-9, 100e-9)
    curve = sign * wire.resistance(FIELDS, TAU, DIFFUSION, SIGMA, AREA, (0.2, 0.2)) + 3e-3
    fit = fit_hanle(FIELDS, curve, wire)
    assert fit.values["relaxation_time"] == pytest.approx(TAU, rel=1e-6, abs=0)
    assert fit.values["diffusion"] == pytest.approx(DIFFUSION, rel=1e-6, abs=0)
    assert fit.values["offset"] == pytest.approx(3e-3, rel=1e-6)
    full = wire.resistance(0.0, TAU, DIFFUSION, SIGMA, AREA, (1.0, 1.0))
    assert sign * fit.values["amplitude"] == pytest.approx(0.2**2 * full, rel=1e-6)
    assert fit.diffusion_length[0] == pytest.approx(LENGTH, rel=1e-6, abs=0)
    assert fit.signal(FIELDS) == pytest.approx(curve, rel=1e-7)


@pytest.mark.parametrize("tau", [2e-12, 25e-12, 400e-12])
@pytest.mark.parametrize("known", [False, True], ids=["spread unknown", "spread known"])
def test_errors_of_a_fit(tau, known):
    """Over many curves the values scatter as their standard errors say, where these are small."""
    wire = NonlocalWire(500e-9)
    field = np.linspace(-10, 10, 81) * 25e-12 / tau * 0.1
    curve = wire.shape(field, tau, DIFFUSION)
    noise = 1e-3 * curve.max()
    pulls = []
    for seed in range(60):
        fit = fit_hanle(field, noisy(curve, noise, seed), wire, noise if known else None)
        found, truth = fit.values, {"relaxation_time": tau, "diffusion": DIFFUSION, "offset": 0.0}
        pulls.append([(found[name] - truth[name]) / fit.errors[name] for name in truth])
        assert fit.residual == pytest.approx(noise, rel=0.35)
    # 60 standard normal numbers: mean within 4/√60, standard deviation within 4/√120 of 1.
    assert np.mean(pulls, axis=0) == pytest.approx(0, abs=4 / sqrt(60))
    assert np.std(pulls, axis=0) == pytest.approx(1, abs=4 / sqrt(120))


def test_two_lorentzians_separate():
    contact = ThreeTerminal(2e-3, 1e-3, 100e-12, 25e-12)
    field = np.linspace(-1, 1, 401)
    fit = fit_lorentzians(field, noisy(contact.signal(field) + 0.5, 2e-6, 7), 2)
    truth = {
        "relaxation_time_1": 100e-12,
        "relaxation_time_2": 25e-12,
        "amplitude_1": 2e-3,
        "amplitude_2": 1e-3,
        "offset": 0.5,
    }
    for name, value in truth.items():
        assert abs(fit.values[name] - value) < 3 * fit.errors[name]
        assert fit.errors[name] < 0.03 * value
    for found, part in zip(fit.curves(field), contact.parts(field), strict=True):
        assert found == pytest.approx(part, abs=5e-5)


def test_one_lorentzian_underestimates_the_time():
    """The paper's warning about a signal taken for spin alone."""
    contact = ThreeTerminal(2e-3, 1e-3, 100e-12, 25e-12)
    fit = fit_lorentzians(FIELDS, contact.signal(FIELDS))
    assert 25e-12 < fit.values["relaxation_time"] < 100e-12


def test_one_lorentzian():
    fit = fit_lorentzians(FIELDS, lorentzian(FIELDS, -2e-3, TAU) + 1)
    assert fit.values["relaxation_time"] == pytest.approx(TAU, rel=1e-6, abs=0)
    assert fit.values["amplitude"] == pytest.approx(-2e-3, rel=1e-6)


def test_curves_that_say_nothing():
    with pytest.raises(ConvergenceError, match="does not determine"):
        fit_lorentzians(FIELDS, np.ones_like(FIELDS))
    with pytest.raises(ConvergenceError, match="does not determine"):
        fit_hanle(FIELDS, np.ones_like(FIELDS), NonlocalWire(500e-9))


@pytest.mark.parametrize(
    ("field", "signal", "distance", "message"),
    [
        (FIELDS, FIELDS[1:], 1e-7, "must have one value for each of"),
        (FIELDS[:4], FIELDS[:4], 1e-7, "4 points cannot determine 4 values"),
        (FIELDS, FIELDS * np.nan, 1e-7, "finite"),
        (FIELDS, FIELDS, 0.0, "distance: must be positive"),
        (FIELDS * 0, FIELDS, 1e-7, "all fields are zero"),
    ],
)
def test_bad_data(field, signal, distance, message):
    with pytest.raises(InputError, match=message):
        fit_hanle(field, signal, NonlocalWire(distance))


def test_bad_wires():
    with pytest.raises(InputError, match="negative"):
        NonlocalWire(-1e-7)
    with pytest.raises(InputError, match="overlap"):
        NonlocalWire(1e-7, 1e-7, 2e-7)
    with pytest.raises(InputError, match="overlap"):
        NonlocalWire(0.0, 1e-7, 1e-7)


@pytest.fixture(scope="module")
def script():
    """The script that fits tables."""
    path = Path(__file__).parents[2] / "configs" / "hanle.py"
    spec = importlib.util.spec_from_file_location("hanle_script", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def write_table(path, header, rows):
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([header, *rows])


def test_table_of_a_sweep(script, tmp_path, monkeypatch, capsys):
    curve = 1e-3 * NonlocalWire(500e-9).shape(FIELDS, TAU, DIFFUSION)
    header = ["point", "magnetic_field[1]", "scheme", "probe", "configuration or signal", "drive", "R1"]
    rows = [
        [i, b, "across", "nonlocal", name, "A", value]
        for i, (b, r) in reversed(list(enumerate(zip(FIELDS, curve, strict=True))))
        for name, value in {"P": 1 + r, "AP": 1 - r, "baseline": 1, "spin": 2 * r}.items()
    ]
    table = tmp_path / "sweep.csv"
    write_table(table, header, rows)
    monkeypatch.setattr(sys, "argv", ["hanle.py", str(table), str(tmp_path / "out"), "--distance", "500 nm"])
    script.main()
    assert "relaxation_time = 25 ±" in capsys.readouterr().out
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"hanle.json", "hanle.png"}
    field, signal = script.read_curve(table, None, "R1", None, ["configuration or signal=AP"])
    assert (field, signal) == (pytest.approx(FIELDS), pytest.approx(1 - curve))


def test_table_of_two_columns(script, tmp_path):
    table = tmp_path / "curve.csv"
    write_table(table, ["B", "P", "AP"], [[0.1, 3.0, 1.0], [-0.1, 2.0, 1.5]])
    field, signal = script.read_curve(table, "B", "P", "AP", [])
    assert (field.tolist(), signal.tolist()) == ([-0.1, 0.1], [0.5, 2.0])


@pytest.mark.parametrize(
    ("rows", "column", "message"),
    [
        ([[0.1, 1]], "R9", "no column 'R9', only B, R1"),
        ([[0.1, 1], [0.1, 2]], "R1", "more than once"),
        ([[0.1, "high"]], "R1", "no number"),
        ([[0.1, 1], [0.2]], "R1", "no number"),
    ],
)
def test_bad_tables(script, tmp_path, rows, column, message):
    table = tmp_path / "curve.csv"
    write_table(table, ["B", "R1"], rows)
    with pytest.raises(InputError, match=message):
        script.read_curve(table, "B", column, None, [])
    with pytest.raises(InputError, match="cannot read"):
        script.read_curve(tmp_path / "none.csv", None, "R1", None, [])
