"""The rooms of the package: a room imports only from rooms below it (solver/README.md)."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = {"thermospin": ROOT / "solver", "thermospin.meshes": ROOT / "meshes"}
ROOMS = (
    "errors constants units section fields lift",
    "runtime compat",
    "textures",
    "macrospin",
    "materials",
    "meshes",
    "config",
    "device",
    "validation",
    "physics",
    "discretisation",
    "linear",
    "response",
    "observables",
    "micromagnetics",
    "inference",
    "output",
    "hanle",
    "networks",
    "runs",
    "report",
    "viewer",
    "commands",
    "cli",
)
"""From the ground up; the package itself, which imports its public names when they are used, is above all."""
LEVEL = {name: level for level, names in enumerate(ROOMS) for name in names.split()}


def modules():
    """Every module of the package by name."""
    found = {}
    for package, folder in FOLDERS.items():
        for path in folder.rglob("*.py"):
            parts = path.relative_to(folder).with_suffix("").parts
            found[".".join([package, *(part for part in parts if part != "__init__")])] = path
    return found


def imports(path):
    """Names of this package that a module imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "thermospin":
            yield from (f"{node.module}.{name.name}" for name in node.names)
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names if name.name.split(".")[0] == "thermospin")


def room(name):
    return name.split(".")[1]


MODULES = modules()


def test_every_module_is_in_a_room():
    rooms = {room(name) for name in MODULES if name != "thermospin"}
    assert rooms == LEVEL.keys()


@pytest.mark.parametrize("name", sorted(MODULES.keys() - {"thermospin"}))
def test_a_room_imports_only_from_below(name):
    for wanted in imports(MODULES[name]):
        level = LEVEL[room(wanted)] if "." in wanted else LEVEL["cli"]
        assert level <= LEVEL[room(name)], f"{name} imports {wanted}"


def test_few_files_lie_flat():
    flat = [path for path in (ROOT / "solver").iterdir() if path.is_file()]
    assert len(flat) <= 12
