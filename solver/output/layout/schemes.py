"""Numbers of schemes and configurations."""

from typing import Literal

from pydantic import ConfigDict

from thermospin.output.layout.part import ByOrder, Number, Part
from thermospin.output.layout.readings import Balances, Probe, Signal, Sink, Terminal


class RegionMaxima(Part):
    """Largest values in a region, at the operating drive; not there without one."""

    orders: dict[str, ByOrder]
    """Largest values of every order."""
    max_temperature_rise: Number = None
    """K."""
    max_current_density: Number = None
    """A/m²."""
    max_spin_current_density: Number = None
    """A/m²."""


class Spread(Part):
    """Values of a field on an interface."""

    mean: Number
    """Mean over the area."""
    min: Number
    """Smallest value."""
    max: Number
    """Largest value."""


class InterfaceAverages(Part):
    """Averages over the interface of two regions, on the side of the first, at the operating drive.

    Accumulations are there if the first region conducts; with vector spin, their components are keys of their
    own, ``mu_s_x`` ….
    """

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Spread]

    area: Number
    """m²."""
    gradient_T: Number
    """Mean normal derivative of the temperature, from the first region to the second, K/m."""
    current: Number = None
    """Net current from the first region to the second, A; not there at insulators."""
    crossing: Number = None
    """Current that crosses in either direction, A; likewise."""
    across: "InterfaceAverages | None" = None
    """Averages on the other side, where the interface resists."""
    orders: dict[str, ByOrder] | None = None
    """Averages of every order."""


class Torque(Part):
    """Spin-transfer torque on a magnet, by name of a solution: ``order1`` …, ``rest``, ``at_drive``."""

    area: Number
    """Area of its boundary with other conductors, m²."""
    torque: dict[str, list[Number]]
    """Components along x, y, z, J."""
    per_area: dict[str, list[Number]]
    """Torque over the area, J/m²."""


class MeshBars(Part):
    """Error bars of the mesh of the numbers under the same keys, in their units.

    They are a share of what the neighbouring degree changes. Those of largest values mean little where fields
    are infinite at an edge.
    """

    terminals: dict[str, Terminal]
    """Bars of potentials and currents."""
    sinks: dict[str, Sink]
    """Bars of heat."""
    regions: dict[str, RegionMaxima]
    """Bars of largest values."""
    interfaces: dict[str, InterfaceAverages] = {}
    """Bars of averages."""
    torques: dict[str, Torque] | None = None
    """Bars of torques."""


class Configuration(Part):
    """Numbers of one magnetic configuration in one scheme."""

    probes: dict[str, Probe]
    """Readings."""
    terminals: dict[str, Terminal]
    """Potentials and currents."""
    sinks: dict[str, Sink]
    """Heat."""
    balances: Balances
    """Conservation laws."""
    iterations: list[int]
    """Iterations of the linear solver, order 0 not among them."""
    residuals: list[Number]
    """Relative true residuals, likewise."""
    adjoint_iterations: int
    """Iterations of the adjoint problems."""
    regions: dict[str, RegionMaxima]
    """Largest values by region."""
    drive: Number = None
    """Operating drive, A or V, of maxima and averages."""
    interfaces: dict[str, InterfaceAverages] = {}
    """Averages by interface, such as ``Py1|Cu`` or ``Py1|Cu on lid``: different materials, or resistive."""
    torques: dict[str, Torque] | None = None
    """Torques by magnet; with vector spin."""
    mesh_bars: MeshBars | None = None
    """Error bars of all but the readings, which have theirs beside them."""
    unestimated: str | None = None
    """Reason why the readings have no error bars of the mesh, although they were asked for."""


class Drive(Part):
    """Drive of a scheme."""

    quantity: Literal["current", "voltage", "temperature"]
    """Physical quantity."""
    unit: Literal["A", "V", "K"]
    """Its unit."""


class Branch(Part):
    """Readings of a probe along one branch of a loop."""

    R: list[list[Number]]
    """R1, R2, … at all points, shape (orders, points)."""
    uncertainty: list[list[Number]]
    """Uncertainty of every number in ``R``."""
    lock_in: dict[str, list[Number]] | None = None
    """Readings of a lock-in amplifier at all points, by quantity."""


class Scheme(Part):
    """Numbers of one injection scheme."""

    drive: Drive
    """Its drive."""
    configurations: dict[str, Configuration]
    """Numbers by magnetic configuration."""
    signals: dict[str, Signal]
    """Signals by probe; empty without P and AP."""
    lock_in: dict[str, dict[str, dict[str, Number]]] | None = None
    """Readings of a lock-in amplifier, by probe, configuration and quantity, V, V/A and V/A²."""
    loops: dict[str, dict[str, Branch]] | None = None
    """Readings of a loop by probe and branch."""
