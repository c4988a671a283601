"""Currents of charge, spin and heat in a plane, as arrows or streamlines over its picture."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from matplotlib.axes import Axes

_ACROSS = {"arrows": 24, "lines": 120}
"""Places along the longer side of a picture where a flow is known."""
_FEWEST = 6
_SHORTEST = 0.02
"""Flows below this times the largest have no arrow."""


@dataclass(frozen=True)
class Flow:
    """A vector in a plane, on a grid of places.

    Attributes:
        kind: ``arrows`` or ``lines``.
        across: Places to the right, nm, (m,).
        up: Places upwards, nm, (n,).
        vectors: Components to the right and upwards, (n, m, 2), NaN where there are none.
    """

    kind: Literal["arrows", "lines"]
    across: np.ndarray
    up: np.ndarray
    vectors: np.ndarray

    def draw(self, panel: Axes) -> None:
        """Draw it over a picture of the plane, in its coordinates, also where these are stretched.

        Args:
            panel: The axes, in nm.
        """
        right, upward = np.moveaxis(self.vectors, -1, 0)
        size = np.hypot(right, upward)
        limits = panel.get_xlim(), panel.get_ylim()
        if self.kind == "lines":
            unknown = np.isnan(size)
            parts = (np.ma.array(part, mask=unknown) for part in (right, upward))
            panel.streamplot(
                self.across, self.up, *parts, color="white", linewidth=0.7, density=1.2, arrowsize=0.7
            )
        else:
            shown = np.nan_to_num(size) > _SHORTEST * np.nanmax(size)
            places = np.meshgrid(self.across, self.up)
            units = right[shown] / size[shown], upward[shown] / size[shown]
            panel.quiver(
                *(place[shown] for place in places), *units, angles="xy", pivot="mid", color="white",
                edgecolor="black", linewidth=0.3, scale=1.3 * len(self.across), width=0.004,
            )  # fmt: skip
        panel.set(xlim=limits[0], ylim=limits[1])


def flow_in(
    kind: Literal["arrows", "lines"], box: np.ndarray, vectors_at: Callable[[np.ndarray], np.ndarray]
) -> Flow:
    """A flow in a rectangle.

    Args:
        kind: ``arrows`` or ``lines``.
        box: Corners of the rectangle, nm, (2, 2).
        vectors_at: Gives vectors, (k, 2), NaN outside, at places, nm, (k, 2).
    """
    lengths = np.ptp(box, axis=0)
    counts = np.maximum(np.round(_ACROSS[kind] * lengths / lengths.max()), _FEWEST).astype(int)
    steps = lengths / counts
    across, up = (box[0, i] + steps[i] * (np.arange(counts[i]) + 0.5) for i in range(2))
    places = np.stack(np.meshgrid(across, up), axis=-1)
    vectors = vectors_at(places.reshape(-1, 2)).reshape(*places.shape[:2], 2)
    return Flow(kind, across, up, vectors)
