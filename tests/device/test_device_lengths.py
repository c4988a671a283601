"""Derivatives by lengths on a moved mesh, against closed forms and whole runs on meshes of their own."""

import numpy as np
import pytest
from support import prepare_problem
from test_device_sensitivity import JOULE, MAGNET, METAL, stack

from thermospin.errors import InputError
from thermospin.output import SilentProgress
from thermospin.runs.sampling import SEED, sample
from thermospin.runs.sensitivity import find_sensitivities, with_linear
from thermospin.validation import load_config


def device(**changes):
    config = stack(JOULE, degree=1, orders=2)
    config["parameters"] = {"t": "10 nm", "w": "20 +/- 0.2 nm"}
    config["geometry"]["layers"][2]["thickness"] = "t"
    config["geometry"]["width"] = "w"
    return config | changes


@pytest.fixture(scope="module")
def problem(comm):
    return prepare_problem(device(), comm)


@pytest.fixture(scope="module")
def found(problem):
    return find_sensitivities(problem, SilentProgress())


def test_by_the_width(found):
    """All depends on z alone: R1 goes with 1/width, and R2 with its square, as the current density does."""
    keys = [parameter["key"] for parameter in found["parameters"]]
    for row in found["readings"]:
        assert row["relative"][keys.index("parameters.w")] == pytest.approx(-row["order"], rel=1e-5)


def test_draws_of_a_width(found, problem):
    """The mesh moves to every width that is drawn: R1 goes with 1/width, R2 with its square."""
    drawn = with_linear(sample(problem, 3, SilentProgress()), found, problem.config)["readings"]
    widths = np.random.default_rng(SEED).normal(20, 0.2, 3) / 20
    for read, row in zip(drawn, found["readings"], strict=True):
        assert [read[key] for key in ("name", "order")] == [row[key] for key in ("name", "order")]
        size, n = abs(row["value"]), row["order"]
        assert read["deviation"] == pytest.approx(size * np.std(widths**-n, ddof=1), rel=1e-4, abs=0)
        assert read["linear"] == pytest.approx(size * n * 0.01, rel=1e-5, abs=0)


def test_by_a_thickness(comm):
    """Without spins and thermoelectricity R1 is a sum over layers: dR1/dt = 1/(σ A)."""
    magnet = MAGNET | {"polarisation": 0, "seebeck": 0, "spin_seebeck": 0, "magnetic": True}
    materials = {"F": magnet, "N": METAL | {"seebeck": 0}}
    config = device(
        materials=materials, interfaces=[{"between": ["A", "C"], "area_resistance": "1e-15 ohm m^2"}]
    )
    data = find_sensitivities(prepare_problem(config, comm), SilentProgress())
    place = [parameter["key"] for parameter in data["parameters"]].index("parameters.t")
    for row in data["readings"]:
        if (row["name"], row["order"]) in {("P", 1), ("AP", 1), ("baseline", 1)}:
            assert row["derivatives"][place] == pytest.approx(1e-9 / (4e6 * 20e-9 * 10e-9), rel=1e-6)


def test_faces_that_would_move_apart(comm):
    solids = [
        {"name": "A", "material": "F", "box": {"min": [0, 0, 0], "max": ["L", "20 nm", "10 nm"]}},
        {"name": "C", "material": "N", "box": {"min": [0, 0, "10 nm"], "max": ["40 nm", "20 nm", "30 nm"]}},
    ]
    config = device(parameters={"L": "40 nm"}, geometry={"solids": solids}, interfaces=[])
    config["terminals"] = {
        "bottom": {"region": "A", "face": "zmin", "sink": True},
        "top": {"region": "C", "face": "zmax", "sink": True},
    }
    assert load_config(config)
    with pytest.raises(InputError, match="parameters.L: the mesh cannot follow.*faces that lie in one plane"):
        find_sensitivities(prepare_problem(config, comm), SilentProgress())
