"""Maps by the fields that they show, and the names of their files."""

from collections.abc import Iterable, Mapping, Sequence

from thermospin.config.outputs import Map
from thermospin.output.scales import quantity_text


def plan_maps(
    maps: Sequence[Map], schemes: Mapping[str, Iterable[str]]
) -> dict[tuple[str, str], dict[str, Map]]:
    """Sort maps by scheme and configuration and give each a file name of its own.

    Args:
        maps: The maps of the configuration.
        schemes: Scheme to its magnetic configurations; a map that names none takes the first.

    Returns:
        For every scheme and configuration that has maps: file name without suffix to map.
    """
    plan: dict[tuple[str, str], dict[str, Map]] = {}
    taken: set[str] = set()
    for wanted in maps:
        scheme = wanted.scheme or next(iter(schemes))
        configuration = wanted.configuration or next(iter(schemes[scheme]))
        stem = base = wanted.name or _stem(wanted, scheme, configuration)
        count = 1
        while stem in taken:
            count += 1
            stem = f"{base}-{count}"
        taken.add(stem)
        plan.setdefault((scheme, configuration), {})[stem] = wanted
    return plan


def _stem(wanted: Map, scheme: str, configuration: str) -> str:
    """A file name such as ``mu_s_thermal_P_2mA_z10nm``."""
    amount = []
    if wanted.order is not None:
        amount = [f"order{wanted.order}"]
    elif wanted.current is not None:
        amount = [quantity_text(wanted.current, "A").replace(" ", "").replace("µ", "u")]
    if wanted.slice is not None:
        where = "".join(f"{axis}{value * 1e9:.6g}nm" for axis, value in wanted.slice.items())
    else:
        where = "line" if wanted.line is not None else "surface"
    return "_".join([wanted.field, scheme, configuration, *amount, where])
