"""Arrows that show where a vector in spin space points, on a slice or a surface."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyvista as pv

_ALONG = 30
"""Arrows along the longest side of a picture, where the mesh is fine enough."""
_FINER = 3
"""Candidates for an arrow along the distance of two arrows."""
_AREA = 1e-3
"""Faces below this times the square of that distance are slivers, and no candidates."""
_SHORTEST = 0.01
"""Vectors shorter than this times the longest have no arrow."""
_AWAY = -0.5
"""Cosine of the angle to the line of sight below which an arrow points away."""
_DECIMALS = 3
"""Faces whose centres agree to this many decimals of a nanometre are one face, seen from two regions."""


@dataclass(frozen=True)
class Arrows:
    """Arrows of one length; the colours below them show the length of the vectors.

    Attributes:
        places: Their centres, nm, (n, 3).
        directions: Unit vectors, (n, 3): x, y, z of spin space are drawn along those of the device.
        length: Their length, nm.
    """

    places: np.ndarray
    directions: np.ndarray
    length: float

    def glyphs(self, towards: np.ndarray) -> dict[bool, pv.PolyData]:
        """The arrows, moved in front of the surface they are drawn on: those that point away, and the others.

        Args:
            towards: Unit vector to the viewer, (3,).
        """
        away = self.directions @ towards < _AWAY
        shape = pv.Arrow(start=(-0.5, 0, 0), tip_length=0.4, tip_radius=0.18, shaft_radius=0.06)
        found = {}
        for points_away in (False, True):
            chosen = away == points_away
            if chosen.any():
                cloud = pv.PolyData(self.places[chosen] + self.length * towards)
                cloud["direction"] = self.directions[chosen]
                found[points_away] = cloud.glyph(
                    orient="direction", scale=False, factor=self.length, geom=shape
                )
        return found


def arrows(parts: Sequence[pv.DataSet], name: str, extent: float) -> Arrows:
    """Arrows at the centres of some faces, at distances as even as the mesh allows.

    Args:
        parts: The parts drawn, nm; faces that two parts have in common are inside the device.
        name: The array of vectors, at the points or in the cells, NaN where there are none.
        extent: Longest side of the picture, nm.
    """
    spacing = extent / _ALONG
    places = np.concatenate([part.cell_centers().points for part in parts]).astype(float)
    areas = np.concatenate([part.compute_cell_sizes().cell_data["Area"] for part in parts])
    vectors = np.concatenate([_in_cells(part, name) for part in parts])
    length = np.linalg.norm(vectors, axis=1)
    outside = _single(places) & np.isfinite(length) & (areas > _AREA * spacing**2)
    shown = np.flatnonzero(outside & (length > _SHORTEST * length[outside].max(initial=0.0)))
    chosen = shown[_apart(places[shown] / spacing)]
    return Arrows(places[chosen], vectors[chosen] / length[chosen, None], 0.9 * spacing)


def _apart(places: np.ndarray) -> list[int]:
    """Some of the places, no two nearer than 1, those near the points of a lattice first."""
    cubes = np.floor(_FINER * places)
    _, candidates = np.unique(cubes, axis=0, return_index=True)
    off_lattice = np.linalg.norm(places - np.floor(places) - 0.5, axis=1)
    kept: list[int] = []
    for i in candidates[np.argsort(off_lattice[candidates], kind="stable")]:
        if (np.linalg.norm(places[kept] - places[i], axis=1) >= 1).all():
            kept.append(int(i))
    return kept


def _in_cells(part: pv.DataSet, name: str) -> np.ndarray:
    """Vectors at the centres of the cells."""
    cells = part if name in part.cell_data else part.point_data_to_cell_data()
    return np.asarray(cells.cell_data[name], dtype=float)


def _single(places: np.ndarray) -> np.ndarray:
    """Whether a place occurs once."""
    _, number, count = np.unique(places.round(_DECIMALS), axis=0, return_inverse=True, return_counts=True)
    return count[number.ravel()] == 1
