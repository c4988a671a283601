"""Charts beside tables: words on their axes, and the look that a configuration asks for."""

import re

import numpy as np
import pytest

from thermospin.config.outputs import Style
from thermospin.output.bar_charts import save_bar_charts
from thermospin.output.curves import save_convergence
from thermospin.output.fit_pictures import save_corner, save_residuals
from thermospin.output.words import column_words, lock_in_words, named_reading, reading_words

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
        ("corner", ["polarisation of Py", "spin seebeck of Py (uV/K)"]),
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
