"""Problems for one configuration after another: a mesh or an operator that stays is used again."""

import gc
import json
from typing import Any

from thermospin.compat import MPI, PETSc
from thermospin.config import Config
from thermospin.device import Device
from thermospin.device.on_mesh import device_on, places
from thermospin.linear.basis import spin_basis
from thermospin.meshes.read import DeviceMesh
from thermospin.meshes.record import MeshRecord
from thermospin.runs.preparation import read_device
from thermospin.runs.problem import Problem

BESIDE = (
    "title",
    "parameters",
    "schemes",
    "probes",
    "lock_in",
    "output",
    "configurations",
    "magnetisation",
    "heating",
    "terminals",
    "sweep",
    "loop",
)
"""Sections that leave the operator as it is. Of the terminals it knows the faces, which the mesh records."""
BESIDE_OF_SOLVER = ("orders", "method", "currents", "tolerance", "reciprocity")

READ_ONLY = ("title", "parameters", "probes", "lock_in", "output", "sweep", "loop")
"""Sections that leave solutions as they are."""


def operator_key(config: Config, device: Device) -> str:
    """Text of all that an operator depends on besides its mesh: every entry not known to have no influence.

    A problem takes another magnetic field, unless there is none: without one its operator is symmetric.

    Args:
        config: The configuration.
        device: Its device.
    """
    content = {key: value for key, value in config.resolved().items() if key not in BESIDE}
    content["textured"] = device.is_textured
    basis = spin_basis(device)
    content["basis"] = None if basis is None else basis.round(9).tolist()
    content["transfers"] = {name: repr(law) for name, law in device.transfers.items()}
    content["leads"] = repr(device.leads)
    if not device.unknowns.vector:
        content["directions"] = {region: list(m) for region, m in device.directions.items()}
    if not device.follows_field:
        content["magnetic_field"] = any(config.magnetic_field)
    content["solver"] = {k: v for k, v in content["solver"].items() if k not in BESIDE_OF_SOLVER}
    return json.dumps(content, sort_keys=True)


def solution_key(config: Config) -> str:
    """Text of all that the solutions of a configuration depend on; other probes can be read from them too.

    Args:
        config: The configuration.
    """
    content = {key: value for key, value in config.resolved().items() if key not in READ_ONLY}
    if config.solver.method == "expansion":
        content["solver"] = {k: v for k, v in content["solver"].items() if k != "currents"}
    if config.uncertainties:
        content["probes"] = config.probes
    return json.dumps(content, sort_keys=True)


class Workbench:
    """Keeps the last mesh and the last problem on a communicator.

    Args:
        comm: Ranks that share the work.

    Attributes:
        comm: The same.
    """

    def __init__(self, comm: MPI.Comm) -> None:
        self.comm = comm
        self._key: Any = None
        self._operator: Any = None
        self._mesh: DeviceMesh | None = None
        self._problem: Problem | None = None

    def problem(self, config: Config, record: MeshRecord, progress: Any) -> Problem:
        """The problem of a configuration, ready to be solved (collective); the one before it is gone.

        Args:
            config: The configuration.
            record: Its mesh, checked and cut.
            progress: Anything with a ``stage(name)`` context manager.
        """
        device = device_on(config, record)
        mesh = record.hash, places(device), device.insulators, device.unknowns
        operator = mesh, operator_key(config, device)
        if self._problem is not None and operator == self._operator:
            self._problem.adopt(config)
            return self._problem
        self._clear_problem()
        if self._mesh is None or mesh != self._key:
            self._mesh, self._key = read_device(device, record, self.comm, progress), mesh
        self._problem, self._operator = Problem(config, self._mesh, progress), operator
        return self._problem

    def clear(self) -> None:
        """Free everything (collective)."""
        self._clear_problem()
        self._mesh = None
        gc.collect()

    def _clear_problem(self) -> None:
        """Free the problem: PETSc keeps objects that ranks share until all of them free them together."""
        if self._problem is None:
            return
        comm = self._problem.spaces.comm
        self._problem.free()
        self._problem = None
        gc.collect()
        PETSc.garbage_cleanup(comm)
