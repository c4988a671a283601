"""Checks of leads that continue beyond the mesh: their materials, and what drives them."""

from thermospin.config import Config
from thermospin.validation.names import check_known


def check_materials(config: Config) -> None:
    """Check that the material of every lead is known.

    Args:
        config: The configuration.

    Raises:
        InputError: It is not; the message names file, key and remedy.
    """
    for name, terminal in config.all_terminals.items():
        if terminal.continues is None:
            continue
        given = terminal.continues.material
        if given is not None:
            at = "terminals", name, "continues", "material"
            check_known(config, given, config.material_names, "material", *at)
        elif terminal.region is None:
            raise config.mistake(
                "which material the lead is of is not known; name it: 'material: Au'",
                "terminals", name, "continues",
            )  # fmt: skip


def check_drives(config: Config) -> None:
    """Check that the current in every lead is given.

    Args:
        config: The configuration.

    Raises:
        InputError: It is not; the message names file, key and remedy.
    """
    for scheme in config.schemes:
        _check_scheme(config, scheme)


def _check_scheme(config: Config, scheme: str) -> None:
    conditions = config.schemes[scheme]
    for name in conditions.root:
        if name not in config.all_terminals or config.all_terminals[name].continues is None:
            continue
        if any(conditions.potentials.values()):
            problem = "a lead that continues needs a given current; drive one, or mesh the lead"
        elif name in conditions.potentials and len(conditions.potentials) > 1:
            problem = (
                "a lead that continues needs a given current, and several terminals are grounded; ground "
                "one, or mesh the lead"
            )
        else:
            continue
        raise config.mistake(problem, "schemes", scheme, name)
