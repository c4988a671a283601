"""The benchmark's case on scikit-fem and PyAMG, as fast as they allow: the bar for thermospin.

    python benchmarks/skfem_pyamg.py configs/slachter2010.yaml --set mesh.refinement=0.5

The formulation is thermospin's: V and s on conductors, ϑ everywhere, the heat equation divided by T0, one
multigrid per field, conjugate gradients, residual recomputed relative to the probe. P and AP are solved in
two processes, which share what was set up before. The mesh is read from thermospin's arrays (``.npy``).
"""

import numpy as np
from common import (
    Circuit,
    Coefficients,
    arguments,
    configuration,
    in_processes,
    mesh_of,
    peak_memory,
    present_memory,
    report,
    spread,
)
from skfem_device import Device, Mesh

import thermospin as ts

TOLERANCE, REFINEMENT, ACCURACY = 1e-10, 1e-3, 1e-7
"""Reduction in the first cycle and in later ones; relative accuracy of the readings."""
MAX_CYCLES, MAX_ITERATIONS = 8, 300


def conjugate_gradients(device: Device, r: np.ndarray, reduction: float) -> tuple[np.ndarray, int]:
    """Reduce a residual in the norm of the preconditioner: the correction, and the number of iterations."""
    p = device.precondition(r)
    x, rho = np.zeros_like(r), r @ p
    goal = reduction**2 * rho
    for iteration in range(1, MAX_ITERATIONS + 1):
        q = device.apply(p)
        q[device.all_fixed] = 0.0
        alpha = rho / (p @ q)
        x += alpha * p
        r -= alpha * q
        z = device.precondition(r)
        rho, previous = r @ z, rho
        if rho <= goal:
            return x, iteration
        p *= rho / previous
        p += z
    raise SystemExit("no convergence")


def solve(device: Device, rhs: np.ndarray) -> tuple[np.ndarray, int]:
    """Solve until the reading of the probe is stable; V is kept relative to its minus terminal."""
    x, iterations, before = np.zeros(device.size), 0, np.inf
    plus, minus = device.circuit.probe
    for cycle in range(MAX_CYCLES):
        x[device.parts[0]] -= device.readings(x)[minus]
        r = rhs - device.apply(x)
        r[device.all_fixed] = 0.0
        step, count = conjugate_gradients(device, r, REFINEMENT if cycle else TOLERANCE)
        x, iterations = x + step, iterations + count
        readings = device.readings(x)
        now = readings[plus] - readings[minus]
        # The next cycle would change the reading by the same factor less.
        if cycle and abs(now - before) * 10 * REFINEMENT <= ACCURACY * abs(now):
            break
        before = now
    return x, iterations


def expand(device: Device, magnetisation) -> dict:
    """R1 and R2, the spread of potentials, iterations, and the memory this process needed for them."""
    shared = present_memory()
    device.magnetise(device.table.signs(magnetisation))
    first, iterations = solve(device, device.injection)
    second, more = solve(device, device.heat(first))
    (plus, minus), readings = device.circuit.probe, [device.readings(x) for x in (first, second)]
    return {
        "R": [order[plus] - order[minus] for order in readings],
        "scale": [spread(order.values()) for order in readings],
        "iterations": [iterations, more],
        "memory": peak_memory() - shared,
    }


def main() -> None:
    """Solve, and print one line."""
    options = arguments(__doc__.splitlines()[0])
    config = configuration(options.file, options.set)
    # Elsewhere, as it loads DOLFINx, which would count here.
    [record] = in_processes("spawn", mesh_of, [config])
    table, circuit = Coefficients.of(config, record), Circuit.of(config)
    baseline, watch = present_memory(), ts.SilentProgress()
    with watch.stage("read"):
        mesh = Mesh(record)
    global DEVICE
    DEVICE = Device(mesh, table, circuit, config.solver.degree, watch)
    with watch.stage("solve"):
        states = ts.Device.of(config).states
        found = in_processes("fork", expand_device, list(states.values()))
    total, cases = watch.elapsed, dict(zip(states, found, strict=True))
    report(
        total,
        watch.timings,
        unknowns=DEVICE.size,
        **{key: {name: case[key] for name, case in cases.items()} for key in ("R", "scale", "iterations")},
        memory=peak_memory() + sum(case["memory"] for case in found),
        baseline=baseline,
    )


def expand_device(magnetisation) -> dict:
    """`expand` of the device that the process was forked with."""
    return expand(DEVICE, magnetisation)


if __name__ == "__main__":
    main()
