"""The mesh of a problem, moved for a while to other lengths."""

from collections.abc import Iterator
from contextlib import contextmanager

from thermospin.config import Config
from thermospin.meshes.moved import moved, plane_maps
from thermospin.runs.problem import Problem


@contextmanager
def moved_mesh(problem: Problem, changed: Config, key: str) -> Iterator[None]:
    """The mesh of a problem, moved to the lengths of another configuration while inside.

    Args:
        problem: The problem.
        changed: The other configuration.
        key: Key of what moves it, for messages.

    Raises:
        InputError: The mesh cannot follow.
    """
    config = problem.config
    if changed.geometry == config.geometry:
        yield
        return
    try:
        maps = plane_maps(*(part.geometry.resolved.solids for part in (config, changed)))
    except (AttributeError, ValueError) as error:
        reason = str(error) if isinstance(error, ValueError) else "the geometry is no list of solids"
        message = f"the mesh cannot follow this length, as {reason}; compare runs with 'thermospin sweep'"
        raise config.error(key, message) from None
    geometry = problem.spaces.device.mesh.geometry
    before = geometry.x.copy()
    geometry.x[:] = moved(before, maps)
    try:
        yield
    finally:
        geometry.x[:] = before
