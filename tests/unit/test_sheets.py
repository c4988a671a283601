"""Sheets: the library, where they lie, and what they connect."""

import numpy as np
import pytest
from support import prepare_problem

from thermospin.device import Device
from thermospin.errors import InputError
from thermospin.materials import sheet_library, sheet_references
from thermospin.materials.sheet import SheetValues
from thermospin.output.materials import find_materials
from thermospin.validation import load_config

GRAPHENE = {"library": "graphene", "region": "Oxide", "face": "zmax"}


def device(sheets, gate=False, **others):
    """Two pads on an oxide, below which there may be a gate."""
    boxes = {
        "Oxide": ("SiO2", [0, 0, -20], [100, 20, 0]),
        "Left": ("Au", [0, 0, 0], [20, 20, 20]),
        "Right": ("Au", [80, 0, 0], [100, 20, 20]),
    }
    if gate:
        boxes["Gate"] = ("Au", [0, 0, -40], [100, 20, -20])
    solids = [
        {
            "name": name,
            "material": kind,
            "box": {"min": [f"{x} nm" for x in a], "max": [f"{x} nm" for x in b]},
        }
        for name, (kind, a, b) in boxes.items()
    ]
    return {
        "geometry": {"solids": solids},
        "mesh": {"interface_size": "20 nm", "max_size": "20 nm", "elements_across_film": 1},
        "sheets": sheets,
        "terminals": {
            "left": {"region": "Left", "face": "zmax", "sink": True},
            "right": {"region": "Right", "face": "zmax", "sink": True},
            "bottom": {"region": "Oxide", "face": "xmin", "sink": True},
        },
        "schemes": {"along": {"left": "current", "right": "ground"}},
        "probes": {"v": ["left", "right"]},
    } | others


def test_every_number_of_the_library_has_a_reference():
    used = {entry.source for values in sheet_library().values() for entry in values.values()}
    assert used == set(sheet_references())


@pytest.mark.parametrize("name", sheet_library())
def test_the_library_loads_and_is_listed(name):
    values = SheetValues(**{key: entry.value for key, entry in sheet_library()[name].items()})
    assert values.is_conducting
    assert "sheet_conductance" in list(find_materials(name).columns[0].cells)


def test_values_of_a_configuration_replace_those_of_the_library():
    sheet = load_config(device({"strip": GRAPHENE | {"sheet_resistance": "2 kohm"}})).sheets["strip"]
    assert sheet.conductance == pytest.approx(5e-4)
    assert sheet.spin_diffusion_length == pytest.approx(1.5e-6)


def test_a_resolved_configuration_loads_again():
    config = load_config(device({"strip": GRAPHENE}))
    assert Device.of(load_config(config.resolved())).sheets == Device.of(config).sheets


def test_a_sheet_takes_the_side_of_the_metal():
    config = load_config(device({"strip": {"between": ["Oxide", "Left"], "library": "graphene"}}))
    found = Device.of(config).sheets["strip"]
    assert (found.region, found.other) == ("Left", "Oxide")


def test_a_sheet_covers_a_side_under_other_solids_too(comm):
    problem = prepare_problem(device({"strip": GRAPHENE, "foil": GRAPHENE | {"face": "ymin"}}), comm)
    facets = problem.spaces.device.mesh.geometry
    for name, area in (("strip", 100 * 20), ("foil", 100 * 20)):
        faces = problem.spaces.sheets[name]
        corners = np.array([[i for i in range(4) if i != face] for face in faces[:, 1]], dtype=int)
        nodes = np.take_along_axis(facets.dofmaps[0][faces[:, 0]], corners.reshape(-1, 3), axis=1)
        x = facets.x[nodes]
        found = np.linalg.norm(np.cross(x[:, 1] - x[:, 0], x[:, 2] - x[:, 0]), axis=1).sum() / 2
        assert comm.allreduce(found) * 1e18 == pytest.approx(area)


def test_a_conductor_away_from_the_sheet_needs_a_ground(comm):
    with pytest.raises(InputError, match="conductor Gate is not connected to any ground") as caught:
        prepare_problem(device({"strip": GRAPHENE}, gate=True), comm)
    assert caught.value.key == "schemes.along"


def test_regions_of_a_sheet_must_touch(comm):
    with pytest.raises(InputError, match="do not touch") as caught:
        prepare_problem(device({"strip": {"between": ["Left", "Right"], "library": "graphene"}}), comm)
    assert caught.value.key == "sheets.strip.between"


def test_a_sheet_that_conducts_on_an_insulator_refuses_interfaces():
    contact = {"between": ["Left", "Oxide"], "kapitza_resistance": "1e-9 m^2 K/W"}
    with pytest.raises(InputError, match="touches metals without resistance"):
        load_config(device({"strip": GRAPHENE}, interfaces=[contact]))
    heat = {"region": "Oxide", "face": "zmax", "sheet_thermal_conductance": "1e-7 W/K"}
    load_config(device({"strip": heat}, interfaces=[contact]))
