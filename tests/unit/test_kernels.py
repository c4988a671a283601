"""Row 32: compiled forms outlive kills, damage, and caches that cannot be written."""

import os
import tempfile

import numpy as np
import pytest
from accidents import finish, kill, start, wait_for

from thermospin.compat import KERNELS, MPI, dmesh, fem, ufl
from thermospin.errors import ThermospinError
from thermospin.runtime import cache, kernels

FORM = """
from thermospin.compat import MPI, dmesh, fem, ufl
mesh = dmesh.create_unit_cube(MPI.COMM_WORLD, 1, 1, 1)
x = ufl.SpatialCoordinate(mesh)
value = fem.assemble_scalar(fem.form(x[0] ** 3 * x[1] ** 2 * ufl.dx))
print("volume", MPI.COMM_WORLD.allreduce(value))
"""


@pytest.fixture
def home(shared_directory, monkeypatch):
    """A cache of its own, the same on all ranks."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(shared_directory / "cache"))
    monkeypatch.setattr(KERNELS, "_unkept", {})
    cache.say_not_kept.cache_clear()
    return shared_directory / "cache"


def moment(comm, power):
    """∫ x^power over the unit cube: a form of its own for every power."""
    mesh = dmesh.create_unit_cube(comm, 2, 2, 2)
    x = ufl.SpatialCoordinate(mesh)
    return comm.allreduce(fem.assemble_scalar(fem.form(x[0] ** power * ufl.dx)))


def test_row_32_one_file_for_a_form_and_nothing_beside_it(home, comm):
    assert moment(comm, 3) == pytest.approx(1 / 4, rel=1e-12)
    files = list(kernels.forms_cache().iterdir())
    assert [path.suffix for path in files] == [".so"]
    written = files[0].stat().st_mtime_ns
    assert moment(comm, 3) == pytest.approx(1 / 4, rel=1e-12)
    assert files[0].stat().st_mtime_ns == written


def truncated(content, random):
    return content[: random.integers(len(content))]


def flipped(content, random):
    i = random.integers(len(content))
    return content[:i] + bytes([content[i] ^ 1 << random.integers(8)]) + content[i + 1 :]


def emptied(content, random):
    return b""


@pytest.mark.serial
@pytest.mark.parametrize("damage", [truncated, flipped, emptied])
def test_row_32_a_damaged_library_is_compiled_again(home, damage):
    moment(MPI.COMM_SELF, 4)
    (library,) = kernels.forms_cache().iterdir()
    content = library.read_bytes()
    broken = damage(content, np.random.default_rng(5))
    library.unlink()
    library.write_bytes(broken)
    assert moment(MPI.COMM_SELF, 4) == pytest.approx(1 / 5, rel=1e-12)
    (again,) = kernels.forms_cache().iterdir()
    assert again.read_bytes() != broken


@pytest.mark.serial
def test_row_32_libraries_of_other_users_are_not_run(home, monkeypatch, capfd):
    """A checksum in a name shows damage; whoever can write a shared cache can write the checksum too."""
    moment(MPI.COMM_SELF, 8)
    (library,) = kernels.forms_cache().iterdir()
    module = library.name.partition(".")[0]
    assert list(KERNELS._libraries(module)) == [library]
    monkeypatch.setattr(kernels, "SYSTEM", -1)
    monkeypatch.setattr(os, "geteuid", lambda: library.stat().st_uid + 1)
    assert list(KERNELS._libraries(module)) == [] and library.exists()
    assert moment(MPI.COMM_SELF, 8) == pytest.approx(1 / 9, rel=1e-12)
    assert "it has those of another user" in capfd.readouterr().err


@pytest.mark.serial
def test_row_32_other_users_cannot_write_libraries(home):
    """Permissions do not depend on the mask of the process."""
    mask = os.umask(0)
    try:
        moment(MPI.COMM_SELF, 9)
    finally:
        os.umask(mask)
    (library,) = kernels.forms_cache().iterdir()
    assert library.stat().st_mode & 0o777 == 0o644


def test_row_32_a_cache_that_is_a_file_is_done_without(home, comm, capfd):
    if comm.rank == 0:
        home.write_text("not a directory")
    comm.Barrier()
    assert moment(comm, 5) == moment(comm, 5) == pytest.approx(1 / 6, rel=1e-12)
    warning = capfd.readouterr().err
    assert warning.count("compiled forms cannot be kept") == (comm.rank == 0)


@pytest.mark.serial
def test_row_32_no_room_anywhere_is_one_line(home, monkeypatch):
    def full(**_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "mkdtemp", full)
    with pytest.raises(ThermospinError, match="cannot be compiled: No space left on device; check") as caught:
        moment(MPI.COMM_SELF, 6)
    assert "\n" not in str(caught.value)


@pytest.mark.serial
def test_row_32_a_lock_of_an_older_version_stops_nobody(home):
    """DOLFINx waited ten seconds for the owner of such a file, then asked to delete it."""
    moment(MPI.COMM_SELF, 7)
    (library,) = kernels.forms_cache().iterdir()
    library.unlink()
    stale = f"{library.name.partition('.')[0]}.c"
    for directory in (home / "fenics", kernels.forms_cache()):
        (directory / stale).touch()
    assert moment(MPI.COMM_SELF, 7) == pytest.approx(1 / 8, rel=1e-12)


@pytest.mark.serial
@pytest.mark.skipif(MPI.COMM_WORLD.size > 1, reason="starts processes of its own")
def test_row_32_kill_while_a_form_is_compiled(home, tmp_path):
    places = {"XDG_CACHE_HOME": home, "TMPDIR": tmp_path}
    process = start(code=FORM, **places)
    wait_for(process, lambda: any(tmp_path.glob("thermospin-forms-*/*.c")))
    kill(process)
    assert process.returncode == -9
    assert not list(kernels.forms_cache().glob("*.so"))
    code, output, errors = finish(start(code=FORM, **places), timeout=60)
    assert code == 0, errors
    assert output.split()[:1] == ["volume"]
    assert float(output.split()[1]) == pytest.approx(1 / 12, rel=1e-12)
    assert os.listdir(kernels.forms_cache())
