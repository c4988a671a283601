"""A body with its energy: effective field, balance of energy, averages."""

from collections.abc import Mapping, Sequence

import numpy as np

from thermospin.micromagnetics.body import Body, cross, dot
from thermospin.micromagnetics.dzyaloshinskii import InterfacialDMI
from thermospin.micromagnetics.energies import Energy, Exchange, Zeeman, local_terms
from thermospin.micromagnetics.magnet import Ferromagnet, gyromagnetic_ratio
from thermospin.micromagnetics.stray_field import StrayField


class Micromagnet:
    """The magnets of a device with all terms of their energy.

    Args:
        body: The mesh of the magnets.
        magnets: Region to its numbers.
        field: Applied field B, T, (3,).
        g_factor: g.

    Attributes:
        moments: M_s times the volume of every owned node, A m², (n,).
        damping: Gilbert's α at every owned node, weighted with moments, (n,).
        rate: γ, rad/(s T).
        exchange: The term of exchange.
        zeeman: The term of the applied field.
        terms: All terms of the energy.
    """

    def __init__(
        self,
        body: Body,
        magnets: Mapping[str, Ferromagnet],
        field: Sequence[float] = (0.0, 0.0, 0.0),
        g_factor: float = 2.0,
    ) -> None:
        self.body, self.magnets, self.rate = body, magnets, gyromagnetic_ratio(g_factor)
        densities = {name: magnet.saturation_magnetisation for name, magnet in magnets.items()}
        self.moments = sum(densities[name] * body.volumes[name] for name in magnets)
        damped = sum(
            magnet.damping * densities[name] * body.volumes[name] for name, magnet in magnets.items()
        )
        self.damping = damped / self.moments
        self.exchange = Exchange(body, {name: magnet.exchange_stiffness for name, magnet in magnets.items()})
        self.zeeman = Zeeman(self.moments, field)
        self.terms: list[Energy] = [self.exchange, self.zeeman, *local_terms(body, magnets)]
        self.terms += _dmi(body, magnets)
        charged = {name: densities[name] for name, magnet in magnets.items() if magnet.is_charged}
        if charged:
            self.terms.append(StrayField(body, charged))

    def energies(self, m: np.ndarray) -> dict[str, float]:
        """The energy by the name of its terms, J (collective).

        Args:
            m: Magnetisation, (3, n).
        """
        found: dict[str, float] = {}
        for term in self.terms:
            found[term.name] = found.get(term.name, 0.0) + self.body.sum(term.density(m))
        return found

    def energy(self, m: np.ndarray) -> float:
        """The whole energy, J (collective).

        Args:
            m: Magnetisation, (3, n).
        """
        return sum(self.energies(m).values())

    def field(self, m: np.ndarray) -> np.ndarray:
        """Effective field ``−∂E/∂m`` per moment, T, (3, n) (collective).

        Args:
            m: Magnetisation, (3, n).
        """
        return -sum(term.gradient(m) for term in self.terms) / self.moments

    def mean_field(self, m: np.ndarray, u: np.ndarray) -> np.ndarray:
        """Effective field averaged from m to ``2u − m``, T, (3, n) (collective).

        Args:
            m: Magnetisation at the beginning, (3, n).
            u: That in the middle, (3, n).
        """
        return -sum(term.average(m, u) for term in self.terms) / self.moments

    def mean_slope(self, m: np.ndarray, u: np.ndarray, change: np.ndarray) -> np.ndarray:
        """Change of :meth:`mean_field` with a change of u, T, (3, n) (collective).

        Args:
            m: Magnetisation at the beginning, (3, n).
            u: That in the middle, (3, n).
            change: Change of u, (3, n).
        """
        return -sum(term.average_slope(m, u, change) for term in self.terms) / self.moments

    def quick_slope(self, m: np.ndarray, u: np.ndarray, change: np.ndarray) -> np.ndarray:
        """About the same as :meth:`mean_slope`, cheap to find, T, (3, n) (collective).

        Args:
            m: Magnetisation at the beginning, (3, n).
            u: That in the middle, (3, n).
            change: Change of u, (3, n).
        """
        return -sum(term.quick_slope(m, u, change) for term in self.terms) / self.moments

    def damping_power(self, squares: np.ndarray) -> np.ndarray:
        """Heat of damping, ``∫ α (M_s/γ) |∂_t m|² dV``, in every owned tetrahedron, W, (k,) (collective).

        Args:
            squares: ``|∂_t m|²`` at owned nodes, 1/s², (n,).
        """
        body = self.body
        densities = {
            name: part.damping * part.saturation_magnetisation for name, part in self.magnets.items()
        }
        mean = body.with_ghosts(squares[None])[body.cells, 0].mean(axis=1)
        return body.density(densities) * body.cell_volumes * mean / self.rate

    def average(self, m: np.ndarray, region: str | None = None) -> np.ndarray:
        """Average of m over the moments of the body, or over the volume of a region, (3,) (collective).

        Args:
            m: Magnetisation, (3, n).
            region: The region.
        """
        weights = self.moments if region is None else self.body.volumes[region]
        total = [self.body.sum(part) for part in (*(m * weights), weights)]
        return np.array(total[:3]) / total[3]

    def residual_torque(self, m: np.ndarray) -> float:
        """Largest ``|m × B_eff|``, T (collective): zero in equilibrium.

        Args:
            m: Magnetisation, (3, n).
        """
        torque = cross(m, self.field(m))
        return self.body.largest(np.sqrt(dot(torque, torque)))


def _dmi(body: Body, magnets: Mapping[str, Ferromagnet]) -> list[Energy]:
    """The interaction of Dzyaloshinskii and Moriya, one term for every normal (collective)."""
    constants: dict[tuple[float, ...], dict[str, float]] = {}
    for name, magnet in magnets.items():
        if magnet.dmi:
            constants.setdefault(tuple(magnet.dmi_normal), {})[name] = magnet.dmi
    return [InterfacialDMI(body, given, normal) for normal, given in constants.items()]
