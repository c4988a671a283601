"""Magnetic states of a device: the direction of every magnet, as a sign or as a texture."""

from collections.abc import Mapping, Sequence

from thermospin.config import Config
from thermospin.config.directions import MagnetState
from thermospin.config.magnetisation import DEFAULT
from thermospin.textures import MagneticState, Texture


def find_textures(config: Config, magnets: Sequence[str]) -> dict[str, Texture]:
    """Directions of each magnet, before a magnetic state turns them.

    Args:
        config: The configuration.
        magnets: The magnetic regions.
    """
    return {region: _texture(config, region) for region in magnets}


def _texture(config: Config, region: str) -> Texture:
    value, key = config.magnetisation.get(region, DEFAULT), f"magnetisation.{region}"
    if isinstance(value, tuple):
        return Texture.along(value, key, config.source)
    return Texture(value.vectors, key, config.source)


def find_states(config: Config, textures: Mapping[str, Texture]) -> dict[str, MagneticState]:
    """Find the magnetic states by name: the sign of every magnet or, with vector spin, its texture.

    A direction may stand instead of a sign with vector spin; in a collinear run it counts +1.

    Args:
        config: The configuration.
        textures: Directions of each magnet before.
    """
    given = _given(config, list(textures))
    if config.unknowns.vector:
        return {
            name: {
                region: _turned(textures[region], state, f"configurations.{name}.{region}", config.source)
                for region, state in of_regions.items()
            }
            for name, of_regions in given.items()
        }
    return {
        name: {region: state if isinstance(state, int) else 1 for region, state in of_regions.items()}
        for name, of_regions in given.items()
    }


def _given(config: Config, magnets: Sequence[str]) -> Mapping[str, Mapping[str, MagnetState]]:
    """The magnetic configurations with every magnet; +1 where it is not mentioned."""
    if config.configurations:
        return {
            name: {region: states.get(region, 1) for region in magnets}
            for name, states in config.configurations.items()
        }
    parallel: dict[str, MagnetState] = dict.fromkeys(magnets, 1)
    return {"P": parallel, "AP": parallel | {magnets[-1]: -1}} if magnets else {"P": {}}


def _turned(texture: Texture, state: MagnetState, key: str, file: str) -> Texture:
    """The texture times ±1, or a direction instead of it."""
    if isinstance(state, tuple):
        return Texture.along(state, key, file)
    return texture if state > 0 else -texture
