"""A metal with ferromagnetic nanoclusters, which a magnetic field polarises (solver/physics.md §9).

O. Tsyplyatyev, O. Kashuba, V. I. Fal'ko, Phys. Rev. B 74, 132403 (2006).

The magnetothermopower α(B) = S is that of their printed Eqs. 8 and 9, which agree with each other. It is half
of what the rates of their Eq. 5 give in a Boltzmann integral, ``∫ z tanh((z + x)/2)/(4 cosh²(z/2)) dz = f``,
and has the opposite sign, for electrons. Whoever compares with an experiment must settle this factor of −2.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from pydantic import model_validator
from scipy.special import zeta

from thermospin.constants import BOHR_MAGNETON, BOLTZMANN, ELEMENTARY_CHARGE, REDUCED_PLANCK
from thermospin.materials.laws.law import Law, TemperatureRange
from thermospin.materials.laws.taylor import Taylor, where
from thermospin.section import Section, mistake
from thermospin.units import quantity

LONGEST = 1.0
"""Mean free time of a metal in which nothing scatters, s."""
Time = quantity("s", gt=0, ge=1e-20, le=LONGEST)
Potential = quantity("J m^3", ge=-1e-30, le=1e-30)

TIMES = ("relaxation_time_up", "relaxation_time_down", "spin_flip_time")
POTENTIALS = ("potential", "exchange", "cluster_density")


class RelaxationTimes(NamedTuple):
    """Mean free times of electrons among fully polarised clusters, s."""

    up: float
    """τ↑, of spins along the clusters."""
    down: float
    """τ↓, of spins against them."""
    spin_flip: float
    """τ_s, of scattering that turns the spin."""


class Channels(NamedTuple):
    """Conductivity, S/m, and Seebeck coefficient, V/K, of the spins ↑ and ↓."""

    conductivity: tuple[Taylor, Taylor]
    seebeck: tuple[Taylor, Taylor]


class Nanoclusters(Section):
    """Clusters of spin s ≫ 1, free to turn, in a metal: they set σ, P, S and S_s by the field B and by T.

    With ``x = μ_B B/kT`` the clusters have the Langevin polarisation ``l = coth sx − 1/sx``, and an electron
    that turns the spin of a cluster exchanges the energy μ_B B with it, which is frozen out by
    ``f = x² eˣ/(eˣ − 1)²``. Two channels conduct in parallel::

        1/τ_± = ½ [(1/τ↑ + 1/τ↓) ± l (1/τ↑ − 1/τ↓)] + 1/τ_0
        σ_±   = (e² v_F² ν/3) τ_±
        S_±   = ± (k/4e) (l f/τ_s) τ_±

    In a given concentration of clusters, ``1/τ↑,↓ = (2πν n_c/ħ)(U² + J² s(s + 1) ± 2 U J s)`` and
    ``1/τ_s = (4πν n_c/ħ) J² s``. The paper has no τ_0. B, and with it l, has a sign: + is ↑ of the axis of
    the spins. The magnetic moment of a cluster is s μ_B, with the paper's g = 1.
    """

    relaxation_time_up: Time | None = None
    """τ↑, s: mean free time of spins along fully polarised clusters."""
    relaxation_time_down: Time | None = None
    """τ↓, s: mean free time of spins against fully polarised clusters."""
    spin_flip_time: Time | None = None
    """τ_s, s: mean free time of scattering that turns the spin; at least τ↑/2 and τ↓/2."""
    potential: Potential | None = None
    """U, J m³, of a cluster (`eV nm^3` too): with J and n_c instead of the three times."""
    exchange: Potential | None = None
    """J, J m³, between the spins of an electron and of a cluster."""
    cluster_density: quantity("m^-3", gt=0, ge=1e10, le=1e30) | None = None
    """n_c, 1/m³."""
    spin: quantity("", ge=2, le=1e7)
    """s, the spin of a cluster, much above 1: its magnetic moment over μ_B, 1.7 for every atom of cobalt."""
    fermi_velocity: quantity("m/s", ge=1, le=1e8)
    """v_F, m/s; 1.57e6 m/s in copper."""
    density_of_states: quantity("J^-1 m^-3", ge=1e30, le=1e50)
    """ν, 1/(J m³), for each spin at the Fermi level; 5.6e46 /(J m^3) in copper with free electrons."""
    host_relaxation_time: Time | None = None
    """τ_0, s, of scattering by everything else, such as phonons and impurities; none by default."""
    range: TemperatureRange | None = None
    """[lowest, highest] temperature where this holds, K; by default all."""

    @model_validator(mode="after")
    def _consistent(self) -> Nanoclusters:
        given = [key for key in (*TIMES, *POTENTIALS) if getattr(self, key) is not None]
        wanted = TIMES if not given or given[0] in TIMES else POTENTIALS
        for key in given:
            if key not in wanted:
                raise mistake(f"give either {', '.join(TIMES)}, or {', '.join(POTENTIALS)}", key)
        for key in wanted:
            if key not in given:
                raise mistake(f"missing; give {', '.join(TIMES)}, or {', '.join(POTENTIALS)}", key)
        if self.exchange == 0:
            raise mistake("must not be 0, or the clusters are not magnetic", "exchange")
        if wanted is POTENTIALS and min(self._rates) < 1 / LONGEST:
            raise mistake(
                f"scatters electrons less than once in {LONGEST:g} s; raise it, or cluster_density",
                "exchange",
            )
        times = self.relaxation_times
        if wanted is TIMES and 2 * times.spin_flip < max(times.up, times.down):
            raise mistake(
                "must be at least half of relaxation_time_up and of relaxation_time_down, because "
                "spin-flip scattering is a part of all scattering",
                "spin_flip_time",
            )
        return self

    @property
    def relaxation_times(self) -> RelaxationTimes:
        """τ↑, τ↓ and τ_s as given, or in the Born approximation (Eq. 6)."""
        if self.spin_flip_time is not None:
            return RelaxationTimes(self.relaxation_time_up, self.relaxation_time_down, self.spin_flip_time)
        return RelaxationTimes(*(1 / rate for rate in self._rates))

    @property
    def _rates(self) -> tuple[float, float, float]:
        """1/τ↑, 1/τ↓ and 1/τ_s in the Born approximation, 1/s; ``U² + J² s(s+1) ± 2UJs`` as two squares."""
        u, j, s = self.potential, self.exchange, self.spin
        rate = 2 * math.pi * self.density_of_states * self.cluster_density / REDUCED_PLANCK
        turning = j**2 * s
        return rate * ((u + j * s) ** 2 + turning), rate * ((u - j * s) ** 2 + turning), 2 * rate * turning

    def polarisation(self, temperature: Taylor, field: float) -> Taylor:
        """Alignment l of the clusters along ↑, between −1 and 1.

        Args:
            temperature: T, K.
            field: B, T, along the axis of the spins.
        """
        return langevin(self.spin * BOHR_MAGNETON * field / BOLTZMANN / temperature)

    def channels(self, temperature: Taylor, field: float) -> Channels:
        """The two channels in a magnetic field.

        Args:
            temperature: T, K.
            field: B, T, along the axis of the spins.
        """
        times = self.relaxation_times
        aligned = self.polarisation(temperature, field)
        energy = frozen_out(BOHR_MAGNETON * abs(field) / BOLTZMANN / temperature)
        mean, half = (1 / times.up + 1 / times.down) / 2, (1 / times.up - 1 / times.down) / 2
        if self.host_relaxation_time is not None:
            mean += 1 / self.host_relaxation_time
        tau = 1 / (mean + aligned * half), 1 / (mean - aligned * half)
        drude = (ELEMENTARY_CHARGE * self.fermi_velocity) ** 2 * self.density_of_states / 3
        seebeck = BOLTZMANN / (4 * ELEMENTARY_CHARGE * times.spin_flip) * aligned * energy
        return Channels((drude * tau[0], drude * tau[1]), (seebeck * tau[0], -(seebeck * tau[1])))

    def laws(self) -> dict[str, ClusterLaw]:
        """The coefficients of a material that the clusters set, by their keys there."""
        return {name: ClusterLaw(self, name) for name in _COEFFICIENTS}


def _total(channels: Channels) -> Taylor:
    up, down = channels.conductivity
    return up + down


def _polarisation(channels: Channels) -> Taylor:
    up, down = channels.conductivity
    return (up - down) / (up + down)


def _seebeck(channels: Channels) -> Taylor:
    (up, down), (s_up, s_down) = channels
    return (up * s_up + down * s_down) / (up + down)


def _spin_seebeck(channels: Channels) -> Taylor:
    s_up, s_down = channels.seebeck
    return s_up - s_down


_COEFFICIENTS: dict[str, Callable[[Channels], Taylor]] = {
    "conductivity": _total,
    "polarisation": _polarisation,
    "seebeck": _seebeck,
    "spin_seebeck": _spin_seebeck,
}


@dataclass(frozen=True)
class ClusterLaw(Law):
    """One coefficient of a nanocluster metal.

    Attributes:
        metal: The metal.
        coefficient: Its name.
        field: B, T, along the axis of the spins.
    """

    metal: Nanoclusters
    coefficient: str
    field: float = 0.0

    @property
    def limits(self) -> tuple[float, float]:
        """The temperatures between which it holds, K."""
        return self.metal.range or super().limits

    @property
    def follows_field(self) -> bool:
        """Whether it depends on the magnetic field."""
        return True

    def at_field(self, field: float) -> ClusterLaw:
        """The law of the temperature alone in a magnetic field.

        Args:
            field: B, T, along the axis of the spins.
        """
        return replace(self, field=field)

    def _series(self, temperature: Taylor) -> Taylor:
        return _COEFFICIENTS[self.coefficient](self.metal.channels(temperature, self.field))


def langevin(y: Taylor) -> Taylor:
    """Langevin function ``coth y − 1/y``, by its power series where the two terms nearly cancel.

    Args:
        y: Argument, dimensionless.
    """
    sign = np.where(y.value < 0, -1.0, 1.0)
    large = where(np.abs(y.value) > 1, sign * y, y.constant(1.0))
    decay = (-2 * large).exp()
    far = sign * ((1 + decay) / (1 - decay) - 1 / large)
    near = where(np.abs(y.value) > 1, y.constant(0.0), y)
    return where(np.abs(y.value) > 1, far, near * _even(near, _LANGEVIN))


def frozen_out(x: Taylor) -> Taylor:
    """``x² eˣ/(eˣ − 1)² = [(x/2)/sinh(x/2)]²``.

    Args:
        x: Argument ≥ 0, dimensionless.
    """
    half = x / 2
    large = where(half.value > 1, half, half.constant(1.0))
    decay = (-large).exp()
    near = where(half.value > 1, half.constant(0.0), half)
    return where(half.value > 1, 2 * large * decay / (1 - decay**2), 1 / _even(near, _SINHC)) ** 2


_TERMS = 30
_LANGEVIN = [-2 * (-1) ** n * float(zeta(2 * n)) / math.pi ** (2 * n) for n in range(1, _TERMS)]
"""c_n of ``coth y − 1/y = y Σ_n c_n y^(2n−2)``, for |y| < π."""
_SINHC = [1 / math.factorial(2 * n + 1) for n in range(_TERMS)]
"""c_n of ``sinh(x)/x = Σ_n c_n x^(2n)``."""


def _even(x: Taylor, coefficients: list[float]) -> Taylor:
    """``Σ_n c_n x^(2n)``."""
    square, total = x * x, x.constant(0.0)
    for coefficient in reversed(coefficients):
        total = total * square + coefficient
    return total
