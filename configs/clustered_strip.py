"""Copper with clusters of cobalt in a temperature gradient: a device in three dimensions beside the law.

    python configs/clustered_strip.py OUTDIR

Solves configs/clustered_strip.yaml in magnetic fields, with a weak and with a strong current in its heater,
and with shorter strips, and writes OUTDIR/clustered_strip.csv and .png: the voltage of the open circuit and
the spin current in the middle of the strip, beside

* the law: ``V12 = −∫ S dT`` between the ends of the strip, and ``j_s = −σ (1−P²) (S_s/2) ∇T``, what flows
  without a charge current (Eq. 8 of Tsyplyatyev et al., Physical Review B 74, 132403 (2006), is what flows
  without a voltage, and larger by (1+P²)/(1−P²));
* the law at the mean temperature, ``V12 = −S ΔT``, as for a small gradient;
* one dimension (configs/clustered_strip_reference.py), where spins pile up at the ends of the strip within λ
  and add ``∫ P s' dx`` to V12, which the law does not have.
"""

import argparse
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyvista as pv
from clustered_strip_reference import DEVICE, FILE, METAL, SOLIDS, Strip, coefficients, seebeck
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.integrate import quad

import thermospin as ts

COLD_SIDE = "Cold", "ColdBranch", "ColdArm"
LENGTH = SOLIDS["Strip"].max[0]
THERMOCOUPLE = DEVICE.material("AuFe").seebeck
WEAK, STRONG = 1e-6, 50e-6
"""Currents in the heater, A."""
FIELDS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 8.0, 12.0]
"""T."""
LENGTHS = [0.1e-6, 0.2e-6, 0.5e-6, 1e-6, 2e-6, 5e-6]
"""Lengths of shorter strips, m."""
POLARISING = 1.0
"""Field in which they are compared, T."""
PROFILED = 0.05
"""Field whose profiles are drawn, T: clusters are polarised at the cold end and hardly at the hot one."""
MIDDLE = 0.1
"""Part of the strip over which the spin current is averaged."""


@dataclass(frozen=True)
class Profile:
    """A quantity along a strip.

    Attributes:
        x: From the hot end, m.
        values: Its values.
        weights: Their weights in averages, m³ or 1.
    """

    x: np.ndarray
    values: np.ndarray
    weights: np.ndarray

    def middle(self, length: float) -> float:
        """The mean in the middle of a strip of a length in m."""
        inside = abs(self.x / length - 0.5) < MIDDLE / 2
        return float(np.average(self.values[inside], weights=self.weights[inside]))


@dataclass(frozen=True)
class Point:
    """One solution, and what the law and one dimension have for its temperatures.

    Attributes:
        length: Of the strip, m.
        field: B, T.
        current: In the heater, A.
        hot: Temperature of the hot end of the strip, K.
        cold: Of the cold end, K.
        thermocouples: Difference of the leads' temperatures as the thermocouples have it, K.
        voltage: V12, V, of the hot lead over the cold one.
        voltage_law: V12 by the law, V.
        voltage_mean: V12 by the law at the mean temperature, V.
        voltage_1d: V12 in one dimension, V.
        spin_current: j_s in the middle of the strip, from hot to cold, A/m².
        spin_current_law: By the law.
        spin_current_1d: In one dimension.
        spin: s at the hot end, V.
        spin_1d: In one dimension.
    """

    length: float
    field: float
    current: float
    hot: float
    cold: float
    thermocouples: float
    voltage: float
    voltage_law: float
    voltage_mean: float
    voltage_1d: float
    spin_current: float
    spin_current_law: float
    spin_current_1d: float
    spin: float
    spin_1d: float

    @property
    def difference(self) -> float:
        """Difference of the temperatures of the ends, K."""
        return self.hot - self.cold


def stretched(length: float) -> list[str]:
    """The overrides that give the strip a length in m; the cold side moves with its end."""
    numbers = {solid.name: i for i, solid in enumerate(DEVICE.geometry.solids)}
    moved = [("Strip", "max"), *((name, end) for name in COLD_SIDE for end in ("min", "max"))]
    places = {(name, end): getattr(SOLIDS[name], end)[0] + length - LENGTH for name, end in moved}
    return [f"geometry.solids[{numbers[name]}].box.{end}[0]={x:.12e}" for (name, end), x in places.items()]


def solve(
    length: float, field: float, currents: Sequence[float], changes: Sequence[str] = ()
) -> list[tuple[Point, Strip, Profile]]:
    """The device at currents in its heater, by Newton's method (collective).

    Args:
        length: Of the strip, m.
        field: B, T.
        currents: A.
        changes: Overrides of the configuration.

    Returns:
        For every current the numbers, the strip in one dimension between its temperatures, and j_s in the
        cells of the strip.
    """
    overrides = [
        f"magnetic_field=[0, 0, {field!r}]",
        f"solver={{degree: 2, orders: 1, method: demodulate, currents: {list(currents)}}}",
        *stretched(length),
        *changes,
    ]
    found = []
    with ts.Problem.of(ts.load(FILE, *overrides)) as problem:
        expansion, probes = problem.solve("heater", "only"), problem.config.probes
        for current, solution in expansion.points:
            strip = ts.in_regions(problem.observe(expansion, drive=current), "Strip")
            readings = {name: solution.reading(probe) for name, probe in probes.items()}
            found.append(beside_the_law(strip, readings, (length, field, current)))
    return found


def beside_the_law(
    fields: pv.UnstructuredGrid, readings: dict[str, float], numbers: tuple[float, float, float]
) -> tuple[Point, Strip, Profile]:
    """Numbers of a solution beside those of the law and of one dimension at its temperatures.

    Args:
        fields: In the strip.
        readings: Of the probes, V.
        numbers: Length of the strip in m, B in T, and current in A.
    """
    length, field, _ = numbers
    hot, cold = (at_plane(fields, "T", x) for x in (0.0, length))
    strip, currents = Strip(length, field, hot, cold), spin_currents(fields)
    point = Point(
        *numbers,
        hot=hot,
        cold=cold,
        thermocouples=(readings["hot_thermocouple"] - readings["cold_thermocouple"]) / THERMOCOUPLE,
        voltage=readings["V12"],
        voltage_law=-quad(seebeck, cold, hot, args=(field,), epsrel=1e-10, epsabs=0)[0],
        voltage_mean=-seebeck((hot + cold) / 2, field) * (hot - cold),
        voltage_1d=strip.voltage,
        spin_current=currents.middle(length),
        spin_current_law=Profile(currents.x, strip.law(currents.x), currents.weights).middle(length),
        spin_current_1d=Profile(currents.x, strip.spin_current(currents.x), currents.weights).middle(length),
        spin=at_plane(fields, "mu_s", 0.0) / 2,
        spin_1d=float(strip.spin(0.0)),
    )
    return point, strip, currents


def at_plane(fields: pv.UnstructuredGrid, name: str, x: float) -> float:
    """The mean of a field over the points of an end of the strip."""
    return float(fields[name][abs(fields.points[:, 0] - x) < 1e-13].mean())


def spin_currents(fields: pv.UnstructuredGrid) -> Profile:
    """j_s along x at the centres of the cells, and their volumes."""
    volumes = fields.compute_cell_sizes(length=False, area=False)["Volume"]
    return Profile(fields.cell_centers().points[:, 0], fields["J_s"][:, 0], volumes)


def report(points: list[Point], title: str) -> None:
    """A table of V12 and the spin current, and their relative differences from the law and one dimension.

    The law is taken between the ends of the strip, at their mean temperature, and between the temperatures
    that the thermocouples have; the last row has the largest of each difference.
    """
    heads = ["law", "mean T", "thermoc.", "1D"]
    print(f"\n{title}\n{'':34}{'V12':>8}, relative difference from{'':17}{'j_s':>4}, from")
    print(
        f"{'B (T)':>6} {'L (µm)':>6} {'hot':>8} {'cold (K)':>8} {'(pV)':>10}"
        + "".join(f"{head:>10}" for head in (*heads, "(A/m²)", "law", "1D"))
    )
    table = []
    for p in points:
        thermocouples = p.voltage_law * p.thermocouples / p.difference
        others = np.array([p.voltage_law, p.voltage_mean, thermocouples, p.voltage_1d])
        spins = np.array([p.spin_current_law, p.spin_current_1d])
        table.append([*(p.voltage / others - 1), *(p.spin_current / spins - 1)])
        *of_voltage, law, line = (f"{value:+10.1e}" for value in table[-1])
        print(
            f"{p.field:6.2f} {p.length * 1e6:6.2f} {p.hot:8.4f} {p.cold:8.4f} {p.voltage * 1e12:10.3f}"
            f"{''.join(of_voltage)}{p.spin_current:10.4g}{law}{line}"
        )
    *of_voltage, law, line = (f"{value:10.1e}" for value in abs(np.array(table)).max(axis=0))
    print(f"{'at most':>42}{''.join(of_voltage)}{'':10}{law}{line}")


def describe(field: float) -> str:
    """Coefficients of the metal at T0 in a field in T, as text."""
    metal = coefficients(field, DEVICE.temperature)
    no_current = -metal.spin_conductivity * metal.spin_seebeck / 2
    no_voltage = no_current - metal.conductivity * metal.polarisation * metal.seebeck
    return (
        f"Co in Cu at {DEVICE.temperature:g} K and {field:g} T: ρ = {1e8 / metal.conductivity:.3g} µΩ cm, "
        f"P = {metal.polarisation:.3g}, S = {1e9 * metal.seebeck:.3g} nV/K, "
        f"S_s = {1e9 * metal.spin_seebeck:.3g} nV/K; j_s/∇T = {no_current:.3g} A/(m K) without a current, "
        f"{no_voltage:.3g} A/(m K) without a voltage (Eq. 8)"
    )


def plot(path: Path, weak: list[Point], strong: list[Point], short: list[Point], profiles: list) -> None:
    """Thermopower and spin current against the field, the latter along the strip, and short strips."""
    figure = Figure(figsize=(11, 7.5), layout="constrained")
    thermopower, spin, along, lengths = figure.subplots(2, 2).flat
    for points, colour in ((weak, "tab:blue"), (strong, "tab:red")):
        label = f"hot end at up to {max(p.hot for p in points):.3g} K"
        for panel, name in ((thermopower, "voltage"), (spin, "spin_current")):
            panel.plot(*per_gradient(points, f"{name}_law"), "-", color=colour, lw=1.2)
            panel.plot(*per_gradient(points, name), "o", color=colour, fillstyle="none", ms=4.5, label=label)
    thermopower.plot(*per_gradient(strong, "voltage_mean"), ":", color="tab:red", label="law at the mean T")
    thermopower.set(xlabel="B (T)", ylabel="V$_{12}$/ΔT (nV/K)", xscale="log")
    spin.set(xlabel="B (T)", ylabel="j$_s$/(ΔT/L) (A/(m K))", xscale="log")
    draw_along(along, profiles)
    draw_lengths(lengths, short)
    for panel in (thermopower, spin, lengths):
        panel.plot([], [], "k-", lw=1.2, label="one dimension" if panel is lengths else "law")
        panel.legend(frameon=False, fontsize=8)
    figure.savefig(path, dpi=150)


def draw_along(panel: Axes, profiles: list[tuple[Point, Strip, Profile]]) -> None:
    """The spin current along the strip, over the mean gradient: cells on one dimension and on the law."""
    for (point, strip, found), colour in zip(profiles, ("tab:blue", "tab:red"), strict=True):
        x, unit = np.linspace(0, point.length, 4001), point.difference / point.length
        panel.plot(1e6 * found.x, found.values / unit, ".", color=colour, ms=2)
        panel.plot(1e6 * x, strip.spin_current(x) / unit, "-", color=colour, lw=1.2)
        panel.plot(1e6 * x, strip.law(x) / unit, "k--", lw=1)
    panel.set(xlabel="from the hot end (µm)", ylabel="j$_s$/(ΔT/L) (A/(m K))", title=f"{PROFILED:g} T")


def draw_lengths(panel: Axes, short: list[Point]) -> None:
    """V12 and the spin current over the law against the length of the strip."""
    x = [p.length / METAL.spin_diffusion_length for p in short]
    for name, mark, label in (("voltage", "o", "V$_{12}$"), ("spin_current", "s", "j$_s$ in the middle")):
        found, line = (
            [getattr(p, n) / getattr(p, f"{name}_law") for p in short] for n in (name, f"{name}_1d")
        )
        panel.semilogx(x, line, "k-", lw=1.2)
        panel.semilogx(x, found, mark, fillstyle="none", label=label)
    panel.set(xlabel="L/λ", ylabel="over the law", title=f"{POLARISING:g} T, weak heating")


def per_gradient(points: list[Point], name: str) -> tuple[list[float], list[float]]:
    """Fields, and a voltage per difference of temperatures, nV/K, or a spin current per gradient, A/(m K)."""
    of_voltage = name.startswith("voltage")
    units = [1e9 / p.difference if of_voltage else p.length / p.difference for p in points]
    return [p.field for p in points], [getattr(p, name) * unit for p, unit in zip(points, units, strict=True)]


def main() -> None:
    """Solve, print, write and draw."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory", type=Path, help="where the table and the picture go")
    directory = parser.parse_args().directory
    directory.mkdir(parents=True, exist_ok=True)
    solved = [case for field in FIELDS for case in solve(LENGTH, field, [WEAK, STRONG])]
    weak, strong = ([case[0] for case in solved if case[0].current == i] for i in (WEAK, STRONG))
    short = [solve(length, POLARISING, [WEAK])[0][0] for length in LENGTHS]
    short.append(next(point for point in weak if point.field == POLARISING))
    print(describe(POLARISING))
    report(weak, "Weak heating: where device and law agree")
    report(strong, "Strong heating: the law holds at every place, not at the mean temperature")
    report(short, "Short strips: spins pile up at the ends within λ, which the law leaves out")
    table = pd.DataFrame([asdict(point) for point in (*weak, *strong, *short)])
    table.to_csv(directory / "clustered_strip.csv", index=False)
    profiles = [case for case in solved if case[0].field == PROFILED]
    plot(directory / "clustered_strip.png", weak, strong, short, profiles)


if __name__ == "__main__":
    main()
