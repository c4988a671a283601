"""Pieces of the volumes in the model: which of them touch."""

from collections.abc import Iterable, Mapping
from itertools import combinations

import gmsh
import numpy as np

from thermospin.meshes.films import Film
from thermospin.meshes.numbering import components
from thermospin.meshes.pieces import Pieces


def find_pieces(films: Iterable[Film], terminals: Mapping[str, list[int]]) -> Pieces:
    """The pieces of the volumes in the model.

    Args:
        films: The volumes.
        terminals: Surfaces of every terminal.
    """
    regions = {volume: film.region for film in films for volume in film.volumes}
    number = {volume: index for index, volume in enumerate(regions)}
    beside = {face: gmsh.model.getAdjacencies(2, face)[0].tolist() for _, face in gmsh.model.getEntities(2)}
    pairs = [pair for volumes in beside.values() for pair in combinations(volumes, 2)]
    same = [(number[a], number[b]) for a, b in pairs if regions[a] == regions[b]]
    piece = components(np.array(same, dtype=np.int64).reshape(-1, 2), len(regions))
    of_piece = dict(zip(piece.tolist(), regions.values(), strict=True))
    contacts = {
        tuple(sorted((int(piece[number[a]]), int(piece[number[b]]))))
        for a, b in pairs
        if regions[a] != regions[b]
    }
    return Pieces(
        regions=[of_piece[index] for index in sorted(of_piece)],
        contacts=sorted(contacts),
        terminals={name: int(piece[number[beside[faces[0]][0]]]) for name, faces in terminals.items()},
    )
