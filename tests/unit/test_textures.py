"""Magnetisation textures against their closed forms."""

import meshio
import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from thermospin.config.textures import Magnetisation
from thermospin.errors import InputError
from thermospin.textures import Texture
from thermospin.textures.table import Table

pytestmark = pytest.mark.serial

NM = 1e-9
POINTS = np.random.default_rng(7).uniform(-100 * NM, 100 * NM, (300, 3))
X, Y, Z = POINTS.T
EX, EY, EZ = np.eye(3)


def texture(entry):
    """The texture of an entry of the configuration's section `magnetisation`."""
    return Texture(
        TypeAdapter(Magnetisation).validate_python(entry).vectors, "magnetisation.F1", "device.yaml"
    )


def at(entry, *points):
    return texture(entry)(np.array(points, dtype=float))


def close(vectors, expected):
    return vectors == pytest.approx(np.asarray(expected), rel=0, abs=1e-12)


def combined(cos, sin, first, second):
    return np.outer(cos, first) + np.outer(sin, second)


ALL = {
    "formula": {"formula": ["x/nm", "2", "tanh(z/nm)"]},
    "bloch": {"wall": "bloch", "width": "20 nm", "axis": [1, 1, 0]},
    "neel": {"wall": "neel", "width": "1 nm", "axis": "z", "chirality": -1},
    "head to head": {"wall": "head_to_head", "width": "20 nm", "through": "y"},
    "rotation": {"rotation": ["-30 deg", "400 deg"], "width": "50 nm", "plane": ["y", "-z"]},
    "azimuthal": {"ring": "azimuthal", "axis": "y"},
    "square": {"ring": "square", "corner": "5 nm", "sense": -1, "centre": ["1 nm", 0, 0]},
}


@pytest.mark.parametrize("entry", ALL.values(), ids=ALL.keys())
def test_all_are_unit_vectors_and_can_be_reversed(entry):
    found = texture(entry)
    assert np.linalg.norm(found(POINTS), axis=1) == pytest.approx(1, rel=1e-12)
    assert close((-found)(POINTS), -found(POINTS))
    assert found.uniform is None
    assert (-found).key == "magnetisation.F1"


def test_a_uniform_texture():
    m = Texture.along([0, 3, 4])
    assert close(m(POINTS), np.tile([0, 0.6, 0.8], (300, 1)))
    assert close(m.uniform, [0, 0.6, 0.8])
    assert close((-m).uniform, [0, -0.6, -0.8])
    assert not np.signbit((-Texture.along(EZ)).uniform[:2]).any()
    with pytest.raises(ValueError, match="read-only"):
        m.uniform[0] = 1


def test_walls_have_the_profile_of_bloch_and_landau():
    """θ solves Δ dθ/dx = sin θ, hence cos θ = −tanh(x/Δ) and sin θ = sech(x/Δ), with Δ = w/π."""
    xi = (X - 10 * NM) * np.pi / (40 * NM)
    profile = -np.tanh(xi), 1 / np.cosh(xi)
    common = {"width": "40 nm", "centre": "10 nm"}
    for kind, first, through in (("bloch", EZ, np.cross(EX, EZ)), ("neel", EZ, EX)):
        assert close(texture({"wall": kind, **common})(POINTS), combined(*profile, first, through))
        other = texture({"wall": kind, "chirality": -1, **common})(POINTS)
        assert close(other, combined(*profile, first, -through))
    for kind, first in (("head_to_head", EX), ("tail_to_tail", -EX)):
        assert close(texture({"wall": kind, **common})(POINTS), combined(*profile, first, EZ))
        turned = texture({"wall": kind, "through": "-y", **common})(POINTS)
        assert close(turned, combined(*profile, first, -EY))


def test_the_angle_of_a_wall_turns_by_half_a_circle_per_width_at_its_centre():
    width, step = 30 * NM, 1e-13
    m = at({"wall": "neel", "width": width}, [-step / 2, 0, 0], [step / 2, 0, 0])
    angle = np.arctan2(m[:, 0], m[:, 2])
    assert (angle[1] - angle[0]) / step == pytest.approx(np.pi / width, rel=1e-6)


def test_head_to_head_points_at_the_wall():
    m = at({"wall": "head_to_head", "width": "1 nm", "axis": "y"}, [0, -1e-7, 0], [0, 0, 0], [0, 1e-7, 0])
    assert close(m, [EY, EZ, -EY])


def test_a_wall_across_any_axis():
    axis = np.array([1, 2, 2]) / 3
    entry = {"wall": "bloch", "axis": [1, 2, 2], "domain": [0, 1, -1], "width": "25 nm", "centre": "-4 nm"}
    xi, domain = (POINTS @ axis + 4 * NM) * np.pi / (25 * NM), np.array([0, 1, -1]) / np.sqrt(2)
    expected = combined(-np.tanh(xi), 1 / np.cosh(xi), domain, np.cross(axis, domain))
    assert close(texture(entry)(POINTS), expected)


def test_a_rotation_is_linear_between_two_angles():
    entry = {"rotation": ["20 deg", "110 deg"], "width": "30 nm", "centre": "5 nm"}
    places = np.array([[-50, 0, 0], [-10, 0, 0], [5, 0, 0], [12.5, 0, 0], [20, 3, 1], [90, 0, 0]]) * NM
    angles = np.radians([20, 20, 65, 87.5, 110, 110])
    assert close(texture(entry)(places), combined(np.cos(angles), np.sin(angles), EZ, EX))
    mirrored = np.radians([110, 110, 65, 42.5, 20, 20])
    other = texture({**entry, "plane": ["z", "y"], "axis": "-x", "centre": "-5 nm"})(places)
    assert close(other, combined(np.cos(mirrored), np.sin(mirrored), EZ, EY))


@pytest.mark.parametrize(("axis", "normal"), [("x", EX), ("y", EY), ("z", EZ)])
@pytest.mark.parametrize("sense", [1, -1])
def test_an_azimuthal_ring_is_tangential_to_circles(axis, normal, sense):
    centre = np.array([3, -2, 7]) * NM
    entry = {"ring": "azimuthal", "axis": axis, "sense": sense, "centre": ["3 nm", "-2 nm", "7 nm"]}
    tangent = sense * np.cross(normal, POINTS - centre)
    assert close(texture(entry)(POINTS), tangent / np.linalg.norm(tangent, axis=1, keepdims=True))


def test_the_axis_of_a_ring_has_no_direction():
    with pytest.raises(
        InputError, match=r"^device.yaml: magnetisation.F1: there is no direction at \(0, 0, 5\) nm"
    ):
        at({"ring": "azimuthal"}, [1e-9, 0, 0], [0, 0, 5e-9])


def square_angle(u, v, corner):
    """The angle of m in degrees at one point of a square ring in the x-y plane."""
    m = at({"ring": "square", "corner": corner} if corner else {"ring": "square"}, [u, v, 0])[0]
    assert m[2] == 0
    return np.degrees(np.arctan2(m[1], m[0]))


@pytest.mark.parametrize("quarter", range(4))
def test_a_square_ring_follows_its_arms_and_turns_at_the_corners(quarter):
    """On the first arm, at x = 50 nm, m is along y, and half-way to −x at the corner."""
    turn = np.linalg.matrix_power(np.array([[0, -1], [1, 0]]), quarter)
    for along, expected in ((0, 90), (38, 90), (-39, 90), (45, 112.5), (-45, 67.5), (50, 135), (-50, 45)):
        place = turn @ (np.array([50, along]) * NM)
        difference = square_angle(*place, 10 * NM) - expected - 90 * quarter
        assert (difference + 180) % 360 - 180 == pytest.approx(0, abs=1e-9)


def test_a_square_ring_without_corner_turns_all_along_its_arms():
    for along, expected in ((0, 90), (25, 112.5), (-25, 67.5), (50, 135)):
        assert square_angle(50 * NM, along * NM, None) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("corner", ["1 nm", "20 nm", "1 um"])
def test_a_square_ring_is_continuous_around_its_axis(corner):
    along = np.linspace(-1, 1, 2001)[:-1]
    one, rest = np.ones_like(along), np.zeros(8000)
    u, v = np.hstack([[one, along], [-along, one], [-one, -along], [along, -one]]) * 30 * NM
    m = texture({"ring": "square", "corner": corner})(np.column_stack([u, v, rest]))
    angle = np.unwrap(np.arctan2(m[:, 1], m[:, 0]))
    assert angle[-1] - angle[0] == pytest.approx(2 * np.pi, rel=1e-2)
    assert np.diff(angle).min() >= -1e-12
    assert np.diff(angle).max() < 0.03
    reversed_m = texture({"ring": "square", "corner": corner, "sense": -1})(np.column_stack([u, v, rest]))
    assert close(reversed_m, -m)


def test_a_square_ring_about_another_axis_is_the_same_ring_turned():
    turned = POINTS[:, [2, 0, 1]]  # x, y, z of the ring about z are y, z, x of the one about x
    about_z = texture({"ring": "square", "corner": "9 nm"})(POINTS)
    about_x = texture({"ring": "square", "corner": "9 nm", "axis": "x"})(turned)
    assert close(about_x, about_z[:, [2, 0, 1]])


def test_formulas_and_named_textures_agree():
    wall = texture({"wall": "neel", "width": "20 nm"})(POINTS)
    formula = {"formula": ["1/cosh(pi*x/(20*nm))", 0, "-tanh(pi*x/(20*nm))"]}
    assert close(texture(formula)(POINTS), wall)


def test_a_formula_without_direction_names_its_key_and_place():
    with pytest.raises(
        InputError, match=r"magnetisation.F1: there is no direction at \(0, 20, 0\) nm.* not zero"
    ):
        at({"formula": ["x", 0, 0]}, [1e-9, 0, 0], [0, 20e-9, 0])
    with pytest.raises(InputError, match="no direction at"):
        at({"formula": ["1/x", 0, 0]}, [0, 0, 0])


# files


def grid(*axes):
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)


GRID = grid(np.linspace(-100, 100, 9), np.linspace(-100, 100, 7), np.linspace(-100, 100, 5))
"""Points in nm around POINTS."""


def affine(points):
    """A field that linear interpolation reproduces: unnormalised it is affine, and no vector is zero."""
    return points @ np.array([[1e6, 2e6, 0], [0, 1e6, 3e6], [-2e6, 0, 1e6]]).T + [1, 2, 3]


def write_csv(path, points, vectors, header="x,y,z,mx,my,mz"):
    np.savetxt(path, np.hstack([points, vectors]), delimiter=",", header=header, comments="", fmt="%.17g")
    return {"file": str(path), "unit": "nm"}


def test_a_file_gives_its_own_vectors_at_its_points(tmp_path):
    entry = write_csv(tmp_path / "m.csv", GRID, affine(GRID * NM))
    expected = affine(GRID * NM)
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    for interpolation in ("linear", "nearest"):
        assert close(texture({**entry, "interpolation": interpolation})(GRID * NM), expected)


def test_linear_interpolation_between_unit_vectors(tmp_path):
    points, vectors = np.array([[0, 0, 0], [10, 0, 0]]), np.array([EX, EY])
    entry = write_csv(tmp_path / "m.csv", points, vectors)
    places = np.array([[-5, 0, 0], [0, 4, 0], [2.5, 0, 9], [10, 0, 0], [40, 0, 0]]) * NM
    between = np.array([0.75, 0.25, 0]) / np.hypot(0.75, 0.25)
    assert close(texture(entry)(places), [EX, EX, between, EY, EY])
    nearest = texture({**entry, "interpolation": "nearest"})(places)
    assert close(nearest, [EX, EX, EX, EY, EY])


def test_what_a_table_covers():
    """Within a step of its ends, the largest one along every axis; any place along axes without extent."""
    table = Table(np.array([[0, 0, 5], [10, 0, 5], [10, 4, 5]]) * NM, np.tile(EX, (3, 1)))
    places = np.array([[-9, -3, 90], [19, 7, -90], [-11, 0, 5], [0, 9, 5]]) * NM
    assert table.covers(places).tolist() == [True, True, False, False]


def test_uniform_domains_stay_uniform_in_space_and_in_a_plane(tmp_path):
    """Two domains, between whose points at x = 0 and 25 nm anything may be; a plane of points tells all y."""
    angle = 0.3
    for axes in ((0, 1, 2), (0, 2)):
        points = GRID.copy()
        points[:, [i for i in range(3) if i not in axes]] = 5.0
        points = np.unique(points, axis=0)
        vectors = np.where((points[:, :1] > 0), np.cos(angle) * EX + np.sin(angle) * EZ, EX)
        entry = write_csv(tmp_path / f"{len(axes)}.csv", points, vectors)
        inside = POINTS[(X > 25 * NM) | (X < 0)]
        expected = np.where(inside[:, :1] > 0, np.cos(angle) * EX + np.sin(angle) * EZ, EX)
        assert close(texture(entry)(inside), expected)


def test_columns_may_come_in_any_order_and_names_may_be_left_out(tmp_path):
    points, vectors = GRID, affine(GRID * NM)
    plain = texture(write_csv(tmp_path / "m.csv", points, vectors))(POINTS)
    swapped = tmp_path / "swapped.csv"
    swapped.write_text("# made up\nmx, my, mz, s, x, y, z\n")
    with swapped.open("a") as file:
        np.savetxt(file, np.hstack([vectors, vectors[:, :1], points]), delimiter=",", fmt="%.17g")
    assert close(texture({"file": str(swapped), "unit": "nm"})(POINTS), plain)
    bare = write_csv(tmp_path / "bare.csv", points, vectors, header="")
    assert close(texture(bare)(POINTS), plain)


def tetrahedra():
    """A cube of eight points in five tetrahedra."""
    points = grid([0.0, 1.0], [0.0, 1.0], [0.0, 1.0]) * 200 - 100
    return points, np.array([[0, 1, 2, 4], [3, 1, 2, 7], [5, 1, 4, 7], [6, 2, 4, 7], [1, 2, 4, 7]])


@pytest.mark.parametrize("place", ["points", "cells"])
def test_a_vtu_gives_the_vectors_of_its_points_or_cells(tmp_path, place):
    points, cells = tetrahedra()
    centres = points[cells].mean(axis=1)
    at_points = {"point_data": {"m": affine(points * NM)}}
    data = at_points if place == "points" else {"cell_data": {"m": [affine(centres * NM)]}}
    meshio.write(tmp_path / "m.vtu", meshio.Mesh(points, [("tetra", cells)], **data))
    found = texture({"file": str(tmp_path / "m.vtu"), "unit": "nm", "interpolation": "nearest"})
    where = points if place == "points" else centres
    expected = affine(where * NM)
    assert close(found(where * NM), expected / np.linalg.norm(expected, axis=1, keepdims=True))


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("m.csv", "", "holds no points"),
        ("m.csv", "x,y,z,mx,my,mz\n", "holds no points"),
        ("m.csv", "1,2,3,0,0\n", "has 5 columns; give x,y,z,mx,my,mz"),
        ("m.csv", "0,0,0,1,0,0\n1,0,0,0,0,0\n", "point 2 of .* has no direction"),
        ("m.csv", "0,0,0,nan,0,0\n", "point 1 of .* has no direction"),
        ("m.csv", "0,0,0,1,0,0\n1,0,0\n", "not a CSV file of numbers"),
        ("m.csv", "x,y,z,mx,my,mz\n1,2,3,0,0\n", "has 5 columns under 6 names"),
        ("m.csv", "a,b\n", "not a CSV file of numbers"),
        ("m.csv", "\x00\x01", "not a CSV file of numbers"),
        ("m.csv", "0,0,0,1,0,0\n1,1,0,1,0,0\n2,2,0,0,1,0\n", "no triangulation of its 3 points.*nearest"),
        ("m.vtu", "<VTKFile", "cannot read"),
        ("m.vtu", None, "cannot read .*: No such file"),
        ("m.csv", None, "cannot read .*: No such file"),
    ],
)
def test_files_that_cannot_be_used(tmp_path, name, text, words):
    path = tmp_path / name
    if text is not None:
        path.write_text(text)
    with pytest.raises(ValidationError, match=words):
        texture({"file": str(path)})


def test_a_vtu_without_the_array(tmp_path):
    points, cells = tetrahedra()
    for data, words in (
        ({"M": points}, "no array 'm' of vectors; its arrays: M"),
        ({"m": points[:, 0]}, "three"),
    ):
        meshio.write(tmp_path / "m.vtu", meshio.Mesh(points, [("tetra", cells)], point_data=data))
        with pytest.raises(ValidationError, match=words):
            texture({"file": str(tmp_path / "m.vtu")})
