"""The `loop:` section: a field that goes up and down, and magnets that follow it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from pydantic import model_validator

from thermospin.config import magnetisation
from thermospin.config.directions import Direction, shown
from thermospin.macrospin.hysteresis import Path, SharpSwitching, StonerWohlfarth, Switching, follow, oriented
from thermospin.section import Section, Truth, mistake, whole
from thermospin.units import quantity

if TYPE_CHECKING:
    from thermospin.config.root import Config

Induction = quantity("T", ge=-1e3, le=1e3)
PositiveInduction = quantity("T", ge=1e-12, le=1e3)
DIGITS = 12
"""Significant digits of the fields of a loop: no 0.030000000000000013 T in files and tables."""
ALIGNED = 1e-9
"""Sine of an angle between easy axes below which they are parallel."""


class LoopMagnet(Section):
    """How a magnet follows the field: give `switching_field` or `anisotropy_field`."""

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
            raise mistake(
                "give one of the two: 'switching_field' (sharp) or 'anisotropy_field' (Stoner–Wohlfarth)"
            )
        return self

    @property
    def model(self) -> Switching:
        """What follows the field."""
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

    axis: Direction = magnetisation.DEFAULT
    """Direction of B."""
    range: tuple[Induction, Induction]
    """Lowest and highest B, T."""
    points: whole(ge=2, le=10_000) = 101
    """Values of B on the way up; the same ones follow on the way down."""
    magnets: dict[str, LoopMagnet] = {}
    """Every magnetic region, and how it follows the field."""
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
        """The easy axis of a magnet, a unit vector towards positive B, (3,)."""
        given = self.magnets[region].easy_axis
        return oriented(np.array(self.axis if given is None else given), np.array(self.axis))[0]

    @property
    def paths(self) -> Mapping[str, Path]:
        """Where every magnet points along the loop."""
        axis, fields = np.array(self.axis), self.fields
        return {
            region: follow(magnet.model, self.easy_axis(region), axis, fields)
            for region, magnet in self.magnets.items()
        }


def precesses(config: Config) -> bool:
    """Whether the field of the loop acts on spins too, and not on magnets alone."""
    used = dict.fromkeys(config.geometry.materials.values())
    vector = config.solver.spin == "vector"
    return vector and config.loop.precession and any(config.material(name).larmor for name in used)


def acts_on_metals(config: Config) -> bool:
    """Whether every field of the loop has its own solution: spins precess in it, or it polarises clusters."""
    return precesses(config) or bool(magnetisation.polarised(config))


def acting(config: Config, field: float) -> tuple[float, float, float]:
    """The field of the loop at B in T as that of a configuration.

    Without vector spin it is along the axis of the spins, whatever direction in space that has.
    """
    axis = config.loop.axis if config.solver.spin == "vector" else magnetisation.DEFAULT
    x, y, z = (float(field) * part + 0.0 for part in axis)
    return x, y, z


def described(config: Config) -> dict[str, list[str]]:
    """The loop for people; nothing where there is none."""
    if config.loop is None:
        return {}
    low, high = config.loop.range
    field = f"{1e3 * low:g} to {1e3 * high:g} mT along {shown(config.loop.axis)}, {config.loop.points} points"
    magnets = [f"{region} {magnet.described}" for region, magnet in config.loop.magnets.items()]
    return {"loop": [field, *magnets]}


def check(config: Config) -> None:
    """Check that the loop moves every magnet, and in a way that the spins of this run can follow.

    Raises:
        PydanticCustomError: The first mistake, with its place.
    """
    if config.loop is None:
        return
    if not config.magnets and not magnetisation.polarised(config):
        raise mistake("no region is magnetic, so nothing changes with the field; remove it", "loop")
    for region in config.loop.magnets:
        magnetisation.check_magnet(config, region, "loop", "magnets", region)
    for region in config.magnets:
        if region not in config.loop.magnets:
            raise mistake(
                f"the magnet '{region}' is missing; add it, such as '{region}: {{switching_field: 30 mT}}'",
                "loop", "magnets",
            )  # fmt: skip
    if not config.probes:
        raise mistake("nothing is read along the loop; add a probe", "probes")
    if any(config.magnetic_field):
        raise mistake(
            "the field of a loop is 'loop.range' along 'loop.axis'; remove this, or the loop",
            "magnetic_field",
        )
    for region, magnet in config.loop.magnets.items():
        _can_switch(config, region, magnet)
    if config.solver.spin == "collinear" and config.magnets:
        _is_collinear(config)
    _polarises_along_spins(config)


def _can_switch(config: Config, region: str, magnet: LoopMagnet) -> None:
    """Sharp switching needs a component of B, unless an exchange bias alone decides."""
    easy = config.loop.easy_axis(region)
    across = oriented(easy, np.array(config.loop.axis))[1] == 0
    if across and magnet.switching_field is not None and abs(magnet.exchange_bias) < magnet.switching_field:
        raise mistake(
            f"B along {shown(config.loop.axis)} has no component along it, and the magnet never switches; "
            "tilt it, or give an anisotropy_field",
            "loop", "magnets", region, "easy_axis",
        )  # fmt: skip


def _is_collinear(config: Config) -> None:
    """Without vector spin, magnets stay on one common axis."""
    first = config.loop.easy_axis(config.magnets[0])
    for region, magnet in config.loop.magnets.items():
        if magnet.anisotropy_field is not None:
            raise mistake(
                "a magnet that rotates needs 'solver.spin: vector'; set it, or give a switching_field",
                "loop", "magnets", region, "anisotropy_field",
            )  # fmt: skip
        if np.linalg.norm(np.cross(config.loop.easy_axis(region), first)) > ALIGNED:
            raise mistake(
                f"not parallel to that of '{config.magnets[0]}', which needs 'solver.spin: vector'; set it, "
                "or give both the same axis",
                "loop", "magnets", region, "easy_axis",
            )  # fmt: skip


def _polarises_along_spins(config: Config) -> None:
    """Clusters are polarised along B, which is to be the axis of the spins: z, or that of all magnets."""
    clusters, axis = magnetisation.polarised(config), np.array(config.loop.axis)
    if not clusters:
        return
    vector = config.solver.spin == "vector"
    easy = [config.loop.easy_axis(name) for name in config.magnets[:1]]
    spins = [magnetisation.DEFAULT] if vector else easy
    if any(np.linalg.norm(np.cross(axis, of_spins)) > ALIGNED for of_spins in spins):
        raise mistake(
            f"polarises the clusters of '{clusters[0]}', and must be "
            + ("z" if vector else f"along the easy axis of '{config.magnets[0]}'"),
            "loop", "axis",
        )  # fmt: skip
