"""Every shipped device made of films is meshed by columns, with regions of the right volumes."""

from pathlib import Path

import numpy as np
import pytest
import yaml
from mesh_measures import volume
from scipy.stats import qmc

from thermospin.runs.preparation import prepare_mesh
from thermospin.validation import load_config

pytestmark = pytest.mark.serial

NM = 1e-9
CONFIGS = Path(__file__).parents[2] / "configs"
POINTS = 2**14


def films():
    """The names of the configurations with solids or a template."""
    geometries = {
        file.name: yaml.safe_load(file.read_text()).get("geometry") for file in CONFIGS.glob("*.yaml")
    }
    return sorted(name for name, geometry in geometries.items() if geometry and "file" not in geometry)


def sampled(solids):
    """Volume of every region, nm³, by the share of points in the box around each solid that it wins.

    A region of several solids must be made of solids that do not overlap.
    """
    unit, found = qmc.Sobol(3, seed=1).random(POINTS), {}
    for solid in solids:
        low, high = bounds(solid.shape)
        points = low + unit * (high - low)
        best = np.max([np.where(s.shape.contains(points), s.priority, -np.inf) for s in solids], axis=0)
        won = solid.shape.contains(points) & (best == solid.priority)
        part = won.mean() * np.prod((high - low) / NM)
        found[solid.name] = found.get(solid.name, 0.0) + part
    return found


def bounds(shape):
    """Lowest and highest corner of a shape, m."""
    if hasattr(shape, "min"):
        return np.array(shape.min), np.array(shape.max)
    if hasattr(shape, "radii"):
        centre, (a, b) = np.array(shape.centre), shape.radii
        return centre - (a, b, 0), centre + (a, b, shape.height)
    corners = np.array(shape.points)
    return tuple(np.array([*f(corners, axis=0), z]) for f, z in zip((np.min, np.max), shape.z, strict=True))


@pytest.mark.parametrize("name", films())
def test_shipped_films(monkeypatch, name):
    monkeypatch.chdir(CONFIGS)  # layouts are named from there
    data = yaml.safe_load((CONFIGS / name).read_text())
    config = load_config(data | {"mesh": {"columns": {"levels": 1}}})
    record = prepare_mesh(config)
    for region, expected in sampled(config.geometry.resolved.solids).items():
        assert volume(record, region) == pytest.approx(expected, rel=0.01)
