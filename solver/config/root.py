"""The whole configuration of a run."""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, PrivateAttr, model_validator

from thermospin.config.accuracy import Accuracy, GivenAccuracy
from thermospin.config.axes import Axis
from thermospin.config.directions import MagnetState
from thermospin.config.dynamics import Dynamics
from thermospin.config.fit import Fit
from thermospin.config.interfaces import Interface
from thermospin.config.loop import Loop
from thermospin.config.magnetisation import MagneticField
from thermospin.config.numerics import Heating, SolverOptions
from thermospin.config.outputs import Output
from thermospin.config.parameters import Parametrised
from thermospin.config.schemes import LockIn, Probe, Scheme, not_empty
from thermospin.config.sheets import Sheet
from thermospin.config.spectrum import Alternating
from thermospin.config.surroundings import Surroundings
from thermospin.config.symmetry import Symmetry
from thermospin.config.textures import Magnetisation
from thermospin.config.uncertainties import Correlation
from thermospin.errors import InputError
from thermospin.fields import Unknowns
from thermospin.materials.channel_values import ChannelValues
from thermospin.materials.library import MaterialEntry, derive, library, library_material
from thermospin.materials.material import Material
from thermospin.meshes.geometry import Geometry, kind_of
from thermospin.meshes.options import SIZE_FREE, MeshOptions
from thermospin.meshes.terminals import TerminalFace
from thermospin.section import Name, dotted, named
from thermospin.units import COLDEST, HOTTEST, quantity

COLUMNS: dict[str, dict[str, Any]] = {
    "lateral_nonlocal": {},
    "layout": {},
    "nanopillar": {"levels": 1, "sides": 16},
}
"""Options of columns by kind of geometry, for those that are meshed by columns."""

BaseTemperature = quantity("K", gt=0, ge=COLDEST, le=HOTTEST)


class Config(Parametrised):
    """Everything that defines a run, in SI."""

    title: str = ""
    """A line for people."""
    temperature: BaseTemperature = 300.0
    """Base temperature T0, K."""
    geometry: Geometry
    """The device: a template, solids, a layout, or a file."""
    symmetry: Symmetry = ()
    """Mirror planes, such as `x` or `[x, y]`: the geometry is the part at positive x (and y) of a device that
    is
    its own mirror image at x = 0 (and y = 0); currents, heat and readings are those of the whole device."""
    mesh: MeshOptions = MeshOptions()
    """Element sizes."""
    materials: Annotated[
        dict[str, Material], BeforeValidator(derive, json_schema_input_type=dict[str, MaterialEntry])
    ] = {}
    """Materials that override the library, derive from it, or are new."""
    interfaces: tuple[Interface, ...] = ()
    """Interfaces that resist charge, spin or heat; all others are transparent."""
    sheets: dict[Name, Sheet] = {}
    """Faces that conduct along themselves, such as graphene on an oxide, by name."""
    magnetic_field: MagneticField = (0.0, 0.0, 0.0)
    """B, T, about which the spins of normal metals precess with `spin: vector`; [0, 0, B] also polarises
    nanocluster metals, in a collinear run along the axis of the spins."""
    magnetisation: dict[str, Magnetisation] = {}
    """Magnetisation, region to direction or texture; +z by default; with `spin: vector`."""
    configurations: dict[Name, dict[str, MagnetState]] = {}
    """Named magnetic configurations: region to ±1, which multiplies its magnetisation, or with `spin: vector`
    to a direction instead of it; by default P and AP (last magnet reversed)."""
    heating: Heating = Heating()
    """Heat sources."""
    terminals: dict[str, TerminalFace] = {}
    """Faces with a name; a template provides its own."""
    surroundings: Surroundings | None = None
    """A substrate that continues beyond the mesh."""
    schemes: Annotated[dict[Name, Scheme], AfterValidator(not_empty)]
    """Injection schemes: how the device is driven."""
    probes: dict[Name, Probe] = {}
    """Pairs of terminals that a voltmeter reads."""
    solver: SolverOptions = SolverOptions()
    """Discretisation, harmonics, linear solver."""
    accuracy: GivenAccuracy = None
    """The error bar to reach by finer and finer meshes, such as `1 %`; `off`, the default, keeps the mesh."""
    lock_in: LockIn | None = None
    """Predict the readings of a lock-in amplifier."""
    uncertainties: dict[str, float | str] = {}
    """Standard uncertainties of numbers by their keys, `{materials.Py.spin_seebeck: 0.2 uV/K}`; they may also
    stand at the numbers, as in `-3.8 +/- 0.2 uV/K` or `-3.8(2) uV/K`."""
    correlations: tuple[Correlation, ...] = ()
    """Correlations of uncertain numbers, `[{between: [heating.scale, materials.Py.seebeck], value: -0.8}]`;
    all others are independent."""
    fit: Fit | None = None
    """A fit to measured readings, for `thermospin fit`."""
    loop: Loop | None = None
    """A magnetic loop: how `thermospin loop` moves the field, and how the magnets follow it."""
    dynamics: Dynamics | None = None
    """Magnets that move: what `thermospin dynamics` integrates."""
    alternating: Alternating | None = None
    """Drives that alternate: frequencies of `thermospin alternating`."""
    output: Output = Output()
    """Directory, fields, maps."""
    sweep: tuple[Axis, ...] = ()
    """Axes of `thermospin sweep`; all other commands take the configuration as it stands."""

    _source: str = PrivateAttr(default="")

    @model_validator(mode="before")
    @classmethod
    def _films_are_columns(cls, data: Any) -> Any:
        """Mesh films by columns if no sizes of tetrahedra are given; take degree 2 on columns."""
        if not isinstance(data, dict):
            return data
        mesh, solver = data.get("mesh", {}), data.get("solver", {})
        kind = kind_of(data.get("geometry"))
        if isinstance(kind, str) and kind in COLUMNS and isinstance(mesh, dict) and not set(mesh) - SIZE_FREE:
            data = {**data, "mesh": (mesh := {"columns": COLUMNS[kind], **mesh})}
        if isinstance(mesh, dict) and mesh.get("columns") is not None and isinstance(solver, dict):
            data = {**data, "solver": {"degree": 2, **solver}}
        return data

    @property
    def source(self) -> str:
        """The file this was read from, or an empty text."""
        return self._source

    @property
    def document(self) -> Mapping[str, Any]:
        """The data that this was made from, with formulas and uncertainties as they were written."""
        return self._written if self._written is not None else self.resolved()

    @property
    def all_terminals(self) -> Mapping[str, TerminalFace]:
        """The terminals of the configuration, and those of the template on faces that it does not name.

        The faces at which the surroundings begin are among them.
        """
        around = self.surroundings.terminals if self.surroundings else {}
        taken = [terminal.rule for terminal in (*self.terminals.values(), *around.values())]
        taken += [self.geometry.terminals[t.label].rule for t in self.terminals.values() if t.label]
        kept = {
            name: terminal for name, terminal in self.geometry.terminals.items() if terminal.rule not in taken
        }
        labelled = self.geometry.terminals
        given = {name: terminal.placed(labelled) for name, terminal in self.terminals.items()}
        return {**kept, **given, **around}

    @property
    def sinks(self) -> Mapping[str, float]:
        """Terminals held at a temperature, K."""
        return {
            name: self.temperature if terminal.sink is True else terminal.sink
            for name, terminal in self.all_terminals.items()
            if terminal.sink not in (None, False)
        }

    @property
    def images(self) -> int:
        """Number of mirror images, itself included, of which the geometry makes the whole device."""
        return int(2 ** len(self.symmetry))

    @property
    def unknowns(self) -> Unknowns:
        """The fields that are solved for."""
        return Unknowns(self.solver.spin == "vector", self.solver.spin_heat)

    def material(self, name: str) -> ChannelValues[float]:
        """The values of a material at the base temperature and in the field.

        Args:
            name: Its name.

        Raises:
            KeyError: Neither this configuration nor the library has it.
            RangeError: A law does not hold at the base temperature.
        """
        return self.material_entry(name).at(self.temperature, self.axial_field)

    def material_laws(self, name: str) -> Material:
        """A material with its laws, without those that are constant; their errors name file and key.

        Args:
            name: Its name.

        Raises:
            KeyError: Neither this configuration nor the library has it.
        """
        placed = self.material_entry(name).placed(f"materials.{name}", self._source)
        return placed.settled().short_circuited(self.temperature)

    def material_entry(self, name: str) -> Material:
        """A material as this configuration or, without it there, the library has it.

        Args:
            name: Its name.

        Raises:
            KeyError: Neither has it.
        """
        return self.materials[name] if name in self.materials else library_material(name)

    @property
    def axial_field(self) -> float:
        """The magnetic field along z, T, the axis of the spins of collinear runs and nanocluster metals."""
        return self.magnetic_field[2]

    @property
    def material_names(self) -> Sequence[str]:
        """Names of all materials: those of this configuration, then the library's."""
        return list({**self.materials, **library()})

    def with_accuracy(self) -> Self:
        """The same with a target for the error bars, the default one where none is given."""
        return self if self.accuracy else self.model_copy(update={"accuracy": Accuracy()})

    def resolved(self) -> dict[str, Any]:
        """The configuration as plain data in SI, with defaults and library materials; it loads again."""
        data = self.model_dump(mode="json", exclude_none=True)
        used = self.geometry.materials.values()
        data["materials"] |= {
            name: self.material_entry(name).model_dump(mode="json", exclude_none=True) for name in used
        }
        return data

    def error(self, key: str, message: str) -> InputError:
        """An error about an entry of this configuration, for checks that need more than the file.

        Args:
            key: Dotted path of the entry; a solid by its number, whether or not the file gives it by name.
            message: The mistake and its remedy, in one line.
        """
        if solid := re.fullmatch(r"geometry\.solids\[(\d+)\](.*)", key):
            key = dotted(named(("geometry", "solids", int(solid[1])), self._written)) + solid[2]
        return InputError(message, key=key, file=self._source)

    def mistake(self, message: str, *at: str | int) -> InputError:
        """An error about an entry that is given by its keys and list indices.

        Args:
            message: The mistake and its remedy, in one line.
            at: Keys and list indices.
        """
        return self.error(dotted(named(at, self._written)), message)
