"""Response of a network between two of its reservoirs."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from thermospin.errors import InputError
from thermospin.networks.network import Network, NetworkState


@dataclass(frozen=True)
class TwoTerminalResponse:
    """Response of two terminals: ``I = G ΔV + G_T ΔT`` and ``Q = Q_V ΔV + K ΔT``, first to second.

    Δ is the first reservoir less the second. Without an area all is per area.

    Attributes:
        per_volt: NetworkState at ΔV = 1 V, ΔT = 0.
        per_kelvin: NetworkState at ΔT = 1 K, ΔV = 0.
        first: Name of the first reservoir.
    """

    per_volt: NetworkState
    per_kelvin: NetworkState
    first: str

    @property
    def resistance(self) -> float:
        """``ΔV/I`` at ΔT = 0, Ω (Ω m² per area)."""
        return 1 / self.per_volt.current(self.first)

    @property
    def seebeck(self) -> float:
        """Thermopower ``−ΔV/ΔT`` at I = 0, V/K."""
        return self.per_kelvin.current(self.first) * self.resistance

    @property
    def peltier(self) -> float:
        """``Q/I`` at ΔT = 0, V."""
        return self.per_volt.heat(self.first) * self.resistance

    @property
    def heat_conductance(self) -> float:
        """``Q/ΔT`` at I = 0, W/K."""
        return self.per_kelvin.heat(self.first) - self.seebeck * self.per_volt.heat(self.first)

    def torque(self, magnet: str, volts: float = 0.0, kelvins: float = 0.0) -> np.ndarray:
        """Torque on a magnet under a voltage and a temperature difference, J, (3,).

        Args:
            magnet: Its name.
            volts: ΔV, V.
            kelvins: ΔT, K.
        """
        return volts * self.per_volt.torques[magnet] + kelvins * self.per_kelvin.torques[magnet]

    def open_circuit_torque(self, magnet: str) -> np.ndarray:
        """Torque on a magnet per kelvin at I = 0, J/K, (3,).

        Args:
            magnet: Its name.
        """
        return self.torque(magnet, -self.seebeck, 1.0)


def two_terminals(network: Network) -> tuple[str, str] | None:
    """The two reservoirs of a network that has just two, if current can flow between them; else None.

    Args:
        network: The network.
    """
    names = tuple(network.config.reservoirs)
    return names if len(names) == 2 and network.joins(*names) else None


def two_terminal_response(
    network: Network, pair: tuple[str, str], magnetisations: Mapping[str, np.ndarray] | None = None
) -> TwoTerminalResponse:
    """Solve for the response between two reservoirs.

    Args:
        network: The network.
        pair: The reservoirs; both are held at given V and T.
        magnetisations: Directions of ferromagnets in place of the configuration's, (3,).

    Raises:
        InputError: The resistance is infinite, or beyond rounding.
    """
    first, second = pair
    per_volt, per_kelvin = (
        network.solve(magnetisations, network.bias(first, volts, kelvins), held=pair)
        for volts, kelvins in ((1.0, 0.0), (0.0, 1.0))
    )
    found = TwoTerminalResponse(per_volt, per_kelvin, first)
    if not found.per_volt.current(first) > 0:
        raise InputError(
            f"the current is too small for double precision from here to '{second}'; lower polarisations "
            "that are almost 1, or bring the conductances closer together",
            key=f"nodes.{first}",
            file=network.config.source,
        )
    return found
