"""The viewer of fields: its pictures, and its page in a headless browser through a forwarded port."""

import base64
import re
import socket
import subprocess
import sys
import threading

import numpy as np
import pytest
from browser import opened
from click.testing import CliRunner
from lateral import BOXES, device

import thermospin
from thermospin.cli import main
from thermospin.compat import MPI
from thermospin.errors import InputError
from thermospin.output.grids import skin
from thermospin.validation import load_config
from thermospin.viewer.scene import Choice, Scene, read_line

pytestmark = pytest.mark.serial

COMMAND = [sys.executable, "-c", "from thermospin.cli import main; main()"]
LAUNCHER = "405 (Method Not Allowed)"
"""trame's page first asks for a launcher of servers, and goes on without."""
TITLE = "a valve {{ 6 * 7 }} <i>tilted</i>"
"""A title that would be changed if it were taken for a part of the page's template."""
SUBSTRATE = next(box for box in BOXES if box[0] == "Sub")


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    """Results with fields."""
    out = tmp_path_factory.mktemp("viewed")
    content = device(title=TITLE, solver={"orders": 1}, output={"current": "1 mA"})
    thermospin.run(load_config(content), out, comm=MPI.COMM_SELF)
    return out


@pytest.fixture(scope="module")
def scene(directory):
    return Scene(directory)


@pytest.mark.parametrize("keeps_above", [False, True])
def test_a_plane_leaves_its_share_of_a_box(scene, keeps_above):
    """Outside and cut are closed: they enclose the volume of the substrate on one side of the plane."""
    choice = Choice("thermal", "P", "T", 1, normal="y", place=-60.0, keeps_above=keeps_above)
    parts = scene.picture(choice).parts
    low, high = (np.array(corner) for corner in SUBSTRATE[3:])
    expected = np.prod(high - low) * ((80 + 60) if keeps_above else (-60 + 160)) / (high - low)[1]
    lowest = next(part for part in parts if part.bounds[4] < -1)
    assert lowest.clean().volume == pytest.approx(expected, rel=1e-5)
    assert all(part.bounds[3] <= -60 + 1e-6 or keeps_above for part in parts)


def test_a_picture_has_the_values_of_the_field(scene):
    choice = Choice("thermal", "AP", "T", None)
    values = np.concatenate([part["value"] for part in scene.picture(choice).parts])
    grid = scene.results.fields("thermal", "AP", current="1 mA")
    on_outside = skin(grid)["T"]
    assert (values.min(), values.max()) == pytest.approx((on_outside.min(), on_outside.max()), rel=1e-9)


def test_what_is_not_there_is_said(scene, directory, tmp_path):
    with pytest.raises(InputError, match="no V on this side"):
        scene.picture(Choice("thermal", "P", "V", 1, normal="z", place=-20.0))
    with pytest.raises(InputError, match="two different points"):
        read_line("0, 0, 0", "0, 0, 0")
    for given, message in (
        ([str(tmp_path)], "no results here"),
        ([str(directory), "--port", "70000"], "port 70000 cannot be used"),
    ):
        found = CliRunner().invoke(main, ["view", *given])
        assert found.exit_code == 2 and message in found.stderr
        assert len(found.stderr.strip().splitlines()) == 1


def _pipe(source, target):
    """Pass bytes on until the source closes."""
    try:
        while data := source.recv(65536):
            target.sendall(data)
    except OSError:
        pass
    finally:
        target.close()


def _forward(port):
    """Another port whose connections go to a port, as those of `ssh -L`."""
    entrance = socket.create_server(("localhost", 0))

    def accept():
        while True:
            near, _ = entrance.accept()
            far = socket.create_connection(("localhost", port))
            for ends in ((near, far), (far, near)):
                threading.Thread(target=_pipe, args=ends, daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    return entrance.getsockname()[1]


@pytest.fixture(scope="module")
def shown(directory):
    """The page, opened through a forwarded port, and its errors."""
    with subprocess.Popen(
        [*COMMAND, "view", str(directory), "--port", "0"], stdout=subprocess.PIPE, text=True
    ) as server:
        port = int(re.search(r"http://localhost:(\d+)/", server.stdout.readline())[1])
        assert f"ssh -L {port}:localhost:{port}" in server.stdout.readline()
        try:
            with opened(f"http://localhost:{_forward(port)}/") as found:
                found[0].wait_for_selector("#caption:not(:empty)")
                yield found
        finally:
            server.terminate()


def _choose(page, label, value):
    """Choose a value in a list of the page."""
    page.locator(".v-select", has_text=label).click()
    page.get_by_role("option", name=value, exact=True).click()


def _screenshot(page):
    """Pixels of the part of the page that shows the device."""
    return page.locator(".v-main").screenshot()


def _wait_for_change(page, before):
    """Wait until the browser shows another picture, and give it."""
    for _ in range(300):
        if (shown := _screenshot(page)) != before:
            return shown
        page.wait_for_timeout(200)
    raise AssertionError("the picture did not change")


def test_controls_change_the_picture(shown):
    page, errors = shown
    assert "a valve" in page.title()
    assert page.locator(".v-toolbar-title").inner_text() == TITLE
    before = _screenshot(page)
    for label, value, caption in (
        ("field", "V", "thermal, P, at 1 mA"),
        ("scheme", "electrical", "electrical, P, at 1 mA"),
        ("order", "coefficient of I", "electrical, P, coefficient of I"),
        ("clipping plane", "x", "electrical, P, coefficient of I"),
    ):
        _choose(page, label, value)
        page.wait_for_function("text => document.querySelector('#caption').innerText == text", arg=caption)
        before = _wait_for_change(page, before)
    _choose(page, "configuration", "AP")
    page.wait_for_function("document.querySelector('#caption').innerText.includes(', AP,')")
    assert [error for error in errors if LAUNCHER not in error] == []


def test_the_device_turns(shown):
    page, _ = shown
    before = _screenshot(page)
    page.mouse.move(750, 350)
    page.mouse.down()
    page.mouse.move(900, 350, steps=5)
    page.mouse.up()
    _wait_for_change(page, before)


def test_a_line_is_probed(shown):
    page, errors = shown
    page.get_by_label("line from (nm)").fill("0, -150, 6")
    page.get_by_label("to (nm)", exact=True).fill("0, 75, 6")
    page.get_by_role("button", name="probe the line").click()
    page.wait_for_selector("img[alt=profile]")
    drawing = base64.b64decode(page.get_attribute("img[alt=profile]", "src").partition(",")[2]).decode()
    assert {">Cu<", ">Py1<", ">y (nm)<"} <= set(re.findall(r">[^<>\n]+<", drawing))
    page.get_by_label("to (nm)", exact=True).fill("nowhere")
    page.get_by_role("button", name="probe the line").click()
    page.wait_for_selector(".v-alert")
    assert "two different points" in page.locator(".v-alert").inner_text()
    assert [error for error in errors if LAUNCHER not in error] == []
