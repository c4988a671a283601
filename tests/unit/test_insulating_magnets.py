"""Interfaces of a metal with an insulating magnet: what crosses, and what is refused (§11)."""

import numpy as np
import pytest
from support import prepare_problem
from yig import FILM, LENGTH, NM, SIGMA, film

from thermospin.constants import LORENZ_NUMBER, TORQUE_PER_SPIN_CURRENT
from thermospin.discretisation.system import CoupledSystem
from thermospin.errors import InputError
from thermospin.fields import State
from thermospin.validation import load_config

LAW = {
    "mixing_conductance": 3e14,
    "mixing_conductance_imaginary": 5e13,
    "spin_conductance": 2e13,
    "interface_spin_seebeck": "2 uV/K",
    "phonon_heat_conductance": 2e8,
}
AREA, T0 = FILM[0] * FILM[1] * NM**2, 300.0
M = np.array([1, 2, 2]) / 3


def constants(problem, spins, metal, magnet, tau=(0, 0, 0)):
    """Constant fields: spins, V, temperatures in the metal and in the magnet, and, if there is one, τ, K."""
    functions, found = problem.spaces.functions(), problem.system.matrix.createVecRight()
    state = State(*functions)
    for component, value in zip(state.s if state.is_vector else [state.s], spins, strict=True):
        component.x.array[:] = value
    for component, value in zip(state.tau if len(state) == 8 else (), tau, strict=False):
        component.x.array[:] = value
    space = problem.spaces.space(False)
    state.theta.x.array[space.dofmap.list[problem.spaces.device.cells(["YIG"])].ravel()] = magnet
    state.theta.x.array[space.dofmap.list[problem.spaces.device.cells(["N"])].ravel()] = metal
    with found as array:
        for field, function in zip(problem.spaces.fields, functions, strict=True):
            part = problem.spaces.ranges[field]
            array[part] = function.x.array[: part.stop - part.start]
    return found


RATIO = 1.3
"""λ over λ_Q."""


@pytest.mark.parametrize(
    ("sides", "spin_heat"), [(("N", "YIG"), False), (("YIG", "N"), False), (("N", "YIG"), True)]
)
def test_currents_across(sides, spin_heat, comm):
    """``∫ w·A u`` of constant fields is the power of the currents, whichever side comes first.

    Spins have temperatures in the metal alone: none of their heat crosses.
    """
    config = film(LAW, M.tolist(), metal={"spin_heat_ratio": RATIO} if spin_heat else None)
    config["interfaces"] = [{"between": list(sides), **LAW}]
    config["solver"] |= {"spin_heat": spin_heat}
    problem = prepare_problem(config, comm)
    problem.magnetise(problem.states["P"])
    s, w = np.array([0.3, -0.2, 0.5]), np.array([-0.4, 0.7, 0.1])
    (metal, magnet), (warm, cold) = (3.0, 1.0), (0.5, -2.0)
    tau, w_tau = np.array([0.7, -0.4, 0.2]), np.array([0.1, 0.9, -0.3])
    found = constants(problem, w, warm, cold, w_tau).dot(
        problem.system.matrix * constants(problem, s, metal, magnet, tau)
    )
    across = s - M * (M @ s)
    current = 2 * 3e14 * across + 2 * 5e13 * np.cross(M, s)
    current += M * (2 * 2e13 * (M @ s) + 2 * 2e13 * 2e-6 * (metal - magnet))
    heat = 2e8 / T0 * (metal - magnet) + 2 * 2e13 * 2e-6 * (M @ s)
    relaxation = SIGMA / LENGTH**2 * FILM[2] * NM * (w @ s)
    if spin_heat:
        relaxation += LORENZ_NUMBER * SIGMA * (RATIO / LENGTH) ** 2 * FILM[2] * NM * (w_tau @ tau)
    assert found / AREA == pytest.approx(w @ current + (warm - cold) * heat + relaxation, rel=1e-12)
    problem.free()


def test_torque_is_what_the_magnet_takes_across(comm):
    config = film(LAW, M.tolist())
    problem = prepare_problem(config, comm)
    problem.magnetise(problem.states["P"])
    s = np.array([0.3, -0.2, 0.5])
    vector = constants(problem, s, 3.0, 1.0)
    found = problem.torques().of(type("Found", (), {"vector": vector}))["YIG"]
    across = 2 * 3e14 * (s - M * (M @ s)) + 2 * 5e13 * np.cross(M, s)
    assert found == pytest.approx(TORQUE_PER_SPIN_CURRENT * AREA * across, rel=1e-12)
    problem.free()


@pytest.mark.parametrize("reversed_magnet", ["N", "YIG"])
def test_reversing_one_magnet(reversed_magnet, comm, monkeypatch):
    """A metal that is magnetic too: blocks of other signs are those of an assembly of everything."""
    law = {key: LAW[key] for key in ("spin_conductance", "interface_spin_seebeck", "phonon_heat_conductance")}
    metal = {"polarisation": 0.3, "seebeck": "-20 uV/K", "spin_seebeck": "-4 uV/K"}
    states = {"P": {}, "AP": {reversed_magnet: -1}}
    problem = prepare_problem(film(law, spin="collinear", metal=metal, configurations=states), comm)
    fields, found = problem.system.matrix.createVecRight(), []
    with fields as array:
        array[:] = np.sin(np.arange(len(array)))
    for _ in range(2):
        for state in ("P", "AP"):
            problem.magnetise(problem.states[state])
        found.append(problem.system.matrix * fields)
        monkeypatch.setattr(CoupledSystem, "signs", lambda system, signs: None)
    assert (found[0] - found[1]).norm() <= 1e-12 * found[1].norm()
    problem.magnetise(problem.states["P"])
    assert (problem.system.matrix * fields - found[1]).norm() > 1e-9 * found[1].norm()
    problem.free()


MISTAKES = {
    "no value": ({"phonon_heat_conductance": 1e8}, "materials.YIG.magnetic", "spin_conductance"),
    "S_i alone": (
        {"interface_spin_seebeck": "1 uV/K"},
        "interfaces[0].interface_spin_seebeck",
        "needs a spin_conductance",
    ),
    "no heat": ({"spin_conductance": 1e14}, "interfaces[0].phonon_heat_conductance", "kapitza_resistance"),
    "not definite": (
        {"spin_conductance": 1e14, "interface_spin_seebeck": "100 uV/K", "phonon_heat_conductance": 1e7},
        "interfaces[0].interface_spin_seebeck",
        "must exceed",
    ),
    "charge": (
        {"spin_conductance": 1e14, "conductance": 1e14},
        "interfaces[0].spin_conductance",
        "no current crosses",
    ),
}


@pytest.mark.parametrize(("law", "key", "says"), MISTAKES.values(), ids=MISTAKES)
def test_mistakes(law, key, says):
    with pytest.raises(InputError) as caught:
        load_config(film(law))
    assert caught.value.key == key
    assert says in caught.value.message


@pytest.mark.parametrize(
    "metal", [{"spin_hall_angle": 0.1}, {"base": "Pt_spin_hall"}], ids=["given", "published"]
)
def test_spin_hall_metal_needs_vector_spin(metal):
    """Said first, also of an angle of the library, and where a direction in space needs vector spin too."""
    law = {"spin_conductance": 1e13, "phonon_heat_conductance": 1e8}
    config = film(law, spin="collinear", metal=metal) | {"magnetisation": {"YIG": "y"}}
    with pytest.raises(InputError, match="needs 'solver.spin: vector'") as caught:
        load_config(config)
    assert caught.value.key == "materials.N.spin_hall_angle"
