"""The `mesh:` section: how element sizes are chosen."""

from typing import Self

from pydantic import Field, model_validator

from thermospin.meshes.columns.options import ColumnOptions
from thermospin.section import Section, mistake, whole
from thermospin.units import PositiveLength, quantity

SIZE_FREE = {"columns", "refinement", "max_elements"}
"""Keys that make sense with columns."""


class MeshOptions(Section):
    """Element sizes. They grow smoothly from every place where a small size is asked for."""

    interface_size: PositiveLength = 1e-9
    """Size at interfaces between a ferromagnet and another conductor, m."""
    edge_size: PositiveLength | None = None
    """Size at the rims of those interfaces, where currents crowd; default `interface_size`, m."""
    interfaces: tuple[tuple[str, str], ...] | None = None
    """Pairs of regions whose common faces get `interface_size`; default: the template's choice, else
    all conductors of different materials of which at least one is a ferromagnet."""
    growth_rate: quantity("", gt=1, le=3) = 1.3
    """Ratio of the sizes of neighbouring elements."""
    max_size: PositiveLength = 100e-9
    """Largest size anywhere, m."""
    region_max_size: dict[str, PositiveLength] = Field(default_factory=dict)
    """Largest size in named regions; it replaces `max_size` there, m."""
    elements_across_film: whole(ge=1, le=50) = 3
    """Fewest elements across the smallest extent of every solid."""
    film_aspect: quantity("", gt=0, ge=0.01, le=10) = 2.0
    """Largest ratio of an element's lateral size to its share of a film's thickness."""
    refinement: quantity("", gt=0, ge=1e-3, le=32) = 1.0
    """Divides every size; for convergence studies (2 makes about 8 times as many elements)."""
    max_elements: int = Field(3_000_000, ge=1)
    """Most tetrahedra, as estimated before the mesh is made; a mesh from a file is not limited."""
    columns: ColumnOptions | None = None
    """Graded columns for devices made of films, in place of the tetrahedra that the sizes above describe; the
    default of layouts and of the template `lateral_nonlocal` where none of these sizes is given. `null` for
    tetrahedra."""

    @model_validator(mode="after")
    def _columns_need_no_sizes(self) -> Self:
        """Refuse sizes of tetrahedra beside columns: nothing would come of them."""
        for key, field in type(self).model_fields.items() if self.columns else ():
            default = field.get_default(call_default_factory=True)
            if key not in SIZE_FREE and getattr(self, key) != default:
                raise mistake("has no effect with mesh.columns; remove one of the two", key)
        return self
