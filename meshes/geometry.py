"""The `geometry:` section: solids, a file, or a template; exactly one of them."""

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from thermospin.meshes.lateral_nonlocal import LateralNonlocal
from thermospin.meshes.solids import SolidsGeometry
from thermospin.meshes.terminals import TerminalFace
from thermospin.section import Section

UNITS = {"m": 1.0, "mm": 1e-3, "um": 1e-6, "nm": 1e-9, "angstrom": 1e-10}
"""Length units of files, in metres."""


class FileGeometry(Section):
    """The user's own mesh (.msh and what meshio reads) or shape (.step, .stp, .brep).

    A mesh is used as it is, so its cells are not refined. Volumes of a shape are named by their label in
    the file (the last part of a path such as ``Shapes/Cu``) or, where a volume has none, ``volume1``,
    ``volume2``… in the order of the file.
    """

    file: str = Field(min_length=1)
    """Path of the file."""
    regions: dict[str, str] = Field(min_length=1)
    """Material of each physical volume; the names become the names of the regions."""
    unit: Literal["m", "mm", "um", "nm", "angstrom"] = "m"
    """Length of one unit of the file. OpenCASCADE hands over STEP coordinates in millimetres whatever
    unit the file declares, so ``unit: nm`` means that 1 mm was drawn for 1 nm."""

    @property
    def materials(self) -> dict[str, str]:
        """Material of every region."""
        return self.regions

    @property
    def terminals(self) -> dict[str, TerminalFace]:
        """A file comes without terminals of its own."""
        return {}

    @property
    def interfaces(self) -> None:
        """No choice of interfaces to refine."""
        return None


def _kind(value: Any) -> str | None:
    """The only one of the keys template, solids, file that is present; None when there is not exactly one."""
    keys = ("template", "solids", "file")
    present = [key for key in keys if (key in value if isinstance(value, dict) else hasattr(value, key))]
    return present[0] if len(present) == 1 else None


Geometry = Annotated[
    Annotated[LateralNonlocal, Tag("template")]
    | Annotated[SolidsGeometry, Tag("solids")]
    | Annotated[FileGeometry, Tag("file")],
    Discriminator(
        _kind,
        custom_error_type="geometry_kind",
        custom_error_message="give exactly one of the keys template, solids, file",
    ),
]
"""Told apart by the key that is present. Every kind has `materials` by region and default `terminals`."""
