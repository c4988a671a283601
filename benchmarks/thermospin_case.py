"""thermospin on the benchmark's case, through its Python interface: R1 and R2 in P and AP, no files.

    mpirun -n 2 python benchmarks/thermospin_case.py benchmarks/slachter2010.yaml --set mesh.refinement=0.5

``read`` includes finding the mesh in the cache and checking the circuit on it.
"""

from common import (
    PROBE,
    SCHEME,
    arguments,
    configuration,
    peak_memory,
    present_memory,
    report,
    spread,
)
from mpi4py import MPI

import thermospin as ts


def main() -> None:
    """Solve, and print one line from rank 0."""
    options, comm = arguments(__doc__.splitlines()[0]), MPI.COMM_WORLD
    config = configuration(options.file, options.set)
    baseline = comm.allreduce(present_memory())
    watch = ts.SilentProgress()
    problem = ts.Problem.of(config, comm, watch)
    with watch.stage("multigrid"):
        solver = problem.scheme(SCHEME)
    expansions, adjoint = {}, {}
    for name, signs in problem.states.items():
        with watch.stage("assembly"):
            problem.magnetise(signs)
        with watch.stage("solve"):
            expansions[name] = solver.expand(config.solver.orders)
        adjoint[name] = solver.adjoint_iterations
    comm.barrier()
    total, memory = watch.elapsed, comm.allreduce(peak_memory())
    if comm.rank == 0:
        stages = watch.timings
        report(
            total,
            {
                "read": stages["mesh"] + stages["read"],
                "assembly": stages["spaces"] + stages["assembly"],
                "set-up": stages["multigrid"],
                "solve": stages["solve"],
            },
            details=stages,
            unknowns=problem.spaces.n_dofs,
            R={name: e.harmonics(config.probes[PROBE]).tolist() for name, e in expansions.items()},
            scale={
                name: [spread(order.terminals.values()) for order in e.orders]
                for name, e in expansions.items()
            },
            iterations={
                name: [*(order.iterations for order in e.orders), f"adjoint {adjoint[name]}"]
                for name, e in expansions.items()
            },
            memory=memory,
            baseline=baseline,
        )


if __name__ == "__main__":
    main()
