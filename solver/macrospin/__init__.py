"""Magnets as one moment: dynamics and hysteresis."""
