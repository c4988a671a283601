"""The two ways a run can end without numbers: the input is wrong, or the solver does not converge."""


class ThermospinError(Exception):
    """Base of the errors that the command line prints as one line, with exit code 2."""


class InputError(ThermospinError):
    """A mistake in what the user gave.

    Args:
        message: What is wrong and what to do about it, in one line.
        key: Dotted path of the offending entry, such as ``materials.Py.polarisation``.
        file: The file that holds the entry.
    """

    def __init__(self, message: str, *, key: str = "", file: str = "") -> None:
        self.message, self.key, self.file = message, key, file
        super().__init__(": ".join(part for part in (str(file), key, message) if part))


class ConvergenceError(ThermospinError):
    """The linear solver or the fixed-point iteration did not reach its tolerance."""
