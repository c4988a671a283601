"""A device cut into volumes: data of its mesh that are known before it is made."""

from collections.abc import Mapping
from dataclasses import dataclass

from thermospin.errors import InputError
from thermospin.meshes.options import MeshOptions
from thermospin.meshes.pieces import Pieces
from thermospin.units import rounded


@dataclass(frozen=True)
class Plan:
    """Data of a mesh that are known before it is made.

    Attributes:
        pieces: The connected pieces of its regions.
        cells: The number of tetrahedra of every region, estimated.
    """

    pieces: Pieces
    cells: Mapping[str, float]


def check_size(cells: Mapping[str, float], options: MeshOptions) -> None:
    """Refuse a mesh that is, or would be, larger than the limit.

    Args:
        cells: The number of tetrahedra of every region.
        options: The limit.

    Raises:
        InputError: The mesh is too large.
    """
    total = sum(cells.values())
    if total > options.max_elements:
        largest = max(cells, key=cells.__getitem__)
        raise InputError(
            f"about {rounded(total)} tetrahedra are asked for, {rounded(cells[largest])} of them in "
            f"region {largest}, and the limit is {rounded(options.max_elements)}; ask for larger elements "
            "(max_size, interface_size, refinement), check the lengths, or raise this limit",
            key="mesh.max_elements",
        )
