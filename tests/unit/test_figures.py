"""Pictures for journals: formats, sizes, colours that are values, jumps, maps that are asked for later."""

import re

import numpy as np
import pytest
from boxes import pixels, results_of
from click.testing import CliRunner
from matplotlib import colormaps
from matplotlib.figure import Figure
from pydantic import ValidationError
from test_output_fields import sample

from thermospin.cli import main
from thermospin.config.outputs import Line, Map, Output, Style
from thermospin.errors import InputError
from thermospin.output import Case, draw_maps, rendering, write_fields, write_results
from thermospin.output.curves import save_images, save_loop, save_sweep
from thermospin.output.grids import region_grids, skin
from thermospin.output.maps import MapDrawer, subject_of
from thermospin.output.panels import panel_figure
from thermospin.output.plan import plan_maps, read_map
from thermospin.output.profiles import line_panel, pieces_of
from thermospin.output.quantities import quantities
from thermospin.output.rendering import colours_for, device_image
from thermospin.output.scales import Scale
from thermospin.output.series import Axis, Series
from thermospin.output.subjects import image_panels

pytestmark = pytest.mark.serial

LINE = {"start": ["0 nm", "30 nm", "10 nm"], "end": ["250 nm", "30 nm", "10 nm"]}
PIECES = [("Py", 0.0, 100.0, 2e-6, 2.1e-6), ("Gerät", 100.0, 250.0, -0.9e-6, -0.75e-6)]
"""Regions of the line, their ends, nm, and μ_s there, eV, from the formula of the sample."""


@pytest.fixture
def small(monkeypatch):
    """Pictures of few pixels, where these do not matter."""
    monkeypatch.setattr(rendering, "_PIXELS", 300)


@pytest.fixture(scope="module")
def case():
    return Case("thermal", "P", {1: sample(), 2: sample(-1000.0)}, temperature=300.0)


@pytest.mark.parametrize("back", [False, True], ids=["forth", "back"])
def test_a_jump_has_the_values_of_both_sides(case, back):
    """The ends of the parts lie on the interface, also where no sample does."""
    start, end = (LINE["end"], LINE["start"]) if back else (LINE["start"], LINE["end"])
    regions = region_grids(case.orders[1], quantities(vector=False)["mu_s"])
    found = [
        (name, place[0], place[-1], values[0, 0], values[-1, 0])
        for name, place, values in pieces_of(regions, Line(start=start, end=end, points=31))
    ]
    expected = PIECES
    if back:
        expected = [(name, 250 - high, 250 - low, b, a) for name, low, high, a, b in reversed(PIECES)]
    assert [part[0] for part in found] == [part[0] for part in expected]
    for one, other in zip(found, expected, strict=True):
        assert one[1:3] == pytest.approx(other[1:3], abs=1e-4)
        assert one[3:] == pytest.approx(other[3:], rel=1e-6, abs=0)


def test_a_line_that_leaves_the_device(case):
    regions = region_grids(case.orders[1], quantities(vector=False)["T"])
    line = Line(start=["50 nm", "30 nm", "-80 nm"], end=["50 nm", "30 nm", "60 nm"])
    parts = [(name, place[0] - 80, place[-1] - 80) for name, place, _ in pieces_of(regions, line)]
    assert [name for name, *_ in parts][-1] == "Py" and len(parts) == 2
    assert [ends for _, *ends in parts] == [pytest.approx([-50, 0]), pytest.approx([0, 20])]


def test_a_line_plot_names_regions_and_coordinates(case, tmp_path):
    style = Style(formats=("svg",), width="86 mm", font_size=7)
    table, picture = draw_maps(tmp_path, {"line": Map(field="mu_s", order=1, line=Line(**LINE))}, case, style)
    text = picture.read_text(encoding="utf-8")
    assert {">Py<", ">Gerät<", ">x (nm)<"} <= set(re.findall(r">[^<>\n]+<", text))
    assert "y = 30 nm, z = 10 nm" in text
    width = float(re.search(r'width="([\d.]+)pt"', text)[1])
    assert width / 72 * 25.4 == pytest.approx(86, rel=1e-4)
    assert table.suffix == ".csv"


@pytest.mark.parametrize("place", [{"slice": {"z": "10 nm"}}, {"surface": True}], ids=["slice", "surface"])
def test_every_format_is_written(case, tmp_path, place):
    style = Style(formats=("png", "pdf", "svg"), width="60 mm")
    written = draw_maps(tmp_path, {"map": Map(field="T", order=1, **place)}, case, style)
    assert [path.name for path in written] == ["map.png", "map.pdf", "map.svg"]
    assert written[1].read_bytes().startswith(b"%PDF")
    assert "</svg>" in written[2].read_text(encoding="utf-8")


def test_surfaces_have_the_colours_of_the_bar():
    """A constant field has one colour on faces of every direction: that of its value."""
    constant = sample()
    constant.point_data["T"][:] = 7.0
    regions = region_grids(constant, quantities(vector=False)["T"])
    parts = [regions.fields[name].on(skin(grid)) for name, grid in regions.grids.items()]
    colours = colours_for(regions.quantity, parts, (0.0, 10.0), 1, "A")
    image = device_image(parts, [], colours)
    image = image[: int(0.8 * len(image))].reshape(-1, 3)  # without the axes in the corner
    shown, counts = np.unique(image, axis=0, return_counts=True)
    expected = 255 * np.array(colormaps[colours.name](0.7)[:3])
    on_device = np.ptp(shown, axis=1) > 60
    assert counts[on_device].max() > 0.98 * counts[on_device].sum()
    np.testing.assert_allclose(shown[on_device][counts[on_device].argmax()], expected, atol=3)


def test_values_of_both_signs_have_white_at_zero(case, tmp_path):
    """Also temperatures, whose colours have no white otherwise."""
    signed = sample()
    signed.point_data["T"][:] = 1e8 * signed.points[:, 2]
    [path] = draw_maps(
        tmp_path,
        {"map": Map(field="T", order=1, slice={"y": "30 nm"})},
        Case("thermal", "P", {1: signed}, 300.0),
    )
    image = pixels(path)[:, :3]
    assert (image[:, 2] > image[:, 0] + 100).any() and (image[:, 0] > image[:, 2] + 100).any()


def test_maps_are_asked_for_in_words():
    output = Output(current="2 mA")
    assert read_map("T, z = 10 nm", output) == Map(field="T", current="2 mA", slice={"z": "10 nm"})
    text = "mu_s, surface, order=2, scheme=thermal, configuration=AP"
    wanted = Map(field="mu_s", surface=True, order=2, scheme="thermal", configuration="AP")
    assert read_map(text, output) == wanted
    both = read_map("J, x = 0 nm, configuration = P and AP, flow = lines, scale = log", Output())
    assert (both.configuration, both.flow, both.scale) == (("P", "AP"), "lines", "log")
    assert read_map("J, x=0 nm", Output()) == Map(field="J", order=1, slice={"x": "0 nm"})


@pytest.mark.parametrize(
    ("drives", "scheme", "expected"),
    [
        ({"hot": "K", "driven": "A"}, None, {"order": 0}),
        ({"hot": "K", "driven": "A"}, "driven", {"current": "2 mA"}),
        ({"driven": "A", "held": "V"}, "held", {"order": 1}),
    ],
)
def test_a_map_shows_what_the_drive_of_its_scheme_gives(drives, scheme, expected):
    """Where nothing is said: fields at rest without a drive, else at the current, or of the first order."""
    text = "T, surface" + (f", scheme = {scheme}" if scheme else "")
    wanted = Map(field="T", surface=True, scheme=scheme, **expected)
    assert read_map(text, Output(current="2 mA"), drives) == wanted


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("heat, z = 10 nm", "'heat, z = 10 nm': field: "),
        ("T", "the place is missing"),
        ("T, z = 10 parsec", "slice.z: "),
        ("T, x = 1 nm, y = 1 nm", "give one axis"),
        ("T, colour = red, z = 1 nm", "unknown key 'colour'"),
    ],
)
def test_a_map_that_cannot_be_read_is_one_line(text, message):
    with pytest.raises(InputError, match="--map") as found:
        read_map(text, Output())
    assert message in str(found.value) and "\n" not in str(found.value)


def test_maps_of_a_finished_run(case, tmp_path):
    write_results(tmp_path, results_of([]))
    write_fields(tmp_path, case)
    found = CliRunner().invoke(main, ["plot", str(tmp_path), "--map", "V, y = 30 nm, order = 2"])
    assert found.exit_code == 0, found.output
    picture = tmp_path / "maps/V_thermal_P_order2_y30nm.png"
    assert found.stdout.strip() == str(picture) and pixels(picture).std() > 15
    none = CliRunner().invoke(main, ["plot", str(tmp_path)])
    assert none.exit_code == 2 and "give some with --map" in none.stderr


@pytest.mark.parametrize(
    ("given", "key"),
    [({"colour_map": "nosuch"}, "colour_map"), ({"view": [0, 0, 1]}, "view"), ({"width": "2 s"}, "width")],
)
def test_a_style_that_cannot_be_drawn(given, key):
    with pytest.raises(ValidationError) as found:
        Style.model_validate(given)
    assert found.value.errors()[0]["loc"][0] == key


def texts(path):
    """Texts of an SVG."""
    return re.findall(r">([^<>\n]+)<", path.read_text(encoding="utf-8"))


def test_configurations_share_a_plot_a_scale_and_a_figure(case, tmp_path, small):
    """Curves in one plot; panels with letters and the colours of the larger one; a figure of both maps."""
    style = Style(formats=("svg",), width="170 mm", font_size=7)
    both = {"order": 1, "configuration": ["P", "AP"]}
    line = Map(field="mu_s", line=Line(**LINE), name="line", **both)
    plane = Map(field="mu_s", slice={"z": "10 nm"}, name="plane", **both)
    plan = plan_maps([line, plane], {"thermal": ["P", "AP"]})
    drawer = MapDrawer(tmp_path, style, {"figure": ["line", "plane"]})
    assert drawer.draw(plan["thermal", "P"], case) == []
    second = Case("thermal", "AP", {1: sample(3.0)}, 300.0)
    written = [path.name for path in drawer.draw(plan["thermal", "AP"], second)]
    assert written == ["line_P.csv", "line_AP.csv", "line.svg", "plane.svg", "figure.svg"]
    line, plane, figure = (texts(tmp_path / f"maps/{name}.svg") for name in ("line", "plane", "figure"))
    assert {"P", "AP"} <= set(line) and "(a)" not in line
    assert {"(a)", "(b)"} <= set(plane) and {"(a)", "(b)", "(c)"} <= set(figure)
    assert plane.count("6") == 2 or plane.count("6.0") == 2, "largest value of AP, on both bars"


def test_panels_of_one_size_stay_so_beside_wider_ones(case, small):
    """A picture is as large below a wide plot as beside it."""
    line = Map(field="V", order=1, line=Line(**LINE))
    plot = line_panel([subject_of(line, case, Style()).profile()], "")
    tall = Map(field="V", order=1, slice={"z": "10 nm"}, window={"x": ["0 nm", "20 nm"]})
    [picture] = image_panels([subject_of(tall, case, Style())])
    assert picture.size(None)[0] < plot.size(None)[0]
    figure = panel_figure([picture, plot, picture, picture], Style())
    sizes = {
        tuple(axes.get_window_extent().size.round(6))
        for axes in (part.axes[0] for i, part in enumerate(figure.subfigs) if i != 1)
    }
    assert len(sizes) == 1


@pytest.mark.parametrize("kind", ["arrows", "lines"])
def test_flows_have_the_direction_of_the_current(case, small, kind):
    """J is along x everywhere, and nowhere in the substrate."""
    wanted = Map(field="J", order=1, slice={"y": "30 nm"}, flow=kind)
    [panel] = image_panels([subject_of(wanted, case, Style())])
    known = np.isfinite(panel.flow.vectors[..., 0])
    assert (known == ((panel.flow.up > 0) & (panel.flow.up < 20))[:, None])[
        :, (panel.flow.across > 0) & (panel.flow.across < 250)
    ].all()
    assert (panel.flow.vectors[known][:, 0] > 0).all() and (panel.flow.vectors[known][:, 1] == 0).all()
    figure = Figure()
    axes = figure.subplots()
    axes.set(xlim=(0, 250), ylim=(-50, 20))
    panel.flow.draw(axes)
    assert axes.collections and axes.get_xlim() == (0, 250)


def test_a_logarithmic_scale_shows_sizes(small):
    values = sample()
    values.point_data["V"][:] = -np.exp(values.points[:, 0] / 20e-9)
    log = {"field": "V", "order": 1, "scale": "log"}
    decaying = Case("thermal", "P", {1: values}, 300.0)
    subject = subject_of(Map(slice={"z": "10 nm"}, **log), decaying, Style())
    [panel] = image_panels([subject])
    assert panel.colours.is_log and panel.label.endswith("$|V|$")
    low, high = (limit * panel.colours.scale.factor for limit in panel.colours.limits)
    assert (low, high) == pytest.approx((1.0, np.exp(12.5)), rel=1e-6)
    profile = subject_of(Map(line=Line(**LINE), **log), decaying, Style()).profile()
    [axes] = panel_figure([line_panel([profile], "", is_log=True)], Style()).axes
    drawn = np.concatenate([line.get_ydata() for line in axes.lines])
    assert axes.get_yscale() == "log" and (drawn > 0).all()


@pytest.mark.parametrize("kind", ["sweep", "image", "loop"])
def test_sweeps_and_loops_have_the_style(tmp_path, kind):
    style, x = Style(formats=("svg", "pdf"), width="86 mm", font_size=7), np.linspace(1, 4, 4)
    axes = [Axis("length (nm)", x, "linear"), Axis("polarisation", x / 8, "linear")]
    scale = Scale(1e-3, "mΩ")
    path = tmp_path / f"{kind}.png"
    if kind == "loop":
        branches = {"up": x, "down": -x}
        written = save_loop(path, branches, [("R1 (mΩ)", branches), ("R2 (V)", branches)], "a loop", style)
    else:
        count = 4 if kind == "sweep" else 16
        series = Series("through", "v", 1, "A", "P", np.arange(count) * 1e-3, np.full(count, np.nan))
        panels = [("R1 (mΩ)", scale, [series])]
        save = {"sweep": lambda: save_sweep(path, axes[0], panels, "a sweep", style)}
        save["image"] = lambda: save_images(path, axes, panels, "a sweep", style)
        written = save[kind]()
    assert [file.name for file in written] == [f"{kind}.svg", f"{kind}.pdf"]
    width = float(re.search(r'width="([\d.]+)pt"', written[0].read_text(encoding="utf-8"))[1])
    assert width / 72 * 25.4 == pytest.approx(86, rel=1e-4)
