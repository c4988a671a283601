"""STEP and BREP drawings: names, colours, stated units, overlaps resolved by priority."""

import re

import gmsh
import pytest
from mesh_measures import volume
from pydantic import ValidationError

from thermospin.errors import InputError
from thermospin.meshes.build import build_mesh
from thermospin.meshes.geometry import FileGeometry
from thermospin.meshes.occ import model
from thermospin.meshes.options import MeshOptions
from thermospin.meshes.quality import facet_areas
from thermospin.meshes.readers.step_faces import named_faces
from thermospin.meshes.readers.step_units import stated_units
from thermospin.meshes.terminals import TerminalFace
from thermospin.output.mesh_picture import region_colours
from thermospin.runs.preparation import extent_of

pytestmark = pytest.mark.serial

NM = 1e-9
ORANGE, BLUE = "#ff8000", "#0000ff"
METRES = {"nm": NM, "um": 1e-6, "mm": 1e-3}
SI = "SI_UNIT(.MILLI.,.METRE.)"


def draw(path, names=("", ""), colours=("", ""), boxes=((0, 100), (50, 150)), unit=SI, faces=()):
    """Write boxes along x, 50 × 20 units across, with names, colours, a unit and names of faces, in turn.

    Gmsh writes neither names nor colours, so they are put into the text.
    """
    with model():
        for low, high in boxes:
            gmsh.model.occ.addBox(low, 0, 0, high - low, 50, 20)
        gmsh.model.occ.synchronize()
        gmsh.write(str(path))
    if path.suffix == ".brep":
        return path
    text = path.read_text()
    products = sorted(set(re.findall(r"PRODUCT\('(Open CASCADE[^']*\.\d)'", text)))
    for product, name in zip(products, names, strict=False):
        text = text.replace(f"'{product}'", f"'{name or product}'")
    for face in faces:
        text = text.replace("ADVANCED_FACE(''", f"ADVANCED_FACE('{face}'", 1)
    breps = re.findall(r"#(\d+) = MANIFOLD_SOLID_BREP", text)
    context = re.search(r"#(\d+) = \( GEOMETRIC_REPRESENTATION_CONTEXT", text)[1]
    styles = "".join(
        style(9000 + 100 * number, brep, colour, context)
        for number, (brep, colour) in enumerate(zip(breps, colours, strict=False))
        if colour
    )
    end = text.rindex("ENDSEC;")
    path.write_text((text[:end] + styles + text[end:]).replace(SI, unit))
    return path


def style(number, item, colour, context):
    """Entities that paint a solid."""
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    chain = [
        f"STYLED_ITEM('color',(#{number + 1}),#{item})",
        f"PRESENTATION_STYLE_ASSIGNMENT((#{number + 2}))",
        f"SURFACE_STYLE_USAGE(.BOTH.,#{number + 3})",
        f"SURFACE_SIDE_STYLE('',(#{number + 4}))",
        f"SURFACE_STYLE_FILL_AREA(#{number + 5})",
        f"FILL_AREA_STYLE('',(#{number + 6}))",
        f"FILL_AREA_STYLE_COLOUR('',#{number + 7})",
        f"COLOUR_RGB('',{red:.6f},{green:.6f},{blue:.6f})",
        f"MECHANICAL_DESIGN_GEOMETRIC_PRESENTATION_REPRESENTATION('',(#{number}),#{context})",
    ]
    return "".join(f"#{number + i}={entity};\n" for i, entity in enumerate(chain))


def built(path, regions, size=1.0, **geometry):
    """The mesh of a drawing whose unit is that of the configuration or `size`, nm, and its volumes in nm³."""
    scale = METRES[geometry["unit"]] if "unit" in geometry else size * NM
    options = MeshOptions(max_size=40 * scale, interface_size=40 * scale)
    given = FileGeometry(file=str(path), regions=regions, **geometry)
    record = build_mesh(given, options, {}, frozenset(), cache_dir=path.parent / "cache")
    return record, {name: volume(record, name) for name in record.regions}


APART = ((0, 100), (100, 150))


@pytest.mark.parametrize("unit", ["nm", "um", "mm"])
def test_names_and_colours_are_kept(unit, tmp_path):
    path = draw(tmp_path / "a.step", ("Cu", "Py"), (ORANGE, BLUE), APART)
    record, found = built(path, {"Cu": "Cu", "Py": "Py"}, unit=unit)
    size = (METRES[unit] / NM) ** 3 * 1000
    assert found == pytest.approx({"Cu": 100 * size, "Py": 50 * size})
    assert record.colours == {"Cu": ORANGE, "Py": BLUE}
    assert region_colours(record) == record.colours
    assert extent_of(record) == f"the device is 150 × 50 × 20 {unit.replace('u', 'µ')}³ (x, y, z)"


def test_regions_by_colour(tmp_path):
    """Three volumes without names, two of them of one colour."""
    boxes = (*APART, (150, 200))
    path = draw(tmp_path / "a.step", (), (ORANGE, BLUE, ORANGE), boxes)
    _, found = built(path, {ORANGE: "Cu", BLUE: "Py"}, unit="nm")
    assert found == pytest.approx({ORANGE: 150_000, BLUE: 50_000})
    with pytest.raises(
        InputError, match=rf"has no volume Cu; it has volume1 \({ORANGE}\), volume2 \({BLUE}\)"
    ):
        built(path, {"Cu": "Cu"}, unit="nm")


STATED = {
    "nm": ("SI_UNIT(.NANO.,.METRE.)", 1.0),
    "um": ("SI_UNIT(.MICRO.,.METRE.)", 1e3),
    "mm": (SI, 1e6),
    "m": ("SI_UNIT($,.METRE.)", 1e9),
}
"""Text of a file about its unit, and that unit in nm."""


@pytest.mark.parametrize("unit", ["nm", "um"])
def test_unit_that_the_file_states(unit, tmp_path):
    text, size = STATED[unit]
    path = draw(tmp_path / "a.step", boxes=((0, 100),), unit=text)
    record, found = built(path, {"volume1": "Cu"}, size=size)
    assert found["volume1"] == pytest.approx(100 * 50 * 20 * size**3, rel=1e-6)
    assert record.array("points")[:, 0].max() == pytest.approx(100 * size * NM, rel=1e-6)


@pytest.mark.parametrize("stated", STATED)
def test_unit_of_the_configuration_is_that_of_the_numbers(stated, tmp_path):
    path = draw(tmp_path / "a.step", boxes=((0, 100),), unit=STATED[stated][0])
    found = built(path, {"volume1": "Cu"}, unit="nm")[1]
    assert found["volume1"] == pytest.approx(100 * 50 * 20, rel=1e-6)


def test_unit_by_conversion(tmp_path):
    """A unit of 25.4 nm, stated as inches are."""
    path = draw(tmp_path / "a.step", boxes=((0, 100),), unit="SI_UNIT(.NANO.,.METRE.)")
    text = path.read_text()
    number = re.search(r"#(\d+) = \( LENGTH_UNIT\(\) NAMED_UNIT\(\*\) SI_UNIT", text)[1]
    inch = (
        f"#{number} = ( CONVERSION_BASED_UNIT('INCH',#9901) LENGTH_UNIT() NAMED_UNIT(#9902) );\n"
        "#9901 = LENGTH_MEASURE_WITH_UNIT(LENGTH_MEASURE(25.4),#9903);\n"
        "#9902 = DIMENSIONAL_EXPONENTS(1.,0.,0.,0.,0.,0.,0.);\n"
        "#9903 = ( LENGTH_UNIT() NAMED_UNIT(*) SI_UNIT(.NANO.,.METRE.) );"
    )
    path.write_text(re.sub(rf"#{number} = \(.*?\);", inch, text, count=1))
    assert sorted(stated_units(str(path)))[-1] == pytest.approx(25.4 * NM)


def test_large_drawing_in_its_own_unit(tmp_path):
    path = draw(tmp_path / "a.step", boxes=((0, 100),))
    says = "really 0.1 m long\\? So the file says: write unit: nm for 100 nm, or unit: mm if millimetres are"
    with pytest.raises(InputError, match=f"geometry.unit: .*{says}"):
        built(path, {"volume1": "Cu"})


@pytest.mark.parametrize(("suffix", "names"), [(".step", ("A", "B")), (".brep", ("volume1", "volume2"))])
def test_overlaps_follow_the_priority(suffix, names, tmp_path):
    a, b = names
    path = draw(tmp_path / f"a{suffix}", names)
    regions = {a: "Cu", b: "Py"}
    assert built(path, regions, unit="nm", priority={b: 1})[1] == pytest.approx({a: 50_000, b: 100_000})
    assert built(path, regions, unit="nm", priority={b: -1})[1] == pytest.approx({a: 100_000, b: 50_000})
    says = rf"volumes {a} and {b} of .* overlap at \(75, 25, 10\) nm with the same priority 0; write geometry"
    with pytest.raises(InputError, match=says):
        built(path, regions, unit="nm")


def test_overlap_within_a_region(tmp_path):
    path = draw(tmp_path / "a.step", ("Cu", "Cu"))
    assert built(path, {"Cu": "Cu"}, unit="nm")[1] == pytest.approx({"Cu": 150_000})


def test_hidden_volume(tmp_path):
    path = draw(tmp_path / "a.step", ("A", "B"), boxes=((0, 100), (20, 60)))
    with pytest.raises(InputError, match=r"geometry.priority.B: volume B of .* is hidden by others"):
        built(path, {"A": "Cu", "B": "Py"}, unit="nm", priority={"A": 1})


def test_priority_of_what_is_no_region():
    with pytest.raises(ValidationError, match="unknown region 'Cuu'; did you mean 'Cu'"):
        FileGeometry(file="a.step", regions={"Cu": "Cu"}, priority={"Cuu": 1})


def side_called(path, axis, value):
    """Name of the first face of a drawing that lies at a coordinate, as the file has it."""
    return next(
        name
        for name, faces in named_faces(str(path)).items()
        if any((corners[:, axis] == value).all() for corners in faces)
    )


FACES = [f"side {number}" for number in range(12)]


def with_terminals(path, **terminals):
    given = FileGeometry(file=str(path), regions={"Cu": "Cu", "Py": "Py"}, unit="nm")
    options = MeshOptions(max_size=20 * NM, interface_size=20 * NM, film_aspect=2)
    faces = {name: TerminalFace(surface=face) for name, face in terminals.items()}
    return build_mesh(given, options, faces, frozenset(), cache_dir=path.parent / "cache")


@pytest.mark.parametrize("unit", [SI, "SI_UNIT(.NANO.,.METRE.)"])
def test_faces_keep_their_names(unit, tmp_path):
    """A terminal on a face of the file, also where the mesh cuts it into layers."""
    path = draw(tmp_path / "a.step", ("Cu", "Py"), boxes=APART, unit=unit, faces=FACES)
    record = with_terminals(path, end=side_called(path, 0, 0.0), top=side_called(path, 2, 20.0))
    mesh = record.raw()
    for name, axis, value, area in (("end", 0, 0.0, 50 * 20), ("top", 2, 20.0, 100 * 50)):
        facets = mesh.facets[mesh.facet_tags == mesh.terminals[name]]
        assert mesh.points[facets][..., axis] / NM == pytest.approx(value, abs=1e-6)
        assert facet_areas(mesh.points, facets).sum() / NM**2 == pytest.approx(area)


def test_faces_that_are_no_terminals(tmp_path):
    path = draw(tmp_path / "a.step", ("Cu", "Py"), boxes=APART, faces=FACES)
    for name, says in (
        ("lid", "has no face lid; it names side 0, side 1"),
        (side_called(path, 0, 100.0), "is not on the outside of the device"),
    ):
        with pytest.raises(InputError, match=says) as error:
            with_terminals(path, end=name)
        assert error.value.key == "terminals.end.surface"
    with pytest.raises(InputError, match="has no face lid; it names none"):
        with_terminals(draw(tmp_path / "b.step", ("Cu", "Py"), boxes=APART), end="lid")
