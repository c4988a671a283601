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
    from thermospin import constants
    from thermospin.config import Config
    from thermospin.config.templates import template
    from thermospin.device import Device
    from thermospin.errors import ConvergenceError, InputError, ThermospinError
    from thermospin.hanle.contacts import Film, SpinSink
    from thermospin.hanle.curves import NonlocalWire, ThreeTerminal, larmor_frequency
    from thermospin.hanle.fit import HanleFit, fit_hanle, fit_lorentzians
    from thermospin.materials import ChannelValues, Material, material, material_library
    from thermospin.materials.interface import InterfaceMaterial
    from thermospin.materials.laws import Nanoclusters
    from thermospin.meshes.record import MeshRecord
    from thermospin.networks import Network, load_circuit
    from thermospin.networks.library import hatami_table
    from thermospin.networks.response import TwoTerminalResponse, two_terminal_response
    from thermospin.output.regions import in_regions
    from thermospin.output.stages import SilentProgress
    from thermospin.response.solution import Expansion, Solution
    from thermospin.runs.device_torque import device_torque
    from thermospin.runs.fit import FitResults, fit
    from thermospin.runs.invasive_wire import invasive_wire
    from thermospin.runs.loop import loop
    from thermospin.runs.loop_results import LoopResults
    from thermospin.runs.preparation import mesh
    from thermospin.runs.problem import Problem
    from thermospin.runs.results import Results
    from thermospin.runs.run import run
    from thermospin.runs.sensitivity import Sensitivities, sensitivity
    from thermospin.runs.sweep import sweep
    from thermospin.runs.sweep_results import SweepResults
    from thermospin.units import to_si
    from thermospin.validation import load

    __version__: str

_HOME = {
    "ChannelValues": "materials",
    "Config": "config",
    "ConvergenceError": "errors",
    "Device": "device",
    "Expansion": "response.solution",
    "Film": "hanle.contacts",
    "FitResults": "runs.fit",
    "HanleFit": "hanle.fit",
    "InputError": "errors",
    "InterfaceMaterial": "materials.interface",
    "LoopResults": "runs.loop_results",
    "Material": "materials",
    "MeshRecord": "meshes.record",
    "Nanoclusters": "materials.laws",
    "Network": "networks",
    "NonlocalWire": "hanle.curves",
    "Problem": "runs.problem",
    "Results": "runs.results",
    "SilentProgress": "output.progress",
    "Sensitivities": "runs.sensitivity",
    "Solution": "response.solution",
    "SpinSink": "hanle.contacts",
    "SweepResults": "runs.sweep_results",
    "ThermospinError": "errors",
    "ThreeTerminal": "hanle.curves",
    "TwoTerminalResponse": "networks.response",
    "constants": "constants",
    "device_torque": "runs.device_torque",
    "fit": "runs.fit",
    "fit_hanle": "hanle.fit",
    "fit_lorentzians": "hanle.fit",
    "hatami_table": "networks.library",
    "in_regions": "output.regions",
    "invasive_wire": "runs.invasive_wire",
    "larmor_frequency": "hanle.curves",
    "load": "validation",
    "load_circuit": "networks",
    "loop": "runs.loop",
    "material": "materials",
    "material_library": "materials",
    "mesh": "runs.preparation",
    "run": "runs.run",
    "sensitivity": "runs.sensitivity",
    "sweep": "runs.sweep",
    "template": "config.templates",
    "to_si": "units",
    "two_terminal_response": "networks.response",
}
"""The public names, and the module of each; a module of that name is itself public."""

__all__ = [
    "ChannelValues",
    "Config",
    "ConvergenceError",
    "Device",
    "Expansion",
    "Film",
    "FitResults",
    "HanleFit",
    "InputError",
    "InterfaceMaterial",
    "LoopResults",
    "Material",
    "MeshRecord",
    "Nanoclusters",
    "Network",
    "NonlocalWire",
    "Problem",
    "Results",
    "Sensitivities",
    "SilentProgress",
    "Solution",
    "SpinSink",
    "SweepResults",
    "ThermospinError",
    "ThreeTerminal",
    "TwoTerminalResponse",
    "__version__",
    "constants",
    "device_torque",
    "fit",
    "fit_hanle",
    "fit_lorentzians",
    "hatami_table",
    "in_regions",
    "invasive_wire",
    "larmor_frequency",
    "load",
    "load_circuit",
    "loop",
    "material",
    "material_library",
    "mesh",
    "run",
    "sensitivity",
    "sweep",
    "template",
    "to_si",
    "two_terminal_response",
]


def __getattr__(name: str) -> Any:
    """Import the public names when they are first used: reading a configuration must not load DOLFINx."""
    if name == "__version__":
        from importlib.metadata import version

        return version("thermospin")
    if name not in _HOME:
        raise AttributeError(f"module 'thermospin' has no attribute '{name}'")
    module = importlib.import_module(f"thermospin.{_HOME[name]}")
    return module if _HOME[name] == name else getattr(module, name)


def __dir__() -> list[str]:
    """The public names, whether or not they have been used."""
    return sorted(__all__)
