"""From a configuration to a discrete problem, for tests on any number of ranks."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from thermospin.compat import MPI
from thermospin.config import load_config
from thermospin.meshes import MeshRecord
from thermospin.problem import Problem
from thermospin.simulation import prepare


class SilentProgress:
    """A progress display that shows nothing."""

    def __init__(self) -> None:
        self.timings: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Do nothing around a stage."""
        yield

    def note(self, text: str) -> None:
        """Do nothing with a line."""


def prepare_problem(config: Mapping[str, Any], comm: MPI.Comm = MPI.COMM_WORLD) -> Problem:
    """Mesh a device given as a configuration and discretise it (collective).

    Args:
        config: What a YAML file would hold.
        comm: Ranks that share the work.
    """
    return prepare_with_record(config, comm)[1]


def prepare_with_record(config: Mapping[str, Any], comm: MPI.Comm) -> tuple[MeshRecord, Problem]:
    """The same, with the mesh on disk (collective)."""
    progress, loaded = SilentProgress(), load_config(config)
    record, device = prepare(loaded, comm, progress)
    return record, Problem(loaded, device, progress)
