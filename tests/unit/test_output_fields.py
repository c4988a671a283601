"""Fields to VTU and back, maps, profiles, and drawing again from files."""

import numpy as np
import pytest
import pyvista as pv
from boxes import NM, pixels, profile, results_of, three_boxes

from thermospin.config.outputs import Map
from thermospin.errors import InputError
from thermospin.output import Case, FieldSample, draw_maps, plan_maps, plot, write_fields, write_results
from thermospin.output.grids import region_grids
from thermospin.output.quantities import quantities
from thermospin.output.rendering import colours_for
from thermospin.output.scales import decimal_scale_for, per_drive, reading_scale, scale_for
from thermospin.output.vtu import read_orders, read_sample

MU_S = quantities(vector=False)["mu_s"]
REGIONS = {"Py": 1, "Gerät": 2, "Substrate": 7}


def sample(factor=1.0):
    """Three regions: μ_s is 2e-6 + x/m in Py, x/m - 1e-6 beyond x = 100 nm, and missing in the substrate."""
    points, cells, where, region = three_boxes(list(REGIONS.values()))
    x, y, z = points.T
    mu = factor * np.select([where == 1, where == 2], [2e-6 + x, x - 1e-6], np.nan)
    potential = np.where(where == 7, np.nan, factor * y)
    point_data = {
        "V": potential,
        "T": factor * (5.0 + 1e8 * z),
        "mu_up": potential + mu / 2,
        "mu_down": potential - mu / 2,
        "mu_s": mu,
    }
    density = np.zeros((len(cells), 3))
    density[:, 0] = np.select([region == 1, region == 2], [3e11, 1e11], np.nan)
    cell_data = {name: factor * density for name in ("J", "J_up", "J_down", "J_s", "Q")}
    return FieldSample(points, cells, region, REGIONS, point_data, cell_data)


@pytest.fixture(scope="module")
def case():
    return Case("thermal", "P", {1: sample(), 2: sample(-1000.0)}, temperature=300.0)


def test_fields_at_rest(tmp_path):
    """Order 0 is part of the sum at a drive, has plain units, and is drawn with T0."""
    case = Case("thermal", "P", {0: sample(10.0), 1: sample()}, temperature=300.0)
    place = write_fields(tmp_path, case, current=2.0)
    assert list(read_orders(tmp_path, "thermal", "P")) == [0, 1]
    total = read_sample(place / "at_2A.vtu")
    np.testing.assert_allclose(total.point_data["V"], 12 * sample().point_data["V"], rtol=1e-12)
    assert "V [V]" in list(pv.read(place / "order0.vtu").field_data["units"])
    line = {"start": ["50 nm", "30 nm", "0 nm"], "end": ["50 nm", "30 nm", "20 nm"], "points": 3}
    rows = profile(case, tmp_path, field="T", order=0, line=line)
    assert [float(row["T [K]"]) for row in rows] == pytest.approx([350.0, 360.0, 370.0])


def test_vtu_round_trip(case, tmp_path):
    place = write_fields(tmp_path, case)
    assert place == tmp_path / "fields/thermal/P"
    read = read_orders(tmp_path, "thermal", "P")
    assert list(read) == [1, 2]
    for order, found in read.items():
        given = case.orders[order]
        np.testing.assert_array_equal(found.points, given.points)
        np.testing.assert_array_equal(found.cells, given.cells)
        np.testing.assert_array_equal(found.region, given.region)
        assert found.regions == REGIONS
        assert set(found.point_data) == {"V", "T", "mu_up", "mu_down", "mu_s"}
        for name, values in given.point_data.items():
            np.testing.assert_array_equal(found.point_data[name], values)
        assert set(found.cell_data) == {"J", "J_up", "J_down", "J_s", "Q"}
        for name, values in given.cell_data.items():
            np.testing.assert_allclose(found.cell_data[name], values, rtol=1e-6)


def test_vtu_has_vectors_and_units_for_paraview(case, tmp_path):
    grid = pv.read(write_fields(tmp_path, case) / "order2.vtu")
    assert grid.cell_data["J"].shape == (grid.n_cells, 3)
    assert grid.cell_data["region"].dtype == np.int32
    assert np.isnan(grid.point_data["mu_s"]).any()
    units = set(grid.field_data["units"])
    assert {"mu_s [eV/A²]", "V [V/A²]", "T [K/A²]", "J [A/(m² A²)]", "Q [W/(m² A²)]"} <= units
    assert list(grid.field_data["title"]) == ["thermal, P, coefficient of I²"]


def test_collection_steps_through_the_orders(case, tmp_path):
    collection = pv.get_reader(write_fields(tmp_path, case) / "orders.pvd")
    assert collection.time_values == [1, 2]
    collection.set_active_time_value(2)
    assert "mu_s" in collection.read()[0].point_data


def test_fields_at_a_current_are_the_sum_of_the_orders(case, tmp_path):
    found = read_sample(write_fields(tmp_path, case, current=2e-3) / "at_2mA.vtu")
    factor = 2e-3 - 1000 * 4e-6
    given = case.orders[1]
    np.testing.assert_allclose(found.point_data["T"], 300 + factor * given.point_data["T"], rtol=1e-12)
    np.testing.assert_allclose(found.point_data["mu_s"], factor * given.point_data["mu_s"], rtol=1e-12)
    np.testing.assert_allclose(found.cell_data["J"], factor * given.cell_data["J"], rtol=1e-6)


def test_fields_of_an_earlier_run_do_not_linger(case, tmp_path):
    write_fields(tmp_path, case, current=2e-3)
    place = write_fields(tmp_path, Case("thermal", "P", {1: case.orders[1]}, 300.0))
    assert sorted(path.name for path in place.iterdir()) == ["order1.vtu", "orders.pvd"]
    assert [path.name for path in place.parent.iterdir()] == ["P"]


def test_a_voltage_drives(case, tmp_path):
    driven = Case("bias", "P", case.orders, 300.0, drive="V")
    place = write_fields(tmp_path, driven, current=1e-3)
    assert not list(place.glob("at_*"))
    assert "T [K/V²]" in set(pv.read(place / "order2.vtu").field_data["units"])
    with pytest.raises(InputError, match="driven by a voltage"):
        draw_maps(tmp_path, {"map": Map(field="T", current=1e-3, surface=True)}, driven)


MAPS = {
    "slice": {"field": "mu_s", "order": 1, "slice": {"z": "10 nm"}},
    "regions": {"field": "T", "current": "1 mA", "slice": {"z": "10 nm"}, "regions": ["Py"]},
    "upright": {"field": "V", "order": 2, "slice": {"y": "30 nm"}, "limits": [-1e-4, 1e-4]},
    "across": {"field": "J", "order": 1, "slice": {"x": "50 nm"}},
    "surface": {"field": "mu_s", "current": "2 mA", "surface": True},
}


@pytest.mark.parametrize("name", MAPS)
def test_maps_are_pictures(case, tmp_path, name):
    [path] = draw_maps(tmp_path, {name: Map(**MAPS[name])}, case)
    assert path == tmp_path / f"maps/{name}.png"
    image = pixels(path)
    assert image.std() > 15
    saturation = np.ptp(image[:, :3], axis=1)
    assert (saturation > 40).mean() > 0.02
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_slice_keeps_the_jump_between_regions(case):
    grids = region_grids(case.orders[1], MU_S).grids
    ends = [
        float(np.interp(100, *np.array(sorted(zip(cut.points[:, 0], cut["value"], strict=True))).T))
        for cut in (grids[name].slice("z", origin=(0, 0, 10)) for name in ("Py", "Gerät"))
    ]
    assert ends == pytest.approx([2.1e-6, -0.9e-6], rel=1e-6, abs=0)


def test_colours_are_symmetric_where_zero_has_a_meaning(case):
    grids = list(region_grids(case.orders[1], MU_S).grids.values())
    colours = colours_for(MU_S, grids, None, 0, "A")
    assert colours.scale.unit == "µeV"
    assert colours.limits == pytest.approx((-2.1, 2.1))
    colours = colours_for(MU_S, grids, (0.0, 5e-6), 0, "A")
    assert colours.limits == pytest.approx((0, 5))


def test_rounding_is_no_sign():
    """Values that are 0 up to rounding do not make a scale symmetric."""
    part = pv.PolyData(np.zeros((3, 3)))
    part["value"] = [-1e-15, 0.0, 5.0]
    temperature = quantities(vector=False)["T"]
    assert colours_for(temperature, [part], None, 0, "A").limits == pytest.approx((0, 5))
    part["value"] = [-1.0, 0.0, 5.0]
    assert colours_for(temperature, [part], None, 0, "A").limits == pytest.approx((-5, 5))


def test_nothing_to_show_is_an_error(case, tmp_path):
    outside = Map(field="T", order=1, slice={"z": "1 um"})
    with pytest.raises(InputError, match="no T on the plane z = 1000 nm"):
        draw_maps(tmp_path, {"map": outside}, case)
    insulator = Map(field="mu_s", order=1, surface=True, regions=("Substrate",))
    with pytest.raises(InputError, match="no mu_s on the device in Substrate"):
        draw_maps(tmp_path, {"map": insulator}, case)
    with pytest.raises(InputError, match="order 5"):
        draw_maps(tmp_path, {"map": Map(field="T", order=5, surface=True)}, case)
    nowhere = Map(field="V", order=1, line={"start": [1, 0, 0], "end": [1, 1, 0]})
    with pytest.raises(InputError, match="no V anywhere"):
        draw_maps(tmp_path, {"map": nowhere}, case)


def test_profile_of_a_linear_field_is_exact(case, tmp_path):
    line = {"start": ["-10 nm", "13 nm", "7 nm"], "end": ["260 nm", "13 nm", "7 nm"], "points": 28}
    rows = profile(case, tmp_path, field="mu_s", order=1, line=line)
    assert len(rows) == 28
    for i, row in enumerate(rows):
        x = (-10 + 10 * i) * NM
        assert float(row["distance [m]"]) == pytest.approx(10 * i * NM)
        assert float(row["x [m]"]) == pytest.approx(x, abs=1e-15)
        region = "" if i in (0, 27) else "Py" if i <= 11 else "Gerät"
        assert row["region"] == region
        if region:
            assert float(row["mu_s [eV/A]"]) == pytest.approx(
                x + (2e-6 if region == "Py" else -1e-6), rel=1e-6, abs=0
            )
        else:
            assert row["mu_s [eV/A]"] == ""


def test_profile_of_a_vector_has_its_components(case, tmp_path):
    line = {"start": ["0 nm", "0 nm", "0 nm"], "end": ["0 nm", "0 nm", "-50 nm"], "points": 3}
    rows = profile(case, tmp_path, field="J", order=1, line=line, name="J")
    assert [row["region"] for row in rows] == ["Py", "Substrate", "Substrate"]
    assert float(rows[0]["J_x [A/(m² A)]"]) == pytest.approx(3e11)
    assert float(rows[0]["J_z [A/(m² A)]"]) == 0
    assert rows[2]["J_x [A/(m² A)]"] == ""


def test_every_map_gets_its_own_name():
    maps = [
        Map(field="mu_s", current="2 mA", slice={"z": "10 nm"}),
        Map(field="mu_s", current="2 mA", slice={"z": "10 nm"}, regions=("Py",)),
        Map(field="T", order=2, surface=True, configuration="AP", scheme="electrical"),
        Map(field="T", current="-500 uA", surface=True, name="hot"),
    ]
    found = plan_maps(maps, {"thermal": ["P", "AP"], "electrical": ["P", "AP"]})
    assert {key: list(value) for key, value in found.items()} == {
        ("thermal", "P"): ["mu_s_thermal_P_2mA_z10nm", "mu_s_thermal_P_2mA_z10nm-2", "hot"],
        ("electrical", "AP"): ["T_electrical_AP_order2_surface"],
    }


def test_plot_draws_again_from_files(case, tmp_path):
    maps = [MAPS["slice"] | {"name": "slice"}]
    write_results(tmp_path, results_of(maps))
    write_fields(tmp_path, case)
    chosen = plan_maps([Map(**entry) for entry in maps], {"thermal": ["P"]})
    [first] = draw_maps(tmp_path, chosen["thermal", "P"], case)
    image = pixels(first)
    first.unlink()
    assert plot(tmp_path) == [first]
    np.testing.assert_array_equal(pixels(first), image)


def test_plot_says_what_is_missing(tmp_path):
    with pytest.raises(InputError, match="give the directory of a finished run"):
        plot(tmp_path)
    write_results(tmp_path, results_of([]))
    with pytest.raises(InputError, match="asked for no maps"):
        plot(tmp_path)
    write_results(tmp_path, results_of([MAPS["slice"]]))
    with pytest.raises(InputError, match="output.fields: true"):
        plot(tmp_path)


def test_units_for_people():
    assert scale_for(3e-6, "eV").unit == "µeV"
    assert scale_for(1e-6, "V").unit == "µV"
    assert scale_for(0.0, "V").unit == "V"
    assert scale_for(999.0, "K").unit == "K"
    assert decimal_scale_for(8e11, "A/m²").unit == "10¹¹ A/m²"
    assert per_drive("A/m²", 3, "mA") == "A/(m² mA³)"
    assert reading_scale(9e-5, 1, "A").unit == "µΩ"
    assert reading_scale(0.64, 1, "A").unit == "mΩ"
    for value, order, unit, shown in ((7.69, 2, "µV/mA²", 7.69), (-15.6e-3, 2, "nV/mA²", -15.6)):
        scale = reading_scale(abs(value), order, "A")
        assert (scale.unit, value / scale.factor) == (unit, pytest.approx(shown))
    assert reading_scale(2e-3, 1, "V").unit == "mV/V"
