"""The torque of a device on one of its magnets, for macrospin dynamics."""

from collections.abc import Mapping

import numpy as np

from thermospin.macrospin.dynamics import AngularTorque, polar_directions
from thermospin.runs.problem import Problem
from thermospin.textures import Texture


def device_torque(
    problem: Problem,
    scheme: str,
    magnet: str,
    reference: np.ndarray,
    fixed: Mapping[str, Texture],
    area: float,
    drive: float = 0.0,
    points: int = 24,
) -> AngularTorque:
    """Solve a device for one direction of a magnet after another, and tabulate the torque on it (collective).

    Args:
        problem: The device, with vector spin.
        scheme: The scheme.
        magnet: The region that turns.
        reference: The direction p of the other magnets, ± which they all have, (3,).
        fixed: The magnetisation of every other magnet.
        area: Area by which the torque in J is divided, m².
        drive: A or V; without one, it is the torque of the sinks' temperatures.
        points: Angles between 0 and 180°.

    Returns:
        The torque ``T = a(θ) m×(p×m) + b(θ) m×p`` per area, J/m²: ħ/2e times the j_s⊥ that the magnet absorbs
        (solver/physics.md §§4, 8).

    Raises:
        ConvergenceError: The solver does not converge.
        InputError: Currents turn in the device, so the torque depends on more than the angle.
    """
    if turning := problem.device.turning:
        raise problem.config.mistake(
            "turns currents in space, so the torque depends on more than the angle between magnets; leave "
            "out its Hall, Nernst and anisotropic effects, or use 'thermospin dynamics'",
            "materials", problem.device.material_names[turning[0]],
        )  # fmt: skip
    directions = polar_directions(reference, points)
    torques = []
    for m in directions:
        problem.magnetise({**fixed, magnet: Texture.along(m)})
        solution = problem.scheme(scheme).at(drive)
        torques.append(np.asarray(problem.torques().of(solution)[magnet]) / area)
    return AngularTorque.of_table(reference, directions, np.array(torques))
