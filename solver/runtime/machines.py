"""The machines that ranks run on."""

from thermospin.compat import MPI


def machines_of(comm: MPI.Comm) -> int:
    """Number of machines that the ranks of a communicator run on (collective).

    Args:
        comm: The communicator.
    """
    shared = comm.Split_type(MPI.COMM_TYPE_SHARED)
    first = shared.rank == 0
    shared.Free()
    return comm.allreduce(int(first))
