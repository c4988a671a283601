"""The `geometry:` section: solids, a file, a layout, or a template; exactly one of them."""

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from thermospin.meshes.lateral_nonlocal import LateralNonlocal
from thermospin.meshes.layer_stack import LayerStack
from thermospin.meshes.layouts.geometry import LayoutGeometry
from thermospin.meshes.nanopillar import Nanopillar
from thermospin.meshes.solids import SolidsGeometry
from thermospin.meshes.terminals import TerminalFace
from thermospin.section import Section, mistake, one_of, whole

UNITS = {"m": 1.0, "mm": 1e-3, "um": 1e-6, "nm": 1e-9, "angstrom": 1e-10}
"""Length units of files, in metres."""


class FileGeometry(Section):
    """The user's own mesh (.msh, .vtu and others) or shape (.step, .stp, .brep).

    A mesh of tetrahedra is used as it is, so its cells are not refined; those of second order become
    straight. Volumes of a shape are named by their label in the file (the last part of a path such as
    ``Shapes/Cu``), by their colour such as ``"#ff8000"``, or ``volume1``, ``volume2``… in the order of the
    file; so are those of a mesh without groups.
    """

    file: str = Field(min_length=1)
    """Path of the file."""
    regions: dict[str, str] = Field(min_length=1)
    """Material of each group of cells (physical volume, set, value of an array); the names become those of
    the regions. Other groups are ignored; every tetrahedron of a group is in exactly one of these."""
    unit: Literal["m", "mm", "um", "nm", "angstrom"] | None = None
    """Length of one unit of the file, whatever unit the file states. Default: the unit that a STEP file
    states, m for all others; it must be written where the device would be larger than 1 mm. ``unit: nm`` for
    a drawing in mm means that 1 mm was drawn for 1 nm."""
    priority: dict[str, whole(ge=-10_000, le=10_000)] = Field(default_factory=dict)
    """Priority of regions of a shape, default 0: of volumes that overlap, the one with the highest fills the
    space."""
    cell_data: str | None = None
    """Array on the cells whose values are the regions, where a .vtu, .vtk or .xdmf file has several."""

    @model_validator(mode="after")
    def _priority_of_regions(self) -> Self:
        for name in self.priority:
            if name not in self.regions:
                raise mistake(one_of(name, self.regions, "region"), "priority", name)
        return self

    @property
    def metres(self) -> float:
        """Length of one unit of the file, m."""
        return UNITS[self.unit or "m"]

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


TEMPLATES = ("lateral_nonlocal", "nanopillar", "layer_stack")
"""Values of the key `template`."""


def _known_template(value: Any) -> Any:
    """Refuse a template that does not exist."""
    if isinstance(value, dict) and "template" in value and value["template"] not in TEMPLATES:
        raise mistake(one_of(value["template"], TEMPLATES, "template"), "template")
    return value


def kind_of(value: Any) -> str | None:
    """The name of the template, or the only one of the keys solids, file, layout that is present.

    None when not exactly one of template, solids, file, layout is there.

    Args:
        value: The section, as read or validated.
    """
    keys = ("template", "solids", "file", "layout")
    is_dict = isinstance(value, dict)
    present = [key for key in keys if (key in value if is_dict else hasattr(value, key))]
    if len(present) != 1:
        return None
    if present == ["template"]:
        return value["template"] if is_dict else value.template
    return present[0]


Geometry = Annotated[
    Annotated[LateralNonlocal, Tag("lateral_nonlocal")]
    | Annotated[Nanopillar, Tag("nanopillar")]
    | Annotated[LayerStack, Tag("layer_stack")]
    | Annotated[SolidsGeometry, Tag("solids")]
    | Annotated[FileGeometry, Tag("file")]
    | Annotated[LayoutGeometry, Tag("layout")],
    Discriminator(
        kind_of,
        custom_error_type="geometry_kind",
        custom_error_message="give exactly one of the keys template, solids, file, layout",
    ),
    BeforeValidator(_known_template),
]
"""Told apart by the key that is present, templates by its value.

Every kind has `materials` by region and default `terminals`.
"""
