"""The closed forms against the numbers of independent solutions in one dimension (solver/physics.md §8)."""

from dataclasses import replace

import closed_forms
import pytest

from thermospin.materials.library import library_material

PY, CU = library_material("Py").at(300.0), library_material("Cu").at(300.0)
STEEP = 50e6
"""Temperature gradient, K/m."""
NANO = 1e-9


def agrees(value, printed, digits):
    """Whether a value rounds to what is printed with so many digits behind the point."""
    return round(value, digits) == printed


def test_thermal_spin_injection():
    assert agrees(closed_forms.thermal_spin_injection(PY, CU, STEEP) / 1e-6, 0.8259, 4)


def test_electrical_spin_injection():
    assert agrees(closed_forms.electrical_spin_injection(PY, CU) / 1e-16, 5.3665, 4)


@pytest.mark.parametrize(("nm", "printed"), [(15, 13.4568), (100, 7.61497), (500, 1.73442)])
def test_magnetoresistance(nm, printed):
    digits = len(str(printed).split(".")[1])
    assert agrees(closed_forms.magnetoresistance(PY, CU, nm * NANO) / 1e-17, printed, digits)


@pytest.mark.parametrize(("nm", "printed"), [(15, 28.0502), (100, 16.8634), (500, 4.02684)])
def test_magnetoresistance_with_contacts(nm, printed):
    r_f, r_n, d = *map(closed_forms.spin_resistance, (PY, CU)), nm * NANO / CU.spin_diffusion_length
    difference = closed_forms.valve_difference(PY.polarisation, r_f, r_n, d, contact=(0.7, 0.25e-15))
    assert agrees(difference / 1e-17, printed, len(str(printed).split(".")[1]))


@pytest.mark.parametrize(("nm", "printed"), [(15, 207.100), (100, 117.194)])
def test_thermal_spin_valve(nm, printed):
    assert agrees(closed_forms.thermal_spin_valve(PY, CU, nm * NANO, STEEP) / NANO, printed, 3)


def test_spin_peltier():
    s = closed_forms.electrical_spin_injection(PY, CU) * 1e11 / 2
    no_seebeck = replace(PY, seebeck=0.0)
    assert agrees(closed_forms.spin_peltier(no_seebeck, 300.0, s) / 1e-3, 2.06474, 5)


def test_spin_figure_of_merit():
    assert agrees(closed_forms.spin_figure_of_merit(PY, 300.0) / 1e-4, 1.5, 1)
