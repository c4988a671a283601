"""Statements of the repository's files about one another; only where the tests run in a checkout."""

import ast
import importlib
import re
import tomllib
from pathlib import Path

import pytest
import yaml

import thermospin as ts

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PHYSICS = (ROOT / "solver" / "physics.md").read_text(encoding="utf-8")
SECTIONS = re.findall(r"^## (\d+)\. ", PHYSICS, flags=re.MULTILINE)
CITATION = re.compile(r"physics\.md (§§?\d+(?:\.\d+)?(?:(?:, | and |–)§?\d+(?:\.\d+)?)*)")

pytestmark = pytest.mark.serial


def sources():
    """All Python files and tables of data that may cite the equations."""
    for folder in ("solver", "meshes", "configs", "tests", "benchmarks"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in {".py", ".yaml"}:
                yield path


def packages_of_the_wheel(monkeypatch):
    """Packages that setuptools finds, from pyproject.toml alone."""
    setuptools = pytest.importorskip("setuptools")
    monkeypatch.chdir(ROOT)
    distribution = setuptools.Distribution()
    distribution.parse_config_files()
    distribution.set_defaults()
    return set(distribution.packages)


def test_the_version_to_cite_is_that_of_the_package():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == PROJECT["project"]["version"]
    assert citation["license"] == PROJECT["project"]["license"]
    assert [author["name"] for author in citation["authors"]] == [
        author["name"] for author in PROJECT["project"]["authors"]
    ]


def test_every_package_is_in_the_wheel(monkeypatch):
    folders = {"solver": "thermospin", "meshes": "thermospin.meshes"}
    packages = {
        ".".join([name, *path.parent.relative_to(ROOT / folder).parts])
        for folder, name in folders.items()
        for path in (ROOT / folder).rglob("__init__.py")
    }
    assert {"thermospin", "thermospin.meshes", "thermospin.physics.terms"} <= packages
    assert packages <= packages_of_the_wheel(monkeypatch)


def test_all_data_is_in_the_wheel():
    data = PROJECT["tool"]["setuptools"]["package-data"]
    kept = {
        path
        for package, patterns in data.items()
        for pattern in patterns
        for path in ROOT.joinpath("solver", *package.split(".")[1:]).glob(pattern)
    }
    wanted = {
        path
        for path in (ROOT / "solver").rglob("*")
        if path.name in {"py.typed", "physics.md"} or path.suffix == ".yaml"
    }
    assert len(wanted) > 2
    assert kept == wanted


def test_the_changelog_has_this_version_and_the_next():
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = re.findall(r"^## \[?([\w.]+)", changelog, flags=re.MULTILINE)
    assert versions[:2] == ["Unreleased", PROJECT["project"]["version"]]


def test_the_sections_of_the_physics_are_numbered():
    assert SECTIONS == [str(number) for number in range(1, 13)]


def test_cited_sections_and_items_exist():
    items = re.search(r"^## 8\. .*?(?=^## 9\. )", PHYSICS, flags=re.MULTILINE | re.DOTALL)[0]
    numbers = re.findall(r"^(\d+)\. ", items, flags=re.MULTILINE)
    cited = [
        (path, section, item)
        for path in sources()
        for text in CITATION.findall(path.read_text(encoding="utf-8"))
        for section, item in re.findall(r"(\d+)(?:\.(\d+))?", text)
    ]
    assert len(cited) > 50
    for path, section, item in cited:
        assert section in SECTIONS, f"{path} cites §{section}"
        assert not item or (section == "8" and item in numbers), f"{path} cites §{section}.{item}"


def test_modules_that_the_physics_names_exist():
    modules = "".join(re.findall(r"^\*Modules:\*.*?\n\n", PHYSICS, flags=re.MULTILINE | re.DOTALL))
    named = re.findall(r"`([\w/]+\.py|\w+/)`", modules)
    assert len(named) > 40
    for name in named:
        root = ROOT if name.startswith("tests/") else ROOT / "solver"
        assert (root / name).exists(), name


def test_files_that_the_guide_names_exist():
    guide = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = re.findall(r"`((?:solver|meshes|tests|docker)/[\w./-]*)`", guide)
    assert len(named) > 30
    for name in named:
        assert (ROOT / name).exists(), name


def test_the_readme_is_short():
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 120


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "solver/README.md"])
def test_links_of_pages_outside_the_site_lead_somewhere(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", text):
        assert (ROOT / page).parent.joinpath(target).exists(), target


def private_names(path):
    """Names that a script takes from the package and that are not public, by imports or from `ts`."""
    modules = {f"thermospin.{name}" for name in ts.__all__ if ts._HOME.get(name) == name}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (n.name for n in node.names if n.name.startswith("thermospin."))
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "thermospin":
            if node.module in modules:
                known = vars(importlib.import_module(node.module))
            else:
                known = ts.__all__ if node.module == "thermospin" else ()
            yield from (f"{node.module}.{n.name}" for n in node.names if n.name not in known)
        elif isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "ts":
            yield from [f"ts.{node.attr}"] if node.attr not in ts.__all__ else []


@pytest.mark.parametrize("folder", ["configs", "benchmarks"])
def test_scripts_use_public_names(folder):
    scripts = sorted((ROOT / folder).glob("*.py"))
    assert len(scripts) > 5
    assert {path.name: found for path in scripts if (found := [*private_names(path)])} == {}
