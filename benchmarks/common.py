"""Common parts of the benchmark's programs: arguments, coefficients, and the JSON they end with.

Nothing here but :func:`mesh_of` loads DOLFINx: that is part of what the programs that use it cost.
"""

import argparse
import json
import multiprocessing
import resource
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np

import thermospin as ts

SCHEME, PROBE = "thermal", "nonlocal"
"""Scheme and probe whose R1 and R2 every program computes."""


@dataclass(frozen=True)
class Coefficients:
    """Coefficients of solver/physics.md §§1–3 per region tag, for programs without thermospin's own.

    Attributes:
        sigma: σ, S/m.
        sigma_p: σP, S/m.
        sigma_s: σS, A/(m K).
        sigma_b: σb, A/(m K).
        heat: k/T0, W/(m K²).
        relaxation: (1−P²)σ/λ², S/m³.
        conducting: Whether V and s live there.
        magnets: Tags of the magnets by region name.
        heating: ζ/T0, 1/K.
    """

    sigma: np.ndarray
    sigma_p: np.ndarray
    sigma_s: np.ndarray
    sigma_b: np.ndarray
    heat: np.ndarray
    relaxation: np.ndarray
    conducting: np.ndarray
    magnets: Mapping[str, int]
    heating: float

    @classmethod
    def of(cls, config: ts.Config, record: ts.MeshRecord) -> Self:
        """Coefficients of a device.

        Raises:
            SystemExit: The configuration has heat sources that the programs do not know.
        """
        if config.heating.model != "joule":
            raise SystemExit("the benchmark compares 'heating: joule'")
        materials = {tag: config.material(record.materials[name]) for name, tag in record.regions.items()}

        def table(value) -> np.ndarray:
            values = np.zeros(max(materials) + 1)
            values[list(materials)] = [value(material) for material in materials.values()]
            return values

        return cls(
            sigma=table(lambda m: m.electrical.sum),
            sigma_p=table(lambda m: m.electrical.difference),
            sigma_s=table(lambda m: m.thermoelectric.sum),
            sigma_b=table(lambda m: m.thermoelectric.difference),
            heat=table(lambda m: m.thermal_conductivity / config.temperature),
            relaxation=table(lambda m: m.spin_relaxation),
            conducting=table(lambda m: m.is_conductor).astype(bool),
            magnets={name: record.regions[name] for name in ts.Device.of(config).magnets},
            heating=config.heating.scale / config.temperature,
        )

    def signs(self, magnetisation: Mapping[str, int]) -> np.ndarray:
        """The sign of the magnetisation per tag; 0 outside magnets."""
        signs = np.zeros(len(self.sigma))
        for name, sign in magnetisation.items():
            signs[self.magnets[name]] = sign
        return signs


@dataclass(frozen=True)
class Circuit:
    """The terminals of the scheme.

    Attributes:
        injected: Shares of the current (1 A) by terminal, of uniform density.
        ground: Terminals where V = s = 0.
        sinks: Terminals where ϑ = 0.
        probe: The plus and the minus terminal.
    """

    injected: Mapping[str, float]
    ground: list[str]
    sinks: list[str]
    probe: tuple[str, str]

    @classmethod
    def of(cls, config: ts.Config) -> Self:
        """Terminals, drive and probe of a configuration.

        Raises:
            SystemExit: The scheme needs what the programs do not have.
        """
        scheme = config.schemes[SCHEME]
        uniform = all(drive.current == "uniform" for drive in scheme.currents.values())
        cold = all(kelvin == config.temperature for kelvin in config.sinks.values())
        if not uniform or not cold or any(scheme.potentials.values()):
            raise SystemExit("the benchmark compares uniform currents, grounds, and sinks at T0")
        return cls(
            injected={name: drive.share for name, drive in scheme.currents.items()},
            ground=list(scheme.potentials),
            sinks=list(config.sinks),
            probe=config.probes[PROBE],
        )

    @property
    def electrical(self) -> list[str]:
        """The terminals whose potentials matter."""
        return list(dict.fromkeys([*self.injected, *self.ground, *self.probe]))


def arguments(description: str) -> argparse.Namespace:
    """The command line of a program: the configuration and what is different from it."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("file", help="the configuration")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="override a value")
    return parser.parse_args()


def configuration(file: str, overrides: list[str]) -> ts.Config:
    """The configuration, with R1 and R2 of one scheme and no check of reciprocity."""
    return ts.load(file, "solver.orders=2", "solver.reciprocity=false", *overrides)


def mesh_of(config: ts.Config) -> ts.MeshRecord:
    """The mesh of a configuration, made now unless it is in the cache."""
    return ts.mesh(config)


def in_processes(start: str, work: Callable, items: list) -> list:
    """Do something to all items, each in its own process; a forked one shares the memory of this one."""
    with multiprocessing.get_context(start).Pool(len(items)) as pool:
        return pool.map(work, items, chunksize=1)


def spread(potentials: Any) -> float:
    """Largest difference between the potentials of two terminals, V: the scale of what a probe resolves."""
    return float(max(potentials) - min(potentials))


def peak_memory() -> int:
    """Largest resident memory of this process so far, bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def present_memory() -> int:
    """Resident memory of this process now, bytes."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


def report(total: float, stages: Mapping[str, float], **values: Any) -> None:
    """Print the outcome of a program as one line of JSON.

    Args:
        total: From the start of reading the mesh to the last reading, s.
        stages: Stage to time, s.
        values: ``unknowns``; ``R`` and ``scale`` (configuration to one number per order); ``iterations``;
            ``memory`` and ``baseline``, bytes on all ranks at the peak and before the mesh is read.
    """
    print(json.dumps({"total": total, "stages": dict(stages), **values}), flush=True)
