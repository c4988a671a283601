"""A thermoelectric leg with constant coefficients against its closed form (rows 6 and 42 of the cases).

A bar of length L and area A, cooled at one end, insulated at the other, with Peltier heat at the local
temperature: ``T = T0 + a x − (j²/2σκ) x²`` with ``a (κ − S j L) = S j T0 + j² L/σ − S j³ L²/2σκ``, where κ is
the heat conductivity without a current, and ``V = −j L/σ − S ΔT``. Elements of degree 2 and 3 hold it
exactly. At ``S j L = κ`` the Peltier heat that its own temperature rise makes outruns what is conducted.
"""

import numpy as np
import pytest
from support import prepare_problem

from thermospin.errors import ConvergenceError
from thermospin.runs.numbers import configuration_data

T0, SIGMA, S, KAPPA, LENGTH, AREA = 273.15, 1.1e5, 200e-6, 1.6, 5.8e-3, 1e-6
PROBE = ("top", "bottom")
CRITICAL = KAPPA * AREA / (S * LENGTH)
"""The current (A) out of the insulated end at which it runs away."""


def config(method="demodulate", currents=(), orders=4, degree=2):
    """The leg, with κ = 1.6 W/(m K)."""
    return {
        "temperature": T0,
        "geometry": {
            "template": "layer_stack",
            "width": "1 mm",
            "depth": "1 mm",
            "layers": [{"name": "L", "material": "B", "thickness": f"{LENGTH} m", "elements": 2}],
        },
        "mesh": {"max_size": "2 mm"},
        "materials": {
            "B": {
                "conductivity": SIGMA,
                "seebeck": S,
                "thermal_conductivity": KAPPA + SIGMA * S**2 * T0,
                "spin_diffusion_length": "1 mm",
            }
        },
        "terminals": {
            "bottom": {"region": "L", "face": "zmin", "sink": True},
            "top": {"region": "L", "face": "zmax", "sink": False},
        },
        "schemes": {"t": {"bottom": "ground", "top": "current"}},
        "probes": {"v": list(PROBE)},
        "heating": {"model": "conserving"},
        "solver": {"method": method, "currents": list(currents), "orders": orders, "degree": degree},
    }


def voltage(current):
    """V of the insulated end, by the closed form."""
    j = -current / AREA
    bend = j**2 * LENGTH**2 / (2 * SIGMA * KAPPA)
    a = (S * j * T0 + j**2 * LENGTH / SIGMA - S * j * bend) / (KAPPA - S * j * LENGTH)
    return -j * LENGTH / SIGMA - S * (a * LENGTH - bend)


def harmonics(orders):
    """R1, R2, … of the closed form: Cauchy's integral, within the circle of convergence."""
    points, radius = 256, CRITICAL / 3
    angles = np.exp(2j * np.pi * np.arange(points) / points)
    values = np.fft.fft(voltage(radius * angles)) / points
    return (values[1 : orders + 1] / radius ** np.arange(1, orders + 1)).real


@pytest.fixture(scope="module", params=[2, 3], ids=["P2", "P3"])
def problem(request, comm):
    """The leg."""
    found = prepare_problem(config(currents=[0.7, -0.7, 0.35, -0.35], degree=request.param), comm)
    found.magnetise({})
    return found


@pytest.fixture(scope="module")
def expanded(problem):
    """R1, R2, … of the expansion: what no bar of a fit has to do with, the mesh, is the same there."""
    return problem.scheme("t").expand(8).harmonics(PROBE)


def test_row_06_closed_form_is_that_of_the_case():
    assert harmonics(3)[2] == pytest.approx(34.676e-3, rel=2e-5)


@pytest.mark.parametrize("current", [1.2, -1.2, 2.0, 5.0, -0.99 * CRITICAL])
def test_row_06_voltage_at_a_current(problem, current):
    """Also where the power series does not converge, and close to the runaway, which magnifies all errors."""
    accuracy = 1e-8 / min(1.0, 1.0 + current / CRITICAL)
    assert problem.scheme("t").at(current).reading(PROBE) == pytest.approx(voltage(current), rel=accuracy)


@pytest.mark.parametrize("current", [-1.01 * CRITICAL, -2.0])
def test_row_06_a_runaway_is_called_so(problem, current):
    with pytest.raises(ConvergenceError, match=f"no steady state .*at {current:.4g} A: .*thermal runaway"):
        problem.scheme("t").at(current)


def test_row_06_expansion(expanded):
    np.testing.assert_allclose(expanded, harmonics(8), rtol=1e-8)


@pytest.mark.parametrize("seed", range(16))
def test_rows_06_and_42_bars_contain_the_expansion(problem, expanded, seed):
    """Any currents, some symmetric, from what vanishes beside rounding to half of the runaway."""
    rng = np.random.default_rng(seed)
    orders, largest = int(rng.integers(1, 7)), CRITICAL * 10 ** rng.uniform(-11, np.log10(0.5))
    currents = largest * np.sort(rng.uniform(0.1, 1, orders + int(rng.integers(0, 4))))
    if seed % 3 == 0:
        currents = np.concatenate([currents, -currents])
    fitted = problem.scheme("t").demodulate(currents.tolist(), orders)
    found, bars = fitted.harmonics(PROBE), np.array([o.uncertainty[PROBE] for o in fitted.orders])
    assert np.all(abs(found - expanded[:orders]) <= bars + 1e-11 * abs(expanded[:orders]))


def test_row_06_demodulation_is_as_good_as_its_bar_says(problem):
    currents = [sign * part * 0.7 for part in (1, 0.75, 0.5, 0.25) for sign in (1, -1)]
    fitted = problem.scheme("t").demodulate(currents, 4)
    third = fitted.orders[2]
    assert third.reading(PROBE) == pytest.approx(harmonics(3)[2], rel=5e-4)
    assert third.uncertainty[PROBE] < 1e-3 * harmonics(3)[2]
    balances = configuration_data(fitted, {"v": PROBE}, 0.7, True)["balances"]
    assert balances["energy"] < 1e-9 and balances["heat"] < 1e-9


def test_row_42_a_tiny_current_loses_no_digits(problem):
    """R2 is a part in 1e12 of the voltage at a picoampere."""
    fitted = problem.scheme("t").demodulate([1e-12, -1e-12], 2)
    np.testing.assert_allclose(fitted.harmonics(PROBE), harmonics(2), rtol=1e-8)
