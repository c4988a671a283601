"""The device in three dimensions: the outside of every region, to be turned in the browser."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import meshio
import numpy as np
import plotly.graph_objects as go
import pyvista as pv

from thermospin.errors import InputError
from thermospin.output.grids import edges, skin, tetrahedra
from thermospin.output.mesh_picture import colours_of
from thermospin.runtime.cache import reason_of

TRIANGLES = 120_000
"""Largest number of triangles in a picture; surfaces with more are coarsened."""
_LIGHT = {"ambient": 0.75, "diffuse": 0.4, "specular": 0.05, "roughness": 0.9}


@dataclass(frozen=True)
class Solid:
    """The mesh of a finished run.

    Attributes:
        points: Coordinates, m, (n, 3).
        cells: Nodes of the tetrahedra, (m, 4).
        tags: Region of every tetrahedron, (m,).
        regions: Tag of every region.
    """

    points: np.ndarray
    cells: np.ndarray
    tags: np.ndarray
    regions: dict[str, int]

    @classmethod
    def read(cls, path: Path) -> "Solid":
        """Read the mesh that a run has copied beside its results.

        Args:
            path: The file, in Gmsh's format.

        Raises:
            InputError: It cannot be read.
        """
        try:
            mesh = meshio.gmsh.read(path)
            tags = mesh.cell_data_dict["gmsh:physical"]["tetra"]
            regions = {name: int(tag) for name, (tag, dimension) in mesh.field_data.items() if dimension == 3}
            return cls(mesh.points, mesh.cells_dict["tetra"], tags, regions)
        except OSError as error:
            raise InputError(f"cannot be read ({reason_of(error)}); run again", file=str(path)) from None
        except (KeyError, ValueError, meshio.ReadError):
            raise InputError("not the mesh of a run; run again", file=str(path)) from None

    def of(self, region: str) -> np.ndarray:
        """Tetrahedra of a region, (k, 4).

        Args:
            region: Its name.
        """
        return self.cells[self.tags == self.regions[region]]

    @property
    def heights(self) -> dict[str, tuple[float, float]]:
        """Lowest and highest z of every region, m."""
        found = {name: self.points[self.of(name).ravel(), 2] for name in self.regions}
        return {name: (float(z.min()), float(z.max())) for name, z in found.items()}


def device_figure(solid: Solid, materials: Mapping[str, str], insulators: frozenset[str]) -> go.Figure:
    """The device, a surface for every region; a click on its name hides or shows it.

    Args:
        solid: The mesh.
        materials: Material of every region.
        insulators: Regions to show as if of glass.
    """
    colours = colours_of(solid.regions)
    skins = {name: skin(tetrahedra(solid.points, solid.of(name))[0]) for name in solid.regions}
    total = sum(part.n_cells for part in skins.values())
    traces: list[Any] = []
    for name, part in skins.items():
        label = f"{name} ({materials.get(name, '?')})"
        opacity = 0.25 if name in insulators and len(skins) > 1 else 1.0
        traces.append(_surface(_coarsened(part, total), label, colours[name], opacity))
        traces.append(_lines(part, label))
    return go.Figure(traces, _scene_layout())


def _coarsened(part: pv.PolyData, total: int) -> pv.PolyData:
    """A surface with its share of the largest number of triangles."""
    triangles = part.triangulate()
    return triangles.decimate(1 - TRIANGLES / total) if total > TRIANGLES else triangles


def _surface(part: pv.PolyData, label: str, colour: str, opacity: float) -> go.Mesh3d:
    corners, faces = np.asarray(part.points, dtype=np.float32), part.regular_faces.astype(np.int32)
    return go.Mesh3d(
        **dict(zip("xyz", corners.T, strict=True)),
        **dict(zip("ijk", faces.T, strict=True)),
        color=colour,
        opacity=opacity,
        flatshading=True,
        lighting=_LIGHT,
        name=label,
        legendgroup=label,
        showlegend=True,
        hovertemplate="%{x:.4g}, %{y:.4g}, %{z:.4g} nm<extra>" + label + "</extra>",
    )


def _lines(part: pv.PolyData, label: str) -> go.Scatter3d:
    """Creases of a surface, in one trace: breaks between the lines are NaN."""
    lines = edges(part, boundary_edges=True, feature_edges=True)
    ends = np.asarray(lines.points, dtype=np.float32)[lines.lines.reshape(-1, 3)[:, 1:]]
    path = np.full((len(ends), 3, 3), np.nan, dtype=np.float32)
    path[:, :2] = ends
    return go.Scatter3d(
        **dict(zip("xyz", path.reshape(-1, 3).T, strict=True)),
        mode="lines",
        line={"color": "#202428", "width": 2},
        legendgroup=label,
        showlegend=False,
        hoverinfo="skip",
    )


def _scene_layout() -> go.Layout:
    axes = {f"{name}axis": {"title": {"text": f"{name} (nm)"}} for name in "xyz"}
    eye = {"x": 0.9, "y": -1.6, "z": 1.2}
    return go.Layout(
        scene={"aspectmode": "data", "camera": {"eye": eye, "projection": {"type": "orthographic"}}, **axes},
        margin={"l": 0, "r": 0, "t": 10, "b": 0},
        height=620,
        legend={"x": 0, "y": 1, "bgcolor": "rgba(255,255,255,0.7)"},
        template="plotly_white",
    )
