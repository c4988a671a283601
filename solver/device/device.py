"""A device as numbers: all data of a configuration that solving needs, decided once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np

from thermospin.config import Config
from thermospin.config.petsc import petsc_options
from thermospin.device.crossing import Regions
from thermospin.device.drive import Drive
from thermospin.device.leads import Lead, find_leads, implied_leads
from thermospin.device.magnetic_states import find_states, find_textures
from thermospin.device.resistive_interfaces import ResistiveInterface, Surfaces, find_interfaces
from thermospin.device.sheets import Sheet, find_sheets
from thermospin.device.thermal import ThermalDrive, Transfer, find_transfers
from thermospin.fields import Unknowns
from thermospin.materials import ChannelValues, Material
from thermospin.materials.anisotropy import OF_SPIN_HALL
from thermospin.textures import MagneticState, Texture


@dataclass(frozen=True)
class Numerics:
    """Discretisation of a device and methods to solve it.

    Attributes:
        degree: Polynomial degree of the elements.
        orders: The highest power of the drive.
        method: ``expansion`` or ``demodulate``.
        currents: Drives at which ``demodulate`` solves, A or V.
        tolerance: Relative tolerance on the true residual.
        max_iterations: Iterations of a linear solver before it gives up.
        reciprocity: Whether to solve with injector and probe exchanged too.
        estimate: Whether to estimate the discretisation error of readings.
        petsc: PETSc's options, by name.
    """

    degree: int
    orders: int
    method: str
    currents: Sequence[float]
    tolerance: float
    max_iterations: int
    reciprocity: bool
    estimate: bool
    petsc: Mapping[str, str]

    @classmethod
    def of(cls, config: Config) -> Self:
        """The section `solver` of a configuration.

        Args:
            config: The configuration.
        """
        given = config.solver
        return cls(
            degree=given.degree,
            orders=given.orders,
            method=given.method,
            currents=given.currents,
            tolerance=given.tolerance,
            max_iterations=given.max_iterations,
            reciprocity=given.reciprocity,
            estimate=given.estimate or config.accuracy is not None,
            petsc=petsc_options(given.petsc),
        )


@dataclass(frozen=True, eq=False)
class Device:
    """A device: materials, interfaces, sheets, drives, sinks, probes and magnetic states, all in SI.

    Attributes:
        temperature: T0, K.
        magnetic_field: B, T.
        unknowns: The fields that are solved for.
        material_names: Region to the name of its material, in the order of the geometry.
        materials: Region to the values of its material at T0 and in the field.
        laws: Region to its material, with its laws; their errors name key and file.
        resistive_interfaces: Resistive interfaces by name, whether or not the regions touch.
        sheets: Sheets by name.
        terminals: Terminal to the region that it lies on; None where only the mesh tells.
        sinks: Terminal to the temperature that it is held at, K.
        leads: Terminal to the lead that continues there, in the configuration or by default.
        transfers: Terminal to the law of the heat that leaves it for its surroundings.
        thermal: Temperatures of sinks and surroundings, and given heat.
        drives: Scheme to its drive.
        probes: Probe to the terminals of its plus and minus.
        textures: Directions of every magnet, before a magnetic state turns them.
        states: The magnetic states by name: magnet to its sign or, with vector spin, to its texture.
        heating_model: ``joule`` or ``conserving``.
        heating_scale: ζ, the factor on Joule heat.
        numerics: Discretisation and methods.
        images: Mirror images, itself included, of which the meshed part makes the whole device.
    """

    temperature: float
    magnetic_field: tuple[float, float, float]
    unknowns: Unknowns
    material_names: Mapping[str, str]
    materials: Mapping[str, ChannelValues[float]]
    laws: Mapping[str, Material]
    resistive_interfaces: Mapping[str, ResistiveInterface]
    sheets: Mapping[str, Sheet]
    terminals: Mapping[str, str | None]
    sinks: Mapping[str, float]
    leads: Mapping[str, Lead]
    transfers: Mapping[str, Transfer]
    thermal: ThermalDrive
    drives: Mapping[str, Drive]
    probes: Mapping[str, tuple[str, str]]
    textures: Mapping[str, Texture]
    states: Mapping[str, MagneticState]
    heating_model: str
    heating_scale: float
    numerics: Numerics
    images: int = 1

    @classmethod
    def of(cls, config: Config, surfaces: Surfaces | None = None) -> Self:
        """The device that a configuration describes.

        Args:
            config: The configuration.
            surfaces: Physical surface of the mesh to the pairs of regions that it separates; without them,
                resistive interfaces on physical surfaces are left out.

        Raises:
            InputError: An interface has a mistake; it names file and key.
            RangeError: A law does not hold at the base temperature.
        """
        names = config.geometry.materials
        numbers = {name: config.material(name) for name in dict.fromkeys(names.values())}
        laws = {name: config.material_laws(name) for name in numbers}
        magnets = [region for region, name in names.items() if numbers[name].is_magnetic]
        insulators = [region for region, name in names.items() if not numbers[name].is_conductor]
        textures = find_textures(config, magnets)
        regions = Regions(frozenset(insulators), frozenset(magnets))
        leads = implied_leads(config) | find_leads(config)
        return cls(
            temperature=config.temperature,
            magnetic_field=config.magnetic_field,
            unknowns=config.unknowns,
            material_names=names,
            materials={region: numbers[name] for region, name in names.items()},
            laws={region: laws[name] for region, name in names.items()},
            resistive_interfaces=find_interfaces(config, regions, surfaces),
            sheets=find_sheets(config, regions.insulators),
            terminals={name: terminal.region for name, terminal in config.all_terminals.items()},
            sinks=config.sinks,
            leads=leads,
            transfers=find_transfers(config),
            thermal=ThermalDrive.of(config),
            drives={name: Drive.of(scheme, leads, config.images) for name, scheme in config.schemes.items()},
            probes=config.probes,
            textures=textures,
            states=find_states(config, textures),
            heating_model=config.heating.model,
            heating_scale=config.heating.scale,
            numerics=Numerics.of(config),
            images=config.images,
        )

    @cached_property
    def magnets(self) -> Sequence[str]:
        """The magnetic regions, in the order of the geometry."""
        return [region for region, material in self.materials.items() if material.is_magnetic]

    @cached_property
    def insulating_magnets(self) -> Sequence[str]:
        """The magnets without electrons."""
        return [region for region in self.magnets if region in self.insulators]

    @cached_property
    def conductors(self) -> Sequence[str]:
        """The regions with electrons."""
        return [region for region, material in self.materials.items() if material.is_conductor]

    @cached_property
    def insulators(self) -> Sequence[str]:
        """The regions without electrons."""
        return [region for region, material in self.materials.items() if not material.is_conductor]

    @cached_property
    def carriers(self) -> Sequence[str]:
        """The regions with electrons in them, or in a sheet on them."""
        hosts = {sheet.region for sheet in self.sheets.values() if sheet.values.is_conductor}
        return [region for region in self.materials if region in self.conductors or region in hosts]

    @cached_property
    def normal_metals(self) -> Sequence[str]:
        """The conductors without a magnetisation."""
        return [region for region in self.conductors if region not in self.magnets]

    @cached_property
    def polarised(self) -> Sequence[str]:
        """The regions whose channels differ: most magnets, and clusters in a field."""
        return [region for region, m in self.materials.items() if m.polarisation or m.spin_seebeck]

    @property
    def field_strength(self) -> float:
        """|B|, T."""
        return float(np.linalg.norm(self.magnetic_field))

    @cached_property
    def hall_metals(self) -> Sequence[str]:
        """The normal metals in which a magnetic field turns currents."""
        return [region for region, material in self.materials.items() if material.has_field_effects]

    @property
    def field_metals(self) -> Sequence[str]:
        """Those metals, if there is a magnetic field."""
        return self.hall_metals if self.field_strength > 0 else []

    @cached_property
    def anisotropic(self) -> Sequence[str]:
        """The regions in which currents depend on the direction of the magnetisation or of the field."""
        magnets = (region for region in self.magnets if self.materials[region].is_anisotropic)
        return [*magnets, *self.field_metals]

    @cached_property
    def turning(self) -> Sequence[str]:
        """The regions in which currents turn in space: those, and metals with a spin Hall effect."""
        metals = (
            region
            for region, material in self.materials.items()
            if any(getattr(material, key) for key in OF_SPIN_HALL)
        )
        return list(dict.fromkeys([*self.anisotropic, *metals]))

    @property
    def directions(self) -> dict[str, np.ndarray]:
        """Directions in space of anisotropic magnets of sign +1, (3,), where m is uniform."""
        found = {
            region: self.textures[region].uniform for region in self.anisotropic if region in self.textures
        }
        return {region: direction for region, direction in found.items() if direction is not None}

    @property
    def axial_field(self) -> float:
        """B along z, T, the axis of the spins of collinear runs and nanocluster metals."""
        return self.magnetic_field[2]

    @property
    def has_laws(self) -> bool:
        """Whether a coefficient follows the temperature."""
        return not all(material.is_constant for material in self.laws.values())

    @property
    def follows_temperature(self) -> bool:
        """Whether more than the linear response at T0 depends on laws of the temperature."""
        at_drives = self.numerics.method == "demodulate" or any(
            drive.quantity == "temperature" for drive in self.drives.values()
        )
        return self.has_laws and (self.numerics.orders > 1 or at_drives)

    @property
    def follows_field(self) -> Sequence[str]:
        """Names of the materials that depend on the magnetic field."""
        named = {self.material_names[region]: law for region, law in self.laws.items()}
        return [name for name, law in named.items() if law.follows_field]

    @property
    def cooled(self) -> Sequence[str]:
        """The terminals that tie the temperature to that of the surroundings."""
        return [*self.sinks, *self.transfers]

    @property
    def is_textured(self) -> bool:
        """Whether the field about which spins precess depends on the position within a region."""
        if not self.unknowns.vector:
            return False
        tensors = (material.tensor_diffusion for material in self.materials.values())
        return any(tensor and tensor.profile for tensor in tensors) or any(
            texture.uniform is None for state in self.states.values() for texture in state.values()
        )
