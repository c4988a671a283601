"""Spins in bars of finite elements, against closed forms (solver/physics.md §8)."""

from collections.abc import Iterator

import closed_forms
import interface_forms
import numpy as np
import test_contact_spin
import test_spin_bars
import test_spin_heat_bars
import test_vector_elements
from bars import NM, Bar, Layer, Profile, driven
from comparison import Comparison, Curve, with_line

from thermospin.compat import MPI
from thermospin.fields import TAU, S

COMM = MPI.COMM_SELF
PY, CU = test_spin_bars.PY, test_spin_bars.CU
MAGNET, DENSE, STEEP = test_spin_bars.MAGNET, test_spin_bars.DENSE, test_spin_bars.STEEP


def decaying(profile: Profile, at_interface: float, lengths: tuple[float, float], unit: float) -> Curve:
    """The part of a profile near F|N at x = MAGNET, against exponentials on both sides."""
    near = (profile.x > MAGNET - 8 * lengths[0]) & (profile.x < MAGNET + 2 * lengths[1])
    x = profile.x[near] - MAGNET
    expected = at_interface * np.exp(np.where(x < 0, x / lengths[0], -x / lengths[1]))
    return Curve("P", x / NM, expected / unit, profile.values[near] / unit)


def thermal_injection() -> Iterator[Curve]:
    """Spin accumulation behind a heated magnet, item 1."""
    layers = test_spin_bars.junction
    problem = Bar(layers, sinks=(0.0, test_spin_bars.warmed(layers))).problem(COMM)
    found = Profile.of(problem, dict(driven(problem, 0.0))["P"], S)
    expected = closed_forms.thermal_spin_injection(PY, CU, STEEP) / 2
    yield decaying(found, expected, (PY.spin_diffusion_length, CU.spin_diffusion_length), 0.5e-6)


def electrical_injection() -> Iterator[Curve]:
    """Spin accumulation behind a magnet that carries a current, item 2."""
    bar = Bar(test_spin_bars.junction)
    problem = bar.problem(COMM)
    found = Profile.of(problem, dict(driven(problem, DENSE * bar.area))["P"], S)
    expected = closed_forms.electrical_spin_injection(PY, CU) * DENSE / 2
    yield decaying(found, expected, (PY.spin_diffusion_length, CU.spin_diffusion_length), 0.5e-6)


def magnetoresistance() -> Iterator[Curve]:
    """Resistance of a spin valve, AP − P, without and with contact resistance, item 3."""
    nm = np.array([15.0, 50.0, 100.0, 250.0, 500.0])
    r_b, gamma = test_contact_spin.R_B, test_contact_spin.GAMMA
    law = test_contact_spin.contact()
    contacts = {"F1|N": law, "N|F2": law}
    for name, interfaces in {"transparent": {}, "with contacts": contacts}.items():
        found = [test_contact_spin.difference(COMM, d * NM, interfaces) for d in nm]
        resistance = r_b if interfaces else 0.0

        def form(d: float, resistance: float = resistance) -> float:
            return interface_forms.magnetoresistance(PY, CU, d * NM, resistance, gamma) / 1e-15

        yield with_line(name, nm, np.array(found) / 1e-15, form)


def thermal_valve() -> Iterator[Curve]:
    """Voltage of a heated spin valve, AP − P, item 4."""
    nm, found = np.array([15.0, 60.0, 150.0, 300.0]), []
    for d in nm:
        layers = test_spin_bars.valve(d * NM)
        bar = Bar(layers, sinks=(0.0, test_spin_bars.warmed(layers)))
        fields = driven(bar.problem(COMM), 0.0)
        voltage = {name: solution.reading(("left", "right")) for name, solution in fields}
        found.append((voltage["AP"] - voltage["P"]) / 1e-9)
    yield with_line(
        "AP − P", nm, np.array(found), lambda d: closed_forms.thermal_spin_valve(PY, CU, d * NM, STEEP) / 1e-9
    )


def spin_heat_injection() -> Iterator[Curve]:
    """Temperatures of the spins behind a heated magnet, item 7."""
    length, electrons = test_spin_heat_bars.MAGNET, test_spin_heat_bars.HEAT_FLOWS["phonons"]
    layers = Layer("F", "Magnet", length), Layer("N", "Metal", test_spin_heat_bars.METAL)
    bar, problem, metals = test_spin_heat_bars.heated(layers, electrons, COMM)
    fields = dict(driven(problem, 0.0))["P"]
    tau = Profile.of(problem, fields, TAU)
    start = closed_forms.spin_heat_injection(*metals, fields.heat["right"] / bar.area)
    x = tau.x - length
    near = (x > -60 * NM) & (x < 200 * NM)
    lengths = [metal.decay_length for metal in metals]
    expected = start * np.exp(np.where(x < 0, x / lengths[0], -x / lengths[1]))
    yield Curve("P", x[near] / NM, 2e3 * expected[near], 2e3 * tau.values[near])


def spin_heat_valve() -> Iterator[Curve]:
    """Thermal resistance of a spin valve, AP − P, item 7."""
    nm, length = np.array([15.0, 40.0, 100.0]), test_spin_heat_bars.MAGNET
    for name, electrons in test_spin_heat_bars.HEAT_FLOWS.items():
        found = []
        for d in nm:
            layers = Layer("F1", "Magnet", length), Layer("N", "Metal", d * NM), Layer("F2", "Magnet", length)
            bar, problem, metals = test_spin_heat_bars.heated(layers, electrons, COMM)
            heat = {key: fields.heat["right"] / bar.area for key, fields in driven(problem, 0.0)}
            rise = test_spin_heat_bars.RISE
            found.append((rise / heat["AP"] - rise / heat["P"]) / 1e-12)

        def form(d: float, metals: list = metals) -> float:
            return closed_forms.spin_heat_valve(*metals, d * NM) / 1e-12

        yield with_line(name, nm, np.array(found), form)


def hanle() -> Iterator[Curve]:
    """Spins that turn about a field while they diffuse, and relax."""
    x, s, expected = test_vector_elements.hanle_bar(4.0, COMM)
    for name, known, found in (("along x", expected.real, s[:, 0]), ("along y", expected.imag, s[:, 1])):
        yield Curve(name, x / NM, 2e6 * known, 2e6 * found)


SPIN_CASES = (
    Comparison(
        "thermal_injection",
        "Thermal spin injection",
        "physics.md §8.1; Slachter et al. 2010",
        "tests/analytic/test_spin_bars.py -k test_thermal_spin_injection",
        ("distance x from F|N (nm)", r"spin accumulation $\mu_s$ (µeV)"),
        thermal_injection,
    ),
    Comparison(
        "electrical_injection",
        "Electrical spin injection",
        "physics.md §8.2; Valet and Fert 1993",
        "tests/analytic/test_spin_bars.py -k test_electrical_spin_injection",
        ("distance x from F|N (nm)", r"spin accumulation $\mu_s$ at 10¹¹ A/m² (µeV)"),
        electrical_injection,
    ),
    Comparison(
        "magnetoresistance",
        "Spin valve with and without contact resistance",
        "physics.md §8.3; Valet and Fert 1993",
        "tests/analytic/test_contact_spin.py -k test_magnetoresistance",
        ("distance of the magnets (nm)", "area resistance $AR$, AP − P (fΩ m²)"),
        magnetoresistance,
        ("log", "log"),
    ),
    Comparison(
        "thermal_valve",
        "Thermal spin valve",
        "physics.md §8.4",
        "tests/analytic/test_spin_bars.py -k test_thermal_spin_valve",
        ("distance of the magnets (nm)", "thermovoltage $V$, AP − P (nV)"),
        thermal_valve,
    ),
    Comparison(
        "spin_heat_injection",
        "Spin heat accumulation",
        "physics.md §8.7",
        "tests/analytic/test_spin_heat_bars.py -k test_spin_heat_injection",
        ("distance x from F|N (nm)", "spin heat accumulation $T_s$ (mK)"),
        spin_heat_injection,
    ),
    Comparison(
        "spin_heat_valve",
        "Spin heat valve",
        "physics.md §8.7",
        "tests/analytic/test_spin_heat_bars.py -k test_spin_heat_valve",
        ("distance of the magnets (nm)", "thermal area resistance, AP − P (10⁻¹² m² K/W)"),
        spin_heat_valve,
    ),
    Comparison(
        "hanle",
        "Hanle precession in a bar",
        "physics.md §3; Jedema et al. 2002",
        "tests/analytic/test_vector_elements.py -k test_hanle_in_a_bar",
        ("distance x from the magnet (nm)", r"spin accumulation $\mu_s$ (µeV)"),
        hanle,
        note="A magnet injects spins along x; the field is along z.",
    ),
)
