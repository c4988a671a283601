"""Results of a magnetic loop: the readings along both of its branches as a table."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from thermospin.errors import InputError
from thermospin.output.files import read_results
from thermospin.output.layout import check_layout
from thermospin.output.loops import loop_table

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, repr=False)
class LoopResults:
    """The results of a magnetic loop; the same on all ranks.

    Attributes:
        data: The content of its ``results.json``: plain types, SI.
    """

    data: dict[str, Any]

    @classmethod
    def load(cls, directory: Path | str) -> Self:
        """Read the results of an earlier loop.

        Args:
            directory: The directory of the results.

        Raises:
            InputError: There are no results of a loop.
        """
        data = read_results(Path(directory))
        if "loop" not in data:
            raise InputError("these are not the results of a loop", file=str(directory))
        check_layout(data, str(directory))
        return cls(data)

    def __repr__(self) -> str:
        return f"<LoopResults {self.data['title']!r}, {self.data['loop']['solved_states']} magnetic states>"

    @property
    def table(self) -> "pd.DataFrame":
        """Content of ``loop.csv``, SI: a row for every scheme, probe and point of both branches."""
        import pandas as pd

        header, rows = loop_table(self.data)
        return pd.DataFrame(list(rows), columns=header)
