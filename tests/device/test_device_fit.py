"""Fits of devices: parameters found again from readings that a device with known ones has."""

import json

import numpy as np
import pytest
from support import COMPARES_RANKS
from test_device_sensitivity import JOULE, MAGNET, METAL, stack

from thermospin.compat import MPI
from thermospin.config.inputs import with_values
from thermospin.errors import InputError
from thermospin.output import SilentProgress
from thermospin.runs.fit import fit
from thermospin.runs.fit_model import FitModel
from thermospin.runs.fit_plan import FitPlan
from thermospin.runs.problem import Problem
from thermospin.runs.sampling import readings_of
from thermospin.runs.simulation import solve
from thermospin.validation import load_config

TRUTH = {"materials.F.spin_seebeck": (-6e-6, "V/K"), "heating.scale": (2.6, "")}
FIT = {"parameters": {"materials.F.spin_seebeck": {"bounds": ["-20 uV/K", "-1 uV/K"]}, "heating.scale": {}}}
ROWS = [("P", 2), ("AP", 2), ("spin", 2)]


def device(fit=None, **sections):
    config = stack(JOULE, degree=1, orders=2, estimate=False) | sections
    return config | ({"fit": fit} if fit else {})


def measured(config, comm, rows=ROWS):
    """Readings of a configuration by name and order."""
    with Problem.of(config, comm) as problem:
        found = readings_of(problem)
    return [(name, order, found["t", "v", name, order]) for name, order in rows]


def table(path, rows, uncertainty=0.01, noise=0.0):
    """Write data with a relative uncertainty, and noise in units of it."""
    lines = ["configuration or signal,order,value,uncertainty"]
    for (name, order, value), away in zip(rows, np.broadcast_to(noise, len(rows)), strict=True):
        size = float(uncertainty * abs(value))
        lines.append(f"{name},{order},{float(value + away * size)!r},{size!r}")
    path.write_text("\n".join(lines), encoding="utf-8")
    return str(path)


@pytest.fixture(scope="module")
def true_rows(comm):
    nominal = load_config(device())
    return measured(with_values(nominal, [(k, v, u) for k, (v, u) in TRUTH.items()]), comm)


def test_the_truth_is_found_again(true_rows, shared_directory, comm):
    """Without noise χ² is 0, and the fit goes on from what a killed one has left."""
    if comm.rank == 0:
        table(shared_directory / "m.csv", true_rows)
    comm.barrier()
    config = load_config(device(FIT | {"data": str(shared_directory / "m.csv")}))
    found = fit(config, shared_directory / "out", comm=comm)
    for key, (value, _) in TRUTH.items():
        assert found.value(key)[0] == pytest.approx(value, rel=1e-6)
    assert found.data["chi2"] < 1e-8
    assert found.data["undetermined"] == []
    kept = sorted((shared_directory / "out" / "evaluations").iterdir())
    again = fit(config, shared_directory / "out", comm=comm)
    assert again.data == found.data
    assert sorted((shared_directory / "out" / "evaluations").iterdir()) == kept
    assert {path.name for path in (shared_directory / "out").iterdir()} >= {
        "fit.json",
        "fit.png",
        "fitted.yaml",
        "residuals.csv",
    }
    fitted = load_config(shared_directory / "out" / "fitted.yaml")
    assert fitted.material("F").spin_seebeck == pytest.approx(-6e-6, rel=1e-6)


def test_a_fitted_device_has_the_errors_of_its_data(true_rows, shared_directory, comm):
    """Two readings fix two numbers: with their correlation, readings are as uncertain as the data.

    The fitted device is the prior of a second fit: the same data once more make errors √2 smaller.
    """
    if comm.rank == 0:
        table(shared_directory / "two.csv", true_rows[:2])
    comm.barrier()
    asked = {"fit": FIT | {"data": str(shared_directory / "two.csv")}}
    first = fit(load_config(device() | asked), comm=comm)
    document = first.files["two"]
    (correlation,) = document["correlations"]
    assert abs(correlation["value"]) > 0.9
    with Problem.of(load_config(document), comm) as problem:
        found = solve(problem, SilentProgress(), keep_fields=False).data
    for state, order, value in true_rows[:2]:
        error = found["schemes"]["t"]["configurations"][state]["probes"]["v"]["error"]["materials"]
        assert error[order - 1] == pytest.approx(0.01 * abs(value), rel=1e-2)
    second = fit(load_config({**document, **asked}), comm=comm)
    for key, (value, _) in TRUTH.items():
        assert second.value(key) == pytest.approx((value, first.value(key)[1] / 2**0.5), rel=1e-3)


def scale_fit(directory, comm, rows, seebeck=-6e-6, **fit):
    """The fit of ζ alone to the spin signal, with a given S_s."""
    if comm.rank == 0:
        table(directory / "one.csv", rows[-1:])
    comm.barrier()
    config = device({"parameters": {"heating.scale": {}}, "data": str(directory / "one.csv")} | fit)
    return with_values(load_config(config), [("materials.F.spin_seebeck", seebeck, "V/K")])


def test_profile_and_assumption(true_rows, shared_directory, comm):
    """R2 is linear in ζ: the profile is a parabola, and one step with another S_s ends where a fit does."""
    asked = {"profile": ["heating.scale"], "assumptions": {"materials.F.spin_seebeck": "-9 uV/K"}}
    found = fit(scale_fit(shared_directory, comm, true_rows, **asked), shared_directory / "one", comm=comm)
    value, error = found.value("heating.scale")
    assert (value, error) == pytest.approx((2.6, 0.026), rel=1e-5)
    (along,) = found.data["profiles"]
    assert along["interval"] == pytest.approx([value - error, value + error], rel=1e-5)
    (moved,) = found.data["assumptions"]
    other = fit(scale_fit(shared_directory, comm, true_rows, -9e-6), comm=comm).value("heating.scale")[0]
    assert other < 0.8 * value
    assert value + moved["shifts"][0] == pytest.approx(other, rel=1e-5)
    assert comm.rank > 0 or (shared_directory / "one" / "profile.png").exists()


def test_readings_in_volts_per_volt(shared_directory, comm):
    """A divider of three films, without spins and heat: σ in closed form; χ² of two readings, each off."""
    below, middle, above = 20e-9 / 4e6, 15e-9 / 4.26e7, 10e-9 / 4e6
    share = (below + middle / 2) / (below + middle + above)
    if comm.rank == 0:
        table(shared_directory / "v.csv", [("P", 1, share), ("AP", 1, share)], 1e-3, [1.0, -1.0])
    comm.barrier()
    sections = {
        "interfaces": [],
        "materials": {
            "F": MAGNET | {"polarisation": 1e-9, "spin_seebeck": 0, "seebeck": 0},
            "N": METAL | {"seebeck": 0},
        },
        "terminals": {"side": {"region": "C", "face": "xmin"}},
        "schemes": {"t": {"bottom": "ground", "top": {"voltage": "1 mV"}}},
        "probes": {"v": ["side", "bottom"]},
    }
    wanted = {
        "parameters": {"materials.N.conductivity": {"start": "4e7 S/m"}},
        "data": str(shared_directory / "v.csv"),
    }
    found = fit(load_config(device(wanted, **sections)), comm=comm)
    value, error = found.value("materials.N.conductivity")
    assert value == pytest.approx(4.26e7, rel=1e-6)
    assert found.data["chi2"] == pytest.approx(2, rel=1e-6)
    resistance = below + above
    slope = (above - below) / 2 / (resistance + middle) ** 2 * -middle / value  # of the share by σ
    assert error == pytest.approx(1e-3 * share / 2**0.5 / abs(slope), rel=1e-3)
    assert found.data["residuals"][0]["drive"] == "V"


@COMPARES_RANKS
def test_a_fit_does_not_depend_on_ranks(true_rows, shared_directory, comm):
    """Values, errors and derivatives of one rank and of several."""
    config = scale_fit(shared_directory, comm, true_rows)
    found = fit(config, comm=comm)
    if comm.rank == 0:
        alone = fit(config, comm=MPI.COMM_SELF)
        assert found.value("heating.scale") == pytest.approx(alone.value("heating.scale"), rel=1e-7)
        models = [one.data["residuals"][0]["model"] for one in (found, alone)]
        assert models[0] == pytest.approx(models[1], rel=1e-7)


@pytest.mark.slow
def test_posterior_of_the_device_itself(true_rows, shared_directory, comm):
    """It is that of the linear model, as R2 is linear in ζ; what it costs is said before."""
    asked = {"method": "posterior", "posterior": "full", "samples": 400}
    told = []
    config = scale_fit(shared_directory, comm, true_rows, **asked)
    found = fit(config, shared_directory / "full", told.append, comm=comm)
    value, error = found.value("heating.scale")
    assert found.samples.shape == (400, 1)
    assert abs(found.samples.mean() - value) < error
    assert 0.5 * error < found.samples.std() < 2 * error
    if comm.rank == 0:
        assert any("posterior of the model itself: 444 evaluations of 1 devices" in line for line in told)


@pytest.mark.slow
def test_covariance_is_that_of_differences(true_rows, shared_directory, comm):
    """(JᵀJ)⁻¹ with J by differences of whole runs."""
    if comm.rank == 0:
        table(shared_directory / "m.csv", true_rows)
    comm.barrier()
    found = fit(load_config(device(FIT | {"data": str(shared_directory / "m.csv")})), comm=comm)
    columns = []
    for key in TRUTH:
        ends = []
        for sign in (1, -1):
            values = {k: (v * (1 + 1e-3 * sign * (k == key)), u) for k, (v, u) in TRUTH.items()}
            config = with_values(load_config(device()), [(k, v, u) for k, (v, u) in values.items()])
            ends.append(np.array([value for *_, value in measured(config, comm)]))
        columns.append((ends[0] - ends[1]) / (2e-3 * TRUTH[key][0]))
    sizes = 0.01 * np.abs([value for *_, value in true_rows])
    weighted = np.array(columns).T / sizes[:, None]
    np.testing.assert_allclose(found.data["covariance"], np.linalg.inv(weighted.T @ weighted), rtol=1e-4)
    assert json.dumps(found.data)


def test_only_a_product_is_fixed_on_all_ranks(true_rows, shared_directory, comm):
    """R2 of a spin signal goes with ζ S_s: neither of them is known by it alone."""
    if comm.rank == 0:
        table(shared_directory / "m.csv", true_rows[-1:] * 2)
    comm.barrier()
    config = load_config(device(FIT | {"data": str(shared_directory / "m.csv")}))
    (told,) = fit(config, comm=comm).data["undetermined"]
    assert told.startswith("only ")
    assert "materials.F.spin_seebeck" in told
    assert "heating.scale" in told
    assert "fixed by the data: 0.7" in told  # 1 % of either reading


@pytest.mark.slow
def test_priors_and_uncertain_numbers(true_rows, shared_directory, comm):
    """A number that is uncertain takes part with its prior, and is known no worse than by it."""
    if comm.rank == 0:
        table(shared_directory / "m.csv", true_rows)
    comm.barrier()
    materials = {"F": MAGNET, "N": METAL | {"thermal_conductivity": "300(30) W/(m K)"}}
    wanted = {
        "parameters": {"heating.scale": {"prior": "2.6 +/- 0.1"}},
        "data": str(shared_directory / "m.csv"),
    }
    found = fit(load_config(device(wanted, materials=materials)), comm=comm).data
    by_key = {p["key"]: p for p in found["parameters"]}
    assert by_key["heating.scale"]["prior"] == [2.6, 0.1]
    assert by_key["materials.N.thermal_conductivity"]["prior"] == pytest.approx([300, 30])
    assert 0 < by_key["materials.N.thermal_conductivity"]["error"] <= 30 * (1 + 1e-9)
    assert found["freedom"] == 3


def test_two_devices_with_values_of_their_own(true_rows, shared_directory, comm):
    """One S_s for both, and ζ for each."""
    nominal = load_config(device())
    other = measured(
        with_values(nominal, [("materials.F.spin_seebeck", -6e-6, "V/K"), ("heating.scale", 1.5, "")]), comm
    )
    if comm.rank == 0:
        table(shared_directory / "a.csv", true_rows)
        table(shared_directory / "b.csv", other)
    comm.barrier()
    wanted = {
        "parameters": {
            "materials.F.spin_seebeck": {"start": "-5 uV/K"},
            "heating.scale": {"per_device": True},
        },
        "data": [str(shared_directory / f"{name}.csv") for name in "ab"],
    }
    found = fit(load_config(device(wanted)), groups=min(2, comm.size), comm=comm)
    assert found.value("heating.scale @ a")[0] == pytest.approx(2.6, rel=1e-6)
    assert found.value("heating.scale @ b")[0] == pytest.approx(1.5, rel=1e-6)
    assert found.value("materials.F.spin_seebeck")[0] == pytest.approx(-6e-6, rel=1e-6)


def test_a_record_belongs_to_the_content_of_files(monkeypatch, true_rows, shared_directory, comm):
    """Another mesh of the same name makes other records; a record that cannot be kept ends the fit."""
    if comm.rank == 0:
        table(shared_directory / "m.csv", true_rows)
    comm.barrier()
    plan = FitPlan.of(load_config(device(FIT | {"data": str(shared_directory / "m.csv")})))
    model = FitModel(plan, shared_directory / "kept", SilentProgress(), 1, comm)
    point = plan.points[0]
    assert model._digest(point, point.config, "a", True) != model._digest(point, point.config, "b", True)

    def refuse(path, data):
        raise InputError("cannot write: no space", file=str(path))

    monkeypatch.setattr("thermospin.runs.fit_model.write_json", refuse)
    with pytest.raises(InputError, match="evaluations.*cannot write"):
        model.predict(np.array([parameter.start for parameter in plan.parameters]))
    model.clear()


def test_nothing_depends_on_a_parameter(true_rows, shared_directory, comm):
    if comm.rank == 0:
        table(shared_directory / "m.csv", [("P", 1, 1.0), ("AP", 1, 2.0)])
    comm.barrier()
    config = load_config(
        device({"parameters": {"heating.scale": {}}, "data": str(shared_directory / "m.csv")})
    )
    with pytest.raises(
        InputError, match="fit.parameters.heating.scale: no reading of the data depends on it"
    ):
        fit(config, comm=comm)
