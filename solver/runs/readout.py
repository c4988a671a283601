"""Readings that a configuration asks of its solutions; others with other probes and drives may share them."""

from typing import Any

from thermospin.config import Config
from thermospin.device import Device
from thermospin.observables.lock_in import lock_in
from thermospin.output.readings import shown_orders
from thermospin.response.solution import Expansion
from thermospin.runs.numbers import check_balances, configuration_data
from thermospin.runs.probes import signals


class Readout:
    """The numbers of a configuration, taken from one solution after another.

    Args:
        config: The configuration: its probes, the operating drive, the lock-in.
        device: Its device.

    Attributes:
        config: The same.
    """

    def __init__(self, config: Config, device: Device) -> None:
        self.config, self._device = config, device
        self._found: dict[str, dict[str, dict[str, Any]]] = {scheme: {} for scheme in device.drives}
        self._cut_off = 0.0

    def operating_drive(self, scheme: str) -> float | None:
        """Drive of the maxima: ``output.current``, else that of the configuration; None without one.

        Args:
            scheme: Name of the scheme.
        """
        config, drive = self.config, self._device.drives[scheme]
        if drive.quantity == "temperature":
            return 0.0
        if drive.quantity == "voltage":
            return drive.scale
        if config.output.current is not None:
            return config.output.current
        if config.solver.currents:
            return max(map(abs, config.solver.currents))
        return config.lock_in.rms_current * 2**0.5 if config.lock_in else None

    def read(self, expansion: Expansion, adjoint_iterations: int) -> None:
        """Take the readings and balances of a solution.

        Args:
            expansion: The solution, of all probes of the configuration.
            adjoint_iterations: Iterations spent on the adjoints of the probes.

        Raises:
            ConvergenceError: A number is not finite, or a conservation law is broken.
        """
        device, (scheme, name) = self._device, expansion.key
        self._cut_off = expansion.cut_off
        given = self.operating_drive(scheme), device.heating_model == "conserving", device.images
        data = configuration_data(expansion, device.probes, *given)
        check_balances(data, device.numerics.tolerance, f"{scheme}, {name}")
        self._found[scheme][name] = data | {"adjoint_iterations": adjoint_iterations}

    def add(self, key: tuple[str, str], measured: dict[str, Any], bars: dict[str, Any] | None = None) -> None:
        """Add what else was measured of a solution that was read.

        Args:
            key: Its scheme and configuration.
            measured: Terminals, sinks, regions, interfaces, torques.
            bars: Error bars of the mesh, under the same keys.
        """
        scheme, name = key
        self._found[scheme][name] |= measured | ({"mesh_bars": bars} if bars else {})

    def schemes(self) -> dict[str, Any]:
        """The numbers of all schemes, in the layout of ``results.json``."""
        return {scheme: self._scheme(scheme) for scheme in self._found}

    def _scheme(self, scheme: str) -> dict[str, Any]:
        drive, configurations = self._device.drives[scheme], self._found[scheme]
        found: dict[str, Any] = {
            "drive": {"quantity": drive.quantity, "unit": drive.unit},
            "configurations": configurations,
            "signals": signals(configurations, self._cut_off),
        }
        if self.config.lock_in and drive.quantity == "current":
            found["lock_in"] = {
                probe: {
                    name: lock_in(shown_orders(data["probes"][probe]), self.config.lock_in.rms_current)
                    for name, data in configurations.items()
                }
                for probe in self._device.probes
            }
        return found
