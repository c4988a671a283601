"""Row 36: a mesh cache that is full, read-only, a file, or damaged."""

import os
import shutil
import tempfile

import numpy as np
import pytest
import yaml
from accidents import DEVICE
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from thermospin.compat import MPI
from thermospin.device import Device
from thermospin.errors import InputError
from thermospin.meshes import store
from thermospin.meshes.record import ARRAYS
from thermospin.output import SilentProgress
from thermospin.runs.checks import find_pieces
from thermospin.runs.preparation import prepare_mesh, read_device
from thermospin.runtime import cache
from thermospin.validation import load_config

pytestmark = pytest.mark.serial

COARSE = yaml.safe_load(DEVICE) | {"mesh": {"max_size": "20 nm"}}


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A cache of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(store, "_unkept", {})
    cache.say_not_kept.cache_clear()
    return tmp_path / "cache"


def make():
    """The record of the device, and everything that is read of it."""
    config = load_config(COARSE)
    record = prepare_mesh(config)
    device = read_device(Device.of(config), record, MPI.COMM_SELF, SilentProgress())
    arrays = {name: np.array(record.array(name)) for name in ARRAYS}
    arrays |= {"cut": device.mesh.geometry.x.copy(), "contact": device.interfaces["F|N"]}
    return record, arrays | {"pieces": find_pieces(record).contacts}


def assert_same(found, expected):
    assert found.keys() == expected.keys()
    for name in found:
        np.testing.assert_array_equal(found[name], expected[name], err_msg=name)


def entry(home):
    """The directory of the only mesh."""
    (directory,) = (home / "thermospin" / "meshes").iterdir()
    return directory


DAMAGES = {
    "gone": lambda content, at: None,
    "empty": lambda content, at: b"",
    "cut off": lambda content, at: content[: int(at * len(content))],
    "a bit flipped": lambda content, at: flip(content, int(at * len(content))),
    "text": lambda content, at: b'{"checksum": 1, "content": [null]}',
    "doubled": lambda content, at: content + content,
    "a directory": lambda content, at: ...,
}


def flip(content, i):
    return content[:i] + bytes([content[i] ^ 4]) + content[i + 1 :]


@pytest.fixture(scope="module")
def whole():
    """A cache with one mesh, and what is read of it."""
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as directory:
        patch.setenv("XDG_CACHE_HOME", directory)
        _, arrays = make()
        yield directory, arrays


DAMAGED = given(data=st.data(), damage=st.sampled_from(sorted(DAMAGES)), at=st.floats(0, 1, exclude_max=True))
CHECKS = [HealthCheck.function_scoped_fixture]


@settings(max_examples=20, deadline=None, suppress_health_check=CHECKS)
@DAMAGED
def test_row_36_a_damaged_entry_is_made_again(whole, home, data, damage, at):
    check_damage(whole, home, data, damage, at)


@pytest.mark.slow
@settings(max_examples=500, deadline=None, suppress_health_check=CHECKS)
@DAMAGED
def test_row_36_many_damages(whole, home, data, damage, at):
    check_damage(whole, home, data, damage, at)


def check_damage(whole, home, data, damage, at):
    """Damage one file of a cache, then use it."""
    directory, expected = whole
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(directory, home)
    files = sorted(str(path.relative_to(home)) for path in entry(home).rglob("*") if path.is_file())
    file = home / data.draw(st.sampled_from(files))
    content = DAMAGES[damage](file.read_bytes(), at)
    file.unlink()
    if content is ...:
        file.mkdir()
    elif content is not None:
        file.write_bytes(content)
    record, found = make()
    assert_same(found, expected)
    assert record.directory.is_relative_to(home)


def test_row_36_every_file_has_a_checksum(whole):
    """Nothing but summaries, which have their own, is without."""
    directory, _ = whole
    for place, _, names in os.walk(directory):
        for name in names:
            if name.endswith(".npy") or name == "mesh.msh":
                summary = "checksums.json" if "cut-" in place else "mesh.json"
                kept = cache.read_checked(store.Path(place) / summary)
                assert name in kept.get("files", kept)


@pytest.mark.parametrize("place", [".", "thermospin", "thermospin/meshes"])
def test_row_36_a_file_in_the_place_of_the_cache(whole, home, place, capfd):
    (home / place).parent.mkdir(parents=True, exist_ok=True)
    (home / place).write_text("not a directory")
    record, found = make()
    assert_same(found, whole[1])
    assert not record.directory.is_relative_to(home)
    again, _ = make()
    assert again.directory == record.directory
    warning = capfd.readouterr().err
    assert warning.count("warning: meshes cannot be kept in") == 1
    assert "the next run makes them again" in warning


def test_row_36_a_file_in_the_place_of_an_entry(whole, home):
    name = os.path.basename(os.listdir(f"{whole[0]}/thermospin/meshes")[0])
    (home / "thermospin" / "meshes").mkdir(parents=True)
    (home / "thermospin" / "meshes" / name).write_text("not a directory")
    record, found = make()
    assert_same(found, whole[1])
    assert record.directory == entry(home)


def refuse(monkeypatch, home, number):
    """Let nothing be written below a directory."""
    save, mkdtemp = np.save, tempfile.mkdtemp

    def guarded_save(path, *args, **kwargs):
        if store.Path(path).is_relative_to(home):
            raise OSError(number, os.strerror(number))
        return save(path, *args, **kwargs)

    def guarded_mkdtemp(*args, dir=None, **kwargs):
        if number == 30 and dir is not None and store.Path(dir).is_relative_to(home):
            raise OSError(number, os.strerror(number))
        return mkdtemp(*args, dir=dir, **kwargs)

    monkeypatch.setattr(np, "save", guarded_save)
    monkeypatch.setattr(tempfile, "mkdtemp", guarded_mkdtemp)


@pytest.mark.parametrize(
    ("number", "words"), [(28, "No space left on device"), (30, "Read-only file system")]
)
def test_row_36_full_or_read_only(whole, home, monkeypatch, capfd, number, words):
    refuse(monkeypatch, home, number)
    record, found = make()
    assert_same(found, whole[1])
    assert not record.directory.is_relative_to(home)
    meshes = home / "thermospin" / "meshes"
    assert list(meshes.iterdir()) == []
    warning = f"warning: meshes cannot be kept in {meshes}: {words}; the next run makes them again\n"
    assert capfd.readouterr().err == warning


@pytest.mark.parametrize("number", [28, 30])
def test_row_36_no_room_for_a_cut_beside_a_mesh(whole, home, monkeypatch, number):
    shutil.copytree(whole[0], home)
    for cut in entry(home).glob("cut-*"):
        shutil.rmtree(cut)
    refuse(monkeypatch, home, number)
    record, found = make()
    assert_same(found, whole[1])
    assert not record.directory.is_relative_to(home)


def test_row_36_no_room_anywhere_is_one_line(home, monkeypatch):
    refuse(monkeypatch, store.Path("/"), 28)
    with pytest.raises(InputError, match="cannot be written to .* nor to .*: No space left .*; make room"):
        make()
