"""Sphinx extension: pages that are made from the program, before the sources are read."""

from pathlib import Path

from examples import shipped_examples
from gallery_pages import gallery_page
from physics_pages import physics_pages
from registry_pages import fields_page, materials_page, messages_page
from schema_pages import results_page, schema_page

from thermospin.runs.schemas import schema_of

ROOT = Path(__file__).parents[2]


def pages():
    """Path, from the root of the site, and MyST text of every generated page."""
    configuration, circuit = schema_of("configuration"), schema_of("circuit")
    reference = {
        "configuration": schema_page(
            "The configuration",
            configuration,
            "The document",
            shipped_examples(configuration, ROOT / "configs"),
        ),
        "circuit": schema_page(
            "The circuit", circuit, "The document", shipped_examples(circuit, ROOT / "configs")
        ),
        "results": results_page(schema_of("results")),
        "fields": fields_page(),
        "materials": materials_page(),
        "messages": messages_page(ROOT / "tests" / "unit"),
    }
    return {f"reference/generated/{name}.md": text for name, text in reference.items()} | {
        f"physics/generated/{name}": text for name, text in physics_pages(ROOT).items()
    }


def write(app):
    """Write all generated pages, those that changed."""
    generated = Path(app.srcdir, "validation", "generated")
    gallery = {"validation/generated/gallery.md": gallery_page(ROOT, generated / "gallery")}
    for path, text in (pages() | gallery).items():
        target = Path(app.srcdir, path)
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists() or target.read_text(encoding="utf-8") != text:
            target.write_text(text, encoding="utf-8")


def setup(app):
    """Register the extension."""
    app.connect("builder-inited", write)
    return {"parallel_read_safe": True}
