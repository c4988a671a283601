"""Heat, thermoelectricity and contacts in bars of finite elements, against solutions in one dimension."""

from collections.abc import Iterator

import numpy as np
import test_leads
import test_nonlinear_rod
import test_spin_bars
import test_thermoelectric_bars
import test_tunnel_contact
from bars import NM, Bar, Layer, Profile, driven
from closed_forms import CoupledJunction, open_circuit_conductivity
from comparison import Comparison, Curve, with_line
from support import prepare_problem

from thermospin.compat import MPI
from thermospin.fields import THETA
from thermospin.observables.cells import Observer

COMM = MPI.COMM_SELF


def spin_peltier() -> Iterator[Curve]:
    """Temperature near F|N beyond the straight line deep in F, with Z = 0.25, item 5."""
    magnet, metal = test_spin_bars.MAGNET, test_spin_bars.METAL
    values = {"base": "Py"} | test_spin_bars.COUPLED["strongly coupled"]
    layers = (Layer("F", "Magnet", magnet), Layer("N", "Cu", metal))
    bar = Bar(layers, temperature=300.0, materials={"Magnet": values})
    problem = bar.problem(COMM)
    material, density = problem.config.material("Magnet"), test_spin_bars.DENSE
    exact = CoupledJunction.of(material, test_spin_bars.CU, (magnet, metal), 300.0, density)
    rise = Profile.of(problem, dict(driven(problem, density * bar.area))["P"], THETA)
    slope, start = rise.line(0, magnet / 2)
    inside = (rise.x > magnet / 2) & (rise.x <= magnet)
    x = rise.x[inside] - magnet
    expected = exact.excess * np.exp(x / exact.decay_length)
    yield Curve("P", x / NM, 1e3 * expected, 1e3 * (rise.values - start - slope * rise.x)[inside])


def joule() -> Iterator[Curve]:
    """Temperature of a bar between two sinks that a current heats."""
    rod, scale = test_thermoelectric_bars.bar([Layer("only", "C", 200 * NM)]), 2.5
    problem = prepare_problem(rod.config() | {"heating": {"scale": scale}}, COMM)
    problem.magnetise({})
    second = problem.scheme("along").expand(2).orders[1]
    metal = problem.config.material("C")
    rise = Profile.of(problem, second, THETA)
    source = scale / metal.conductivity / rod.area**2
    parabola = rise.x * (200 * NM - rise.x) / 2 / open_circuit_conductivity(metal, rod.temperature)
    yield Curve("T − T0", rise.x / NM, 1e-6 * source * parabola, 1e-6 * rise.values)


def nonlinear_rod() -> Iterator[Curve]:
    """Temperature of a rod whose σ, k and S follow it."""
    for model in ("conserving", "joule"):
        problem = prepare_problem(test_nonlinear_rod.ROD.config() | {"heating": {"model": model}}, COMM)
        problem.magnetise({})
        solution = problem.scheme("along").at(test_nonlinear_rod.CURRENT)
        rise = Profile.of(problem, solution, THETA)
        known = test_nonlinear_rod.solved_in_one_dimension(model == "conserving")
        expected = known(rise.x / test_nonlinear_rod.LENGTH)[0] - test_nonlinear_rod.T0
        yield Curve(model, rise.x / NM, expected, rise.values)


def fin() -> Iterator[Curve]:
    """Heat into a lead that continues beyond the mesh and loses heat to what it lies on."""
    lengths, found = np.array([60.0, 120.0, 250.0, 600.0]), []
    far, cut = test_leads.LENGTH, test_leads.CUT
    for nm in lengths:
        lead = {"length": far, "thermal_length": nm * NM}
        config = test_leads.junction({"continues": lead}, cut, thermal_length=None)
        config["terminals"]["left"]["sink"] = test_leads.T0 + 10
        with prepare_problem(config, COMM) as problem:
            rest = problem.solve("in", next(iter(problem.states))).rest
            other = problem.device.materials["Other"]
            found.append(rest.heat["right"] / 1e-6)
    kappa = other.thermal_conductivity - test_leads.T0 * other.conductivity * other.seebeck**2

    def form(nm: float) -> float:
        conducted = test_leads.KAPPA / (nm * NM) / np.tanh(far / (nm * NM))
        total = cut / kappa + cut / test_leads.KAPPA + 1 / conducted
        return 10 / total * test_leads.AREA / 1e-6

    yield with_line("fin", lengths, np.array(found), form)


def peltier_end() -> Iterator[Curve]:
    """Resistance of a bar whose end is no heat sink, over that of Ohm's law."""
    coefficients, given = np.array([0.0, 20.0, 40.0, 60.0]), test_leads.METAL
    resistance = test_leads.CUT / (given["conductivity"] * test_leads.AREA)
    for name, end in (("lead of the same metal", {}), ("lead of S = 0", {"sink": False})):
        found = []
        for value in coefficients:
            metal = given | {"seebeck": f"{value} uV/K"}
            rod = test_leads.bar(end, COMM, materials={"Lead": metal, "Other": metal})
            found.append(rod.harmonics(test_leads.PAIR)[0] / resistance)

        def form(value: float, is_bare: bool = bool(end)) -> float:
            power = given["conductivity"] * (1e-6 * value) ** 2 * test_leads.T0
            return 1 + is_bare * power / (given["thermal_conductivity"] - power)

        yield with_line(name, coefficients, np.array(found), form)


def tunnel_contact() -> Iterator[Curve]:
    """Spins and their temperatures behind a tunnel contact, item 9."""
    density, pairs = test_tunnel_contact.CURRENT_DENSITY, []
    for ratio in test_tunnel_contact.RATIOS:
        bar, config = test_tunnel_contact.contact_bar(ratio)
        problem = prepare_problem(config, COMM)
        observer, exact = (
            Observer(problem.spaces, problem.coefficients),
            test_tunnel_contact.closed_form(config),
        )
        for sign, j, fields in test_tunnel_contact.heated_and_driven(problem, density * bar.area):
            if sign == 1 and j:
                seen = observer.interface(observer.observe(fields), "N", "F")
                s, tau = exact.accumulations(j, test_tunnel_contact.step(problem, fields))
                pairs.append([2 * s, seen["mu_s"]["mean"], 2 * tau, seen["T_s"]["mean"]])
    ratios, table = np.array(test_tunnel_contact.RATIOS), np.array(pairs)
    yield Curve("μ_s (meV)", ratios, 1e3 * table[:, 0], 1e3 * table[:, 1])
    yield Curve("T_s (K)", ratios, table[:, 2], table[:, 3])


BAR_CASES = (
    Comparison(
        "spin_peltier",
        "Spin Peltier effect",
        "physics.md §8.5",
        "tests/analytic/test_spin_bars.py -k test_coupled_spin_and_heat",
        ("distance x from F|N (nm)", "temperature $T$ beyond the bulk line (mK)"),
        spin_peltier,
        note="A magnet with Z = 0.25, in which heat and spins are strongly coupled.",
    ),
    Comparison(
        "tunnel_contact",
        "Tunnel contact: spins and their temperatures",
        "physics.md §8.9; Vera-Marun et al. 2014, Eqs. 11 and 12",
        "tests/analytic/test_tunnel_contact.py -k test_tunnel_contact",
        ("tunnel resistance over spin resistance, $R_{tun}/r_s$", "accumulation in the semiconductor"),
        tunnel_contact,
        ("log", "linear"),
    ),
    Comparison(
        "joule",
        "Joule heat between two sinks",
        "ζ J² x (L − x)/2kσ",
        "tests/analytic/test_thermoelectric_bars.py -k test_joule_heat_between_two_sinks",
        ("position x (nm)", "temperature, coefficient of I² (K/mA²)"),
        joule,
    ),
    Comparison(
        "nonlinear_rod",
        "Coefficients that follow the temperature",
        "an independent solution of the ordinary differential equations",
        "tests/analytic/test_nonlinear_rod.py -k test_rod",
        ("position x (nm)", "temperature rise $T − T_0$ (K)"),
        nonlinear_rod,
    ),
    Comparison(
        "fin",
        "A lead that continues as a fin",
        "heat of a fin, ϑ0 κ/ℓ coth(L/ℓ)",
        "tests/analytic/test_leads.py -k test_fin",
        ("thermal length ℓ (nm)", "heat into the lead (µW)"),
        fin,
    ),
    Comparison(
        "peltier_end",
        "Peltier heat at the end of a metal",
        "1 + S² σ T0/κ with a lead of S = 0; 1 with a lead of the same metal",
        "tests/analytic/test_leads.py -k test_default_is_a_lead_of_the_same_metal",
        ("Seebeck coefficient S (µV/K)", "resistance R₁ over L/(σ A)"),
        peltier_end,
    ),
)
