"""The sections `alternating:` and `noise:`: frequencies, and what is found at them."""

from __future__ import annotations

import numpy as np
from pydantic import model_validator

from thermospin.materials.precession import RelaxationTime
from thermospin.section import Name, Section, Truth, mistake, whole
from thermospin.units import quantity

Frequency = quantity("Hz", gt=0, ge=1, le=1e16)


class Spectrum(Section):
    """Frequencies, one by one or as a range."""

    frequencies: tuple[Frequency, ...] = ()
    """Frequencies f = ω/2π, Hz."""
    range: tuple[Frequency, Frequency] | None = None
    """Instead, the lowest and the highest of `points` frequencies at equal ratios, Hz."""
    points: whole(ge=2, le=10_000) = 41
    """Number of frequencies in `range`."""

    @model_validator(mode="after")
    def _one_of_both(self) -> Spectrum:
        if bool(self.frequencies) == (self.range is not None):
            raise mistake(
                "give frequencies, such as '[1 GHz, 10 GHz]', or range, such as '[1 GHz, 1 THz]', one of both"
            )
        if self.range is not None and self.range[0] >= self.range[1]:
            raise mistake("must be [lowest, highest] with lowest < highest", "range")
        return self

    @property
    def values(self) -> tuple[float, ...]:
        """The frequencies, Hz."""
        if self.range is None:
            return self.frequencies
        return tuple(np.geomspace(*self.range, self.points).tolist())


class Alternating(Spectrum):
    """Drives that alternate: accumulations n(ω) and readings, in linear response."""

    relaxation_times: dict[Name, RelaxationTime] = {}
    """τ_sf by material, s, by which its spins are stored: D = λ²/τ_sf. By default `spin_relaxation_time`, or
    that of `tensor_diffusion`."""
    fields: Truth = False
    """Whether the fields, in phase with the drive and behind it, are written for ParaView."""


class Noise(Spectrum):
    """Noise of the probes by the thermal fluctuations of the magnets that move."""

    modes: whole(ge=1, le=100) = 6
    """Number of eigenmodes, the slowest ones, that are taken along."""
