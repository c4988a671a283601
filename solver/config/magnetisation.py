"""What vector spin adds: the magnetic field, where magnets point, and in which configurations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BeforeValidator

from thermospin.config.directions import State, Vector, shown
from thermospin.config.textures import Magnetisation
from thermospin.errors import brief
from thermospin.materials.interface import OF_MIXING
from thermospin.materials.library import library, library_material
from thermospin.materials.material import OF_MAGNETS, OF_VECTOR_SPIN
from thermospin.section import mistake, one_of
from thermospin.textures import Texture
from thermospin.units import quantity

if TYPE_CHECKING:
    from thermospin.config.root import Config


def _three(value: Any) -> Any:
    if not isinstance(value, list | tuple) or len(value) != 3:
        raise mistake(f"expected three components, such as [0, 0, 100 mT], not {brief(value)}")
    return value


_Component = quantity("T", ge=-1e3, le=1e3)
MagneticField = Annotated[tuple[_Component, _Component, _Component], BeforeValidator(_three)]
"""A magnetic field, T."""
DEFAULT: Vector = (0.0, 0.0, 1.0)
"""Where magnets point that the configuration does not mention."""


def textures(config: Config) -> dict[str, Texture]:
    """Where each magnetic region points, before the configurations turn it."""
    return {
        region: _texture(config.magnetisation.get(region, DEFAULT), f"magnetisation.{region}", config.source)
        for region in config.magnets
    }


def _texture(value: Magnetisation, key: str, file: str) -> Texture:
    return Texture.along(value, key, file) if isinstance(value, tuple) else Texture(value.vectors, key, file)


def described(config: Config) -> dict[str, list[str]]:
    """The magnetic field, and with vector spin where each magnet points, for people."""
    field = {"magnetic field": [f"{shown(config.magnetic_field)} T"]}
    if config.solver.spin == "collinear":
        return field if any(config.magnetic_field) else {}
    given = {region: config.magnetisation.get(region, DEFAULT) for region in config.magnets}
    return field | {
        "magnetisation": [
            f"{region} {shown(value) if isinstance(value, tuple) else value}"
            for region, value in given.items()
        ],
    }


def states(config: Config) -> Mapping[str, Mapping[str, State]]:
    """The magnetic configurations with every magnetic region; +1 where it is not mentioned."""
    parallel = dict.fromkeys(config.magnets, 1)
    if config.configurations:
        return {name: parallel | given for name, given in config.configurations.items()}
    if not parallel:
        return {"P": {}}
    return {"P": parallel, "AP": parallel | {config.magnets[-1]: -1}}


def directions(config: Config) -> dict[str, dict[str, Texture]]:
    """Where each magnetic region points in each magnetic configuration: name, then region."""
    given = textures(config)
    return {
        name: {
            region: _turned(given[region], state, f"configurations.{name}.{region}", config.source)
            for region, state in of_regions.items()
        }
        for name, of_regions in states(config).items()
    }


def _turned(texture: Texture, state: State, key: str, file: str) -> Texture:
    """The texture times ±1, or a direction instead of it."""
    if isinstance(state, tuple):
        return Texture.along(state, key, file)
    return texture if state > 0 else -texture


def check(config: Config) -> None:
    """Check that magnets are named, and that nothing asks for vector spin in a collinear run.

    Raises:
        PydanticCustomError: The first mistake, with its place.
    """
    for name, given in config.configurations.items():
        for region in given:
            check_magnet(config, region, "configurations", name, region)
    _check_materials(config)
    if config.solver.spin == "collinear":
        for at in _of_vector_spin(config):
            raise mistake("needs 'solver.spin: vector'; set it, or remove this", *at)
    for region in config.magnetisation:
        check_magnet(config, region, "magnetisation", region)
    _check_field(config)


def check_magnet(config: Config, region: str, *at: str) -> None:
    """Check that a region exists and is magnetic."""
    if region not in config.geometry.materials:
        raise mistake(one_of(region, config.geometry.materials, "region"), *at)
    if region not in config.magnets:
        material = config.geometry.materials[region]
        raise mistake(
            f"'{material}' is not magnetic; remove this, or set materials.{material}.magnetic: true", *at
        )


def _check_field(config: Config) -> None:
    """A field that acts nowhere is a mistake, and so is one across the axis of nanocluster metals."""
    used = dict.fromkeys(config.geometry.materials.values())
    clusters = polarised(config)
    if clusters and any(config.magnetic_field[:2]):
        raise mistake(
            f"the clusters of '{clusters[0]}' are polarised along z, the axis of the spins; write [0, 0, B]",
            "magnetic_field",
        )
    if any(config.magnetic_field) and not (clusters or any(config.material(name).larmor for name in used)):
        raise mistake(
            "no spin precesses in it: no normal metal of this device has a spin_relaxation_time; give one, "
            "such as 'materials.Cu.spin_relaxation_time: 20 ps'",
            "magnetic_field",
        )


def polarised(config: Config) -> list[str]:
    """The materials of the device that depend on the magnetic field."""
    used = dict.fromkeys(config.geometry.materials.values())
    return [name for name in used if config.material_laws(name).follows_field]


def _check_materials(config: Config) -> None:
    """A law across the magnetisation is a mistake where there is none."""
    for name, key in _given(config, OF_MAGNETS):
        if not config.material(name).is_magnetic:
            raise mistake(
                f"acts about a magnetisation, and '{name}' has none; remove it, or set 'magnetic: true'",
                "materials", name, key,
            )  # fmt: skip


def _of_vector_spin(config: Config) -> Iterator[tuple[str | int, ...]]:
    """Where the configuration gives what only vector spin uses."""
    if any(config.magnetic_field) and not polarised(config):
        yield ("magnetic_field",)
    if config.magnetisation:
        yield ("magnetisation",)
    for name, given in config.configurations.items():
        yield from (("configurations", name, at) for at, state in given.items() if isinstance(state, tuple))
    yield from (("materials", *place) for place in _given(config, OF_VECTOR_SPIN))
    for i, interface in enumerate(config.interfaces):
        yield from (("interfaces", i, key) for key in OF_MIXING if getattr(interface, key) is not None)


def _given(config: Config, keys: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Materials of the configuration and those of the keys that they have and do not owe to the library."""
    for name, material in config.materials.items():
        for key in keys:
            published = (getattr(library_material(other), key) for other in library())
            if getattr(material, key) not in (None, *published):
                yield name, key
