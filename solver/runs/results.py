"""Results of a run: numbers in the layout of results.json, tables of them, and the fields behind them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from thermospin.errors import InputError
from thermospin.output.files import read_results
from thermospin.output.layout import check_layout
from thermospin.output.readings import COLUMNS, reading_rows
from thermospin.response.solution import Expansion
from thermospin.runs.fields import Fields, WrittenFields
from thermospin.units import to_si

if TYPE_CHECKING:
    import pandas as pd
    import pyvista as pv

SIGNALS = ("baseline", "spin")
"""Combinations of P and AP: their mean, and P − AP."""


@dataclass(frozen=True, repr=False)
class Results:
    """The results of a run. Numbers are the same on all ranks.

    Attributes:
        data: The content of ``results.json``: plain types, SI.
        expansions: The solutions, by scheme and configuration; empty where they were not kept.
        source: Where the fields are; None where they were not kept.
    """

    data: dict[str, Any]
    expansions: Mapping[tuple[str, str], Expansion] = field(default_factory=dict)
    source: Fields | None = None

    @classmethod
    def load(cls, directory: Path | str) -> Self:
        """Read the results of an earlier run; fields are read from their files when they are asked for.

        Args:
            directory: The directory of the results.

        Raises:
            InputError: There are no results of a run.
        """
        directory = Path(directory)
        data = read_results(directory)
        for kind in ("sweep", "loop"):
            if kind in data:
                raise InputError(f"the results of a {kind}, not of a run", file=str(directory))
        check_layout(data, str(directory))
        return cls(data, source=WrittenFields(directory, data))

    def __repr__(self) -> str:
        schemes = {name: ", ".join(found["configurations"]) for name, found in self.data["schemes"].items()}
        shown = "; ".join(f"{name}: {configurations}" for name, configurations in schemes.items())
        return f"<Results {self.data.get('title', '')!r}, {shown}>"

    @property
    def readings(self) -> "pd.DataFrame":
        """Readings of the probes and their signals: the rows of ``results.csv``.

        Columns: ``scheme``; ``configuration``, or the name of a signal, ``baseline`` or ``spin``; ``probe``;
        ``order``, the power n of the drive, 0 for the voltage without a drive; ``value``, Rn in the ``unit``
        V/Aⁿ, or V/Vⁿ where a voltage drives the scheme; ``correction``, the estimated discretisation error;
        ``mesh_error``, its error bar; ``corrected``, the value with the estimate added, which tables show;
        ``corrected_error``, its error bar; ``solver_error``; ``materials_error``, the standard error by
        uncertain numbers, NaN without any.
        """
        import pandas as pd

        columns = ["scheme", "configuration", "probe", "order", *COLUMNS, "unit"]
        table = pd.DataFrame(reading_rows(self.data), columns=columns)
        return table.astype({"order": int, **dict.fromkeys(COLUMNS, float)})

    @property
    def signals(self) -> "pd.DataFrame":
        """Baseline (P + AP)/2 and spin signal P − AP: those rows of :attr:`readings`.

        Columns are the same but for ``signal``, ``baseline`` or ``spin``, in the place of ``configuration``.
        """
        table = self.readings
        chosen = table[table["configuration"].isin(SIGNALS)]
        return chosen.rename(columns={"configuration": "signal"}).reset_index(drop=True)

    @property
    def balances(self) -> "pd.DataFrame":
        """Relative errors of the balances of charge, heat and energy and of reciprocity; 0 is exact.

        One row for every ``scheme`` and ``configuration``; NaN where nothing flows, or where the law does not
        apply. ``reciprocity`` is the worst of all probes.
        """
        import pandas as pd

        laws = ["charge", "heat", "energy", "reciprocity"]
        table = pd.DataFrame(self._balances(), columns=["scheme", "configuration", *laws])
        return table.astype(dict.fromkeys(laws, float))

    def _balances(self) -> Iterator[dict[str, Any]]:
        for scheme, found in self.data["schemes"].items():
            for name, case in found["configurations"].items():
                row = {"scheme": scheme, "configuration": name} | case["balances"]
                exchanged = [value for value in row.pop("reciprocity", {}).values() if value is not None]
                yield row | {"reciprocity": max(exchanged, default=None)}

    @property
    def warnings(self) -> list[str]:
        """Lengths that the mesh does not resolve, a line each."""
        return list(self.data.get("warnings", []))

    def fields(
        self,
        scheme: str,
        configuration: str,
        *,
        order: int | None = None,
        current: float | str | None = None,
        voltage: float | str | None = None,
    ) -> "pv.UnstructuredGrid":
        """The fields of a scheme and configuration (collective unless the results were loaded; on all ranks).

        Args:
            scheme: The injection scheme.
            configuration: The magnetic configuration.
            order: Which coefficient of the power series in the drive; 0 are the fields without a drive.
            current: Instead, the fields at this current, A, or a text such as ``"2 mA"``.
            voltage: Instead, the fields at this voltage, V, where a voltage drives the scheme.

        Returns:
            A grid of the device with the arrays of the VTU files. ``grid.points`` are coordinates, m, (n, 3);
            ``grid.point_data["T"]`` and so ``V mu_up mu_down mu_s`` are values there, (n,), quadratic between
            them with elements of degree 2; ``grid.cell_data["J"]`` and so ``J_s Q`` are means in the
            tetrahedra, (m, 3); NaN where a field does not exist. ``grid.field_data["units"]`` has the units.

        Raises:
            InputError: There are no such fields, or not one of order, current and voltage is given.
        """
        given = {"order": order, "current": current, "voltage": voltage}
        chosen = [name for name, value in given.items() if value is not None]
        if len(chosen) != 1:
            raise InputError("give one of 'order', 'current' and 'voltage'", key="fields")
        if self.source is None:
            raise InputError("the fields of this run were not kept", key="fields")
        key = scheme, configuration
        if order is not None:
            return self.source.of_order(key, order)
        unit, drive = ("A", current) if current is not None else ("V", voltage)
        driven = self.data["schemes"].get(scheme, {}).get("drive", {}).get("unit", unit)
        if driven != unit:
            name = "voltage" if driven == "V" else "order=0"
            raise InputError(f"no {chosen[0]} drives '{scheme}'; give '{name}'", key="fields")
        try:
            number = to_si(drive, unit)
        except ValueError as error:
            raise InputError(str(error), key=chosen[0]) from None
        return self.source.at_drive(key, number)

    def harmonics(self, scheme: str, configuration: str, probe: str) -> np.ndarray:
        """``R1, R2, …`` of a probe in V/Aⁿ (V/Vⁿ where a voltage drives the scheme).

        Args:
            scheme: The injection scheme.
            configuration: The magnetic configuration.
            probe: The probe.

        Raises:
            KeyError: There is no such scheme, configuration or probe.
        """
        return np.array(self.data["schemes"][scheme]["configurations"][configuration]["probes"][probe]["R"])

    def baseline(self, scheme: str, probe: str) -> np.ndarray:
        """``(R_P + R_AP)/2`` of every order, V/Aⁿ.

        Args:
            scheme: The injection scheme.
            probe: The probe.
        """
        return np.array(self.data["schemes"][scheme]["signals"][probe]["baseline"])

    def spin_signal(self, scheme: str, probe: str) -> np.ndarray:
        """``R_P − R_AP`` of every order, V/Aⁿ.

        Args:
            scheme: The injection scheme.
            probe: The probe.
        """
        return np.array(self.data["schemes"][scheme]["signals"][probe]["spin"])
