"""Circuits: conservation, symmetry and reciprocity on arbitrary graphs, and the law of an element."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from thermospin.networks import Network, load_circuit
from thermospin.networks.determined import check_fields
from thermospin.networks.network import TAU, THETA, TORQUE_PER_SPIN_CURRENT, S, V
from thermospin.networks.response import two_terminal_response

pytestmark = pytest.mark.serial

MAGNETIC = {
    "conductance": 3e15,
    "polarisation": 0.6,
    "seebeck": "-8 uV/K",
    "spin_seebeck": "5 uV/K",
    "mixing_conductance": 1.2e15,
    "mixing_conductance_imaginary": 0.4e15,
    "mixing_thermopower": 0.3,
}
NORMAL = {"conductance": 2e15, "seebeck": "2 uV/K"}


def graph(regime="non-interacting", **magnets):
    """Three magnets, one of them floating, and three normal nodes in a ring with two reservoirs."""
    directions = {"F1": [0, 0, 1], "F2": [1, 0.5, -0.3], "F3": [-0.2, 1, 0.1]} | magnets
    f1, f2, f3 = ({"magnetisation": list(map(float, directions[name]))} for name in ("F1", "F2", "F3"))
    return {
        "regime": regime,
        "nodes": {
            "F1": f1 | {"voltage": "1 mV", "temperature": "304 K"},
            "F2": f2 | {"current_density": "3e10 A/m^2", "temperature": "300 K"},
            "F3": f3 | {"spin_relaxation": 1e14, "spin_heat_relaxation": 1e9},
            "N1": {},
            "N2": {"spin_relaxation": 5e13},
            "N3": {},
            "N4": {"voltage": 0},
        },
        "elements": [
            {"between": ["F1", "N1"], **MAGNETIC},
            {"between": ["N2", "F2"], **MAGNETIC, "polarisation": -0.3},
            {"between": ["F3", "N3"], **MAGNETIC, "phonon_heat_conductance": 1e9},
            {"between": ["N2", "F3"], **MAGNETIC},
            {"between": ["N1", "N2"], **NORMAL},
            {"between": ["N2", "N3"], **NORMAL},
            {"between": ["N3", "N4"], **NORMAL},
        ],
    }


def network(circuit):
    return Network(load_circuit(circuit))


@pytest.mark.parametrize("regime", ["thermalised", "non-interacting"])
def test_charge_spin_and_heat_are_conserved_at_every_floating_node(regime):
    circuit = network(graph(regime))
    check_fields(circuit)
    state = circuit.solve()
    assert state.balance < 1e-12
    heat = state.entering[:, THETA]
    assert abs(heat.sum()) < 1e-12 * abs(heat).sum()
    assert state.current("F2") == pytest.approx(3e10, rel=1e-12)
    for name in ("N1", "N2", "N3", "F3"):
        entering = state.entering[circuit.nodes.index(name)]
        assert abs(entering[V]) < 1e-11 * abs(state.current("F1"))
        assert abs(entering[THETA]) < 1e-11 * abs(heat).max()


def test_angular_momentum_balance():
    """The spin that the reservoirs give relaxes, or the magnets absorb it."""
    circuit = network(graph())
    state = circuit.solve()
    given = state.entering[:, S].sum(axis=0)
    relaxed = 1e14 * state.of("F3")[S] + 5e13 * state.of("N2")[S]
    absorbed = sum(state.absorbed.values())
    np.testing.assert_allclose(given, relaxed + absorbed, atol=1e-12 * np.linalg.norm(absorbed))
    assert np.linalg.norm(absorbed) > 0


def test_torque_is_the_absorbed_spin_current_with_the_charge_of_electrons():
    state = network(graph()).solve()
    for name, torque in state.torques.items():
        np.testing.assert_allclose(torque, TORQUE_PER_SPIN_CURRENT * state.absorbed[name])
    assert pytest.approx(-3.29106e-16, rel=1e-5, abs=0) == TORQUE_PER_SPIN_CURRENT


def test_a_rotation_of_all_magnets_rotates_spins_and_torques():
    turn = Rotation.from_rotvec([0.3, -1.1, 0.7])
    before = network(graph()).solve()
    turned = {name: turn.apply(m) for name, m in network(graph()).config.magnets.items()}
    after = network(graph(**turned)).solve()
    scalars = [V, THETA]
    np.testing.assert_allclose(after.fields[:, scalars], before.fields[:, scalars], rtol=1e-11, atol=1e-16)
    for part in (S, TAU):
        expected = turn.apply(before.fields[:, part])
        np.testing.assert_allclose(after.fields[:, part], expected, atol=1e-12 * abs(expected).max())
    for name, torque in before.torques.items():
        np.testing.assert_allclose(
            after.torques[name], turn.apply(torque), atol=1e-12 * np.linalg.norm(torque)
        )


def test_order_of_the_nodes_of_an_element_changes_the_sign_of_its_flux_only():
    one, other = graph(), graph()
    for element in other["elements"]:
        element["between"] = element["between"][::-1]
    first, second = network(one).solve(), network(other).solve()
    np.testing.assert_allclose(first.fields, second.fields, rtol=1e-10, atol=1e-16)
    for ours, theirs in zip(first.crossing.values(), second.crossing.values(), strict=True):
        np.testing.assert_allclose(ours, np.negative(theirs), rtol=1e-9)


@pytest.mark.parametrize("regime", ["thermalised", "non-interacting"])
def test_onsager_reciprocity(regime):
    """Peltier is T0 times Seebeck with all magnets reversed."""
    circuit = network(graph(regime))
    reversed_magnets = {name: -m for name, m in circuit.config.magnets.items()}
    found = two_terminal_response(circuit, ("F1", "N4"))
    other = two_terminal_response(circuit, ("F1", "N4"), reversed_magnets)
    assert found.peltier == pytest.approx(300 * other.seebeck, rel=1e-10, abs=0)


def pauli_flux(m, channels, mixing, ferromagnet, normal):
    """Charge and spin current out of the normal side, as the matrix expression of Hatami et al. 2007, Eq. 1.

    Args:
        m: Direction of the ferromagnet.
        channels: G↑ and G↓.
        mixing: G↑↓.
        ferromagnet: V and s on its side.
        normal: V and s on the other.
    """
    sigma = np.array([[[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])
    along = np.einsum("i,ijk", m, sigma)
    up, down = (np.eye(2) + along) / 2, (np.eye(2) - along) / 2
    f_f, f_n = (u[0] * np.eye(2) + np.einsum("i,ijk", u[1:], sigma) for u in (ferromagnet, normal))
    flux = sum(g * u @ (f_n - f_f) @ u for g, u in zip(channels, (up, down), strict=True))
    flux = flux + mixing * up @ f_n @ down + np.conj(mixing) * down @ f_n @ up
    return np.array([np.trace(flux), *(np.trace(s @ flux) for s in sigma)])


def test_law_of_an_element_in_spin_space():
    """The blocks of vectors against 2×2 matrices in spin space.

    The term ``2 Im G↑↓ m×s_⊥`` of solver/physics.md §4 has the sign of the conjugate of G↑↓ in
    Hatami et al. 2007, Eqs. 1 and 3.
    """
    circuit = network(graph())
    law, m = circuit.joints[0].law, np.array([0.48, -0.6, 0.64])
    fields = np.random.default_rng(1).normal(size=(2, 4))
    ferromagnet = np.array([fields[0, 0], *(fields[0, 1] * m)])
    own = law.longitudinal(m, 300.0)[:4, :4] @ (fields[1] - ferromagnet)
    own = own + law.transverse(m, 300.0)[:4, :4] @ fields[1]
    channels = (3e15 * 1.6 / 2, 3e15 * 0.4 / 2)
    matrices = pauli_flux(m, channels, 1.2e15 - 0.4e15j, ferromagnet, fields[1])
    np.testing.assert_allclose(matrices.imag, 0, atol=1e2)
    np.testing.assert_allclose(own, matrices.real, rtol=1e-12)


def test_bridge_of_normal_metals():
    """A Wheatstone bridge, in areas of its own, against its three mesh equations."""
    ohms = {"AB": 1.0, "AC": 2.0, "BC": 5.0, "BD": 4.0, "CD": 3.0}
    circuit = {
        "area": 1e-14,
        "nodes": {"A": {"voltage": 1}, "B": {}, "C": {}, "D": {"voltage": 0}},
        "elements": [
            {"between": list(pair), "conductance": 1e14 / r, "area": 1e-14} for pair, r in ohms.items()
        ],
    }
    state = network(circuit).solve()
    nodal = [[1 / 1 + 1 / 5 + 1 / 4, -1 / 5], [-1 / 5, 1 / 2 + 1 / 5 + 1 / 3]]
    b, c = np.linalg.solve(nodal, [1.0, 0.5])
    assert (state.of("B")[V], state.of("C")[V]) == pytest.approx((b, c), rel=1e-12)
    assert state.current("A") == pytest.approx((1 - b) / 1 + (1 - c) / 2, rel=1e-12)


def test_spin_relaxation_of_a_floating_node():
    """F|N with N grounded: s = G P V/(G + g), channel by channel, where N's own g is the relaxation."""
    element = {"conductance": 1e15, "polarisation": 0.5}
    nodes = {
        "F": {"magnetisation": [0, 0, 1], "voltage": "1 mV"},
        "N": {"spin_relaxation": 2e15},
        "G": {"voltage": 0},
    }
    elements = [{"between": ["F", "N"], **element}, {"between": ["N", "G"], "conductance": 4e15}]
    v, _, _, s = network({"nodes": nodes, "elements": elements}).solve().of("N")[:4]
    up, down = 0.75e15, 0.25e15
    # Unknowns V↑ and V↓ of N; half of the conductance to G per channel, and g between the channels.
    flip = 2e15 / 4
    rows = [[up + 2e15 + flip, -flip], [-flip, down + 2e15 + flip]]
    expected = np.linalg.solve(rows, [up * 1e-3, down * 1e-3])
    assert (v + s, v - s) == pytest.approx(tuple(expected), rel=1e-12)


def test_lattice_takes_heat():
    nodes = {"A": {"voltage": 0, "temperature": "301 K"}, "B": {"lattice_conductance": 1e9}}
    element = {"between": ["A", "B"], "conductance": 1e15, "electronic_heat_conductance": 1e9}
    state = network({"nodes": nodes, "elements": [element]}).solve()
    assert state.of("B")[THETA] == pytest.approx(0.5, rel=1e-12)
    assert state.heat("A") == pytest.approx(0.5e9, rel=1e-12)


def test_adiabatic_reservoir_floats_in_temperature():
    nodes = {
        "A": {"voltage": "1 mV", "adiabatic": True},
        "N": {},
        "B": {"voltage": 0, "temperature": "300 K"},
    }
    elements = [{"between": pair, **NORMAL} for pair in (["A", "N"], ["N", "B"])]
    state = network({"nodes": nodes, "elements": elements}).solve()
    assert abs(state.heat("A")) < 1e-9 * abs(state.entering[:, THETA]).max() + 1e-3
    assert state.of("A")[THETA] != 0


def test_area_scales_currents_and_torques_only():
    without = network(graph()).solve()
    small = graph() | {"area": "100 nm^2"}
    state = network(small).solve()
    np.testing.assert_allclose(state.fields, without.fields, rtol=1e-9, atol=1e-16)
    np.testing.assert_allclose(state.current("F1"), 1e-16 * without.current("F1"), rtol=1e-9)
    for name, torque in state.torques.items():
        np.testing.assert_allclose(torque, 1e-16 * without.torques[name], rtol=1e-9, atol=1e-45)
