"""Regions as the values of an array on the cells: which array, and its groups."""

from collections.abc import Collection, Mapping

import numpy as np

from thermospin.meshes.readers.foreign import Groups, UnreadableError

PHYSICAL = ("gmsh:physical",)
"""Arrays that mean regions wherever they are."""


class AmbiguousError(UnreadableError):
    """Regions that more than one array could hold, or an array that is not there."""

    key = "geometry.cell_data"


def choose(arrays: Mapping[str, np.ndarray], wanted: Collection[str], cell_data: str | None) -> str | None:
    """The name of the array that holds the regions, None where no array has whole numbers.

    Args:
        arrays: Values on the tetrahedra, by the name of the array.
        wanted: Names of the regions.
        cell_data: The array to take.

    Raises:
        AmbiguousError: Several could be meant, or the one asked for is missing or unsuitable.
    """
    fit = [name for name, values in arrays.items() if is_whole(values)]
    if cell_data is not None:
        if cell_data not in arrays:
            raise AmbiguousError(f"no array {cell_data} on the cells; there is {', '.join(arrays) or 'none'}")
        if cell_data not in fit:
            raise AmbiguousError(f"the array {cell_data} holds no whole numbers; choose another")
        return cell_data
    matching = [name for name in fit if {str(int(v)) for v in np.unique(arrays[name])} == set(wanted)]
    for candidates in ([name for name in fit if name in PHYSICAL], matching, fit):
        if candidates and all(np.array_equal(arrays[name], arrays[candidates[0]]) for name in candidates):
            return candidates[0]
        if candidates:
            raise AmbiguousError(
                f"which array holds the regions, {' or '.join(candidates)}? Write it as geometry.cell_data"
            )
    return None


def is_whole(values: np.ndarray) -> bool:
    """Whether an array holds one whole number per cell, of any numeric type.

    Args:
        values: The array.
    """
    if values.ndim != 1 or values.dtype.kind not in "iufb":
        return False
    return bool(np.all(np.isfinite(values)) and np.all(values == np.round(values)))


def groups_of(values: np.ndarray) -> Groups:
    """Numbers of the cells of every value, by the value as text.

    Args:
        values: A whole number per cell, shape (n,).
    """
    if not len(values):
        return {}
    found, place = np.unique(values, return_inverse=True)
    order = np.argsort(place, kind="stable")
    parts = np.split(order, np.cumsum(np.bincount(place, minlength=len(found)))[:-1])
    return {str(int(value)): members for value, members in zip(found, parts, strict=True)}


def note(name: str | None, arrays: Mapping[str, np.ndarray]) -> list[str]:
    """Note about the array that was taken, where there are several.

    Args:
        name: The array; None where there is none.
        arrays: Values on the tetrahedra, by the name of the array.
    """
    others = [other for other in arrays if other != name]
    if name is None or not others:
        return []
    return [f"regions are the values of the array {name}, not of {', '.join(others)}"]
