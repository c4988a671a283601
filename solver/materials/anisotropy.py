"""Tensors that a magnetisation, or a magnetic field, defines in real space (solver/physics.md §11)."""

from typing import Any

from thermospin.lift import Lift, SpinVector

TURNING = ("anomalous_hall_angle", "anomalous_nernst_ratio", "hall_coefficient", "nernst_coefficient")
"""Coefficients whose effects change sign with the magnetisation or the field: antisymmetric tensors."""
OF_MAGNETS = ("amr_ratio", "anisotropic_seebeck_ratio", *TURNING[:2])
OF_METALS = TURNING[2:]
ANISOTROPIC = (*OF_MAGNETS, *OF_METALS)
OF_SPIN_HALL = ("spin_hall_angle", "spin_nernst_angle")
"""Coefficients of normal metals that turn charge into spins, with vector spin."""

_Z = SpinVector(0.0, 0.0, 1.0)


class Anisotropic[Value]:
    """Tensors of a material from its ratios and angles, dimensionless, about z.

    In a magnet the axis is its magnetisation, in a normal metal the magnetic field.
    """

    amr_ratio: Value
    anisotropic_seebeck_ratio: Value
    anomalous_hall_angle: Value
    anomalous_nernst_ratio: Value
    hall_coefficient: Value
    nernst_coefficient: Value
    conductivity: Value
    seebeck: Value

    @property
    def is_anisotropic(self) -> bool:
        """Whether currents depend on the direction of the magnetisation in space, or of the field."""
        return any(_is_given(getattr(self, key)) for key in ANISOTROPIC)

    @property
    def turns_currents(self) -> bool:
        """Whether there is a Hall or a Nernst effect."""
        return any(_is_given(getattr(self, key)) for key in TURNING)

    @property
    def has_field_effects(self) -> bool:
        """Whether there is an ordinary Hall or Nernst effect, in a magnetic field."""
        return any(_is_given(getattr(self, key)) for key in OF_METALS)

    def conduction(self, field: float) -> Lift:
        """A, the conductivity over σ: the inverse of the resistivity over ρ0.

        Args:
            field: |B|, T.
        """
        hall = self.anomalous_hall_angle + self.hall_coefficient * self.conductivity * field
        return _tensor(self.amr_ratio, hall).inverse

    def seebeck_tensor(self, field: float) -> Lift:
        """N, the Seebeck coefficient over S.

        Args:
            field: |B|, T.
        """
        nernst = self.anomalous_nernst_ratio
        if _is_given(self.nernst_coefficient):
            nernst = nernst + self.nernst_coefficient * field / self.seebeck
        return _tensor(self.anisotropic_seebeck_ratio, nernst)

    def thermoelectric_tensor(self, field: float) -> Lift:
        """A N, of the thermoelectric coefficient over σS.

        Args:
            field: |B|, T.
        """
        return self.conduction(field).times(self.seebeck_tensor(field))

    def least_heat(self, temperature: float, field: float, split: bool) -> tuple[float, float]:
        """Values of k and T0 Σ σ_σ S_σ², W/(m K), along the axis or across it: where k exceeds it least.

        With the symmetric parts a of A and t of A N in a direction, ``k_e a + k_ph`` must exceed
        ``T0 Σ σ_σ S_σ² t²/a`` there, or with τ ``k_σ a`` must exceed ``T0 σ_σ S_σ² t²/a`` in both channels.

        Args:
            temperature: T0, K.
            field: |B|, T.
            split: Whether the spins have temperatures of their own.
        """
        conduction, thermoelectric = self.conduction(field), self.thermoelectric_tensor(field)
        pairs = (conduction.X, thermoelectric.X), (conduction.across, thermoelectric.across)
        if not split:
            heat, phonons = self.electronic_heat(temperature).sum, self.phonon_heat(temperature)
            seebeck = self.seebeck_heat(temperature)
            return min(((a * heat + phonons, seebeck * t**2 / a) for a, t in pairs), key=_excess)
        channels = self.electronic_heat(temperature).channels, self.electrical.channels, self.channel_seebeck
        found = (
            (a * k, temperature * sigma * s**2 * t**2 / a)
            for a, t in pairs
            for k, sigma, s in zip(*channels, strict=True)
        )
        return min(found, key=_excess)


def _tensor(ratio: Any, turning: Any) -> Lift:
    """``(1 − r/3)(1 − m mᵀ) + (1 + 2r/3) m mᵀ + X× [m]×``, of mean 1 over the directions."""
    return Lift(1 + 2 * ratio / 3, 0, _Z, 1 - ratio / 3, turning)


def _excess(pair: tuple[float, float]) -> float:
    return pair[0] - pair[1]


def _is_given(value: Any) -> bool:
    return not isinstance(value, int | float) or value != 0
