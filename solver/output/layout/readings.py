"""Readings, terminals, sinks and balances of a scheme and configuration."""

from thermospin.output.layout.part import ByOrder, Number, Part


class Errors(Part):
    """Error bars by order."""

    mesh: ByOrder
    """Error bar of the discretisation; null where it was not estimated."""
    corrected: ByOrder | None = None
    """That of the reading with its correction added."""
    solver: ByOrder
    """Error bar of the linear solver and of rounding."""
    materials: ByOrder | None = None
    """Standard error by uncertain numbers of materials and interfaces; not there where none is uncertain."""


class ErrorsAtRest(Part):
    """Error bars of the voltage without a drive, V."""

    mesh: Number
    """Error bar of the discretisation."""
    corrected: Number = None
    """That of the voltage with its correction added."""
    solver: Number
    """Error bar of the linear solver and of rounding."""
    materials: Number = None
    """Standard error by uncertain numbers; not there where none is uncertain."""


class Probe(Part):
    """Readings of a probe in one magnetic configuration."""

    R: ByOrder
    """R1, R2, …, V/Aⁿ, or V/Vⁿ where a voltage drives the scheme."""
    uncertainty: ByOrder
    """Uncertainty of R, same units."""
    correction: ByOrder | None = None
    """Estimate of the discretisation error of R."""
    contributions: list[list[Number]] | None = None
    """Parts that add up to the correction, of every order."""
    corrected: ByOrder | None = None
    """R plus the correction: the number that tables show."""
    error: Errors | None = None
    """Error bars of R."""
    R0: Number = None
    """Voltage without a drive, V."""
    uncertainty_R0: Number = None
    """Uncertainty of R0, V."""
    correction_R0: Number = None
    """Estimate of the discretisation error of R0, V."""
    contributions_R0: list[Number] | None = None
    """Parts that add up to it, V."""
    corrected_R0: Number = None
    """R0 plus the correction, V."""
    error_R0: ErrorsAtRest | None = None
    """Error bars of R0, V."""


class Terminal(Part):
    """An electrical terminal."""

    V: ByOrder
    """Potential, by order."""
    current: ByOrder
    """Current into the device, by order."""
    V0: Number = None
    """Potential without a drive, V."""
    current0: Number = None
    """Current without a drive, A."""


class Sink(Part):
    """A terminal with a thermal condition: a heat sink, heat transfer or given heat."""

    heat: ByOrder
    """Heat that leaves the device, by order."""
    heat0: Number = None
    """Heat without a drive, W."""


class Balances(Part):
    """Relative errors of conservation laws; null where nothing flows."""

    charge: Number = None
    """Sum of all currents."""
    heat: Number = None
    """Heat generated minus heat that leaves."""
    energy: Number = None
    """Electrical power and heat given in regions, minus heat that leaves; with conserving sources only."""
    power: list[Number] = []
    """Electrical power, W per power of the drive; order 0 first where there is one."""
    heat_out: list[Number] = []
    """Heat that leaves, likewise."""
    reciprocity: dict[str, Number] = {}
    """By probe, R1 with injector and probe exchanged less R1, over the larger."""


class Signal(Part):
    """Combinations of the magnetic configurations P and AP of a probe, in the units of its readings."""

    baseline: ByOrder
    """(P + AP)/2."""
    spin: ByOrder
    """P − AP."""
    correction: dict[str, ByOrder] | None = None
    """Estimates of the discretisation error, by signal."""
    corrected: dict[str, ByOrder] | None = None
    """Signals plus these, by signal."""
    error: dict[str, Errors] | None = None
    """Error bars, by signal."""
    baseline_R0: Number = None
    """(P + AP)/2 without a drive, V."""
    spin_R0: Number = None
    """P − AP without a drive, V."""
    correction_R0: dict[str, Number] | None = None
    """Estimates of their discretisation errors, V, by signal."""
    corrected_R0: dict[str, Number] | None = None
    """They plus these, V, by signal."""
    error_R0: dict[str, ErrorsAtRest] | None = None
    """Error bars, V, by signal."""
