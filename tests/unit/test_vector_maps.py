"""Fields of vector spins: files and back, components along a line, pictures with arrows."""

import numpy as np
import pytest
import pyvista as pv
from boxes import NM, pixels, profile, results_of, three_boxes

from thermospin.config.outputs import Map
from thermospin.errors import InputError
from thermospin.fields import OUTPUT_NAMES, output_fields
from thermospin.output import Case, FieldSample, draw_maps, plan_maps, plot, write_fields, write_results
from thermospin.output.arrows import Arrows, arrows
from thermospin.output.grids import region_grids, skin
from thermospin.output.quantities import quantities
from thermospin.output.rendering import colours_for
from thermospin.output.vtu import read_orders, read_sample

pytestmark = pytest.mark.serial

REGIONS = {"Py": 1, "Cu": 2, "Substrate": 3}
TILTED = np.array([0.6, 0.0, 0.8])
QUANTITIES = quantities(vector=True)
X, Y, Z = np.eye(3)


def mu_s(x, factor=1.0):
    """The spin accumulation, eV/A, at points (n, 3) in m: linear, of the direction of m where y = 0."""
    return factor * (1e-6 * TILTED + np.outer(x[:, 1], [0.0, 2.0, 0.0]))


def sample(factor=1.0, direction=None):
    """A magnet, a metal beside it and an insulator below; μ_s may point everywhere in one direction."""
    points, cells, where, region = three_boxes(list(REGIONS.values()))
    vectors = mu_s(points, factor) if direction is None else np.tile(direction, (len(points), 1)) * 1e-6
    vectors[where == 3] = np.nan
    point_data = {"V": factor * points[:, 0], "T": factor * points[:, 2], "mu_s": vectors}
    point_data |= {f"mu_s_{axis}": vectors[:, i] for i, axis in enumerate("xyz")}
    current = factor * np.where(region[:, None] == 3, np.nan, 1e11 * X)
    m = np.where(region[:, None] == 1, TILTED, np.nan)
    cell_data = {name: current for name in ("J", "Q", "J_s_x", "J_s_y", "J_s_z")} | {"m": m}
    return FieldSample(points, cells, region, REGIONS, point_data, cell_data)


@pytest.fixture(scope="module")
def case():
    return Case("thermal", "P", {1: sample(), 2: sample(-1000.0)}, temperature=300.0)


def test_vtu_round_trip(case, tmp_path):
    place = write_fields(tmp_path, case)
    for order, found in read_orders(tmp_path, "thermal", "P").items():
        given = case.orders[order]
        assert found.is_vector
        assert set(found.point_data) == {"V", "T", "mu_s", "mu_s_x", "mu_s_y", "mu_s_z"}
        assert set(found.cell_data) == {"J", "Q", "J_s_x", "J_s_y", "J_s_z", "m"}
        for name, values in given.point_data.items():
            np.testing.assert_array_equal(found.point_data[name], values)
        for name, values in given.cell_data.items():
            np.testing.assert_allclose(found.cell_data[name], values, rtol=1e-6)
    units = set(pv.read(place / "order2.vtu").field_data["units"])
    assert {"mu_s [eV/A²]", "mu_s_y [eV/A²]", "J_s_x [A/(m² A²)]", "m [1]"} <= units


def test_no_drive_changes_the_magnetisation(case, tmp_path):
    found = read_sample(write_fields(tmp_path, case, current=2e-3) / "at_2mA.vtu")
    given, factor = case.orders[1], 2e-3 - 1000 * 4e-6
    np.testing.assert_allclose(found.cell_data["m"], given.cell_data["m"], rtol=1e-6)
    np.testing.assert_allclose(found.point_data["mu_s"], factor * given.point_data["mu_s"], rtol=1e-12)
    np.testing.assert_allclose(found.point_data["T"], 300 + factor * given.point_data["T"], rtol=1e-12)


def test_the_fields_of_both_modes():
    """A map may name the fields that a run may write, in either mode."""
    of = {vector: {field.name for field in output_fields(vector)} for vector in (False, True)}
    assert set(OUTPUT_NAMES) == of[False] | of[True]
    assert of[False] & of[True] == {"V", "T", "mu_s", "T_s", "J", "Q", "E", "E_H"}
    without = {field.name for field in output_fields(vector=True, spin_heat=False)}
    names = {f"{name}_{axis}" for name in ("T_s", "Q_s") for axis in "xyz"}
    assert of[True] - without == names | {"T_s"}
    assert of[True] - {field.name for field in output_fields(vector=True, turning=False)} == {"E_H"}
    assert of[True] - {field.name for field in output_fields(vector=True, magnets=False)} == {"torque"}
    assert QUANTITIES["J_s_y"].components == 3
    assert QUANTITIES["mu_s_y"].components == 1


def test_profile_of_a_spin_vector_is_exact(case, tmp_path):
    line = {"start": ["10 nm", "0 nm", "7 nm"], "end": ["10 nm", "60 nm", "7 nm"], "points": 7}
    rows = profile(case, tmp_path, field="mu_s", order=1, line=line)
    expected = mu_s(np.array([[10, 10 * i, 7] for i in range(7)]) * NM)
    found = [[float(row[f"mu_s_{axis} [eV/A]"]) for axis in "xyz"] for row in rows]
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-18)


def test_profile_of_the_magnetisation(case, tmp_path):
    line = {"start": ["50 nm", "30 nm", "5 nm"], "end": ["150 nm", "30 nm", "5 nm"], "points": 2}
    rows = profile(case, tmp_path, field="m", line=line)
    assert [float(rows[0][f"m_{axis} [1]"]) for axis in "xyz"] == pytest.approx(list(TILTED))
    assert rows[1]["m_x [1]"] == ""


MAPS = {
    "slice": {"field": "mu_s", "order": 1, "slice": {"z": "10 nm"}},
    "window": {
        "field": "mu_s",
        "current": "1 mA",
        "slice": {"y": "30 nm"},
        "window": {"x": ["20 nm", "90 nm"]},
    },
    "surface": {"field": "mu_s", "current": "2 mA", "surface": True},
    "magnets": {"field": "m", "slice": {"x": "50 nm"}},
    "device": {"field": "m", "surface": True, "regions": ["Py", "Cu"]},
    "component": {"field": "mu_s_x", "order": 2, "slice": {"z": "10 nm"}},
    "spin current": {"field": "J_s_z", "order": 1, "surface": True},
}


@pytest.mark.parametrize("name", MAPS)
def test_maps_are_pictures(case, tmp_path, name):
    [path] = draw_maps(tmp_path, {name: Map(**MAPS[name])}, case)
    image = pixels(path)
    assert image.std() > 15
    assert (np.ptp(image[:, :3], axis=1) > 20).mean() > 0.02


def test_plot_draws_again_from_files(case, tmp_path):
    entries = [MAPS["slice"], MAPS["device"]]
    write_results(tmp_path, results_of(entries))
    write_fields(tmp_path, case)
    chosen = plan_maps([Map(**entry) for entry in entries], {"thermal": ["P"]})["thermal", "P"]
    assert list(chosen) == ["mu_s_thermal_P_order1_z10nm", "m_thermal_P_surface"]
    first = {path: pixels(path) for path in draw_maps(tmp_path, chosen, case)}
    assert plot(tmp_path) == list(first)
    for path, image in first.items():
        np.testing.assert_array_equal(pixels(path), image)


def test_what_is_not_there_is_an_error(case, tmp_path):
    with pytest.raises(InputError, match="no mu_up in the fields"):
        draw_maps(tmp_path, {"map": Map(field="mu_up", order=1, surface=True)}, case)
    with pytest.raises(InputError, match="no m on the device in Cu"):
        draw_maps(tmp_path, {"map": Map(field="m", surface=True, regions=("Cu",))}, case)


def test_colours_show_the_length():
    quantity = QUANTITIES["mu_s"]
    grids = list(region_grids(sample(), quantity).grids.values())
    colours = colours_for(quantity, grids, None, 0, "A")
    longest = np.hypot(1e-6, 60 * NM * 2)
    assert colours.scale.unit == "µeV"
    assert colours.limits == pytest.approx((0, longest * 1e6))
    assert quantity.drawn == r"$|\mu_s|$"
    assert QUANTITIES["m"].scale(0.1, 0, "A").unit == "1"


def cuts(given, name="mu_s"):
    grids = region_grids(given, QUANTITIES[name]).grids.values()
    return [grid.slice("z", origin=(0, 0, 10)) for grid in grids]


@pytest.mark.parametrize("name", ["mu_s", "m"])
def test_arrows_cover_a_slice_evenly(name):
    """They have the direction of the field, a distance, and leave no hole larger than the mesh."""
    found = arrows([cut for cut in cuts(sample(direction=TILTED), name) if cut.n_cells], name, 300.0)
    np.testing.assert_allclose(found.directions, np.tile(TILTED, (len(found.places), 1)), atol=1e-6)
    assert found.places[:, 2] == pytest.approx(10)
    apart = np.linalg.norm(found.places[:, None] - found.places, axis=2)
    assert apart[~np.eye(len(apart), dtype=bool)].min() >= 10
    end = 100 if name == "m" else 250
    assert found.places[:, 0].max() < end
    probes = np.stack(np.meshgrid(np.arange(0, end, 5), np.arange(0, 60, 5), [10]), axis=-1).reshape(-1, 3)
    nearest = np.linalg.norm(probes[:, None] - found.places, axis=2).min(axis=1)
    assert nearest.max() < 40


def test_arrows_are_on_the_outside():
    """Not where the magnet meets the metal."""
    grids = region_grids(sample(direction=X), QUANTITIES["mu_s"]).grids
    found = arrows([skin(grids[name]) for name in ("Py", "Cu")], "mu_s", 100.0)
    x = found.places[:, 0]
    assert not np.isclose(x, 100).any()
    assert np.isclose(x, 0).any()
    assert np.isclose(x, 250).any()


def test_vanishing_vectors_have_no_arrow():
    given = sample(direction=Y)
    given.point_data["mu_s"][given.points[:, 0] > 100 * NM] *= 1e-3
    found = arrows(cuts(given)[:2], "mu_s", 300.0)
    assert len(found.places)
    assert found.places[:, 0].max() < 100 + 150 / 4
    assert not len(arrows(cuts(sample(direction=0 * X))[:2], "mu_s", 300.0).places)


def test_arrow_heads_point_along_the_vector():
    """The widest part is the head; black towards the viewer and across, white away."""
    directions = np.array([X, TILTED, Z, -Z])
    found = Arrows(np.zeros((4, 3)), directions, 2.0).glyphs(Z)
    assert found[True].n_points * 3 == found[False].n_points
    for direction in directions:
        shape = Arrows(np.zeros((1, 3)), direction[None], 2.0).glyphs(Z)[bool(direction @ Z < 0)]
        points = shape.points - 2.0 * Z
        along = points @ direction
        across = np.linalg.norm(points - np.outer(along, direction), axis=1)
        assert along[across.argmax()] > 0
        assert (along.min(), along.max()) == pytest.approx((-1, 1), abs=1e-6)
        assert across[along.argmax()] == pytest.approx(0, abs=1e-6)
