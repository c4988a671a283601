"""Quality of the estimates of the discretisation error: small devices, true errors, one table.

    python benchmarks/effectivity.py --degree 1 --refinements 0.7 1

The truth is the same device with finer elements of the highest degree. Every row is a reading: its error
(the truth less the reading) over its value, the estimate over the error (effectivity), and the error bar over
the error's size, which should be between 1 and 3. Readings whose error is hidden by that of the truth are
left out.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

import thermospin as ts

TRUTH_DEGREE, TRUTH_REFINEMENT = 3, 1.6
RESOLVED = 2.0
"""Error of a reading over what the last degree changes of the truth, from which on it is known."""
ROUNDING = 1e-9
"""Error relative to the reading that is the solver's, or rounding."""

PY = {
    "conductivity": 4.32e6,
    "polarisation": 0.25,
    "spin_diffusion_length": "5 nm",
    "seebeck": "-20 uV/K",
    "spin_seebeck": "-3.8 uV/K",
    "thermal_conductivity": 30,
    "magnetic": True,
}
TERMINALS = {
    "top": {"region": "F2", "face": "zmax", "sink": True},
    "bottom": {"region": "F1", "face": "zmin", "sink": True},
}


def stack(width: str, columns: list[int], mesh: dict[str, Any], **sections: Any) -> dict[str, Any]:
    """A spin valve of three layers, in one dimension: fields are smooth."""
    layers = [("F1", "M", "20 nm"), ("N", "Cu", "30 nm"), ("F2", "M", "12 nm")]
    return {
        "geometry": {
            "template": "layer_stack",
            "layers": [{"name": n, "material": m, "thickness": d} for n, m, d in layers],
            "width": width,
            "depth": width,
            "columns": columns,
        },
        "mesh": mesh,
        "materials": {"M": PY},
        "terminals": TERMINALS,
        "configurations": {"P": {}, "AP": {"F2": -1}},
        "schemes": {"main": {"top": "current", "bottom": "ground"}},
        "probes": {"v": ["top", "bottom"]},
    } | sections


def solids(boxes: list[tuple], terminals: dict[str, Any], **sections: Any) -> dict[str, Any]:
    """A device of boxes: region, material, priority, lowest and highest corner in nm."""
    found = [
        {
            "name": name,
            "material": material,
            "priority": priority,
            "box": {"min": [f"{x} nm" for x in low], "max": [f"{x} nm" for x in high]},
        }
        for name, material, priority, low, high in boxes
    ]
    mesh = {"interface_size": "5 nm", "max_size": "30 nm", "elements_across_film": 2, "film_aspect": 3}
    return {
        "geometry": {"solids": found},
        "mesh": mesh | {"growth_rate": 1.6},
        "terminals": terminals,
    } | sections


LATERAL = solids(
    [
        ("Py1", "Py", 2, (-90, 30, 0), (90, 80, 12)),
        ("Cu", "Cu", 1, (-20, -160, 0), (20, 50, 30)),
        ("Cu", "Cu", 1, (-70, -160, 0), (-20, -120, 30)),
        ("Py2", "Py", 2, (5, -70, 0), (70, -40, 12)),
        ("Sub", "SiO2", 0, (-90, -160, -40), (90, 80, 0)),
    ],
    {
        "contact1": {"region": "Py1", "face": "xmax", "sink": True},
        "contact2": {"region": "Py1", "face": "xmin", "sink": True},
        "contact3": {"region": "Py2", "face": "xmax"},
        "contact4": {"region": "Cu", "face": "xmin"},
        "contact5": {"region": "Cu", "face": "ymin", "sink": True},
        "bottom": {"region": "Sub", "face": "zmin", "sink": True},
    },
    schemes={
        "thermal": {"contact1": "current", "contact2": "ground"},
        "electrical": {"contact1": "current", "contact5": "ground"},
    },
    probes={"nonlocal": ["contact3", "contact4"], "lead": ["contact3", "contact5"]},
)
CORNER = solids(
    [
        ("F", "Py", 2, (-60, -20, 0), (0, 20, 20)),
        ("Cu", "Cu", 1, (0, -20, 0), (80, 20, 20)),
        ("Cu", "Cu", 1, (40, 20, 0), (80, 90, 20)),
        ("G", "Py", 2, (40, 90, 0), (80, 130, 20)),
    ],
    {
        "left": {"region": "F", "face": "xmin", "sink": True},
        "right": {"region": "Cu", "face": "xmax", "sink": True},
        "end": {"region": "G", "face": "ymax"},
    },
    schemes={"main": {"left": "current", "right": {"voltage": 0.0}}},
    probes={"local": ["left", "right"], "far": ["end", "right"]},
)
CROSSED = solids(
    [
        ("F1", "Py", 2, (-20, -80, 0), (20, 80, 15)),
        ("F2", "Py", 2, (-80, -20, 25), (80, 20, 40)),
        ("Cu", "Cu", 1, (-20, -20, 15), (20, 20, 25)),
    ],
    {
        "in": {"region": "F1", "face": "ymin", "sink": True},
        "v1": {"region": "F1", "face": "ymax"},
        "out": {"region": "F2", "face": "xmax", "sink": True},
        "v2": {"region": "F2", "face": "xmin"},
    },
    schemes={"main": {"in": {"current": "equipotential"}, "out": "ground"}},
    probes={"four": ["v1", "v2"]},
    interfaces=[{"between": ["Py", "Cu"], "library": "Py/Cu"}],
)
PILLAR = {
    "geometry": {
        "template": "nanopillar",
        "shape": "rectangular",
        "length": "150 nm",
        "width": "80 nm",
        "layers": [
            {"name": "Py1", "material": "Py", "thickness": "15 nm"},
            {"name": "Cu", "material": "Cu", "thickness": "15 nm"},
            {"name": "Py2", "material": "Py", "thickness": "15 nm"},
        ],
        "bottom_material": "Pt",
        "bottom_thickness": "40 nm",
        "top_material": "Au",
        "top_thickness": "60 nm",
    },
    "mesh": {"refinement": 1.0},
    "configurations": {"P": {"Py1": 1, "Py2": 1}, "AP": {"Py1": 1, "Py2": -1}},
    "heating": {"model": "conserving"},
    "schemes": {
        "heater": {"bottom_current": "current", "bottom_voltage": "ground"},
        "spin_valve": {"bottom_current": "current", "top_current": "ground"},
    },
    "probes": {"pillar": ["bottom_voltage", "top_voltage"]},
}


@dataclass(frozen=True)
class Device:
    """A device and how fine its meshes are.

    Attributes:
        config: The configuration.
        scale: The refinement that is called 1.
        key: The key that refines the mesh.
    """

    config: dict[str, Any]
    scale: float = 1.0

    def solve(self, degree: int, refinement: float, orders: int) -> ts.Results:
        """Solve it on one mesh."""
        mesh = self.config["mesh"] | {"refinement": self.scale * refinement}
        solver = {"degree": degree, "orders": orders, "reciprocity": False}
        config = ts.load(self.config | {"mesh": mesh, "solver": solver})
        return ts.run(config)


DEVICES = {
    "stack": Device(stack("5 nm", [1, 1], {"interface_size": "4 nm", "max_size": "8 nm"})),
    "contacts": Device(
        stack(
            "20 nm",
            [2, 2],
            {"interface_size": "2 nm", "max_size": "8 nm"},
            interfaces=[{"between": ["M", "Cu"], "conductance": 5e14, "polarisation": 0.5}],
            heating={"model": "conserving"},
            schemes={"main": {"top": {"voltage": 1e-3}, "bottom": "ground"}},
        )
    ),
    "lateral": Device(LATERAL),
    "corner": Device(CORNER),
    "crossed": Device(CROSSED),
    "pillar": Device(PILLAR, 0.35),
}


def readings(results: ts.Results) -> pd.DataFrame:
    """Value, estimate and bar of all readings."""
    keys = ["scheme", "probe", "configuration", "order"]
    return results.readings.set_index(keys)[["value", "correction", "mesh_error"]]


def true_readings(device: Device, orders: int) -> pd.DataFrame:
    """The true values of all readings, and how much the last degree changes them."""
    below, found = (
        readings(device.solve(degree, TRUTH_REFINEMENT, orders))
        for degree in (TRUTH_DEGREE - 1, TRUTH_DEGREE)
    )
    return found.assign(change=abs(found.value - below.value))


def rows(
    name: str, device: Device, truth: pd.DataFrame, degree: int, refinement: float, orders: int
) -> Iterator[dict[str, Any]]:
    """One row per reading that is resolved."""
    found = readings(device.solve(degree, refinement, orders))
    for key, read in found.iterrows():
        true = truth.loc[key]
        error = true.value - read.value
        if abs(error) > max(RESOLVED * true.change, ROUNDING * abs(true.value)):
            yield {
                "device": name,
                "mesh": f"P{degree} {refinement:g}",
                "reading": " ".join(map(str, key)),
                "error": error / abs(true.value),
                "effectivity": read.correction / error,
                "bar": read.mesh_error / abs(error),
            }


def main() -> None:
    """Print the table and what it says altogether."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("devices", nargs="*", default=list(DEVICES), help=", ".join(DEVICES))
    parser.add_argument("--degree", type=int, default=1)
    parser.add_argument("--orders", type=int, default=2)
    parser.add_argument("--refinements", type=float, nargs="*", default=[0.7, 1.0])
    arguments = parser.parse_args()
    table = []
    for name in arguments.devices:
        device = DEVICES[name]
        truth = true_readings(device, arguments.orders)
        for refinement in arguments.refinements:
            table += rows(name, device, truth, arguments.degree, refinement, arguments.orders)
    found = pd.DataFrame(table)
    print(found.to_string(float_format=lambda x: f"{x:.3g}", index=False))
    contained = (found.bar >= 1).mean()
    low, middle, high = np.quantile(found.effectivity, [0.05, 0.5, 0.95])
    print(
        f"{len(found)} readings: {contained:.0%} within their bars; "
        f"bar/error median {found.bar.median():.2f}; "
        f"effectivity median {middle:.2f}, 5 % to 95 %: {low:.2f} to {high:.2f}"
    )


if __name__ == "__main__":
    main()
