"""Row 29: Hanle curves with contacts that take spins back, against other solutions, and fits to them."""

import csv
import importlib.util
import json
import sys
from dataclasses import replace
from math import exp, sqrt
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from thermospin.errors import InputError
from thermospin.hanle.contacts import Crowding, Film, SpinSink, contact_conductances
from thermospin.hanle.curves import NonlocalWire, larmor_frequency
from thermospin.hanle.fit import fit_hanle
from thermospin.materials import Material
from thermospin.materials.interface import InterfaceMaterial
from thermospin.runs.invasive_wire import invasive_wire
from thermospin.validation import load_config

pytestmark = pytest.mark.serial

TAU, DIFFUSION = 65e-12, 65e-4
LENGTH = sqrt(TAU * DIFFUSION)
SIGMA, THICKNESS = 1.7e7, 50e-9
FIELDS = np.linspace(-1.2, 1.2, 49)
INVASIVE = SpinSink(4e13, 9e13), SpinSink(7e13, 1e14)
"""Most spins flow back."""
CROWDING = Crowding(1.0, 80e-9), Crowding(0.4, 50e-9)
WIRE = NonlocalWire(650e-9, 200e-9, 100e-9, sinks=INVASIVE, crowding=CROWDING)


def by_differences(wire, field, n=4):
    """R(B) over λ/2 by finite volumes of n nm, with ends 6 λ away: another way to the same equations."""
    h = n * 1e-9
    ends = wire.injector / 2 + 6 * LENGTH, wire.distance + wire.detector / 2 + 6 * LENGTH
    x = np.arange(-ends[0] + h / 2, ends[1], h)
    angle = float(larmor_frequency(field, wire.g_factor)) * TAU
    below = [abs(x) < wire.injector / 2, abs(x - wire.distance) < wire.detector / 2]
    along, across = (
        1 / LENGTH**2 + sum(sink[i] * part for sink, part in zip(wire.sinks, below, strict=True))
        for i in (0, 1)
    )
    size = len(x)
    laplace = sparse.diags_array([-1.0, 2.0, -1.0], offsets=[-1, 0, 1], shape=(size, size)) / h**2
    turn = sparse.eye_array(size) * angle / LENGTH**2
    matrix = sparse.block_array(
        [[laplace + sparse.diags_array(along), turn], [-turn, laplace + sparse.diags_array(across)]]
    )
    edges = wire.injector / 2, wire.distance - wire.detector / 2
    inwards = [edges[0] - x, x - edges[1]]
    densities = [
        share * part * np.cosh(part * d / length) / (part * np.cosh(part * d / length)).sum()
        + (1 - share) * part / part.sum()
        for part, d, (share, length) in zip(below, inwards, wire.crowding, strict=True)
    ]
    source = np.concatenate([densities[0] / h, np.zeros(size)])
    return sparse.linalg.spsolve(matrix.tocsc(), source)[:size] @ densities[1] * 2 / LENGTH


@pytest.mark.parametrize("field", [0.0, 0.15, -0.6])
def test_row_29_against_finite_volumes(field):
    assert WIRE.shape(field, TAU, DIFFUSION) == pytest.approx(by_differences(WIRE, field), rel=2e-3)


def test_row_29_without_field():
    """Narrow contacts: the closed form of Takahashi and Maekawa (solver/physics.md §8.6)."""
    width, distance = 1e-12, 500e-9
    ratios = 0.3, 2.0
    sinks = tuple(SpinSink(2 / (r * width * LENGTH), 0.0) for r in ratios)
    wire = NonlocalWire(distance, width, width, sinks=sinks)
    decay = exp(-distance / LENGTH)
    # r is 2 (R_c + R_F)/R_N: shares 1/r flow back.
    expected = decay * ratios[0] * ratios[1] / ((1 + ratios[0]) * (1 + ratios[1]) - decay**2)
    assert wire.shape(0.0, TAU, DIFFUSION) == pytest.approx(expected, rel=1e-5)


def test_row_29_no_backflow():
    """The limit is the closed form of tunnel contacts, with and without a gap between them."""
    for distance in (650e-9, 150e-9):
        plain = NonlocalWire(distance, 200e-9, 100e-9)
        faint = replace(plain, sinks=(SpinSink(1.0, 1.0), SpinSink()))
        expected = plain.shape(FIELDS, TAU, DIFFUSION)
        np.testing.assert_allclose(faint.shape(FIELDS, TAU, DIFFUSION), expected, rtol=0, atol=1e-10)
    assert plain.backflow(LENGTH) == 0 < WIRE.backflow(LENGTH) < 1


def test_row_29_equal_sinks_are_faster_relaxation():
    """With sinks everywhere alike, below touching contacts that are wide: 1/λ² → 1/λ² + sink, at B = 0."""
    sink, width = 1e13, 20e-6
    wire = NonlocalWire(width, width, width, sinks=(SpinSink(sink, sink),) * 2)
    kappa = sqrt(1 / LENGTH**2 + sink)
    expected = np.expm1(-kappa * width) ** 2 / (kappa * width) ** 2 / (kappa * LENGTH)
    assert wire.shape(0.0, TAU, DIFFUSION) == pytest.approx(expected, rel=1e-6)


def test_row_29_fit():
    """τ_sf and D within their errors, of curves made otherwise; the plain model is off by many of its own."""
    wire, noise, pulls = WIRE, 3e-3, []
    curve = np.array([by_differences(wire, field) for field in FIELDS])
    for seed in range(5):
        data = curve + np.random.default_rng(seed).normal(0, noise * curve.max(), curve.shape)
        fit = fit_hanle(FIELDS, data, wire)
        truth = {"relaxation_time": TAU, "diffusion": DIFFUSION}
        pulls.append([(fit.values[name] - value) / fit.errors[name] for name, value in truth.items()])
    assert np.mean(pulls, axis=0) == pytest.approx(0, abs=4 / sqrt(5))
    assert np.std(pulls, axis=0) == pytest.approx(1, abs=4 / sqrt(10))
    plain = fit_hanle(FIELDS, data, NonlocalWire(650e-9, 200e-9, 100e-9))
    off = TAU - plain.values["relaxation_time"]
    assert off > 0.1 * TAU and off > 10 * plain.errors["relaxation_time"]


MAGNET = Material(
    conductivity=4.32e6, polarisation=0.25, spin_diffusion_length=5e-9, seebeck=0, thermal_conductivity=30
).at(300.0)


def test_row_29_conductances():
    """r_F = λ_F/(σ_F(1−p²)) and r_c = 1/(G(1−P²)) in series; across m the mixing conductance."""
    r_f = 5e-9 / (4.32e6 * (1 - 0.25**2))
    along, across = contact_conductances(MAGNET, None)
    assert along == pytest.approx(1 / r_f, rel=1e-12)
    # Without a dephasing length spins relax alike in all directions, and diffuse with σ.
    assert across == pytest.approx(4.32e6 * sqrt(1 - 0.25**2) / 5e-9, rel=1e-12)
    law = InterfaceMaterial(conductance=1e14, polarisation=0.4, mixing_conductance=2e14)
    r_c = 1 / (1e14 * (1 - 0.4**2))
    assert contact_conductances(MAGNET, law) == pytest.approx((1 / (r_f + r_c), 4e14), rel=1e-12)
    dephasing = replace(MAGNET, dephasing_length=1e-9)
    assert contact_conductances(dephasing, None)[1] == pytest.approx(4.32e6 / 1e-9, rel=1e-12)
    film = Film(SIGMA, THICKNESS).sink(1e14, 0.0)
    assert film.along == pytest.approx(1 / (1e-14 + THICKNESS / (3 * SIGMA)) / (SIGMA * THICKNESS))
    assert film.across == 0


CONFIGS = Path(__file__).parents[2] / "configs"


def test_row_29_sinks_of_the_shipped_wire():
    """Tunnel contacts: 1/G is a thousand times the spin resistance."""
    plain = NonlocalWire(650e-9, 200e-9, 100e-9)
    wire = invasive_wire(plain, load_config(CONFIGS / "hanle_nonlocal.yaml"), "Al", None)
    expected = 1e10 * (1 - 0.12**2) / (SIGMA * THICKNESS)
    assert [sink.along for sink in wire.sinks] == pytest.approx([expected] * 2, rel=1e-3)
    assert wire.backflow(650e-9) == pytest.approx(7.6e-4, rel=0.05)
    transparent = load_config(CONFIGS / "hanle_nonlocal.yaml", ["interfaces=[]"])
    assert invasive_wire(plain, transparent, "Al", None).backflow(650e-9) > 0.9
    with pytest.raises(InputError, match="one injects and one detects"):
        invasive_wire(plain, load_config(CONFIGS / "slachter2010.yaml"), "Cu", 60e-9)


def test_row_29_crowding():
    """Current below an injector of one potential: of two films, their resistances and that between them."""
    film, magnet = Film(SIGMA, THICKNESS), Film(5e6, 30e-9)
    share, length = film.crowding(1e-13, magnet, held=True)
    across = 1e-13 + THICKNESS / (3 * SIGMA) + 30e-9 / 5e6
    assert (share, length) == pytest.approx((1.0, sqrt(SIGMA * THICKNESS * across)))
    share, length = film.crowding(1e-13, magnet, held=False)
    assert share == pytest.approx(5e6 * 30e-9 / (5e6 * 30e-9 + SIGMA * THICKNESS))
    assert length < sqrt(SIGMA * THICKNESS * across)


def test_row_29_bad_wires():
    with pytest.raises(InputError, match="need the widths"):
        NonlocalWire(5e-7, sinks=INVASIVE)
    with pytest.raises(InputError, match="negative"):
        NonlocalWire(5e-7, 1e-7, 1e-7, sinks=(SpinSink(-1.0, 0.0), SpinSink()))


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("hanle_script", CONFIGS / "hanle.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_row_29_command(script, tmp_path, monkeypatch, capsys):
    """A measured table: fitted with contacts that are given, and a warning without."""
    conductances = 2e13, 3e13
    sinks = (Film(SIGMA, THICKNESS).sink(*conductances),) * 2
    curve = NonlocalWire(650e-9, 200e-9, 100e-9, sinks=sinks).shape(FIELDS, TAU, DIFFUSION)
    with (tmp_path / "curve.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["magnetic_field", "R1"], *zip(FIELDS, curve, strict=True)])
    common = ["hanle.py", str(tmp_path / "curve.csv"), str(tmp_path / "out"), "--distance", "650 nm"]
    common += ["--injector", "200 nm", "--detector", "100 nm"]
    film = ["--thickness", "50 nm", "--conductivity", "1.7e7 S/m"]
    contacts = ["--contacts", "2e13 S/m^2, 3e13 S/m^2", "2e13 S/m^2, 3e13 S/m^2"]

    def fitted(*options):
        monkeypatch.setattr(sys, "argv", [*common, *options])
        script.main()
        found = json.loads((tmp_path / "out" / "hanle.json").read_text(encoding="utf-8"))
        return found["relaxation_time"]["value"], capsys.readouterr().out

    time, said = fitted(*contacts, *film)
    assert time == pytest.approx(TAU, rel=1e-4)
    assert "warning" not in said and "take back" in said
    time, said = fitted(*contacts, *film, "--plain")
    assert time < 0.9 * TAU
    assert "warning: contacts take back" in said and "leave out --plain" in said
    _, said = fitted()
    assert "warning: fitted without backflow" in said and "--contacts" in said
    with pytest.raises(InputError, match="--conductivity and --thickness"):
        fitted(*contacts)
    with pytest.raises(InputError, match="--contacts"):
        fitted("--contacts", "2 m", "2 m", *film)
