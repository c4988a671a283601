"""The configuration of a run: YAML in, checked frozen objects in SI out."""

from thermospin.config.loading import load, load_config
from thermospin.config.root import Config
from thermospin.config.sweep import Sweep, load_sweep

__all__ = ["Config", "Sweep", "load", "load_config", "load_sweep"]
