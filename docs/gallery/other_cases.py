"""Circuits, dynamics and laws of materials against their papers; another program."""

import json
from collections.abc import Iterator
from pathlib import Path

import hatami2007
import numpy as np
import test_hatami_valve
import test_macrospin
import tsyplyatyev2006
from circuit_forms import damped_precession
from comparison import Comparison, Curve, with_line

from thermospin.compat import MPI
from thermospin.macrospin.dynamics import integrate

COMM = MPI.COMM_SELF
BENCHMARK = Path(__file__).resolve().parents[2] / "benchmarks" / "results" / "slachter2010.json"


def hatami_circuit() -> Iterator[Curve]:
    """A spin valve as a circuit, every quantity over its largest value."""
    networks = hatami2007.circuits()
    angles = np.linspace(3, 177, 13)
    found = np.array([hatami2007.solve(networks, np.radians(angle)) for angle in angles])
    for i, name in enumerate(hatami2007.PANELS):

        def form(angle: float, i: int = i) -> float:
            return hatami2007.closed_forms(networks["thermalised"], np.radians(angle))[i]

        largest = max(abs(form(angle)) for angle in angles)
        yield with_line(
            name.replace("_", " "),
            angles,
            found[:, i] / largest,
            lambda angle, form=form, largest=largest: form(angle) / largest,
        )


def hatami_valve() -> Iterator[Curve]:
    """Current of a spin valve by finite elements, magnets at an angle, at a voltage and at ΔT."""
    for name, warming, voltage in (("100 µV", 0.0, 1e-4), ("10 K", 10.0, 0.0)):
        valve = test_hatami_valve.Valve(COMM, -20e-6, warming)
        found = [
            valve.at(angle, voltage).currents["right"] / valve.rod.area for angle in test_hatami_valve.ANGLES
        ]

        def form(degrees: float, valve=valve, voltage: float = voltage, warming: float = warming) -> float:
            return valve.exact.current(np.radians(degrees), voltage, warming) / 1e6

        yield with_line(name, np.degrees(test_hatami_valve.ANGLES), np.array(found) / 1e6, form)


def precession() -> Iterator[Curve]:
    """A moment that a field turns and damping lets down."""
    field, damping = 0.7, 0.05
    layer = test_macrospin.replace(
        test_macrospin.PILLAR, anisotropy_field=0.0, magnetic_field=field * test_macrospin.Z, damping=damping
    )
    start = test_macrospin.direction(2.9)
    path = integrate(layer, test_macrospin.no_torque, start, 1e-9, tolerance=1e-10)
    expected = damped_precession(path.time, 2.9, field, damping, test_macrospin.GAMMA)
    for i, axis in ((0, "x"), (2, "z")):
        yield Curve(f"m_{axis}", 1e9 * path.time, expected[:, i], path.m[:, i])


def clusters() -> Iterator[Curve]:
    """Resistivity of copper with clusters of cobalt in a field."""
    fields = tsyplyatyev2006.FIELDS[::4]
    for temperature in tsyplyatyev2006.TEMPERATURES:
        given = tsyplyatyev2006.SIZE, temperature
        found = [tsyplyatyev2006.computed(*given, field).resistivity / 1e-8 for field in fields]

        def form(field: float, given: tuple = given) -> float:
            return tsyplyatyev2006.printed(*given, field).resistivity / 1e-8

        yield with_line(f"{temperature:g} K", fields, np.array(found), form)


def other_program() -> Iterator[Curve]:
    """R2 of Slachter's device on the same meshes by thermospin and by scikit-fem with PyAMG."""
    cases = json.loads(BENCHMARK.read_text(encoding="utf-8"))["cases"]
    rows = []
    for case in cases:
        by_program = {row["program"]: row for row in case["rows"] if "R" in row}
        ours = next(row for name, row in by_program.items() if name.startswith("thermospin"))
        other = next((row for name, row in by_program.items() if name.startswith("scikit-fem")), None)
        if other is not None:
            rows.append([ours["unknowns"], *(row["R"]["P"][1] for row in (other, ours))])
    unknowns, theirs, own = np.array(sorted(rows)).T
    yield Curve("R2, P", unknowns, theirs, own)


OTHER_CASES = (
    Comparison(
        "hatami_circuit",
        "Spin valve as a circuit, magnets at an angle",
        "Hatami et al. 2007, Eqs. 4 to 9",
        "tests/analytic/test_circuit_theory.py",
        ("angle (°)", "quantity over its largest value"),
        hatami_circuit,
        note="The excess torque and the spin heat are closed forms for S² ≪ L0.",
    ),
    Comparison(
        "hatami_valve",
        "The same valve by finite elements",
        "Hatami et al. 2007, Eq. 4",
        "tests/analytic/test_hatami_valve.py -k test_hatami_valve",
        ("angle (°)", "current density (A/mm²)"),
        hatami_valve,
    ),
    Comparison(
        "precession",
        "Damped precession of a macrospin",
        "closed form of the Landau–Lifshitz–Gilbert equation in a field",
        "tests/analytic/test_macrospin.py -k test_damped_precession",
        ("time (ns)", "magnetisation m"),
        precession,
    ),
    Comparison(
        "clusters",
        "Magnetic clusters: resistivity in a field",
        "Tsyplyatyev et al. 2006",
        "tests/unit/test_nanoclusters.py",
        ("magnetic field B (T)", "resistivity ρ (µΩ cm)"),
        clusters,
        ("log", "linear"),
    ),
    Comparison(
        "other_program",
        "Slachter's device by another program",
        "scikit-fem with PyAMG on the same meshes (benchmarks/README.md)",
        "benchmarks/agreement.py",
        ("unknowns", "second-order voltage R₂ in P (V/A²)"),
        other_program,
        ("log", "linear"),
        note="Both programs have the error of the mesh; they differ by that of the solvers.",
    ),
)
