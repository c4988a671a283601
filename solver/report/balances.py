"""Conservation laws in words."""

from collections.abc import Iterator, Mapping
from typing import Any

LARGEST = 1e-6
"""Relative error above which a law counts as broken."""
_LAWS = {
    "charge": ("Charge is conserved", "the currents of all terminals add up to {} of the current"),
    "heat": ("Heat is conserved", "heat generated and heat that leaves differ by {} of either"),
    "energy": ("Energy is conserved", "electrical power and heat that leaves differ by {} of either"),
    "reciprocity": ("Readings are reciprocal", "exchanging injector and probe changes R1 by {}"),
}


def sentences(results: Mapping[str, Any]) -> Iterator[str]:
    """One sentence for every law, about the scheme and configuration where it holds worst.

    Args:
        results: Content of ``results.json`` of a run.
    """
    for law, (claim, detail) in _LAWS.items():
        found = [
            (size, f"{scheme}, {name}")
            for scheme, part in results["schemes"].items()
            for name, case in part["configurations"].items()
            for size in _sizes(case.get("balances", {}).get(law))
        ]
        if found:
            worst, where = max(found)
            if worst > LARGEST:
                claim = claim.replace(" is ", " is NOT ").replace(" are ", " are NOT ")
            yield f"{claim}: {detail.format(f'{worst:.1g}')} at most ({where})."


def _sizes(value: Any) -> list[float]:
    """Absolute values of a balance, or of those of all probes."""
    numbers = value.values() if isinstance(value, Mapping) else [value]
    return [abs(number) for number in numbers if number is not None]
