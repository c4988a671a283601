"""Bars with vector spin and spin heat, order by order in the drive, with `heating: conserving`.

Potentials, temperatures and currents are 2 × 2 matrices in spin space, ``V + s·σ`` and ``(j + j_s·σ)/2``.
Heat is the anticommutator of current and field, and what heat fluxes gain that of Peltier current and
temperature (solver/physics.md §5), written with Pauli matrices instead of lifts. At an interface with a
magnet the two channels along the magnetisation carry everything but what the magnet absorbs.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from collocation import Profile, bounded, solve
from vector_bars import HEAT, SPIN, Contact, VectorBar

PAULI = np.array([[[1, 0], [0, 1]], [[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]], dtype=complex)
Pairs = Sequence[tuple[int, int]]


def matrix(four: np.ndarray) -> np.ndarray:
    """``a + b·σ`` of (…, 4) numbers, (…, 2, 2)."""
    return np.einsum("...a,aij->...ij", four, PAULI)


def traces(of: np.ndarray) -> np.ndarray:
    """``tr A`` and ``tr σ A`` of (…, 2, 2) matrices, (…, 4)."""
    return np.einsum("...ij,aji->...a", of, PAULI).real


def anticommutator(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """``(A B + B A)/2``."""
    return (a @ b + b @ a) / 2


@dataclass(frozen=True)
class Orders:
    """The orders of a bar of 8 fields whose drive is a current density at its right end, from right to left.

    Its ends are at s = 0 and V uniform; the right one is a sink, and so is the left one unless it is open.

    Attributes:
        bar: The bar.
        is_open: Whether no heat leaves on the left; it is a sink else.
    """

    bar: VectorBar
    is_open: bool = True

    def solve(self, density: float, orders: int) -> list[list[Profile]]:
        """The layers in every order.

        Args:
            density: Current density per unit of the drive, 1/m² for a drive in A.
            orders: How many.
        """
        found: list[list[Profile]] = []
        for n in range(1, orders + 1):
            pairs = [(i, n - 2 - i) for i in range(n - 1)]
            right = np.zeros(8)
            right[0] = -density if n == 1 else 0.0
            ends = bounded(np.zeros(8), right, [4, 5, 6, 7] if self.is_open else [], [0])
            stretches = [self._stretch(i, found, pairs) for i in range(len(self.bar.layers))]
            contacts = self.bar.contacts or [None] * (len(self.bar.layers) - 1)
            joints = [
                contact and self._joint(contact, [sides[i : i + 2] for sides in found], pairs)
                for i, contact in enumerate(contacts)
            ]
            found.append(solve(stretches, ends, joints))
        return found

    def _stretch(self, i: int, found: list[list[Profile]], pairs: Pairs):
        stretch = self.bar._stretch(i)
        if not pairs:
            return stretch
        parts = [self._heat(i, found, *pair) for pair in pairs]
        heat, gained = (sum(part) for part in zip(*parts, strict=True))

        def rows(values):
            full = np.zeros((len(values), 8))
            full[:, [HEAT, 5, 6, 7]] = values
            return full

        return replace(stretch, source=lambda x: rows(heat), gained=lambda x: rows(gained))

    def _heat(self, i: int, found: list[list[Profile]], a: int, b: int) -> tuple[np.ndarray, np.ndarray]:
        """Heat and what heat fluxes gain, with their spin parts, of two orders at a layer's Gauss points.

        Half of it is with the currents of the one and the fields of the other.
        """
        first, second = found[a][i], found[b][i]
        x = first.points.ravel()
        layer, t0 = self.bar.layers[i], self.bar.temperature
        conduction, relaxation = layer.conduction(x, t0), layer.relaxation(x, t0)

        def at_points(profile, order):
            u, flux = np.split(profile.inside.reshape(len(x), 16), 2, axis=1)
            # The electrical rows of the flux gain nothing.
            slopes = self._slopes(i, found, order, u, flux, conduction)
            return u, flux, slopes

        (u, flux, slope), (w, current, incline) = at_points(first, a), at_points(second, b)
        power = sum(
            -traces(anticommutator(matrix(j[:, :4]) / 2, matrix(e[:, :4])))
            for j, e in ((flux, incline), (current, slope))
        )
        lost = np.einsum("ka,kab,kb->k", u[:, SPIN], relaxation[:, SPIN, SPIN], w[:, SPIN])
        lost += np.einsum("ka,kab,kb->k", w[:, SPIN], relaxation[:, SPIN, SPIN], u[:, SPIN])
        power[:, 0] += lost
        gained = sum(
            traces(anticommutator(matrix(self._peltier(conduction, j)) / 2, matrix(t[:, 4:])))
            for j, t in ((flux, w), (current, u))
        )
        return power / 2, gained / 2

    def _slopes(self, i, found, order, u, flux, conduction):
        """Gradients: ``M u' = g − F``."""
        gained = self._stretch(i, found, [(k, order - 1 - k) for k in range(order)]).gained
        total = -flux if gained is None else gained(None) - flux
        return np.linalg.solve(conduction, total[..., None])[..., 0]

    @staticmethod
    def _peltier(conduction: np.ndarray, flux: np.ndarray) -> np.ndarray:
        """``L[σS, σb] L[σ, σP]⁻¹ (j, j_s)``, (k, 4)."""
        electrical, thermoelectric = conduction[:, :4, :4], conduction[:, :4, 4:]
        return np.einsum("kab,kb->ka", thermoelectric, np.linalg.solve(electrical, flux[:, :4, None])[..., 0])

    def _joint(self, contact: Contact, found: list[list[Profile]], pairs: Pairs):
        """The linear conditions of an interface, with the heat there, half to each side."""
        a, b = contact.joint(self.bar.temperature)
        c = np.zeros(16)
        sides = [np.array([left.u[-1], right.u[0]]) for left, right in found]
        for i, j in pairs:
            for one, other in ((sides[i], sides[j]), (sides[j], sides[i])):
                heat, gained = self._interface_heat(contact, one, other)
                c[[4, 5, 6, 7]] += (gained - heat / 2) / 2
                c[[12, 13, 14, 15]] += (gained + heat / 2) / 2
        return a, b, c

    def _interface_heat(self, contact: Contact, one: np.ndarray, other: np.ndarray):
        """Currents of the one order with jumps and means of the other, fields of both sides (2, 8)."""
        t0 = self.bar.temperature
        crossing = contact.longitudinal(t0)[None]
        jump, drop, mean = one[0] - one[1], other[0] - other[1], other.mean(axis=0)
        if contact.magnetisation is not None:  # channels along m alone
            m = contact._unit
            keep = np.kron(np.eye(2), np.block([[1.0, np.zeros(3)], [np.zeros((3, 1)), np.outer(m, m)]]))
            jump, drop, mean = keep @ jump, keep @ drop, keep @ mean
            crossing = (
                crossing + np.kron(np.eye(2), np.diag([0.0, 1, 1, 1])) - keep * [0, 1, 1, 1, 0, 1, 1, 1]
            )
        flux = (crossing @ jump)[0]
        heat = traces(anticommutator(matrix(flux[:4]) / 2, matrix(drop[:4])))
        gained = traces(anticommutator(matrix(self._peltier(crossing, flux[None])[0]) / 2, matrix(mean[4:])))
        normal = 0 if contact.normal_first else 1
        absorbed = (contact.transverse(t0) @ one[normal])[SPIN] @ other[normal][SPIN]
        return heat + np.array([absorbed, 0, 0, 0]), gained

    def resistances(self, found: list[list[Profile]]) -> np.ndarray:
        """Voltages, right less left, per power of the drive."""
        return np.array([profiles[-1].u[-1, 0] - profiles[0].u[0, 0] for profiles in found])

    def leaving(self, found: list[list[Profile]]) -> np.ndarray:
        """Heat that leaves through both ends, W/m² per power of the drive."""
        return np.array([profiles[-1].flux[-1, HEAT] - profiles[0].flux[0, HEAT] for profiles in found])

    def torques(self, found: list[list[Profile]], i: int) -> np.ndarray:
        """Spins across the magnetisation that layer i absorbs, inside and at its interfaces, A/m²."""
        bar, taken = self.bar, []
        for profiles in found:
            inside = bar.torque(profiles, i)
            for k, contact in enumerate(bar.contacts):
                if (
                    contact is not None
                    and contact.magnetisation is not None
                    and i == k + contact.normal_first
                ):
                    inside = inside + self._across(contact, profiles[k : k + 2])
            taken.append(inside)
        return np.array(taken)

    def _across(self, contact: Contact, sides: Sequence[Profile]) -> np.ndarray:
        """j_s⊥ into the magnet of a contact."""
        normal = sides[0].u[-1] if contact.normal_first else sides[1].u[0]
        return (contact.transverse(self.bar.temperature) @ normal)[SPIN]
