"""Devices on refined meshes, on any number of ranks."""

import numpy as np
import pytest
from support import SilentProgress
from test_device_columns import BASELINE, DEVICE, SPIN

from thermospin.device import Device
from thermospin.device.on_mesh import device_on
from thermospin.meshes.columns.edges import is_singular, read_media
from thermospin.meshes.columns.layout import lay_out
from thermospin.meshes.columns.plan import read_plan
from thermospin.meshes.refinement.records import refine_record
from thermospin.runs.preparation import prepare_mesh, prepare_record, read_device
from thermospin.runs.problem import Problem
from thermospin.runs.simulation import solve
from thermospin.runtime.failures import on_root
from thermospin.validation import load_config

NM = 1e-9
BAR = {
    "geometry": {
        "template": "layer_stack",
        "layers": [
            {"name": "Left", "material": "Metal", "thickness": "20 nm"},
            {"name": "Right", "material": "Metal", "thickness": "30 nm"},
        ],
    },
    "materials": {
        "Metal": {
            "conductivity": "1e7 S/m",
            "thermal_conductivity": "100 W/m/K",
            "spin_diffusion_length": "100 nm",
        }
    },
    "interfaces": [{"between": ["Left", "Right"], "conductance": "2.5e14 S/m^2"}],
    "mesh": {"interface_size": "10 nm", "max_size": "10 nm"},
    "schemes": {"along": {"bottom": "current", "top": "ground"}},
    "probes": {"ends": ["bottom", "top"]},
    "solver": {"degree": 1, "orders": 1},
}


def refined_problem(config, comm, choose, rounds):
    """A device on a mesh refined some times, where `choose` tells from a record (collective)."""

    def make():
        record = prepare_mesh(config)
        for _ in range(rounds):
            record = refine_record(record, choose(record), getattr(config.geometry, "resolved", None))
        return prepare_record(config, record)

    record = on_root(comm, make)
    progress = SilentProgress()
    return Problem(config, read_device(device_on(config, record), record, comm, progress), progress)


def test_refined_bar_ranks(comm):
    """Ohm's law holds on any mesh that conforms and whose interface is cut along all its parts."""
    problem = refined_problem(load_config(BAR), comm, lambda record: np.arange(record.cells) % 7 == 0, 2)
    resistance = (50 * NM / 1e7 + 1 / 2.5e14) / (10 * NM) ** 2
    found = solve(problem, SilentProgress()).harmonics("along", "P", "ends")
    assert found[0] == pytest.approx(resistance)


def singular_edges(config):
    """Ends of the horizontal edges at which currents are singular, m, shape (n, 2, 3)."""
    geometry = config.geometry.resolved
    plan = read_plan(geometry, 32)
    layout = lay_out(plan)
    device = Device.of(config)
    sets = frozenset(device.magnets), frozenset(device.insulators)
    media = read_media(layout.regions, plan.names, geometry.materials, *sets)
    line, height = np.nonzero(is_singular(media.conductors, *layout.sides.T))
    z = np.broadcast_to(plan.heights[height][:, None, None], (len(height), 2, 1))
    return np.concatenate([layout.points[layout.edges[line]], z], axis=2)


def distances(points, edges):
    """Distance of every point from the nearest of some edges, m."""
    nearest = np.full(len(points), np.inf)
    for start, end in edges:
        along = end - start
        part = np.clip((points - start) @ along / (along @ along), 0, 1)
        nearest = np.minimum(nearest, np.linalg.norm(points - start - part[:, None] * along, axis=1))
    return nearest


def large_at(edges, finest):
    """A choice of the cells that are larger than their distance from the edges and than a size, m.

    The size grows with the distance from the device's centre, where the probes are.
    """

    def choose(record):
        corners = record.array("points")[record.array("cells")]
        size = np.linalg.norm(corners[:, :, None] - corners[:, None], axis=3).max(axis=(1, 2))
        centre = corners.mean(axis=1)
        least = finest * np.maximum(1, np.linalg.norm(centre, axis=1) / (200 * NM))
        return size > np.maximum(least, 1.5 * distances(centre, edges))

    return choose


@pytest.mark.slow
def test_slachter_refined_at_its_edges(comm):
    """Both signals come closer to those of an independent program each time the cells at edges are halved."""
    sizes = {"interface_size": "20 nm", "elements_across_film": 1, "max_size": "150 nm", "film_aspect": 3}
    config = load_config(DEVICE | {"mesh": sizes})
    edges = singular_edges(config)
    errors = []
    for finest in (100, 50, 25):
        problem = refined_problem(config, comm, large_at(edges, finest * NM), rounds=4)
        results = solve(problem, SilentProgress())
        baseline, spin = (of("thermal", "nonlocal")[1] for of in (results.baseline, results.spin_signal))
        errors.append((1 - baseline / BASELINE, 1 - spin / SPIN))
        problem.free()
    assert np.all(np.diff(errors, axis=0) < 0)
    assert 0 < errors[-1][0] < 0.025
    assert 0 < errors[-1][1] < 0.1
