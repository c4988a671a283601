"""The `loop:` section: a field that goes up and down, and magnets that follow it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
from pydantic import model_validator

from thermospin.config.directions import Direction
from thermospin.config.magnetisation import DEFAULT
from thermospin.macrospin.hysteresis import Path, SharpSwitching, StonerWohlfarth, Switching, follow, oriented
from thermospin.section import Section, Truth, mistake, whole
from thermospin.units import quantity

Induction = quantity("T", ge=-1e3, le=1e3)
PositiveInduction = quantity("T", ge=1e-12, le=1e3)
DIGITS = 12
"""Significant digits of the fields of a loop: no 0.030000000000000013 T in files and tables."""


class LoopMagnet(Section):
    """Model of a magnet that follows the field: give `switching_field` or `anisotropy_field`."""

    easy_axis: Direction | None = None
    """Along B by default; its orientation does not matter, + is towards positive B."""
    switching_field: PositiveInduction | None = None
    """Sharp switching: field along the easy axis at which the magnet reverses, T …"""
    anisotropy_field: PositiveInduction | None = None
    """… or coherent rotation (Stoner–Wohlfarth) with the anisotropy field 2K/M, T; with `spin: vector`."""
    exchange_bias: Induction = 0.0
    """Centre of the loop of this magnet, T along its easy axis."""

    @model_validator(mode="after")
    def _one_model(self) -> LoopMagnet:
        if (self.switching_field is None) == (self.anisotropy_field is None):
            raise mistake("give either 'switching_field' (sharp) or 'anisotropy_field' (Stoner–Wohlfarth)")
        return self

    @property
    def model(self) -> Switching:
        """The model that follows the field."""
        if self.switching_field is not None:
            return SharpSwitching(self.switching_field, self.exchange_bias)
        return StonerWohlfarth(self.anisotropy_field, self.exchange_bias)

    @property
    def described(self) -> str:
        """The model, for people."""
        about = f" about {1e3 * self.exchange_bias:g} mT" if self.exchange_bias else ""
        if self.switching_field is not None:
            return f"switches at {1e3 * self.switching_field:g} mT{about}"
        return f"rotates with an anisotropy field of {1e3 * self.anisotropy_field:g} mT{about}"


class Loop(Section):
    """A magnetic loop: B goes up and comes down again, from saturation in negative fields."""

    axis: Direction = DEFAULT
    """Direction of B."""
    range: tuple[Induction, Induction]
    """Lowest and highest B, T."""
    points: whole(ge=2, le=10_000) = 101
    """Values of B on the way up; the same ones follow on the way down."""
    model: Literal["macrospin", "micromagnetic"] = "macrospin"
    """Kind of motion: all magnets as macrospins, or those of `dynamics.magnets` as fields m(x), which are in
    equilibrium at every B. The latter needs `solver: {spin: vector}`."""
    magnets: dict[str, LoopMagnet] = {}
    """Every magnetic region that follows as a macrospin, and how."""
    precession: Truth = True
    """With `spin: vector`, let the spins of normal metals that have a `spin_relaxation_time` precess about B
    (Hanle); then every B is solved by itself. With false, B only moves the magnets."""

    @model_validator(mode="after")
    def _goes_up(self) -> Loop:
        if self.range[0] >= self.range[1]:
            raise mistake("must be [low, high] with low < high", "range")
        return self

    @property
    def branch(self) -> np.ndarray:
        """B on the way up, T, (points,)."""
        low, high = self.range
        fields = np.linspace(low, high, self.points)
        fields[np.abs(fields) < 1e-12 * (high - low)] = 0.0
        return np.array([float(f"{field:.{DIGITS}g}") for field in fields])

    @property
    def fields(self) -> np.ndarray:
        """B up and down, T, (2 points,)."""
        return np.concatenate([self.branch, self.branch[::-1]])

    def easy_axis(self, region: str) -> np.ndarray:
        """The easy axis of a magnet, a unit vector towards positive B, (3,).

        Args:
            region: The magnet.
        """
        given = self.magnets[region].easy_axis
        return oriented(np.array(self.axis if given is None else given), np.array(self.axis))[0]

    @property
    def paths(self) -> Mapping[str, Path]:
        """Directions of every magnet along the loop."""
        axis, fields = np.array(self.axis), self.fields
        return {
            region: follow(magnet.model, self.easy_axis(region), axis, fields)
            for region, magnet in self.magnets.items()
        }
