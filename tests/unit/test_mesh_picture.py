"""The picture of a mesh: sizes and colours of what is rendered, and the file."""

import numpy as np
import pytest
import pyvista as pv
from matplotlib.colors import rgb_to_hsv, to_rgb

from thermospin.config.outputs import Style
from thermospin.errors import InputError
from thermospin.meshes.build import build_mesh
from thermospin.meshes.options import MeshOptions
from thermospin.meshes.solids import SolidsGeometry
from thermospin.output import mesh_picture
from thermospin.output.grids import edges, skin, tetrahedra
from thermospin.output.mesh_picture import draw_mesh, region_colours
from thermospin.output.rendering import mesh_image
from thermospin.output.sections import Line, draw_section, section

pytestmark = pytest.mark.serial

NM = 1e-9
SIZE = np.array([100.0, 60.0, 20.0])


def box(name, low, high):
    shape = {"min": [x * NM for x in low], "max": [x * NM for x in high]}
    return {"name": name, "material": name, "box": shape}


STACK = SolidsGeometry(
    solids=[
        box("Py", (0, 0, 0), (40, 60, 20)),
        box("Cu", (40, 0, 0), SIZE),
        box("SiO2", (-50, -50, -60), (150, 110, 0)),
    ]
)


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    options = MeshOptions(interface_size=5 * NM, max_size=20 * NM)
    roles = {"magnetic": frozenset({"Py"}), "insulating": frozenset({"SiO2"})}
    return build_mesh(STACK, options, {}, **roles, cache_dir=tmp_path_factory.mktemp("cache"))


def rendered(record, *names):
    """Picture of regions by :func:`mesh_image`."""
    mesh, colours = record.raw(), region_colours(record)
    chosen = [mesh.cells[mesh.cell_tags == record.regions[name]] for name in names]
    skins = [skin(tetrahedra(mesh.points, cells)[0]) for cells in chosen]
    outlines = [edges(part, boundary_edges=True, feature_edges=True) for part in skins]
    return mesh_image(skins, outlines, [colours[name] for name in names])


def share(image, colour):
    """Share of the pixels that have the hue of a colour, bright or dark."""
    hue, saturation, _ = rgb_to_hsv(image.reshape(-1, image.shape[-1])[:, :3] / 255).T
    return np.mean((np.abs(hue - rgb_to_hsv(to_rgb(colour))[0]) < 0.02) & (saturation > 0.3))


def pixels(path):
    return pv.read(path)["PNGImage"]


def test_ruler_fits_what_is_rendered(stack):
    """The silhouette of a box in parallel projection: its extent, and its three visible faces."""
    image, nanometre = rendered(stack, "Py", "Cu")
    drawn = image.min(axis=2) < 128
    rows, columns = np.flatnonzero(drawn.any(axis=1)), np.flatnonzero(drawn.any(axis=0))
    x, y, z = nanometre * SIZE[:, None]
    extent = np.abs([x, y, z]).sum(axis=0)
    assert (np.ptp(columns), np.ptp(rows)) == pytest.approx(tuple(extent), abs=4)
    area = sum(abs(np.linalg.det([a, b])) for a, b in ((x, y), (y, z), (z, x)))
    assert drawn.sum() == pytest.approx(area, rel=0.01)


def test_regions_have_their_colours(stack):
    """The magnet has 40 % of the faces along x, and the copper has the face at xmax, which is seen."""
    image, nanometre = rendered(stack, "Py", "Cu")
    x, y, z = nanometre * SIZE[:, None]
    along, end = (sum(abs(np.linalg.det(pair)) for pair in pairs) for pairs in (((x, y), (x, z)), ((y, z),)))
    colours = region_colours(stack)
    shares = np.array([share(image, colours[name]) for name in ("Py", "Cu")])
    assert shares / shares.sum() == pytest.approx(
        np.array([0.4 * along, 0.6 * along + end]) / (along + end), abs=0.02
    )


def test_insulators_are_left_out_where_there_is_something_else(stack, tmp_path):
    colours = region_colours(stack)
    draw_mesh(tmp_path / "device.png", stack, ["SiO2"])
    draw_mesh(tmp_path / "all.png", stack, [])
    draw_mesh(tmp_path / "insulators.png", stack, list(stack.regions))
    device, everything = pixels(tmp_path / "device.png"), pixels(tmp_path / "all.png")
    assert share(device, colours["SiO2"]) == 0 and share(everything, colours["SiO2"]) > 0.1
    assert min(share(device, colours[name]) for name in ("Py", "Cu")) > 0.1
    np.testing.assert_array_equal(pixels(tmp_path / "insulators.png"), everything)


def test_cells_have_edges(stack):
    """A line changes at least as many pixels as it is long, horizontally or vertically."""
    image, nanometre = rendered(stack, "Cu")
    value = rgb_to_hsv(image[image.min(axis=2) < 128] / 255)[:, 2]
    faces = np.sort(np.unique(value, return_counts=True)[1])[-3:].sum()
    mesh = stack.raw()
    part = skin(tetrahedra(mesh.points, mesh.cells[mesh.cell_tags == stack.regions["Cu"]])[0])
    corners = part.points[part.regular_faces]
    seen = np.any(np.all(np.isclose(corners, [SIZE[0], 0, SIZE[2]]), axis=1), axis=1)
    ends = np.sort(part.regular_faces[seen][:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1)
    lines = np.ptp(part.points[np.unique(ends, axis=0)] @ nanometre, axis=1)
    assert len(value) - faces > lines.max(axis=1).sum()


def test_picture_is_whole_or_not_there(stack, tmp_path):
    path = tmp_path / "mesh.png"
    draw_mesh(path, stack, ["SiO2"])
    first = path.read_bytes()
    draw_mesh(path, stack, ["SiO2"])
    assert path.read_bytes() == first
    assert [entry.name for entry in tmp_path.iterdir()] == ["mesh.png"]
    with pytest.raises(InputError, match="cannot write"):
        draw_mesh(path / "mesh.png", stack, ["SiO2"])


def test_pictures_have_the_formats_of_the_style(stack, tmp_path, monkeypatch):
    """Text stays text in SVG; a section is polygons, one path for every tetrahedron that is cut."""
    rendered = np.full((60, 90, 3), 255, dtype=np.uint8), np.array([[1.0, 0.0], [0.5, 0.5], [0.0, 1.0]])
    monkeypatch.setattr(mesh_picture, "mesh_image", lambda *_: rendered)
    style = Style(formats=("pdf", "svg"), width=0.086, font_size=7)
    line = Line.read("20 nm, -50 nm, 20 nm, 110 nm")
    mesh = draw_mesh(tmp_path / "mesh.png", stack, ["SiO2"], style)
    cut = draw_section(tmp_path / "section1.png", stack, line, style)
    assert [path.name for path in (*mesh, *cut)] == ["mesh.pdf", "mesh.svg", "section1.pdf", "section1.svg"]
    assert sorted(tmp_path.iterdir()) == sorted([*mesh, *cut])
    assert all(path.read_bytes().startswith(b"%PDF") for path in (mesh[0], cut[0]))
    picture, polygons = (path.read_text(encoding="utf-8") for path in (mesh[1], cut[1]))
    assert "Py (Py)" in picture and "Py (Py)" in polygons
    tetrahedra = stack.raw().cells
    crossed = sum(len(group) for group in section(stack.raw().points, tetrahedra, line))
    assert "<image" in picture and "<image" not in polygons and polygons.count("<path") > crossed
    assert 'width="243' in polygons


def area(polygons):
    """Area of polygons, nm²."""
    x, y = np.moveaxis(polygons / NM, 2, 0)
    return abs((x * np.roll(y, -1, axis=1) - y * np.roll(x, -1, axis=1)).sum(axis=1)).sum() / 2


@pytest.mark.parametrize(
    "text, expected",
    [
        ("0, 30 nm, 100 nm, 30 nm", {"Py": 40 * 20, "Cu": 60 * 20, "SiO2": 200 * 60}),
        ("20 nm, -50 nm, 20 nm, 110 nm", {"Py": 60 * 20, "Cu": 0, "SiO2": 160 * 60}),
        ("0 nm, 0 nm, 60 nm, 60 nm", {"Py": 40 * 2**0.5 * 20, "Cu": 20 * 2**0.5 * 20}),
    ],
)
def test_sections_have_exact_areas(stack, text, expected):
    """Also where the plane passes through nodes, as on the diagonal and in the middle."""
    mesh, line = stack.raw(), Line.read(text)
    for name, size in expected.items():
        cells = mesh.cells[mesh.cell_tags == stack.regions[name]]
        assert sum(area(group) for group in section(mesh.points, cells, line)) == pytest.approx(
            size, rel=1e-4
        )


def test_section_shows_the_regions_that_it_cuts(stack, tmp_path):
    draw_section(tmp_path / "s.png", stack, Line.read("20 nm, -50 nm, 20 nm, 110 nm"))
    image, colours = pixels(tmp_path / "s.png"), region_colours(stack)
    assert share(image, colours["Py"]) > 0.03
    assert share(image, colours["SiO2"]) > 0.3
    assert share(image, colours["Cu"]) == 0


@pytest.mark.parametrize(
    "text, says",
    [
        ("0 nm, 0 nm, 1 nm", "cannot read '0 nm, 0 nm, 1 nm' as a line; write x0, y0, x1, y1"),
        ("0 nm, 0 nm, 0 nm, 0 nm", "cannot read .* as a line"),
        ("0 nm, 0 nm, 1 s, 0 nm", "wrong unit in '1 s'"),
        ("0 nm, 1 um, 9 nm, 1 um", "the line lies beside the device"),
    ],
)
def test_section_that_is_none(stack, tmp_path, text, says):
    with pytest.raises(InputError, match=f"--section: {says}"):
        draw_section(tmp_path / "s.png", stack, Line.read(text))
