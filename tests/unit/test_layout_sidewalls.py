"""Films whose side walls lean: volumes of frustums, terminals on staircases, messages."""

import gdstk
import numpy as np
import pytest
from layout_files import NM, Drawn, film, geometry, volumes
from mesh_measures import terminal_area, volume
from pydantic import ValidationError

from thermospin.errors import InputError
from thermospin.meshes.build import build_mesh
from thermospin.meshes.options import MeshOptions

pytestmark = pytest.mark.serial

ROUNDED = 1e-5
"""Relative error of volumes after corners were rounded to a ten-thousandth of the tolerance."""


def mesh(device, cache):
    options = MeshOptions(columns={"levels": 0, "base": 100 * NM})
    return build_mesh(device, options, {}, frozenset(), frozenset({"Substrate"}), cache_dir=cache)


def slope(angle):
    return np.tan(np.radians(angle))


def frustum(sizes, thickness, angle, at=0.0):
    """Volume of a film of a rectangle, nm³, that has the drawn width at a share of its height."""
    heights = thickness * (np.polynomial.legendre.leggauss(4)[0] + 1) / 2
    weights = thickness * np.polynomial.legendre.leggauss(4)[1] / 2
    width, depth = (size + 2 * slope(angle) * (at * thickness - heights) for size in sizes)
    return float((width * depth) @ weights)


def slack(thickness, angle, corners=4.0, levels=4):
    """Volume that a staircase of levels lacks of a frustum, nm³."""
    return corners * slope(angle) ** 2 * thickness**3 / (12 * levels**2)


@pytest.mark.parametrize(
    "more",
    [
        {"sidewall_angle": 20},
        {"sidewall_angle": "25 deg", "width_to_z": 0.5},
        {"sidewall_angle": 30, "width_to_z": 1},
        {"sidewall_angle": -20, "zmin": 0},
    ],
)
def test_volume_is_that_of_the_frustum(tmp_path, more):
    path = Drawn().box(1, 0, 0, 200, 100).write(tmp_path / "a.gds")
    device = geometry(path, {"Cu": film(60, 1, **more)}, tolerance=1 * NM)
    angle = float(str(more["sidewall_angle"]).split()[0])
    expected = frustum((200, 100), 60, angle, more.get("width_to_z", 0)) - slack(60, angle)
    assert volumes(device)["Cu"] == pytest.approx(expected, rel=ROUNDED)
    assert len(device.resolved.solids) == 4
    assert volume(mesh(device, tmp_path), "Cu") == pytest.approx(expected, rel=ROUNDED)


def test_few_levels_where_walls_hardly_lean(tmp_path):
    """60 nm at 2° are 2.1 nm of lean: one level, with the outline at half height."""
    path = Drawn().box(1, 0, 0, 200, 100).write(tmp_path / "a.gds")
    device = geometry(path, {"Cu": film(60, 1, sidewall_angle=2)}, tolerance=1 * NM)
    assert len(device.resolved.solids) == 1
    expected = frustum((200, 100), 60, 2) - slack(60, 2, levels=1)
    assert volumes(device)["Cu"] == pytest.approx(expected, rel=ROUNDED)


def test_truncated_cone(tmp_path):
    """Curves stay curves on all levels, with their areas."""
    angles = 2 * np.pi * np.arange(400) / 400
    path = Drawn().polygon(1, *(150 * np.column_stack([np.cos(angles), np.sin(angles)])))
    device = geometry(path.write(tmp_path / "a.gds"), {"Cu": film(60, 1, sidewall_angle=25)}, tolerance=NM)
    top = 150 - 60 * slope(25)
    expected = np.pi * 60 * (150**2 + 150 * top + top**2) / 3 - slack(60, 25, np.pi)
    assert volumes(device)["Cu"] == pytest.approx(expected, rel=1e-4)


def test_holes_widen_upwards(tmp_path):
    ring = gdstk.boolean(
        gdstk.rectangle((0, 0), (300, 300)), gdstk.rectangle((50, 50), (250, 250)), "not", layer=1
    )
    device = geometry(
        Drawn().add(*ring).write(tmp_path / "a.gds"), {"Cu": film(40, 1, sidewall_angle=20)}, tolerance=NM
    )
    expected = frustum((300, 300), 40, 20) - frustum((200, 200), 40, -20)  # what they lack cancels
    assert volumes(device)["Cu"] == pytest.approx(expected, rel=ROUNDED)


@pytest.mark.parametrize("coverage", ["ballistic", "planar"])
def test_films_over_leaning_walls(tmp_path, coverage):
    """A magnet, a channel with leaning walls over its step, and gold over that."""
    drawn = Drawn().box(1, 0, 0, 100, 60).box(2, -50, 10, 260, 50).box(3, 150, -40, 220, 100)
    films = {"Py": film(15, 1, "Py"), "Cu": film(50, 2, sidewall_angle=15), "Au": film(90, 3, "Au")}
    device = geometry(drawn.write(tmp_path / "a.gds"), films, coverage=coverage, tolerance=1 * NM)
    found, copper = volumes(device), frustum((310, 40), 50, 15) - slack(50, 15)
    assert found["Py"] == pytest.approx(15 * 100 * 60)
    if coverage == "planar":  # gold fills up to 90 nm over the lowest, less the copper below it
        below = sum(50 / 4 * (40 - 2 * 50 * slope(15) * (k + 0.5) / 4) * 70 for k in range(4))
        assert found["Au"] == pytest.approx(90 * 70 * 140 - below, rel=ROUNDED)
    else:
        assert found["Au"] == pytest.approx(90 * 70 * 140, rel=ROUNDED)
        assert found["Cu"] == pytest.approx(copper, rel=ROUNDED)
    record = mesh(device, tmp_path)
    assert {name: volume(record, name) for name in record.regions} == pytest.approx(found, rel=1e-9)


def test_crop_cuts_upright(tmp_path):
    """The face of a cut lead is its cross-section, a trapezium; the other end is as high and narrower."""
    drawn = Drawn().box(1, 0, 0, 5000, 80).label(1, "far", 4000, 40).label(1, "near", 0, 40)
    films = {"Substrate": film(40, material="SiO2"), "Cu": film(50, 1, sidewall_angle=20)}
    device = geometry(
        drawn.write(tmp_path / "a.gds"), films, crop=(-1e-7, -1e-7, 1e-6, 2e-7), tolerance=1 * NM
    )
    record = mesh(device, tmp_path)
    trapezium = 50 * (80 - 50 * slope(20))
    assert terminal_area(record, "far") == pytest.approx(trapezium, rel=ROUNDED)
    assert terminal_area(record, "near") == pytest.approx(trapezium, rel=ROUNDED)
    moved = 50 * slope(20) * (np.arange(4) + 0.5) / 4
    expected = trapezium * 1000 - float((50 / 4 * (80 - 2 * moved) * moved).sum())
    assert volume(record, "Cu") == pytest.approx(expected, rel=ROUNDED)


def test_pieces_keep_their_names(tmp_path):
    drawn = Drawn().box(1, 0, 0, 100, 60).box(1, 130, 0, 230, 60).label(1, "a", 50, 30)
    device = geometry(drawn.write(tmp_path / "a.gds"), {"Cu": film(40, 1, sidewall_angle=15)}, tolerance=NM)
    expected = frustum((100, 60), 40, 15) - slack(40, 15)
    assert volumes(device) == pytest.approx({"a": expected, "Cu": expected}, rel=ROUNDED)


def refused(path, **more):
    with pytest.raises(InputError) as caught:
        geometry(path, {"Cu": film(60, 1, **more)}, tolerance=1 * NM).device  # noqa: B018
    assert caught.value.key == "geometry.layers.Cu.sidewall_angle"
    return caught.value.message


def test_piece_too_narrow_for_its_walls(tmp_path):
    path = Drawn().box(1, 0, 0, 200, 100).box(1, 300, 0, 310, 100).write(tmp_path / "a.gds")
    says = r"the piece at (305, 50) nm is too narrow for side walls that lean so much"
    assert refused(path, sidewall_angle=60).startswith(says)


def test_pieces_that_grow_together(tmp_path):
    drawn = Drawn().box(1, 0, 0, 100, 60).box(1, 110, 0, 230, 60).label(1, "a", 50, 30)
    message = refused(drawn.write(tmp_path / "a.gds"), sidewall_angle=20, width_to_z=1)
    assert "regions Cu and a grow together at their side walls" in message


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"sidewall_angle": -5}, "side walls overhang; only a flat film with 'zmin' may"),
        ({"sidewall_angle": 5, "layer": None}, "has no side walls"),
        ({"sidewall_angle": 80}, "must be at most 60 deg"),
        ({"width_to_z": 2}, "must be at most 1"),
    ],
)
def test_film(change, says):
    with pytest.raises(ValidationError, match=says):
        geometry("chip.gds", {"Py": film(15, 1, "Py"), "Cu": film(30, 2) | change})
