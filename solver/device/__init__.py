"""The device of a configuration: frozen, numbers only, and its resistive interfaces on a mesh."""

from thermospin.device.device import Device, Numerics
from thermospin.device.drive import Drive
from thermospin.device.resistive_interfaces import ResistiveInterface
from thermospin.device.sheets import Sheet

__all__ = ["Device", "Drive", "Numerics", "ResistiveInterface", "Sheet"]
