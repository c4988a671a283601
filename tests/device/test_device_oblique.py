"""Strong dephasing in magnets along any one axis: as many iterations as along z, and the same readings."""

from copy import deepcopy

import numpy as np
import pytest
from lateral import PROBES
from scipy.spatial.transform import Rotation
from spinning import MATERIALS, TURNING, spinning
from support import SilentProgress, prepare_problem

from thermospin.device import Device
from thermospin.linear import preconditioning
from thermospin.linear.basis import spin_basis
from thermospin.runs.simulation import solve
from thermospin.validation import load_config

TURN = Rotation.from_rotvec([0.9, -1.7, 0.6]).as_matrix()
FIELD = np.array([0.5, -0.2, 0.3])


def device(rotation, field, second=None, dephasing="0.4 nm", **solver):
    """The small device with its magnets along ±z, in a field, and then all spins rotated."""
    materials = deepcopy(MATERIALS)
    materials["Py"] = {k: v for k, v in MATERIALS["Py"].items() if k not in TURNING}
    materials["Py"]["dephasing_length"] = dephasing
    axis = rotation[:, 2].tolist()
    return spinning(
        materials=materials,
        magnetic_field=(rotation @ field).tolist(),
        magnetisation={"Py1": axis, "Py2": axis if second is None else second},
        configurations={"P": {}, "AP": {"Py2": -1}},
        schemes={"electrical": {"contact1": "current", "contact5": "ground"}},
        solver={"orders": 1, "degree": 1} | solver,
    )


@pytest.mark.parametrize("field", [0 * FIELD, FIELD], ids=["no field", "field"])
@pytest.mark.parametrize("degree", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_iterations(field, degree, comm, monkeypatch):
    """Of multigrids; factors see all components at once."""
    monkeypatch.setattr(preconditioning, "FACTORISED", 0)
    along_z, oblique = (
        solve(prepare_problem(device(rotation, field, degree=degree), comm), SilentProgress())
        for rotation in (np.eye(3), TURN)
    )
    few, found = (results.data["solver"]["iterations"] for results in (along_z, oblique))
    assert found <= 1.2 * few
    for name in ("P", "AP"):
        for probe in PROBES:
            expected = along_z.harmonics("electrical", name, probe)
            np.testing.assert_allclose(oblique.harmonics("electrical", name, probe), expected, rtol=1e-8)


@pytest.mark.serial
def test_basis():
    """A rotation to the common axis; none where there is no need, or no such axis."""
    basis = spin_basis(Device.of(load_config(device(TURN, FIELD))))
    np.testing.assert_allclose(basis @ basis.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(basis) == pytest.approx(1)
    assert abs(basis[2] @ TURN[:, 2]) == pytest.approx(1)
    for other in (
        device(np.eye(3), FIELD),
        device(TURN, FIELD, second=[1, 0, 0]),
        device(TURN, FIELD, dephasing="6 nm"),
        device(TURN, FIELD, second={"formula": ["0", "x/nm", "1"]}),
    ):
        assert spin_basis(Device.of(load_config(other))) is None
