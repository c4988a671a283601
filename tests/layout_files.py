"""Layouts drawn for tests, in nm, and the devices that they make."""

import gdstk
import numpy as np
from scipy.ndimage import maximum_filter

from thermospin.meshes.layouts.geometry import LayoutGeometry

NM = 1e-9


class Drawn:
    """A library of one cell in which lengths are nm."""

    def __init__(self, precision=1e-12):
        self.library = gdstk.Library(unit=NM, precision=precision)
        self.cell = self.library.new_cell("TOP")

    def box(self, layer, x0, y0, x1, y1):
        self.cell.add(gdstk.rectangle((x0, y0), (x1, y1), layer=layer))
        return self

    def polygon(self, layer, *corners):
        self.cell.add(gdstk.Polygon(corners, layer=layer))
        return self

    def add(self, *shapes):
        self.cell.add(*shapes)
        return self

    def label(self, layer, text, x, y):
        self.cell.add(gdstk.Label(text, (x, y), layer=layer))
        return self

    def write(self, path):
        (self.library.write_oas if path.suffix == ".oas" else self.library.write_gds)(str(path))
        return path


def film(thickness, layer=None, material="Cu", **more):
    """A film whose thickness is given in nm."""
    return {"material": material, "thickness": thickness * NM, "layer": layer, **more}


def geometry(path, films, **more):
    return LayoutGeometry(layout=str(path), layers=films, **more)


def volumes(device):
    """Volume of every region from its polygons, nm³."""
    found = dict.fromkeys(device.materials, 0.0)
    for solid in device.resolved.solids:
        outer, *holes = (shoelace(ring / NM) for ring in solid.polygon.rings)
        found[solid.name] += (outer - sum(holes)) * (solid.polygon.z[1] - solid.polygon.z[0]) / NM
    return found


def shoelace(corners):
    x, y = np.asarray(corners).T
    return abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2


def box_volumes(boxes, films, coverage, blanket=None):
    """Volumes of films of rectangles, nm³, coordinate by coordinate: no polygons, no arrangement.

    Args:
        boxes: Rectangles (x0, y0, x1, y1) of every film, nm.
        films: Thickness of every film, nm, in the order of deposition.
        coverage: ``ballistic``, ``planar`` or ``conformal``.
        blanket: Rectangle of the films that have none.
    """
    boxes = {name: boxes.get(name, [blanket]) for name in films}
    ends = np.array([b for group in boxes.values() for b in group])
    x, y = np.unique(ends[:, [0, 2]]), np.unique(ends[:, [1, 3]])
    cx, cy = np.meshgrid((x[1:] + x[:-1]) / 2, (y[1:] + y[:-1]) / 2, indexing="ij")
    area = np.multiply.outer(np.diff(x), np.diff(y))
    top, found = np.zeros(area.shape), {}
    for name, thickness in films.items():
        inside = np.zeros(area.shape, dtype=bool)
        for x0, y0, x1, y1 in boxes[name]:
            inside |= (cx > x0) & (cx < x1) & (cy > y0) & (cy < y1)
        level = top[inside].min() + thickness if coverage == "planar" else top + thickness
        filled = np.where(inside, np.maximum(level - top, 0), 0)
        found[name] = float((filled * area).sum())
        top = top + filled
    return found


def pixel_volumes(boxes, films, around, pixel=10):
    """Volumes of conformal films of rectangles, nm³, by dilation of pixels.

    Args:
        boxes: Rectangles (x0, y0, x1, y1) of the films that have any, nm; all lengths are whole pixels.
        films: Thickness of every film, nm, in the order of deposition.
        around: Rectangle of the films that have none, nm.
        pixel: Size of a pixel, nm.
    """
    low, high = np.array(around[:2]) // pixel, np.array(around[2:]) // pixel
    top, found = np.zeros(high - low), {}
    for name, thickness in films.items():
        inside = np.zeros(top.shape, dtype=bool)
        for box in boxes.get(name, [around]):
            x0, y0, x1, y1 = np.array(box) // pixel - np.tile(low, 2)
            inside[x0:x1, y0:y1] = True
        level = maximum_filter(top, 2 * (thickness // pixel) + 1, mode="nearest") + thickness
        filled = np.where(inside, level - top, 0)
        found[name] = float(filled.sum()) * pixel**2
        top = top + filled
    return found
