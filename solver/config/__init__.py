"""The configuration of a run: YAML in, checked frozen objects in SI out."""

from thermospin.config.loading import load_config
from thermospin.config.root import Config

__all__ = ["Config", "load_config"]
