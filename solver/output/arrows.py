"""Arrows that show where a vector in spin space points, on a slice or a surface."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyvista as pv

_ALONG = 30
"""Arrows along the longest side of a picture, where the mesh is fine enough."""
_SHORTEST = 0.01
"""Vectors shorter than this times the longest have no arrow."""
_AWAY = -0.5
"""Cosine of the angle to the line of sight below which an arrow points away."""
_DECIMALS = 3
"""Faces whose centres agree to this many decimals of a nanometre are one face, seen from two regions."""


@dataclass(frozen=True)
class Arrows:
    """Arrows of one length: the colours below them tell the length of the vectors.

    Attributes:
        places: Their centres, nm, (n, 3).
        directions: Unit vectors, (n, 3): x, y, z of spin space are drawn along those of the device.
        length: Their length, nm.
    """

    places: np.ndarray
    directions: np.ndarray
    length: float

    def glyphs(self, towards: np.ndarray) -> dict[bool, pv.PolyData]:
        """The arrows, moved in front of what they are drawn on: those that point away, and the others.

        Args:
            towards: Unit vector to the viewer, (3,).
        """
        away = self.directions @ towards < _AWAY
        shape = pv.Arrow((-0.5, 0, 0), tip_length=0.4, tip_radius=0.18, shaft_radius=0.06)
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
    """Arrows at the centres of some cells: at most one in every cube of a lattice.

    Args:
        parts: What is drawn, nm; faces that two parts have in common are inside the device.
        name: The array of vectors, at the points or in the cells, NaN where there are none.
        extent: Longest side of the picture, nm.
    """
    places = np.concatenate([part.cell_centers().points for part in parts]).astype(float)
    vectors = np.concatenate([_in_cells(part, name) for part in parts])
    spacing, length = extent / _ALONG, np.linalg.norm(vectors, axis=1)
    outside = _single(places) & np.isfinite(length)
    shown = outside & (length > _SHORTEST * length[outside].max(initial=0.0))
    places, vectors, length = places[shown], vectors[shown], length[shown]
    cubes = np.floor(places / spacing)
    from_centre = np.linalg.norm(places / spacing - cubes - 0.5, axis=1)
    nearest = np.argsort(from_centre, kind="stable")
    _, first = np.unique(cubes[nearest], axis=0, return_index=True)
    chosen = nearest[first]
    return Arrows(places[chosen], vectors[chosen] / length[chosen, None], 0.9 * spacing)


def _in_cells(part: pv.DataSet, name: str) -> np.ndarray:
    """Vectors at the centres of the cells."""
    cells = part if name in part.cell_data else part.point_data_to_cell_data()
    return np.asarray(cells.cell_data[name], dtype=float)


def _single(places: np.ndarray) -> np.ndarray:
    """Whether a place occurs once."""
    _, number, count = np.unique(places.round(_DECIMALS), axis=0, return_inverse=True, return_counts=True)
    return count[number.ravel()] == 1
