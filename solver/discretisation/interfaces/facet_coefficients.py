"""Coefficients of resistive interfaces: one number per facet, arranged as lifts (solver/physics.md §4)."""

from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import replace
from typing import Self

import numpy as np

from thermospin.device import ResistiveInterface
from thermospin.discretisation.interfaces.facets import FacetPairs
from thermospin.fields import Unknowns
from thermospin.lift import Lift, SpinVector
from thermospin.materials import ChannelPair, InterfaceMaterial
from thermospin.physics.coefficients import Coefficients
from thermospin.textures import MagneticState


class FacetCoefficients:
    """The coefficients of interfaces, and the magnetisation that can be changed.

    Numbers have the shape (n, 1), a direction of m has one per quadrature point, shape (n, q).

    Args:
        interfaces: Law, sides and magnet of every interface.
        interface: Number of the interface that a facet is on, shape (n,).
        pairs: The facets.
        temperature: T0, K.
        unknowns: What is solved for.

    Attributes:
        crossing: Coefficients of the currents from side to side.
        absorbed: Coefficients of the currents that magnets absorb across their magnetisation, from the other
            side; None where spins have one axis, or no magnet is there.
        across: The part of ``crossing`` that insulating magnets take up across their magnetisation; None
            without such magnets.
    """

    def __init__(
        self,
        interfaces: Mapping[str, ResistiveInterface],
        interface: np.ndarray,
        pairs: FacetPairs,
        temperature: float,
        unknowns: Unknowns,
    ) -> None:
        self._resistive, self._interface, self._pairs = list(interfaces.values()), interface, pairs
        self._is_vector, self._is_split = unknowns.vector, unknowns.spin_heat
        self._temperature = temperature
        at_points = (len(interface), len(pairs.weights))
        self._m = (
            SpinVector(*(np.ones(at_points) * (axis == "z") for axis in "xyz"))
            if self._is_vector
            else np.ones((len(interface), 1))
        )
        self._build(temperature)

    def _build(self, temperature: float) -> None:
        if self._resistive[0].law.kind == "spins":
            self.crossing, self.absorbed = self._taking_spins(temperature), None
            nothing = Lift(0.0, 0.0, self._m, 0.0)
            electrical = self.crossing.electrical.transverse
            self.across = replace(self.crossing, electrical=electrical, thermoelectric=nothing, heat=0.0)
        else:
            self.crossing, self.absorbed = self._crossing(temperature), self._absorbed(temperature)
            self.across = None

    def with_laws(self, interfaces: Mapping[str, ResistiveInterface], temperature: float) -> Self:
        """Coefficients of the same interfaces with other laws, in the same magnetic state.

        T0 by which heat sources are divided stays as it is.

        Args:
            interfaces: The interfaces with their laws, in the same order.
            temperature: T0 of the other coefficients, K.
        """
        other = copy(self)
        other._resistive = list(interfaces.values())
        other._build(temperature)
        return other

    def magnetise(self, magnetisation: MagneticState) -> None:
        """Set the magnetisation of some regions.

        Args:
            magnetisation: Sign or direction of every magnetic region.
        """
        for i, interface in enumerate(self._resistive):
            here = self._interface == i
            if interface.magnet is None:
                continue
            if self._is_vector:
                points = self._pairs.points[here]
                direction = magnetisation[interface.magnet](points.reshape(-1, 3)).reshape(points.shape)
                for component, values in zip(self._m, np.moveaxis(direction, -1, 0), strict=True):
                    component[here] = values
            else:
                self._m[here, 0] = magnetisation[interface.magnet]

    def per_facet(self, quantity: Callable[[ResistiveInterface], float]) -> np.ndarray:
        """A number per interface as one per facet, shape (n, 1).

        Args:
            quantity: The number of an interface.
        """
        values = [quantity(interface) for interface in self._resistive]
        return np.array(values, dtype=float)[self._interface][:, None]

    def _crossing(self, temperature: float) -> Coefficients:
        """Coefficients of the currents across; spins across the magnetisation of a magnet do not cross."""
        crosses = self.per_facet(lambda interface: interface.magnet is None)
        none = Lift(0.0, 0.0, self._m)

        def lift(pair: Callable[[InterfaceMaterial], ChannelPair[float]], scale: float = 1.0) -> Lift:
            total = scale * self.per_facet(lambda interface: pair(interface.law).sum)
            difference = scale * self.per_facet(lambda interface: pair(interface.law).difference)
            return Lift(total, difference, self._m, crosses * total if self._is_vector else None)

        total = self.per_facet(lambda interface: interface.law.heat_conductance(temperature) / temperature)
        electronic = lift(lambda law: law.electronic_heat(temperature), 1 / temperature)
        return Coefficients(
            electrical=lift(lambda law: law.electrical),
            thermoelectric=lift(lambda law: law.thermoelectric),
            heat=total - electronic.X if self._is_split else total,
            electronic_heat=electronic if self._is_split else none,
            relaxation=none,
            heat_relaxation=none,
            temperature=self._temperature,
            channels=Lift(1.0, 0.0, self._m, crosses) if self._is_vector else None,
        )

    def _taking_spins(self, temperature: float) -> Coefficients:
        """Coefficients of spins that insulating magnets take up, and of heat (solver/physics.md §11)."""
        none = Lift(0.0, 0.0, self._m)

        def number(of: Callable[[InterfaceMaterial], float]) -> np.ndarray:
            return self.per_facet(lambda interface: of(interface.law))

        along, seebeck = (
            number(lambda law: 2 * law.spin_conductance),
            number(lambda law: law.spin_seebeck_current),
        )
        electrical = Lift(along, 0.0, self._m)
        if self._is_vector:
            electrical = electrical._replace(across=number(lambda law: 2 * law.mixing.real))
            if any(interface.law.mixing.imag for interface in self._resistive):
                electrical = electrical._replace(turning=number(lambda law: 2 * law.mixing.imag))
        return Coefficients(
            electrical=electrical,
            thermoelectric=Lift(0.0, seebeck, self._m, 0.0 if self._is_vector else None),
            heat=number(lambda law: law.heat_conductance(temperature) / temperature),
            electronic_heat=none,
            relaxation=none,
            heat_relaxation=none,
            temperature=self._temperature,
        )

    def _absorbed(self, temperature: float) -> Coefficients | None:
        """Coefficients of the currents that magnets absorb across their magnetisation."""
        magnetic = [interface for interface in self._resistive if interface.magnet is not None]
        if not self._is_vector or not magnetic:
            return None
        none = Lift(0.0, 0.0, self._m)

        def lift(across: Callable[[InterfaceMaterial], float]) -> Lift:
            values = self.per_facet(lambda interface: across(interface.law) if interface.magnet else 0.0)
            return none._replace(across=values)

        electrical = lift(lambda law: 2 * law.mixing.real)
        if any(interface.law.mixing.imag for interface in magnetic):
            electrical = electrical._replace(turning=lift(lambda law: 2 * law.mixing.imag).across)
        heat = lift(lambda law: law.mixing_heat(temperature) / temperature)
        return Coefficients(
            electrical=electrical,
            thermoelectric=lift(lambda law: law.mixing_seebeck),
            heat=0.0,
            electronic_heat=heat if self._is_split else none,
            relaxation=none,
            heat_relaxation=none,
            temperature=self._temperature,
        )
