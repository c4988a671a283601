"""The JSON Schemas of all documents that users write or read."""

from typing import Any

from thermospin.config import Config
from thermospin.config.schema import DIALECT, document_schema
from thermospin.networks import CircuitConfig
from thermospin.output.layout import results_schema
from thermospin.output.reference import Reference


def schema_of(document: str) -> dict[str, Any]:
    """The JSON Schema of a document.

    Args:
        document: ``configuration``, ``circuit``, ``paper`` or ``results``.
    """
    if document == "results":
        head = {"$schema": DIALECT, "$id": "urn:thermospin:results", "title": "thermospin results"}
        return head | results_schema()
    return document_schema(_MODELS[document], document)


_MODELS = {"configuration": Config, "circuit": CircuitConfig, "paper": Reference}
