"""Copper with clusters of cobalt in a temperature gradient: a device in three dimensions beside the law.

    python configs/clustered_strip.py OUTDIR

Solves configs/clustered_strip.yaml in magnetic fields, with a weak and with a strong current in its heater,
and with shorter strips, and writes OUTDIR/clustered_strip.csv and .png: the voltage of the open circuit and
the spin current in the middle of the strip, beside

* the law: ``V12 = −∫ S dT`` between the ends of the strip, and ``j_s = −σ (1−P²) (S_s/2) ∇T``, what flows
  without a charge current (Eq. 8 of Tsyplyatyev et al., Physical Review B 74, 132403 (2006), is what flows
  without a voltage, and larger by (1+P²)/(1−P²));
* the law at the mean temperature, ``V12 = −S ΔT``, as for a small gradient;
* one dimension: no charge current, so ``V' = −P s' − S T'``, and spins that diffuse from the strip into the
  leads: ``j_s = −σ (1−P²) (s' + S_s T'/2)``, ``j_s' = −(1−P²) σ s/λ²``, with ``k T'`` constant (scipy).

What spins that pile up at the ends of the strip add to V12 is what the law does not have: ``∫ P s' dx``.
"""

import argparse
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.integrate import quad, solve_bvp

from thermospin import load_config
from thermospin.compat import MPI
from thermospin.fields import THETA, Field, S
from thermospin.laws import Taylor
from thermospin.observables import Observer
from thermospin.output import SilentProgress
from thermospin.output.files import write_csv
from thermospin.problem import Problem
from thermospin.simulation import prepare
from thermospin.solution import Solution

FILE = Path(__file__).with_suffix(".yaml")
DEVICE = load_config(FILE)
SOLIDS = {solid.name: solid.box for solid in DEVICE.geometry.solids}
COLD_SIDE = "Cold", "ColdBranch", "ColdArm"
LENGTH = SOLIDS["Strip"].max[0]
METAL, LEAD = DEVICE.material_laws("Clustered"), DEVICE.material("Lead")
THERMOCOUPLE = DEVICE.material("AuFe").seebeck
WEAK, STRONG = 1e-6, 50e-6
"""Currents in the heater, A."""
FIELDS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 8.0, 12.0]
"""T."""
LENGTHS = [0.05e-6, 0.1e-6, 0.2e-6, 0.5e-6, 1e-6, 2e-6, 5e-6]
"""Of shorter strips, m."""
POLARISING = 1.0
"""Field in which they are compared, T."""
PROFILED = 0.05
"""Field whose profiles are drawn, T: clusters are polarised at the cold end and hardly at the hot one."""
MIDDLE = 0.1
"""Part of the strip over which the spin current is averaged."""


class Coefficients(NamedTuple):
    """The clustered metal at temperatures.

    Attributes:
        conductivity: σ, S/m.
        polarisation: P.
        seebeck: S, V/K.
        spin_seebeck: S_s, V/K.
    """

    conductivity: np.ndarray
    polarisation: np.ndarray
    seebeck: np.ndarray
    spin_seebeck: np.ndarray

    @property
    def spin_conductivity(self) -> np.ndarray:
        """``σ (1−P²)``, S/m: what conducts spins where no charge flows."""
        return self.conductivity * (1 - self.polarisation**2)


def coefficients(field: float, temperature: np.ndarray | float) -> Coefficients:
    """From the two channels of the law."""
    t = Taylor.variable(np.asarray(temperature, dtype=float), 0)
    (g_up, g_down), (s_up, s_down) = (
        [part.value for part in pair] for pair in METAL.nanoclusters.channels(t, field)
    )
    total = g_up + g_down
    seebeck = (g_up * s_up + g_down * s_down) / total
    return Coefficients(total, (g_up - g_down) / total, seebeck, s_up - s_down)


@dataclass(frozen=True)
class Profile:
    """What is along a strip.

    Attributes:
        x: From the hot end, m.
        values: What is there.
        weights: What of it counts how much, m³ or 1.
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
        """Of the temperatures of the ends, K."""
        return self.hot - self.cold


COLUMNS = [column.name for column in fields(Point)]


class Strip:
    """A strip between two leads in one dimension, from x = 0, the hot end, to its length.

    Spins decay in the leads with λ_N; they are 0 where the cold lead ends, and stay in the hot one.

    Args:
        length: Of the strip, m.
        field: B, T.
        hot: Temperature at x = 0, K.
        cold: Temperature at the other end, K.
    """

    def __init__(self, length: float, field: float, hot: float, cold: float) -> None:
        self.length, self.field, self.hot, self.cold = length, field, hot, cold
        mean, self._decay = self.at(0.5 * (hot + cold)), METAL.spin_diffusion_length
        self._gradient = (hot - cold) / length
        self._volts = abs(mean.spin_seebeck) * self._gradient * self._decay
        self._amperes = self._volts * mean.spin_conductivity / self._decay
        decays = length / self._decay
        near = np.geomspace(0.02, decays / 2, 120)
        x = np.concatenate([[0.0], near, decays - near[-2::-1], [decays]])
        start = np.array([1 - x / decays, 0 * x, 1 + 0 * x, 0 * x])
        found = solve_bvp(self._slopes, self._ends, x, start, p=[1.0], tol=1e-8, max_nodes=100_000)
        if not found.success:
            raise RuntimeError(found.message)
        self._solution = lambda x, order=0: found.sol(x / self._decay, order) / self._decay**order

    def at(self, temperature: np.ndarray | float) -> Coefficients:
        """The metal at a temperature in K."""
        return coefficients(self.field, temperature)

    def temperature(self, x: np.ndarray | float) -> np.ndarray:
        """T at x in m, K."""
        return self.cold + (self.hot - self.cold) * self._solution(x)[0]

    def spin(self, x: np.ndarray | float) -> np.ndarray:
        """s at x, V."""
        return self._volts * self._solution(x)[1]

    def spin_current(self, x: np.ndarray | float) -> np.ndarray:
        """j_s at x, A/m²."""
        return self._amperes * self._solution(x)[2]

    def law(self, x: np.ndarray) -> np.ndarray:
        """What j_s is at x far from the leads, A/m²."""
        metal = self.at(self.temperature(x))
        slope = (self.hot - self.cold) * self._solution(x, 1)[0]
        return -metal.spin_conductivity * metal.spin_seebeck / 2 * slope

    @property
    def voltage(self) -> float:
        """V12, V."""
        return float(-self._volts * self._solution(self.length)[3])

    def _slopes(self, x: np.ndarray, y: np.ndarray, flux: np.ndarray) -> np.ndarray:
        """Of temperature, spin, spin current and potential, in their units per λ."""
        temperature = self.cold + (self.hot - self.cold) * y[0]
        metal, mean = self.at(temperature), 0.5 * (self.hot + self.cold)
        heat = metal.conductivity * temperature / (self.at(mean).conductivity * mean)
        slope = -flux[0] * self._gradient / heat
        spin = -y[2] * self._amperes / metal.spin_conductivity - metal.spin_seebeck / 2 * slope
        lost = metal.spin_conductivity * y[1] * self._volts / self._decay**2
        potential = -metal.polarisation * spin - metal.seebeck * slope
        units = self._gradient * self.length, self._volts, self._amperes, self._volts
        return self._decay * np.array([slope, spin, -lost, potential]) / np.array(units)[:, None]

    def _ends(self, left: np.ndarray, right: np.ndarray, flux: np.ndarray) -> np.ndarray:
        decay = LEAD.spin_diffusion_length
        hot, cold = ((SOLIDS[name].max[0] - SOLIDS[name].min[0]) / decay for name in ("Hot", "Cold"))
        unit = decay / LEAD.conductivity * self._amperes / self._volts
        into_hot = left[1] + unit / np.tanh(hot) * left[2]
        into_cold = right[1] - unit * np.tanh(cold) * right[2]
        return np.array([left[0] - 1, right[0], into_hot, into_cold, left[3]])


def stretched(length: float) -> list[str]:
    """The overrides that give the strip a length in m; the cold side moves with its end."""
    numbers = {solid.name: i for i, solid in enumerate(DEVICE.geometry.solids)}
    moved = [("Strip", "max"), *((name, end) for name in COLD_SIDE for end in ("min", "max"))]
    return [
        f"geometry.solids[{numbers[name]}].box.{end}[0]={getattr(SOLIDS[name], end)[0] + length - LENGTH:.12e}"
        for name, end in moved
    ]


def solve(
    length: float,
    field: float,
    currents: Sequence[float],
    comm: MPI.Comm = MPI.COMM_SELF,
    changes: Sequence[str] = (),
) -> list[tuple[Point, Strip, Profile]]:
    """The device at currents in its heater, by Newton's method (collective).

    Args:
        length: Of the strip, m.
        field: B, T.
        currents: A.
        comm: Ranks that share the work.
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
    config, progress = load_config(FILE, overrides), SilentProgress()
    _, device = prepare(config, comm, progress)
    problem = Problem(config, device, progress)
    problem.magnetise({})
    solver = problem.scheme("heater")
    observer = Observer(problem.spaces, problem.coefficients, problem.local)
    found = []
    for current in currents:
        solution = solver.at(current)
        numbers = length, field, current
        found.append(beside_the_law(problem, solution, spin_currents(problem, observer, solution), numbers))
    problem.free()
    return found


def beside_the_law(
    problem: Problem, solution: Solution, currents: Profile, numbers: tuple[float, float, float]
) -> tuple[Point, Strip, Profile]:
    """What a solution has, and what the law and one dimension make of its temperatures (collective)."""
    length, field, current = numbers
    hot, cold = (DEVICE.temperature + at_plane(problem, solution, THETA, x) for x in (0.0, length))
    strip = Strip(length, field, hot, cold)
    probes = problem.config.probes
    thermocouples = [solution.reading(probes[f"{name}_thermocouple"]) for name in ("hot", "cold")]
    point = Point(
        *numbers,
        hot=hot,
        cold=cold,
        thermocouples=(thermocouples[0] - thermocouples[1]) / THERMOCOUPLE,
        voltage=solution.reading(probes["V12"]),
        voltage_law=-quad(lambda t: float(coefficients(field, t).seebeck), cold, hot, epsrel=1e-10, epsabs=0)[0],
        voltage_mean=-float(coefficients(field, (hot + cold) / 2).seebeck) * (hot - cold),
        voltage_1d=strip.voltage,
        spin_current=currents.middle(length),
        spin_current_law=Profile(currents.x, strip.law(currents.x), currents.weights).middle(length),
        spin_current_1d=Profile(currents.x, strip.spin_current(currents.x), currents.weights).middle(length),
        spin=at_plane(problem, solution, S, 0.0),
        spin_1d=float(strip.spin(0.0)),
    )
    return point, strip, currents


def at_plane(problem: Problem, solution: Solution, field: Field, x: float) -> float:
    """The mean of a field over the nodes of an end of the strip (collective)."""
    spaces = problem.spaces
    part = spaces.ranges[field]
    nodes = spaces.spaces[field].tabulate_dof_coordinates()[: part.stop - part.start, 0]
    there = abs(nodes - x) < 1e-13
    values = solution.vector.array_r[part][there]
    total = spaces.comm.allreduce(np.array([values.sum(), there.sum()]), MPI.SUM)
    return float(total[0] / total[1])


def spin_currents(problem: Problem, observer: Observer, solution: Solution) -> Profile:
    """j_s along x at the centres of the cells of the strip, and their volumes, on all ranks (collective)."""
    device = problem.spaces.device
    cells = device.owned(device.cells(["Strip"]))
    corners = device.mesh.geometry.x[device.mesh.geometry.dofmaps[0][cells]]
    volumes = abs(np.linalg.det(corners[:, 1:] - corners[:, :1])) / 6
    along = observer.observe(solution).j_s[cells, 0]
    parts = corners[..., 0].mean(axis=1), along, volumes
    return Profile(*(np.concatenate(problem.spaces.comm.allgather(part)) for part in parts))


def report(points: list[Point], title: str) -> None:
    """A table of V12 and the spin current, and how far from them the law and one dimension are."""
    print(f"\n{title}")
    print(
        f"{'B (T)':>6} {'L (µm)':>7} {'T hot':>8} {'cold (K)':>8} {'V12 (pV)':>10} {'law':>9} {'at mean T':>9} "
        f"{'1D':>9} {'thermoc.':>9} {'j_s (A/m²)':>11} {'law':>9} {'1D':>9}"
    )
    for p in points:
        by_thermocouples = p.voltage_law * p.thermocouples / p.difference
        others = [p.voltage_law, p.voltage_mean, p.voltage_1d, by_thermocouples]
        voltages = " ".join(f"{p.voltage / other - 1:+9.1e}" for other in others)
        spins = " ".join(f"{p.spin_current / other - 1:+9.1e}" for other in (p.spin_current_law, p.spin_current_1d))
        print(
            f"{p.field:6.2f} {p.length * 1e6:7.2f} {p.hot:8.4f} {p.cold:8.4f} {p.voltage * 1e12:10.3f} {voltages} "
            f"{p.spin_current:11.4g} {spins}"
        )


def plot(path: Path, weak: list[Point], strong: list[Point], short: list[Point], profiles) -> None:
    """Thermopower and spin current against the field, the latter along the strip, and short strips."""
    figure = Figure(figsize=(11, 7.5), layout="constrained")
    thermopower, spin, along, lengths = figure.subplots(2, 2).flat
    for points, colour, label in ((weak, "tab:blue", "weak"), (strong, "tab:red", "strong")):
        label = f"{label} heating, up to {max(p.hot for p in points):.3g} K"
        curve(thermopower, points, "voltage", "voltage_law", -1e9, colour, label)
        curve(spin, points, "spin_current", "spin_current_law", 1.0, colour, label)
    thermopower.plot(*per_kelvin(strong, "voltage_mean", -1e9), ":", color="tab:red", label="law at the mean T")
    for point, strip, found in profiles:
        x = np.concatenate([np.geomspace(1e-9, point.length / 2, 200), np.linspace(0.5, 1, 200) * point.length])
        unit = point.difference / point.length
        colour = "tab:blue" if point.current == WEAK else "tab:red"
        along.plot(1e6 * x, strip.spin_current(x) / unit, "-", color=colour, lw=1.2)
        along.plot(1e6 * x, strip.law(x) / unit, "k--", lw=1)
        along.plot(1e6 * found.x, found.values / unit, ".", color=colour, ms=2)
    along.set(xlabel="from the hot end (µm)", ylabel="j$_s$/(ΔT/L) (A/(m K))", title=f"{PROFILED:g} T")
    ratio = METAL.spin_diffusion_length
    x = [p.length / ratio for p in short]
    lengths.semilogx(x, [p.voltage / p.voltage_law for p in short], "o", fillstyle="none", label="V$_{12}$")
    lengths.semilogx(x, [p.voltage_1d / p.voltage_law for p in short], "k-", lw=1.2)
    lengths.semilogx(x, [p.spin_current / p.spin_current_law for p in short], "s", fillstyle="none", label="j$_s$")
    lengths.semilogx(x, [p.spin_current_1d / p.spin_current_law for p in short], "k-", lw=1.2, label="1D")
    lengths.set(xlabel="L/λ", ylabel="over the law", title=f"{POLARISING:g} T, weak heating")
    thermopower.set(xlabel="B (T)", ylabel="−V$_{12}$/ΔT (nV/K)", xscale="log")
    spin.set(xlabel="B (T)", ylabel="j$_s$/(ΔT/L) (A/(m K))", xscale="log")
    for panel in (thermopower, spin, lengths):
        panel.legend(frameon=False, fontsize=8)
    figure.savefig(path, dpi=150)


def per_kelvin(points: list[Point], name: str, unit: float) -> tuple[list[float], list[float]]:
    """Fields, and what there is per difference of temperatures; of spin currents per gradient."""
    lengths = [p.length if name.startswith("spin") else 1.0 for p in points]
    values = [getattr(p, name) * unit * m / p.difference for p, m in zip(points, lengths, strict=True)]
    return [p.field for p in points], values


def curve(panel: Axes, points: list[Point], found: str, law: str, unit: float, colour: str, label: str) -> None:
    """The device as points on the law."""
    panel.plot(*per_kelvin(points, law, unit), "-", color=colour, lw=1.2)
    panel.plot(*per_kelvin(points, found, unit), "o", color=colour, fillstyle="none", ms=4.5, label=label)


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
    report(weak, "Weak heating: where device and law agree")
    report(strong, "Strong heating: the law holds at every place, not at the mean temperature")
    report(short, "Short strips: spins pile up at the ends within λ, which the law leaves out")
    rows = [list(asdict(point).values()) for point in (*weak, *strong, *short)]
    write_csv(directory / "clustered_strip.csv", COLUMNS, rows)
    profiles = [case for case in solved if case[0].field == PROFILED]
    plot(directory / "clustered_strip.png", weak, strong, short, profiles)


if __name__ == "__main__":
    main()
