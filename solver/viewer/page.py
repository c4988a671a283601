"""The page of the viewer: controls, and pictures that this machine renders and sends to the browser."""

import os
import socket
from pathlib import Path
from typing import Any

import pyvista as pv
from trame.app import get_server
from trame.ui.vuetify3 import SinglePageWithDrawerLayout
from trame.widgets import html, vtk, vuetify3

from thermospin.errors import InputError
from thermospin.output.rendering import add_parts
from thermospin.runtime.cache import reason_of
from thermospin.runtime.console import say
from thermospin.viewer.scene import AXES, Choice, Scene, read_line

_HOST = "localhost"
_OUTLINE = "#202428"
_BAR = {"fmt": "%.3g", "color": "black", "vertical": True, "position_x": 0.86, "position_y": 0.15}
_BELOW = "position: absolute; bottom: 0; height: 40%; width: 100%; text-align: center; pointer-events: none"
"""Style of the plot of a line, over the lower part of the picture."""
_NO_PLANE = "none"
_CHOICES = ("scheme", "configuration", "field", "order", "normal", "place", "keeps_above")
"""Controls that change the picture."""


class Viewer:
    """The fields of a run in a page.

    Args:
        scene: The fields.
        server: The server of the page.
    """

    def __init__(self, scene: Scene, server: Any) -> None:
        self._scene, self._server, self._state = scene, server, server.state
        self._plotter = pv.Plotter(off_screen=True, window_size=[900, 700])
        self._plotter.set_background("white")
        self._plotter.iren.interactor.EnableRenderOff()
        self._start()
        self._show()
        self._plotter.enable_parallel_projection()
        self._plotter.view_vector((0.55, -1.0, 1.05), viewup=(0, 0, 1))
        self._plotter.reset_camera()
        self._build()
        self._state.change(*_CHOICES)(self._update)

    def _start(self) -> None:
        """Give all controls their first values."""
        scene, state = self._scene, self._state
        scheme, configuration = scene.keys[0]
        low, high = scene.box
        middle = (low + high) / 2
        state.schemes = list(dict.fromkeys(name for name, _ in scene.keys))
        state.normals = [_NO_PLANE, *AXES]
        state.update({"scheme": scheme, "configuration": configuration, "normal": _NO_PLANE})
        state.update({"place": float(middle[0]), "keeps_above": False, "message": "", "profile": ""})
        state.start, state.end = (
            ", ".join(f"{value:.4g}" for value in (middle[0], edge[1], middle[2])) for edge in (low, high)
        )
        self._offer()

    def _offer(self) -> None:
        """Offer the configurations, fields and orders of the scheme, and the places of the plane."""
        scene, state = self._scene, self._state
        state.configurations = [name for scheme, name in scene.keys if scheme == state.scheme]
        if state.configuration not in state.configurations:
            state.configuration = state.configurations[0]
        key = state.scheme, state.configuration
        state.fields, state.orders = scene.fields(*key), list(scene.orders(*key))
        for name, known in (("field", state.fields), ("order", state.orders)):
            if state[name] not in known:
                state[name] = "T" if name == "field" and "T" in known else known[0]
        axis = AXES.find(state.normal)
        state.low, state.high = (float(edge[max(axis, 0)]) for edge in scene.box)
        state.place = min(max(float(state.place), state.low), state.high)

    @property
    def choice(self) -> Choice:
        """Subject that the controls choose."""
        state = self._state
        order = self._scene.orders(state.scheme, state.configuration)[state.order]
        normal = "" if state.normal == _NO_PLANE else state.normal
        names = state.scheme, state.configuration, state.field
        return Choice(*names, order, normal, float(state.place), bool(state.keeps_above))

    def _update(self, **_changed: Any) -> None:
        """Follow a control that has changed."""
        self._offer()
        self._show()
        self._view.update()

    def _show(self) -> None:
        """Draw the picture, or say why there is none."""
        try:
            picture = self._scene.picture(self.choice)
        except InputError as error:
            self._state.message = str(error)
            return
        self._state.message = ""
        plotter = self._plotter
        for title in [*plotter.scalar_bars.keys()]:
            plotter.remove_scalar_bar(title)
        plotter.clear_actors()
        add_parts(plotter, picture.parts, picture.colours, lighting=False)
        plotter.add_scalar_bar(picture.title, mapper=self._coloured(), **_BAR)
        for outline in picture.outlines:
            plotter.add_mesh(outline, color=_OUTLINE, line_width=2)
        self._state.caption = self._scene.about(self.choice)

    def _coloured(self) -> Any:
        """The mapper of a part that shows values."""
        mappers = [actor.mapper for actor in self._plotter.actors.values() if hasattr(actor, "mapper")]
        return next(mapper for mapper in mappers if mapper.scalar_visibility)

    def _probe(self) -> None:
        """Draw the field along the line."""
        try:
            line = read_line(self._state.start, self._state.end)
            self._state.profile = self._scene.profile(self.choice, line)
            self._state.message = ""
        except InputError as error:
            self._state.message = str(error)

    def _build(self) -> None:
        """Lay out the page."""
        title = self._scene.results.data.get("title") or self._scene.directory.resolve().name
        with SinglePageWithDrawerLayout(self._server) as layout:
            self._server.state.trame__title = f"thermospin: {title}"
            self._state.title = title
            layout.title.set_text("{{ title }}")  # the page is a template: a title in it could run code
            layout.footer.hide()
            with layout.drawer as drawer:
                drawer.width = 320
                with vuetify3.VContainer():
                    self._controls()
            with layout.content, html.Div(style="height: calc(100vh - 64px); position: relative"):
                self._view = vtk.VtkRemoteView(self._plotter.render_window, interactive_ratio=0.5)
                with html.Div(v_if="profile", style=_BELOW):
                    html.Img(src=("profile",), alt="profile", style="height: 100%; max-width: 100%")

    def _controls(self) -> None:
        select = {"density": "compact", "hide_details": True, "classes": "mb-3"}
        for name, label, items in (
            ("scheme", "scheme", "schemes"),
            ("configuration", "configuration", "configurations"),
            ("field", "field", "fields"),
            ("order", "order", "orders"),
            ("normal", "clipping plane normal to", "normals"),
        ):
            vuetify3.VSelect(v_model=(name,), label=label, items=(items,), **select)
        with html.Div(v_if=f"normal != '{_NO_PLANE}'"):
            vuetify3.VSlider(
                v_model=("place",),
                label="at",
                min=("low",),
                max=("high",),
                thumb_label=True,
                hide_details=True,
            )
            html.Div("{{ normal }} = {{ Number(place).toPrecision(4) }} nm", classes="text-caption")
            vuetify3.VSwitch(v_model=("keeps_above",), label="other side", **select)
        vuetify3.VTextField(v_model=("start",), label="line from (nm)", **select)
        vuetify3.VTextField(v_model=("end",), label="to (nm)", **select)
        vuetify3.VBtn("probe the line", click=self._probe, size="small", classes="mb-3")
        html.Div("{{ caption }}", classes="text-caption", id="caption")
        vuetify3.VAlert("{{ message }}", v_if="message", type="warning", density="compact")


def serve(directory: Path, port: int, browser: bool) -> None:
    """Serve the page until interrupted.

    Args:
        directory: Directory of the results.
        port: Port of the page; 0 takes a free one.
        browser: Whether to open the page in the browser of this machine.

    Raises:
        InputError: There are no fields, or the port is taken.
    """
    scene = Scene(directory)
    port = _free(port)
    os.environ["TRAME_ARGS"] = "--server"  # which reads the arguments of this process otherwise
    server = get_server(name=f"thermospin-{port}", client_type="vue3")
    Viewer(scene, server)
    address = f"{_HOST}:{port}"
    say(f"viewer: http://{address}/")
    say(f"from another machine: ssh -L {port}:{address} {socket.gethostname()}, then the same address there")
    say("Ctrl-C ends it")
    server.start(port=port, host=_HOST, open_browser=browser, show_connection_info=False, timeout=0)


def _free(port: int) -> int:
    """A port that can be listened on.

    Raises:
        InputError: It is taken.
    """
    with socket.socket() as found:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            found.bind((_HOST, port))
        except (OSError, OverflowError) as error:
            reason = reason_of(error) if isinstance(error, OSError) else "there is no such port"
            raise InputError(f"port {port} cannot be used ({reason}); give another with --port") from None
        number: int = found.getsockname()[1]
        return number
