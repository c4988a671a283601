"""Whole files or none, the CSV, the tables, the comparison with a paper, and the progress display."""

import csv
import io
import json
import re
import time
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from thermospin.errors import InputError
from thermospin.output import Progress, SilentProgress, compare, print_table, write_results
from thermospin.output.comparison import compare_results, load_reference
from thermospin.output.files import replacing, replacing_directory, write_csv, write_json
from thermospin.validation import load_config

REFERENCE = Path(__file__).parents[2] / "configs" / "references" / "slachter2010.yaml"


def configuration(sign, scale):
    """R1 = 95 ∓ 22.5 µΩ and R2 = 7.69 ∓ 0.0078 µV/mA² times a scale, in SI."""
    return {
        "probes": {
            "nonlocal": {
                "R": [scale * (95e-6 - sign * 22.5e-6), scale * (7.69 - sign * 7.8e-3), np.nan],
                "error": {
                    "mesh": [scale * 4e-6, scale * 0.2, None],
                    "solver": [scale * 1e-15, scale * 2e-2, 0.0],
                },
                "correction": [scale * 2e-6, scale * 0.1, None],
            }
        },
        "balances": {"charge": 3e-13, "energy": np.float64(2e-11)},
        "regions": {
            "Py1": {"max_temperature_rise": 40.5, "max_current_density": 9e11},
            "Substrate": {"max_temperature_rise": 12.5, "max_current_density": None},
        },
        "interfaces": {"Py1|Cu": {"gradient_T": -4.0e7, "mu_s": {"min": -4e-5, "max": 5e-5, "mean": -8e-7}}},
    }


def scheme(scale):
    cases = {"P": configuration(1, scale), "AP": configuration(-1, scale)}
    p, ap = (np.array(case["probes"]["nonlocal"]["R"]) for case in cases.values())
    errors = {
        "baseline": {"mesh": [scale * 4e-6, scale * 0.2, None], "solver": [1e-15, scale * 3e-2, None]},
        "spin": {"mesh": [scale * 2e-6, scale * 3e-4, None], "solver": [2e-15, scale * 4e-10, None]},
    }
    corrections = {"baseline": [scale * 2e-6, None, None], "spin": [scale * 1e-6, scale * 1e-4, None]}
    return {
        "drive": {"quantity": "current", "unit": "A"},
        "configurations": cases,
        "signals": {
            "nonlocal": {
                "baseline": (p + ap) / 2,
                "spin": p - ap,
                "error": errors,
                "correction": corrections,
            }
        },
        "lock_in": {"nonlocal": {"P": {"first_harmonic": 1.42e-7, "second_harmonic": 1.2e-5}}},
    }


@pytest.fixture
def results():
    return {
        "schema": 1,
        "title": "A [device]",
        "schemes": {"thermal": scheme(1.0), "electrical": scheme(5e3)},
        "config": {
            "heating": {"model": "joule", "scale": 3.2},
            "lock_in": {"rms_current": 1.5e-3},
            "output": {"current": 2e-3},
        },
    }


def printed(function, *arguments, width=200):
    text = io.StringIO()
    function(*arguments, Console(file=text, width=width))
    return text.getvalue()


def line_with(text, *words):
    return next(line for line in text.splitlines() if all(word in line for word in words))


@pytest.mark.parametrize("earlier", [None, "earlier"])
def test_a_writer_that_fails_leaves_what_was_there(tmp_path, earlier):
    path = tmp_path / "deep" / "file.txt"
    if earlier:
        path.parent.mkdir()
        path.write_text(earlier)
    with pytest.raises(RuntimeError), replacing(path) as aside:
        aside.write_text("half")
        assert not path.exists() or path.read_text() == earlier
        raise RuntimeError
    assert [entry.name for entry in path.parent.iterdir()] == (["file.txt"] if earlier else [])
    assert not earlier or path.read_text() == earlier


def test_a_directory_is_replaced_whole_or_not_at_all(tmp_path):
    path = tmp_path / "fields"
    with replacing_directory(path) as aside:
        (aside / "old").touch()
    with pytest.raises(RuntimeError), replacing_directory(path) as aside:
        (aside / "new").touch()
        raise RuntimeError
    assert [entry.name for entry in path.iterdir()] == ["old"]
    with replacing_directory(path) as aside:
        (aside / "new").touch()
    assert [entry.name for entry in path.iterdir()] == ["new"]
    assert [entry.name for entry in tmp_path.iterdir()] == ["fields"]


def test_a_place_that_cannot_be_written_is_one_line(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="cannot write"):
        write_json(tmp_path / "file" / "results.json", {})
    (tmp_path / "folder" / "results.json").mkdir(parents=True)
    with pytest.raises(InputError, match="results.json: cannot write"):
        write_json(tmp_path / "folder" / "results.json", {})
    assert [entry.name for entry in (tmp_path / "folder").iterdir()] == ["results.json"]


def test_json_takes_numpy_and_has_no_nan(tmp_path):
    data = {
        "a": np.float64(1.5),
        "b": np.array([1.0, np.nan, np.inf]),
        3: (np.int32(2), np.bool_(True), None),
    }
    write_json(tmp_path / "x.json", data)
    assert json.loads((tmp_path / "x.json").read_text()) == {
        "a": 1.5,
        "b": [1.0, None, None],
        "3": [2, True, None],
    }


def test_json_of_the_wrong_kind_leaves_nothing(tmp_path):
    with pytest.raises(TypeError):
        write_json(tmp_path / "x.json", {"a": object()})
    assert not list(tmp_path.iterdir())


def test_csv_that_breaks_in_the_middle_leaves_nothing(tmp_path):
    def rows():
        yield [1]
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_csv(tmp_path / "x.csv", ["a"], rows())
    assert not list(tmp_path.iterdir())


def test_results_csv(results, tmp_path):
    write_results(tmp_path, results)
    with (tmp_path / "results.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2 * 4 * 3
    key = "configuration or signal"
    spin = next(r for r in rows if r["scheme"] == "thermal" and r[key] == "spin" and r["order"] == "2")
    assert float(spin["value"]) == pytest.approx(-15.6e-3)
    assert spin["unit"] == "V/A²"
    assert float(spin["mesh error"]) == pytest.approx(3e-4, rel=1e-6, abs=0)
    assert float(spin["solver error"]) == pytest.approx(4e-10, rel=1e-6, abs=0)
    assert float(spin["correction"]) == pytest.approx(1e-4, rel=1e-6, abs=0)
    assert [r["value"] for r in rows if r["order"] == "3"] == [""] * 8


def test_table_has_the_units_of_papers(results):
    text = printed(print_table, results)
    assert "A [device]" in text
    baseline, spin = line_with(text, "baseline", "µΩ"), line_with(text, "spin", "µΩ")
    assert "95 ± 4 µΩ" in baseline and "7.7 ± 0.3 µV/mA²" in baseline
    assert "-45 ± 2 µΩ" in spin and "-15.6 ± 0.4 nV/mA²" in spin
    assert "± 0.03 solver" in text

    assert "470 ± 20 mΩ" in line_with(text, "baseline", "mΩ")
    assert "142 nV" in text and "12.0 µV" in text and "1.5 mA rms" in text
    assert "3e-13" in line_with(text, "thermal, P", "2e-11")
    assert "maxima at 2 mA" in text
    assert re.search(r"Py1 +40\.50 +9\.000", text) and re.search(r"Substrate +12\.50 +–", text)
    assert "10¹¹ A/m²" in text


def test_table_of_values_within_their_bars(results):
    """Zero, with the bar that hides the value."""
    error = results["schemes"]["thermal"]["signals"]["nonlocal"]["error"]["spin"]
    error["mesh"][1] = 19e-3
    assert "0 ± 20 nV/mA²" in line_with(printed(print_table, results), "spin", "µΩ")


def test_row_24_maxima_of_a_voltage_are_not_at_a_current(results):
    for found in results["schemes"].values():
        found["drive"] = {"unit": "V"}
    text = printed(print_table, results)
    assert "maxima" in text and "maxima at" not in text


def test_table_of_a_run_without_p_and_ap(results):
    for found in results["schemes"].values():
        found["configurations"] = {"left": found["configurations"]["P"]}
        del found["signals"], found["lock_in"]
        del found["configurations"]["left"]["probes"]["nonlocal"]["error"]
    text = printed(print_table, results)
    assert "72.500 µΩ" in line_with(text, "left", "µΩ")
    assert "spin" not in text and "±" not in text and "lock-in" not in text


def test_table_survives_what_is_null(results, tmp_path):
    write_results(tmp_path, results)
    read = json.loads((tmp_path / "results.json").read_text())
    assert "–" in line_with(printed(print_table, read), "baseline", "µΩ")


def test_compare_scales_the_heating(results):
    reference = load_reference(REFERENCE)
    ratios = compare_results(results, reference)
    names = {entry.name: entry for entry in reference.quantities}
    assert set(ratios) == set(names)
    expected = {
        "R2 baseline, Joule heat unscaled (ζ = 1)": 7.69 / 3.2 / 2.40,
        "R2 baseline, Joule heat scaled (ζ = 3.2)": 1,
        "R2 spin signal (ζ = 3.2)": 1,
        "R1 baseline": 1,
        "R1 spin signal": 1,
        "nonlocal spin valve, spin signal": 225 / 7.8,
        "nonlocal spin valve, background": 475 / 640,
        "largest temperature rise in FM1 at 2 mA": 40.5 / 40,
        "temperature gradient at the FM1/NM interface at 2 mA": 0.8,
        "spin accumulation at the FM1/NM interface at 2 mA": 0.8,
        "current density in FM1 at 2 mA": 9 / 8,
    }
    assert ratios == pytest.approx(expected)
    text = printed(compare_results, results, reference, width=250)
    assert "yes" in line_with(text, "R1 spin signal", "-45 µΩ", "1.00")
    assert "no" in line_with(text, "spin valve, spin signal", "225 mΩ", "28.8")

    results["config"]["heating"]["scale"] = 1.0
    for found in results["schemes"].values():
        found["signals"]["nonlocal"]["baseline"][1] /= 3.2
    ratios = compare_results(results, reference)
    assert ratios["R2 baseline, Joule heat scaled (ζ = 3.2)"] == pytest.approx(1)
    assert "largest temperature rise in FM1 at 2 mA" not in ratios


def test_compare_tells_opposite_signs(results):
    results["schemes"]["thermal"]["signals"]["nonlocal"]["spin"] *= -1
    text = printed(compare_results, results, load_reference(REFERENCE), width=250)
    assert "no: opposite sign" in line_with(text, "R1 spin signal")


def test_compare_says_what_is_missing(results):
    reference = load_reference(REFERENCE)
    del results["schemes"]["electrical"]
    del results["schemes"]["thermal"]["configurations"]["P"]["interfaces"]
    results["config"]["heating"] = {"model": "conserving", "scale": 1.0}
    text = printed(compare_results, results, reference, width=250)
    assert "no electrical in the results" in line_with(text, "spin valve, background")
    assert "needs heating.model: joule" in line_with(text, "R2 spin signal")
    assert "1.00" in line_with(text, "R1 baseline")
    results["config"]["output"]["current"] = 1e-3
    text = printed(compare_results, results, reference, width=250)
    assert "needs output.current: 2 mA" in line_with(text, "current density")


def test_configuration_names_its_reference():
    """The file is found beside the configuration; a mistake in it is told with its key."""
    config = load_config(REFERENCE.parents[1] / "slachter2010.yaml")
    assert config.output.reference == REFERENCE
    assert load_reference(config.output.reference).title.startswith("Slachter")


def test_mistake_in_a_reference(tmp_path):
    text = REFERENCE.read_text(encoding="utf-8").replace("order: 2", "order: 0", 1)
    (tmp_path / "paper.yaml").write_text(text, encoding="utf-8")
    says = r"paper.yaml: quantities\[0\].reading.order: must be greater than or equal to 1"
    with pytest.raises(InputError, match=says):
        load_reference(tmp_path / "paper.yaml")


def test_compare_reads_a_directory(results, tmp_path, capsys):
    write_results(tmp_path, results)
    assert compare(tmp_path, REFERENCE)["R1 baseline"] == pytest.approx(1)
    assert "Nature Physics" in capsys.readouterr().out
    with pytest.raises(InputError, match="slachter2011.yaml: no such file"):
        compare(tmp_path, tmp_path / "slachter2011.yaml")
    with pytest.raises(InputError, match="nothing to compare with; name the numbers of a paper with 'output"):
        compare(tmp_path)
    results["config"]["output"]["reference"] = str(REFERENCE)
    write_results(tmp_path, results)
    assert compare(tmp_path)["R1 spin signal"] == pytest.approx(1)
    (tmp_path / "results.json").write_text("{")
    with pytest.raises(InputError, match="not the results of a run"):
        compare(tmp_path)
    (tmp_path / "results.json").write_text('{"schema": 99}')
    with pytest.raises(InputError, match="written by a newer version \\(schema 99, here 1\\); install that"):
        compare(tmp_path)
    (tmp_path / "results.json").write_text('{"schema": 0}')
    with pytest.raises(InputError, match="written by an older version \\(schema 0, here 1\\); run it again"):
        compare(tmp_path)
    (tmp_path / "results.json").write_text('{"schema": "1"}')
    with pytest.raises(InputError, match="not the results of a run"):
        compare(tmp_path)


@pytest.mark.parametrize("shown", [SilentProgress, lambda: Progress(0, Console(file=io.StringIO()))])
def test_progress_is_logged(shown, caplog):
    """Stages and notes, whether or not they are shown; rank 0 alone logs."""
    caplog.set_level("INFO", logger="thermospin")
    for progress in (shown(), SilentProgress(rank=1)):
        with progress, progress.stage("assembly"):
            progress.note("thermal [P] 100 %")
    assert [record.getMessage() for record in caplog.records] == ["assembly", "thermal [P] 100 %"]


def test_progress_in_plain_lines():
    text = io.StringIO()
    with Progress(0, Console(file=text)) as progress:
        for _ in range(2):
            with progress.stage("assembly"):
                progress.note("thermal [P] order 1: 23 iterations")
    lines = [re.sub(r"^\[ *\d+\.\d\d s\] ", "", line) for line in text.getvalue().splitlines()]
    assert lines == ["assembly", "  thermal [P] order 1: 23 iterations"] * 2 + ["done"]
    assert list(progress.timings) == ["assembly"] and progress.timings["assembly"] > 0


def test_progress_on_a_terminal():
    text = io.StringIO()
    with Progress(0, Console(file=text, force_terminal=True)) as progress:
        with progress.stage("assembly"):
            progress.note("half way")
    assert "half way" in text.getvalue() and re.search(r"assembly: 0\.0\d s", text.getvalue())


def test_progress_is_silent_elsewhere_and_when_it_fails(capsys):
    with Progress(1) as progress, progress.stage("assembly"):
        progress.note("never shown")
    assert list(progress.timings) == ["assembly"]
    with pytest.raises(RuntimeError), Progress(0) as progress, progress.stage("solve"):
        raise RuntimeError
    captured = capsys.readouterr()
    assert "never" not in captured.err and "done" not in captured.err and "solve" in captured.err
    assert list(progress.timings) == ["solve"]


def test_silent_progress_adds_up_the_stages(capsys):
    progress = SilentProgress()
    for _ in range(2):
        with progress.stage("assembly"), progress.stage("spaces"):
            progress.note("never shown")
            time.sleep(0.01)
    assert 0.02 < progress.timings["spaces"] < progress.timings["assembly"] < progress.elapsed
    assert capsys.readouterr() == ("", "")
