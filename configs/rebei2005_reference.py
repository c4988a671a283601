"""Spin accumulation of inhomogeneous ferromagnets: what Figs. 6 to 11 and 13 to 15 of Rebei et al. show.

    python configs/rebei2005_reference.py OUTDIR

Solves the equations of A. Rebei, W. N. G. Hitchon, G. J. Parker, Physical Review B 72, 064408 (2005), in one
dimension with scipy, and writes OUTDIR/figNN.png, OUTDIR/curves/*.csv and OUTDIR/rebei2005.csv.

Solved are Eqs. 72, 73 and 75, ``∇·(D A⁻¹ ∇n) = (n − n_eq)/τ_sf + H × n`` with ``A = 1 + τ_p [H]×``. Written
out for H along z they are Eqs. 87 and 88 with ``D_xy = −D_yx = a D/(1+a²)``: this sign, not that of Eq. 92,
gives the derivatives of a(x) as Eqs. 87 and 88 print them. ``--sign 92`` takes the other one.

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
"""

import argparse
import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from scipy.integrate import solve_bvp

from thermospin.output.files import write_csv

DIFFUSION_LENGTH = 100.0
"""l, nm."""
STRENGTH = 100.0
"""a = τ_p |H| far from a transition."""
TIME_RATIO = 1.0
"""τ_sf/τ_p."""
SHARPEST = 0.6
"""nm."""
WIDTHS = 0.6, 2.0, 6.0
"""Of the transitions of Figs. 6 and 7, nm."""
ANGLES = 0, 45, 90, 135, 180
"""θ of Figs. 8 to 11, degrees; 270° is 90° with n_x and n_y reversed."""
TOLERANCE, MAX_NODES = 1e-6, 200_000
AXES = "xyz"


@dataclass(frozen=True)
class Case:
    """One transition, or the ring of four of them.

    Attributes:
        label: What tells it from the others of a figure.
        directions: Angles from z of H in the yz plane, left and right, degrees.
        side: Length on either side of a bar's transition, or of a side of the ring, nm.
        width: Of the transition, nm.
        ring: Whether it is the ring.
        profile: ``vanishing`` or ``turning``.
        sign: 1 for Eqs. 72 and 73, −1 for Eq. 92.
    """

    label: str
    directions: tuple[float, float]
    side: float
    width: float = SHARPEST
    ring: bool = False
    profile: str = "vanishing"
    sign: int = 1

    @property
    def reach(self) -> float:
        """How far the solved piece extends from the transition, nm."""
        return self.side / 2 if self.ring else self.side

    def equilibrium(self, x: np.ndarray) -> np.ndarray:
        """``n_eq = H/|H|_max`` at distances from the (first) transition in nm, (k, 3)."""
        corner = np.round(x / self.side) if self.ring else np.zeros_like(x)
        first, second = np.radians(self.directions)
        x = x - corner * self.side
        if self.profile == "turning":
            angle = first + (second - first) * np.clip(x / self.width + 0.5, 0, 1)
            size = np.ones_like(x)
        else:
            angle = np.where(x < 0, first, second)
            size = np.tanh(abs(x) / self.width)
        angle = angle + corner * (second - first)
        return size[:, None] * np.stack([0 * x, np.sin(angle), np.cos(angle)], axis=1)


@dataclass(frozen=True)
class Curve:
    """Spin accumulation along a case.

    Attributes:
        x: Distance from the (first) transition, nm.
        n: Components over the equilibrium, (k, 3).
    """

    x: np.ndarray
    n: np.ndarray


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


def cross(vectors: np.ndarray) -> np.ndarray:
    """The matrices ``[v]×`` of vectors (k, 3)."""
    return np.cross(vectors[:, None, :], np.eye(3)).transpose(0, 2, 1)


def matrices(case: Case, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """``y' = M y + b`` of ``y = (n, l A⁻¹ n')``.

    Args:
        case: Which.
        x: Distances from the transition, nm, (k,).

    Returns:
        M (k, 6, 6) and b (k, 6), per nm.
    """
    equilibrium = case.equilibrium(x)
    turn = STRENGTH * cross(equilibrium)
    m, b = np.zeros((len(x), 6, 6)), np.zeros((len(x), 6))
    m[:, :3, 3:] = np.eye(3) + case.sign * turn
    m[:, 3:, :3] = np.eye(3) + TIME_RATIO * turn
    b[:, 3:] = -equilibrium
    return m / DIFFUSION_LENGTH, b / DIFFUSION_LENGTH


def corner_turn() -> np.ndarray:
    """The rotation of spins from one side of the ring to the next: z to y, y to −z."""
    return np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]])


def boundary_value_solution(case: Case) -> Curve:
    """The curve by scipy's adaptive collocation.

    Raises:
        RuntimeError: It did not reach its tolerance.
    """
    x = _first_nodes(case)
    ends = case.equilibrium(x[[0, -1]])
    twist = np.kron(np.eye(2), corner_turn())

    def slopes(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        m, b = matrices(case, x)
        return (np.einsum("kab,bk->ka", m, y) + b).T

    def conditions(left: np.ndarray, right: np.ndarray) -> np.ndarray:
        if case.ring:
            return right - twist @ left
        return np.concatenate([left[:3] - ends[0], right[:3] - ends[1]])

    start = np.vstack([case.equilibrium(x).T, np.zeros((3, len(x)))])
    found = solve_bvp(
        slopes,
        conditions,
        x,
        start,
        fun_jac=lambda x, y: matrices(case, x)[0].transpose(1, 2, 0),
        tol=TOLERANCE,
        max_nodes=MAX_NODES,
    )
    if not found.success:
        raise RuntimeError(f"{case}: {found.message}")
    n = found.y[:3].T
    return _around(found.x, n, case.side) if case.ring else Curve(found.x, n)


def _first_nodes(case: Case) -> np.ndarray:
    """Ten nodes for every turn of the spins and for the width, with one where the field has a kink."""
    fine = np.linspace(0, min(4 * case.width, case.reach), 41)
    coarse = np.linspace(0, case.reach, int(case.reach / 0.6) + 2)
    kinks = [case.width / 2] if case.profile == "turning" else []
    half = np.unique(np.concatenate([fine, coarse, kinks]))
    half = half[np.concatenate([[True], np.diff(half) > 1e-6])]
    return np.concatenate([-half[:0:-1], half])


def _around(x: np.ndarray, n: np.ndarray, side: float) -> Curve:
    """All four corners of the ring from one of them."""
    turns = [np.linalg.matrix_power(corner_turn(), k) for k in range(4)]
    return Curve(
        np.concatenate([x + k * side for k in range(4)]),
        np.concatenate([n @ turn.T for turn in turns]),
    )


METHODS: dict[str, tuple[str, Callable[[Case], Curve]]] = {"1D, scipy": ("-", boundary_value_solution)}
"""Who solves a case and how it is drawn: another solver of the same cases is another entry."""


def numbers(case: Case, curve: Curve) -> list[float]:
    """Largest size of every component and where it is (nm), and the mean of |n − n_eq|."""
    which = abs(curve.n).argmax(axis=0)
    extremes = [value for axis, i in enumerate(which) for value in (curve.n[i, axis], curve.x[i])]
    deviation = np.linalg.norm(curve.n - case.equilibrium(curve.x), axis=1)
    return [*extremes, np.trapezoid(deviation, curve.x) / np.ptp(curve.x)]


def draw(path: Path, number: int, curves: Iterable[tuple[str, str, Case, Curve]]) -> None:
    """One panel for every component that the figure shows."""
    shown, varied, cases = FIGURES[number]
    figure = Figure(figsize=(0.8 + 4.2 * len(shown), 3.6), layout="constrained")
    panels = np.atleast_1d(figure.subplots(1, len(shown)))
    colours = {case.label: f"C{i}" for i, case in enumerate(cases)}
    for method, style, case, curve in curves:
        for panel, axis in zip(panels, shown, strict=True):
            values = curve.n[:, AXES.index(axis)]
            label = case.label if len(METHODS) == 1 else f"{case.label}, {method}"
            panel.plot(curve.x, values, style, color=colours[case.label], lw=1.1, label=label)
    for panel, axis in zip(panels, shown, strict=True):
        panel.set(xlabel="x (nm)", ylabel=f"n$_{axis}$ (over equilibrium)")
    panels[0].legend(frameon=False, fontsize=8)
    figure.suptitle(f"Rebei Fig. {number}: {varied}", fontsize=10)
    figure.savefig(path, dpi=150)


def main() -> None:
    """Solve all cases, draw the figures, write the curves, and print their numbers."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory", type=Path, help="where figures and tables go")
    parser.add_argument("--figures", type=int, nargs="+", choices=FIGURES, default=list(FIGURES))
    parser.add_argument("--profile", choices=["vanishing", "turning"], default="vanishing")
    parser.add_argument("--sign", choices=["73", "92"], default="73", help="of the off-diagonal diffusion")
    given = parser.parse_args()
    settings = {"profile": given.profile, "sign": 1 if given.sign == "73" else -1}
    header = ["figure", "curve", "method"]
    header += [f"{kind}_{axis}" for axis in AXES for kind in ("extreme", "at_nm")]
    header.append("deviation")
    print(" ".join(f"{name:>12}" for name in header))
    solved: dict[tuple[str, Case], Curve] = {}
    rows = []
    for number in given.figures:
        drawn = []
        cases = [replace(case, **settings) for case in FIGURES[number][2]]
        for case, (method, (style, solution)) in itertools.product(cases, METHODS.items()):
            key = method, replace(case, label="")
            if key not in solved:
                solved[key] = solution(case)
            curve = solved[key]
            drawn.append((method, style, case, curve))
            rows.append([number, case.label, method, *numbers(case, curve)])
            print(
                " ".join(f"{v:12.4g}" if isinstance(v, float) else f"{v:>12}" for v in rows[-1]), flush=True
            )
            name = f"fig{number:02}_{case.label}_{method}".replace(" ", "").replace(",", "_")
            table = np.column_stack([curve.x, curve.n])
            write_csv(given.directory / "curves" / f"{name}.csv", ["x_nm", "n_x", "n_y", "n_z"], table)
        draw(given.directory / f"fig{number:02}.png", number, drawn)
    write_csv(given.directory / "rebei2005.csv", header, rows)


if __name__ == "__main__":
    main()
