"""Electric field, and the part of it that currents and gradients across it drive (solver/physics.md §11)."""

from typing import Any

from thermospin.fields import State
from thermospin.lift import Lift
from thermospin.physics.coefficients import Coefficients
from thermospin.physics.terms.calculus import in_space, slope, slopes
from thermospin.physics.terms.spin_hall import has_spin_hall, spin_hall_currents
from thermospin.physics.terms.transport import currents


def electric_fields(c: Coefficients, u: State) -> tuple[Any, ...]:
    """Electric field ``E = −∇V`` and, if there may be one, the Hall field ``E_H``, V/m.

    Args:
        c: The coefficients.
        u: The fields, as UFL or as power series at points.
    """
    found = -slope(u.V)
    return (found, hall_field(c, u)) if has_hall_field(c) else (found,)


def has_hall_field(c: Coefficients) -> bool:
    """Whether directions in space matter, so that there is a Hall field, which may be 0.

    Args:
        c: The coefficients.
    """
    return c.is_anisotropic or has_spin_hall(c)


def hall_field(c: Coefficients, u: State) -> Any:
    """Field of the Hall and Nernst effects, also of spins, V/m: what is antisymmetric in space.

    ``E_H = ρ× m × j + S N× m × ∇ϑ + θ Σ_a ê_a × ∇s^a + S θ_N Σ_a ê_a × ∇τ^a``, where j is the current without
    that of the spin Hall effect, so that ``E`` less the field of a device that does not turn currents is
    ``E_H`` and what the symmetric tensors change.

    Args:
        c: The coefficients.
        u: The fields, as UFL or as power series at points.
    """
    parts, resistivity = [0 * slope(u.V)], c.electrical.space and c.electrical.space.inverse
    if c.electrical.turns_in_space:
        parts.append(_across(resistivity, currents(c, u)[0]))
    if c.thermoelectric.turns_in_space:
        driven, _ = c.thermoelectric._replace(space=None)(slopes(u.temperatures))
        parts.append(_across(resistivity.times(c.thermoelectric.space), driven))
    if has_spin_hall(c):
        parts.append(-spin_hall_currents(c, u)[0])
    return sum(parts[1:], parts[0]) * (1 / c.electrical.X)


def _across(tensor: Lift, flux: Any) -> Any:
    """The antisymmetric part of a tensor on a flux, ``X× m × flux``."""
    return in_space(tensor._replace(X=0, across=0), flux)
