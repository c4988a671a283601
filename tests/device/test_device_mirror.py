"""Half and quarter models against the whole device on the mirrored mesh: the same numbers."""

import pytest
from structured import structured_device
from support import SilentProgress, prepare_problem

from thermospin.errors import InputError
from thermospin.runs.problem import Problem
from thermospin.runs.simulation import solve
from thermospin.validation import load_config

NM = 1e-9
SPACING = 10 * NM
MATERIALS = {
    "F": {
        "conductivity": 4e6,
        "polarisation": 0.4,
        "spin_diffusion_length": "12 nm",
        "seebeck": "-20 uV/K",
        "spin_seebeck": "-8 uV/K",
        "thermal_conductivity": 30,
    },
    "N": {
        "conductivity": 4e7,
        "spin_diffusion_length": "100 nm",
        "seebeck": "2 uV/K",
        "thermal_conductivity": 300,
    },
    "I": {"conductivity": 0, "thermal_conductivity": 1.4},
}
HALF = {
    "F": [(0, 0, 0), (20, 20, 20)],
    "N": [(0, 0, 20), (20, 40, 40)],
    "I": [(0, 0, -20), (20, 40, 0)],
    "G": [(0, 0, 40), (20, 20, 60)],
}
"""The part at positive x and y, nm."""

VECTOR = {
    "materials": MATERIALS | {"F": MATERIALS["F"] | {"dephasing_length": "6 nm"}},
    "solver": {"degree": 1, "orders": 2, "spin": "vector", "tolerance": 1e-13, "estimate": False},
    "configurations": {"turned": {"F": [1, 0, 1]}},
    "schemes": {
        "current": {"top": "current", "side": "ground"},
        "voltage": {"top": {"voltage": "1 mV"}, "side": "ground"},
    },
}


def device(axes, symmetric, **others):
    """The part at positive coordinates, or the device that it is a part of."""
    solids = []
    for name, (low, high) in HALF.items():
        low = [
            -end if axis in axes and not symmetric else start
            for start, end, axis in zip(low, high, "xyz", strict=True)
        ]
        box = {"min": [x * NM for x in low], "max": [x * NM for x in high]}
        solids.append({"name": name, "material": "F" if name == "G" else name, "box": box})
    return {
        "geometry": {"solids": solids},
        "materials": MATERIALS,
        "terminals": {
            "top": {"region": "G", "face": "zmax"},
            "side": {"region": "F", "face": "ymax", "sink": True},
            "bottom": {"region": "I", "face": "zmin", "sink": True},
            "heater": {"region": "N", "face": "ymax", "power": "1 uW"},
        },
        "interfaces": [{"between": ["F", "N"], "area_resistance": "1 fohm m^2", "asymmetry": 0.6}],
        "sheets": {"cap": {"region": "I", "face": "zmax", "sheet_thermal_conductance": "1e-7 W/K"}},
        "heating": {"model": "conserving", "power": {"F": "2 uW"}},
        "schemes": {
            "current": {"top": "current", "side": "ground"},
            "contact": {"top": {"current": "equipotential"}, "side": "ground"},
            "voltage": {"top": {"voltage": "1 mV"}, "side": "ground"},
        },
        "probes": {"v": ["heater", "side"]},
        "lock_in": {"rms_current": "10 uA"},
        "solver": {"degree": 1, "orders": 3, "tolerance": 1e-13, "estimate": False},
        "symmetry": list(axes) if symmetric else [],
    } | others


def numbers(config, comm, directory, mirrored=()):
    """The numbers of a device on a mesh of cubes."""
    config = load_config(config)
    mesh = structured_device(config, SPACING, comm.bcast(directory), comm, mirrored=mirrored)
    return solve(Problem(config, mesh, SilentProgress()), SilentProgress()).data["schemes"]


def leaves(data, path=()):
    """All numbers of nested data that do not tell how the solver fared, by place."""
    skipped = {
        "iterations",
        "residuals",
        "adjoint_iterations",
        "uncertainty",
        "uncertainty_R0",
        "error",
        "error_R0",
    }
    skipped |= {"charge", "heat", "energy", "reciprocity"} if path[-1:] == ("balances",) else set()
    if isinstance(data, dict):
        for key, value in data.items():
            if key not in skipped:
                yield from leaves(value, (*path, key))
    elif isinstance(data, list):
        for i, value in enumerate(data):
            yield from leaves(value, (*path, i))
    elif isinstance(data, float):
        yield path, data


def kind(place):
    """The numbers of about the same size: in all states and, of currents, of all orders."""
    same = tuple({"spin": "baseline"}.get(key, key) for key in place if key not in ("P", "AP"))
    if "torques" in place:
        return same[:-1]
    if "current0" in place:  # nothing but rounding where all terminals but one float
        return ("current0",)
    return same[:-1] if "current" in place[-2:-1] else same


@pytest.mark.parametrize("axes", ["x", "xy"])
def test_a_part_reads_as_the_whole(axes, comm, tmp_path_factory):
    vector = VECTOR if axes == "xy" else {}
    whole = device(axes, symmetric=False, **vector)
    if axes == "xy":  # the two sides of the whole are one terminal of the part
        whole["terminals"]["back"] = {"region": "F", "face": "ymin", "sink": True}
        whole["terminals"]["other"] = {"region": "N", "face": "ymin", "power": "0.5 uW"}
        whole["terminals"]["heater"]["power"] = "0.5 uW"
        whole["schemes"] = {name: dict(conditions) for name, conditions in whole["schemes"].items()}
        for conditions in whole["schemes"].values():
            conditions["back"] = "ground"
    mirrored = ["xyz".index(axis) for axis in axes]
    expected = dict(leaves(numbers(whole, comm, tmp_path_factory.mktemp("whole"), mirrored)))
    found = dict(leaves(numbers(device(axes, True, **vector), comm, tmp_path_factory.mktemp("part"))))
    if axes == "xy":
        for place in list(expected):
            twins = {"side": "back", "heater": "other"}
            twin = next((twins[key] for key in place if key in twins), None)
            if twin and place[-2] in ("current", "heat") or twin and place[-1] in ("current0", "heat0"):
                expected[place] += expected[tuple(twins.get(key, key) for key in place)]
    sizes = {}
    for place, value in found.items():
        sizes[kind(place)] = max(sizes.get(kind(place), 0.0), abs(value))
    assert len(found) > 100
    different = {
        place: (value, expected[place])
        for place, value in found.items()
        if value != pytest.approx(expected[place], rel=1e-7, abs=1e-9 * sizes[kind(place)])
    }
    assert not different
    reading = "current", "configurations", "turned" if axes == "xy" else "P", "probes", "v", "R"
    for order in (0, 1):
        assert found[*reading, order] == pytest.approx(expected[*reading, order], rel=1e-9)


@pytest.mark.parametrize(
    ("changes", "key", "words"),
    [
        ({"symmetry": "z"}, "symmetry", "crosses the plane z = 0, down to z = -20 nm"),
        ({"symmetry": ["x", "y", "x"]}, "symmetry", "names an axis twice"),
        (
            {"terminals": {"side": {"region": "F", "face": "xmin", "sink": True}}},
            "terminals.side",
            "lies in the mirror plane x = 0",
        ),
        (
            {"sheets": {"cut": {"region": "N", "face": "xmin", "sheet_thermal_conductance": "1e-7 W/K"}}},
            "sheets.cut",
            "lies in the mirror plane x = 0",
        ),
        (
            {
                "terminals": {"bottom": {"region": "I", "face": "ymax", "sink": True}},
                "surroundings": {"half_space": "I", "faces": ["xmin", "zmin"]},
            },
            "surroundings.faces",
            "'xmin' is in the mirror plane x = 0",
        ),
        (
            {"magnetisation": {"F": {"formula": ["tanh(x/(5*nm))", "0", "1"]}}, "solver": {"spin": "vector"}},
            "magnetisation.F",
            "is not its own mirror image at x = 0",
        ),
    ],
)
def test_what_is_no_part_of_a_symmetric_device_is_refused(changes, key, words, comm):
    config = device("x", True)
    for section, value in changes.items():
        config[section] = config.get(section, {}) | value if isinstance(value, dict) else value
    with pytest.raises(InputError) as caught:
        prepare_problem(config | {"mesh": {"max_size": "20 nm", "interface_size": "20 nm"}}, comm)
    assert caught.value.key == key and words in str(caught.value)


def test_a_device_away_from_the_plane_is_refused(comm):
    config = device("x", True)
    for solid in config["geometry"]["solids"]:
        for corner in solid["box"].values():
            corner[0] += 5 * NM
    with pytest.raises(InputError, match="begins at x = 5 nm; move it to the plane"):
        prepare_problem(config | {"mesh": {"max_size": "20 nm", "interface_size": "20 nm"}}, comm)
