"""Manufactured solutions with sheets: one between a metal and an insulator, one on a bare side of the
insulator.

The fields are those of ``test_manufactured.py``. The gradient along a sheet is written with the normal of its
faces, by channel, and tested in the weak form.
"""

import numpy as np
import pytest
from layered import SIDE, configuration
from orders import check_orders
from structured import structured_device
from support import SilentProgress
from test_manufactured import Manufactured

from thermospin.compat import MPI, fem, ufl
from thermospin.constants import LORENZ_NUMBER as L0
from thermospin.fields import V
from thermospin.runs.problem import Problem
from thermospin.validation import load_config

SHEETS = {
    "covered": {
        "between": ["I", "N"],
        "sheet_conductance": 2.0,
        "spin_diffusion_length": "60 nm",
        "seebeck": "-40 uV/K",
        "sheet_thermal_conductance": 3e-5,
        "spin_heat_diffusion_length": "50 nm",
    },
    "bare": {
        "region": "I",
        "face": "ymin",
        "sheet_resistance": 1.0,
        "spin_diffusion_length": "90 nm",
        "seebeck": "25 uV/K",
        "sheet_thermal_conductance": 1.5e-5,
        "spin_heat_ratio": 1.5,
    },
    "cool": {"region": "I", "face": "ymax", "sheet_thermal_conductance": 1e-6},
}
FIRST_TAG = 100
"""Number of the first sheet, beyond those of regions."""


class OnSheets(Manufactured):
    """A problem whose solution is known, with sheets."""

    def faces(self, device):
        sheets = enumerate(self.spaces.sheets.values(), start=FIRST_TAG)
        return super().faces(device) + [(tag, faces.ravel()) for tag, faces in sheets]

    def source_forms(self):
        forms, normal = super().source_forms(), ufl.FacetNormal(self.mesh)
        tests = [ufl.TestFunction(space) for space in self.spaces.spaces.values()]
        for tag, name in enumerate(SHEETS, start=FIRST_TAG):
            for i, row in enumerate(self.along(SHEETS[name])[: len(forms)]):
                if row is not None:
                    flux, sink = row
                    along = flux - normal * ufl.inner(flux, normal)
                    forms[i] += (sink * tests[i] - ufl.inner(along, ufl.grad(tests[i]))) * self.ds(tag)
        return forms

    def along(self, sheet):
        """For every field, the current density of a sheet and what it loses; the part along it counts."""
        t0, seebeck = self.problem.config.temperature, float(sheet.get("seebeck", "0 uV/K").split()[0]) * 1e-6
        heat = sheet["sheet_thermal_conductance"]
        v, s, theta, *rest = self.exact
        tau = rest[0] if rest else 0 * s
        conductance = sheet.get("sheet_conductance") or 1 / sheet.get("sheet_resistance", np.inf)
        if not conductance:
            return None, None, (-heat / t0 * ufl.grad(theta), 0), None
        length = float(sheet["spin_diffusion_length"].split()[0]) * 1e-9
        heat_length = (
            float(sheet.get("spin_heat_diffusion_length", f"{length * 1e9 / 1.5} nm").split()[0]) * 1e-9
        )
        electrons = L0 * conductance * t0
        currents, heats = [], []
        for sign in (1, -1):
            potential, temperature = ufl.grad(v + sign * s), ufl.grad(theta + sign * tau)
            currents.append(-conductance / 2 * (potential + seebeck * temperature))
            heats.append(-conductance / 2 * seebeck * potential - electrons / 2 / t0 * temperature)
        phonons = -(heat - electrons) / t0 * ufl.grad(theta)
        return (
            (sum(currents), 0),
            (currents[0] - currents[1], conductance / length**2 * s),
            (sum(heats) + phonons, 0),
            (heats[0] - heats[1], electrons / t0 / heat_length**2 * tau),
        )

    def errors(self):
        """The errors in the volume, then that of V on the bare sheet."""
        found = super().errors()
        return [*found, self.on_bare]

    def error(self, field, found, known):
        if field is V:
            ds = self.ds(FIRST_TAG + list(SHEETS).index("bare"))
            squares = [
                self.mesh.comm.allreduce(fem.assemble_scalar(self.form(ufl.inner(e, e) * ds)), MPI.SUM)
                for e in (found - known, known)
            ]
            self.on_bare = (squares[0] / squares[1]) ** 0.5
        return super().error(field, found, known)


CASES = [
    pytest.param(
        degree,
        spin_heat,
        marks=[pytest.mark.slow] if spin_heat == (degree != 2) else [],
        id=f"P{degree}{', spin heat' if spin_heat else ''}",
    )
    for degree in (1, 2, 3)
    for spin_heat in (False, True)
]


@pytest.mark.parametrize(("degree", "spin_heat"), CASES)
def test_order_of_convergence(degree, spin_heat, comm, tmp_path_factory):
    data = configuration(degree, spin_heat).resolved() | {"sheets": SHEETS}
    rows, divisions = [], {1: [8, 12, 16], 2: [6, 8, 10], 3: [4, 6, 8]}[degree]
    for n in divisions:
        directory = comm.bcast(tmp_path_factory.mktemp("mesh"))
        config = load_config(data)
        device = structured_device(config, SIDE / n, directory, comm)
        rows.append(OnSheets(Problem(config, device, SilentProgress())).solve(1))
    check_orders(np.array(rows), SIDE / np.array(divisions), degree)
