"""Configurations that are read and checked with the devices that they describe."""

from thermospin.validation.loading import load, load_config
from thermospin.validation.sweep import Sweep, load_sweep

__all__ = ["Sweep", "load", "load_config", "load_sweep"]
