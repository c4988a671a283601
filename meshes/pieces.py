"""The connected pieces of a device, and the terminals on them."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from thermospin.meshes.numbering import components


@dataclass(frozen=True)
class Pieces:
    """The connected pieces of a device's regions.

    Attributes:
        regions: Region of every piece.
        contacts: Pairs of pieces that share faces.
        terminals: Piece that every terminal lies on.
    """

    regions: list[str]
    contacts: list[tuple[int, int]]
    terminals: dict[str, int]

    def bodies(self, inside: list[bool]) -> np.ndarray:
        """Number of the body of every piece; pieces that are inside and touch belong to the same body.

        Args:
            inside: Whether every piece is inside.
        """
        kept = [pair for pair in self.contacts if inside[pair[0]] and inside[pair[1]]]
        return components(np.array(kept, dtype=np.int64).reshape(-1, 2), len(self.regions))

    def conductors(self, insulators: Collection[str]) -> list[str]:
        """The connected conductors, each as the names of its regions.

        Args:
            insulators: Regions without electrons.
        """
        inside = [region not in insulators for region in self.regions]
        bodies = self.bodies(inside)
        return [self.names(bodies == body) for body in sorted(set(bodies[np.flatnonzero(inside)]))]

    def names(self, chosen: np.ndarray) -> str:
        """The regions of some pieces, as text.

        Args:
            chosen: Whether every piece is one of them, shape (n_pieces,).
        """
        return " + ".join(dict.fromkeys(self.regions[i] for i in np.flatnonzero(chosen)))
