"""From a configuration to a discrete problem, for tests on any number of ranks."""

from collections.abc import Mapping
from typing import Any

import pytest

from thermospin.compat import MPI
from thermospin.meshes.record import MeshRecord
from thermospin.output import SilentProgress
from thermospin.runs.preparation import prepare
from thermospin.runs.problem import Problem
from thermospin.validation import load_config

COMPARES_RANKS = pytest.mark.skipif(MPI.COMM_WORLD.size == 1, reason="compares several ranks with one")
"""Mark of such a test. Rank 0 solves again by itself; the others sleep until the next test."""


def prepare_problem(config: Mapping[str, Any], comm: MPI.Comm = MPI.COMM_WORLD) -> Problem:
    """Mesh a device given as a configuration and discretise it (collective).

    Args:
        config: What a YAML file would hold.
        comm: Ranks that share the work.
    """
    return prepare_with_record(config, comm)[1]


def prepare_with_record(config: Mapping[str, Any], comm: MPI.Comm) -> tuple[MeshRecord, Problem]:
    """The same, with the mesh on disk (collective).

    Discretisation errors are estimated only where ``solver.estimate`` says so: tests solve many times.
    """
    solver = {"estimate": False} | config.get("solver", {})
    progress, loaded = SilentProgress(), load_config(dict(config) | {"solver": solver})
    record, device = prepare(loaded, comm, progress)
    return record, Problem(loaded, device, progress)
