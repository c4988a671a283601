"""Refinement of tetrahedra that exist: marking, bisection, curved walls, and the record of the result."""
