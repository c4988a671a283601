"""A number from a paper, and the place of its counterpart in the results of a run."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, PrivateAttr

from thermospin.section import Section
from thermospin.units import to_si


class Unavailable(Exception):
    """The results do not hold a counterpart; the message says why, in a few words."""


class SignalReading(Section):
    """Baseline or spin signal of a probe. With heating scaled by ζ, R_n is proportional to ζ^(n-1)."""

    kind: Literal["signal"]
    scheme: str
    """Injection scheme."""
    probe: str
    """Probe."""
    signal: Literal["baseline", "spin"]
    """Combination of P and AP."""
    order: Annotated[int, Field(ge=1)]
    """n of R_n."""
    scale: float
    """ζ in the paper."""

    @property
    def unit(self) -> str:
        """SI unit of the value."""
        return "V/A" if self.order == 1 else f"V/A^{self.order}"

    def read(self, results: Mapping[str, Any]) -> float:
        """Value for the paper's ζ, with its estimated error added where there is one, SI.

        Args:
            results: Content of ``results.json``.

        Raises:
            Unavailable: It is not in the results.
        """
        place = "schemes", self.scheme, "signals", self.probe
        value = _find(results, *place, self.signal, self.order - 1)
        corrected = _find(results, *place).get("corrected", {}).get(self.signal)
        if corrected and corrected[self.order - 1] is not None:
            value = corrected[self.order - 1]
        factor = self.scale / _heating_scale(results) if self.order > 1 else 1.0
        return value * factor ** (self.order - 1)


class _AtCurrent(Section):
    """A quantity at one current and one ζ, which cannot be had from another."""

    scheme: str
    """Injection scheme."""
    configuration: str = "P"
    """Magnetic configuration."""
    current: float
    """Current in the paper, A."""
    scale: float | None = None
    """ζ in the paper; None if it does not matter."""

    def _case(self, results: Mapping[str, Any]) -> Mapping[str, Any]:
        current = results.get("config", {}).get("output", {}).get("current")
        if current is None or abs(current - self.current) > 1e-9 * abs(self.current):
            raise Unavailable(f"needs output.current: {1e3 * self.current:g} mA")
        if self.scale is not None and abs(_heating_scale(results) - self.scale) > 1e-9:
            raise Unavailable(f"needs heating.scale: {self.scale:g}")
        return _find(results, "schemes", self.scheme, "configurations", self.configuration)


class MaximumReading(_AtCurrent):
    """Largest value of a field in a region."""

    kind: Literal["maximum"]
    region: str
    """Region of the device."""
    of: Literal["temperature_rise", "current_density"]
    """Name of the quantity."""

    @property
    def unit(self) -> str:
        """SI unit of the value."""
        return "K" if self.of == "temperature_rise" else "A/m^2"

    def read(self, results: Mapping[str, Any]) -> float:
        """Value, SI.

        Args:
            results: Content of ``results.json``.

        Raises:
            Unavailable: It is not in the results.
        """
        return _find(self._case(results), "regions", self.region, f"max_{self.of}")


class InterfaceReading(_AtCurrent):
    """Mean value of a field over an interface."""

    kind: Literal["interface"]
    interface: str
    """The two regions, such as ``Py1|Cu``; one-sided values are those of the first."""
    of: Literal["gradient_T", "mu_s"]
    """Name of the quantity."""

    @property
    def unit(self) -> str:
        """SI unit of the value; eV for a spin accumulation."""
        return "K/m" if self.of == "gradient_T" else "eV"

    def read(self, results: Mapping[str, Any]) -> float:
        """Value, SI or eV.

        Args:
            results: Content of ``results.json``.

        Raises:
            Unavailable: It is not in the results.
        """
        value = _find(self._case(results), "interfaces", self.interface, self.of)
        return _find(value, "mean") if isinstance(value, Mapping) else value


class ReferenceValue(Section):
    """One number of a paper."""

    name: str
    """Name of the quantity."""
    value: float
    """The paper's value, in ``unit``."""
    unit: str
    """Unit to compare in."""
    magnitude: bool = False
    """Whether the paper gives no sign."""
    source: str
    """Measured or calculated, and where in the paper."""
    reading: Annotated[SignalReading | MaximumReading | InterfaceReading, Field(discriminator="kind")]
    """Its counterpart in the results."""

    def computed(self, results: Mapping[str, Any]) -> float:
        """Counterpart in the results, in ``unit``.

        Args:
            results: Content of ``results.json``.

        Raises:
            Unavailable: It is not in the results.
        """
        value = self.reading.read(results) / to_si(f"1 {self.unit}", self.reading.unit)
        return abs(value) if self.magnitude else value


class Reference(Section):
    """The numbers of a paper."""

    _source: str = PrivateAttr("")
    title: str
    """Authors, journal, year."""
    quantities: tuple[ReferenceValue, ...]
    """The numbers."""


def _heating_scale(results: Mapping[str, Any]) -> float:
    heating = results.get("config", {}).get("heating", {})
    if heating.get("model", "joule") != "joule":
        raise Unavailable("needs heating.model: joule")
    scale = heating.get("scale", 1.0)
    if scale == 0:
        raise Unavailable("needs a heating.scale that is not 0")
    return scale


def _find(data: Any, *path: str | int) -> Any:
    """A value deep in the results, or a complaint that names the part that is missing."""
    for key in path:
        try:
            data = data[key]
        except (KeyError, IndexError, TypeError):
            missing = f"no {key} in the results" if isinstance(key, str) else "order not solved"
            raise Unavailable(missing) from None
    if data is None:
        raise Unavailable("not a number in the results")
    return data
