"""The configuration of a network: nodes, resistive elements, sweep, free layer, dynamics."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import AfterValidator, BeforeValidator, Field, PrivateAttr, ValidationInfo, model_validator

from thermospin.config.directions import Angles, Vector, parse_vector, unit_vector
from thermospin.config.outputs import DirectoryName, Style
from thermospin.config.parameters import Parametrised
from thermospin.constants import VACUUM_PERMEABILITY
from thermospin.macrospin.dynamics import Macrospin
from thermospin.networks.elements import Element, nothing_turns
from thermospin.section import Name, Section, Truth, mistake, one_of, whole
from thermospin.units import COLDEST, HOTTEST, quantity

Angle = quantity("rad", ge=-100, le=100)
Temperature = quantity("K", gt=0, ge=COLDEST, le=HOTTEST)
Potential = quantity("V", ge=-1e3, le=1e3)
Current = quantity("A", ge=-1e3, le=1e3)
CurrentDensity = quantity("A/m^2", ge=-1e16, le=1e16)
SpinConductance = quantity("S/m^2", smallest=1e-10, ge=0, le=1e20)
HeatConductance = quantity("W/(m^2 K)", smallest=1e-10, ge=0, le=1e16)
Area = quantity("m^2", gt=0, ge=1e-24, le=1)
MagneticField = quantity("T", ge=-1e3, le=1e3)
AnisotropyField = quantity("T", ge=0, le=1e3)
Magnetisation = quantity("A/m", ge=1, le=1e7)
Thickness = quantity("m", ge=1e-12, le=1e-3)
Damping = quantity("", ge=0, le=10)
Duration = quantity("s", gt=0, ge=1e-18, le=1e-3)
Factor = quantity("", ge=-1e6, le=1e6)
GFactor = quantity("", gt=0, ge=1e-6, le=100)


class Direction(Angles):
    """A unit vector in spin space by its angles; turned more than once, it is the same."""

    theta: Angle
    """From z, rad."""
    phi: Angle = 0.0
    """Angle of the projection on the xy plane, from x, rad."""

    @property
    def vector(self) -> np.ndarray:
        """The unit vector, (3,)."""
        return np.array(unit_vector(self.theta, self.phi))


def _angles(value: Any, info: ValidationInfo) -> Any:
    """The angles of a direction that is written as a vector of any length or as an axis."""
    if isinstance(value, dict | Direction):
        return value
    x, y, z = parse_vector(value, info)
    return {"theta": float(np.arctan2(np.hypot(x, y), z)), "phi": float(np.arctan2(y, x))}


AnyDirection = Annotated[Direction, BeforeValidator(_angles, json_schema_input_type=Direction | Vector | str)]


class Node(Section):
    """A normal metal, or a ferromagnet where a magnetisation is given.

    A node that is given a voltage, a current or a temperature is a reservoir: ``s = 0`` and ``τ = 0``.
    Without a voltage or current no current enters; without a temperature it is at T0. Other nodes float.
    """

    magnetisation: AnyDirection | None = None
    """Direction, [mx, my, mz], {theta, phi}, or one of x, y, z, -x, -y, -z."""
    voltage: Potential | None = None
    """V, V."""
    current: Current | None = None
    """Current that enters the network here, A; needs ``area``."""
    current_density: CurrentDensity | None = None
    """Current density that enters the network here, A/m²."""
    temperature: Temperature | None = None
    """T, K."""
    adiabatic: Truth = False
    """True for a reservoir that no heat enters, in place of a temperature."""
    spin_relaxation: SpinConductance = 0.0
    """j_s lost to spin flip over s, per ``area``, S/m²: (1−P²) σ t/λ² of a film of thickness t."""
    spin_heat_relaxation: HeatConductance = 0.0
    """q_s lost over τ, per ``area``, W/(m² K): (1−P_k²) k_e t/λ_Q²."""
    lattice_conductance: HeatConductance = 0.0
    """Heat lost to a bath at T0 over the temperature rise, per ``area``, W/(m² K)."""

    @model_validator(mode="after")
    def _one_drive(self) -> "Node":
        electrical = [
            key for key in ("voltage", "current", "current_density") if getattr(self, key) is not None
        ]
        if len(electrical) > 1:
            raise mistake(f"give this or {electrical[0]}, not both", electrical[1])
        if self.adiabatic and (self.temperature is not None or not electrical):
            raise mistake(
                "is only for a reservoir with a voltage or current and no temperature; remove it", "adiabatic"
            )
        return self

    @property
    def is_reservoir(self) -> bool:
        """Whether something outside of the network is connected."""
        sources = (self.voltage, self.current, self.current_density, self.temperature)
        return any(value is not None for value in sources)


class AngleRange(Section):
    """The polar angle θ of a magnet, from the z axis in the plane of its φ."""

    node: str
    """The magnet that turns."""
    start: Angle = 0.0
    """First angle, rad."""
    stop: Angle = float(np.pi)
    """Last angle, rad."""
    points: whole(ge=2, le=10_000) = 91
    """Number of angles."""

    @model_validator(mode="after")
    def _goes_somewhere(self) -> "AngleRange":
        if self.start == self.stop:
            raise mistake("must differ from start", "stop")
        return self

    @property
    def angles(self) -> np.ndarray:
        """Angles of the sweep, rad, (points,)."""
        return np.linspace(self.start, self.stop, self.points)


class Sweep(Section):
    """The parameter that is varied."""

    angle: AngleRange
    """The angle of one magnet."""


class FreeLayer(Section):
    """The magnet that moves: a macrospin."""

    node: str
    """The ferromagnet of the network whose torque acts on it."""
    saturation_magnetisation: Magnetisation
    """M_s, A/m."""
    thickness: Thickness
    """d, m."""
    damping: Damping
    """Gilbert's α."""
    easy_axis: AnyDirection
    """Axis of the uniaxial anisotropy."""
    anisotropy_field: AnisotropyField = 0.0
    """μ0 H_k, T."""
    hard_axis: AnyDirection | None = None
    """Normal of the easy plane, if any."""
    plane_field: AnisotropyField | None = None
    """Field of the easy plane, T; default μ0 M_s where a hard_axis is given: a thin film."""
    magnetic_field: tuple[MagneticField, MagneticField, MagneticField] = (0.0, 0.0, 0.0)
    """Applied field B, T."""
    g_factor: GFactor = 2.0
    """g; the gyromagnetic ratio is g μ_B/ħ."""

    @model_validator(mode="after")
    def _plane_needs_its_normal(self) -> "FreeLayer":
        if self.plane_field is not None and self.hard_axis is None:
            raise mistake("needs a hard_axis, such as [1, 0, 0]", "plane_field")
        return self

    @property
    def macrospin(self) -> Macrospin:
        """The layer as the dynamics take it."""
        plane = self.plane_field
        if plane is None:
            plane = VACUUM_PERMEABILITY * self.saturation_magnetisation if self.hard_axis else 0.0
        return Macrospin(
            saturation_magnetisation=self.saturation_magnetisation,
            thickness=self.thickness,
            damping=self.damping,
            magnetic_field=np.array(self.magnetic_field),
            easy_axis=self.easy_axis.vector,
            anisotropy_field=self.anisotropy_field,
            hard_axis=self.hard_axis.vector if self.hard_axis else np.zeros(3),
            plane_field=plane,
            g_factor=self.g_factor,
        )


class Dynamics(Section):
    """Switching of the free layer, for multiples of all the sources of the network."""

    initial: AnyDirection
    """Direction at t = 0."""
    duration: Duration
    """s."""
    drives: Annotated[tuple[Factor, ...], Field(min_length=1, max_length=10_000)] = (1.0,)
    """Factors on all voltages, currents and temperature rises."""
    max_periods: whole(ge=1, le=10**9) = 100_000
    """Periods of precession, of all drives together, that are integrated at most."""
    trajectory: Factor | None = None
    """The factor whose trajectory is written; default the last."""

    @model_validator(mode="after")
    def _trajectory_of_a_drive(self) -> "Dynamics":
        if self.trajectory is not None and self.trajectory not in self.drives:
            drives = ", ".join(f"{factor:g}" for factor in self.drives[:12])
            raise mistake(
                f"{self.trajectory:g} is not among the drives, such as {drives}; add it", "trajectory"
            )
        return self


def _some_elements(elements: tuple[Element, ...]) -> tuple[Element, ...]:
    if not elements:
        raise mistake("nothing joins the nodes; add an element, such as {between: [L, N], conductance: 1e15}")
    return elements


def _not_empty(nodes: dict[str, Node]) -> dict[str, Node]:
    if len(nodes) < 2:
        raise mistake("needs at least two nodes, such as 'L: {voltage: 1 mV}'")
    return nodes


class CircuitConfig(Parametrised):
    """Everything that defines a network, checked and in SI."""

    title: str = ""
    """A line for people."""
    temperature: Temperature = 300.0
    """Base temperature T0, K."""
    area: Area | None = None
    """Cross-section of the network, m²; without it currents and torques are per area."""
    regime: Literal["thermalised", "non-interacting"] = "thermalised"
    """`thermalised`: both spins have one temperature, τ = 0; `non-interacting`: every node has its own τ."""
    nodes: Annotated[dict[Name, Annotated[Node, BeforeValidator(nothing_turns)]], AfterValidator(_not_empty)]
    """Ferromagnets and normal metals by name."""
    elements: Annotated[tuple[Element, ...], AfterValidator(_some_elements), Field(max_length=10_000)]
    """Resistive elements that join the nodes."""
    sweep: Sweep | None = None
    """Angle to vary."""
    free_layer: FreeLayer | None = None
    """A magnet that may switch: its critical current and critical temperature difference are estimated."""
    dynamics: Dynamics | None = None
    """Integrate its motion."""
    output: Annotated[str, DirectoryName] = "results/circuit"
    """Directory of the results."""
    style: Style = Style(font_size=9)
    """Look of the pictures."""

    _source: str = PrivateAttr(default="")

    @model_validator(mode="after")
    def _sections_agree(self) -> "CircuitConfig":
        for i, element in enumerate(self.elements):
            _check_element(self, i, element)
        for name, node in self.nodes.items():
            if node.current is not None and self.area is None:
                raise mistake("needs the key 'area'; or give current_density", "nodes", name, "current")
        if self.sweep is not None:
            _check_magnet(self, self.sweep.angle.node, "sweep", "angle", "node")
        if self.free_layer is not None:
            _check_magnet(self, self.free_layer.node, "free_layer", "node")
        if self.dynamics is not None and self.free_layer is None:
            raise mistake("missing; 'dynamics' needs the layer that moves", "free_layer")
        return self

    @property
    def magnets(self) -> Mapping[str, np.ndarray]:
        """Directions of the ferromagnets, (3,)."""
        return {name: node.magnetisation.vector for name, node in self.nodes.items() if node.magnetisation}

    @property
    def reservoirs(self) -> Sequence[str]:
        """The nodes that something outside of the network is connected to."""
        return [name for name, node in self.nodes.items() if node.is_reservoir]

    @property
    def source(self) -> str:
        """The file this was read from, or an empty text."""
        return self._source


def _check_magnet(config: CircuitConfig, name: str, *at: str) -> None:
    if name not in config.magnets:
        raise mistake(one_of(name, config.magnets, "ferromagnet"), *at)


def _check_element(config: CircuitConfig, i: int, element: Element) -> None:
    for side, name in enumerate(element.between):
        if name not in config.nodes:
            raise mistake(one_of(name, config.nodes, "node"), "elements", i, "between", side)
    if element.area is not None and config.area is None:
        raise mistake("needs the key 'area' of the circuit too", "elements", i, "area")
    first, second = element.between
    magnets = [name for name in element.between if name in config.magnets]
    if first == second:
        raise mistake(f"joins '{first}' with itself; name two nodes", "elements", i, "between")
    if len(magnets) == 2:
        raise mistake(
            f"'{first}' and '{second}' are both ferromagnets; put a normal node between them",
            "elements", i, "between",
        )  # fmt: skip
    if not magnets and element.spin_key:
        raise mistake(
            f"depends on spin, but neither '{first}' nor '{second}' has a magnetisation; add one",
            "elements", i, element.spin_key,
        )  # fmt: skip
    law = element.law(config.temperature, bool(magnets))
    if not law.is_positive(config.temperature, config.regime == "non-interacting"):
        raise mistake(
            "in each channel K_e + K_ph must exceed T0 G S², or entropy would decrease; raise it, or lower "
            "the thermopower",
            "elements", i, "electronic_heat_conductance",
        )  # fmt: skip
