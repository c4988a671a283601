"""Averages of the elements' own fields on the interface of two regions, and the net current through it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from thermospin.compat import MPI
from thermospin.discretisation.spaces import Spaces
from thermospin.observables.extrema import largest
from thermospin.observables.faces import InterfaceFaces, InterfacePlace, Side
from thermospin.observables.net_currents import NetCurrents
from thermospin.observables.polynomials import (
    coefficients,
    face_means,
    face_slopes,
    mean_magnitudes,
    on_faces,
)

if TYPE_CHECKING:
    from thermospin.observables.cells import CellFields


class InterfaceViews:
    """Evaluates fields on interfaces.

    Args:
        spaces: The spaces.
    """

    def __init__(self, spaces: Spaces) -> None:
        self._spaces = spaces
        self._faces = InterfaceFaces(spaces.device)

    @cached_property
    def places(self) -> list[InterfacePlace]:
        """All places where two regions touch (collective)."""
        return self._faces.places()

    @cached_property
    def _net(self) -> NetCurrents:
        return NetCurrents(self._spaces, self._faces)

    def currents(self, fields: CellFields) -> dict[InterfacePlace, float]:
        """Net currents, see :meth:`thermospin.observables.net_currents.NetCurrents.of` (collective).

        Args:
            fields: The fields on every rank's cells.
        """
        return self._net.of(fields)

    def averages(
        self, fields: CellFields, place: InterfacePlace, currents: Mapping[InterfacePlace, float]
    ) -> dict[str, Any] | None:
        """See :meth:`thermospin.observables.cells.Observer.interface` (collective).

        Args:
            fields: The fields on every rank's cells.
            place: The interface.
            currents: The net currents of these fields, A.
        """
        side = self._faces.side(place)
        slopes = face_slopes(coefficients(fields.rise[side.cells]), side.vertices, side.gradients)
        slope = np.einsum("nk,nk->n", slopes, side.normals)
        area, gradient = self._sum([side.areas.sum(), side.areas @ slope])
        if area == 0.0:
            return None
        found = {"area": float(area), "gradient_T": float(gradient / area)}
        if place.first in self._spaces.conductors:
            found |= {name: self._spread(values, side) for name, values in fields.accumulations.items()}
        if place in currents:
            found |= {"current": currents[place], "crossing": self._crossing(fields, side)}
        return found

    def _crossing(self, fields: CellFields, side: Side) -> float:
        """The current in either direction, A (collective)."""
        normal = np.einsum("npk,nk->np", fields.charge_flux[side.cells], side.normals)
        through = on_faces(coefficients(normal), side.vertices)
        return float(self._sum([side.areas @ mean_magnitudes(through) / 2])[0])

    def _spread(self, values: np.ndarray, side: Side) -> dict[str, float]:
        """Mean, least and largest value on an interface (collective).

        Args:
            values: At the nodes of all owned cells.
            side: The interface.
        """
        control = on_faces(coefficients(values[side.cells]), side.vertices)
        area, integral = self._sum([side.areas.sum(), side.areas @ face_means(control)])
        ends = np.empty(2)
        self._spaces.comm.Allreduce(np.array([largest(-control, 3), largest(control, 3)]), ends, MPI.MAX)
        return {"mean": float(integral / area), "min": float(-ends[0]), "max": float(ends[1])}

    def _sum(self, values: list[float]) -> np.ndarray:
        """Sums over the ranks (collective)."""
        return self._spaces.comm.allreduce(np.array(values, dtype=float), MPI.SUM)
