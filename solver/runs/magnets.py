"""The moving magnets of a configuration on their mesh (solver/physics.md §12)."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from thermospin.config import Config
from thermospin.config.dynamics import MovingMagnet, Z
from thermospin.constants import VACUUM_PERMEABILITY
from thermospin.meshes.read import DeviceMesh
from thermospin.micromagnetics.body import Body
from thermospin.micromagnetics.contacts import contact_tensor
from thermospin.micromagnetics.energies import Quadratic
from thermospin.micromagnetics.magnet import CubicAnisotropy, Ferromagnet, UniaxialAnisotropy
from thermospin.micromagnetics.model import Micromagnet
from thermospin.micromagnetics.shapes import ellipsoid_factors, prism_factors
from thermospin.textures import MagneticState, Texture

SHAPES = {"prism": prism_factors, "ellipsoid": ellipsoid_factors}


def micromagnet(config: Config, mesh: DeviceMesh, progress: Any) -> Micromagnet:
    """The body of the moving magnets with its energy, without a field (collective).

    Args:
        config: The configuration, with `dynamics`.
        mesh: Its mesh.
        progress: Anything with ``note(text)``; gets a warning where the mesh is coarse.

    Raises:
        InputError: A magnet does not touch the region beside which it is anisotropic.
    """
    given = config.dynamics.magnets
    body = Body(mesh, list(given))
    magnets = {name: ferromagnet(magnet, body.extents(name)) for name, magnet in given.items()}
    found = Micromagnet(body, magnets, g_factor=config.dynamics.g_factor)
    surface = interface_anisotropy(config, mesh, body)
    if surface is not None:
        found.terms.append(surface)
    if text := coarse(body, magnets):
        progress.note(text)
    return found


def ferromagnet(given: MovingMagnet, extents: np.ndarray) -> Ferromagnet:
    """The numbers of a magnet of the configuration.

    Args:
        given: Its entry.
        extents: Lengths of the box around it, m, (3,).
    """
    shape = given.demagnetisation
    if isinstance(shape, str):
        factors = SHAPES[shape](extents) if shape in SHAPES else None
    else:
        factors = np.array(shape)
    return Ferromagnet(
        given.saturation_magnetisation,
        given.exchange_stiffness,
        given.damping,
        tuple(UniaxialAnisotropy(part.constant, np.array(part.axis)) for part in given.uniaxial),
        tuple(CubicAnisotropy(part.constant, part.axes) for part in given.cubic),
        None if factors is None else np.diag(factors),
        shape == "full",
        given.dmi.constant if given.dmi else 0.0,
        given.dmi.normal if given.dmi else Z,
    )


def interface_anisotropy(config: Config, mesh: DeviceMesh, body: Body) -> Quadratic | None:
    """The anisotropy of all surfaces of the moving magnets; None without any (collective).

    Args:
        config: The configuration, with `dynamics`.
        mesh: Its mesh.
        body: The magnets.

    Raises:
        InputError: A magnet does not touch the region beside which it is anisotropic.
    """
    total = np.zeros((3, 3, body.n_owned))
    for region, magnet in config.dynamics.magnets.items():
        for i, part in enumerate(magnet.interfaces):
            tensor = contact_tensor(mesh, body, region, part.beside)
            if body.largest(np.abs(tensor)) == 0:
                raise config.mistake(
                    f"does not touch {region}; name a region that does, or remove the entry",
                    "dynamics", "magnets", region, "interfaces", i, "beside",
                )  # fmt: skip
            total -= part.constant * tensor
    return Quadratic("interface_anisotropy", total) if body.largest(np.abs(total)) else None


def directions(body: Body, textures: Mapping[str, Texture], state: MagneticState) -> np.ndarray:
    """The magnetisation of a magnetic configuration at owned nodes, (3, n).

    Args:
        body: The magnets.
        textures: Directions of the magnets before a configuration reverses them.
        state: The configuration: signs, or directions.
    """
    m = np.zeros((3, body.n_owned))
    for region, volumes in body.volumes.items():
        inside, of_state = volumes > 0, state[region]
        texture = of_state if isinstance(of_state, Texture) else textures[region]
        sign = 1 if isinstance(of_state, Texture) else of_state
        m[:, inside] = sign * texture(body.points[inside]).T
    return m


def coarse(body: Body, magnets: Mapping[str, Ferromagnet]) -> str:
    """A warning where edges are longer than the shortest length of the magnets; else empty (collective).

    Args:
        body: The magnets.
        magnets: Region to its numbers.
    """
    edge = body.longest_edge()
    lengths = {name: shortest_length(magnet) for name, magnet in magnets.items()}
    name = min(lengths, key=lambda name: lengths[name])
    if edge <= lengths[name]:
        return ""
    return (
        f"warning: tetrahedra have edges up to {1e9 * edge:.3g} nm, longer than the exchange length of "
        f"{name}, {1e9 * lengths[name]:.3g} nm; make the mesh of the magnets finer"
    )


def shortest_length(magnet: Ferromagnet) -> float:
    """The exchange length ``√(2A/μ0 M_s²)`` or a shorter ``√(A/K)``, m.

    Args:
        magnet: The numbers of a magnet.
    """
    densities = [VACUUM_PERMEABILITY / 2 * magnet.saturation_magnetisation**2]
    densities += [abs(part.constant) for part in (*magnet.uniaxial, *magnet.cubic)]
    return float((magnet.exchange_stiffness / max(densities)) ** 0.5)
