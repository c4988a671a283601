"""Geometry and meshes: solids by priority, size control, terminals, the user's own files, and a cache."""
