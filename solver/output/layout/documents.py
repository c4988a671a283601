"""Documents: a run, a loop, a sweep, and a point of a sweep that failed."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, TypeAdapter, ValidationError

from thermospin.errors import InputError
from thermospin.output.layout.part import Part
from thermospin.output.layout.schemes import Scheme
from thermospin.section import dotted

SCHEMA = 1
"""Version of the layout. It rises when a key changes its meaning or goes; new keys leave it."""


class Mesh(Part):
    """The mesh."""

    file: str
    """Name of its file in the directory."""
    hash: str
    """Hash of what it was made from."""
    cells: int
    """Tetrahedra."""
    points: int
    """Vertices."""
    cut_off: float | None = None
    """Part of the cross-section of elliptic cylinders that flat triangles on their walls cut off."""


class Solver(Part):
    """Size and work of the solution."""

    dofs: int
    """Unknowns."""
    degree: int
    """Polynomial degree of the fields."""
    iterations: int
    """Iterations of all linear solves."""
    ranks: int
    """Ranks that shared the work."""


class Memory(Part):
    """Largest memory, bytes."""

    peak_per_rank: list[int]
    """By rank."""
    peak: int
    """Sum over all ranks."""


class Identity(Part):
    """The run that wrote the results."""

    id: str
    """Number that its fields bear."""
    source: str
    """File of the configuration; empty where there was none."""


class Point(Part):
    """The point of a sweep that the results are of."""

    hash: str
    """Its hash, the name of its directory."""
    values: dict[str, Any]
    """Values of the keys that change."""
    fields: bool
    """Whether its fields were written."""


class Document(Part):
    """Common part of all results."""

    version: Literal[1] = Field(alias="schema")
    """Version of this layout."""
    title: str = ""
    """Title of the configuration."""
    config: dict[str, Any]
    """The configuration with all defaults, SI."""
    complete: bool | None = None
    """False while files beside this one are being written."""


class AccurateReading(Part):
    """A reading that must be accurate, on one mesh."""

    scheme: str
    """The injection scheme."""
    probe: str
    """The probe."""
    name: str
    """A signal or, without P and AP, a magnetic configuration."""
    order: int
    """Power n of the drive."""
    value: float
    """The reading, V/Aⁿ or V/Vⁿ."""
    bar: float
    """Error bar of the mesh, likewise."""
    allowed: float
    """The largest that is small enough, likewise."""


class AccuracyMesh(Part):
    """One of the meshes that were solved on."""

    cells: int
    """Tetrahedra."""
    unknowns: int
    """Unknowns."""
    seconds: float
    """Time for the mesh, the solution and the estimates, s."""
    readings: list[AccurateReading]
    """The readings that must be accurate."""


class AccuracyHistory(Part):
    """Finer and finer meshes, of which the last gave the results."""

    target: float
    """Largest error bar of the mesh over the size of the reading."""
    reached: bool
    """Whether all readings have it."""
    end: str
    """`reached`, or why there is no further mesh."""
    meshes: list[AccuracyMesh]
    """The meshes, from coarse to fine."""


class InputNumber(Part):
    """An uncertain number."""

    key: str
    """Its key."""
    value: float
    """Its value."""
    unit: str
    """Its unit; empty for a plain number."""
    uncertainty: float
    """Its standard uncertainty, likewise."""


class InputReading(Part):
    """A reading that follows the uncertain numbers."""

    scheme: str
    """The injection scheme."""
    probe: str
    """The probe."""
    name: str
    """A magnetic configuration, or a signal."""
    order: int
    """Power n of the drive."""


class Inputs(Part):
    """Uncertain numbers of the materials, and what they do to the readings."""

    numbers: list[InputNumber]
    """The numbers."""
    readings: list[InputReading]
    """The readings."""
    derivatives: list[list[float]]
    """Derivatives of every reading by every number, V/Aⁿ or V/Vⁿ per unit of the number."""
    covariance: list[list[float]]
    """Covariance of all readings, in products of their units."""


class RunDocument(Document):
    """Results of a run, or of a point of a sweep."""

    schemes: dict[str, Scheme]
    """Numbers by injection scheme."""
    mesh: Mesh
    """The mesh."""
    warnings: list[str]
    """Lengths that the mesh does not resolve."""
    solver: Solver
    """Size and work of the solution."""
    timings: dict[str, float]
    """Time of every stage, s."""
    memory: Memory
    """Memory."""
    run: Identity
    """The run that wrote this."""
    versions: dict[str, str]
    """Versions of thermospin and of the libraries."""
    point: Point | None = None
    """The point of a sweep that the results are of."""
    accuracy: AccuracyHistory | None = None
    """History of the meshes, where a target was given for the error bars."""
    inputs: Inputs | None = None
    """Uncertain numbers of the materials, where there are any."""


class LoopBranch(Part):
    """One branch of a loop."""

    B: list[float]
    """Magnetic field along the axis, T, at all points."""
    state: list[str]
    """Name of the magnetic state at all points."""


class LoopState(Part):
    """A magnetic state that a loop goes through."""

    magnets: dict[str, Any]
    """Direction of every magnet: a sign, or components along x, y, z."""
    magnetic_field: list[float]
    """Magnetic field in which it was solved, T; 0 unless spins precess in it."""


class Loop(Part):
    """The loop itself."""

    axis: list[float]
    """Direction of the field."""
    precession: bool
    """Whether spins precess in the field."""
    solved_states: int
    """Distinct magnetic states, each solved once."""
    branches: dict[Literal["up", "down"], LoopBranch]
    """The two branches."""
    states: dict[str, LoopState]
    """The magnetic states."""


class LoopDocument(RunDocument):
    """Results of a loop: its magnetic states are the configurations."""

    loop: Loop
    """The loop itself."""


class FailedPoint(Document):
    """A point of a sweep at which the solver did not converge."""

    failed: str
    """Reason of the failure."""
    schemes: dict[str, Scheme]
    """Empty."""
    point: Point
    """The point."""


class Axis(Part):
    """An axis of a sweep."""

    keys: list[str]
    """Keys of the configuration that change together."""
    scale: str
    """Spacing of the values."""
    count: int
    """Number of values."""


class SweepPoint(Part):
    """A point in the results of a sweep."""

    index: int
    """Its number, from 0."""
    values: dict[str, Any]
    """Values of the keys, as the file gives them."""
    si: dict[str, Any]
    """Values as numbers in SI; null where they are none."""
    hash: str
    """Hash of its configuration."""
    directory: str
    """Directory of its results, from that of the sweep."""
    failed: str | None = None
    """Reason why the solver did not converge."""
    mesh: Mesh | None = None
    """Its mesh."""
    warnings: list[str] | None = None
    """Lengths that the mesh does not resolve."""
    solver: Solver | None = None
    """Size and work of the solution."""
    schemes: dict[str, Scheme] | None = None
    """Numbers by injection scheme; not there while it is not solved."""
    accuracy: AccuracyHistory | None = None
    """Its meshes, where there is a target for error bars."""


class SweepDocument(Document):
    """Results of a sweep."""

    sweep: list[Axis]
    """Its axes."""
    points: list[SweepPoint]
    """Its points."""
    run: Identity
    """The run that wrote this."""
    versions: dict[str, str]
    """Versions of thermospin and of the libraries."""


_DOCUMENTS = {"sweep": SweepDocument, "loop": LoopDocument, "failed": FailedPoint}
"""Key that tells results of one kind from those of a run, to their layout."""


def check_version(data: Mapping[str, Any], file: str = "") -> None:
    """Refuse results in another version of the layout.

    Args:
        data: Content of a ``results.json``.
        file: Its name, for the message.

    Raises:
        InputError: They are older or newer, or no results.
    """
    version = data.get("schema")
    if isinstance(version, str) and version.startswith("circuit"):
        raise InputError("these are results of a circuit; its pictures are drawn already", file=file)
    if type(version) is not int:
        raise InputError("these are not the results of a run; run it again", file=file)
    if version > SCHEMA:
        newer = f"written by a newer version (schema {version}, here {SCHEMA}); install that, or run it again"
        raise InputError(newer, file=file)
    if version < SCHEMA:
        older = f"written by an older version (schema {version}, here {SCHEMA}); run it again"
        raise InputError(older, file=file)


def check_layout(data: Mapping[str, Any], file: str = "") -> None:
    """Check that data are results of a run, a loop, a sweep or a failed point.

    Args:
        data: Content of a ``results.json``.
        file: Its name, for the message.

    Raises:
        InputError: They are not; it names the first key that is wrong.
    """
    layout = next((model for key, model in _DOCUMENTS.items() if key in data), RunDocument)
    try:
        layout.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        message = f"not the layout of results: {first['msg'].lower()}; run it again"
        raise InputError(message, file=file, key=dotted(first["loc"])) from None


def results_schema() -> dict[str, Any]:
    """The JSON Schema of ``results.json``."""
    return TypeAdapter(RunDocument | LoopDocument | SweepDocument | FailedPoint).json_schema(by_alias=True)
