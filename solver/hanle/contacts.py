"""Contacts that take spins back: their effect on spins in the wire below them.

A contact of a magnet on a wire passes the spin current per area, from the magnet to the wire,

    j_s = P_c j m − g∥ m (m·s) − g⊥ s_⊥,        g∥ = 1/(r_c + r_F),   P_c = (P r_c + p r_F)/(r_c + r_F),

with r_c = 1/(G(1−P²)) of the interface and r_F = λ_F/(σ_F(1−p²)) of the magnet (solver/physics.md §§3, 4, 8).
Across m the conductance is 2 Re G↑↓ of a resistive interface; behind a transparent one, that of the magnet.
A film of thickness t adds t/(3σ) in series, as spins come from all of its thickness. Takahashi and Maekawa
(Phys. Rev. B 67, 052409 (2003)) have the same along m without a field; in a field see Maassen et al. (Phys.
Rev. B 86, 235408 (2012)) and Sosenko et al. (Phys. Rev. B 89, 245436 (2014)).
"""

from cmath import cosh, tanh
from math import inf
from typing import NamedTuple

from thermospin.materials import ChannelValues
from thermospin.materials.interface import InterfaceMaterial


class SpinSink(NamedTuple):
    """A contact as a sink of the spins below it: its spin conductance per length of wire over ``σ A``, 1/m².

    In a wire of diffusion length λ a contact of width w takes back the share ``x/(1 + x)`` of its own spins,
    ``x = sink × w λ/2``, where it is narrow.

    Attributes:
        along: Of spins along the magnetisation of the contact.
        across: Of spins across it.
    """

    along: float = 0.0
    across: float = 0.0


class Crowding(NamedTuple):
    """Distribution of current below a contact: a part of it crowds at one edge, the rest is uniform.

    Attributes:
        share: The part.
        length: Its transfer length ℓ, m.
    """

    share: float = 0.0
    length: float = inf

    @property
    def parts(self) -> list[tuple[float, float]]:
        """Shares and 1/ℓ, 1/m, of the current that crowds and of the rest."""
        found = [(self.share, 1 / self.length), (1 - self.share, 0.0)]
        return [(share, rate) for share, rate in found if share]


class Film(NamedTuple):
    """A film that current and spins cross and follow.

    Attributes:
        conductivity: σ, S/m.
        thickness: t, m.
    """

    conductivity: float
    thickness: float

    @property
    def sheet(self) -> float:
        """Sheet conductance σ t, S."""
        return self.conductivity * self.thickness

    @property
    def depth(self) -> float:
        """Resistance times area for a current that spreads evenly over the thickness from one side, Ω m²."""
        return self.thickness / (3 * self.conductivity)

    def sink(self, along: float, across: float) -> SpinSink:
        """A contact as a sink of the spins in this film.

        Args:
            along: g∥ of the contact, S/m².
            across: g⊥, S/m².
        """
        return SpinSink(*(_in_series(g, 1 / self.depth) / self.sheet for g in (along, across)))

    def crowding(self, resistance: float, magnet: "Film", held: bool) -> Crowding:
        """Distribution of current below a contact: a line of two films with a resistance between them.

        Args:
            resistance: Of the interface times its area, Ω m².
            magnet: The magnet; ∞ thick where that is unknown.
            held: Whether its other side has one potential; else the current enters there evenly.
        """
        if held or magnet.thickness == inf:
            above = 0.0 if magnet.thickness == inf else 3 * magnet.depth
            return Crowding(1.0, (self.sheet * (resistance + self.depth + above)) ** 0.5)
        both = 1 / (1 / self.sheet + 1 / magnet.sheet)
        share = magnet.sheet / (magnet.sheet + self.sheet)
        return Crowding(share, (both * (resistance + self.depth + magnet.depth)) ** 0.5)


def contact_conductances(
    magnet: ChannelValues[float],
    interface: InterfaceMaterial | None,
    thickness: float = inf,
    outer: float = 0.0,
) -> tuple[float, float]:
    """g∥ and g⊥ of a contact, S/m².

    Spins that turn about the magnetisation as they cross, by Im G↑↓ or in the magnet, are counted as lost.

    Args:
        magnet: The magnet.
        interface: Its interface with the wire; None where that is transparent.
        thickness: Of the magnet, m.
        outer: Spin conductance of the material on its other side, S/m²: 0 where it is free, ∞ where s = 0.
    """
    charge, difference = magnet.electrical
    along = _layer(charge - difference**2 / charge, magnet.spin_relaxation, thickness, outer)
    if interface is not None:
        barrier = interface.conductance * (1 - interface.polarisation**2)
        return _in_series(along, barrier), 2 * interface.mixing.real
    rate = complex(magnet.transverse_relaxation, magnet.exchange_precession)
    return along, _layer(charge, rate, thickness, outer)


def contact_polarisation(
    magnet: ChannelValues[float],
    interface: InterfaceMaterial | None,
    thickness: float = inf,
    outer: float = 0.0,
) -> float:
    """P_c of a contact: spin current over charge current into a wire without spins.

    A magnet that is thin and free on its other side passes ``p (1 − 1/cosh(t/λ_F))``.

    Args:
        magnet: The magnet.
        interface: Its interface with the wire; None where that is transparent.
        thickness: Of the magnet, m.
        outer: 0 where its other side is free, ∞ where s = 0 there.
    """
    charge, difference = magnet.electrical
    conductivity = charge - difference**2 / charge
    own = difference / charge
    if outer == 0.0 and thickness < inf:
        own *= 1 - 1 / cosh((magnet.spin_relaxation / conductivity) ** 0.5 * thickness).real
    if interface is None:
        return own
    r_f = 1 / _layer(conductivity, magnet.spin_relaxation, thickness, outer)
    r_c = 1 / (interface.conductance * (1 - interface.polarisation**2))
    return (interface.polarisation * r_c + own * r_f) / (r_c + r_f)


def _layer(conductivity: float, relaxation: complex, thickness: float, outer: float) -> float:
    """Spin conductance of a layer at its surface, S/m², from σ (S/m) and its relaxation σ R (S/m³)."""
    own = (conductivity * relaxation) ** 0.5
    if thickness == inf:
        return own.real
    share = tanh((relaxation / conductivity) ** 0.5 * thickness)
    found = own / share if outer == inf else own * (outer + own * share) / (own + outer * share)
    return found.real


def _in_series(first: float, second: float) -> float:
    """The conductance of two in series."""
    return first * second / (first + second) if first else 0.0
