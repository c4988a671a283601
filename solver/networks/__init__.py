"""Networks of nodes and resistive elements, without a mesh (solver/physics.md §§4, 8.8)."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from thermospin.config.loading import load_section
from thermospin.networks.config import CircuitConfig
from thermospin.networks.network import Network, NetworkState

__all__ = ["CircuitConfig", "Network", "NetworkState", "load_circuit"]


def load_circuit(source: str | Path | Mapping[str, Any], overrides: Sequence[str] = ()) -> CircuitConfig:
    """Read and check a network.

    Args:
        source: A YAML file, or the same content as a mapping.
        overrides: Texts such as ``nodes.L.voltage=1 mV``, laid over it.

    Returns:
        The network in SI.

    Raises:
        InputError: The first mistake found, with file, key and remedy in one line.
    """
    return load_section(CircuitConfig, source, overrides, _name_output)


def _name_output(data: dict[str, Any], file: Path) -> None:
    data.setdefault("output", f"results/{file.stem}")
