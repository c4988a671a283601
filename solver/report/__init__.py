"""Results as one page to hand on."""

from importlib import import_module
from pathlib import Path

from thermospin.errors import InputError

__all__ = ["write_report"]


def write_report(directory: Path, file: Path | None = None) -> Path:
    """Write the report of a finished run, sweep or loop: one HTML page that needs nothing beside it.

    Args:
        directory: Directory of the results.
        file: The page; ``report.html`` in the directory by default.

    Returns:
        The page.

    Raises:
        InputError: There are no results, the page cannot be written, or plotly is missing.
    """
    try:
        document = import_module("thermospin.report.document")
    except ModuleNotFoundError as error:
        raise missing(error) from error
    page: Path = document.write_report(Path(directory), file)
    return page


def missing(error: ModuleNotFoundError) -> InputError:
    """Error to raise where a package of the extra ``report`` is missing.

    Args:
        error: The error of the import.
    """
    if (error.name or "").startswith("thermospin"):
        raise error
    package = (error.name or "").split(".")[0]
    return InputError(f"needs the package {package}; install it with: pip install 'thermospin[report]'")
