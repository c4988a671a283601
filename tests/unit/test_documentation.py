"""The documentation: what its pages promise. Its build checks links and runs the tutorials."""

import ast
import re
from pathlib import Path

import pytest
import yaml

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
