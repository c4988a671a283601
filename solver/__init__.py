"""thermospin: coupled charge, spin and heat in metallic devices, in three dimensions.

``run(load_config("device.yaml"))`` does what ``thermospin run device.yaml`` does, and returns the results.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from thermospin.config import Config, load_config
    from thermospin.results import Results
    from thermospin.simulation import run

__all__ = ["Config", "Results", "load_config", "run"]

_HOME = {"Config": "config", "Results": "results", "load_config": "config", "run": "simulation"}


def __getattr__(name: str) -> Any:
    """Import the public names when they are first used: reading a configuration must not load DOLFINx."""
    import importlib

    if name not in _HOME:
        raise AttributeError(f"module 'thermospin' has no attribute '{name}'")
    return getattr(importlib.import_module(f"thermospin.{_HOME[name]}"), name)
