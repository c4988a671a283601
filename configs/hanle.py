"""τ_sf and D from a nonlocal Hanle curve in a table.

    python configs/hanle.py TABLE.csv OUTDIR --distance "500 nm"

TABLE.csv is what `thermospin sweep` writes for a sweep of a magnetic field, or a table with fields in T and
one or two columns of resistances. Of a sweep P − AP is fitted. Writes hanle.json and hanle.png. With
--material the fit is compared with τ_sf and λ²/τ_sf in the configuration that is beside a sweep's table.

Contacts that are no tunnel contacts take spins back, which makes the curve wider. With --material the model
has what the contacts of the configuration take; else give it with --contacts. --plain leaves it out.
"""

import argparse
import csv
import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from thermospin import (
    Config,
    Film,
    HanleFit,
    InputError,
    NonlocalWire,
    SpinSink,
    ThermospinError,
    fit_hanle,
    invasive_wire,
    larmor_frequency,
    load,
    to_si,
)

SIGNAL = "configuration or signal"
"""The column of a sweep's table that says P, AP, baseline or spin (P − AP)."""
INVASIVE = 0.01
"""Share of spins that flow back into a contact from which on a model without backflow is warned of."""
SHORT_CIRCUIT = 0.9
"""Share of spins from which on those below contacts are lost within the thickness of a film."""
UNITS = {"relaxation_time": ("ps", 1e-12), "diffusion": ("cm²/s", 1e-4)}


def read_curve(
    path: Path, field: str | None, signal: str, minus: str | None, where: list[str]
) -> tuple[np.ndarray, np.ndarray]:
    """Fields in T and the signal.

    Args:
        path: The table.
        field: Column of the field; None for the one that begins with ``magnetic_field``.
        signal: Column of the signal.
        minus: Column to be subtracted from it.
        where: ``COLUMN=TEXT`` of the rows to take; of a sweep's table ``spin``, unless this says which.

    Raises:
        InputError: The table or a column is missing, a cell is no number, or a field occurs twice.
    """
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read this table: {error}", file=str(path)) from None
    columns = list(rows[0]) if rows else []
    if field is None:
        field = next((name for name in columns if name.startswith("magnetic_field")), "magnetic_field")
    if SIGNAL in columns and not any(condition.startswith(f"{SIGNAL}=") for condition in where):
        where = [*where, f"{SIGNAL}=spin"]
    conditions = [condition.partition("=")[::2] for condition in where]
    wanted = [field, signal, *([minus] if minus else []), *(name for name, _ in conditions)]
    for name in wanted:
        if name not in columns:
            raise InputError(f"has no column '{name}', only {', '.join(columns) or 'none'}", file=str(path))
    taken = [row for row in rows if all(row[name] == text for name, text in conditions)]
    try:
        b = np.array([float(row[field]) for row in taken])
        values = np.array([float(row[signal]) - (float(row[minus]) if minus else 0.0) for row in taken])
    except (ValueError, TypeError) as error:  # a short row has None
        raise InputError(f"a cell is no number: {error}", file=str(path)) from None
    if len(np.unique(b)) < len(b):
        raise InputError(
            "a field occurs more than once; choose rows with --where 'probe=NAME'", file=str(path)
        )
    order = np.argsort(b)
    return b[order], values[order]


def plot(path: Path, field: np.ndarray, signal: np.ndarray, fit: HanleFit) -> None:
    """The points and the fitted curve."""
    figure = Figure(figsize=(5.6, 3.8), layout="constrained")
    panel = figure.subplots()
    fine = np.linspace(field.min(), field.max(), 801)
    panel.plot(field, signal, "o", fillstyle="none", markersize=4.5, color="tab:blue")
    panel.plot(fine, fit.signal(fine), "-", lw=1.2, color="black")
    panel.set(xlabel="B (T)", ylabel="signal")
    panel.set_title("\n".join(describe(fit)[:2]), fontsize=9, loc="left")
    figure.savefig(path, dpi=150)


def describe(fit: HanleFit) -> list[str]:
    """Every value with its standard error."""
    lines = []
    for name, value in fit.values.items():
        unit, scale = UNITS.get(name, ("", 1.0))
        lines.append(f"{name} = {value / scale:.6g} ± {fit.errors[name] / scale:.2g} {unit}".rstrip())
    length, error = fit.diffusion_length
    return [*lines, f"diffusion_length = {length * 1e9:.6g} ± {error * 1e9:.2g} nm"]


def configuration(table: Path, material: str) -> Config:
    """The configuration of a sweep.

    Raises:
        InputError: There is no such sweep, or no such material that precesses.
    """
    try:
        config = json.loads((table.parent / "results.json").read_text(encoding="utf-8"))["config"]
        if config["materials"][material]["spin_relaxation_time"] is None:
            raise ValueError(material)
        return load({name: values for name, values in config.items() if name != "sweep"})
    except (OSError, ValueError, KeyError, TypeError):
        raise InputError(
            f"no sweep beside the table with a material '{material}' that has a spin_relaxation_time",
            file="--material",
        ) from None


def configured(config: Config, material: str) -> dict[str, float]:
    """τ_sf and D = λ²/τ_sf of a material, s and m²/s."""
    found = config.material(material)
    tau = found.spin_relaxation_time
    return {"relaxation_time": tau, "diffusion": found.spin_diffusion_length**2 / tau}


def given_sinks(
    texts: list[str], conductivity: float | None, thickness: float | None
) -> tuple[SpinSink, SpinSink]:
    """Sinks of both contacts from texts: conductance along m and, after a comma, across it, in S/m².

    Raises:
        InputError: One is no conductance, or the film is unknown.
    """
    if not conductivity or not thickness:
        raise InputError("needs --conductivity and --thickness of the wire", file="--contacts")
    film, sinks = Film(conductivity, thickness), []
    for text in texts:
        try:
            along, *across = (to_si(part.strip(), "S/m^2") for part in text.split(","))
        except ValueError as error:
            raise InputError(str(error), file="--contacts") from None
        sinks.append(film.sink(along, across[0] if across else along))
    return sinks[0], sinks[1]


def length(text: str) -> float:
    """A length on the command line."""
    try:
        return to_si(text, "m")
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def conductivity(text: str) -> float:
    """A conductivity on the command line."""
    try:
        return to_si(text, "S/m")
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def report_backflow(wire: NonlocalWire, fit: HanleFit, known: bool, used: bool) -> str:
    """Share of spins that flow back into the contacts, and a warning where the model is without it.

    Args:
        wire: The wire, with what its contacts take.
        fit: The fit.
        known: Whether it is known what the contacts take.
        used: Whether the model has it.
    """
    if not known:
        return (
            "warning: fitted without backflow into the contacts; unless they are tunnel contacts τ_sf and D "
            "are wrong, by more than their errors; give --contacts, or --material"
        )
    share = wire.backflow(fit.diffusion_length[0])
    if used and share > SHORT_CIRCUIT:
        return (
            f"warning: contacts take back up to {100 * share:.2g} % of their spins: the curve hardly depends "
            "on τ_sf, which is uncertain by more than its error"
        )
    if used or share < INVASIVE:
        return f"contacts take back up to {100 * share:.2g} % of their spins"
    return (
        f"warning: contacts take back up to {100 * share:.2g} % of their spins, and the model is without it: "
        "τ_sf and D are wrong, by more than their errors; leave out --plain"
    )


def main() -> None:
    """Read, fit, print, write and draw."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("table", type=Path)
    parser.add_argument("directory", type=Path, help="where the results go")
    parser.add_argument("--distance", type=length, required=True, help="between the middles of the contacts")
    parser.add_argument("--injector", type=length, default=0.0, help="width of the injector along the wire")
    parser.add_argument("--detector", type=length, default=0.0, help="width of the detector")
    parser.add_argument("--g-factor", type=float, default=2.0)
    parser.add_argument("--field", help="column of B in T")
    parser.add_argument("--signal", default="R1", help="column of the signal")
    parser.add_argument("--minus", help="column to subtract, such as that of AP")
    parser.add_argument("--where", action="append", default=[], metavar="COLUMN=TEXT", help="rows to take")
    parser.add_argument("--material", help="of the wire, in the configuration of a sweep")
    parser.add_argument(
        "--contacts",
        nargs=2,
        metavar=("INJECTOR", "DETECTOR"),
        help="spin conductances, such as '2e14 S/m^2' or 'along m, across it'",
    )
    parser.add_argument("--thickness", type=length, help="of the wire; by default that of its boxes")
    parser.add_argument("--conductivity", type=conductivity, help="of the wire, with --contacts")
    parser.add_argument("--plain", action="store_true", help="no backflow into the contacts")
    given = parser.parse_args()
    wire = NonlocalWire(given.distance, given.injector, given.detector, given.g_factor)
    config = configuration(given.table, given.material) if given.material else None
    field, signal = read_curve(given.table, given.field, given.signal, given.minus, given.where)
    invasive = wire
    if given.contacts:
        invasive = replace(wire, sinks=given_sinks(given.contacts, given.conductivity, given.thickness))
    elif config:
        invasive = invasive_wire(wire, config, given.material, given.thickness)
    fit = fit_hanle(field, signal, wire if given.plain else invasive)
    precession = larmor_frequency(abs(field).max(), given.g_factor) * fit.values["relaxation_time"]
    print("\n".join([*describe(fit), f"residual = {fit.residual:.3g}, ω_L τ_sf up to {precession:.3g}"]))
    print(report_backflow(invasive, fit, bool(config or given.contacts), not given.plain))
    found = {name: {"value": value, "error": fit.errors[name]} for name, value in fit.values.items()}
    for name, value in (configured(config, given.material) if config else {}).items():
        unit, scale = UNITS[name]
        found[name]["configured"] = value
        deviation = fit.values[name] / value - 1
        print(f"{name} configured = {value / scale:.6g} {unit}, fit {100 * deviation:+.3f} %")
    given.directory.mkdir(parents=True, exist_ok=True)
    found |= {"residual": fit.residual, "points": len(field)}
    (given.directory / "hanle.json").write_text(json.dumps(found, indent=1), encoding="utf-8")
    plot(given.directory / "hanle.png", field, signal, fit)


if __name__ == "__main__":
    try:
        main()
    except ThermospinError as error:
        sys.exit(f"error: {error}")
