"""How errors must decrease as the mesh is refined."""

import numpy as np


def check_orders(errors, spacings, degree):
    """The fitted order is that of the elements, plus one, and the finest mesh is fine enough.

    Args:
        errors: Relative L2 errors, shape (meshes, fields).
        spacings: Edge of a cube of every mesh.
        degree: Polynomial degree of the elements.
    """
    orders = np.polyfit(np.log(spacings), np.log(errors), 1)[0]
    assert np.all(orders >= degree + 0.9), orders
    assert np.all(errors[-1] < {1: 3e-2, 2: 1e-3, 3: 1e-4}[degree]), errors[-1]
