"""Charts beside tables: words on their axes, and the look that a configuration asks for."""

import re

import numpy as np
import pytest

from thermospin.config.outputs import Style
from thermospin.output.bar_charts import save_bar_charts
from thermospin.output.curves import save_convergence, save_sweep
from thermospin.output.fit_pictures import save_corner, save_residuals
from thermospin.output.scales import Scale
from thermospin.output.series import Axis, Series
from thermospin.output.sweep_torques import torque_panels, torques_by_magnet
from thermospin.output.sweeps import plot_sweep
from thermospin.output.words import column_words, lock_in_words, named_reading, reading_words, words

pytestmark = pytest.mark.serial

STYLE = Style(formats=("svg", "pdf"), width="86 mm", font_size=7)


def residual(order, value, length):
    row = {"scheme": "through", "probe": "v", "name": "spin", "order": order, "drive": "A", "mesh": 0.0}
    swept = {"parameters.L": f"{length} nm"}
    return row | {"measured": value, "uncertainty": 0.1 * value, "model": 1.05 * value, "swept": swept}


FIT = {
    "parameters": [
        {"key": "materials.Py.polarisation", "unit": ""},
        {"key": "materials.Py.spin_seebeck", "unit": "uV/K"},
    ],
    "residuals": [residual(order, 1e-3, length) for order in (1, 2) for length in (100, 200)],
}


def drawn(kind, path):
    if kind == "bars":
        bars = [("resistance R₁, P", [("polarisation of Py", 0.3), ("conductivity of Cu", -0.7)])]
        return save_bar_charts(path, bars, "through, probe v", "d ln R / d ln p", STYLE)
    if kind == "history":
        return save_convergence(path, [1000, 3000], {"resistance R₁, P": [0.1, 0.03]}, 0.02, STYLE)
    if kind == "residuals":
        return save_residuals(path, FIT, STYLE)
    return save_corner(path, FIT, np.random.default_rng(0).normal(size=(200, 2)), STYLE)


@pytest.mark.parametrize(
    "kind, texts",
    [
        ("bars", ["polarisation of Py"]),
        ("history", ["unknowns", "error bar / reading"]),
        ("residuals", ["resistance R₁ (mΩ)", "second-order voltage R₂ (nV/mA²)", "L (nm)", "spin signal"]),
        ("corner", ["polarisation of Py", "spin Seebeck of Py (uV/K)"]),
    ],
)
def test_style_and_words(tmp_path, kind, texts):
    """Two formats of the given width, whose texts are words with units."""
    written = drawn(kind, tmp_path / f"{kind}.png")
    assert [file.name for file in written] == [f"{kind}.svg", f"{kind}.pdf"]
    content = written[0].read_text(encoding="utf-8")
    width = float(re.search(r'width="([\d.]+)pt"', content)[1])
    assert width / 72 * 25.4 == pytest.approx(86, rel=1e-4)
    for text in texts:
        assert text in content
    assert not re.search(r">[^<]*(materials\.|R1\b)", content)


@pytest.mark.parametrize(
    "order, drive, text",
    [
        (0, "A", "voltage at rest R₀"),
        (1, "A", "resistance R₁"),
        (1, "V", "voltage ratio R₁"),
        (4, "A", "fourth-order voltage R₄"),
    ],
)
def test_readings(order, drive, text):
    assert reading_words(order, drive) == text
    assert named_reading({"order": order, "name": "AP"}, drive) == f"{text}, AP"


def test_lock_in_and_columns():
    assert lock_in_words("R2_peak") == "second harmonic at peak R⁽²⁾ Î²"
    assert column_words("T [K]") == "temperature (K)"
    assert words("magnetisation.Free_layer") == "magnetisation of Free_layer"
    assert column_words("Q_z [W/m²]") == "heat flux along z (W/m²)"


@pytest.mark.parametrize(
    "step, label, start",
    [((0, -1, 0), "y (nm)", 20), ((1, 1, 0), "distance (nm)", 0)],
    ids=["along", "across"],
)
def test_a_profile_of_the_report_has_the_coordinate(step, label, start):
    plots = pytest.importorskip("thermospin.report.plots")
    points = np.array([10e-9, 20e-9, 0]) + 1e-9 * np.outer([0, 10, 30], step)
    distances = np.linalg.norm(points - points[0], axis=1)
    rows = [[str(d), *map(str, point), "1.5", "Cu"] for d, point in zip(distances, points, strict=True)]
    figure = plots.profile_figure(
        "a line", ["distance [m]", "x [m]", "y [m]", "z [m]", "T [K]", "region"], rows
    )
    assert figure.layout.xaxis.title.text == label
    assert figure.layout.yaxis.title.text == "temperature (K)"
    assert figure.data[0].x[0] == pytest.approx(start)


def torques(angle):
    """A point of a sweep: the torque of the first order turns with a magnet, that at rest stays."""
    torque = {"order1": [0.0, 1e-21 * float(np.sin(angle)), 1e-21], "rest": [0.0, 0.0, 2e-21]}
    state = {"probes": {}, "torques": {"Free": {"area": 1e-14, "torque": torque}}}
    schemes = {"through": {"drive": {"unit": "A"}, "configurations": {"P": state}, "signals": {}}}
    key = "magnetisation.Free"
    return {"schemes": schemes, "values": {key: f"{angle} rad"}, "si": {key: float(angle)}, "index": 0}


def test_torques_along_a_sweep(tmp_path):
    """Components by magnet and order, in a picture of their own."""
    angles = [0.0, 0.5, 1.0]
    sweep = [{"keys": ["magnetisation.Free"], "count": 3, "scale": "linear"}]
    results = {"sweep": sweep, "points": list(map(torques, angles)), "config": {}}
    [(place, found)] = torques_by_magnet(results).items()
    assert place == ("through", "Free")
    (rest, *_), (first, scale, curves) = torque_panels(found)
    assert rest.startswith("torque at rest (") and first == "torque, coefficient of I (aJ/mA)"
    assert [curve.name for curve in curves] == ["along x", "along y", "along z"]
    assert curves[1].values == pytest.approx(1e-21 * np.sin(angles))
    assert scale.factor == pytest.approx(1e-15)
    assert [file.name for file in plot_sweep(tmp_path, results)] == ["sweep_through_torque_Free.png"]


def test_texts_stay_texts_on_an_axis(tmp_path):
    """Directions of a magnet, for example, are no numbers."""
    axis = Axis("magnetisation of Free", ["[1, 0, 0]", "[0, 0, 1]"], "linear")
    series = Series("through", "v", 1, "A", "P", np.array([1.0, 2.0]), np.full(2, np.nan))
    [file] = save_sweep(
        tmp_path / "s.png", axis, [("R₁ (Ω)", Scale(1.0, "Ω"), [series])], "", Style(formats=("svg",))
    )
    content = file.read_text(encoding="utf-8")
    assert "[1, 0, 0]" in content and "[0, 0, 1]" in content
