"""thermospin: coupled charge, spin and heat in metallic devices, in three dimensions.

``run(load_config("device.yaml"))`` does what ``thermospin run device.yaml`` does, and returns the results;
``run_sweep(load_sweep("device.yaml"))`` likewise for ``thermospin sweep device.yaml``.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from thermospin.config import Config, Sweep, load_config, load_sweep
    from thermospin.runs.results import Results
    from thermospin.runs.simulation import run
    from thermospin.runs.sweep import run_sweep

__all__ = ["Config", "Results", "Sweep", "load_config", "load_sweep", "run", "run_sweep"]

_HOME = {
    "Config": "config",
    "Results": "runs.results",
    "Sweep": "config",
    "load_config": "config",
    "load_sweep": "config",
    "run": "runs.simulation",
    "run_sweep": "runs.sweep",
}


def __getattr__(name: str) -> Any:
    """Import the public names when they are first used: reading a configuration must not load DOLFINx."""
    import importlib

    if name not in _HOME:
        raise AttributeError(f"module 'thermospin' has no attribute '{name}'")
    return getattr(importlib.import_module(f"thermospin.{_HOME[name]}"), name)
