"""Magnetisation in time: a run of `thermospin dynamics` (solver/physics.md §12)."""

from collections.abc import Iterator
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np

from thermospin.compat import MPI
from thermospin.config import Config
from thermospin.config.dynamics import Dynamics
from thermospin.device import Device
from thermospin.errors import ConvergenceError
from thermospin.meshes.read import DeviceMesh
from thermospin.micromagnetics.dynamics import Integrator, Point
from thermospin.micromagnetics.energy_balance import EnergyBalance
from thermospin.micromagnetics.relaxation import relax
from thermospin.output.files import write_json
from thermospin.output.motion import PICTURE, save_motion
from thermospin.output.place import claim, remove_motion
from thermospin.output.trajectory import Trajectory
from thermospin.runs.magnets import directions, micromagnet
from thermospin.runs.motion_costs import MotionCosts
from thermospin.runs.preparation import prepare
from thermospin.runs.problem import Problem
from thermospin.runs.restart import digest_of, read_restart, write_restart
from thermospin.runs.spin_torque import SpinTorque
from thermospin.runtime.failures import on_root

COSTS = "dynamics.json"
STEPS = 100
"""Fewest time steps of a run."""


def run_dynamics(
    config: Config, comm: MPI.Comm, directory: Path, progress: Any, resume: bool = False
) -> dict[str, np.ndarray]:
    """Integrate the magnetisation of a device and write it to a directory (collective).

    Args:
        config: The configuration, with `dynamics`.
        comm: Ranks that share the work.
        directory: Where the table, the pictures and the state to go on from go.
        progress: Follows the stages.
        resume: Whether to go on from the state that an earlier run left in the directory.

    Returns:
        The columns of the table by name, (rows,).

    Raises:
        InputError: There is no such section, or nothing to go on from.
        ConvergenceError: A step or the device cannot be solved; the rows before it are written.
    """
    if config.dynamics is None:
        raise config.error(
            "dynamics", "missing; add it, such as 'dynamics: {duration: 1 ns, magnets: {Free: {…}}}'"
        )
    on_root(comm, lambda: claim(directory, config.source))
    with progress:
        _, mesh = prepare(config, comm, progress)
        motion = Motion(config, mesh, progress)
        begin, used = perf_counter(), process_time()
        table = Trajectory(directory, motion.magnet.body, config.dynamics.ovf_cell)
        if resume:
            table.rows = read_restart(directory, motion)
        else:
            on_root(comm, lambda: remove_motion(directory))
            motion.begin()
            motion.record(table, directory)
        try:
            motion.follow(table, directory)
        except ConvergenceError as failure:
            raise ConvergenceError(
                f"{failure}; results until {motion.integrator.point.time:.4g} s are in {directory}"
            ) from None
        finally:
            motion.costs.elapsed = perf_counter() - begin
            motion.costs.processor = process_time() - used
            progress.note(motion.costs.text(motion.torque))
            on_root(comm, lambda: write_json(directory / COSTS, motion.costs.summary(motion.torque)))
            on_root(comm, lambda: save_motion(directory / PICTURE, table.rows, config.output.style))
            motion.free()
    return {name: np.array([row[name] for row in table.rows]) for name in table.rows[0]}


class Motion:
    """The moving magnets of a device, their drives, and where they are.

    Args:
        config: The configuration, with `dynamics`.
        mesh: Its mesh.
        progress: Anything with ``stage(name)`` and ``note(text)``.

    Attributes:
        balance: Heat of damping and work on the magnets.
        costs: Steps and iterations.
        digest: Of all in the configuration that the motion depends on.
        magnet: The body with its energy.
        integrator: Integrates it.
        torque: Spin-transfer torque; None without one.
    """

    def __init__(self, config: Config, mesh: DeviceMesh, progress: Any) -> None:
        self._dynamics: Dynamics = config.dynamics
        self._progress, self._problem = progress, None
        self.costs = MotionCosts()
        self.digest = digest_of(config)
        device = Device.of(config, mesh.surfaces)
        self.magnet = micromagnet(config, mesh, progress)
        self.magnet.zeeman.field = self._field(0.0)
        state = device.states[self._dynamics.configuration or next(iter(device.states))]
        self.integrator = Integrator(
            self.magnet,
            directions(self.magnet.body, device.textures, state),
            self._dynamics.tolerance,
            self._dynamics.longest_step or self._dynamics.duration / STEPS,
        )
        self.integrator.field = self._field
        self.balance = EnergyBalance(self.magnet)
        self.torque: SpinTorque | None = None
        if self._dynamics.torque is not None:
            self._problem = Problem(config, mesh, progress)
            self.torque = SpinTorque(self._problem, self.magnet, self._dynamics.torque, state)
            self.integrator.drive = self.torque

    @property
    def m(self) -> np.ndarray:
        """The magnetisation, (3, n)."""
        return self.integrator.point.m

    def _field(self, time: float) -> np.ndarray:
        return np.array(self._dynamics.field) * self._dynamics.field_course.at(time)

    def begin(self) -> None:
        """Find the equilibrium to begin with, if asked for, and the torque there (collective)."""
        integrator = self.integrator
        if self._dynamics.relax:
            with self._progress.stage("relaxation"):
                m = relax(self.magnet, self.m)
            integrator.go_on([integrator.point.moved(m)], integrator.next_step)
        if self.torque:
            self.torque.update(0.0, self.m)
        integrator.forget()

    def follow(self, table: Trajectory, directory: Path) -> None:
        """Integrate to the end, and write rows, pictures and the state on the way (collective).

        Args:
            table: Gets the rows.
            directory: Where the state is kept.
        """
        dynamics, start = self._dynamics, self.integrator.point.time
        stops = [stop for stop in dynamics.stops if stop > start * (1 + 1e-12)]
        with self._progress.steps("times", np.diff([start, *stops]).tolist()):
            for stop in stops:
                for _ in self.steps(stop):
                    pass
                if self._is_edge(stop):
                    self._turn(stop)
                self.record(table, directory)
                self._progress.note(f"t = {stop:.4g} s: ⟨m⟩ = {np.round(self.magnet.average(self.m), 4)}")
                self._progress.step()

    def record(self, table: Trajectory, directory: Path) -> None:
        """Write a row, at some times a picture, and the state to go on from (collective).

        Args:
            table: Gets the row.
            directory: Where the state is kept.
        """
        pictured = {}
        if self._dynamics.is_pictured(self.integrator.point.time):
            pictured = {"m": self.m} | (self.torque.fields() if self.torque else {})
        table.add(self.row(), self.magnet.body, pictured)
        write_restart(directory, self, table.rows)
        if self.torque:
            self.torque.begin_afresh()

    def steps(self, stop: float) -> Iterator[Point]:
        """Step to a time, with the torque of the device (collective).

        Args:
            stop: s.

        Yields:
            The points after the present one.
        """
        every = self._dynamics.torque.every if self._dynamics.torque else 1
        before = self.integrator.point
        for point in self.integrator.until(stop):
            self.balance.add(before, point, self.integrator)
            before = point
            self.integrator.steps += 1
            self.costs.add(point)
            is_due = self.integrator.steps % every == 0 and not self._is_edge(point.time)
            if self.torque and is_due:
                self._update(point.time)
            yield point

    def _is_edge(self, time: float) -> bool:
        return any(abs(time - edge) <= 1e-12 * time for edge in self._dynamics.edges)

    def _update(self, time: float) -> None:
        """Solve the device with the heat that damping has made since the last time (collective)."""
        if self._dynamics.damping_heat and self.balance.since:
            self.torque.warm(self.balance.take())
        self.torque.update(time, self.m)

    def _turn(self, time: float) -> None:
        """Begin anew behind an edge of a drive."""
        if self.torque:
            self.torque.forget()
            self._update(time)
        self.integrator.forget()

    def row(self) -> dict[str, float]:
        """Numbers at the present time: averages of m, energies in J, readings in V (collective)."""
        self.magnet.zeeman.field = self._field(self.integrator.point.time)
        found = {"time": self.integrator.point.time}
        mean = self.magnet.average(self.m)
        found |= {f"m{axis}": float(value) for axis, value in zip("xyz", mean, strict=True)}
        if len(self.magnet.magnets) > 1:
            for region in self.magnet.magnets:
                m = self.magnet.average(self.m, region)
                found |= {f"m{axis}_{region}": float(v) for axis, v in zip("xyz", m, strict=True)}
        energies = self.magnet.energies(self.m)
        found |= {f"energy_{name}": value for name, value in energies.items()}
        found["energy"] = sum(energies.values())
        found |= {"damping_heat": self.balance.heat, "work": self.balance.work}
        if self.torque:
            found |= {"torque_misfit": self.torque.misfit, "torque_drift": self.torque.drift}
            found |= {f"V_{probe}": value for probe, value in self.torque.readings.items()}
        return found | {"steps": float(self.integrator.steps)}

    def free(self) -> None:
        """Free what PETSc keeps alive (collective)."""
        if self._problem is not None:
            self._problem.free()
