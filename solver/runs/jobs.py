"""The points of a sweep as jobs: digests that tell them apart, and their distribution over ranks."""

import hashlib
import importlib.metadata
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Self

import numpy as np

from thermospin.compat import MPI
from thermospin.config import Config
from thermospin.config.textures import contents_of_files
from thermospin.device import Device
from thermospin.errors import InputError
from thermospin.runs.preparation import find_hash
from thermospin.runs.workbench import operator_key, solution_key
from thermospin.runtime.failures import on_root
from thermospin.validation.sweep import Point, Sweep

MOST_PROBES = 8
"""Probes whose points are solved together; each has an adjoint in every magnetic state."""


@dataclass(frozen=True)
class Job:
    """A point to be solved.

    Attributes:
        point: The point.
        mesh: Hash of its mesh.
        operator: Text of all that its operator depends on.
        solution: Text of all that its solutions depend on.
        hash: Digest of everything that its results depend on; it names its folder.
    """

    point: Point
    mesh: str
    operator: str
    solution: str
    hash: str

    @classmethod
    def of(cls, point: Point, mesh: str) -> Self:
        """A point, with a digest of its mesh and of all in its configuration that changes numbers.

        Args:
            point: The point.
            mesh: Hash of its mesh.
        """
        content = point.config.resolved()
        del content["title"], content["parameters"]
        content["output"] = content["output"].get("current")
        content["geometry"].pop("file", None)
        content |= {"mesh": mesh, "thermospin": importlib.metadata.version("thermospin")}
        content["textures"] = contents_of_files(point.config.magnetisation)
        digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]
        operator = f"{mesh} {operator_key(point.config, Device.of(point.config))}"
        return cls(point, mesh, operator, f"{mesh} {solution_key(point.config)}", digest)


def find_jobs(sweep: Sweep, comm: MPI.Comm) -> list[Job]:
    """All points as jobs (collective).

    Args:
        sweep: The sweep.
        comm: Ranks that share the work.
    """
    meshes = on_root(comm, lambda: _mesh_hashes(sweep))
    return [Job.of(point, mesh) for point, mesh in zip(sweep.points, meshes, strict=True)]


def _mesh_hashes(sweep: Sweep) -> list[str]:
    """The hash of the mesh of every point; the content of a file is read once."""
    known: dict[str, str] = {}
    hashes = []
    for point in sweep.points:
        config, device = point.config, Device.of(point.config)
        parts = config.geometry, config.mesh, config.all_terminals, device.magnets, device.insulators
        if (key := repr(parts)) not in known:
            known[key] = blaming(point, partial(find_hash, device=device))
        hashes.append(known[key])
    return hashes


def blaming(point: Point, work: Callable[[Config], Any]) -> Any:
    """Call a function with the configuration of a point; its mistakes are named as those of the sweep.

    Args:
        point: The point.
        work: The function.

    Returns:
        Its result.

    Raises:
        InputError: The configuration has a mistake.
    """
    try:
        return work(point.config)
    except InputError as error:
        raise point.mistake(error) from None


def batches(jobs: Iterable[Job]) -> list[list[Job]]:
    """Points in an order in which those of the same operator, and of the same solutions, are together.

    Args:
        jobs: The points.

    Returns:
        Points with the same solutions, at most :data:`MOST_PROBES` probes at a time.
    """
    by_operator: dict[str, dict[str, list[list[Job]]]] = {}
    for job in jobs:
        found = by_operator.setdefault(job.operator, {}).setdefault(job.solution, [[]])
        if len(probes_of([*found[-1], job])) > max(MOST_PROBES, len(probes_of([job]))):
            found.append([])
        found[-1].append(job)
    return [batch for alike in by_operator.values() for found in alike.values() for batch in found]


def probes_of(jobs: Iterable[Job]) -> list[tuple[str, str]]:
    """The pairs of terminals that any of some points reads.

    Args:
        jobs: The points.
    """
    return list(dict.fromkeys(pair for job in jobs for pair in job.point.config.probes.values()))


def shares(jobs: Sequence[Job], count: int, costs: Mapping[str, float] | None = None) -> list[list[Job]]:
    """Divide points into parts of about equal cost; those of the same operator stay together.

    Points with the same solutions are in one part. No part is empty, unless there are fewer solutions.

    Args:
        jobs: The points.
        count: Number of parts.
        costs: Cost of a solution, by the hash of its mesh; 1 by default.
    """
    units = batches(jobs)
    if not units:
        return [[] for _ in range(count)]
    cost = np.array([costs[unit[0].mesh] if costs else 1.0 for unit in units])
    centre = (np.cumsum(cost) - cost / 2) / cost.sum()
    numbers = np.arange(count)
    first = np.searchsorted(np.minimum((centre * count).astype(int), count - 1), numbers)
    first = np.maximum.accumulate(first - numbers) + numbers
    first = np.clip(first, 0, np.maximum(len(units) - count, 0) + numbers)
    edges = [*np.minimum(first, len(units)), len(units)]
    return [
        [job for unit in units[start:stop] for job in unit]
        for start, stop in zip(edges, edges[1:], strict=False)
    ]
