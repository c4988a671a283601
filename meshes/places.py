"""Places in a device, for messages."""

import numpy as np


def in_nm(point: np.ndarray) -> str:
    """A point as text.

    Args:
        point: Coordinates, m, shape (3,).
    """
    return f"({', '.join(f'{x * 1e9:.4g}' for x in point)}) nm"
