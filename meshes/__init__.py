"""Geometry and meshes: solids by priority, size control, terminals, the user's own files, and a cache."""

from thermospin.meshes.build import build_mesh, mesh_hash
from thermospin.meshes.columns.options import ColumnOptions
from thermospin.meshes.geometry import FileGeometry, Geometry
from thermospin.meshes.lateral_nonlocal import LateralNonlocal
from thermospin.meshes.layer_stack import LayerStack
from thermospin.meshes.layers import Layer
from thermospin.meshes.layouts.geometry import LayoutGeometry
from thermospin.meshes.nanopillar import Nanopillar
from thermospin.meshes.options import MeshOptions
from thermospin.meshes.record import MeshRecord
from thermospin.meshes.shapes import Box, EllipticCylinder, ExtrudedPolygon
from thermospin.meshes.solids import Solid, SolidsGeometry
from thermospin.meshes.terminals import TerminalFace

__all__ = [
    "Box",
    "ColumnOptions",
    "EllipticCylinder",
    "ExtrudedPolygon",
    "FileGeometry",
    "Geometry",
    "LateralNonlocal",
    "Layer",
    "LayerStack",
    "LayoutGeometry",
    "MeshOptions",
    "MeshRecord",
    "Nanopillar",
    "Solid",
    "SolidsGeometry",
    "TerminalFace",
    "build_mesh",
    "mesh_hash",
]
