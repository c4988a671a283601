"""The history of a device on finer and finer meshes, and when it ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from thermospin.config.accuracy import Accuracy
from thermospin.output.scales import duration
from thermospin.runs.estimates import Estimate
from thermospin.runs.goals import Goal
from thermospin.units import rounded

REACHED = "reached"
NOTHING = "there is no reading with an error bar among those that must be accurate"


@dataclass(frozen=True)
class Level:
    """One mesh.

    Attributes:
        cells: Number of tetrahedra.
        unknowns: Number of unknowns.
        seconds: Time for the mesh, the solution and the estimates, s.
        goals: The readings that must be accurate.
    """

    cells: int
    unknowns: int
    seconds: float
    goals: Sequence[Goal]

    @property
    def worst(self) -> Goal | None:
        """The goal that is farthest from being met."""
        return max(self.goals, key=lambda goal: goal.excess, default=None)

    @property
    def is_reached(self) -> bool:
        """Whether all goals are met."""
        return all(goal.is_met for goal in self.goals)

    @property
    def text(self) -> str:
        """A line for people."""
        worst = self.worst
        if worst is None:
            return NOTHING
        share = f"{worst.bar / abs(worst.value):.2g}" if worst.value else "infinite"
        return (
            f"{self.unknowns:,} unknowns, {self.seconds:.1f} s: {sum(g.is_met for g in self.goals)} of "
            f"{len(self.goals)} readings accurate; worst R{worst.order} {worst.name} of {worst.scheme}, "
            f"{worst.probe}: {worst.value:.5g} ± {worst.bar:.1g}, relative {share}"
        )

    @property
    def data(self) -> dict[str, Any]:
        """The level as plain data."""
        return {
            "cells": self.cells,
            "unknowns": self.unknowns,
            "seconds": self.seconds,
            "readings": [goal.data for goal in self.goals],
        }


def next_text(last: Level, unknowns: float) -> str:
    """A line about the mesh that is solved next: its size, and the time that this takes.

    Args:
        last: The mesh before it.
        unknowns: About its number of unknowns.
    """
    seconds = last.seconds * unknowns / last.unknowns
    return f"next mesh: about {rounded(unknowns)} unknowns, about {duration(seconds)}"


def end_of(levels: Sequence[Level], accuracy: Accuracy) -> str | None:
    """The reason to end; None if there may be another.

    Args:
        levels: The meshes so far.
        accuracy: The target and the limits.
    """
    last = levels[-1]
    if not last.goals:
        return NOTHING
    if last.is_reached:
        return REACHED
    if len(levels) >= accuracy.max_meshes:
        return f"{accuracy.max_meshes} meshes were solved; raise accuracy.max_meshes"
    return None


def refusal(
    next_mesh: Estimate, cells: int, before: int, estimated: int | None, machines: int, accuracy: Accuracy
) -> str | None:
    """The reason not to solve on the next mesh; None if it is.

    Args:
        next_mesh: Its number of unknowns, and what they cost.
        cells: Its number of cells.
        before: That of the mesh before.
        estimated: Most unknowns with which errors are estimated; None without a limit.
        machines: The number of machines that share the work.
        accuracy: The limits.
    """
    if cells <= before:
        return "the mesh cannot be refined where the error is made"
    unknowns = next_mesh.unknowns
    size = f"the next mesh has about {unknowns:,.0f} unknowns"
    if unknowns > accuracy.max_unknowns:
        return f"{size}, more than accuracy.max_unknowns, {accuracy.max_unknowns:,}"
    if estimated is not None and unknowns > estimated:
        return f"{size}, and errors are estimated with at most {estimated:,}"
    shortage = next_mesh.shortage(machines)
    return f"{size}; {shortage}" if shortage else None
