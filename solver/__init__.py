"""thermospin: coupled charge, spin and heat in metallic devices, in three dimensions.

A run is a few lines::

    import thermospin as ts

    config = ts.load("device.yaml", "solver.orders=2")
    results = ts.run(config)
    print(results.readings)  # a pandas DataFrame
    grid = results.fields("thermal", "P", current="2 mA")  # a pyvista grid
    print(grid.points[grid["T"].argmax()])

Nothing is printed and nothing is written unless it is asked for. Errors are :class:`ThermospinError`. On
several MPI ranks all of them make the same calls.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from thermospin.config import Config
    from thermospin.device import Device
    from thermospin.errors import ConvergenceError, InputError, ThermospinError
    from thermospin.materials import Material, material, material_library
    from thermospin.meshes import MeshRecord
    from thermospin.response.solution import Expansion
    from thermospin.runs.loop import loop
    from thermospin.runs.loop_results import LoopResults
    from thermospin.runs.preparation import mesh
    from thermospin.runs.problem import Problem
    from thermospin.runs.results import Results
    from thermospin.runs.simulation import run
    from thermospin.runs.sweep import sweep
    from thermospin.runs.sweep_results import SweepResults
    from thermospin.validation import load

    __version__: str

_HOME = {
    "Config": "config",
    "ConvergenceError": "errors",
    "Device": "device",
    "Expansion": "response.solution",
    "InputError": "errors",
    "LoopResults": "runs.loop_results",
    "Material": "materials",
    "MeshRecord": "meshes",
    "Problem": "runs.problem",
    "Results": "runs.results",
    "SweepResults": "runs.sweep_results",
    "ThermospinError": "errors",
    "load": "validation",
    "loop": "runs.loop",
    "material": "materials",
    "material_library": "materials",
    "mesh": "runs.preparation",
    "run": "runs.simulation",
    "sweep": "runs.sweep",
}
"""The public names, and the module of each."""

__all__ = [
    "Config",
    "ConvergenceError",
    "Device",
    "Expansion",
    "InputError",
    "LoopResults",
    "Material",
    "MeshRecord",
    "Problem",
    "Results",
    "SweepResults",
    "ThermospinError",
    "__version__",
    "load",
    "loop",
    "material",
    "material_library",
    "mesh",
    "run",
    "sweep",
]


def __getattr__(name: str) -> Any:
    """Import the public names when they are first used: reading a configuration must not load DOLFINx."""
    if name == "__version__":
        from importlib.metadata import version

        return version("thermospin")
    if name not in _HOME:
        raise AttributeError(f"module 'thermospin' has no attribute '{name}'")
    return getattr(importlib.import_module(f"thermospin.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    """The public names, whether or not they have been used."""
    return sorted(__all__)
