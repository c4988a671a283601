"""Checks of a configuration with its device: names that exist, materials and drives that can be solved."""

from pydantic import ValidationError

from thermospin.config import Config
from thermospin.device import Device
from thermospin.errors import InputError
from thermospin.materials import ChannelValues
from thermospin.materials.laws import RangeError
from thermospin.materials.material import HEAT
from thermospin.meshes.geometry import FileGeometry, Geometry
from thermospin.meshes.layouts.geometry import LayoutGeometry
from thermospin.meshes.solids import SolidsGeometry
from thermospin.validation import (
    alternating,
    anisotropy,
    contrast,
    dynamics,
    leads,
    loop,
    magnetisation,
    maps,
    sensitivity,
    thermal,
)
from thermospin.validation.names import check_known


def check(config: Config) -> None:
    """Check that the sections of a configuration agree with one another.

    Args:
        config: The configuration.

    Raises:
        InputError: The first disagreement; it names file, key and remedy.
    """
    _geometry(config)
    _materials(config)
    _labels(config)
    thermal.check_names(config)
    leads.check_materials(config)
    device = Device.of(config)
    leads.check_drives(config)
    contrast.check(config, device)
    _spin_heat(config, device)
    _laws(config, device)
    magnetisation.check(config, device)
    anisotropy.check(config, device)
    _terminals(config, device)
    thermal.check_rest(config, device)
    _equilibrium(config, device)
    _schemes(config, device)
    _probes(config, device)
    _accuracy(config, device)
    maps.check(config, device)
    loop.check(config, device)
    dynamics.check(config, device)
    alternating.check(config, device)
    sensitivity.check_uncertainties(config)


def _geometry(config: Config) -> None:
    """Dimensions of a template that each are in range may still not make solids."""
    try:
        config.geometry.materials  # noqa: B018
    except ValidationError as error:
        raise config.mistake(error.errors()[0]["msg"].removeprefix("Value error, "), "geometry") from None
    except InputError as error:
        raise config.error(error.key, error.message) from None


def _place(geometry: Geometry, region: str) -> tuple[str | int, ...]:
    """Place where the configuration gives the material of a region."""
    if isinstance(geometry, FileGeometry):
        return "geometry", "regions", region
    if isinstance(geometry, SolidsGeometry):
        return "geometry", "solids", [solid.name for solid in geometry.solids].index(region), "material"
    if isinstance(geometry, LayoutGeometry):
        return "geometry", "layers", geometry.device.films[region], "material"
    layers = [layer.name for layer in getattr(geometry, "layers", ())]
    if region in layers:
        return "geometry", "layers", layers.index(region), "material"
    return ("geometry",)


def _materials(config: Config) -> None:
    for region, name in config.geometry.materials.items():
        check_known(config, name, config.material_names, "material", *_place(config.geometry, region))
    for name in dict.fromkeys((*config.materials, *config.geometry.materials.values())):
        try:
            margin = config.material(name).open_circuit_margin(config.temperature)
        except RangeError as error:
            raise config.mistake(error.message, "materials", name, error.key) from None
        if margin <= 0:
            is_open = name in config.materials and config.materials[name].thermal_conductivity is None
            raise config.mistake(
                f"must exceed T0 Σ σ_σ S_σ² for the equations to be positive definite; at "
                f"{config.temperature:g} K it is {-margin:.3g} W/(m K) too low; raise it, or lower seebeck "
                "or spin_seebeck",
                "materials", name, HEAT[is_open],
            )  # fmt: skip


def _labels(config: Config) -> None:
    """Check that labels at which terminals lie are in the layout."""
    for name, terminal in config.terminals.items():
        if terminal.label is not None:
            labels = config.geometry.terminals
            check_known(config, terminal.label, labels, "label", "terminals", name, "label")


def _spin_heat(config: Config, device: Device) -> None:
    """Spins that have temperatures of their own need more of the conductors in the device."""
    if device.unknowns.spin_heat:
        for region in device.conductors:
            _spin_heat_of(config, device.materials[region], device.material_names[region])


def _spin_heat_of(config: Config, material: ChannelValues[float], name: str) -> None:
    if material.spin_heat_length is None:
        raise config.mistake(
            "missing; with 'solver.spin_heat' every conductor needs one, such as '20 nm', or "
            "spin_heat_ratio",
            "materials", name, "spin_heat_diffusion_length",
        )  # fmt: skip
    margin, channel = min(zip(material.channel_margins(config.temperature), "↑↓", strict=True))
    if margin <= 0:
        raise config.mistake(
            "with 'solver.spin_heat' k_σ = k_e (1 ± P_k)/2 must exceed T0 σ_σ S_σ² in both channels for the "
            f"equations to be positive definite; at {config.temperature:g} K, k_{channel} is {-margin:.3g} "
            "W/(m K) too low; raise this, or lower heat_polarisation, seebeck or spin_seebeck",
            "materials", name, "electronic_thermal_conductivity",
        )  # fmt: skip


def _laws(config: Config, device: Device) -> None:
    """With vector spin, laws are numbers at the base temperature: enough for the first order alone."""
    options = config.solver
    if not device.unknowns.vector or (options.orders == 1 and options.method == "expansion"):
        return
    for region, material in device.laws.items():
        if not material.is_constant:
            raise config.mistake(
                "'vector' takes coefficients at the base temperature only, and those of "
                f"'{device.material_names[region]}' follow it; "
                "use 'spin: collinear', or 'orders: 1' with 'method: expansion'",
                "solver", "spin",
            )  # fmt: skip


def _terminals(config: Config, device: Device) -> None:
    for name, terminal in config.terminals.items():
        if terminal.region is not None:
            check_known(
                config, terminal.region, config.geometry.materials, "region", "terminals", name, "region"
            )
    if not device.cooled:
        raise config.mistake(
            "no terminal is a heat sink; add 'sink: true' or 'heat_transfer' to one", "terminals"
        )


def _equilibrium(config: Config, device: Device) -> None:
    """Check the needs of spins that relax to an accumulation of their own."""
    for region, material in device.materials.items():
        tensor, name = material.tensor_diffusion, device.material_names[region]
        if not (tensor and tensor.equilibrium):
            continue
        if config.solver.method == "expansion":
            raise config.mistake(
                "spins are present without a drive, so the orders cannot be solved one by one; use "
                "'solver.method: demodulate'",
                "materials", name, "tensor_diffusion", "equilibrium",
            )  # fmt: skip
        if config.heating.model == "conserving":
            raise config.mistake(
                "the equilibrium of the spins feeds energy into the device that no terminal counts; use "
                "'heating.model: joule'",
                "materials", name, "tensor_diffusion", "equilibrium",
            )  # fmt: skip


def _schemes(config: Config, device: Device) -> None:
    warm = bool(device.thermal)
    for scheme, conditions in config.schemes.items():
        if not conditions.is_driven and not warm:
            raise config.mistake(
                "nothing drives this scheme; set one terminal to 'current' or '{voltage: 1 mV}', give a "
                "heat sink a temperature of its own, such as 'sink: 310 K', or give heat, such as "
                "'power: 1 uW'",
                "schemes", scheme,
            )  # fmt: skip
        _drives(config, scheme)
        for terminal in conditions.root:
            _conducting(config, device, terminal, "schemes", scheme, terminal)


def _drives(config: Config, scheme: str) -> None:
    """Check that drives to solve at are of the kind that drives a scheme."""
    conditions = config.schemes[scheme]
    kind, unit = ("a current", "A") if conditions.currents else ("a voltage", "V")
    for i, drive in enumerate(config.solver.currents if conditions.is_driven else ()):
        if getattr(drive, "unit", "") not in ("", unit):
            raise config.mistake(
                f"{drive:g} {drive.unit} cannot drive scheme '{scheme}', which {kind} drives; write it in "
                f"{unit}, or solve schemes of currents and of voltages in different runs",
                "solver", "currents", i,
            )  # fmt: skip


def _conducting(config: Config, device: Device, terminal: str, *at: str | int) -> None:
    """Check that a terminal exists and is not on an insulator."""
    check_known(config, terminal, device.terminals, "terminal", *at)
    region = device.terminals[terminal]
    if region in device.insulators:
        raise config.mistake(
            f"terminal '{terminal}' is on '{region}', an insulator; choose one on a conductor", *at
        )


def _probes(config: Config, device: Device) -> None:
    if config.lock_in is not None and not config.probes:
        raise config.mistake(
            "missing; 'lock_in' reads them: add a pair, such as '{v: [plus, minus]}'", "probes"
        )
    for name, pair in config.probes.items():
        for i, terminal in enumerate(pair):
            _conducting(config, device, terminal, "probes", name, i)
        if pair[0] == pair[1]:
            raise config.mistake(
                f"a probe needs two different terminals, not '{pair[0]}' twice", "probes", name
            )


def _accuracy(config: Config, device: Device) -> None:
    """Check that there are readings with error bars among those that must be accurate."""
    if config.accuracy is None:
        return
    given = config.accuracy
    if not config.probes:
        raise config.mistake(
            "nothing is read that could be accurate; add a pair under probes, such as "
            "'{v: [plus, minus]}', or set 'accuracy: off'",
            "accuracy",
        )  # fmt: skip
    for key, names, known, kind in (
        ("schemes", given.schemes, config.schemes, "scheme"),
        ("probes", given.probes, config.probes, "probe"),
    ):
        for i, name in enumerate(names or ()):
            check_known(config, name, known, kind, "accuracy", key, i)
    for i, order in enumerate(given.orders or ()):
        if order > config.solver.orders:
            raise config.mistake(
                f"the highest order solved is {config.solver.orders}; raise solver.orders",
                "accuracy", "orders", i,
            )  # fmt: skip
    if device.has_laws and config.solver.orders > 1 and config.solver.degree == 1:
        raise config.mistake(
            "error bars of degree 1 are not known where coefficients follow the temperature; use "
            "'solver.degree: 2', 'solver.orders: 1', or 'accuracy: off'",
            "accuracy",
        )  # fmt: skip
    if not config.solver.estimate:
        raise config.mistake("needs estimates; remove this, or set 'accuracy: off'", "solver", "estimate")
