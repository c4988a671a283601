"""The report of a run, opened in a headless browser as a file without a network."""

import sys

import numpy as np
import pytest
from browser import opened
from click.testing import CliRunner
from lateral import BOXES, device

import thermospin
from thermospin.cli import main
from thermospin.compat import MPI
from thermospin.output.files import read_results, write_json
from thermospin.output.readings import readings
from thermospin.report import write_report
from thermospin.validation import load_config

pytestmark = pytest.mark.serial

LINE = {"start": ["0 nm", "-150 nm", "6 nm"], "end": ["0 nm", "75 nm", "6 nm"]}
MAPS = [{"field": "T", "order": 2, "slice": {"z": "6 nm"}}, {"field": "mu_s", "order": 1, "line": LINE}]
LARGEST = 15e6
"""Size that people can still send, bytes."""
VOLUMES = """() => [...document.querySelectorAll('#device .js-plotly-plot')].flatMap(plot => plot._fullData)
  .filter(trace => trace.type == 'mesh3d').map(trace => {
    const point = n => [trace.x[n], trace.y[n], trace.z[n]];
    let sum = 0;
    for (let n = 0; n < trace.i.length; n++) {
      const [a, b, c] = [point(trace.i[n]), point(trace.j[n]), point(trace.k[n])];
      sum += a[0] * (b[1] * c[2] - b[2] * c[1]) - a[1] * (b[0] * c[2] - b[2] * c[0])
        + a[2] * (b[0] * c[1] - b[1] * c[0]);
    }
    return [trace.name, Math.abs(sum) / 6];
  })"""
"""Volume inside the surface of every region, from the triangles that the browser draws."""


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    """Results with maps, and a title that must be escaped."""
    out = tmp_path_factory.mktemp("report")
    output = {"current": "1 mA", "maps": MAPS, "fields": False}
    content = device(title="Py & Cu <valve>", solver={"orders": 2, "estimate": True}, output=output)
    thermospin.run(load_config(content), out, comm=MPI.COMM_SELF)
    return out


@pytest.fixture(scope="module")
def shown(directory):
    """The page in the browser, and the list of its errors."""
    file = write_report(directory)
    assert file.stat().st_size < LARGEST
    with opened(file.as_uri(), offline=True) as found:
        found[0].wait_for_selector("#device canvas")
        yield found


def test_the_page_has_no_errors(shown):
    _, errors = shown
    assert errors == []


def test_the_device_has_the_volume_of_its_boxes(shown):
    page, _ = shown
    volumes = dict(page.evaluate(VOLUMES))
    low, high = (np.array(corner) for corner in next(box[3:] for box in BOXES if box[0] == "Sub"))
    assert volumes["Sub (SiO2)"] == pytest.approx(np.prod(high - low), rel=1e-5)
    assert set(volumes) == {"Py1 (Py)", "Cu (Cu)", "Py2 (Py)", "Sub (SiO2)"}


def test_the_device_is_drawn_and_turns(shown):
    page, _ = shown
    canvas = page.locator("#device canvas").first
    before = canvas.screenshot()
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 + 150, box["y"] + box["height"] / 2, steps=5)
    page.mouse.up()
    assert canvas.screenshot() != before


def test_all_readings_are_in_the_tables(shown, directory):
    page, _ = shown
    captions = page.locator("#readings caption").all_inner_texts()
    rows = page.locator("#readings table").first.locator("tbody tr").all_inner_texts()
    found = list(readings(read_results(directory)))
    assert {f"{read.scheme}, probe {read.probe}" for read in found} <= set(captions)
    assert [row.split()[0] for row in rows] == ["P", "AP", "baseline", "spin"]


def test_sections_of_a_run(shown):
    page, _ = shown
    headings = page.locator("h2").all_inner_texts()
    assert {"Device", "Cross-sections", "Readings", "Balances", "Maps", "Configuration"} <= set(headings)
    assert page.locator("h1").inner_text() == "Py & Cu <valve>"
    widths = page.evaluate("[...document.images].map(image => image.naturalWidth)")
    assert len(widths) == 3 and min(widths) > 300
    assert page.locator("#maps .js-plotly-plot").count() == 1


def test_the_configuration_runs_again(shown, directory):
    page, _ = shown
    text = page.locator("pre#config").inner_text()
    file = directory / "copied.yaml"
    file.write_text(text, encoding="utf-8")
    expected = read_results(directory)["config"]
    assert load_config(file).resolved()["materials"] == expected["materials"]
    page.get_by_role("button", name="copy").click()
    assert page.evaluate("window.getSelection().toString()").strip() == text.strip()


def test_a_law_that_is_broken_is_said(directory, tmp_path):
    results = read_results(directory)
    results["schemes"]["thermal"]["configurations"]["P"]["balances"]["heat"] = 0.02
    write_json(tmp_path / "results.json", results)
    text = write_report(tmp_path).read_text(encoding="utf-8")
    assert "Heat is NOT conserved" in text and "differ by 0.02 of either at most (thermal, P)" in text
    assert "Charge is conserved" in text


def test_what_is_missing_is_one_line(tmp_path, monkeypatch, directory):
    none = CliRunner().invoke(main, ["report", str(tmp_path)])
    assert none.exit_code == 2 and "no results here" in none.stderr
    monkeypatch.setitem(sys.modules, "plotly.graph_objects", None)
    for name in [name for name in sys.modules if name.startswith("thermospin.report.")]:
        monkeypatch.delitem(sys.modules, name)
    bare = CliRunner().invoke(main, ["report", str(directory)])
    assert bare.exit_code == 2 and "pip install 'thermospin[report]'" in bare.stderr
    assert len(bare.stderr.strip().splitlines()) == 1
