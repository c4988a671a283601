"""Micromagnetics: the magnetisation m(x, t) of the magnets of a device (solver/physics.md §12)."""
