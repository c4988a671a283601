"""Meshes of devices made of films: columns of prisms, graded towards singular edges, cut into tetrahedra."""
