"""Files of OVF 2.0 through discretisedfield, of Ubermag; skipped without it: it needs many other packages."""

import numpy as np
import pytest

from thermospin.textures.ovf import VectorGrid, read_ovf, write_ovf
from thermospin.textures.table import read_table

ubermag = pytest.importorskip("discretisedfield")
pytestmark = pytest.mark.serial

KINDS = {"text": ("txt", 1e-15), "binary 4": ("bin4", 1e-7), "binary 8": ("bin8", 0.0)}
"""Name there, and relative rounding."""
BASE, STEP = np.array([0.5e-9, -1e-9, 1.5e-9]), np.array([1e-9, 2e-9, 3e-9])


def values(components):
    return np.random.default_rng(7).normal(size=(4, 3, 2, components))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("name", "components", "unit"), [("m", 3, ""), ("T", 1, "K"), ("torque", 3, "J/m^3"), ("J", 3, "A/m^2")]
)
def test_it_reads_what_is_written(name, components, unit, kind, tmp_path):
    grid = VectorGrid(values(components), BASE, STEP, unit)
    write_ovf(tmp_path / "f.ovf", grid, name, kind)
    found = ubermag.Field.from_file(tmp_path / "f.ovf")
    assert found.array == pytest.approx(grid.vectors, rel=KINDS[kind][1], abs=0)
    assert np.array(found.mesh.region.pmin) == pytest.approx(BASE - STEP / 2, rel=1e-12)
    assert np.array(found.mesh.cell) == pytest.approx(STEP, rel=1e-12)
    assert found.unit in ((unit,) if unit else ("1", None))


@pytest.mark.parametrize("kind", KINDS)
def test_round_trip_as_a_texture(kind, tmp_path):
    """The file that it writes of one of ours holds the same field and texture."""
    name, rounding = KINDS[kind]
    vectors = values(3)
    vectors /= np.linalg.norm(vectors, axis=3, keepdims=True)
    grid = VectorGrid(vectors, BASE, STEP)
    write_ovf(tmp_path / "first.ovf", grid, "m", kind)
    ubermag.Field.from_file(tmp_path / "first.ovf").to_file(tmp_path / "second.ovf", representation=name)
    found = read_ovf(tmp_path / "second.ovf")
    assert found.vectors == pytest.approx(vectors, rel=rounding, abs=0)
    assert found.points == pytest.approx(grid.points, rel=1e-12, abs=1e-24)
    texture = read_table(tmp_path / "second.ovf", 1.0, "nearest")
    assert texture(grid.points) == pytest.approx(vectors.reshape(-1, 3), abs=1e-6)
