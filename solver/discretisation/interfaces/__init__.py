"""Interfaces that resist: what crosses them, and the heat there."""
