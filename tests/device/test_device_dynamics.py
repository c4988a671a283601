"""Magnets that move under the torque of their own device."""

import csv
import json

import numpy as np
import pytest
import pyvista as pv
from support import COMPARES_RANKS, prepare_problem

from thermospin.compat import MPI
from thermospin.constants import TORQUE_PER_SPIN_CURRENT
from thermospin.errors import ConvergenceError, InputError
from thermospin.micromagnetics.body import unit
from thermospin.micromagnetics.midpoint import Midpoint
from thermospin.output import SilentProgress
from thermospin.output.trajectory import Trajectory
from thermospin.runs.dynamics import Motion, run_dynamics
from thermospin.runtime.failures import on_root
from thermospin.textures.ovf import read_ovf
from thermospin.validation import load_config

FREE = {
    "saturation_magnetisation": "800 kA/m",
    "exchange_stiffness": "13 pJ/m",
    "damping": 0.02,
    "demagnetisation": "prism",
}
STACK = {
    "geometry": {
        "template": "layer_stack",
        "width": "8 nm",
        "layers": [
            {"name": "Fixed", "material": "Py", "thickness": "8 nm", "elements": 2},
            {"name": "Spacer", "material": "Cu", "thickness": "6 nm", "elements": 1},
            {"name": "Free", "material": "Soft", "thickness": "4 nm", "elements": 2},
        ],
    },
    "materials": {"Soft": {"base": "Py", "dephasing_length": "1 nm", "precession_length": "2 nm"}},
    "interfaces": [
        {"between": ["Py", "Cu"], "area_resistance": "1e-15 ohm m^2", "mixing_conductance": "5e14 S/m^2"},
    ],
    "magnetisation": {"Fixed": [1, 0, 0], "Free": [-1, 0.2, 0.3]},
    "configurations": {"start": {"Fixed": 1, "Free": 1}},
    "schemes": {"through": {"bottom": "ground", "top": "current"}},
    "probes": {"valve": ["top", "bottom"]},
    "solver": {"degree": 1, "orders": 1, "spin": "vector", "estimate": False},
    "dynamics": {
        "duration": "1 ps",
        "longest_step": "0.25 ps",
        "points": 2,
        "pictures": 1,
        "magnets": {"Free": FREE},
        "torque": {"scheme": "through", "amplitude": "20 uA"},
    },
}


def resistive(law):
    """The stack with an interface of the free layer too."""
    between = {"between": ["Soft", "Cu"], "area_resistance": "1e-15 ohm m^2", "mixing_conductance": law}
    return STACK | {"interfaces": [*STACK["interfaces"], between]}


@pytest.mark.parametrize("config", [STACK, resistive("6e14 S/m^2")], ids=["transparent", "resistive"])
def test_angular_momentum_balances(config, comm):
    """The torque on the nodes is that of the device's balance, and turns the moment: ``T = Δ(M_s V m)/γΔt``.

    Without damping, exchange acts within the magnet only, so nothing else turns its moment.
    """
    problem = prepare_problem(config, comm)
    free = FREE | {"damping": 0.0, "demagnetisation": "none"}
    moving = load_config(config | {"dynamics": config["dynamics"] | {"magnets": {"Free": free}}})
    motion = Motion(moving, problem.spaces.device, SilentProgress())
    magnet, m = motion.magnet, motion.m
    m = unit(m + 0.1 * np.sin(3e8 * magnet.body.points.T))
    torque = motion.torque.torque(m)
    motion.torque.update(0.0, m)
    total = [magnet.body.sum(part) for part in torque]
    texture = motion.torque._interpolation.texture(m)
    problem.magnetise({"Fixed": problem.states["start"]["Fixed"], "Free": texture})
    whole = problem.torques().of(problem.scheme("through").at(20e-6))["Free"]
    volumes = sum(magnet.body.volumes.values())
    density = motion.torque.fields()["torque"]
    assert total == pytest.approx([magnet.body.sum(part * volumes) for part in density])
    assert total == pytest.approx(whole, rel=1e-6, abs=1e-9 * np.linalg.norm(whole))
    step = 1e-15
    found = Midpoint(magnet).step(m, step, lambda u: motion.torque(0.0, u)).m
    turned = [magnet.body.sum(magnet.moments * part) for part in found - m]
    across = torque - m * np.einsum("in,in->n", m, torque)
    expected = [magnet.body.sum(part) for part in across]
    assert np.array(turned) / (magnet.rate * step) == pytest.approx(
        expected, rel=1e-3, abs=1e-3 * np.linalg.norm(expected)
    )
    motion.free()
    problem.free()


def test_points_are_in_their_own_tetrahedra(comm):
    """The magnetisation at a point of the device is that of the nodes of the tetrahedron around it."""
    problem = prepare_problem(STACK, comm)
    motion = Motion(load_config(STACK), problem.spaces.device, SilentProgress())
    geometry = motion.magnet.body.mesh.geometry
    corners = geometry.x[geometry.dofmaps[0]]
    points = np.einsum("ckx,k->cx", corners, [0.1, 0.2, 0.3, 0.4])
    assert np.array_equal(motion.torque._interpolation._nearest(points), np.arange(len(points)))
    motion.free()
    problem.free()


def test_torques_of_turning_magnets_are_exact(comm):
    """Six digits of the torque, with starts from earlier solutions and an old preconditioner, too."""
    problem = prepare_problem(STACK, comm)
    motion = Motion(load_config(STACK), problem.spaces.device, SilentProgress())
    scheme, torques = problem.scheme("through"), problem.torques()
    state = problem.states["start"]
    for i in range(5):
        m = unit(motion.m + 0.03 * i * np.sin(3e8 * motion.magnet.body.points.T))
        motion.torque.update(i * 1e-13, m)
        problem.magnetise(state | {"Free": motion.torque._interpolation.texture(m)})
        solution = scheme.at(20e-6)
        exact = np.array(torques.of(solution)["Free"])
        found = [motion.magnet.body.sum(part) for part in motion.torque._last]
        assert found == pytest.approx(exact, rel=0, abs=1e-6 * np.linalg.norm(exact))
        assert motion.torque.readings["valve"] == pytest.approx(solution.reading(("top", "bottom")), rel=1e-6)
    motion.free()
    problem.free()


COOLED = {
    "top": {"region": "Free", "face": "zmax", "sink": True},
    "bottom": {"region": "Fixed", "face": "zmin", "sink": True},
}


def test_energy_balances_with_work_and_heat(shared_directory, comm):
    """``ΔE = work of torque and field − heat of damping``; the field rises, the torque is extrapolated."""
    changes = ["dynamics.field=[0 T, 1 mT, 2 mT]", "dynamics.field_course={ramp: [0.2 ps, 0.8 ps]}"]
    changes += ["dynamics.torque={scheme: through, every: 2, amplitude: 2 mA}", "dynamics.pictures=0"]
    changes += ["dynamics.magnets.Free.damping=0.1"]
    found = run_dynamics(load_config(STACK, changes), comm, shared_directory, SilentProgress())
    change, heat, work = (found[name] - found[name][0] for name in ("energy", "damping_heat", "work"))
    assert change == pytest.approx(work - heat, abs=1e-6 * heat.max())
    assert heat.max() > 0.1 * abs(change).max() and abs(work).max() > 0.1 * abs(change).max()


@pytest.mark.slow
def test_the_error_of_extrapolated_torques_is_told(shared_directory, comm):
    """Torques solved for at every fourth step: the difference that it makes is below its estimate."""
    changes = ["dynamics.duration=4 ps", "dynamics.torque.amplitude=2 mA", "dynamics.pictures=0"]
    ends, drifts = [], []
    for every in (1, 4):
        config = load_config(STACK, [*changes, f"dynamics.torque.every={every}"])
        found = run_dynamics(config, comm, shared_directory / str(every), SilentProgress())
        ends.append(np.array([found[name][-1] for name in ("mx", "my", "mz")]))
        drifts.append(found["torque_drift"][-1])
    difference = np.linalg.norm(ends[1] - ends[0])
    assert drifts[1] / 50 < difference < sum(drifts)


def test_damping_heats_the_device(comm):
    """Without a drive, the heat that leaves the device through its sinks is the energy that magnets lose."""
    problem = prepare_problem(STACK | {"terminals": COOLED}, comm)
    moving = load_config(STACK | {"terminals": COOLED}, ["dynamics.torque.amplitude=0 A"])
    motion = Motion(moving, problem.spaces.device, SilentProgress())
    energy, heats, update = motion.magnet.energy(motion.m), [], motion.torque.update

    def watched(time, m):
        update(time, m)
        heats.append((time, sum(motion.torque.solution.heat.values())))

    motion.torque.update = watched
    motion.begin()
    assert list(motion.steps(1e-12))[-1].time == pytest.approx(1e-12)
    times, powers = np.array(heats).T
    lost = energy - motion.magnet.energy(motion.m)
    assert np.sum(powers[1:] * np.diff(times)) == pytest.approx(lost, rel=1e-6)
    assert np.all(motion.torque.fields()["T"] > problem.device.temperature)
    motion.free()
    problem.free()


def test_a_run_goes_on_where_it_was_killed(shared_directory, comm, monkeypatch):
    """The rows of a run that was ended after its first row and resumed are those of a whole run."""
    config = load_config(STACK)
    whole = run_dynamics(config, comm, shared_directory / "whole", SilentProgress())
    add, count = Trajectory.add, []

    def killed(self, *given, **named):
        add(self, *given, **named)
        count.append(1)
        if len(count) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(Trajectory, "add", killed)
    with pytest.raises(KeyboardInterrupt):
        run_dynamics(config, comm, shared_directory / "killed", SilentProgress())
    monkeypatch.setattr(Trajectory, "add", add)
    resumed = run_dynamics(config, comm, shared_directory / "killed", SilentProgress(), resume=True)
    assert whole["time"] == pytest.approx([0, 0.5e-12, 1e-12], rel=1e-12)
    for name, values in whole.items():
        size = abs(values).max()
        assert resumed[name] == pytest.approx(values, rel=1e-9, abs=1e-9 * size), name
    if comm.rank == 0:
        with (shared_directory / "killed" / "dynamics.csv").open() as file:
            assert [float(row["time"]) for row in csv.DictReader(file)] == pytest.approx(whole["time"])


@COMPARES_RANKS
def test_the_motion_is_that_of_one_process(shared_directory, comm):
    config = load_config(STACK, ["dynamics.duration=0.25 ps", "dynamics.points=1"])
    found = run_dynamics(config, comm, shared_directory / "all", SilentProgress())
    if comm.rank == 0:
        alone = run_dynamics(config, MPI.COMM_SELF, shared_directory / "one", SilentProgress())
        for name, values in alone.items():
            assert found[name] == pytest.approx(values, rel=1e-7, abs=1e-7 * abs(values).max()), name


def test_anisotropy_of_an_interface(comm):
    """``−K m_z²`` per area of the surface beside the spacer, and of no other."""
    magnet = FREE | {"interfaces": [{"beside": "Spacer", "constant": "2 mJ/m^2"}]}
    still = {"duration": "1 ps", "magnets": {"Free": magnet}}
    problem = prepare_problem(STACK, comm)
    motion = Motion(load_config(STACK | {"dynamics": still}), problem.spaces.device, SilentProgress())
    energy = -2e-3 * 64e-18 * 0.09 / 1.13
    assert motion.row()["energy_interface_anisotropy"] == pytest.approx(energy, rel=1e-9)
    apart = FREE | {"interfaces": [{"beside": "Fixed", "constant": "2 mJ/m^2"}]}
    config = load_config(STACK | {"dynamics": still | {"magnets": {"Free": apart}}})
    with pytest.raises(InputError, match="does not touch Free; name a region that does"):
        Motion(config, problem.spaces.device, SilentProgress())
    problem.free()


def test_fields_go_with_the_pictures(shared_directory, comm):
    """T, J and torque density beside m, in VTU and OVF; the torque is less than all spins of the current."""
    warm = {
        "top": {"region": "Free", "face": "zmax", "sink": "310 K"},
        "bottom": {"region": "Fixed", "face": "zmin", "sink": True},
    }
    changes = ["dynamics.duration=0.25 ps", "dynamics.points=1", "dynamics.ovf_cell=2 nm"]
    config = load_config(STACK | {"terminals": warm}, changes)
    run_dynamics(config, comm, shared_directory, SilentProgress())
    comm.barrier()
    pictures = shared_directory / "dynamics"
    names = ("m", "T", "J", "torque")
    assert {f"{name}_0001.ovf" for name in names} <= {path.name for path in pictures.iterdir()}
    current = read_ovf(pictures / "J_0001.ovf")
    assert current.unit == "A/m^2"
    along = current.vectors[..., 2]
    assert along[along != 0] == pytest.approx(-20e-6 / 80e-18, rel=1e-4)
    grid = pv.read(pictures / "m_0001.vtu")
    assert set(names) <= set(grid.point_data)
    assert np.all((grid["T"] > 300) & (grid["T"] < 311))
    torque = grid.integrate_data()["torque"][0]
    assert 1e-3 < np.linalg.norm(torque) / abs(20e-6 * TORQUE_PER_SPIN_CURRENT) < 1


def test_results_until_a_step_cannot_converge_are_kept(shared_directory, comm):
    """A pulse of 1000 A cannot be solved: one line says when, and table, picture and counts are there."""
    torque = "dynamics.torque={scheme: through, amplitude: 1000 A, course: {pulse: [0.5 ps, 1 ps]}}"
    with pytest.raises(ConvergenceError, match=r"at 1000 A.*; results until 5e-13 s are in") as failure:
        run_dynamics(load_config(STACK, [torque]), comm, shared_directory, SilentProgress())
    assert "\n" not in str(failure.value)
    comm.barrier()
    with (shared_directory / "dynamics.csv").open() as file:
        assert [float(row["time"]) for row in csv.DictReader(file)] == [0.0]
    assert json.loads((shared_directory / "dynamics.json").read_text())["steps"] == 2
    assert (shared_directory / "dynamics.png").stat().st_size > 10_000


def test_nothing_to_go_on_from_is_told(shared_directory, comm):
    with pytest.raises(InputError, match="run without --resume"):
        run_dynamics(load_config(STACK), comm, shared_directory, SilentProgress(), resume=True)


def test_a_run_begins_without_the_files_of_another(shared_directory, comm, monkeypatch):
    """Ended before its first step and resumed, it goes on from its own state, not from an earlier one."""
    still = {name: value for name, value in STACK["dynamics"].items() if name != "torque"}
    config = STACK | {"dynamics": still | {"duration": "0.25 ps", "points": 1}}
    run_dynamics(load_config(config), comm, shared_directory, SilentProgress())
    pictures = shared_directory / "dynamics"
    assert {path.name for path in pictures.iterdir()} == {"m_0000.vtu", "m_0001.vtu", "m.pvd"}
    assert (shared_directory / "dynamics.png").stat().st_size > 10_000

    def killed(*_):
        raise KeyboardInterrupt

    later = load_config(config, ["dynamics.pictures=0", "dynamics.field=[0 T, 1 T, 0 T]"])
    comm.barrier()
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(Motion, "follow", killed)
        run_dynamics(later, comm, shared_directory, SilentProgress())
    assert not list(pictures.glob("m*"))
    with pytest.raises(InputError, match="another configuration"):
        run_dynamics(load_config(config), comm, shared_directory, SilentProgress(), resume=True)
    found = run_dynamics(later, comm, shared_directory, SilentProgress(), resume=True)
    assert found["time"] == pytest.approx([0, 0.25e-12], rel=1e-12)
    assert not found["picture"].any() and not list(pictures.glob("m*"))
    on_root(comm, lambda: (shared_directory / "restart.npz").write_bytes(b""))
    with pytest.raises(InputError, match="run without --resume"):
        run_dynamics(later, comm, shared_directory, SilentProgress(), resume=True)
