"""Resistive elements between two nodes: their entries and their law (solver/physics.md §4)."""

from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from pydantic import BeforeValidator, Field, model_validator

from thermospin.errors import brief
from thermospin.lift import Lift, SpinVector
from thermospin.materials.anisotropy import ANISOTROPIC, OF_SPIN_HALL
from thermospin.materials.channels import ChannelPair
from thermospin.materials.interface import InterfaceMaterial, InterfaceValues
from thermospin.materials.library import interface_library
from thermospin.networks.library import element_library
from thermospin.section import mistake, one_of
from thermospin.units import quantity

SAME = (
    ("conductance", "area_resistance"),
    ("polarisation", "asymmetry"),
    ("phonon_heat_conductance", "kapitza_resistance"),
    ("seebeck", "seebeck_slope"),
    ("spin_seebeck", "thermoelectric_polarisation"),
    ("mixing_conductance", "relative_mixing_conductance"),
)
"""Pairs of keys that say the same thing."""
OF_SPIN = ("polarisation", "asymmetry", "spin_seebeck", "thermoelectric_polarisation", "heat_polarisation")
OF_SPIN += ("mixing_conductance", "mixing_conductance_imaginary", "mixing_thermopower")
OF_SPIN += ("relative_mixing_conductance",)
"""Keys that mean nothing between normal metals."""


def nothing_turns(data: Any) -> Any:
    """An entry as written, if nothing in it turns currents in space.

    Args:
        data: The entry.

    Raises:
        PydanticCustomError: One does; for a validator of the section.
    """
    for key in (*ANISOTROPIC, *OF_SPIN_HALL):
        if isinstance(data, dict) and key in data:
            raise mistake(
                "depends on directions in space, which a circuit does not have; remove it, or mesh the "
                "device for 'thermospin run'",
                key,
            )
    return data


def _two_nodes(value: Any) -> Any:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise mistake(f"expected two nodes, [node 1, node 2], not {brief(value)}")
    return value


class Element(InterfaceValues):
    """An interface, or any other resistance, between two nodes; per area, as for an interface of a device."""

    between: Annotated[tuple[str, str], BeforeValidator(_two_nodes)]
    """Nodes 1 and 2; fluxes count from 1 to 2."""
    library: str | None = Field(None, exclude=True)
    """Published interface whose values are taken where none is given here, such as ``Cu/Co(001)*``."""
    area: quantity("m^2", gt=0, ge=1e-24, le=1) | None = None
    """Area, m²; default that of the network."""
    seebeck_slope: quantity("V/K^2", ge=-1e-3, le=1e-3) | None = None
    """S_i/T0, V/K²; instead of seebeck."""
    thermoelectric_polarisation: quantity("", ge=-1e6, le=1e6) | None = None
    """P', the difference over the sum of G↑S↑ and G↓S↓; instead of spin_seebeck."""
    relative_mixing_conductance: quantity("", ge=0, le=1e6) | None = None
    """η = 2 Re G↑↓/G; instead of mixing_conductance."""

    @model_validator(mode="before")
    @classmethod
    def _over_the_library(cls, data: Any) -> Any:
        if not isinstance(nothing_turns(data), dict) or not isinstance(data.get("library"), str):
            return data
        if data["library"] not in element_library():
            raise mistake(_unknown(data["library"]), "library")
        inherited = element_library()[data["library"]]
        for same in SAME:
            if any(key in data for key in same):
                inherited = {key: value for key, value in inherited.items() if key not in same}
        return {**inherited, **data}

    @model_validator(mode="after")
    def _conducts(self) -> "Element":
        for name, other in SAME:
            if None not in (getattr(self, name), getattr(self, other)):
                raise mistake(f"give this or {name}, not both; they mean the same", other)
        if not (self.conductance or self.area_resistance):
            raise mistake("missing; give it, or area_resistance", "conductance")
        return self

    @property
    def spin_key(self) -> str | None:
        """A key that is given and means something beside a ferromagnet only, if any."""
        return next((key for key in OF_SPIN if getattr(self, key)), None)

    def law(self, temperature: float, magnetic: bool) -> "ElementLaw":
        """Coefficients of the element.

        Args:
            temperature: Base temperature T0, K.
            magnetic: Whether one of its sides is a ferromagnet.
        """
        material = self.material
        if self.seebeck_slope is not None:
            material = material.model_copy(update={"seebeck": self.seebeck_slope * temperature})
        if self.thermoelectric_polarisation is not None:
            p, own = material.polarisation, self.thermoelectric_polarisation
            splitting = 2 * (own - p) * material.seebeck / (1 - p**2)
            material = material.model_copy(update={"spin_seebeck": splitting})
        if self.relative_mixing_conductance is not None:
            real = self.relative_mixing_conductance * material.conductance / 2
            material = material.model_copy(update={"mixing_conductance": real})
        return ElementLaw(
            electrical=material.electrical,
            thermoelectric=material.thermoelectric,
            heat=material.electronic_heat(temperature),
            phonons=material.phonon_heat_conductance,
            mixing=2 * material.mixing,
            mixing_thermoelectric=material.mixing_seebeck,
            mixing_heat=material.mixing_heat(temperature),
            material=material,
            magnetic=magnetic,
        )


def _unknown(name: str) -> str:
    """Message about an interface that no element can have."""
    if name in interface_library():
        return f"'{name}' bounds an insulating magnet, into which no current crosses; name another interface"
    return one_of(name, element_library(), "interface")


@dataclass(frozen=True)
class ElementLaw:
    """The law of an element, per area, as blocks that act on ``(V, s, ϑ, τ)``, eight components.

    Fluxes are ``(j, j_s, q/T0, q_s/T0)``; with heat over T0 blocks are symmetric but for Im G↑↓ (Onsager).

    Attributes:
        electrical: G and G P, S/m².
        thermoelectric: G S and G b, A/(m² K).
        heat: K_e and K_e P_K, W/(m² K).
        phonons: K_ph, W/(m² K).
        mixing: 2 G↑↓, S/m².
        mixing_thermoelectric: η' G S, A/(m² K).
        mixing_heat: η K_e, W/(m² K).
        material: The interface these came from.
        magnetic: Whether one side is a ferromagnet.
    """

    electrical: ChannelPair[float]
    thermoelectric: ChannelPair[float]
    heat: ChannelPair[float]
    phonons: float
    mixing: complex
    mixing_thermoelectric: float
    mixing_heat: float
    material: InterfaceMaterial
    magnetic: bool

    def longitudinal(self, m: np.ndarray | None, temperature: float) -> np.ndarray:
        """Flow from side 1 to side 2 that the jumps of the fields drive, (8, 8).

        Args:
            m: Direction of the ferromagnet, (3,); None between normal metals, where all of the spin crosses.
            temperature: T0, K.
        """
        heat = _lift(self.heat, m)
        heat[0, 0] += self.phonons
        return _blocks(_lift(self.electrical, m), _lift(self.thermoelectric, m), heat / temperature)

    def transverse(self, m: np.ndarray, temperature: float) -> np.ndarray:
        """Flow of ``s_⊥`` and ``τ_⊥`` from the normal side into the ferromagnet, (8, 8).

        Hatami et al. 2007, Eq. 3.

        Args:
            m: Direction of the ferromagnet, (3,).
            temperature: T0, K.
        """
        direction = SpinVector(*m)
        return _blocks(
            _matrix(Lift(0, 0, direction, across=self.mixing.real, turning=self.mixing.imag)),
            _matrix(Lift(0, 0, direction, across=self.mixing_thermoelectric)),
            _matrix(Lift(0, 0, direction, across=self.mixing_heat / temperature)),
        )

    def is_positive(self, temperature: float, spin_heat: bool) -> bool:
        """Whether no temperatures and voltages make it produce negative entropy (solver/physics.md §3).

        Args:
            temperature: T0, K.
            spin_heat: Whether the spins have temperatures of their own.
        """
        if not spin_heat:
            return self.material.is_positive(temperature)
        direction = np.array([0.0, 0.0, 1.0])
        own = self.longitudinal(direction if self.magnetic else None, temperature)
        kept = [0, 3, 4, 7]
        positive = bool((_eigenvalues(own[np.ix_(kept, kept)]) > 0).all())
        if self.magnetic and (self.mixing.real or self.mixing_thermoelectric):
            positive &= bool((_eigenvalues(self.transverse(direction, temperature)[1::4, 1::4]) > 0).all())
        return positive


def _eigenvalues(block: np.ndarray) -> np.ndarray:
    """Eigenvalues of a symmetric block scaled to a unit diagonal; 0 where its diagonal is not positive."""
    if (np.diag(block) <= 0).any():
        return np.zeros(len(block))
    scale = 1 / np.sqrt(np.diag(block))
    return np.linalg.eigvalsh(block * np.outer(scale, scale))


def _lift(pair: ChannelPair[float], m: np.ndarray | None) -> np.ndarray:
    """``L[X, Y]`` along m, (4, 4); ``L[X, 0]`` of all components without m."""
    if m is None:
        return pair.sum * np.eye(4)
    return _matrix(Lift(pair.sum, pair.difference, SpinVector(*m), across=0))


def _matrix(lift: Lift) -> np.ndarray:
    """A lift as a matrix that acts on ``(scalar, x, y, z)``, (4, 4)."""
    columns = [lift((scalar, SpinVector(*spin))) for scalar, *spin in np.eye(4)]
    return np.array([[scalar, *spin] for scalar, spin in columns]).T


def _blocks(electrical: np.ndarray, thermoelectric: np.ndarray, heat: np.ndarray) -> np.ndarray:
    return np.block([[electrical, thermoelectric], [thermoelectric, heat]])
