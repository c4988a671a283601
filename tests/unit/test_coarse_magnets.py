"""A warning where the mesh of a moving magnet is coarser than its exchange length."""

import numpy as np
from bodies import REGION, body

from thermospin.constants import VACUUM_PERMEABILITY
from thermospin.micromagnetics.magnet import Ferromagnet
from thermospin.runs.magnets import coarse

M_S, A = 8e5, 1.3e-11


def test_a_coarse_mesh_is_told_with_both_numbers(shared_directory, comm):
    """Bricks of 3 × 4 × 12 nm³ have diagonals of 13 nm; √(2A/μ0 M_s²) is 5.69 nm."""
    found = coarse(
        body((3e-9, 4e-9, 36e-9), (1, 1, 3), shared_directory, comm), {REGION: Ferromagnet(M_S, A)}
    )
    length = 1e9 * np.sqrt(2 * A / (VACUUM_PERMEABILITY * M_S**2))
    assert found.startswith("warning: tetrahedra have edges up to 13 nm")
    assert f"the exchange length of {REGION}, {length:.2f} nm" in found


def test_a_fine_mesh_is_not_told(shared_directory, comm):
    fine = body((3e-9, 3e-9, 3e-9), (1, 1, 1), shared_directory, comm)
    assert coarse(fine, {REGION: Ferromagnet(M_S, A)}) == ""
