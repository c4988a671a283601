"""The device: what a configuration and its mesh make together, decided once."""
