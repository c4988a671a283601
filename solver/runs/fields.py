"""The fields behind the numbers of a run: in memory, or in the files of a directory."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from thermospin.config.outputs import Map, Output
from thermospin.errors import InputError
from thermospin.observables.cells import CellFields
from thermospin.observables.sample import Case
from thermospin.observables.sampling import Sampler
from thermospin.output import plan_maps
from thermospin.response.solution import Expansion, Solution
from thermospin.runs.problem import Problem
from thermospin.section import one_of
from thermospin.textures import MagneticState

if TYPE_CHECKING:
    import pyvista as pv

Key = tuple[str, str]
"""A scheme and a configuration."""


class Fields(Protocol):
    """Source of the fields of a run."""

    def of_order(self, key: Key, order: int) -> "pv.UnstructuredGrid":
        """The fields of one order.

        Args:
            key: Scheme and configuration.
            order: Power of the drive, 0 at rest.
        """

    def at_drive(self, key: Key, drive: float) -> "pv.UnstructuredGrid":
        """The fields at a drive.

        Args:
            key: Scheme and configuration.
            drive: The drive, A or V.
        """


class CaseSampler:
    """Gathers the fields of solved schemes and configurations on rank 0.

    Args:
        problem: The problem that was solved (collective).
        run: Number of the run.
    """

    def __init__(self, problem: Problem, run: str = "") -> None:
        self._problem, self._run = problem, run
        self._observer, self._sampler = problem.observer(), Sampler(problem.spaces.device)
        self._torques = problem.torques()

    def case(self, key: Key, expansion: Expansion, drives: Sequence[float | None] = ()) -> Case:
        """All orders, and the fields that were solved for at some drives (collective).

        Args:
            key: Scheme and configuration.
            expansion: Their solution.
            drives: The drives, A or V, as far as they were solved at.
        """
        temperature = self._problem.device.temperature
        with self._in_state(key[1]):
            orders = {n: self._sampler.sample(part, 0.0) for n, part in self._each_order(expansion)}
            solved = {
                drive: self._sampler.sample(
                    self._with_torque(self._observer.observe(solution), solution), temperature
                )
                for drive, solution in expansion.points
                if drive in drives
            }
        return self._named(key, orders, solved)

    def case_of_order(self, key: Key, expansion: Expansion, order: int) -> Case:
        """One order only (collective).

        Args:
            key: Scheme and configuration.
            expansion: Their solution.
            order: Power of the drive, 0 at rest.
        """
        orders = {}
        with self._in_state(key[1]):
            for n, part in self._each_order(expansion):
                if n == order:
                    orders[n] = self._sampler.sample(part, 0.0)
                    break
        return self._named(key, orders, {})

    def _each_order(self, expansion: Expansion) -> Iterator[tuple[int, CellFields]]:
        """The fields of one order after another (collective)."""
        for n, part in self._observer.each_order(expansion):
            yield n, self._with_torque(part, expansion.by_power[n])

    def _with_torque(self, fields: CellFields, solution: Solution) -> CellFields:
        """The fields of a solution with its torque, where there are magnets and vector spin (collective)."""
        if self._torques is None:
            return fields
        return replace(fields, torque=self._torques.density(solution))

    @contextmanager
    def _in_state(self, configuration: str) -> Iterator[None]:
        """Give the coefficients the magnetic state of a configuration, then that of the operator again."""
        self._magnetise(self._problem.states[configuration])
        try:
            yield
        finally:
            self._magnetise(self._problem.system.state)

    def _magnetise(self, state: MagneticState) -> None:
        self._problem.coefficients.magnetise(state)
        if self._torques is not None:
            self._torques.magnetise(state)

    def _named(self, key: Key, orders: Mapping[int, Any], solved: Mapping[float, Any]) -> Case:
        device = self._problem.device
        unit = device.drives[key[0]].unit
        return Case(*key, orders, device.temperature, unit, solved, self._run)


def drawn(output: Output, states: Mapping[str, Sequence[str]], key: Key) -> dict[str, Map]:
    """The maps of a scheme and configuration, by the names of their files.

    Args:
        output: The section `output` of the configuration.
        states: Scheme to its magnetic configurations.
        key: Scheme and configuration.
    """
    return plan_maps(output.maps, states).get(key, {})


def as_written(case: Case, maps: Mapping[str, Map]) -> Case:
    """Fields with the fluxes at the vertices that the files have: those that maps show.

    Args:
        case: The fields.
        maps: Maps by the names of their files.
    """
    return case.with_fluxes({map.field for map in maps.values()})


@dataclass(frozen=True)
class SolvedFields:
    """Fields in memory, spread over ranks: gathered when they are asked for, and given to all (collective).

    Args:
        problem: The problem that was solved.
        expansions: Its solutions, by scheme and configuration.
        run: Number of the run.
    """

    problem: Problem
    expansions: Mapping[Key, Expansion]
    run: str = ""

    def of_order(self, key: Key, order: int) -> "pv.UnstructuredGrid":
        """The fields of one order (collective).

        Args:
            key: Scheme and configuration.
            order: Power of the drive, 0 at rest.

        Raises:
            InputError: They were not solved for.
        """
        from thermospin.output.vtu import grid_of_order

        expansion = self._expansion(key)
        check_order(order, expansion.by_power)
        case = CaseSampler(self.problem, self.run).case_of_order(key, expansion, order)
        return grid_of_order(self._shared(key, case), order)

    def at_drive(self, key: Key, drive: float) -> "pv.UnstructuredGrid":
        """The fields at a drive (collective).

        Args:
            key: Scheme and configuration.
            drive: The drive, A or V.

        Raises:
            InputError: They were not solved for.
        """
        from thermospin.output.vtu import grid_at_drive

        case = CaseSampler(self.problem, self.run).case(key, self._expansion(key), [drive])
        return grid_at_drive(self._shared(key, case), drive)

    def _expansion(self, key: Key) -> Expansion:
        check_key(key, self.expansions)
        return self.expansions[key]

    def _shared(self, key: Key, case: Case) -> Case:
        """The fields that rank 0 has, on all ranks (collective)."""
        config, comm = self.problem.config, self.problem.spaces.comm
        states = {name: list(self.problem.states) for name in self.problem.schemes}
        kept = as_written(case, drawn(config.output, states, key)) if comm.rank == 0 else None
        return comm.bcast(kept)


@dataclass(frozen=True)
class WrittenFields:
    """Fields in the files of a run; every rank reads them for itself.

    Args:
        directory: Directory of the results.
        data: Content of its ``results.json``.
    """

    directory: Path
    data: Mapping[str, Any]

    def of_order(self, key: Key, order: int) -> "pv.UnstructuredGrid":
        """The fields of one order.

        Args:
            key: Scheme and configuration.
            order: Power of the drive, 0 at rest.

        Raises:
            InputError: They were not written.
        """
        from thermospin.output.vtu import grid_of_order

        case = self._case(key)
        check_order(order, case.orders)
        return grid_of_order(case, order)

    def at_drive(self, key: Key, drive: float) -> "pv.UnstructuredGrid":
        """The fields at a drive.

        Args:
            key: Scheme and configuration.
            drive: The drive, A or V.

        Raises:
            InputError: They were not written.
        """
        from thermospin.output.vtu import grid_at_drive

        return grid_at_drive(self._case(key), drive)

    def _case(self, key: Key) -> Case:
        from thermospin.output.vtu import read_case

        schemes = self.data["schemes"]
        check_key(key, [(scheme, name) for scheme in schemes for name in schemes[scheme]["configurations"]])
        return read_case(self.directory, self.data, *key)


def check_key(key: Key, known: Mapping[Key, Any] | Sequence[Key]) -> None:
    """Refuse a scheme or a configuration that does not exist.

    Args:
        key: Scheme and configuration.
        known: Those whose fields were kept.

    Raises:
        InputError: It does not exist, or no fields were kept.
    """
    if key in known:
        return
    if not known:
        raise InputError("the fields of this run were not kept")
    scheme, configuration = key
    schemes = list(dict.fromkeys(name for name, _ in known))
    if scheme not in schemes:
        raise InputError(one_of(scheme, schemes, "scheme"))
    names = [name for other, name in known if other == scheme]
    raise InputError(one_of(configuration, names, "configuration"))


def check_order(order: int, known: Mapping[int, Any]) -> None:
    """Refuse an order that was not solved for.

    Args:
        order: The order.
        known: Solved orders.

    Raises:
        InputError: It was not.
    """
    if order not in known:
        raise InputError(
            f"order {order} was not solved; the orders are {', '.join(map(str, known)) or 'none'}"
        )
