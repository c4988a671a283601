"""Sweeps without solving: axes, points, what tells points apart, and mistakes."""

import json

import numpy as np
import pytest
from click.testing import CliRunner
from test_bad_input import DEVICE, assert_one_line
from test_material_laws import CLUSTERS

from thermospin.cli import main
from thermospin.device import Device
from thermospin.errors import InputError
from thermospin.runs import jobs as job_module
from thermospin.runs.jobs import Job, batches, shares
from thermospin.runs.sweep import parse_part
from thermospin.runs.workbench import operator_key, solution_key
from thermospin.units import common_unit
from thermospin.validation import load_config, load_sweep

pytestmark = pytest.mark.serial


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "device.yaml"
    path.write_text(DEVICE)
    return path


def swept(file, *axes, overrides=()):
    return load_sweep(file, [*overrides, f"sweep=[{', '.join(axes)}]"])


def values(sweep, key):
    return [point.values[key] for point in sweep.points]


def test_list_of_values_in_any_unit(file):
    sweep = swept(file, "{key: materials.Cu.spin_diffusion_length, values: [350 nm, 1 um, 5e-7]}")
    lengths = [point.config.material("Cu").spin_diffusion_length for point in sweep.points]
    assert lengths == [3.5e-7, 1e-6, 5e-7]
    assert sweep.si("materials.Cu.spin_diffusion_length") == lengths
    assert values(sweep, "materials.Cu.spin_diffusion_length") == ["350 nm", "1 um", 5e-7]


def test_ranges_against_numpy(file):
    linear = swept(file, "{key: temperature, start: 0.1 kK, stop: 300 K, num: 5}")
    np.testing.assert_allclose(linear.si("temperature"), np.linspace(100, 300, 5), rtol=1e-12)
    log = swept(
        file, "{key: materials.Cu.spin_diffusion_length, start: 10 nm, stop: 1 um, num: 7, scale: log}"
    )
    found = log.si("materials.Cu.spin_diffusion_length")
    np.testing.assert_allclose(found, np.geomspace(1e-8, 1e-6, 7), rtol=1e-11)
    down = swept(file, "{key: materials.Py.seebeck, start: -1 uV/K, stop: -100 uV/K, num: 3, scale: log}")
    np.testing.assert_allclose(down.si("materials.Py.seebeck"), [-1e-6, -1e-5, -1e-4], rtol=1e-11)


def test_values_of_a_range_have_no_spare_digits(file):
    sweep = swept(file, "{key: heating.scale, start: 0, stop: 1, num: 11}")
    assert values(sweep, "heating.scale") == [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]


def test_axes_are_nested_and_the_last_changes_fastest(file):
    sweep = swept(file, "{key: temperature, values: [100, 200]}", "{key: heating.scale, values: [1, 2, 3]}")
    found = [(point.config.temperature, point.config.heating.scale) for point in sweep.points]
    assert found == [(100, 1), (100, 2), (100, 3), (200, 1), (200, 2), (200, 3)]
    assert [point.index for point in sweep.points] == list(range(6))
    assert sweep.keys == ["temperature", "heating.scale"]


def test_keys_that_move_together(file):
    sweep = swept(file, "{keys: [temperature, heating.scale], values: [[100 K, 1], [200 K, 2], 5]}")
    found = [(point.config.temperature, point.config.heating.scale) for point in sweep.points]
    assert found == [(100, 1), (200, 2), (5, 5)]
    together = swept(
        file, "{keys: [materials.Py.seebeck, materials.Cu.seebeck], start: 0, stop: 1e-6, num: 2}"
    )
    pairs = [[p.config.material(m).seebeck for m in ("Py", "Cu")] for p in together.points]
    assert pairs == [[0, 0], [1e-6, 1e-6]]


def test_values_that_are_no_numbers(file):
    sweep = swept(
        file,
        "{key: 'geometry.solids[0].material', values: [Py, Cu]}",
        "{key: solver.spin_heat, values: [false]}",
    )
    assert [point.config.geometry.materials["F1"] for point in sweep.points] == ["Py", "Cu"]
    assert sweep.si("geometry.solids[0].material") is sweep.si("solver.spin_heat") is None


def test_points_are_runs_of_their_own(file):
    """Each is what --set makes of the file."""
    for point in swept(file, "{key: probes.across, values: [[left, right], [right, left]]}").points:
        plus, minus = point.values["probes.across"]
        single = load_config(file, [f"probes.across=[{plus}, {minus}]"])
        assert point.config.resolved() == single.resolved()
        assert point.config.source == str(file)


def test_run_ignores_the_sweep(file):
    assert load_config(file, ["sweep=[{key: temperature, values: [5]}]"]).temperature == 300


@pytest.mark.parametrize(
    ("axes", "place", "words"),
    [
        (
            "{key: materials.Py.polarisation, values: [0.2, 2]}",
            ".values[1]",
            "materials.Py.polarisation less",
        ),
        (
            "{key: materials.Py.sebeck, values: [1]}",
            ".values[0]",
            "materials.Py.sebeck did you mean 'seebeck'",
        ),
        ("{key: 'geometry.solids[7].material', values: [Cu]}", ".values[0]", "no item [7]"),
        ("{key: temperature, start: -1 K, stop: 1 K, num: 3}", " at -1 K", "temperature must be greater"),
        ("{key: 'probes.across[1]', values: [right, rigth]}", ".values[1]", "did you mean 'right'"),
        (
            "{key: heating.scale, values: [1]}, {key: materials.Py.polarisation, values: [0, 1.5]}",
            "[1].values[1]",
            "materials.Py.polarisation",
        ),
    ],
)
def test_mistake_in_a_point_names_the_value(file, axes, place, words):
    with pytest.raises(InputError) as caught:
        swept(file, axes)
    assert_one_line(str(caught.value), file, f"sweep{place if place[1].isdigit() else f'[0]{place}'}", words)


def test_mistake_that_no_axis_names_is_blamed_on_all(file):
    """A Seebeck coefficient too large for the heat conductivity."""
    with pytest.raises(InputError) as caught:
        swept(
            file,
            "{key: materials.Py.seebeck, values: [0, 1 mV/K]}",
            "{key: heating.scale, values: [1]}",
        )
    place = "sweep[0].values[1] with sweep[1].values[0]"
    assert_one_line(str(caught.value), file, place, "materials.Py.thermal_conductivity")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "{file}: sweep: nothing to sweep; add an axis"),
        (["--set", "sweep=[{key: temperature, values: [1, 0]}]"], "{file}: sweep[0].values[1]: temperature:"),
        (
            ["--set", "sweep=[{key: temperature, values: [1]}, {key: temperature, values: [2]}]"],
            "swept twice",
        ),
        (
            ["--set", "sweep=[{key: temperature, start: 1, stop: 2, num: 1000}, "
             "{key: heating.scale, start: 1, stop: 2, num: 1000}]"],
            "1000000 points are too many",
        ),
        (["--points", "2:9"], "--points: '2:9' are not points of this sweep; write A:B with 0 <= A < B <= 2"),
        (["--points", "last"], "--points: 'last'"),
        (["--task", "3/2"], "--task: cannot read '3/2'; write K/N"),
        (["--groups", "99"], "--groups: must be 1 to"),
    ],
)  # fmt: skip
def test_commands_say_it_in_one_line_and_exit_with_2(file, arguments, words, tmp_path):
    if arguments[:1] and arguments[0] != "--set":
        arguments = [*arguments, "--set", "sweep=[{key: temperature, values: [100, 200]}]"]
    result = CliRunner().invoke(main, ["sweep", str(file), "-o", str(tmp_path / "out"), *arguments])
    assert result.exit_code == 2, result.output
    errors = [line for line in result.stderr.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1
    assert words.format(file=file) in errors[0]
    assert not (tmp_path / "out").exists()


def test_parts(file):
    assert parse_part("2:4", None, 5) == {"chosen": range(2, 4)}
    assert parse_part("4", None, 5) == {"chosen": range(4, 5)}
    assert parse_part(None, "2/3", 5) == {"task": (2, 3)}


def jobs(sweep):
    return [Job.of(point, "mesh") for point in sweep.points]


def test_points_are_told_apart_by_what_changes_numbers(file):
    config = ["sweep=[{key: temperature, values: [300]}]"]
    (reference,) = jobs(load_sweep(file, config))
    for harmless in ("title=other", "output.directory=elsewhere", "output.fields=false"):
        (job,) = jobs(load_sweep(file, [*config, harmless]))
        assert job.hash == reference.hash, harmless
    for harmful in (
        "heating.scale=2",
        "output.current=1 mA",
        "solver.tolerance=1e-9",
        "probes.other=[left, right]",
    ):
        (job,) = jobs(load_sweep(file, [*config, harmful]))
        assert job.hash != reference.hash, harmful
    assert Job.of(reference.point, "other mesh").hash != reference.hash


def key_of(config):
    return operator_key(config, Device.of(config))


def test_operator_depends_on_materials_and_not_on_drives(file):
    reference = key_of(load_config(file))
    for same in ("heating.scale=2", "probes={}", "solver.orders=2", "configurations={P: {F1: -1}}"):
        assert key_of(load_config(file, [same])) == reference, same
    for other in ("temperature=200", "materials.Py.seebeck=0", "solver.degree=2", "solver.max_iterations=9"):
        assert key_of(load_config(file, [other])) != reference, other


def test_operator_depends_on_whether_there_is_a_field(file):
    """The Larmor terms alone depend on its size, unless clusters make a whole material follow it."""
    precessing = ["solver.spin=vector", "materials.Cu={base: Cu, spin_relaxation_time: 20 ps}"]
    clusters = [f"materials.Cu={json.dumps({'base': 'Cu', 'nanoclusters': CLUSTERS})}"]
    for material, follows in ((precessing, False), (clusters, True)):
        zero, one, other = (
            key_of(load_config(file, [*material, f"magnetic_field=[0, 0, {b}]"])) for b in (0, 1, 2)
        )
        assert zero != one
        assert (one != other) is follows


def test_shares_are_even_complete_and_keep_operators_together(file):
    axes = "{key: heating.scale, values: [1, 2, 3, 4]}", "{key: temperature, values: [100, 200, 300]}"
    found = jobs(swept(file, *axes))
    for count in (1, 2, 3, 5, 12):
        parts = shares(found, count)
        assert sorted(job.point.index for part in parts for job in part) == list(range(12))
        assert max(map(len, parts)) - min(map(len, parts)) <= 1
    for part in shares(found, 3):
        assert len({job.operator for job in part}) == 1


def test_shares_by_cost(file):
    points = swept(file, "{key: temperature, start: 100, stop: 200, num: 5}").points
    costs = {f"mesh{i}": cost for i, cost in enumerate([1, 1, 1, 1, 4])}
    made = [Job(point, f"mesh{i}", f"{i}", f"{i}", f"{i}") for i, point in enumerate(points)]
    assert [[job.point.index for job in part] for part in shares(made, 2, costs)] == [[0, 1, 2, 3], [4]]


def test_common_unit():
    assert common_unit(["15 nm", "1 um"]) == ([15, 1000], "nm")
    assert common_unit([1, 2.5]) == ([1, 2.5], "")
    assert common_unit(["1", "2"]) == ([1, 2], "")
    for wrong in (["15 nm", 3], ["15 nm", "3"], ["Py", "Cu"], [None, 1], [True], ["1 nm", "1 K"]):
        with pytest.raises(ValueError):
            common_unit(wrong)


def test_probes_and_amplitudes_leave_solutions_as_they_are(file):
    reference = solution_key(load_config(file))
    for same in (
        "probes={}",
        "probes.other=[left, right]",
        "output.current=1 mA",
        "lock_in={rms_current: 1 mA}",
    ):
        assert solution_key(load_config(file, [same])) == reference, same
    for other in ("heating.scale=2", "solver.orders=2", "solver.tolerance=1e-9", "temperature=200"):
        assert solution_key(load_config(file, [other])) != reference, other


def test_points_with_the_same_solutions_are_one_batch(file, monkeypatch):
    """As long as they have few probes; no rank is idle where there are solutions enough."""
    axes = (
        "{key: probes.across, values: [[left, right], [right, left]]}",
        "{key: heating.scale, values: [1, 2, 3]}",
    )
    made = jobs(swept(file, *axes))
    assert [[job.point.index for job in batch] for batch in batches(made)] == [[0, 3], [1, 4], [2, 5]]
    costs = dict.fromkeys((job.mesh for job in made), 1.0)
    for count in (1, 2, 3):
        parts = [[job.point.index for job in part] for part in shares(made, count, costs)]
        assert all(parts) and sorted(sum(parts, [])) == list(range(6))
        assert all((index + 3) % 6 in part for part in parts for index in part)
    monkeypatch.setattr(job_module, "MOST_PROBES", 1)
    assert all(len(batch) == 1 for batch in batches(made))


def test_no_part_is_empty(file):
    """However uneven the costs are."""
    points = swept(file, "{key: temperature, start: 100, stop: 200, num: 5}").points
    costs = {f"mesh{i}": cost for i, cost in enumerate([1, 1, 1, 1, 40])}
    made = [Job(point, f"mesh{i}", f"{i}", f"{i}", f"{i}") for i, point in enumerate(points)]
    for count in (2, 3, 4, 5):
        assert all(shares(made, count, costs))
    assert sum(map(bool, shares(made, 7, costs))) == 5
