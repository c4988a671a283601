"""Derivatives of the coefficients of a device with respect to the numbers of its configuration.

The formulas between the two are short and smooth, so that differences over five points have twelve digits.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from thermospin.config import Config
from thermospin.config.differences import stencil_points, stencil_weights
from thermospin.config.inputs import TEMPERATURE
from thermospin.config.numbers import Number, Place, material_numbers, with_number
from thermospin.device import Device, Sheet
from thermospin.discretisation.interfaces.facet_coefficients import FacetCoefficients
from thermospin.discretisation.interfaces.jumps import Interfaces
from thermospin.discretisation.sheets.sheets import Sheets
from thermospin.physics.coefficients import Coefficients, Quantity


@dataclass(frozen=True)
class Change:
    """A number, and devices with it a little smaller and a little larger.

    Attributes:
        number: The number.
        devices: The devices at the points of the difference.
        nominal: The device as it is.
    """

    number: Number
    devices: Sequence[Device]
    nominal: Device

    @property
    def weights(self) -> np.ndarray:
        """Weights that make derivatives of values of the devices."""
        return stencil_weights(self.number.value)

    @property
    def is_outside(self) -> bool:
        """Whether it changes leads or surroundings that take up heat beyond the mesh.

        T0, by which the heat equations are divided, also heats devices whose sinks stay.
        """
        given = self.nominal
        if self.base_temperature and (given.transfers or any(device.thermal for device in self.devices)):
            return True
        return any(_beyond(device) != _beyond(given) for device in self.devices)

    @cached_property
    def base_temperature(self) -> float:
        """Derivative of T0: 1 or 0."""
        return float(self.number.place == (TEMPERATURE,))

    def lead_seebeck(self, name: str) -> float:
        """Derivative of S of the lead at a terminal, V/K.

        Args:
            name: Name of the terminal.
        """
        return float(self.weights @ [device.leads[name].seebeck for device in self.devices])

    @cached_property
    def heating_scale(self) -> float:
        """Derivative of ζ."""
        return float(self.weights @ [device.heating_scale for device in self.devices])

    def quantities(
        self, regions: Sequence[str], quantities_at: Callable[[float], Sequence[Quantity]]
    ) -> np.ndarray:
        """Derivatives of the quantities of every region, shape (n_regions, n_quantities).

        Args:
            regions: The regions.
            quantities_at: From T0, K, to the quantities.
        """
        values = [
            [[quantity(device.materials[region]) for quantity in quantities] for region in regions]
            for device in self.devices
            for quantities in [quantities_at(device.temperature)]
        ]
        return np.tensordot(self.weights, np.array(values, dtype=float), 1)

    def face_coefficients(self, part: Interfaces | Sheets) -> list[FacetCoefficients] | list[Coefficients]:
        """Coefficients of interfaces or of sheets in every device; none if it does not change them.

        Args:
            part: The interfaces or sheets.
        """
        return self._of_sheets(part) if isinstance(part, Sheets) else self._of_interfaces(part)

    def _of_sheets(self, sheets: Sheets) -> list[Coefficients]:
        def values(device: Device) -> dict[str, Sheet]:
            return {name: device.sheets[name] for name in sheets.names}

        if not self.base_temperature and all(values(d) == values(self.nominal) for d in self.devices):
            return []
        return [sheets.with_values(device.sheets, device.temperature) for device in self.devices]

    def _of_interfaces(self, interfaces: Interfaces) -> list[FacetCoefficients]:
        laws = [_of(device, interfaces.names) for device in self.devices]
        if not self.base_temperature and all(law == _of(self.nominal, interfaces.names) for law in laws):
            return []
        return [
            interfaces.coefficients.with_laws(law, device.temperature)
            for law, device in zip(laws, self.devices, strict=True)
        ]


def find_changes(
    config: Config, nominal: Device, surfaces: Mapping | None, places: Collection[Place] | None = None
) -> list[Change]:
    """The numbers of a configuration, T0 the last, each with devices in which it is changed.

    Args:
        config: The configuration.
        nominal: Its device.
        surfaces: The physical surfaces of its mesh.
        places: Places of the numbers that are wanted; all of them by default.
    """
    return [
        Change(
            number,
            [
                Device.of(with_number(config, number.place, value), surfaces)
                for value in stencil_points(number.value)
            ],
            nominal,
        )
        for number in [*material_numbers(config), Number((TEMPERATURE,), config.temperature, "K")]
        if places is None or number.place in places
    ]


def _beyond(device: Device) -> tuple:
    """Leads and surroundings, but for S of leads that do nothing else than carry heat."""
    leads = {
        name: replace(lead, seebeck=0.0) if lead.carries_only else lead for name, lead in device.leads.items()
    }
    return leads, device.transfers


def _of(device: Device, names: Sequence[str]) -> dict:
    """The interfaces of some names."""
    return {name: device.resistive_interfaces[name] for name in names}
