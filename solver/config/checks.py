"""Checks across sections: names that must exist, and the thermodynamic range of the materials."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from thermospin.config import contrast, loop, magnetisation
from thermospin.config.interfaces import contacts
from thermospin.errors import InputError
from thermospin.fields import output_fields
from thermospin.materials.laws import RangeError
from thermospin.materials.material import Material
from thermospin.meshes.geometry import FileGeometry, Geometry
from thermospin.meshes.layouts.geometry import LayoutGeometry
from thermospin.meshes.solids import SolidsGeometry
from thermospin.section import mistake, one_of

if TYPE_CHECKING:
    from thermospin.config.outputs import Map
    from thermospin.config.root import Config


def not_empty(sections: dict[str, Any]) -> dict[str, Any]:
    """The schemes, of which there must be one."""
    if not sections:
        raise mistake(
            "nothing to run; add a scheme, such as 'thermal: {contact1: current, contact2: ground}'"
        )
    return sections


def check(config: Config) -> None:
    """Check that the sections of a configuration agree with one another.

    Raises:
        PydanticCustomError: The first disagreement, with its place.
    """
    _geometry(config)
    _materials(config)
    contacts(config)
    contrast.check(config)
    _spin_heat(config)
    _laws(config)
    magnetisation.check(config)
    _terminals(config)
    _equilibrium(config)
    _schemes(config)
    _probes(config)
    _maps(config)
    loop.check(config)


def _known(name: str, allowed: Iterable[str], kind: str, *at: str | int) -> None:
    if name not in (names := list(allowed)):
        raise mistake(one_of(name, names, kind), *at)


def _geometry(config: Config) -> None:
    """Dimensions of a template that each are in range may still not make solids."""
    try:
        config.geometry.materials  # noqa: B018
    except ValidationError as error:
        raise mistake(error.errors()[0]["msg"].removeprefix("Value error, "), "geometry") from None
    except InputError as error:
        raise mistake(error.message, *error.key.split(".")) from None


def _place(geometry: Geometry, region: str) -> tuple[str | int, ...]:
    """Where the configuration gives the material of a region."""
    if isinstance(geometry, FileGeometry):
        return "geometry", "regions", region
    if isinstance(geometry, LayoutGeometry):
        return "geometry", "layers", geometry.device.films[region], "material"
    if isinstance(geometry, SolidsGeometry):
        return "geometry", "solids", [solid.name for solid in geometry.solids].index(region), "material"
    layers = [layer.name for layer in getattr(geometry, "layers", ())]
    if region in layers:
        return "geometry", "layers", layers.index(region), "material"
    return ("geometry",)


def _materials(config: Config) -> None:
    for region, name in config.geometry.materials.items():
        _known(name, config.material_names, "material", *_place(config.geometry, region))
    for name in dict.fromkeys((*config.materials, *config.geometry.materials.values())):
        try:
            margin = config.material(name).open_circuit_margin(config.temperature)
        except RangeError as error:
            raise mistake(error.message, "materials", name, error.key) from None
        if margin <= 0:
            raise mistake(
                f"must exceed T0 Σ σ_σ S_σ² for the equations to be positive definite; at "
                f"{config.temperature:g} K it is {-margin:.3g} W/(m K) too low: raise it, or lower seebeck "
                "or spin_seebeck",
                "materials", name, "thermal_conductivity",
            )  # fmt: skip


def _spin_heat(config: Config) -> None:
    """Spins that have temperatures of their own need more of the conductors in the device."""
    if not config.solver.spin_heat:
        return
    for name in dict.fromkeys(config.geometry.materials.values()):
        material = config.material(name)
        if material.is_conductor:
            _spin_heat_of(material, config.temperature, name)


def _spin_heat_of(material: Material, temperature: float, name: str) -> None:
    if material.spin_heat_length is None:
        raise mistake(
            "missing; with 'solver.spin_heat' every conductor needs one, such as '20 nm', or "
            "spin_heat_ratio, the spin diffusion length over it",
            "materials", name, "spin_heat_diffusion_length",
        )  # fmt: skip
    margin, channel = min(zip(material.channel_margins(temperature), "↑↓", strict=True))
    if margin <= 0:
        raise mistake(
            "with 'solver.spin_heat' k_σ = k_e (1 ± P_k)/2 must exceed T0 σ_σ S_σ² in both channels for the "
            f"equations to be positive definite; at {temperature:g} K k_{channel} is {-margin:.3g} W/(m K) "
            "too low: raise this, or lower heat_polarisation, seebeck or spin_seebeck",
            "materials", name, "electronic_thermal_conductivity",
        )  # fmt: skip


def _laws(config: Config) -> None:
    """With vector spin, laws are numbers at the base temperature: enough for the first order alone."""
    options = config.solver
    if options.spin == "collinear" or (options.orders == 1 and options.method == "expansion"):
        return
    for name in dict.fromkeys(config.geometry.materials.values()):
        if not config.material_laws(name).is_constant:
            raise mistake(
                f"'vector' takes coefficients at the base temperature only, and those of '{name}' follow it; "
                "use 'spin: collinear', or 'orders: 1' with 'method: expansion'",
                "solver", "spin",
            )  # fmt: skip


def _terminals(config: Config) -> None:
    for name, terminal in config.terminals.items():
        if terminal.label is not None:
            _known(terminal.label, config.geometry.terminals, "label", "terminals", name, "label")
        if terminal.region is not None:
            _known(terminal.region, config.geometry.materials, "region", "terminals", name, "region")
    if not config.sinks:
        raise mistake("no terminal is a heat sink; add 'sink: true' to one", "terminals")
    driven = [name for name, scheme in config.schemes.items() if scheme.is_driven]
    responds = config.solver.orders > 1 and any(
        not config.material_laws(name).is_constant for name in config.geometry.materials.values()
    )
    for name, kelvin in config.sinks.items():
        if kelvin != config.temperature and config.solver.method == "expansion" and driven and responds:
            raise mistake(
                f"'method: expansion' with laws of the temperature needs {config.temperature:g} K, the base "
                f"temperature, not {kelvin:g} K; use 'sink: true' or 'solver.method: demodulate'",
                "terminals", name, "sink",
            )  # fmt: skip


def _equilibrium(config: Config) -> None:
    """Check what spins need that relax to an accumulation of their own."""
    for name in dict.fromkeys(config.geometry.materials.values()):
        tensor = config.material(name).tensor_diffusion
        if not (tensor and tensor.equilibrium):
            continue
        if config.solver.method == "expansion":
            raise mistake(
                "there are spins without a drive, so orders cannot be separated one by one; use "
                "'solver.method: demodulate'",
                "materials", name, "tensor_diffusion", "equilibrium",
            )  # fmt: skip
        if config.heating.model == "conserving":
            raise mistake(
                "what holds the spins there feeds energy into the device, which no terminal counts; use "
                "'heating.model: joule'",
                "materials", name, "tensor_diffusion", "equilibrium",
            )  # fmt: skip


def _schemes(config: Config) -> None:
    warm = any(kelvin != config.temperature for kelvin in config.sinks.values())
    for scheme, conditions in config.schemes.items():
        if not conditions.is_driven and not warm:
            raise mistake(
                "nothing drives this scheme; set one terminal to 'current' or '{voltage: 1 mV}', or give a "
                "heat sink a temperature of its own, such as 'sink: 310 K'",
                "schemes", scheme,
            )  # fmt: skip
        _drives(config, scheme)
        for terminal in conditions.root:
            _conducting(config, terminal, "schemes", scheme, terminal)


def _drives(config: Config, scheme: str) -> None:
    """Check that drives to solve at are of the kind that drives a scheme."""
    conditions = config.schemes[scheme]
    kind, unit = ("a current", "A") if conditions.currents else ("a voltage", "V")
    for i, drive in enumerate(config.solver.currents if conditions.is_driven else ()):
        if getattr(drive, "unit", "") not in ("", unit):
            raise mistake(
                f"{drive:g} {drive.unit} cannot drive scheme '{scheme}', which {kind} drives; write it in "
                f"{unit}, or solve schemes of currents and of voltages in different runs",
                "solver", "currents", i,
            )  # fmt: skip


def _conducting(config: Config, terminal: str, *at: str | int) -> None:
    """Check that a terminal exists and is not on an insulator."""
    _known(terminal, config.all_terminals, "terminal", *at)
    region = config.all_terminals[terminal].region
    if region in config.insulators:
        raise mistake(f"terminal '{terminal}' is on '{region}', an insulator; choose one on a conductor", *at)


def _probes(config: Config) -> None:
    if config.lock_in is not None and not config.probes:
        raise mistake("missing; 'lock_in' reads them: add a pair, such as '{v: [plus, minus]}'", "probes")
    for name, pair in config.probes.items():
        for i, terminal in enumerate(pair):
            _conducting(config, terminal, "probes", name, i)
        if pair[0] == pair[1]:
            raise mistake(f"a probe needs two different terminals, not '{pair[0]}' twice", "probes", name)


def _maps(config: Config) -> None:
    _shown(config.output.current, "output", "current")
    for i, item in enumerate(config.output.maps):
        at = ("output", "maps", i)
        _shown(item.current, *at, "current")
        _field(config, item.field, *at, "field")
        if item.scheme is not None:
            _known(item.scheme, config.schemes, "scheme", *at, "scheme")
        if item.configuration is not None:
            _known(item.configuration, config.magnetisations, "configuration", *at, "configuration")
        _has_current(config, item, *at, "current")
        if (item.order or 0) > config.solver.orders:
            raise mistake(
                f"the highest order solved is {config.solver.orders}; raise solver.orders", *at, "order"
            )
        if item.order == 0 and not _has_rest(config):
            raise mistake(
                "nothing is there without a drive; write the order from 1 on (at rest there are fields where "
                "a sink is not at the base temperature, or spins relax to an equilibrium)",
                *at, "order",
            )  # fmt: skip
        for j, region in enumerate(item.regions):
            _known(region, config.geometry.materials, "region", *at, "regions", j)


def _has_current(config: Config, item: Map, *at: str | int) -> None:
    """Check that a map at a current is of a scheme that a current drives."""
    scheme = next(iter(config.schemes)) if item.scheme is None else item.scheme
    conditions = config.schemes[scheme]
    if item.current is None or conditions.currents:
        return
    driver = "a voltage drives" if conditions.is_driven else "heat sinks drive"
    raise mistake(f"{driver} scheme '{scheme}'; give the map an 'order', not a 'current'", *at)


def _shown(current: float | None, *at: str | int) -> None:
    """Check that a current to show is none in volts."""
    if getattr(current, "unit", "") == "V":
        raise mistake(
            f"{current:g} V is no current; write it in A (a scheme that a voltage drives is shown at its own "
            "voltage)",
            *at,
        )  # fmt: skip


def _has_rest(config: Config) -> bool:
    """Whether there are fields without a drive."""
    tensors = (config.material(name).tensor_diffusion for name in config.geometry.materials.values())
    warmed = any(kelvin != config.temperature for kelvin in config.sinks.values())
    return warmed or any(tensor and tensor.equilibrium for tensor in tensors)


def _field(config: Config, name: str, *at: str | int) -> None:
    """Check that a field is among those solved for."""
    vector, spin_heat = config.solver.spin == "vector", config.solver.spin_heat
    present = [field.name for field in output_fields(vector, spin_heat)]
    if name in present:
        return
    if name in (field.name for field in output_fields(vector)):
        raise mistake(f"'{name}' needs 'solver.spin_heat: true'", *at)
    if not vector:
        raise mistake(f"'{name}' needs 'solver.spin: vector'", *at)
    raise mistake(
        f"'{name}' needs one axis for all spins, 'solver.spin: collinear'; with vector spin choose one of "
        f"{', '.join(present)}",
        *at,
    )
