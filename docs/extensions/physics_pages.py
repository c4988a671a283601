"""Pages of the physics: one for each section of solver/physics.md, with the tests that cite it."""

import re
from pathlib import Path

from markdown import code, page, table

CITATION = re.compile(r"physics\.md (§§?\d+(?:\.\d+)?(?:(?:, | and |–)§?\d+(?:\.\d+)?)*)")


def physics_pages(root: Path) -> dict[str, str]:
    """File name and text of every page.

    Args:
        root: The checkout.
    """
    text = (root / "solver" / "physics.md").read_text(encoding="utf-8")
    head, *sections = re.split(r"^## (?=\d+\. )", text, flags=re.MULTILINE)
    pages = {"00.md": page("Notation and papers", head.partition("\n")[2])}
    for section in sections:
        title, _, body = section.partition("\n")
        number = title.partition(".")[0]
        pages[f"{int(number):02d}.md"] = page(title, body.replace("\n### ", "\n## "), *_tests(root, number))
    return pages


def _tests(root: Path, number: str) -> list[str]:
    """The tests that cite a section."""
    rows = [
        [
            code(path.relative_to(root / "tests")),
            path.read_text(encoding="utf-8").split('"""')[1].split("\n")[0],
        ]
        for path in sorted((root / "tests").rglob("test_*.py"))
        if number in _cited(path.read_text(encoding="utf-8"))
    ]
    return ["## Tests that cite this section", table(["file", "what it compares"], rows)] if rows else []


def _cited(text: str) -> set[str]:
    """Numbers of the sections that a text cites."""
    return {number for found in CITATION.findall(text) for number in re.findall(r"(\d+)(?:\.\d+)?", found)}
