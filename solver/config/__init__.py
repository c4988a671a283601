"""The configuration of a run: YAML in, frozen objects in SI out."""

from thermospin.config.root import Config

__all__ = ["Config"]
