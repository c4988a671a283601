"""The geometry `layout`: films outlined by the layers of a GDSII or OASIS file."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from pydantic import Field, model_validator

from thermospin.errors import InputError
from thermospin.meshes.layouts.arrangement import Arrangement, arrange
from thermospin.meshes.layouts.curves import simplified
from thermospin.meshes.layouts.deposition import Piece
from thermospin.meshes.layouts.labels import End, Names, read_labels
from thermospin.meshes.layouts.outlines import Outline, Scale, bounds, box_ring, outline, segment_distances
from thermospin.meshes.layouts.reading import Drawing, named, read_drawing
from thermospin.meshes.layouts.solids import build_solids
from thermospin.meshes.layouts.stack import Coverage, Film, LayerTag, substrates
from thermospin.meshes.solids import SolidsGeometry
from thermospin.meshes.template import NonNegativeLength
from thermospin.meshes.terminals import TerminalFace
from thermospin.section import Section, mistake
from thermospin.units import Length, PositiveLength

FINENESS = 10
"""The smallest film's thickness over the tolerance, where none is given."""


FINE = 1e-3
"""Tolerance before curves are simplified, relative to the tolerance."""


@dataclass(frozen=True)
class Device:
    """A layout as a device.

    Attributes:
        solids: The solids.
        terminals: The terminals that labels name.
        films: The film of every region.
    """

    solids: SolidsGeometry
    terminals: Mapping[str, TerminalFace]
    films: Mapping[str, str]


class LayoutGeometry(Section):
    """Films outlined by the layers of a layout file, deposited one after another.

    Films without outline before the first with one are substrates and lie below z = 0. A label on a film's
    layer names the connected piece that it lies on; on an edge it names a terminal; outside the crop, on a
    lead, it names the terminal where the lead is cut. These terminals and the substrate's bottom are heat
    sinks; `terminals` may say otherwise: `{label: I+, sink: false}`.
    """

    layout: str = Field(min_length=1)
    """Path of the layout file (.gds, .oas)."""
    cell: str | None = None
    """Name of the cell; default: the only top cell."""
    layers: dict[str, Film] = Field(min_length=1)
    """The films by name, in the order of deposition."""
    coverage: Coverage = "ballistic"
    """How films cover what is below them. `ballistic`: evaporated from above, every film follows the top
    below it, steps included. `planar`: flat tops; the film fills what is below up to its thickness above the
    lowest top that it covers. `conformal`: as thick on the sides of steps as on their tops, with square
    corners."""
    crop: tuple[Length, Length, Length, Length] | None = None
    """What is kept of the layout: x0, y0, x1, y1, m; default: everything."""
    margin: NonNegativeLength = 0.0
    """How far films without outline extend beyond the crop, or beyond all outlines, m."""
    tolerance: PositiveLength | None = None
    """Distance up to which vertices are joined, slivers closed and curves simplified, m; default: a tenth of
    the thinnest film with an outline."""
    ignore: tuple[LayerTag, ...] = ()
    """Layers of markers, fill and other devices that no film uses."""

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        if self.crop is not None and not (self.crop[0] < self.crop[2] and self.crop[1] < self.crop[3]):
            raise mistake("must be [x0, y0, x1, y1] with x0 < x1 and y0 < y1", "crop")
        if not self._outlined:
            raise mistake("no film has a layer; give one, such as 'layer: [1, 0]'", "layers")
        for name, film in self.layers.items():
            if film.thickness < self.resolution:
                raise mistake(
                    f"the film is thinner than the tolerance, {self.resolution * 1e9:g} nm; lower "
                    "geometry.tolerance",
                    "layers", name, "thickness",
                )  # fmt: skip
        return self

    @property
    def _outlined(self) -> dict[str, Film]:
        return {name: film for name, film in self.layers.items() if film.layer is not None}

    @property
    def resolution(self) -> float:
        """The tolerance, m."""
        if self.tolerance is not None:
            return self.tolerance
        return min(film.thickness for film in self._outlined.values()) / FINENESS

    @property
    def materials(self) -> dict[str, str]:
        """Material of every region."""
        return self.resolved.materials

    @property
    def interfaces(self) -> None:
        """No choice of interfaces to refine."""
        return None

    @property
    def resolved(self) -> SolidsGeometry:
        """The solids of the device."""
        return self.device.solids

    @property
    def terminals(self) -> dict[str, TerminalFace]:
        """The terminals that labels name, and the bottom of the substrate, all of them heat sinks."""
        found = dict(self.device.terminals)
        if below := substrates(self.layers):
            found.setdefault("substrate", TerminalFace(region=below[0], face="zmin", sink=True))
        return found

    @cached_property
    def device(self) -> Device:
        """The layout as a device.

        Raises:
            InputError: The file cannot be read, or makes no device.
        """
        drawing = read_drawing(self.layout, self.cell)
        scale = Scale.of(self.resolution)
        outlines = {
            name: outline(drawing, film.layer, self.crop, scale, f"geometry.layers.{name}.layer")
            for name, film in self._outlined.items()
        }
        self._check_unused(drawing)
        names = read_labels(drawing, self.layers, outlines, self.crop, self.resolution)
        pieces, rings = self._pieces(drawing, outlines, names)
        graph = simplified(arrange(rings, FINE * self.resolution), self.resolution)
        start = -sum(self.layers[name].thickness for name in substrates(self.layers))
        solids = build_solids(graph, pieces, self.layers, self.coverage, start)
        films = {piece.region: piece.film for piece in pieces}
        return Device(solids, self._ends(drawing, graph, pieces, names.ends), films)

    def _check_unused(self, drawing: Drawing) -> None:
        """Refuse layers that no film uses and that nobody ignores."""
        used = {film.layer for film in self.layers.values()} | set(self.ignore)
        texts = used | {film.labels for film in self.layers.values()}
        layers = {tag[0] for tag in used if tag}
        for tag, polygons in drawing.polygons.items():
            if tag not in used:
                raise InputError(
                    f"{drawing.file}: layer {named(tag)} holds {len(polygons)} polygons and no film uses it; "
                    f"add a film, or '{list(tag)}' to geometry.ignore",
                    key="geometry.layers",
                )
        for label in drawing.labels:
            if label.tag not in texts and label.tag[0] not in layers:
                raise InputError(
                    f"{drawing.file}: label '{label.text}' is on layer {named(label.tag)}, which no film uses"
                    f"; give a film 'labels: {list(label.tag)}', or add it to geometry.ignore",
                    key="geometry.layers",
                )

    def _pieces(
        self, drawing: Drawing, outlines: Mapping[str, Outline], names: Names
    ) -> tuple[list[Piece], list[list[np.ndarray]]]:
        """Pieces in the order of the films, and the rings of each."""
        box = self.crop or bounds(drawing, {film.layer for film in self._outlined.values()})
        rings: dict[Piece, list[np.ndarray]] = {}
        for name in self.layers:
            if name not in outlines:
                rings[Piece(name, name)] = [box_ring(box, self.margin)]
                continue
            for number, polygon in enumerate(outlines[name].pieces):
                rings.setdefault(Piece(names.pieces[name].get(number, name), name), []).append(polygon)
        films: dict[str, str] = {}
        for piece in rings:
            if films.setdefault(piece.region, piece.film) != piece.film:
                raise InputError(
                    f"{drawing.file}: a label of film {piece.film} names a region '{piece.region}', and so "
                    f"does film {films[piece.region]}; change one",
                    key=f"geometry.layers.{piece.film}",
                )
        return list(rings), list(rings.values())

    def _ends(
        self, drawing: Drawing, graph: Arrangement, pieces: list[Piece], ends: tuple[End, ...]
    ) -> dict[str, TerminalFace]:
        """Terminals by the edges of the arrangement on which their faces stand."""
        found: dict[str, dict[str, list]] = {}
        for end in ends:
            distance = segment_distances(graph.points, end.sides[:, 0], end.sides[:, 1])
            near = (distance[graph.edges] < self.resolution).all(axis=1).any(axis=1)
            for index, piece in enumerate(pieces):
                if piece.film == end.film:
                    lines = graph.points[graph.edges[near & graph.member[:, index]]].tolist()
                    if lines:
                        found.setdefault(end.text, {}).setdefault(piece.region, []).extend(lines)
        for text, regions in found.items():
            if len(regions) > 1:
                raise InputError(
                    f"{drawing.file}: terminal label '{text}' lies on several regions ({', '.join(regions)})"
                    "; give every region a label of its own",
                    key="geometry.layers",
                )
        return {
            text: TerminalFace(region=region, edges=lines, sink=True)
            for text, regions in found.items()
            for region, lines in regions.items()
        }
