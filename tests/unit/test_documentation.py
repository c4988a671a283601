"""The documentation: what its pages promise. Its build checks links and runs the tutorials."""

import ast
import csv
import doctest
import importlib
import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from thermospin.runs.schemas import schema_of

DOCS = Path(__file__).parents[2] / "docs"
TUTORIALS = sorted(path for path in (DOCS / "tutorials").glob("*.md") if path.name != "index.md")
PAGES = sorted(
    path for folder in ("howto", "tutorials", "reference") for path in (DOCS / folder).glob("*.md")
)

pytestmark = pytest.mark.serial


def cells(path):
    """The code of a tutorial."""
    text = path.read_text(encoding="utf-8")
    return re.findall(r"```\{code-cell\} python\n(.*?)```", text, flags=re.DOTALL)


@pytest.mark.parametrize("path", TUTORIALS, ids=lambda path: path.stem)
def test_tutorials_end_with_a_picture_and_a_number_that_is_checked(path):
    code = cells(path)
    assert any("plt." in cell for cell in code)
    assert any(isinstance(node, ast.Assert) for node in ast.walk(ast.parse(code[-1])))


@pytest.mark.parametrize("path", TUTORIALS, ids=lambda path: path.stem)
def test_tutorials_are_listed(path):
    assert path.stem in (DOCS / "tutorials" / "index.md").read_text(encoding="utf-8").split()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_yaml_can_be_read(path):
    text = path.read_text(encoding="utf-8")
    for block in re.findall(r"^```yaml\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE):
        assert yaml.safe_load(block) is not None, block


@pytest.fixture(scope="module")
def validator():
    """A validator of parts of a configuration: no key is required."""
    return jsonschema.Draft202012Validator(schema_of("configuration") | {"required": []})


@pytest.mark.parametrize("path", PAGES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_examples_pass_the_schema(path, validator):
    text = path.read_text(encoding="utf-8")
    for block in re.findall(r"^```yaml\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE):
        data = yaml.safe_load(block)
        if isinstance(data, dict) and data.keys() <= validator.schema["properties"].keys():
            errors = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(data)]
            assert not errors, errors


def test_the_gallery_has_data_and_a_test_for_every_case():
    data = DOCS / "validation" / "data"
    cases = json.loads((data / "about.json").read_text(encoding="utf-8"))
    assert {path.stem for path in data.glob("*.csv")} == cases.keys()
    for name, case in cases.items():
        with (data / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        assert sum(row["computed"] != "" for row in rows) >= 3, name
        file, *chosen = case["test"].split(" -k ")
        text = (DOCS.parent / file).read_text(encoding="utf-8")
        assert all(f"def {test}" in text for test in chosen), case["test"]


def with_examples():
    """Modules of the program whose docstrings have examples."""
    root = DOCS.parent
    for package, folder in (("thermospin", root / "solver"), ("thermospin.meshes", root / "meshes")):
        for path in sorted(folder.rglob("*.py")):
            if ">>> " in path.read_text(encoding="utf-8"):
                parts = path.relative_to(folder).with_suffix("").parts
                yield ".".join([package, *(part for part in parts if part != "__init__")])


@pytest.mark.parametrize("name", [*with_examples()])
def test_examples_of_docstrings_give_what_they_say(name):
    found = doctest.testmod(importlib.import_module(name))
    assert found.attempted and not found.failed


def linked(path):
    """Files that the links of a page lead to, as far as they are not of the network or made by the build."""
    text = re.sub(r"```.*?```|`[^`]*`", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)#\s]+)", text):
        if "://" not in target and "generated/" not in target:
            yield path.parent / target


READ = [*DOCS.rglob("*.md"), *DOCS.parent.glob("*.md"), *(DOCS.parent / "solver").glob("*.md")]


@pytest.mark.parametrize(
    "path", [path for path in sorted(READ) if "_build" not in path.parts and "generated" not in path.parts],
    ids=lambda path: str(path.relative_to(DOCS.parent)),
)  # fmt: skip
def test_links_lead_to_files(path):
    missing = [str(target) for target in linked(path) if not target.exists()]
    assert not missing, missing
