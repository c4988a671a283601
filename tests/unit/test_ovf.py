"""Files of OVF 2.0: as others write them, round trips, and mistakes."""

import struct

import numpy as np
import pytest
from structured import grid as bricks

from thermospin.errors import InputError
from thermospin.output.vectors import on_grid
from thermospin.textures.ovf import VectorGrid, read_ovf, write_ovf
from thermospin.textures.table import read_table

pytestmark = pytest.mark.serial

HEADER = """# OOMMF OVF 2.0
#
# Segment count: 1
#
# Begin: Segment
# Begin: Header
#
# Title: m
# meshtype: rectangular
# meshunit: m
# xmin: 0
# ymin: 0
# zmin: 0
# xmax: 4e-09
# ymax: 2e-09
# zmax: 3e-09
# valuedim: 3
# valuelabels: m_x m_y m_z
# valueunits: 1 1 1
# Desc: Total simulation time:  0  s
# xbase: 1e-09
# ybase: 1e-09
# zbase: 1.5e-09
# xnodes: 2
# ynodes: 1
# znodes: 1
# xstepsize: 2e-09
# ystepsize: 2e-09
# zstepsize: 3e-09
#
# End: Header
#
"""
"""As mumax³ writes it."""


def foreign(kind):
    """A file of another program with the vectors x and −z."""
    if kind == "Text":
        data = b"1 0 0 \n0 0 -1 \n"
    else:
        code, check = ("f", 1234567.0) if kind == "Binary 4" else ("d", 123456789012345.0)
        data = struct.pack(f"<7{code}", check, 1, 0, 0, 0, 0, -1) + b"\n"
    return (
        f"{HEADER}# Begin: Data {kind}\n".encode() + data + f"# End: Data {kind}\n# End: Segment\n".encode()
    )


@pytest.mark.parametrize("kind", ["Text", "Binary 4", "Binary 8"])
def test_files_of_others_are_read(kind, tmp_path):
    path = tmp_path / "m.ovf"
    path.write_bytes(foreign(kind))
    found = read_ovf(path)
    assert found.vectors[:, 0, 0].tolist() == [[1, 0, 0], [0, 0, -1]]
    assert found.points == pytest.approx(np.array([[1e-9, 1e-9, 1.5e-9], [3e-9, 1e-9, 1.5e-9]]))
    table = read_table(path, 1.0, "nearest")
    assert table(np.array([[3.5e-9, 0.0, 0.0]])).tolist() == [[0, 0, -1]]


@pytest.mark.parametrize("kind, digits", [("text", 1e-15), ("binary 8", 0), ("binary 4", 1e-7)])
def test_round_trip(kind, digits, tmp_path):
    vectors = np.random.default_rng(5).normal(size=(4, 3, 2, 3))
    grid = VectorGrid(vectors, np.array([1e-9, -2e-9, 0.0]), np.array([1e-9, 2e-9, 3e-9]), "A/m")
    write_ovf(tmp_path / "m.ovf", grid, "m", kind)
    found = read_ovf(tmp_path / "m.ovf")
    assert np.abs(found.vectors - vectors).max() <= digits * np.abs(vectors).max()
    assert found.base.tolist() == grid.base.tolist()
    assert found.step.tolist() == grid.step.tolist()
    assert found.unit == "A/m"


@pytest.mark.parametrize(
    "content, says",
    [
        (b"# OOMMF: rectangular mesh v1.0\n", "not OVF 2.0"),
        (foreign("Binary 8")[:-70], "ends too early"),
        (foreign("Binary 4").replace(struct.pack("<f", 1234567.0), b"abcd"), "check value"),
        (foreign("Text").replace(b"# xnodes: 2\n", b""), "xnodes"),
        (foreign("Text").replace(b"# xnodes: 2\n", b"# xnodes: 0\n"), "numbers of nodes must be 1 or more"),
    ],
)
def test_mistakes_are_told(content, says, tmp_path):
    path = tmp_path / "m.ovf"
    path.write_bytes(content)
    with pytest.raises(InputError, match=says):
        read_ovf(path)


def test_a_linear_field_is_sampled_in_cubes():
    """Linear functions of tetrahedra are exact; cubes outside are 0."""
    points, cells = bricks(np.zeros(3, dtype=int), np.array([4, 2, 2]))
    points = points * 1e-9
    x = points[:, 0] / 4e-9
    vectors = np.column_stack([x, 0 * x, 1 - x])
    found = on_grid(points, cells, vectors, 1e-9)
    assert found.vectors.shape == (4, 2, 2, 3)
    angles = np.arctan2(found.vectors[..., 0], found.vectors[..., 2])
    middles = (np.arange(4) + 0.5) / 4
    assert angles == pytest.approx(
        np.broadcast_to(np.arctan2(middles, 1 - middles)[:, None, None], (4, 2, 2))
    )
