"""Spin accumulation of inhomogeneous ferromagnets: Figs. 6 to 11 and 13 to 15 of Rebei et al.

    python configs/rebei2005.py OUTDIR

Solves bars and square rings in three dimensions (configs/rebei2005_bar.yaml, configs/rebei2005_ring.yaml)
and, beside them, in one dimension with scipy (configs/rebei2005_reference.py). Writes OUTDIR/figNN.png with
both, OUTDIR/curves/*.csv and OUTDIR/rebei2005.csv, and prints the largest difference of each pair.

Solved are Eqs. 72, 73 and 75 of A. Rebei, W. N. G. Hitchon, G. J. Parker, Phys. Rev. B 72, 064408 (2005).
Written out for H along z they are Eqs. 87 and 88 with ``D_xy = −D_yx = a D/(1+a²)``: this sign, not that of
Eq. 92, gives the derivatives of a(x) as Eqs. 87 and 88 print them. ``--sign 92`` takes the other one, in one
dimension only.

The paper's n and M are those of electron spins. In thermospin s counts moments and m is the magnetisation,
both opposite to spins: the figures are reproduced with m = −M, n = −s, and the precession of exchange
(``precession_frequency`` ω > 0, H = −ω m = ω M).

The paper gives l = 100 nm, D = 1e-3 m²/s, a = 100, the sharpest of several widths (0.6 nm), and the lengths
of the sides. It leaves open what is set here:

* ``τ_p = τ_sf``, as Eqs. 87 and 88 imply. (a = 100 at 0.1 eV would be τ_p = 0.66 ps, while l²/D is 10 ps.)
* The profile of Fig. 5 is ``a tanh(|x|/w)``, w the width; the direction of H changes where it vanishes.
  ``--profile turning`` has a field of constant size that turns evenly over the width w instead.
* ``n_eq = H/|H|_max``: −1 along the local axis of the left side, +1 along that of the right side, and
  n = n_eq at the outer ends.
* θ is the angle between the local axes: magnetisations enclose 180° − θ. They lie in the yz plane.
* Figs. 6 and 7: sides of 100 nm and θ = 90°. (Between collinear magnetisations n_x and n_y vanish.)
* Figs. 13 to 15: every corner of the ring is such a transition by 90°, n_eq = +1 along each side.
* An arm of the ring is :data:`ARM` wide and high. In one dimension it has no width: the difference is of
  second order in it. With waves around the ring it is 9e-4 of the largest component with sides of 10 nm,
  6e-3 with 100 nm, and 3e-3 with 1000 nm (with ``--profile turning`` more).
"""

import argparse
import itertools
import json
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from mpi4py import MPI
from rebei2005_mesh import ARMS, LEAD, write_ring
from rebei2005_reference import SHARPEST, Case, Curve, boundary_value_solution

import thermospin as ts

SOLVED = {
    "73": "Solved: Eqs. 72, 73 and 75, for H along z Eqs. 87 and 88 with D_xy = -D_yx = +a D/(1+a^2)",
    "92": "Solved: Eqs. 87 and 88 with D_xy = -D_yx = -a D/(1+a^2) of Eq. 92, in one dimension only",
}
"""Message about the sign that is used."""
BAR, RING = (Path(__file__).with_name(f"rebei2005_{kind}.yaml") for kind in ("bar", "ring"))
ARM = 0.1
"""Width and height of the arms of the ring, nm."""
WIDTHS = 0.6, 2.0, 6.0
"""Widths of the transitions of Figs. 6 and 7, nm."""
ANGLES = 0, 45, 90, 135, 180
"""θ of Figs. 8 to 11, degrees; 270° is 90° with n_x and n_y reversed."""
AXES = "xyz"
MARKS = 120
"""Points of a curve that are marked."""


def bar(label: str, angle: float, side: float, width: float = SHARPEST) -> Case:
    """Two sides whose local axes enclose an angle θ in degrees."""
    return Case(label, (180.0, angle), side, width)


FIGURES: dict[int, tuple[str, str, list[Case]]] = {
    6: ("x", "width of the transition", [bar(f"w = {w:g} nm", 90, 100, w) for w in WIDTHS]),
    7: ("yz", "width of the transition", [bar(f"w = {w:g} nm", 90, 100, w) for w in WIDTHS]),
    8: ("z", "angle, sides of 100 nm", [bar(f"θ = {angle}°", angle, 100) for angle in ANGLES]),
    9: ("z", "angle, sides of 10 nm", [bar(f"θ = {angle}°", angle, 10) for angle in ANGLES]),
    10: ("x", "angle, sides of 10 nm", [bar(f"θ = {angle}°", angle, 10) for angle in ANGLES]),
    11: ("y", "angle, sides of 10 nm", [bar(f"θ = {angle}°", angle, 10) for angle in ANGLES]),
    13: ("xyz", "ring, sides of 10 nm", [Case("ring", (0.0, 90.0), 10, ring=True)]),
    14: ("xyz", "ring, sides of 100 nm", [Case("ring", (0.0, 90.0), 100, ring=True)]),
    15: ("xyz", "ring, sides of 1000 nm", [Case("ring", (0.0, 90.0), 1000, ring=True)]),
}
"""Number of a figure, to the components it shows, what it varies, and its curves."""


def bar_overrides(case: Case) -> list[str]:
    """Overrides that turn :data:`BAR` into the device of a case; z = 0 is its left end."""
    a, b = case.directions
    lengths = {"Left": case.side, "Right": case.side}
    magnetisation = {"Left": direction(a), "Right": direction(b)}
    profile = f"tanh(abs(z - {case.side}*nm) / ({case.width}*nm))"
    if case.profile == "turning":
        outside = case.side - case.width / 2
        lengths, profile = {"Left": outside, "Transition": case.width, "Right": outside}, "1"
        turn = {"rotation": [f"{a} deg", f"{b} deg"], "plane": ["z", "y"], "axis": "z"}
        turn |= {"centre": f"{case.side} nm", "width": f"{case.width} nm"}
        magnetisation = dict.fromkeys(lengths, turn)
    layers = [
        {"name": name, "material": "Magnet", "thickness": f"{nm} nm", "elements": 6}
        for name, nm in lengths.items()
    ]
    return [f"geometry.layers={json.dumps(layers)}", *magnet(profile, magnetisation)]


def ring_overrides(case: Case, file: Path) -> list[str]:
    """Overrides that turn :data:`RING` into the device of a case, whose mesh is in a file.

    Without a current the contact may conduct as little as it takes to leave the spins of a thin ring alone.
    """
    regions = dict.fromkeys(ARMS, "Magnet") | {LEAD: "Metal"}
    geometry = {"file": str(file), "unit": "nm", "regions": regions}
    magnetisation: dict = {name: [-s, c, 0] for name, (c, s) in ARMS.items()}
    profile = f"tanh(abs(abs(x) - abs(y)) / ({case.width}*nm))"
    if case.profile == "turning":
        profile = "1"
        magnetisation = dict.fromkeys(ARMS, {"ring": "square", "corner": f"{case.width / 2} nm"})
    contact = "interfaces[0].conductance=1e7 S/m^2"
    return [f"geometry={json.dumps(geometry)}", contact, *magnet(profile, magnetisation)]


@contextmanager
def ring_file(case: Case, arm: float, comm: MPI.Comm) -> Iterator[Path]:
    """The mesh of a ring, in a file that all ranks see for a while (collective)."""
    folder = Path(comm.bcast(tempfile.mkdtemp() if comm.rank == 0 else None))
    if comm.rank == 0:
        write_ring(folder / "ring.msh", case.side, case.width, arm)
    yield folder / "ring.msh"
    comm.Barrier()
    if comm.rank == 0:
        shutil.rmtree(folder)


def magnet(profile: str, magnetisation: dict) -> list[str]:
    """The overrides of a profile and of the directions M of electron spins, by region; m = −M."""
    law = "materials.Magnet.tensor_diffusion"
    return [f"{law}.profile={json.dumps(profile)}", f"magnetisation={json.dumps(magnetisation)}",
            f"configurations={json.dumps({'only': dict.fromkeys(magnetisation, -1)})}",
            "output.maps=[]"]  # fmt: skip


def direction(angle: float) -> dict[str, str]:
    """A direction in the yz plane, by its angle from z in degrees."""
    return {"theta": f"{angle} deg", "phi": "90 deg"}


def finite_elements(case: Case, comm: MPI.Comm = MPI.COMM_SELF, arm: float = ARM) -> Curve:
    """The curve by the three-dimensional solver, at nodes in the magnet (collective).

    Those are all nodes of a bar, and of a ring those in the middle of its arms.

    Raises:
        ValueError: The case has the sign of Eq. 92.
    """
    if case.sign != 1:
        raise ValueError("the solver has the sign of Eqs. 72 and 73")
    if case.ring:
        with ring_file(case, arm, comm) as file:
            points, n = solve_at_rest(ts.load(RING, *ring_overrides(case, file)), comm)
        middle = abs(abs(points[:, :2]).max(axis=1) - case.side / 2) < 1e-3 * arm
        x, n = along_the_ring(points[middle], case.side), n[middle]
        n = np.stack([-n[:, 2], -n[:, 0], n[:, 1]], axis=1)
    else:
        points, n = solve_at_rest(ts.load(BAR, *bar_overrides(case)), comm)
        x = points[:, 2] - case.side
    order = np.argsort(x)
    return Curve(x[order], n[order])


def solve_at_rest(config: ts.Config, comm: MPI.Comm) -> tuple[np.ndarray, np.ndarray]:
    """Nodes of the magnets, nm (k, 3), and n = −s there without a drive, over the equilibrium, (k, 3)."""
    with ts.Problem.of(config, comm) as problem:
        fields = problem.observe(problem.solve("rest", "only"), order=0)
    magnets = [name for name, material in config.geometry.materials.items() if material == "Magnet"]
    magnet = ts.in_regions(fields, *magnets)
    unit = 2 * config.material("Magnet").tensor_diffusion.equilibrium
    return 1e9 * magnet.points, -magnet["mu_s"] / unit


def along_the_ring(points: np.ndarray, side: float) -> np.ndarray:
    """Distances from the first corner, between half a side before it and half a side after the fourth, nm.

    The arms run counter-clockwise. Their directions y, −x, … are the local axes z, y, … of a case, so x of a
    case is −z.
    """
    x, y, _ = points.T
    upright = abs(x) >= abs(y)
    arm = np.where(upright, np.where(x > 0, 0, 2), np.where(y > 0, 1, 3))
    distance = np.choose(arm, [y, -x, -y, x]) + (arm - 0.5) * side
    return (distance + side / 2) % (4 * side) - side / 2


def one_dimension(case: Case) -> Curve | None:
    """The curve by scipy."""
    return boundary_value_solution(case)


def three_dimensions(case: Case) -> Curve | None:
    """The curve by the three-dimensional solver, where that is meant to solve it."""
    return finite_elements(case) if case.sign == 1 else None


METHODS: dict[str, Callable[[Case], Curve | None]] = {"1D": one_dimension, "3D": three_dimensions}
"""Methods that solve a case; the first is the reference of the others."""


def difference(curve: Curve, reference: Curve) -> float:
    """The largest difference between two curves, over the largest component."""
    x = np.clip(curve.x, reference.x[0], reference.x[-1])
    return float(abs(curve.n - reference(x)).max() / abs(reference.n).max())


def numbers(case: Case, curve: Curve) -> list[float]:
    """Largest size of every component and where it is (nm), and the mean of |n − n_eq|."""
    which = abs(curve.n).argmax(axis=0)
    extremes = [value for axis, i in enumerate(which) for value in (curve.n[i, axis], curve.x[i])]
    deviation = np.linalg.norm(curve.n - case.equilibrium(curve.x), axis=1)
    return [*extremes, np.trapezoid(deviation, curve.x) / np.ptp(curve.x)]


def draw(path: Path, number: int, drawn: Iterable[tuple[str, Case, Curve]]) -> None:
    """One panel for every component that the figure shows: lines in one dimension, marks in three."""
    shown, varied, cases = FIGURES[number]
    figure = Figure(figsize=(0.8 + 4.2 * len(shown), 3.6), layout="constrained")
    panels = np.atleast_1d(figure.subplots(1, len(shown)))
    colours = {case.label: f"C{i}" for i, case in enumerate(cases)}
    for (method, case, curve), (panel, axis) in itertools.product(drawn, zip(panels, shown, strict=True)):
        values, colour = curve.n[:, AXES.index(axis)], colours[case.label]
        if method == "1D":
            panel.plot(curve.x, values, "-", color=colour, lw=1.1, label=case.label)
        else:
            some = np.searchsorted(curve.x, np.linspace(curve.x[0], curve.x[-1], MARKS))
            panel.plot(curve.x[some], values[some], "o", color=colour, ms=2.5, mfc="none", mew=0.6)
    for panel, axis in zip(panels, shown, strict=True):
        panel.set(xlabel="x (nm)", ylabel=f"n$_{axis}$ (over equilibrium)")
    panels[0].plot([], [], "ko", ms=2.5, mfc="none", mew=0.6, label="three dimensions")
    panels[0].legend(frameon=False, fontsize=8)
    figure.suptitle(f"Rebei Fig. {number}: {varied}", fontsize=10)
    figure.savefig(path, dpi=150)


def solve(cases: Iterable[Case], solved: dict) -> Iterable[tuple[str, Case, Curve]]:
    """The curves of cases by every method; those in `solved` are taken from there."""
    for case, (method, solution) in itertools.product(cases, METHODS.items()):
        key = method, replace(case, label="")
        if key not in solved:
            solved[key] = solution(case)
        if solved[key] is not None:
            yield method, case, solved[key]


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory", type=Path, help="where figures and tables go")
    parser.add_argument("--figures", type=int, nargs="+", choices=FIGURES, default=list(FIGURES))
    parser.add_argument("--profile", choices=["vanishing", "turning"], default="vanishing")
    parser.add_argument("--sign", choices=["73", "92"], default="73", help="of the off-diagonal diffusion")
    return parser.parse_args()


def main() -> None:
    """Solve all cases, draw the figures, write the curves, and print their numbers."""
    given = parse()
    settings = {"profile": given.profile, "sign": 1 if given.sign == "73" else -1}
    header = ["figure", "curve", "method"]
    header += [f"{kind}_{axis}" for axis in AXES for kind in ("extreme", "at_nm")]
    header += ["deviation", "difference"]
    (given.directory / "curves").mkdir(parents=True, exist_ok=True)
    print(SOLVED[given.sign])
    print(" ".join(f"{name:>12}" for name in header))
    solved: dict[tuple[str, Case], Curve | None] = {}
    rows = []
    for number in given.figures:
        drawn = []
        cases = [replace(case, **settings) for case in FIGURES[number][2]]
        for method, case, curve in solve(cases, solved):
            drawn.append((method, case, curve))
            off = difference(curve, solved["1D", replace(case, label="")]) if method != "1D" else 0.0
            rows.append([number, case.label, method, *numbers(case, curve), off])
            print(" ".join(f"{v:12.4g}" if isinstance(v, float) else f"{v:>12}" for v in rows[-1]))
            name = f"fig{number:02}_{case.label}_{method}".replace(" ", "")
            columns = np.column_stack([curve.x, curve.n])
            table = pd.DataFrame(columns, columns=["x_nm", "n_x", "n_y", "n_z"])
            table.to_csv(given.directory / "curves" / f"{name}.csv", index=False)
        draw(given.directory / f"fig{number:02}.png", number, drawn)
    pd.DataFrame(rows, columns=header).to_csv(given.directory / "rebei2005.csv", index=False)


if __name__ == "__main__":
    main()
