"""Bars with vector spin in one dimension (solver/physics.md §§2–4), without finite elements.

The fields are V, s_x, s_y, s_z, ϑ, τ_x, τ_y, τ_z, in this order, or the first 4 or 5 of them; the fluxes are
j, j_s, q, q_s along x. What is quadratic in the drive (Joule heat) is left out.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from collocation import Profile, Stretch, solve

from thermospin.materials import ChannelPair, ChannelValues, InterfaceMaterial

SPIN, HEAT, SPIN_HEAT = slice(1, 4), 4, slice(5, 8)
Direction = Callable[[np.ndarray], np.ndarray]
"""Positions (k,) in m to unit vectors (k, 3)."""


def cross(vector: np.ndarray) -> np.ndarray:
    """The matrix ``[v]×`` of vectors (…, 3): ``[v]× w = v × w``."""
    return np.cross(vector[..., None, :], np.eye(3), axis=-1).swapaxes(-1, -2)


def along(m: np.ndarray) -> np.ndarray:
    """``m mᵀ`` of vectors (…, 3)."""
    return m[..., :, None] * m[..., None, :]


def lift(pair: ChannelPair, m: np.ndarray, transverse: complex = 1.0) -> np.ndarray:
    """§2 for directions (k, 3): ``[[X, Y mᵀ], [Y m, X m mᵀ + X⊥ (1 − m mᵀ)]]``, (k, 4, 4).

    Args:
        pair: X and Y.
        m: Unit vectors.
        transverse: ``X⊥/X``, whose imaginary part multiplies ``m ×``.
    """
    full = np.zeros((len(m), 4, 4))
    full[:, 0, 0] = pair.sum
    full[:, 0, 1:] = full[:, 1:, 0] = pair.difference * m
    across = transverse.real * (np.eye(3) - along(m)) + transverse.imag * cross(m)
    full[:, 1:, 1:] = pair.sum * (along(m) + across)
    return full


@dataclass(frozen=True)
class Layer:
    """One metal of a bar.

    Attributes:
        material: Its coefficients.
        length: Extent along x, m.
        magnetisation: m(x), x being 0 where the bar begins, or one direction; None in a normal metal.
        precession: ``ω_L τ_sf`` of a normal metal, vector.
        dephasing_length: λ_φ, m; None relaxes the transverse part like the longitudinal one.
        precession_length: λ_J, m, which turns spins as a field along m would; None for no exchange
            precession.
        bending: ``τ_p H`` and ``τ_sf H`` of tensor diffusion, H along m, instead of the two lengths.
        elements: How many.
    """

    material: ChannelValues
    length: float
    magnetisation: Direction | Sequence[float] | None = None
    precession: Sequence[float] = (0.0, 0.0, 0.0)
    dephasing_length: float | None = None
    precession_length: float | None = None
    bending: tuple[float, float] = (0.0, 0.0)
    elements: int = 200

    def direction(self, x: np.ndarray) -> np.ndarray:
        """m at positions in m, (k, 3); some direction in a normal metal."""
        if callable(self.magnetisation):
            return self.magnetisation(x)
        m = (0.0, 0.0, 1.0) if self.magnetisation is None else self.magnetisation
        return np.tile(np.asarray(m) / np.linalg.norm(m), (len(x), 1))

    def conduction(self, x: np.ndarray, temperature: float) -> np.ndarray:
        """The matrix of all fluxes over all gradients, (k, 8, 8)."""
        m, metal, bent = self.direction(x), self.material, 1 / (1 + 1j * self.bending[0])
        thermoelectric, full = lift(metal.thermoelectric, m, bent), np.zeros((len(x), 8, 8))
        full[:, :4, :4] = lift(metal.electrical, m, bent)
        full[:, :4, 4:] = thermoelectric
        full[:, 4:, :4] = temperature * thermoelectric
        full[:, 4:, 4:] = lift(metal.electronic_heat(temperature), m, bent)
        full[:, HEAT, HEAT] += metal.phonon_heat(temperature)
        return full

    def relaxation(self, x: np.ndarray, temperature: float) -> np.ndarray:
        """``σ R`` and ``k_e R_Q`` of s and τ, (k, 8, 8)."""
        metal, full = self.material, np.zeros((len(x), 8, 8))
        m, sigma = self.direction(x), metal.conductivity
        full[:, SPIN, SPIN] = self._relaxation(m, sigma, metal.spin_relaxation)
        if metal.spin_heat_length is not None:
            k_e, longitudinal = (
                metal.electronic_heat(temperature).sum,
                metal.spin_heat_relaxation(temperature),
            )
            full[:, SPIN_HEAT, SPIN_HEAT] = self._relaxation(m, k_e, longitudinal)
        return full

    def _relaxation(self, m: np.ndarray, total: float, longitudinal: float) -> np.ndarray:
        if self.magnetisation is None:
            # τ_Q/λ_Q² = τ_sf/λ² = 1/D: the same diffusion constant for spin and for spin heat.
            turn = total / self.material.spin_diffusion_length**2 * cross(np.asarray(self.precession, float))
            return np.broadcast_to(longitudinal * np.eye(3) - turn, (len(m), 3, 3))
        across = longitudinal if self.dephasing_length is None else total / self.dephasing_length**2
        turn = total * self.bending[1] / self.material.spin_diffusion_length**2
        if self.precession_length is not None:
            turn = -total * np.sign(self.precession_length) / self.precession_length**2
        return longitudinal * along(m) + across * (np.eye(3) - along(m)) + turn * cross(m)


@dataclass(frozen=True)
class Contact:
    """An interface (§4), with the magnet on one side or with none.

    Attributes:
        law: Its collinear coefficients.
        magnetisation: m of the magnet at the interface; None between normal metals.
        normal_first: Whether the normal metal is on the left.
        mixing: G↑↓, S/m²; None for half of G.
        mixing_thermopower: η'; None for η.
    """

    law: InterfaceMaterial
    magnetisation: Sequence[float] | None = None
    normal_first: bool = True
    mixing: complex | None = None
    mixing_thermopower: float | None = None

    def longitudinal(self, temperature: float) -> np.ndarray:
        """Fluxes from side 1 to side 2 over jumps, of charge, heat and what is along m, (8, 8)."""
        m = np.array([self._unit])
        bare = 0.0 if self.magnetisation is not None else 1.0
        thermoelectric, full = lift(self.law.thermoelectric, m, bare)[0], np.zeros((8, 8))
        full[:4, :4] = lift(self.law.electrical, m, bare)[0]
        full[:4, 4:], full[4:, :4] = thermoelectric, temperature * thermoelectric
        full[4:, 4:] = lift(self.law.electronic_heat(temperature), m, bare)[0]
        full[HEAT, HEAT] += self.law.phonon_heat_conductance
        return full

    def transverse(self, temperature: float) -> np.ndarray:
        """Fluxes into the magnet over the fields on the normal side, across m, (8, 8)."""
        full, g = np.zeros((8, 8)), self.law.conductance
        if self.magnetisation is None:
            return full
        mixing = complex(g / 2 if self.mixing is None else self.mixing)
        eta = 2 * mixing.real / g
        eta_prime = eta if self.mixing_thermopower is None else self.mixing_thermopower
        across, turn = np.eye(3) - along(self._unit), cross(self._unit)
        full[SPIN, SPIN] = 2 * mixing.real * across + 2 * mixing.imag * turn
        full[SPIN, SPIN_HEAT] = eta_prime * self.law.thermoelectric.sum * across
        full[SPIN_HEAT, SPIN] = temperature * full[SPIN, SPIN_HEAT]
        full[SPIN_HEAT, SPIN_HEAT] = eta * self.law.electronic_heat(temperature).sum * across
        return full

    def joint(self, temperature: float) -> tuple[np.ndarray, np.ndarray]:
        """``A (u, F) left + B (u, F) right = 0``: 16 rows, the fluxes on the left and those on the right."""
        y, t, one, none = (
            self.longitudinal(temperature),
            self.transverse(temperature),
            np.eye(8),
            np.zeros((8, 8)),
        )
        if self.normal_first:
            return np.block([[-y - t, one], [-y, none]]), np.block([[y, none], [y, one]])
        return np.block([[-y, one], [-y, none]]), np.block([[y, none], [y + t, one]])

    @property
    def _unit(self) -> np.ndarray:
        m = np.array((0.0, 0.0, 1.0) if self.magnetisation is None else self.magnetisation, dtype=float)
        return m / np.linalg.norm(m)


@dataclass(frozen=True)
class VectorBar:
    """Layers from x = 0 on.

    Attributes:
        layers: From left to right.
        contacts: Between them; None where all is continuous.
        temperature: T0, K.
        fields: How many of the fields there are: 4 (V, s), 5 (and ϑ) or 8 (and τ).
    """

    layers: Sequence[Layer]
    contacts: Sequence[Contact | None] = ()
    temperature: float = 300.0
    fields: int = 4

    def solve(self, ends: tuple[np.ndarray, np.ndarray, np.ndarray]) -> list[Profile]:
        """Fields and fluxes of every layer (see :func:`collocation.solve`)."""
        joints = self.contacts or [None] * (len(self.layers) - 1)
        kept = np.concatenate([np.arange(self.fields), 8 + np.arange(self.fields)])
        reduced = [
            contact and tuple(matrix[np.ix_(kept, kept)] for matrix in contact.joint(self.temperature))
            for contact in joints
        ]
        return solve([self._stretch(i) for i in range(len(self.layers))], ends, reduced)

    def torque(self, profiles: Sequence[Profile], i: int) -> np.ndarray:
        """``∫ σ (R s)_⊥ dx`` over layer i, A/m²: what its magnetisation takes up inside."""
        m = self.layers[i].direction(profiles[i].points.ravel()).reshape(*profiles[i].points.shape, 3)
        lost = profiles[i].lost[..., SPIN]
        return profiles[i].integrate(lost - np.einsum("esa,esb,esb->esa", m, m, lost))

    def interface_torque(self, profiles: Sequence[Profile], i: int) -> np.ndarray:
        """``j_s⊥`` absorbed between layers i and i + 1, A/m²: what comes less what goes on."""
        return profiles[i].flux[-1, SPIN] - profiles[i + 1].flux[0, SPIN]

    def _stretch(self, i: int) -> Stretch:
        layer, n, t0 = self.layers[i], self.fields, self.temperature
        start = sum(other.length for other in self.layers[:i])
        return Stretch(
            np.linspace(start, start + layer.length, layer.elements + 1),
            lambda x: layer.conduction(x, t0)[:, :n, :n],
            lambda x: layer.relaxation(x, t0)[:, :n, :n],
        )


@dataclass(frozen=True)
class TensorDiffusion:
    """``∇·(D A⁻¹ ∇n) = (n − n_eq)/τ_sf + H × n`` with ``A = 1 + τ_p [H]×``.

    Rebei et al. 2005, Eqs. 72, 73 and 75.

    Attributes:
        momentum_time: τ_p, s; its negative is the sign of Rebei et al. 2005, Eq. 92.
        spin_flip_time: τ_sf, s.
        diffusion: D, m²/s.
        mean_field: H(x), rad/s.
        equilibrium: n_eq(x).
    """

    momentum_time: float
    spin_flip_time: float
    diffusion: float
    mean_field: Direction
    equilibrium: Direction

    def stretch(self, nodes: np.ndarray) -> Stretch:
        """The same on elements between nodes in m; the flux is ``−D A⁻¹ n'``."""
        return Stretch(
            nodes,
            lambda x: (
                self.diffusion * np.linalg.inv(np.eye(3) + self.momentum_time * cross(self.mean_field(x)))
            ),
            lambda x: np.eye(3) / self.spin_flip_time + cross(self.mean_field(x)),
            lambda x: self.equilibrium(x) / self.spin_flip_time,
        )
