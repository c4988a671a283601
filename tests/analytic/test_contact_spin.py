"""Spin injection through resistive interfaces, and spin valves with them (solver/physics.md §§8.1–8.3)."""

import closed_forms
import interface_forms
import pytest
from bars import NM, Bar, Layer, driven
from contact_bars import problem_with, sides
from interface_forms import Junction

from thermospin.fields import THETA, S
from thermospin.materials.library import library_material

PY, CU = library_material("Py").at(300.0), library_material("Cu").at(300.0)
MAGNET, METAL = 100 * NM, 3600 * NM
"""Lengths that count as infinite: more than 10 relaxation lengths."""
DENSE = 1e11
"""Current density, A/m²."""
R_B, GAMMA = 0.25e-15, 0.7
JUNCTION = Layer("F", "Py", MAGNET), Layer("N", "Cu", METAL)
ACCURACY = 3e-4


def contact(r_b=R_B, gamma=GAMMA):
    """The interface as a configuration writes it: the mean resistance of the channels is ``2 r_b``."""
    return {"area_resistance": 2 * r_b, "asymmetry": gamma}


def valve(distance):
    return Layer("F1", "Py", MAGNET), Layer("N", "Cu", distance), Layer("F2", "Py", MAGNET)


def difference(comm, distance, interfaces, **options):
    """``AR_AP − AR_P``."""
    bar = Bar(valve(distance), **options)
    fields = driven(problem_with(bar, interfaces, comm), DENSE * bar.area)
    voltage = {name: solution.reading(("left", "right")) for name, solution in fields}
    return (voltage["AP"] - voltage["P"]) / DENSE


@pytest.mark.serial
@pytest.mark.parametrize(("nm", "printed"), [(15, 28.0502), (100, 16.8634), (500, 4.02684)])
def test_closed_form_of_the_spin_valve(nm, printed):
    found = interface_forms.magnetoresistance(PY, CU, nm * NM, R_B, GAMMA) / 1e-17
    assert round(found, len(str(printed).split(".")[1])) == printed
    without = interface_forms.magnetoresistance(PY, CU, nm * NM, 0.0, GAMMA)
    assert without == pytest.approx(closed_forms.magnetoresistance(PY, CU, nm * NM), rel=1e-12, abs=0)


@pytest.mark.parametrize("nm", [15, 100, 500])
def test_magnetoresistance(comm, nm):
    expected = interface_forms.magnetoresistance(PY, CU, nm * NM, R_B, GAMMA)
    found = difference(comm, nm * NM, {"F1|N": contact(), "N|F2": contact()})
    assert found == pytest.approx(expected, rel=ACCURACY, abs=0)


def test_magnetoresistance_of_cubic_elements(comm):
    """Far closer than quadratic ones on the same mesh."""
    expected = interface_forms.magnetoresistance(PY, CU, 100 * NM, R_B, GAMMA)
    bar = Bar(valve(100 * NM))
    given = {"F1|N": contact(), "N|F2": contact()}
    found = {}
    for degree in (2, 3):
        problem = problem_with(bar, given, comm, solver=bar.config()["solver"] | {"degree": degree})
        voltage = {name: u.reading(("left", "right")) for name, u in driven(problem, DENSE * bar.area)}
        found[degree] = (voltage["AP"] - voltage["P"]) / DENSE
    errors = {degree: abs(value / expected - 1) for degree, value in found.items()}
    assert errors[3] < errors[2] / 30


@pytest.mark.parametrize(("r_b", "gamma"), [(2e-17, -0.4), (1e-15, 0.5), (1e-12, 0.3)])
def test_magnetoresistance_from_metallic_to_tunnel_contacts(comm, r_b, gamma):
    expected = interface_forms.magnetoresistance(PY, CU, 100 * NM, r_b, gamma)
    found = difference(comm, 100 * NM, {"N|F1": contact(r_b, gamma), "N|F2": contact(r_b, gamma)})
    assert found == pytest.approx(expected, rel=ACCURACY, abs=0)


def test_conductances_of_the_channels(comm):
    """``1/G↑,↓ = 2 r_b (1 ∓ γ)``: the same interface, written with the sum and the difference of G."""
    up, down = (1 / (2 * R_B * (1 - sign * GAMMA)) for sign in (1, -1))
    crossing = {"conductance": up + down, "polarisation": (up - down) / (up + down)}
    found = difference(comm, 100 * NM, {"F1|N": crossing, "N|F2": crossing})
    expected = difference(comm, 100 * NM, {"F1|N": contact(), "N|F2": contact()})
    assert found == pytest.approx(expected, rel=1e-9, abs=0)


def test_order_of_the_sides(comm):
    """Which region is side 1 is a matter of writing."""
    crossing = contact() | {"seebeck": "-30 uV/K", "spin_seebeck": "20 uV/K"}
    found, expected = (
        difference(comm, 100 * NM, dict.fromkeys(names, crossing), temperature=300.0)
        for names in (("F1|N", "N|F2"), ("N|F1", "F2|N"))
    )
    assert found == pytest.approx(expected, rel=1e-9, abs=0)


def test_interfaces_that_conduct_ever_better(comm):
    """In the limit there is no interface: what it adds goes with 1/G, as in the formula."""
    transparent = difference(comm, 100 * NM, {})
    added = [
        difference(comm, 100 * NM, dict.fromkeys(("F1|N", "N|F2"), {"conductance": g, "polarisation": 0.5}))
        - transparent
        for g in (1e17, 1e18, 1e19)
    ]
    least = interface_forms.magnetoresistance(PY, CU, 100 * NM, 1 / (1e19 * (1 - 0.5**2)), 0.5)
    assert added[2] == pytest.approx(
        least - closed_forms.magnetoresistance(PY, CU, 100 * NM), rel=1e-3, abs=0
    )
    assert added[0] / added[1] == pytest.approx(10, rel=0.1)
    assert added[1] / added[2] == pytest.approx(10, rel=0.01)


@pytest.mark.parametrize(("r_b", "gamma"), [(R_B, GAMMA), (2e-15, -0.3), (1e-13, 0.5)])
def test_electrical_spin_injection(comm, r_b, gamma):
    bar, known = Bar(JUNCTION), Junction(PY, CU, r_b, gamma)
    problem = problem_with(bar, {"F|N": contact(r_b, gamma)}, comm)
    ohmic = MAGNET / PY.conductivity + METAL / CU.conductivity
    for name, fields in driven(problem, DENSE * bar.area):
        sign = {"P": 1, "AP": -1}[name]
        expected = [sign * side for side in known.sides(DENSE)]
        assert sides(problem, fields, S, "F", "N", MAGNET) == pytest.approx(expected, rel=ACCURACY)
        extra = fields.reading(("left", "right")) / DENSE - ohmic
        assert extra == pytest.approx(known.extra_resistance(), rel=1e-3, abs=0)


@pytest.mark.parametrize("spin_seebeck", [0.0, 50e-6])
def test_thermal_spin_injection(comm, spin_seebeck):
    """Spins are driven by the gradient in F and by the jump of the temperature at the interface."""
    crossing = contact() | {"spin_seebeck": spin_seebeck, "phonon_heat_conductance": 5e8}
    bar = Bar(JUNCTION, sinks=(0.0, 40.0))
    problem = problem_with(bar, {"F|N": crossing}, comm)
    known = Junction(PY, CU, R_B, GAMMA, spin_seebeck)
    for name, fields in driven(problem, 0.0):
        on_magnet, on_normal = sides(problem, fields, THETA, "F", "N", MAGNET)
        assert on_normal - on_magnet > 1.0
        sign = {"P": 1, "AP": -1}[name]
        expected = [sign * side for side in known.sides(0.0, on_magnet / MAGNET, on_magnet - on_normal)]
        assert sides(problem, fields, S, "F", "N", MAGNET) == pytest.approx(expected, rel=1e-3)
