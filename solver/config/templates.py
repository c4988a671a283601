"""Templates by name, for scripts."""

from typing import Any

from pydantic import PrivateAttr

from thermospin.config.loading import validated
from thermospin.meshes.geometry import Geometry
from thermospin.meshes.template import Template
from thermospin.section import Section


class _Document(Section):
    """A document of a geometry alone."""

    geometry: Geometry

    _source: str = PrivateAttr(default="")


def template(name: str, **keys: Any) -> Template:
    """The `geometry:` section of a template, in SI, for :class:`.Config` and :func:`.load`.

    Args:
        name: Its name: ``lateral_nonlocal``, ``nanopillar`` or ``layer_stack``.
        keys: Its keys as in a file, such as ``contact_gap="150 nm"``; others have their defaults.

    Raises:
        InputError: There is no such template, or a key or a value is wrong.

    Examples:
        >>> import thermospin as ts
        >>> valve = ts.template("lateral_nonlocal", separation="150 nm")
        >>> print(f"{1e9 * valve.separation:.0f} nm")
        150 nm
    """
    return validated(_Document, {"geometry": {"template": name, **keys}}, "").geometry
