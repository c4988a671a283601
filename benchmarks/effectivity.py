"""Quality of the estimates of the discretisation error: small devices, true errors, one table.

    python benchmarks/effectivity.py --output benchmarks/results/effectivity

The truth is the same device with elements of degree 3, refined where its readings' errors are made, and
corrected. Every row is a reading: its error (the truth less the reading) over its value, the estimate over
the error (effectivity), and the error bar over the error's size, which should be 1 to 3, of the reading and
of the corrected one. Readings whose error is hidden by the bar of the truth are left out.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml
from tables import table

import thermospin as ts

TRUTH = {"target": 0.002}
RESOLVED = 2.0
"""Error of a reading over the bar of the truth, from which on it is known."""
CONFIGS = Path(__file__).parents[1] / "configs"
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
RING = solids(
    [
        ("F1", "Py", 2, (-20, -100, 0), (20, -40, 15)),
        ("Cu", "Cu", 1, (-60, -60, 0), (60, -40, 15)),
        ("Cu", "Cu", 1, (-60, 40, 0), (60, 60, 15)),
        ("Cu", "Cu", 1, (-60, -60, 0), (-40, 60, 15)),
        ("Cu", "Cu", 1, (40, -60, 0), (60, 60, 15)),
        ("F2", "Py", 2, (-15, 60, 0), (15, 100, 15)),
        ("End", "Py", 2, (60, -60, 0), (100, -40, 15)),
    ],
    {
        "in": {"region": "F1", "face": "ymin", "sink": True},
        "out": {"region": "End", "face": "xmax", "sink": True},
        "far": {"region": "F2", "face": "ymax"},
    },
    schemes={"main": {"in": "current", "out": "ground"}},
    probes={"ring": ["far", "out"]},
    configurations={"P": {}, "AP": {"F2": -1}},
    heating={"model": "conserving"},
)
VALVE = {
    "geometry": {"template": "lateral_nonlocal"},
    "configurations": {"P": {}, "AP": {"Py2": -1}},
    "schemes": {"thermal": {"contact1": "current", "contact2": "ground"}},
    "probes": {"nonlocal": ["contact3", "contact4"]},
}


def shipped(name: str) -> dict[str, Any]:
    """A shipped configuration, without its output."""
    config = yaml.safe_load((CONFIGS / f"{name}.yaml").read_text())
    return {key: value for key, value in config.items() if key not in ("output", "sweep", "lock_in")}


@dataclass(frozen=True)
class Device:
    """A device and how fine its meshes are.

    Attributes:
        config: The configuration.
        scale: The refinement that is called 1; of columns, the levels less one.
    """

    config: dict[str, Any]
    scale: float = 1.0

    def solve(self, degree: int, refinement: float, orders: int, **sections: Any) -> ts.Results:
        """Solve it, on one mesh unless an accuracy is given."""
        given = self.config.get("solver", {})
        most = given.get("orders", orders)
        solver = given | {"degree": degree, "orders": min(orders, most), "reciprocity": False}
        mesh = self.config.get("mesh", {"columns": {}})
        if mesh.get("columns") is not None:
            mesh = mesh | {"columns": {"plane_refinement": refinement, "height_refinement": refinement}}
        else:
            mesh = mesh | {"refinement": self.scale * refinement}
        return ts.run(ts.load(self.config | {"mesh": mesh, "solver": solver} | sections))


TETRAHEDRA = {"mesh": {"columns": None}}
DEVICES = {
    "stack": Device(stack("5 nm", [1, 1], {"interface_size": "4 nm", "max_size": "8 nm"})),
    "contacts": Device(
        stack(
            "20 nm",
            [2, 2],
            {"interface_size": "2 nm", "max_size": "8 nm"},
            interfaces=[{"between": ["M", "Cu"], "conductance": 5e14, "polarisation": 0.5}],
            heating={"model": "conserving"},
        )
    ),
    "tunnel": Device(shipped("tunnel_contact"), 0.5),
    "lateral": Device(LATERAL),
    "corner": Device(CORNER),
    "crossed": Device(CROSSED),
    "ring": Device(RING),
    "valve": Device(VALVE),
    "peltier": Device(shipped("nanopillar_peltier") | TETRAHEDRA, 0.25),
    "seebeck": Device(shipped("nanopillar_seebeck") | TETRAHEDRA, 0.25),
    "spin_heat": Device(shipped("nanopillar_spin_heat") | TETRAHEDRA, 0.25),
    "strip": Device(shipped("clustered_strip"), 0.5),
}


def readings(results: ts.Results) -> pd.DataFrame:
    """Value, estimate and bars of all readings."""
    keys = ["scheme", "probe", "configuration", "order"]
    numbers = ["value", "correction", "mesh_error", "corrected", "corrected_error"]
    return results.readings.set_index(keys)[numbers]


def true_readings(device: Device, orders: int, unknowns: int) -> pd.DataFrame:
    """The true values of all readings, and their error bars."""
    found = readings(device.solve(3, 1.0, orders, accuracy=TRUTH | {"max_unknowns": unknowns}))
    return pd.DataFrame({"true": found.value + found.correction, "true_bar": found.mesh_error})


def measure(device: Device, arguments: argparse.Namespace) -> pd.DataFrame:
    """One row per mesh and reading: its value, estimate and bar, and the truth."""
    truth = true_readings(device, arguments.orders, arguments.max_unknowns)
    found = [
        readings(device.solve(arguments.degree, refinement, arguments.orders))
        .join(truth)
        .assign(mesh=f"P{arguments.degree} {refinement:g}")
        for refinement in arguments.refinements
    ]
    return pd.concat(found).reset_index()


def judged(rows: pd.DataFrame) -> pd.DataFrame:
    """The readings whose error is known, with it and what the estimate and the bars are of it."""
    error = rows.true - rows.value
    known = error.abs() > np.maximum(RESOLVED * rows.true_bar, ROUNDING * rows.true.abs())
    rows, error = rows[known], error[known]
    return rows.assign(
        error=error / rows.true.abs(),
        effectivity=rows.correction / error,
        bar=rows.mesh_error / error.abs(),
        corrected_bar=rows.corrected_error / (rows.true - rows.corrected).abs(),
    )


def summary(found: pd.DataFrame) -> str:
    """A row per device, and one of all: shares of the readings within their bars, and medians."""
    header = ["device", "readings", "error", "within bars", "bar / error", "corrected: error", "within bars"]
    header += ["bar / error", "effectivity, 5 to 95 %"]

    def row(name: str, rows: pd.DataFrame) -> list[str]:
        low, middle, high = rows.effectivity.quantile([0.05, 0.5, 0.95])
        corrected = ((rows.true - rows.corrected) / rows.true).abs().median()
        return [
            name,
            f"{len(rows)}",
            f"{rows.error.abs().median():.2g}",
            f"{(rows.bar >= 1).mean():.0%}",
            f"{rows.bar.median():.1f}",
            f"{corrected:.2g}",
            f"{(rows.corrected_bar >= 1).mean():.0%}",
            f"{rows.corrected_bar.median():.1f}",
            f"{middle:.2f} ({low:.2f} to {high:.2f})",
        ]

    parts = [row(name, rows) for name, rows in found.groupby("device", sort=False)]
    return table(header, [*parts, row("all", found)])


def main() -> None:
    """Measure the devices one after the other, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("devices", nargs="*", default=list(DEVICES), help=", ".join(DEVICES))
    parser.add_argument("--degree", type=int, default=2)
    parser.add_argument("--orders", type=int, default=2)
    parser.add_argument("--refinements", type=float, nargs="*", default=[0.7, 1.0])
    parser.add_argument("--max-unknowns", type=int, default=400_000, help="of the truth")
    parser.add_argument("--output", type=Path, help="directory of a CSV file per device; what is there stays")
    arguments = parser.parse_args()
    found = []
    for name in arguments.devices:
        file = arguments.output and arguments.output / f"{name}.csv"
        rows = pd.read_csv(file) if file and file.exists() else measure(DEVICES[name], arguments)
        if file:
            file.parent.mkdir(parents=True, exist_ok=True)
            rows.to_csv(file, index=False)
        found.append(judged(rows).assign(device=name))
        print(found[-1].to_string(float_format="{:.3g}".format, index=False), flush=True)
    print(summary(pd.concat(found)))


if __name__ == "__main__":
    main()
