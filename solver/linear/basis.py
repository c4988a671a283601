"""Axes of spin space in which preconditioners of single components see magnets that dephase spins."""

import numpy as np

from thermospin.device import Device

STRONG = 4.0
"""Relaxation across a magnetisation over that along it, from which it matters; 1 nm beside 5 nm is 25."""
PARALLEL = 1e-9
"""Sine of the angle below which two directions have one axis."""


def spin_basis(device: Device) -> np.ndarray | None:
    """Axes of spin space, row by row, of which the last is that of all magnets in all configurations.

    Relaxation ``m mᵀ/λ² + (1 − m mᵀ)/λ_φ²`` couples the components along x, y and z, and a preconditioner of
    single components takes the strong dephasing across m for relaxation along it too. Along these axes the
    relaxation is diagonal.

    Args:
        device: The device.

    Returns:
        A rotation, (3, 3). None where x, y and z do as well, and where magnets have different axes.
    """
    if not device.unknowns.vector or not any(_dephases(device, region) for region in device.magnets):
        return None
    axes = [texture.uniform for state in device.states.values() for texture in state.values()]
    if any(axis is None or np.linalg.norm(np.cross(axis, axes[0])) > PARALLEL for axis in axes):
        return None
    axis = axes[0] * np.sign(axes[0][abs(axes[0]).argmax()])
    if axis.max() > 1 - PARALLEL:
        return None
    first = np.cross(np.eye(3)[abs(axis).argmin()], axis)
    first /= np.linalg.norm(first)
    return np.stack([first, np.cross(axis, first), axis])


def _dephases(device: Device, region: str) -> bool:
    """Whether spins relax much faster across the magnetisation of a region than along it."""
    material = device.materials[region]
    return material.transverse_relaxation > STRONG * material.spin_relaxation
