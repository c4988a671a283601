"""The validation gallery: a plot and a line for every case, from the data that docs/gallery writes."""

import ast
import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from markdown import code, page, table
from matplotlib import rc_context
from matplotlib.figure import Figure

GALLERY = Path(__file__).parents[1] / "gallery"
sys.path.insert(0, str(GALLERY))

from comparison import Curve, read  # noqa: E402

INTRODUCTION = """
thermospin (circles) on closed forms, papers and other programs (lines). The error under a plot is the
largest difference over the largest value of a curve. Every comparison is asserted by the test that is named.
`docker/enter python docs/gallery` solves all cases again and writes their data, `docs/build` draws them.
"""
OTHERS = """
Every closed form and every independent solution that the tests compare with, by file;
`docker/enter pytest -q FILE` runs one.
"""
_COLOURS = ("#1f5f9f", "#c8532b", "#3f8f4f", "#7a4fa3", "#8a6d00", "#00838f")


def gallery_page(root: Path, pictures: Path) -> str:
    """The text of the page; draws its plots.

    Args:
        root: The checkout.
        pictures: Folder of the plots, beside the page.
    """
    data = root / "docs" / "validation" / "data"
    cases = json.loads((data / "about.json").read_text(encoding="utf-8"))
    pictures.mkdir(parents=True, exist_ok=True)
    parts = [INTRODUCTION]
    for name, case in cases.items():
        curves = read(data / f"{name}.csv")
        draw(pictures / f"{name}.svg", case, curves)
        parts.append(_section(name, case, curves, f"{pictures.name}/{name}.svg"))
    return page("Validation gallery", *parts, "## All comparisons of the tests", OTHERS, _tests(root))


def _section(name: str, case: Mapping[str, Any], curves: list[Curve], picture: str) -> str:
    """Text and plot of one case."""
    errors = ", ".join(f"{curve.name} {curve.error:.0e}" for curve in curves)
    lines = [
        f"## {case['title']}",
        f"Against: {case['source']}. {case['note']}",
        f"![{case['title']}]({picture})",
        f"Error: {errors}. Data: {{download}}`{name}.csv <../data/{name}.csv>`, "
        f"{case['date']}, thermospin {case['version']}.",
        f"```text\ndocker/enter python docs/gallery {name}\ndocker/enter pytest -q {case['test']}\n```",
    ]
    return "\n\n".join(lines)


def draw(path: Path, case: Mapping[str, Any], curves: list[Curve]) -> None:
    """Draw a case.

    Args:
        path: The SVG.
        case: Its labels and scales.
        curves: Its curves.
    """
    with rc_context({"svg.hashsalt": path.stem, "svg.fonttype": "none"}):
        figure = Figure(figsize=(6.0, 3.6), layout="constrained")
        panel = figure.subplots()
        for i, curve in enumerate(curves):
            colour = _COLOURS[i % len(_COLOURS)]
            panel.plot(curve.x, curve.expected, color=colour, linewidth=1.2, label=_typeset(curve.name))
            every = max(1, len(curve.x) // 60) if not any(map(_is_nan, curve.computed)) else 1
            style = {"linestyle": "none", "marker": "o", "markersize": 4.5, "fillstyle": "none"}
            panel.plot(curve.x[::every], curve.computed[::every], color=colour, **style)
        (x, y), (xscale, yscale) = case["labels"], case["scales"]
        panel.set(xlabel=x, ylabel=y, xscale=xscale, yscale=yscale)
        panel.grid(alpha=0.3, linewidth=0.6)
        if len(curves) > 1:
            panel.legend(frameon=False, fontsize=9)
        figure.savefig(path, metadata={"Date": None})


def _typeset(name: str) -> str:
    """A name with its symbols, such as m_z, as mathematics."""
    return re.sub(r"\b(\w)_(\w)\b", r"$\1_\2$", name)


def _is_nan(value: float) -> bool:
    return value != value


def _tests(root: Path) -> str:
    """Table of the test files that compare with closed forms and independent solutions."""
    rows = []
    tests = root / "tests"
    for path in sorted([*(tests / "analytic").glob("test_*.py"), *(tests / "mms").glob("test_*.py")]):
        about = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        rows.append([code(path.relative_to(root)), about.split("\n\n")[0]])
    return table(["file", "what it compares"], rows)
