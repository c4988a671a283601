"""Runs, sweeps and loops from a configuration to files."""
