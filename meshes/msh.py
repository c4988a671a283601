"""Writing mesh.msh: Gmsh 4.1, binary, metres, with physical names."""

from pathlib import Path

import gmsh
import numpy as np

from thermospin.meshes.occ import model
from thermospin.meshes.record import RawMesh

TRIANGLE, TETRAHEDRON = 2, 4


def write_msh(mesh: RawMesh, path: Path) -> None:
    """Write a mesh; node n of the arrays is node n + 1 of the file.

    Args:
        mesh: The mesh.
        path: The file.
    """
    with model():
        blocks = [(3, name, tag, mesh.cells[mesh.cell_tags == tag]) for name, tag in mesh.regions.items()]
        blocks += [
            (2, name, tag, mesh.facets[mesh.facet_tags == tag])
            for name, tag in (*mesh.terminals.items(), *mesh.surfaces.items())
        ]
        for dim, name, tag, _ in blocks:
            gmsh.model.addDiscreteEntity(dim, tag)
            gmsh.model.addPhysicalGroup(dim, [tag], tag, name)
        first = next(iter(mesh.regions.values()))
        gmsh.model.mesh.addNodes(3, first, np.arange(1, len(mesh.points) + 1), mesh.points.ravel())
        start = 1
        for dim, _, tag, nodes in blocks:
            kind = TETRAHEDRON if dim == 3 else TRIANGLE
            numbers = np.arange(start, start + len(nodes))
            gmsh.model.mesh.addElementsByType(tag, kind, numbers, (nodes + 1).ravel())
            start += len(nodes)
        gmsh.option.setNumber("Mesh.MshFileVersion", 4.1)
        gmsh.option.setNumber("Mesh.Binary", 1)
        gmsh.write(str(path))
