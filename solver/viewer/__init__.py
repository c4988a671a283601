"""Results in the browser: the device in three dimensions, to be turned, cut and probed."""

from importlib import import_module
from pathlib import Path

from thermospin.report import missing

__all__ = ["view"]


def view(directory: Path, port: int = 8080, browser: bool = False) -> None:
    """Serve the fields of a finished run as a page on this machine, until interrupted.

    Args:
        directory: Directory of the results.
        port: Port of the page; 0 takes a free one.
        browser: Whether to open the page in the browser of this machine.

    Raises:
        InputError: There are no fields, the port is taken, or trame is missing.
    """
    try:
        page = import_module("thermospin.viewer.page")
    except ModuleNotFoundError as error:
        raise missing(error) from error
    page.serve(Path(directory), port, browser)
