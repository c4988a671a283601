"""A whole magnetic loop: every magnet at every field, and one solution for every distinct magnetic state."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from thermospin.compat import MPI
from thermospin.config import Config
from thermospin.config.magnetisation import DEFAULT
from thermospin.device import Device
from thermospin.meshes.record import MeshRecord
from thermospin.output import SilentProgress, write_loop
from thermospin.output.place import claim
from thermospin.output.progress import progress_of
from thermospin.runs.adaptive import solve_from
from thermospin.runs.goals import find_goals
from thermospin.runs.loop_results import LoopResults
from thermospin.runs.micromagnetic_loop import solve_equilibria
from thermospin.runs.preparation import prepare_mesh
from thermospin.runs.run import describe_mesh
from thermospin.runs.simulation import solve
from thermospin.runs.workbench import Workbench
from thermospin.runtime.failures import on_root

BRANCHES = "up", "down"
DIGITS = 9
"""Decimals of unit vectors, and of nothing else, by which states are told apart."""

Pointing = int | tuple[float, float, float]
"""Direction of a magnet: ±1 or, with vector spin, a unit vector."""


@dataclass(frozen=True)
class LoopState:
    """State of a device at points of a loop: directions of its magnets, and the field that acts on metals.

    Attributes:
        name: Its name in the results.
        magnets: Direction of every magnet.
        field: B about which spins precess, or which turns currents or polarises clusters, T; zero where it
            does none of these.
    """

    name: str
    magnets: Mapping[str, Pointing]
    field: tuple[float, float, float] = (0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Trace:
    """The points of a loop.

    Attributes:
        fields: B along the axis, T, up and down, (n,).
        at: The state at every point, by its number.
        states: The distinct states, in the order in which they are met.
    """

    fields: np.ndarray
    at: Sequence[int]
    states: Sequence[LoopState]

    @classmethod
    def of(cls, config: Config, device: Device) -> "Trace":
        """Follow all magnets of a configuration along its loop.

        Args:
            config: The configuration.
            device: Its device.
        """
        fields, sides = config.loop.fields, _pointings(config, device)
        felt = fields if acts_on_metals(config, device) else np.zeros(len(fields))
        numbers: dict[Any, int] = {}
        states, at = [], []
        for i, field in enumerate(felt):
            magnets = {region: sides[region][i] for region in device.magnets}
            key = field, *(tuple(np.round(pointing, DIGITS)) for pointing in _vectors(magnets))
            if key not in numbers:
                numbers[key] = len(states)
                states.append(LoopState(f"state{len(states) + 1}", magnets, acting(config, device, field)))
            at.append(numbers[key])
        return cls(fields, at, states)

    def branch(self, name: str) -> slice:
        """Points of a branch.

        Args:
            name: ``up`` or ``down``.
        """
        half = len(self.fields) // 2
        return slice(0, half) if name == BRANCHES[0] else slice(half, None)


def loop(
    config: Config,
    output: Path | str | None = None,
    progress: Callable[[str], object] | SilentProgress | None = None,
    quiet: bool = True,
    comm: MPI.Comm = MPI.COMM_WORLD,
) -> LoopResults:
    """Solve the states of a magnetic loop (collective; all ranks get the numbers).

    Args:
        config: The configuration, with a loop.
        output: Directory for the numbers, the table and pictures; nothing is written without.
        progress: Gets a line for every stage, such as ``print``.
        quiet: False shows the stages on stderr.
        comm: Ranks that share the work.

    Raises:
        InputError: There is no loop, the device cannot be meshed, or it is not a closed circuit.
        ConvergenceError: The solver does not converge.
    """
    directory = None if output is None else Path(output)
    return LoopResults(run_loop(config, comm, directory, progress_of(progress, quiet, comm.rank)))


def run_loop(
    config: Config, comm: MPI.Comm, directory: Path | None, progress: SilentProgress
) -> dict[str, Any]:
    """Solve the states of a magnetic loop and write the readings to a directory, if any (collective).

    Args:
        config: The configuration, with a loop.
        comm: Ranks that share the work.
        directory: Where the results go.
        progress: Follows the stages.

    Returns:
        Content of ``results.json``.

    Raises:
        InputError: There is no loop, the device cannot be meshed, or it is not a closed circuit.
        ConvergenceError: The solver does not converge.
    """
    if config.loop is None:
        raise config.error(
            "loop", "missing; add it, such as 'loop: {range: [-100 mT, 100 mT], magnets: {Py1: {…}}}'"
        )
    device = Device.of(config)
    if directory is not None:
        on_root(comm, lambda: claim(directory, config.source))
    with progress:
        with progress.stage("mesh"):
            record = on_root(comm, lambda: prepare_mesh(config))
        for note in record.notes:
            progress.note(note)
        if config.accuracy:
            bench = Workbench(comm)
            config, record, _, adapted = solve_from(config, record, bench, progress)
            bench.clear()
        follow = _follow_macrospins if config.loop.model == "macrospin" else _follow_fields
        trace, data = follow(config, device, record, comm, progress)
        data |= describe_mesh(config, device, record, comm)
        data["timings"] = dict(progress.timings)
        data |= _along(config, device, trace, data)
        if config.accuracy:
            data["accuracy"] = _accuracy(config, adapted.data["accuracy"], data, progress)
        if directory is not None:
            on_root(comm, lambda: write_loop(directory, data))
    return data


def _accuracy(
    config: Config, history: Mapping[str, Any], data: Mapping[str, Any], progress: Any
) -> dict[str, Any]:
    """Refinement of the mesh for the states of the device, and whether it does for those of the loop."""
    missed = sum(not goal.is_met for goal in find_goals(data, config.accuracy))
    if not missed:
        return dict(history)
    end = f"{missed} readings in states of the loop have larger error bars"
    progress.note(f"warning: accuracy not reached: {end}")
    return {**history, "reached": False, "end": end}


def precesses(config: Config, device: Device) -> bool:
    """Whether the field of the loop acts on spins too, and not on magnets alone.

    Args:
        config: The configuration.
        device: Its device.
    """
    turns = any(material.larmor for material in device.materials.values())
    return device.unknowns.vector and config.loop.precession and turns


def acts_on_metals(config: Config, device: Device) -> bool:
    """Whether every field of the loop has its own solution: it turns spins, currents, or polarises clusters.

    Args:
        config: The configuration.
        device: Its device.
    """
    return precesses(config, device) or bool(device.follows_field or device.hall_metals)


def acting(config: Config, device: Device, field: float) -> tuple[float, float, float]:
    """The field of the loop as that of a configuration, T.

    Without vector spin the field of clusters is along the axis of the spins, whatever direction in space that
    has; that of Hall and Nernst effects has its own direction.

    Args:
        config: The configuration.
        device: Its device.
        field: B along the axis of the loop, T.
    """
    axis = config.loop.axis if device.unknowns.vector or device.hall_metals else DEFAULT
    x, y, z = (float(field) * part + 0.0 for part in axis)
    return x, y, z


def _pointings(config: Config, device: Device) -> dict[str, list[Pointing]]:
    """Direction of every magnet at every point: a sign, or with vector spin a unit vector."""
    loop, paths = config.loop, config.loop.paths
    if device.unknowns.vector:
        return {region: [tuple(m) for m in path.directions.tolist()] for region, path in paths.items()}
    easy = {region: loop.easy_axis(region) for region in paths}
    return {
        region: [int(sign * np.sign(easy[region] @ easy[device.magnets[0]])) for sign in path.signs]
        for region, path in paths.items()
    }


def _vectors(magnets: Mapping[str, Pointing]) -> list[tuple[float, ...]]:
    return [m if isinstance(m, tuple) else (float(m),) for m in magnets.values()]


def in_space(config: Config, device: Device) -> Config:
    """The configuration with its anisotropic magnets along the easy axis, where all spins have one axis.

    Args:
        config: The configuration.
        device: Its device.
    """
    if device.unknowns.vector or not device.directions:
        return config
    axis = tuple(config.loop.easy_axis(device.magnets[0]).tolist())
    return config.model_copy(
        update={"magnetisation": {**config.magnetisation, **dict.fromkeys(device.directions, axis)}}
    )


def _follow_macrospins(
    config: Config, device: Device, record: MeshRecord, comm: MPI.Comm, progress: Any
) -> tuple[Trace, dict[str, Any]]:
    """Solve every distinct state of magnets that are macrospins (collective)."""
    trace = Trace.of(config, device)
    progress.note(f"{len(trace.fields)} points, {len(trace.states)} distinct magnetic states")
    return trace, _solve_states(config, device, trace, record, comm, progress)


def _follow_fields(
    config: Config, device: Device, record: MeshRecord, comm: MPI.Comm, progress: Any
) -> tuple[Trace, dict[str, Any]]:
    """Solve the equilibria of magnets that are fields m(x) (collective)."""
    if acts_on_metals(config, device):
        raise config.mistake(
            "a field that acts on metals needs macrospins; set precession to false, or use macrospin",
            "loop", "model",
        )  # fmt: skip
    bench = Workbench(comm)
    means, data = solve_equilibria(bench.problem(config, record, progress), progress)
    bench.clear()
    states = [LoopState(f"state{i + 1}", magnets) for i, magnets in enumerate(means)]
    trace = Trace(config.loop.fields, range(len(states)), states)
    return trace, data | {"config": config.resolved()}


def _solve_states(
    config: Config, device: Device, trace: Trace, record: MeshRecord, comm: MPI.Comm, progress: Any
) -> dict[str, Any]:
    """Solve every state once, all that share a field with the same operator (collective)."""
    bench, data, directed = Workbench(comm), {}, in_space(config, device)
    numbers = Counter(state.field for state in trace.states)
    with progress.steps("fields", [float(number) for number in numbers.values()]):
        for field in numbers:
            states = {state.name: dict(state.magnets) for state in trace.states if state.field == field}
            case = directed.model_copy(update={"configurations": states, "magnetic_field": field})
            part = solve(bench.problem(case, record, progress), progress, keep_fields=False).data
            if data:
                _add(data, part)
            else:
                data = part
            progress.step()
    bench.clear()
    return data | {"config": config.resolved()}


def _add(data: dict[str, Any], part: Mapping[str, Any]) -> None:
    """Add the solutions in another field."""
    data["solver"]["iterations"] += part["solver"]["iterations"]
    data["memory"] = max(data["memory"], part["memory"], key=lambda memory: memory["peak"])
    for scheme, found in part["schemes"].items():
        data["schemes"][scheme]["configurations"] |= found["configurations"]
        for probe, readings in found.get("lock_in", {}).items():
            data["schemes"][scheme]["lock_in"][probe] |= readings


def _along(config: Config, device: Device, trace: Trace, data: Mapping[str, Any]) -> dict[str, Any]:
    """The loop itself: B, states and readings along both branches."""
    names = [trace.states[number].name for number in trace.at]
    schemes = {
        scheme: found
        | {
            "loops": {
                probe: {branch: _readings(found, probe, names[trace.branch(branch)]) for branch in BRANCHES}
                for probe in config.probes
            }
        }
        for scheme, found in data["schemes"].items()
    }
    return {
        "loop": {
            "axis": list(config.loop.axis),
            "precession": precesses(config, device),
            "solved_states": len(trace.states),
            "branches": {
                branch: {
                    "B": trace.fields[trace.branch(branch)].tolist(),
                    "state": names[trace.branch(branch)],
                }
                for branch in BRANCHES
            },
            "states": {
                state.name: {"magnets": dict(state.magnets), "magnetic_field": list(state.field)}
                for state in trace.states
            },
        },
        "schemes": schemes,
    }


def _readings(scheme: Mapping[str, Any], probe: str, names: Sequence[str]) -> dict[str, Any]:
    """``R`` and its uncertainty, (orders, points), and readings of a lock-in, by quantity, (points,)."""
    reads = [scheme["configurations"][name]["probes"][probe] for name in names]
    found: dict[str, Any] = {
        key: np.array([read[key] for read in reads]).T.tolist() for key in ("R", "uncertainty")
    }
    if "lock_in" in scheme:
        shown = [scheme["lock_in"][probe][name] for name in names]
        found["lock_in"] = {quantity: [reading[quantity] for reading in shown] for quantity in shown[0]}
    return found
