"""Currents across interfaces with τ, against the matrices of solver/physics.md §4 written by hand."""

import numpy as np
import pytest
from contact_blocks import BETWEEN, MAGNETIC, T0, block_problem, volume
from test_interfaces import AREA, channels, constant, piecewise, product
from valve import Vectors, apply

from thermospin.discretisation.heat_source import HeatSource
from thermospin.discretisation.interfaces.jumps import resistive_interfaces
from thermospin.fields import FIELDS, TAU, THETA, S, V

ALL = (*FIELDS, TAU)
K_E, P_K = 3e10, 0.2
CROSSING = MAGNETIC | {"electronic_heat_conductance": K_E, "heat_polarisation": P_K}


@pytest.fixture(scope="module", params=[1, 2], ids=["P1", "P2"])
def row(request, comm, tmp_path_factory):
    between = BETWEEN["row"] | {"F1|N": CROSSING}
    return block_problem("row", request.param, tmp_path_factory.mktemp("row"), comm, between, spin_heat=True)


def lift(total, difference, sign):
    return np.array([[total, sign * difference], [sign * difference, total]])


def crossing(sign):
    """``j, j_s, q/T0, q_s/T0`` from side 1 to side 2 at unit jumps of V, s, ϑ, τ."""
    g, p, seebeck, spin_seebeck = 2e15, 0.6, -30e-6, 45e-6
    b = p * seebeck + (1 - p**2) * spin_seebeck / 2
    ohm, thermoelectric = lift(g, g * p, sign), lift(g * seebeck, g * b, sign)
    heat = lift(K_E, K_E * P_K, sign) + np.diag([4e8, 0])
    return np.block([[ohm, thermoelectric], [thermoelectric, heat / T0]])


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("second", ALL, ids=lambda field: field.symbol)
@pytest.mark.parametrize("first", ALL, ids=lambda field: field.symbol)
def test_unit_jumps(row, first, second, sign):
    """1 in F1 and 0 across: the coefficient times the area; s and τ relax in the volume too."""
    row.magnetise({"F1": sign, "F2": 1})
    x, y = (piecewise(row, field, {"F1": constant(1.0)}) for field in (first, second))
    expected = crossing(sign)[ALL.index(first), ALL.index(second)] * AREA
    magnet = row.config.material("Magnet")
    if first == second == S:
        expected += magnet.spin_relaxation * volume("row", "F1")
    if first == second == TAU:
        expected += magnet.spin_heat_relaxation(T0) / T0 * volume("row", "F1")
    # Gradients of a constant leave rounding behind.
    rounding = 1e-14 * np.prod([row.system.diagonal[ALL.index(f)].norm() ** 0.5 for f in (first, second)])
    assert product(row, x, y) == pytest.approx(expected, rel=1e-11, abs=rounding)


def test_symmetric_and_positive(row):
    vectors = Vectors(row)
    row.magnetise({"F1": 1, "F2": -1})
    x, y = vectors.noise(*ALL), vectors.noise(*ALL)
    scale = (product(row, x, x) * product(row, y, y)) ** 0.5
    assert product(row, x, y) == pytest.approx(product(row, y, x), abs=1e-13 * scale)
    constraint = row.scheme("through").constraint
    for z in (x, y, piecewise(row, TAU, {"F1": constant(1.0)}), piecewise(row, TAU, {"N": constant(1.0)})):
        constraint.project(z)
        assert product(row, z, z) > 0


def test_spin_heat_does_not_enter_insulators(row):
    """τ of the metal under the oxide, through a Kapitza surface: what crosses there is heat alone."""
    row.magnetise({"F1": 1, "F2": 1})
    flow = apply(row.system, piecewise(row, THETA, {"I": constant(1.0)}))
    assert flow.dot(piecewise(row, TAU, {"N": constant(1.0)})) == 0


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("model", ["joule", "conserving"])
def test_heat_of_unit_jumps(row, model, sign):
    """Half of ``Σ J_σ²/G_σ`` (`conserving`: ``Σ J_σ ΔV_σ``) on either side, ``Σ S_σ J_σ ϑ_σ`` from 1 to 2.

    For τ the ↑−↓ difference of either.
    """
    v, s, zeta = 3e-3, 4e-4, 2.5 if model == "joule" else 1.0
    (theta, tau), (far, tau_far) = here, there = (20.0, 1.5), (5.0, -0.7)
    signs = {"F1": sign, "F2": 1}
    interfaces = resistive_interfaces(row.spaces, row.device.resistive_interfaces, T0)
    row.coefficients.magnetise(signs)
    for interface in interfaces:
        interface.magnetise(signs)
    x = piecewise(row, V, {"F1": constant(v)}) + piecewise(row, S, {"F1": constant(s)})
    # Temperatures of N are those of everything beyond, so that nothing crosses there.
    x += piecewise(row, THETA, {"F1": constant(theta)} | dict.fromkeys(["N", "I"], constant(far)))
    x += piecewise(row, THETA, {"F2": constant(far)})
    x += piecewise(row, TAU, {"F1": constant(tau), "N": constant(tau_far)})
    x += piecewise(row, TAU, {"F2": constant(tau_far)})
    rhs = row.system.matrix.createVecLeft()
    HeatSource(row.spaces, row.coefficients, model, zeta, interfaces).add(rhs, x, x)

    g, seebeck = channels(sign)
    up_down = np.array([1.0, -1.0])
    jumps = v + up_down * s
    temperatures = np.array([side[0] + up_down * side[1] for side in (here, there)])
    currents = g * (jumps + seebeck * (temperatures[0] - temperatures[1]))
    if model == "joule":
        heat, gained, relaxed = zeta * currents**2 / g, np.zeros(2), 0.0
    else:
        heat, gained = currents * jumps, seebeck * currents * temperatures.mean(axis=0)
        # 4 g s² splits evenly between the channels.
        relaxed = row.config.material("Magnet").spin_relaxation * s**2 * volume("row", "F1")
    for region, out, more in (("F1", 1, relaxed), ("N", -1, 0.0)):
        deposited = (heat / 2 - out * gained) * AREA
        for field, expected in ((THETA, deposited.sum() + more), (TAU, deposited @ up_down)):
            found = rhs.dot(piecewise(row, field, {region: constant(1.0)})) * T0
            assert found == pytest.approx(expected, rel=1e-9, abs=0)
