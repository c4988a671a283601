"""The command line, from a file to files: results, meshes and their pictures, mistakes that a mesh shows."""

import json
import os
import shutil
import subprocess

import numpy as np
import pytest
import pyvista as pv
import yaml
from click.testing import CliRunner
from lateral import device, solved
from matplotlib.colors import rgb_to_hsv, to_rgb

from thermospin.cli import main
from thermospin.meshes.record import MeshRecord
from thermospin.output.mesh_picture import region_colours
from thermospin.validation import load_config

MAP = {"field": "T", "order": 2, "slice": {"z": "6 nm"}}


def command(*arguments):
    """Run a command on all ranks (collective)."""
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def write_config(directory, comm, config, name="device.yaml"):
    """Write a configuration where all ranks see it (collective)."""
    file = directory / name
    if comm.rank == 0:
        file.write_text(yaml.safe_dump(json.loads(json.dumps(config)), sort_keys=False))
    comm.Barrier()
    return file


@pytest.fixture(scope="module")
def finished(comm, tmp_path_factory):
    """A directory with device.yaml and the results of `thermospin run` in out/."""
    directory = comm.bcast(tmp_path_factory.mktemp("run"))
    solver = {"orders": 2, "estimate": True}
    config = device(output={"current": "1 mA", "maps": [MAP]}, solver=solver)
    file = write_config(directory, comm, config)
    result = command("run", file, "-o", directory / "out")
    assert result.exit_code == 0, result.output + str(result.exception)
    comm.Barrier()
    return directory


def test_files_of_a_run(finished):
    out = finished / "out"
    results = json.loads((out / "results.json").read_text())
    assert results["schemes"]["thermal"]["configurations"]["AP"]["probes"]["nonlocal"]["R"]
    assert (out / results["mesh"]["file"]).is_file()
    assert results["mesh"].keys() >= {"file", "hash", "cells"}
    suffixes = {file.suffix for file in out.rglob("*") if file.is_file()}
    assert {".json", ".csv", ".msh", ".png", ".vtu"} <= suffixes
    assert not [file for file in out.rglob("*") if file.name.startswith(".")]


def test_results_of_a_run_are_those_of_the_interface(finished, comm):
    results = json.loads((finished / "out" / "results.json").read_text())
    expected = solved(device(solver={"orders": 2}), comm)
    for scheme, data in results["schemes"].items():
        for name, found in data["configurations"].items():
            r = found["probes"]["nonlocal"]["R"]
            np.testing.assert_allclose(r, expected.harmonics(scheme, name, "nonlocal"), rtol=1e-9)


def test_resolved_configuration_runs_again(finished):
    config = json.loads((finished / "out" / "results.json").read_text())["config"]
    assert load_config(config).resolved() == config


def test_validate(finished, comm):
    result = command("validate", finished / "device.yaml")
    assert result.exit_code == 0
    if comm.rank == 0:
        assert result.stdout.startswith(f"{finished / 'device.yaml'}: valid")


def on_the_mesh_of(directory):
    """The device on the mesh beside its results, with regions and terminals by their physical names."""
    config = device(solver={"orders": 2}, output={"fields": False})
    regions = {solid["name"]: solid["material"] for solid in config["geometry"]["solids"]}
    config["geometry"] = {"file": str(directory / "out" / "mesh.msh"), "unit": "m", "regions": regions}
    config["terminals"] = {
        name: {"surface": name, "sink": terminal.get("sink", False)}
        for name, terminal in config["terminals"].items()
    }
    del config["mesh"]
    return config


def test_mesh_of_a_run_is_used_again(finished, comm, shared_directory):
    file = write_config(shared_directory, comm, on_the_mesh_of(finished))
    result = command("run", file, "-o", shared_directory / "out")
    assert result.exit_code == 0, result.output + str(result.exception)
    comm.Barrier()
    found, expected = (
        json.loads((directory / "out" / "results.json").read_text())["schemes"]
        for directory in (shared_directory, finished)
    )
    for scheme in expected:
        for name in ("P", "AP"):
            r = [at[scheme]["configurations"][name]["probes"]["nonlocal"]["R"] for at in (found, expected)]
            np.testing.assert_allclose(*r, rtol=1e-8)


def draw(comm, file, out):
    """Make and draw the mesh of a configuration; its picture's shares of the colours of the regions."""
    result = command("mesh", file, "-o", out)
    assert result.exit_code == 0, result.output + str(result.exception)
    assert (f"picture: {out / 'mesh.png'}" in result.stdout) == (comm.rank == 0)
    comm.Barrier()
    hue, saturation, _ = rgb_to_hsv(pv.read(out / "mesh.png")["PNGImage"][:, :3] / 255).T
    return {
        name: float(np.mean((np.abs(hue - rgb_to_hsv(to_rgb(colour))[0]) < 0.02) & (saturation > 0.3)))
        for name, colour in region_colours(MeshRecord.load(out)).items()
    }


def test_mesh_is_drawn_without_the_substrate(finished, comm, shared_directory):
    """A colour of the legend fills a thousandth of the picture."""
    out = shared_directory / "mesh"
    shares = draw(comm, finished / "device.yaml", out)
    assert shares.keys() == {"Py1", "Cu", "Py2", "Sub"}
    assert min(shares[name] for name in ("Py1", "Cu", "Py2")) > 0.01, shares
    assert shares["Sub"] == 0
    files = {file.name: file.read_bytes() for file in out.iterdir()}
    comm.Barrier()
    assert draw(comm, finished / "device.yaml", out) == shares
    assert {file.name: file.read_bytes() for file in out.iterdir()} == files


def test_mesh_of_a_file_is_drawn(finished, comm, shared_directory):
    file = write_config(shared_directory, comm, on_the_mesh_of(finished))
    shares = draw(comm, file, shared_directory / "mesh")
    assert min(shares[name] for name in ("Py1", "Cu", "Py2")) > 0.01, shares
    assert shares["Sub"] == 0


def test_mesh_that_cannot_be_made_or_written(finished, comm, shared_directory):
    file = write_config(shared_directory, comm, device() | solids(HOLE | {"priority": -1}))
    result = command("mesh", file, "-o", shared_directory / "mesh")
    check_mistake(comm, result, file, "geometry.solids[5].priority", "is hidden")
    assert not (shared_directory / "mesh").exists()
    taken = finished / "device.yaml"
    result = command("mesh", taken, "-o", taken)
    check_mistake(comm, result, taken, "cannot write", "File exists")


def test_installed_command(finished, comm):
    """The script itself, in a process of its own, which does not know of the ranks of the tests."""
    if comm.rank > 0:
        return
    script = shutil.which("thermospin")
    assert script, "the package is not installed"
    launcher = ("MPI", "OMPI", "PMI", "HYD")
    environment = {key: value for key, value in os.environ.items() if not key.startswith(launcher)}
    options = {"capture_output": True, "text": True, "env": environment}
    validate = [script, "validate", finished / "device.yaml"]
    good = subprocess.run(validate, **options)
    assert (good.returncode, good.stderr) == (0, "")
    bad = subprocess.run([*validate, "--set", "solver.degree=4"], **options)
    assert bad.returncode == 2
    assert bad.stderr.startswith("error: ")
    assert bad.stderr.count("\n") == 1


ISLAND = {
    "name": "Island",
    "material": "Cu",
    "box": {"min": ["30 nm", "-150 nm", "0 nm"], "max": ["80 nm", "-110 nm", "20 nm"]},
}
AWAY = ISLAND | {"box": {"min": ["200 nm", "0 nm", "0 nm"], "max": ["240 nm", "40 nm", "20 nm"]}}
HOLE = ISLAND | {"box": {"min": ["-60 nm", "-20 nm", "-30 nm"], "max": ["-40 nm", "0 nm", "-10 nm"]}}
PILLAR = {
    "name": "Pillar",
    "material": "Cu",
    "cylinder": {"centre": ["-50 nm", "55 nm", "12 nm"], "radii": ["20 nm", "15 nm"], "height": "20 nm"},
}
ISLAND_TERMINAL = {"region": "Island", "face": "zmax"}


def plus(section, **entries):
    """Further entries of a section."""
    return {section: device()[section] | entries}


def solids(*more):
    return {"geometry": {"solids": [*device()["geometry"]["solids"], *more]}}


MISTAKES = {
    "conductor without a ground": (
        solids(ISLAND),
        "schemes.thermal",
        "the conductor Island is not connected",
    ),
    "body without a sink": (
        solids(AWAY)
        | plus("terminals", island=ISLAND_TERMINAL)
        | {"schemes": {"thermal": {"contact1": "current", "contact2": "ground", "island": "ground"}}},
        "terminals",
        "Island is not connected to any heat sink",
    ),
    "open circuit": (
        solids(ISLAND)
        | plus("terminals", island=ISLAND_TERMINAL)
        | {"schemes": {"thermal": {"contact1": "current", "island": "ground"}}},
        "schemes.thermal",
        "is not connected to any ground",
    ),
    "region without such a face": (
        solids(PILLAR) | plus("terminals", pillar={"region": "Pillar", "face": "xmax"}),
        "terminals.pillar",
        "no flat face at xmax",
    ),
    "face against another region": (
        plus("terminals", inner={"region": "Py2", "face": "zmin"}),
        "terminals.inner",
        "lies against another region",
    ),
    "face inside": (
        solids(HOLE | {"priority": 3}) | plus("terminals", inner={"region": "Island", "face": "ymin"}),
        "terminals.inner",
        "lies against another region",
    ),
    "solid that is hidden": (
        solids(HOLE | {"priority": -1}),
        "geometry.solids[5].priority",
        "is hidden",
    ),
    "overlap without priorities": (
        solids(PILLAR | {"priority": 2, "cylinder": PILLAR["cylinder"] | {"centre": [-50e-9, 55e-9, 6e-9]}}),
        "geometry.solids[5].priority",
        "overlap with the same priority",
    ),
    "interface that does not exist": (
        plus("mesh", interfaces=[["Py1", "Py2"]]),
        "mesh.interfaces[0]",
        "do not touch",
    ),
    "size of an unknown region": (
        plus("mesh", region_max_size={"Gold": "5 nm"}),
        "mesh.region_max_size.Gold",
        "no region Gold",
    ),
    "surface of solids by name": (
        plus("terminals", named={"surface": "contact"}),
        "terminals.named",
        "pick the terminal by region and face",
    ),
}


@pytest.mark.parametrize(("sections", "key", "words"), MISTAKES.values(), ids=MISTAKES)
def test_mistake_that_the_mesh_shows(comm, shared_directory, sections, key, words):
    file = write_config(shared_directory, comm, device(**sections))
    check_mistake(comm, command("run", file, "-o", shared_directory / "out"), file, key, words)
    assert not (shared_directory / "out").exists()


def check_mistake(comm, result, file, key, words):
    assert result.exit_code == 2, result.output + str(result.exception)
    if comm.rank > 0:
        return
    errors = [line for line in result.stderr.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1
    assert errors[0].startswith(f"error: {file}: {key}"), errors[0]
    assert words in errors[0]


FILE_MISTAKES = {
    "terminal on an insulator": (
        "probes.nonlocal=[contact3, bottom]",
        "probes.nonlocal",
        "lies on an insulator",
    ),
    "surface that is not there": (
        "terminals.contact3.surface=contact33",
        "terminals.contact3",
        "contact33",
    ),
    "region that is not there": ("geometry.regions={Py1: Py}", "geometry.regions", "Cu"),
    "file that is not there": ("geometry.file=nothing.msh", "geometry.file", "No such file"),
}


@pytest.mark.parametrize(("change", "key", "words"), FILE_MISTAKES.values(), ids=FILE_MISTAKES)
def test_mistake_about_a_mesh_file(finished, comm, shared_directory, change, key, words):
    file = write_config(shared_directory, comm, on_the_mesh_of(finished))
    check_mistake(comm, command("run", file, "--set", change), file, key, words)
