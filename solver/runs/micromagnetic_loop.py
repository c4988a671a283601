"""A magnetic loop whose magnets are fields m(x), in equilibrium at every B (solver/physics.md §12)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from thermospin.config import Config
from thermospin.meshes.read import DeviceMesh
from thermospin.micromagnetics.body import cross, unit
from thermospin.micromagnetics.relaxation import relax
from thermospin.micromagnetics.spin_torque import Interpolation
from thermospin.runs.magnets import micromagnet
from thermospin.runs.problem import Problem
from thermospin.runs.simulation import solve
from thermospin.textures import Texture

TILT = np.array([0.006, 0.007, 0.004])
"""Turn before every relaxation, rad: without it, m would stay at saddle points along axes of symmetry."""
TORQUE = 1e-5
"""Largest torque that counts as none, T."""


Means = dict[str, tuple[float, float, float]]
"""Region to ⟨m⟩, (3,)."""


@dataclass(frozen=True)
class Equilibrium:
    """The moving magnets at a point of the loop.

    Attributes:
        texture: m(x).
        means: Region to ⟨m⟩.
    """

    texture: Texture
    means: Means


def equilibria(config: Config, mesh: DeviceMesh, progress: Any) -> Iterator[Equilibrium]:
    """The equilibria at the fields of the loop, one after another, from saturation on (collective).

    Args:
        config: The configuration, with a loop and `dynamics`.
        mesh: Its mesh.
        progress: Anything with ``note(text)``.

    Yields:
        One for every field.

    Raises:
        ConvergenceError: There are torques left at a field.
    """
    magnet = micromagnet(config, mesh, progress)
    places, axis = Interpolation(magnet.body), np.array(config.loop.axis)
    start = axis if config.loop.fields[0] > 0 else -axis
    m = start[:, None] * np.ones(magnet.body.n_owned)
    for field in config.loop.fields:
        magnet.zeeman.field = field * axis
        m = relax(magnet, unit(m + cross(TILT[:, None], m)), TORQUE)
        means = {region: tuple(magnet.average(m, region).tolist()) for region in magnet.magnets}
        yield Equilibrium(places.texture(m), means)


def solve_equilibria(problem: Problem, progress: Any) -> tuple[list[Means], dict[str, Any]]:
    """Solve a device at every point of its loop (collective).

    Args:
        problem: The device, with vector spin.
        progress: Follows the stages.

    Returns:
        ⟨m⟩ of every magnet at every point, and the content of ``results.json`` with the configurations
        ``state1``, ``state2``, …

    Raises:
        ConvergenceError: There are torques left at a field, or the device cannot be solved.
    """
    config, means, states = problem.config, [], {}
    with progress.stage("relaxation"):
        found = list(equilibria(config, problem.spaces.device, progress))
    paths = config.loop.paths
    for i, equilibrium in enumerate(found):
        others = {region: tuple(path.directions[i].tolist()) for region, path in paths.items()}
        means.append(others | equilibrium.means)
        fixed = {region: Texture.along(m) for region, m in others.items()}
        states[f"state{i + 1}"] = fixed | dict.fromkeys(equilibrium.means, equilibrium.texture)
    problem.device = replace(problem.device, states=states)
    return means, solve(problem, progress, keep_fields=False).data
