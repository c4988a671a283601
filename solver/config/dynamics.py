"""The `dynamics:` section: magnets that move, and what drives them (solver/physics.md §12)."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from pydantic import AfterValidator, Field, model_validator

from thermospin.config.directions import Direction
from thermospin.config.spectrum import Noise
from thermospin.materials.precession import GFactor
from thermospin.section import Name, Section, Truth, mistake, whole
from thermospin.units import quantity

Time = quantity("s", ge=0, le=1)
Duration = quantity("s", gt=0, ge=1e-15, le=1)
Magnetisation = quantity("A/m", gt=0, ge=1, le=1e8)
Stiffness = quantity("J/m", gt=0, ge=1e-15, le=1e-8)
EnergyDensity = quantity("J/m^3", ge=-1e9, le=1e9)
SurfaceDensity = quantity("J/m^2", ge=-1, le=1)
Damping = quantity("", ge=0, le=10)
Factor = quantity("", ge=0, le=1)
Amplitude = quantity("A", ge=-1e3, le=1e3)
Induction = quantity("T", ge=-1e3, le=1e3)
Edge = quantity("m", gt=0, ge=1e-11, le=1e-3)
StepError = quantity("", gt=0, ge=1e-10, le=0.1)
Z = (0.0, 0.0, 1.0)
NEAR = 1e-10
"""Part of the duration below which two times count as one."""
SAME = 1e-12
"""Relative difference of the times of edges that are one edge, in different units or as a formula."""
TRACE = 1e-3
"""Largest difference of the sum of demagnetising factors from 1."""


def _sum_to_one(factors: tuple[float, float, float]) -> tuple[float, float, float]:
    if abs(sum(factors) - 1) > TRACE:
        raise mistake(f"the factors add up to {sum(factors):g}; make them add up to 1")
    return factors


Factors = Annotated[tuple[Factor, Factor, Factor], AfterValidator(_sum_to_one)]


class Uniaxial(Section):
    """Energy density −K (m·axis)²."""

    constant: EnergyDensity
    """K, J/m³; negative for an easy plane."""
    axis: Direction = Z
    """The easy axis, or the normal of the easy plane."""


class CubicAxes(Section):
    """Energy density K (a1² a2² + a2² a3² + a3² a1²), with the components a of m along the cube's edges."""

    constant: EnergyDensity
    """K, J/m³; positive where the edges are easy."""
    first: Direction = (1.0, 0.0, 0.0)
    """Direction of an edge of the cube."""
    second: Direction = (0.0, 1.0, 0.0)
    """Direction of another one, perpendicular to it."""

    @model_validator(mode="after")
    def _perpendicular(self) -> CubicAxes:
        if abs(np.dot(self.first, self.second)) > 1e-6:
            raise mistake("must be perpendicular to first", "second")
        return self

    @property
    def axes(self) -> np.ndarray:
        """The edges, rows of a matrix, (3, 3)."""
        return np.array([self.first, self.second, np.cross(self.first, self.second)])


class InterfaceAnisotropy(Section):
    """Energy −K (m·n)² per area of the surface that a magnet shares with another region, n its normal."""

    beside: Name
    """The other region."""
    constant: SurfaceDensity
    """K, J/m²; positive where the normal is easy."""


class InterfacialDMI(Section):
    """Energy density D (m_n ∇·m − m·∇m_n), of Dzyaloshinskii and Moriya."""

    constant: SurfaceDensity
    """D, J/m²."""
    normal: Direction = Z
    """The normal n of the film."""


class MovingMagnet(Section):
    """A magnet that moves."""

    saturation_magnetisation: Magnetisation
    """M_s, A/m."""
    exchange_stiffness: Stiffness
    """A, J/m."""
    damping: Damping = 0.01
    """Gilbert's α."""
    uniaxial: tuple[Uniaxial, ...] = ()
    """Uniaxial anisotropies."""
    cubic: tuple[CubicAxes, ...] = ()
    """Cubic anisotropies."""
    interfaces: tuple[InterfaceAnisotropy, ...] = ()
    """Anisotropies of its surfaces."""
    dmi: InterfacialDMI | None = None
    """Interaction of Dzyaloshinskii and Moriya; none by default."""
    demagnetisation: Literal["none", "prism", "ellipsoid", "full"] | Factors = "none"
    """Stray field. `full`: that of all charges, in this magnet and in all others that say `full`. Else of the
    magnet in itself, as if it were uniform: none, by the factors of a prism or an ellipsoid with the extents
    of the region, or by given factors along x, y, z."""


class Course(Section):
    """Factor on a drive in time: constant without an entry."""

    pulse: tuple[Time, Time] | None = None
    """1 between the two times, else 0."""
    ramp: tuple[Time, Time] | None = None
    """0 before the first time, 1 from the second on, linear between them."""

    @model_validator(mode="after")
    def _in_order(self) -> Course:
        if None not in (self.pulse, self.ramp):
            raise mistake("give this or pulse, not both", "ramp")
        for name in ("pulse", "ramp"):
            times = getattr(self, name)
            if times is not None and times[0] >= times[1]:
                raise mistake("must be [begin, end] with begin < end", name)
        return self

    def at(self, time: float) -> float:
        """The factor.

        Args:
            time: s.
        """
        if self.pulse is not None:
            return float(self.pulse[0] <= time < self.pulse[1])
        if self.ramp is not None:
            return float(np.interp(time, self.ramp, (0.0, 1.0)))
        return 1.0

    @property
    def edges(self) -> tuple[float, ...]:
        """Times at which it is not smooth, s."""
        return self.pulse or self.ramp or ()


class TorqueDrive(Section):
    """The device that gives the torque: a scheme at a drive."""

    scheme: Name
    """The injection scheme."""
    amplitude: Amplitude = 0.0
    """Current, A, of a scheme that drives a current; factor on the voltages of one that applies voltages."""
    course: Course = Course()
    """Factor in time on the amplitude; in a scheme without a current, on the temperatures of sinks and
    surroundings above that of the device, and on given heat."""
    every: whole(ge=1, le=10_000) = 1
    """Time steps after which the torque is calculated again."""


class Dynamics(Section):
    """Magnets whose magnetisation follows the equation of Landau, Lifshitz and Gilbert."""

    magnets: Annotated[dict[str, MovingMagnet], Field(min_length=1)]
    """The magnets that move; others keep their directions."""
    duration: Duration
    """End of the run, s."""
    configuration: Name | None = None
    """Magnetic configuration at the beginning; by default the first."""
    relax: Truth = False
    """Whether to begin with the equilibrium in the field at t = 0, without torque."""
    field: tuple[Induction, Induction, Induction] = (0.0, 0.0, 0.0)
    """Field B that acts on the magnets, T."""
    field_course: Course = Course()
    """Factor in time on the field."""
    torque: TorqueDrive | None = None
    """Spin-transfer torque of the device; none by default. It needs `solver: {spin: vector}`."""
    damping_heat: Truth = True
    """Whether what damping takes from the magnets heats them, where the device gives a torque."""
    g_factor: GFactor = 2.0
    """g in γ = g μ_B/ħ."""
    tolerance: StepError = 1e-4
    """Largest estimated error of m in a time step."""
    longest_step: Duration | None = None
    """Longest time step, s; by default a hundredth of the duration."""
    points: whole(ge=1, le=100_000) = 100
    """Number of equal intervals, after each of which a row of the table is written."""
    pictures: whole(ge=0, le=10_000) = 10
    """Number of equal intervals, after each of which m is written for ParaView."""
    noise: Noise | None = None
    """Frequencies of `thermospin noise`: noise of the probes by thermal fluctuations, and eigenmodes."""
    ovf_cell: Edge | None = None
    """Edge of the cubes of a grid, m, on which m is also written as OVF 2.0 with every picture."""

    @property
    def edges(self) -> tuple[float, ...]:
        """Times within the run at which a drive is not smooth, s, in order."""
        torque = self.torque.course.edges if self.torque else ()
        found: list[float] = []
        for time in sorted({*self.field_course.edges, *torque}):
            is_within = 0 < time < self.duration * (1 - NEAR)
            if is_within and not (found and time - found[-1] <= SAME * time):
                found.append(time)
        return tuple(found)

    @property
    def stops(self) -> tuple[float, ...]:
        """Times of rows, pictures and edges, s, in order; the last is the duration.

        Beside an edge there is no other time that counts as the same.
        """
        edges = set(self.edges)
        parts = {i / n for n in (self.points, self.pictures) if n for i in range(1, n + 1)}
        found: list[float] = []
        for time in sorted({self.duration * part for part in parts} | edges):
            is_near = bool(found) and time - found[-1] <= NEAR * self.duration
            if is_near and found[-1] not in edges:
                found.pop()
            elif is_near and time not in edges:
                continue
            found.append(time)
        return tuple(found)

    def is_pictured(self, time: float) -> bool:
        """Whether m is written at a time.

        Args:
            time: s.
        """
        if not self.pictures:
            return False
        nearest = self.duration * (round(time / self.duration * self.pictures) / self.pictures)
        return abs(time - nearest) <= 2 * NEAR * self.duration
