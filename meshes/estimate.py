"""Number of tetrahedra of a mesh, estimated before it is made from the sizes asked for."""

from collections.abc import Iterable, Sequence

import gmsh
import numpy as np

from thermospin.meshes.clouds import cloud
from thermospin.meshes.films import Film
from thermospin.meshes.occ import Part
from thermospin.meshes.options import MeshOptions
from thermospin.meshes.sizes import Source

BY_VOLUME, BY_LENGTH = 6.0, 3.0
"""Tetrahedra in the cube of the size asked for, and along an edge as long as it.

Fitted to 48 meshes, 10 of them of shipped devices, of 42 to 448,000 tetrahedra: within a factor of 1.7."""

BOXES = 40_000
"""Most boxes that are looked at in a part for the integral of the density."""

COARSE, ROUNDS = 3, 40
"""Least and largest number of times that boxes are divided."""

SMOOTH = 3.0
"""Factor by which sizes may vary within a box."""


class Sizes:
    """The size of elements in the model, as :func:`thermospin.meshes.sizes.set_sizes` asks for it.

    Args:
        films: The volumes.
        sources: Surfaces and curves from which sizes grow.
        options: Growth and refinement.
    """

    def __init__(self, films: Sequence[Film], sources: Sequence[Source], options: MeshOptions) -> None:
        self._slope = options.growth_rate - 1
        self._refinement = options.refinement
        self._clouds = [(cloud(source.dim, source.entities, source.size), source.size) for source in sources]

    def __call__(self, points: np.ndarray, radii: np.ndarray, largest: float) -> np.ndarray:
        """Sizes at points, and the smallest and largest possible within a distance of each, nm, shape (3, n).

        Args:
            points: Shape (n, 3), nm.
            radii: The distances, nm.
            largest: Largest size in the part that holds the points, nm.
        """
        found = np.full((3, len(points)), largest)
        for patches, size in self._clouds:
            distance = patches.distance(points)
            reached = np.stack([distance, np.maximum(distance - radii, 0), distance + radii])
            found = np.minimum(found, size + self._slope * reached)
        return found / self._refinement


def estimate_cells(
    parts: Sequence[Part],
    films: Sequence[Film],
    sources: Sequence[Source],
    options: MeshOptions,
    columns: tuple[int, int] | None,
) -> dict[str, float]:
    """Estimated number of tetrahedra of every region, mostly right within a factor of 2.

    Args:
        parts: The parts of the device.
        films: The same, cut into layers, in the model.
        sources: Surfaces and curves from which sizes grow.
        options: Growth and refinement.
        columns: Elements along x and y of a structured mesh.
    """
    sizes = Sizes(films, sources, options)
    found: dict[str, float] = {}
    for part, film in zip(parts, films, strict=True):
        points, weights, size = _divided(part.bounds, film.max_size, sizes)
        inside = part.holds(points)
        if inside.any():
            weights, size = weights[inside], size[inside]
        if columns:
            steps = np.average(1 / np.minimum(size, film.spans[2]), weights=weights) * np.ptp(
                part.bounds[:, 2]
            )
            cells = 6 * columns[0] * columns[1] * max(steps, 1.0)
        else:
            steps = np.minimum(size[:, None], film.spans)
            by_volume = _mass(3, film.volumes) * np.average(1 / steps.prod(axis=1), weights=weights)
            by_length = _mass(1, _edges(film)) * np.average(1 / steps.max(axis=1), weights=weights)
            cells = BY_VOLUME * by_volume + BY_LENGTH * by_length
        found[part.region] = found.get(part.region, 0.0) + float(cells)
    return found


def _mass(dim: int, tags: Iterable[int]) -> float:
    """Total length or volume of entities, nm or nm³."""
    return sum(gmsh.model.occ.getMass(dim, tag) for tag in tags)


def _edges(film: Film) -> set[int]:
    """The curves on which the volumes of a film have edges."""
    faces = {abs(tag) for v in film.volumes for _, tag in gmsh.model.getBoundary([(3, v)], oriented=False)}
    return {
        abs(tag) for f in faces for _, tag in gmsh.model.getBoundary([(2, f)], combined=False, oriented=False)
    }


def _divided(bounds: np.ndarray, largest: float, sizes: Sizes) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Divide a box until sizes hardly vary within its pieces: their centres, volumes and sizes.

    Of more pieces than can be divided, those come first that may hold most elements; in the others the
    density is averaged as if their size grew from the least to the most.
    """
    low, high = bounds[:1], bounds[1:]
    done: list[tuple[np.ndarray, ...]] = []
    room = BOXES
    for round_ in range(ROUNDS):
        centres, spans = (low + high) / 2, high - low
        diagonal, volumes = np.linalg.norm(spans, axis=1), spans.prod(axis=1)
        here, least, most = sizes(centres, diagonal / 2, largest)
        rough = (most > SMOOTH * least) & (diagonal > least) | (round_ < COARSE)
        urgent = np.argsort(-volumes / least**3 * rough)[: min(max(room, 0) // 8, rough.sum())]
        divide = np.zeros(len(low), dtype=bool)
        divide[urgent] = round_ < ROUNDS - 1
        size = np.where(rough, (2 * (least * most) ** 2 / (least + most)) ** (1 / 3), here)
        done.append((centres[~divide], volumes[~divide], size[~divide]))
        room -= len(low)
        low, high = _halved(low[divide], high[divide])
        if not len(low):
            break
    return tuple(np.concatenate(arrays) for arrays in zip(*done, strict=True))


def _halved(low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Halve boxes along each of their longer sides."""
    longest = (high - low).max(axis=1, keepdims=True)
    long = high - low > 0.6 * longest
    for axis in range(3):
        split = long[:, axis]
        middle = (low[split, axis] + high[split, axis]) / 2
        first_high, second_low = high[split].copy(), low[split].copy()
        first_high[:, axis] = second_low[:, axis] = middle
        low = np.concatenate([low[~split], low[split], second_low])
        high = np.concatenate([high[~split], first_high, high[split]])
        long = np.concatenate([long[~split], long[split], long[split]])
    return low, high
