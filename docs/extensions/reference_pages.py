"""Sphinx extension: pages that are made from the program, before the sources are read."""

from pathlib import Path

GENERATED = "generated"
"""Folder of a part of the site that holds its generated pages; it is not under version control."""


def write(app):
    """Write all generated pages."""
    for path, text in pages().items():
        target = Path(app.srcdir, path)
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists() or target.read_text(encoding="utf-8") != text:
            target.write_text(text, encoding="utf-8")


def pages():
    """Path, from the root of the site, and MyST text of every generated page."""
    return {}


def setup(app):
    """Register the extension."""
    app.connect("builder-inited", write)
    return {"parallel_read_safe": True}
