"""Resistive interfaces: the currents across them, and the heat there."""
