"""Sphinx configuration: `docker/enter docs/build` makes the whole site."""

import os
import sys
from importlib.metadata import version as installed
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "extensions"))

project = "thermospin"
author = "thermospin developers"
version = release = installed("thermospin")
extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_click",
    "reference_pages",
]
exclude_patterns = ["build", "_build", "extensions", "gallery", "README.md"]

html_theme = "sphinx_book_theme"
html_title = f"thermospin {release}"
html_theme_options = {"show_toc_level": 2, "use_download_button": False}

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

# Tutorials run when the site is built; in the reduced build (docs/build --reduced) only the quick ones.
QUICK = {"first_device", "gmsh", "reading_results"}
TUTORIALS = {path.stem for path in (HERE / "tutorials").glob("*.md")}
nb_execution_mode = "cache"
if "THERMOSPIN_DOCS_REDUCED" in os.environ:
    nb_execution_excludepatterns = [f"tutorials/{name}.md" for name in sorted(TUTORIALS - QUICK)]
nb_execution_timeout = 600
nb_execution_raise_on_error = True
nb_execution_show_tb = True
nb_execution_cache_path = str(HERE / "_build" / "cells")
nb_merge_streams = True

autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"
autodoc_member_order = "bysource"
nitpicky = False
