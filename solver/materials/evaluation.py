"""Values of the laws of a material: numbers at a temperature, or derivatives of the lifted coefficients.

The formulas are those of :class:`~thermospin.materials.channel_values.ChannelValues`, with numbers or with
truncated Taylor series.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from pydantic import PrivateAttr

from thermospin.lift import Lift
from thermospin.materials.channel_values import ChannelValues
from thermospin.materials.laws import (
    CoefficientLaw,
    Law,
    RangeError,
    ShortCircuit,
    Taylor,
    WiedemannFranz,
    WiedemannFranzAndPhonons,
)
from thermospin.section import Section

if TYPE_CHECKING:
    from thermospin.materials.channels import ChannelPair
    from thermospin.materials.material import Material

PARTS = ("electronic_thermal_conductivity", "phonon_thermal_conductivity")
"""Parts of the thermal conductivity, of which one may be given."""


@dataclass(frozen=True)
class CoefficientDerivatives:
    """Lifted coefficients and their derivatives with respect to T, arrays (order + 1, …) in SI.

    Attributes:
        electrical: σ and σP, S/m.
        thermoelectric: σS and σb, A/(m K).
        electronic_heat: k_e and k_e P_k, W/(m K).
        phonon_heat: k_ph, W/(m K).
        thermal_conductivity: k = k_e + k_ph, W/(m K).
        relaxation: (1−P²) σ/λ², S/m³.
        heat_relaxation: (1−P_k²) k_e/λ_Q², W/(m³ K); None in a conductor without λ_Q.
        transverse_relaxation: σ/λ_φ², S/m³, and as ``relaxation`` without λ_φ.
        exchange_precession: −σ/λ_J² with the sign of λ_J, S/m³.
        larmor: g μ_B/ħ · τ_sf σ/λ², S/(m³ T).
        conduction: A of solver/physics.md §11, along its axis, across it and turning.
        thermoelectric_tensor: A N, likewise.
    """

    electrical: ChannelPair[np.ndarray]
    thermoelectric: ChannelPair[np.ndarray]
    electronic_heat: ChannelPair[np.ndarray]
    phonon_heat: np.ndarray
    thermal_conductivity: np.ndarray
    relaxation: np.ndarray
    heat_relaxation: np.ndarray | None
    transverse_relaxation: np.ndarray
    exchange_precession: np.ndarray
    larmor: np.ndarray
    conduction: tuple[np.ndarray, np.ndarray, np.ndarray]
    thermoelectric_tensor: tuple[np.ndarray, np.ndarray, np.ndarray]


class Evaluable(Section):
    """A section whose coefficients may follow laws, and what they are at a temperature and in a field."""

    _place: tuple[str, str] = PrivateAttr(default=("", ""))

    @property
    def is_constant(self) -> bool:
        """Whether no coefficient follows a law."""
        return not laws(self)

    @property
    def follows_field(self) -> bool:
        """Whether a coefficient depends on the magnetic field."""
        return any(law.follows_field for law in laws(self).values())

    def settled(self) -> Self:
        """The same with numbers for the laws that give one at all temperatures."""
        given = {name: value.constant for name, value in self if isinstance(value, CoefficientLaw)}
        numbers = {name: number for name, number in given.items() if number is not None}
        return self.model_copy(update=numbers) if numbers else self

    def at(self, temperature: float, field: float = 0.0) -> ChannelValues[float]:
        """The numbers of all coefficients.

        Args:
            temperature: T, K; also T0, where an open-circuit value of k is given.
            field: B, T, along the axis of the spins.

        Raises:
            RangeError: A law does not hold at that temperature.
        """
        return _numbers(self.short_circuited(temperature), temperature, field)

    def short_circuited(self, temperature: float) -> Self:
        """The material with k in place of its open-circuit value; itself if k is given.

        Without a charge current and with s = 0, as in a body much longer than λ, E = S ∇T, and heat flows by
        −(k − T0 σ S²) ∇T (solver/physics.md §2).

        Args:
            temperature: T0, K.

        Raises:
            RangeError: A part of k exceeds it.
        """
        if self.thermal_conductivity_open_circuit is None:
            return self
        found = laws(self)
        sigma, seebeck = (found.get(name, getattr(self, name)) for name in ("conductivity", "seebeck"))
        law = ShortCircuit(self.thermal_conductivity_open_circuit, sigma, seebeck, temperature)
        heat = {"thermal_conductivity": law.number or law, "thermal_conductivity_open_circuit": None}
        material = self.model_copy(update=heat)
        if law.number is not None:
            _check_parts(material, {}, np.array([temperature]))
        return material

    def derivatives(
        self,
        temperatures: np.ndarray,
        order: int = 0,
        field: float = 0.0,
        base: float | None = None,
        strength: float = 0.0,
    ) -> CoefficientDerivatives:
        """The lifted coefficients and their derivatives with respect to the temperature.

        Args:
            temperatures: T, K, of any shape.
            order: The highest derivative.
            field: B, T, along the axis of the spins.
            base: T0, K, in the Wiedemann–Franz default of k_e if neither σ nor k follows a law; else it is T.
            strength: |B|, T, in the ordinary Hall and Nernst effects.

        Raises:
            RangeError: A law does not hold at one of the temperatures.
        """
        return _derivatives(self, temperatures, order, field, base, strength)

    def placed(self, key: str, file: str) -> Self:
        """The same material with its place in the configuration, for the messages of its errors.

        Args:
            key: Dotted path of the material.
            file: The file that holds it.
        """
        material = self.model_copy()
        material._place = key, file
        return material

    def place(self, coefficient: str) -> tuple[str, str]:
        """Key and file of a coefficient.

        Args:
            coefficient: Its name, such as ``seebeck``.
        """
        key, file = self._place
        return ".".join(part for part in (key, coefficient) if part), file


def laws(material: Material) -> dict[str, Law]:
    """The coefficients that follow a law, by name.

    Args:
        material: The material.
    """
    clusters = material.nanoclusters.laws() if material.nanoclusters is not None else {}
    found = {name: value for name, value in material if isinstance(value, Law)} | clusters
    heat = found.get("thermal_conductivity")
    if isinstance(heat, WiedemannFranzAndPhonons):
        found["electronic_thermal_conductivity"] = heat.electrons
    sigma = found.get("conductivity", material.conductivity)
    return {name: law.given(sigma) if isinstance(law, WiedemannFranz) else law for name, law in found.items()}


@functools.lru_cache(maxsize=256)
def _numbers(material: Material, temperature: float, field: float) -> ChannelValues[float]:
    """The values at T in K and B in T."""
    found = _series(material, Taylor.variable(np.array([temperature]), 0), field)
    return _values(material, {name: float(series.value[0]) for name, series in found.items()})


def _derivatives(
    material: Material,
    temperatures: np.ndarray,
    order: int,
    field: float,
    base: float | None,
    strength: float,
) -> CoefficientDerivatives:
    """See :meth:`Evaluable.derivatives`."""
    t = Taylor.variable(temperatures, order)
    found = _series(material, t, field)
    values = _values(material, found)
    fixed = base is not None and not {"conductivity", "thermal_conductivity"} & found.keys()
    at = t.constant(base) if fixed else t

    def arrays(value: Any) -> Any:
        if isinstance(value, tuple):
            return value._replace(sum=arrays(value.sum), difference=arrays(value.difference))
        return (value if isinstance(value, Taylor) else t.constant(value)).derivatives

    def tensor(value: Lift) -> tuple[Any, Any, Any]:
        return arrays(value.X), arrays(value.across), arrays(value.turning)

    relaxes = not values.is_conductor or values.spin_heat_length is not None
    return CoefficientDerivatives(
        electrical=arrays(values.electrical),
        thermoelectric=arrays(values.thermoelectric),
        electronic_heat=arrays(values.electronic_heat(at)),
        phonon_heat=arrays(values.phonon_heat(at)),
        thermal_conductivity=arrays(values.thermal_conductivity),
        relaxation=arrays(values.spin_relaxation),
        heat_relaxation=arrays(values.spin_heat_relaxation(at)) if relaxes else None,
        transverse_relaxation=arrays(values.transverse_relaxation),
        exchange_precession=arrays(values.exchange_precession),
        larmor=arrays(values.larmor),
        conduction=tensor(values.conduction(strength)),
        thermoelectric_tensor=tensor(values.thermoelectric_tensor(strength)),
    )


def _values(material: Material, found: Mapping[str, Any]) -> ChannelValues[Any]:
    """Values of all coefficients: those found, numbers or series, and the numbers that the document gives."""
    names = [field.name for field in fields(ChannelValues)]
    return ChannelValues(**{name: found.get(name, getattr(material, name)) for name in names})


def _series(material: Material, temperature: Taylor, field: float) -> dict[str, Taylor]:
    """Every coefficient that follows a law."""
    found = {}
    for name, law in laws(material).items():
        try:
            found[name] = law.at_field(field).series(temperature)
        except RangeError as error:
            raise error.located(*material.place(law.written_as or name)) from None
    _check_parts(material, found, temperature.value)
    return found


def _check_parts(material: Material, found: Mapping[str, Taylor], temperatures: np.ndarray) -> None:
    """Neither electrons nor phonons carry more heat than both together."""
    whole = found.get("thermal_conductivity", material.thermal_conductivity)
    whole = whole.value if isinstance(whole, Taylor) else whole
    for name in PARTS:
        part = found.get(name, getattr(material, name))
        if part is None:
            continue
        part = part.value if isinstance(part, Taylor) else part
        excess = np.broadcast_to(part - whole, temperatures.shape)
        if (excess > 1e-12 * np.max(whole, initial=0.0)).any():
            temperature = float(np.asarray(temperatures)[excess > 0][0])
            raise RangeError(
                f"exceeds thermal_conductivity at {temperature:.5g} K, by {excess.max():.3g} W/(m K) at most",
                temperature,
            ).located(*material.place(name))
