"""Checks that a network determines its fields and flows, and that double precision resolves them."""

from collections.abc import Mapping

import numpy as np

from thermospin.errors import InputError
from thermospin.networks.config import CircuitConfig
from thermospin.networks.network import FIELDS, TAU, THETA, Network, S, V

KINDS = ("V", *["the spin accumulation"] * 3, "the temperature", *["the spin heat accumulation"] * 3)
REMEDIES = (
    "give one node of this part of the circuit a voltage",
    *["join it to a ferromagnet or a reservoir, or give it a spin_relaxation"] * 3,
    "give one node of this part of the circuit a temperature or a lattice_conductance",
    *["join it to a ferromagnet or a reservoir, or give it a spin_heat_relaxation"] * 3,
)
UNDETERMINED = 1e-12
"""Smallest resolution of a network whose fields are all determined, where conductances are of one size."""
UNRESOLVED = 1e-10
"""Resolution, or its product with the part of a flow that gets through, that leaves an accuracy of 1e-5."""
JOINED = 1e-8
"""The part that gets from a reservoir to another that elements join, where conductances are of one size."""


class LevelledNetwork(Network):
    """The network with all conductances of one size, where rounding hides nothing.

    Args:
        config: The network.
    """

    def __init__(self, config: CircuitConfig) -> None:
        super().__init__(config)
        self._units = np.ones_like(self._units)

    def _scaled(self, block: np.ndarray) -> np.ndarray:
        """The block divided by its largest conductances for charge, spin, heat and spin heat, (8, 8)."""
        sizes = abs(np.diag(block))
        for field in (S, TAU):
            sizes[field] = sizes[field].max()
        factors = 1 / np.sqrt(np.where(sizes > 0, sizes, 1.0))
        return block * np.outer(factors, factors)


def _resolution(matrix: np.ndarray) -> float:
    """Smallest over largest singular value of a matrix that is scaled to a unit diagonal."""
    if not len(matrix):
        return 1.0
    sizes = np.diag(matrix)
    if not (np.isfinite(matrix).all() and (sizes > 0).all()):
        return 0.0
    scale = 1 / np.sqrt(sizes)
    values = np.linalg.svd(matrix * np.outer(scale, scale), compute_uv=False)
    return float(values[-1] / values[0])


def check_fields(network: Network, magnetisations: Mapping[str, np.ndarray] | None = None) -> None:
    """Make sure that every field is determined, with the conductances as they are and if all were alike.

    Args:
        network: The network.
        magnetisations: Directions of ferromagnets in place of the configuration's, (3,).

    Raises:
        InputError: One is not; the message names the node, or the conductances that are too far apart.
    """
    magnets = {**network.config.magnets, **(magnetisations or {})}
    if _resolution(network.system(magnets, ())[0]) > UNRESOLVED:
        return
    matrix, basis, _ = LevelledNetwork(network.config).system(magnets, ())
    if _resolution(matrix) > UNDETERMINED:
        raise _too_far_apart(network, "some field is lost in rounding")
    _, _, vectors = np.linalg.svd(matrix)
    free = abs(basis @ vectors[-1])
    first = np.argmax(free > 0.99 * free.max())
    node, field = divmod(int(first), FIELDS)
    raise InputError(
        f"nothing determines {KINDS[field]} here; {REMEDIES[field]}",
        key=f"nodes.{network.nodes[node]}",
        file=network.config.source,
    )


def check_flows(network: Network) -> None:
    """Make sure that no flow out of a reservoir is lost in rounding.

    Args:
        network: The network.

    Raises:
        InputError: The conductances on the way to the others are too far apart.
    """
    levelled, reservoirs = LevelledNetwork(network.config), network.config.reservoirs
    resolution = _resolution(network.system(network.config.magnets, reservoirs)[0])
    for name in reservoirs:
        for field, what in ((V, "current"), (THETA, "heat")):
            joined = _flow(levelled, name, field) > JOINED
            if joined and not _flow(network, name, field) * resolution > UNRESOLVED:
                raise _too_far_apart(network, f"the {what} of '{name}' is lost in rounding")


def _flow(network: Network, name: str, field: int) -> float:
    """The flow out of a reservoir if all others are at 0, over what its own elements would carry alone."""
    kind = {V: "volts", THETA: "kelvins"}[field]
    sources = network.bias(name, **{kind: 1.0})
    node, count = network.nodes.index(name), len(network.nodes)
    own = network.conductance().reshape(count, FIELDS, count, FIELDS)[node, field, node, field]
    if own <= 0:
        return 0.0
    state = network.solve(sources=sources, held=network.config.reservoirs)
    flow = state.current(name) if field == V else state.heat(name) / network.config.temperature
    return flow / own


def _too_far_apart(network: Network, what: str) -> InputError:
    """An error where conductances differ too much for double precision."""
    sizes = [joint.law.electrical.sum for joint in network.joints]
    low, high = int(np.argmin(sizes)), int(np.argmax(sizes))
    return InputError(
        f"{what}: the conductance of this element, {sizes[low]:.3g} S/m², and of elements[{high}], "
        f"{sizes[high]:.3g} S/m², differ too much; leave this element out, or merge the nodes of the other",
        key=f"elements[{low}]",
        file=network.config.source,
    )
