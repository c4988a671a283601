"""Compiled forms on disk: each is one file that is whole or not there, with its checksum in its name.

DOLFINx marks a form that is being compiled by an empty file, and waits where there is one. A killed run
leaves it behind, and a full disk leaves half a library. Here every run compiles in a directory of its own and
moves the library to the cache once it is complete: nothing has to be waited for or cleaned. Two runs that
need the same form at the same time both compile it. Where the cache cannot be written, libraries stay in
temporary directories.

A library is code, and its checksum is no signature: in a cache that several users can write, only those of
this user and of the system are loaded.
"""

import functools
import hashlib
import importlib.machinery
import importlib.util
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cffi

from thermospin.errors import ThermospinError
from thermospin.runtime.cache import cache_home, reason_of, remove, renamed, say_not_kept, temporary_directory
from thermospin.runtime.failures import on_root

Options = dict[str, Any] | None
Compiled = tuple[Any, Any, Any]
SYSTEM = 0
"""Number of the user whose libraries everybody loads."""
OF_OTHERS = 0o022
"""Permission to write, of users that do not own a file."""
FAILURES = OSError, cffi.VerificationError, ImportError
"""Errors of a compiler without room, or of a missing one."""


def forms_cache() -> Path:
    """Directory of compiled forms, beside those of other programs."""
    return cache_home() / "fenics" / "thermospin"


class Kernels:
    """Compiles forms, or finds them in the cache.

    Args:
        jit: DOLFINx's compiler on one rank: of a form, options of FFCx and options of the C compiler. It asks
            :meth:`find_module` before it compiles.
    """

    def __init__(self, jit: Callable[[Any, Options, Options], Compiled]) -> None:
        self._jit = jit
        self._unkept: dict[str, Path] = {}  # libraries that the cache does not hold, by module

    def compile_form(
        self, comm: Any, form: Any, form_compiler_options: Options = None, jit_options: Options = None
    ) -> Compiled:
        """Compile a form or an expression on rank 0, or find it; load it on all ranks (collective).

        Args:
            comm: The ranks.
            form: The form, or an expression with its points.
            form_compiler_options: Options of FFCx.
            jit_options: Options of the C compiler.

        Returns:
            The compiled object, its module, and the generated code, if it was generated now.

        Raises:
            ThermospinError: The form cannot be compiled.
        """
        work = functools.partial(self._compiled, form, form_compiler_options, jit_options)
        found: list[Compiled] = []
        mistake = None

        def compile_first() -> dict[str, Path]:
            found.append(_explained(work))
            return self._unkept

        self._unkept |= on_root(comm, compile_first)
        if comm.rank > 0:
            try:
                found.append(_explained(work))
            except ThermospinError as error:
                mistake = error
        mistakes = [error for error in comm.allgather(mistake) if error]
        if mistakes:
            raise mistakes[0]
        return found[0]

    def find_module(self, name: str, objects: list[str], directory: Path, timeout: int) -> tuple[Any, Any]:
        """Load a compiled form, if there is an undamaged one.

        Args:
            name: Name of the module.
            objects: Names of its objects.
            directory: Directory where it would be compiled; not looked at.
            timeout: Not used, since there is nothing to wait for.

        Returns:
            The objects and the module, or twice None.
        """
        for path in self._libraries(name):
            loader = importlib.machinery.ExtensionFileLoader(name, str(path))
            try:
                spec = importlib.util.spec_from_file_location(name, path, loader=loader)
                module = importlib.util.module_from_spec(spec)
                loader.exec_module(module)
                return [getattr(module.lib, item) for item in objects], module
            except (ImportError, AttributeError):
                continue  # made for another system: compiled again
        return None, None

    def _libraries(self, name: str) -> Iterator[Path]:
        """Undamaged libraries of a module that may be run; damaged ones go."""
        if name in self._unkept:
            yield self._unkept[name]
        for path in sorted(forms_cache().glob(f"{name}.*.so")):
            try:
                if path.lstat().st_uid not in (SYSTEM, os.geteuid()):
                    say_not_kept("compiled forms", path.parent, "it has those of another user")
                    continue
                intact = path.name == _kept_name(name, path)
            except OSError:
                continue
            if intact:
                yield path
            else:
                remove(path)

    def _compiled(self, form: Any, form_options: Options, jit_options: Options) -> Compiled:
        """Compile or find a form on this rank: in a temporary directory or, if that is full, the cache."""
        failure: Exception | None = None
        for place in (None, forms_cache()):
            try:
                directory = Path(tempfile.mkdtemp(prefix="thermospin-forms-", dir=place))
            except OSError as error:
                failure = failure or error
                continue
            try:
                found = self._jit(form, form_options, {**(jit_options or {}), "cache_dir": directory})
                self._keep(directory)
                return found
            except FAILURES as error:
                failure = failure or error
            finally:
                shutil.rmtree(directory, ignore_errors=True)
        raise failure

    def _keep(self, directory: Path) -> None:
        """Move a new library to the cache, or else to a place that lasts as long as this run."""
        for library in directory.glob("*.so"):
            module, cache = library.name.partition(".")[0], forms_cache()
            aside = cache / f".{os.getpid()}-{library.name}"
            try:
                cache.mkdir(parents=True, exist_ok=True)
                with renamed(aside, cache / _kept_name(module, library)):
                    shutil.copyfile(library, aside)
                    aside.chmod(aside.stat().st_mode & ~OF_OTHERS)
            except OSError as error:
                say_not_kept("compiled forms", cache, reason_of(error))
                self._unkept[module] = _lasting_directory() / library.name
                shutil.move(library, self._unkept[module])


def _kept_name(module: str, library: Path) -> str:
    return f"{module}.{hashlib.sha256(library.read_bytes()).hexdigest()[:24]}.so"


def _explained(work: Callable[[], Compiled]) -> Compiled:
    """The outcome of a compilation.

    Raises:
        ThermospinError: There is no room, or no compiler.
    """
    try:
        return work()
    except FAILURES as error:
        raise ThermospinError(
            f"the equations cannot be compiled: {reason_of(error)}; check the C compiler (gcc), and the "
            f"space in {tempfile.gettempdir()} and {forms_cache()}"
        ) from error


@functools.cache
def _lasting_directory() -> Path:
    return temporary_directory("forms")
