"""Parts of an HTML page: tables, pictures, texts; everything is escaped and embedded."""

import base64
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

from rich.table import Table
from rich.text import Text

STYLE = """
:root { --ink: #1d2126; --soft: #5d6670; --line: #dfe3e8; --accent: #1f5f9f; }
* { box-sizing: border-box; }
body { font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; color: var(--ink);
  margin: 0 auto; padding: 2rem 1.5rem 4rem; max-width: 72rem; background: #fff; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 .3rem; }
h2 { font-size: 1.2rem; margin: 2.6rem 0 .8rem; padding-bottom: .25rem;
  border-bottom: 1px solid var(--line); }
p.about, figcaption, caption { color: var(--soft); }
nav a { color: var(--accent); margin-right: 1rem; text-decoration: none; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; margin: .6rem 0 1.4rem; font-variant-numeric: tabular-nums;
  font-size: .92rem; }
caption { text-align: left; padding-bottom: .3rem; }
th, td { padding: .28rem .9rem .28rem 0; text-align: left; vertical-align: top; white-space: pre-line; }
th { border-bottom: 1px solid var(--ink); font-weight: 600; }
td { border-bottom: 1px solid var(--line); min-width: 4.2rem; }
.right { text-align: right; }
figure { margin: 1rem 0; }
figure img { max-width: 100%; max-height: 36rem; height: auto; }
pre { background: #f6f8fa; padding: 1rem; overflow: auto; max-height: 28rem; font-size: .85rem; }
button { font: inherit; padding: .25rem .9rem; border: 1px solid var(--accent); border-radius: .3rem;
  background: #fff; color: var(--accent); cursor: pointer; }
.warning { border-left: 4px solid #d08700; padding-left: .8rem; }
@media print { nav, button { display: none; } body { max-width: none; } }
"""
COPY = """
function copyText(id, button) {
  const range = document.createRange();
  range.selectNodeContents(document.getElementById(id));
  const chosen = window.getSelection();
  chosen.removeAllRanges();
  chosen.addRange(range);
  button.textContent = document.execCommand("copy") ? "copied" : "selected";
}
"""
"""Copies a text, also from a page on disk, where browsers refuse the clipboard's newer calls."""
_TYPES = {".png": "image/png", ".svg": "image/svg+xml"}


def page(title: str, about: str, sections: Iterable[tuple[str, str]], head: str = "") -> str:
    """A page that needs nothing beside it.

    Args:
        title: Its title.
        about: A line below the title.
        sections: Heading and HTML of every section.
        head: Scripts.
    """
    sections = list(sections)
    links = "".join(f'<a href="#{_anchor(name)}">{escape(name)}</a>' for name, _ in sections)
    body = "".join(
        f'<section id="{_anchor(name)}"><h2>{escape(name)}</h2>{content}</section>'
        for name, content in sections
    )
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="icon" href="data:,"><title>{escape(title)}</title>'
        f"<style>{STYLE}</style><script>{COPY}</script>{head}</head>\n"
        f'<body><h1>{escape(title)}</h1><p class="about">{escape(about)}</p><nav>{links}</nav>{body}'
        f"</body></html>\n"
    )


def _anchor(name: str) -> str:
    return name.lower().replace(" ", "-")


def table(source: Table) -> str:
    """A table of the terminal as HTML.

    Args:
        source: The table.
    """
    columns = [(column, list(column.cells)) for column in source.columns]
    sides = ["right" if column.justify == "right" else "" for column, _ in columns]
    head = [_plain(column.header) for column, _ in columns]
    rows = zip(*([_plain(cell) for cell in cells] for _, cells in columns), strict=True)
    return grid(head, rows, _plain(source.title or ""), sides)


def grid(
    head: Sequence[str], rows: Iterable[Sequence[str]], caption: str = "", sides: Sequence[str] = ()
) -> str:
    """A table.

    Args:
        head: Headings of the columns.
        rows: Texts of the cells.
        caption: A line above it.
        sides: Class of every column, ``right`` or empty.
    """
    classes = [f' class="{side}"' if side else "" for side in sides or [""] * len(head)]

    def cells(tag: str, texts: Sequence[str]) -> str:
        pairs = zip(classes, texts, strict=True)
        return "<tr>" + "".join(f"<{tag}{side}>{escape(text)}</{tag}>" for side, text in pairs) + "</tr>"

    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    body = "".join(cells("td", row) for row in rows)
    inner = f"{title}<thead>{cells('th', head)}</thead><tbody>{body}</tbody>"
    return f'<div class="wide"><table>{inner}</table></div>'


def paragraphs(texts: Iterable[str], kind: str = "") -> str:
    """Texts, one below the other.

    Args:
        texts: The texts.
        kind: Class of them all.
    """
    start = f'<p class="{kind}">' if kind else "<p>"
    return "".join(f"{start}{escape(text)}</p>" for text in texts)


def picture(path: Path, caption: str) -> str:
    """A picture, embedded.

    Args:
        path: Its file, PNG or SVG.
        caption: A line below it.
    """
    data = base64.b64encode(path.read_bytes()).decode("ascii")
    name = escape(caption, quote=True)
    return (
        f'<figure><img alt="{name}" src="data:{_TYPES[path.suffix]};base64,{data}">'
        f"<figcaption>{escape(caption)}</figcaption></figure>"
    )


def listing(text: str, name: str) -> str:
    """A text to copy, with a button.

    Args:
        text: The text.
        name: Its identifier in the page.
    """
    return (
        f"<p><button onclick=\"copyText('{name}', this)\">copy</button></p>"
        f'<pre id="{name}">{escape(text)}</pre>'
    )


def _plain(content: object) -> str:
    """A cell without the marks of rich."""
    return Text.from_markup(content).plain if isinstance(content, str) else str(content)
