"""End of a command that cannot go on: one message, then all ranks end, whichever of them failed."""

import errno
import os
import pickle
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from thermospin.errors import ThermospinError
from thermospin.runtime.console import complain

PATIENCE = 10.0
"""Time that a rank with an expected error waits for the others to meet it too, s."""
SHORT_PATIENCE = 2.0
"""Time that a rank with any other error waits, s; such errors often strike one rank alone."""
ENDINGS = (signal.SIGTERM, signal.SIGHUP)
"""Signals by which the system asks a process to end."""
FORWARDING = 0.3
"""Time for the launcher to forward the last message before a rank ends the others, s."""
TRACEBACK = "THERMOSPIN_TRACEBACK"
"""Environment variable that asks for the traceback of an unexpected error."""


class Terminated(KeyboardInterrupt):
    """The system asked the process to end.

    Args:
        number: The signal: SIGTERM, or SIGHUP where the terminal was closed.
    """

    def __init__(self, number: int = signal.SIGTERM) -> None:
        self.number = int(number)
        super().__init__(self.number)


class RootError(ThermospinError):
    """An unexpected error on rank 0, as the other ranks see it.

    Args:
        line: Its description.
        code: Its exit code.
    """

    def __init__(self, line: str, code: int = 2) -> None:
        self.code = code
        super().__init__(line, code)

    def __str__(self) -> str:
        return self.args[0]


def heed_termination() -> None:
    """Let SIGTERM and SIGHUP unwind the program as Ctrl-C does, so that files written aside go.

    A second one kills. A signal that the caller ignores, as ``nohup`` does, is left alone.
    """

    def end(number: int, *_: Any) -> None:
        signal.signal(number, signal.SIG_DFL)
        raise Terminated(number)

    try:
        for number in ENDINGS:
            if signal.getsignal(number) == signal.SIG_DFL:
                signal.signal(number, end)
    except ValueError:  # only the main thread may; elsewhere the caller decides
        pass


def renew_signal_handlers() -> None:
    """Install Python's handlers of Ctrl-C, endings and broken pipes, which Gmsh, PETSc and UCX replace."""
    try:
        for number in (signal.SIGINT, signal.SIGPIPE, *ENDINGS):
            known = signal.getsignal(number)
            if callable(known) or known == signal.SIG_IGN:
                signal.signal(number, known)
    except ValueError:  # only the main thread may
        pass


def communicator() -> Any:
    """All ranks when there are several, else None; mpi4py is imported only below an MPI launcher."""
    launchers = ("OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "PMIX_RANK", "MPI_LOCALNRANKS")
    if "mpi4py.MPI" not in sys.modules and not any(name in os.environ for name in launchers):
        return None
    from mpi4py import MPI

    return MPI.COMM_WORLD if MPI.COMM_WORLD.size > 1 else None


def exit_code(error: BaseException) -> int:
    """Exit code of an error: 2, or 128 and the number of the signal that ended the program.

    Args:
        error: The error.
    """
    if isinstance(error, Terminated):
        return 128 + error.number
    if isinstance(error, KeyboardInterrupt):
        return 128 + signal.SIGINT
    return error.code if isinstance(error, RootError) else 2


def describe(error: BaseException) -> str:
    """One line about an error.

    Args:
        error: Any exception.
    """
    text = " ".join(str(error).split())
    match error:
        case ThermospinError():
            return text
        case Terminated():
            return "terminated"
        case KeyboardInterrupt():
            return "interrupted"
        case MemoryError():
            return "there is not enough memory; use a coarser mesh, solver.degree=1, or a larger machine"
        case OSError() if error.strerror and error.filename:
            return f"{error.filename}: {error.strerror}"
        case OSError(errno=errno.ENOSPC | errno.EDQUOT):
            return f"cannot write the output: {error.strerror}; free space there, or write elsewhere"
    return (
        f"unexpected {type(error).__name__}: {text or 'no message'}{_place(error)}; this is a fault of the "
        f"program: please report it with the input and the traceback, which {TRACEBACK}=1 shows"
    )


def _place(error: BaseException) -> str:
    """Place in this program where an error was raised."""
    program = __name__.partition(".")[0]
    frames = list(traceback.walk_tb(error.__traceback__))
    own = [pair for pair in frames if pair[0].f_globals.get("__name__", "").partition(".")[0] == program]
    if not frames:
        return ""
    frame, line = (own or frames)[-1]
    return f" ({Path(frame.f_code.co_filename).name}, line {line})"


def report(error: BaseException) -> int:
    """Print one line about an error, once all ranks are here.

    A launcher ends all ranks at the first exit, so each waits for the others. A rank that waits in vain is
    alone with its error, and ends the others.

    Args:
        error: The error of the command.

    Returns:
        The exit code.
    """
    line, code, ranks = f"error: {describe(error)}", exit_code(error), communicator()
    if os.environ.get(TRACEBACK, "0") not in ("", "0"):
        traceback.print_exception(error)
    if ranks is None or ranks.rank == 0:
        complain(line)
    if ranks is None:
        return code
    patience = PATIENCE if isinstance(error, ThermospinError) else SHORT_PATIENCE
    everyone, deadline = ranks.Ibarrier(), time.monotonic() + patience
    while not everyone.Test():
        if time.monotonic() > deadline:
            if ranks.rank > 0:
                complain(f"{line} (on rank {ranks.rank} only)")
            sys.stderr.flush()
            time.sleep(FORWARDING)
            ranks.Abort(code)
            os._exit(code)  # the launcher may take a moment
        time.sleep(0.01)
    return code


def on_root(comm: Any, work: Callable[[], Any]) -> Any:
    """Do something on rank 0 and give the outcome, or the error, to all ranks (collective).

    Args:
        comm: The ranks.
        work: Function that rank 0 calls.

    Raises:
        BaseException: The error of the work; on the other ranks, where it cannot be sent, its description.
    """
    outcome: Any = None
    mistake: BaseException | None = None
    if comm.rank == 0:
        try:
            outcome = work()
        except BaseException as error:  # raised again, on all ranks
            mistake = error
    sent, outcome = comm.bcast((_portable(mistake), outcome if mistake is None else None))
    if mistake is not None:
        raise mistake
    if sent is not None:
        raise sent
    return outcome


def _portable(error: BaseException | None) -> BaseException | None:
    """An error that other ranks can receive."""
    if error is None or isinstance(error, KeyboardInterrupt):
        return error
    if isinstance(error, ThermospinError):
        try:
            pickle.loads(pickle.dumps(error))
        except Exception:
            return ThermospinError(str(error))
        return error
    return RootError(describe(error), exit_code(error))


def on_root_once(work: Callable[[], Any]) -> Any:
    """Do something on rank 0, once all ranks are here; all get the outcome or the error (collective).

    Without MPI it is done at once.

    Args:
        work: What to do.
    """
    ranks = communicator()
    if ranks is None:
        return work()
    ranks.Barrier()  # a rank that has failed keeps the others from writing results
    return on_root(ranks, work)
