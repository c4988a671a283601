"""The midpoint rule against tangent plane schemes: error, time, and energy without a drive.

A bar of permalloy turns from a twisted state. In a tangent plane scheme (Alouges 2008) the velocity v is
normal to m at every node, and the step ends at ``m + Δt v`` divided by its length:

    first order     ``α v + m × v = γ P B(m + Δt v)``
    second order    ``(α + γ Δt λ/2) v + m × v = γ P B(m + Δt v/2)``,  λ = m·B(m) (Alouges et al. 2014)

with the projection P on the tangent plane. A step is one linear system, whose preconditioner is that of the
midpoint rule. Errors are the largest of m, against the midpoint rule with an eighth of the shortest step.
"""

import time

import numpy as np
import pytest

from thermospin.compat import PETSc
from thermospin.micromagnetics.body import cross, dot, unit
from thermospin.micromagnetics.midpoint import Midpoint, _Preconditioner
from thermospin.micromagnetics.model import Micromagnet
from thermospin.micromagnetics.smoother import Smoother
from thermospin.micromagnetics.wrapped import wrapped
from thermospin.output import SilentProgress
from thermospin.runs.dynamics import Motion
from thermospin.runs.preparation import prepare
from thermospin.validation import load_config

BAR = {
    "geometry": {
        "template": "layer_stack",
        "width": "12 nm",
        "columns": [4, 4],
        "layers": [{"name": "Bar", "material": "Py", "thickness": "60 nm", "elements": 24}],
    },
    "magnetisation": {"Bar": [1, 0, 0]},
    "configurations": {"start": {"Bar": 1}},
    "schemes": {"through": {"bottom": "ground", "top": "current"}},
    "solver": {"spin": "vector"},
    "dynamics": {
        "duration": "20 ps",
        "field": ["0 T", "0 T", "0.2 T"],
        "magnets": {
            "Bar": {
                "saturation_magnetisation": "800 kA/m",
                "exchange_stiffness": "13 pJ/m",
                "damping": 0.02,
                "uniaxial": [{"constant": "50 kJ/m^3", "axis": [1, 0, 0]}],
                "demagnetisation": "prism",
            }
        },
    },
}
DURATION = 20e-12
NUMBERS = 50, 100, 200, 400
LONG = 1e-12, 1e-11, 1e-10
"""Steps without a drive in which the energy must fall, s."""


class TangentPlane:
    """Steps of a tangent plane scheme.

    Args:
        magnet: The body with its energy.
        order: 1 or 2.
    """

    def __init__(self, magnet: Micromagnet, order: int) -> None:
        self._magnet, self._order = magnet, order
        self._smoother = Smoother(magnet)
        size = 3 * magnet.body.n_owned, 3 * magnet.body.n_nodes
        self._matrix = PETSc.Mat().createPython((size, size), self, comm=magnet.body.comm)
        self._matrix.setUp()
        self._krylov = PETSc.KSP().create(magnet.body.comm)
        self._krylov.setOperators(self._matrix)
        self._krylov.setType(PETSc.KSP.Type.FGMRES)
        self._krylov.setTolerances(rtol=1e-6, atol=0.0, max_it=300)
        self._krylov.getPC().setType(PETSc.PC.Type.PYTHON)
        self._krylov.getPC().setPythonContext(_Preconditioner(self._smoother, self))

    def mult(self, _matrix: PETSc.Mat, x: PETSc.Vec, y: PETSc.Vec) -> None:
        """``v − m × ((α + …) v − θ γ Δt P B'v)``, which is ``−m ×`` the left-hand side.

        Args:
            _matrix: The matrix of PETSc.
            x: v.
            y: Gets the product.
        """
        v = x.array_r.reshape(3, -1)
        slope = self._magnet.mean_slope(self.u, self.u, v)
        inner = self._friction * v - self._implicit * slope
        y.array_w = (v - cross(self.u, inner)).reshape(-1)

    def step(self, m: np.ndarray, length: float) -> np.ndarray:
        """The magnetisation one step later, (3, n) (collective).

        Args:
            m: Magnetisation, (3, n).
            length: Δt, s.
        """
        magnet = self._magnet
        field = magnet.field(m)
        self.u, second = m, self._order == 2
        self._smoother.fit(length if second else 2 * length)
        self._implicit = magnet.rate * length / (2 if second else 1)
        self._friction = magnet.damping + (magnet.rate * length / 2 * dot(m, field) if second else 0.0)
        right, v = -magnet.rate * cross(m, field), np.zeros_like(m)
        with wrapped(magnet.body.comm, right.reshape(-1), v.reshape(-1)) as (b, x):
            self._krylov.solve(b, x)
        return unit(m + length * (v - m * dot(m, v)))


class MidpointRule:
    """Steps of the midpoint rule, extrapolated as in a run.

    Args:
        magnet: The body with its energy.
    """

    def __init__(self, magnet: Micromagnet) -> None:
        self._rule, self._before = Midpoint(magnet), []

    def step(self, m: np.ndarray, length: float) -> np.ndarray:
        """The magnetisation one step later, (3, n); a parabola gives the first guess (collective).

        Args:
            m: Magnetisation, (3, n).
            length: Δt, s.
        """
        self._before = [*self._before[-2:], m]
        guess = None
        if len(self._before) == 3:
            first, second, last = self._before
            guess = unit(3 * last - 3 * second + first)
        found = self._rule.step(m, length, guess=guess)
        return m if found is None else found.m


def march(scheme, m: np.ndarray, length: float, number: int) -> np.ndarray:
    """The magnetisation after some steps, (3, n)."""
    for _ in range(number):
        m = scheme.step(m, length)
    return m


def rises(magnet: Micromagnet, scheme, m: np.ndarray, length: float, number: int = 20) -> int:
    """Number of steps in which the energy rose by more than rounding."""
    found, before = 0, magnet.energy(m)
    for _ in range(number):
        m = scheme.step(m, length)
        after = magnet.energy(m)
        found += after > before + 1e-9 * abs(before)
        before = after
    return found


@pytest.mark.slow
def test_midpoint_rule_against_tangent_plane_schemes(comm):
    """Errors, times (`pytest -s` prints them) and steps in which the energy rose: why midpoint was chosen."""
    _, mesh = prepare(load_config(BAR), comm, SilentProgress())
    magnet = Motion(load_config(BAR), mesh, SilentProgress()).magnet
    z = magnet.body.points[:, 2] / 60e-9
    twisted = unit(np.array([np.cos(3 * z), np.sin(3 * z), 0.3 * np.cos(7 * z)]))
    finest = 8 * NUMBERS[-1]
    exact = march(MidpointRule(magnet), twisted, DURATION / finest, finest)
    errors, counts = {}, {}
    for order in (0, 1, 2):
        for number in NUMBERS:
            scheme, begun = (
                TangentPlane(magnet, order) if order else MidpointRule(magnet),
                time.process_time(),
            )
            found = march(scheme, twisted, DURATION / number, number)
            errors[order, number] = magnet.body.largest(abs(found - exact))
            print(order, number, errors[order, number], time.process_time() - begun, flush=True)
        made = [TangentPlane(magnet, order) if order else MidpointRule(magnet) for _ in LONG]
        counts[order] = [
            rises(magnet, scheme, twisted, length) for scheme, length in zip(made, LONG, strict=True)
        ]
    last = NUMBERS[-1]
    assert errors[1, last] > 5 * errors[0, last]
    assert errors[2, last] == pytest.approx(errors[0, last], rel=0.3)
    assert not any(counts[0] + counts[1]) and any(counts[2])
