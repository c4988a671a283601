"""Spin channels of a conductor or an interface, ↑ along the magnetisation and ↓ (solver/physics.md §§2–4)."""

from typing import Any, NamedTuple


class ChannelPair[Value](NamedTuple):
    """A coefficient of the two spin channels as the lift takes it: their sum and their difference."""

    sum: Value
    difference: Value

    @property
    def channels(self) -> tuple[Any, Any]:
        """Values of the channels ↑ and ↓."""
        return (self.sum + self.difference) / 2, (self.sum - self.difference) / 2


class TwoChannels[Value]:
    """Coefficients that materials and interfaces share; the units are those of a material.

    An interface has G, S/m², in place of σ, S/m, and so one more m in the denominator of all but S↑ and S↓.
    Both have a ``polarisation`` P, ``seebeck`` S, ``spin_seebeck`` S_s, ``electrical`` and
    ``electronic_heat``.
    """

    @property
    def thermoelectric(self) -> ChannelPair[Value]:
        """σS and σb, b = P S + (1−P²) S_s/2, A/(m K)."""
        b = self.polarisation * self.seebeck + (1 - self.polarisation**2) * self.spin_seebeck / 2
        sigma = self.electrical.sum
        return ChannelPair(sigma * self.seebeck, sigma * b)

    @property
    def channel_seebeck(self) -> tuple[Value, Value]:
        """S↑ and S↓, V/K."""
        p, half = self.polarisation, self.spin_seebeck / 2
        return self.seebeck + (1 - p) * half, self.seebeck - (1 + p) * half

    def seebeck_heat(self, temperature: float) -> Value:
        """T0 Σ σ_σ S_σ², W/(m K); the equations need k to exceed it (solver/physics.md §3).

        Args:
            temperature: T0, K.
        """
        channels = zip(self.electrical.channels, self.channel_seebeck, strict=True)
        return temperature * sum(sigma * s**2 for sigma, s in channels)

    def channel_margins(self, temperature: float) -> tuple[Value, Value]:
        """Excess of k_σ over T0 σ_σ S_σ² in ↑ and ↓, W/(m K); with τ the equations need it to be positive.

        Args:
            temperature: T0, K.
        """
        heat = self.electronic_heat(temperature).channels
        up, down = (
            k - temperature * sigma * s**2
            for k, sigma, s in zip(heat, self.electrical.channels, self.channel_seebeck, strict=True)
        )
        return up, down
