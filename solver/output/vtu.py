"""Fields for ParaView: one VTU file per order, with units, and back again.

With elements of degree 2 the tetrahedra are quadratic, with points in the middles of their edges; with degree
3 they are VTK's Lagrange tetrahedra of order 3. Between its points ParaView shows the polynomial that was
solved for. Arrays are called ``mu_up mu_down mu_s V T`` (points, 64 bit) and ``J J_up J_down J_s Q``
(means in the cells, 32 bit), with ``T_up T_down T_s`` and ``Q_s`` where the spins have temperatures.
``region`` holds region tags. Fluxes that are not constant in every cell are there once more, as far as maps
show them: as ``J at vertices``, …, where they are linear, with x, y, z at the first vertex of the cell, then
at the second, …; as ``J at nodes``, …, where they are quadratic, at the vertices, then in the middles of the
edges, in the order of VTK's quadratic tetrahedron.

With vector spin, ``mu_s`` and ``T_s`` are vectors in spin space, with their components ``mu_s_x``, … beside
them, ``J_s_x``, … stand for ``J_s``, and ``m`` is the magnetisation (cells): see :class:`FieldSample`. The
field data has ``units`` (``mu_s [eV/A²]``, …), ``region_names`` with ``region_tags``, a ``title``, the number
of the ``run`` and, of fields that were solved for at a drive, that drive. Coordinates are in metres.
"""

import re
import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyvista as pv
from vtkmodules.vtkCommonCore import vtkStringArray
from vtkmodules.vtkIOXML import vtkXMLUnstructuredGridWriter

from thermospin.errors import InputError
from thermospin.observables.sample import Case, FieldSample
from thermospin.output.files import replacing, replacing_directory
from thermospin.output.quantities import quantities
from thermospin.output.scales import quantity_text, superscript
from thermospin.runtime.cache import reason_of

_SOLVED = "solved_at"
KINDS = {
    4: pv.CellType.TETRA,
    10: pv.CellType.QUADRATIC_TETRA,
    20: pv.CellType.LAGRANGE_TETRAHEDRON,
}
"""VTK's cells by the number of points of a tetrahedron."""
_PLACES = {4: " at vertices", 10: " at nodes"}
"""Ends of the names of fluxes, by the number of places in every tetrahedron where they are given."""
_RUN = "run"
_ORDER_FILE = re.compile(r"order(\d+)\.vtu")


def write_case(directory: Path, case: Case, current: float | None) -> Path:
    """Write the fields of a scheme and configuration, whole or not at all.

    Args:
        directory: Directory of the results; files go to ``fields/<scheme>/<configuration>/``.
        case: The fields.
        current: Also write the fields at this current, A, of a scheme driven by a current.

    Returns:
        The directory with ``order<n>.vtu`` (0: at rest), ``orders.pvd`` and, with a current, such as
        ``at_2mA.vtu``; so for all drives of ``case.solved``.

    Raises:
        InputError: The directory cannot be written.
    """
    place = case_directory(directory, case.scheme, case.configuration)
    with replacing_directory(place) as aside:
        for order, sample in case.orders.items():
            units, title = _about_order(case, order)
            write_sample(aside / f"order{order}.vtu", sample, units, title, run=case.run)
        (aside / "orders.pvd").write_text(
            collection({f"order{order}.vtu": str(order) for order in sorted(case.orders)}), encoding="utf-8"
        )
        for drive in {*case.solved, *([current] if current is not None and case.drive == "A" else [])}:
            units, title = _about_drive(case, drive)
            text, solved = quantity_text(drive, case.drive), drive if drive in case.solved else None
            stem = "at_" + text.replace(" ", "").replace("µ", "u")
            write_sample(aside / f"{stem}.vtu", case.at(drive), units, title, solved, case.run)
    return place


def grid_of_order(case: Case, order: int) -> pv.UnstructuredGrid:
    """The fields of one order as their file has them.

    Args:
        case: The fields.
        order: Power of the drive; 0 are the fields at rest.
    """
    return sample_grid(case.orders[order], *_about_order(case, order), run=case.run)


def grid_at_drive(case: Case, drive: float) -> pv.UnstructuredGrid:
    """The fields at a drive as their file has them.

    Args:
        case: The fields.
        drive: The drive, A or V.
    """
    solved = drive if drive in case.solved else None
    return sample_grid(case.at(drive), *_about_drive(case, drive), solved, case.run)


def _about_order(case: Case, order: int) -> tuple[dict[str, str], str]:
    """Units of the arrays of an order, and a title."""
    known = quantities(case.is_vector)
    units = {name: quantity.unit_of(order, case.drive) for name, quantity in known.items()}
    symbol = "I" if case.drive == "A" else "U"
    power = f"coefficient of {symbol}{superscript(order)}" if order else "at rest"
    return units, f"{case.scheme}, {case.configuration}, {power}"


def _about_drive(case: Case, drive: float) -> tuple[dict[str, str], str]:
    """Units of the arrays at a drive, and a title."""
    units = {name: quantity.unit for name, quantity in quantities(case.is_vector).items()}
    return units, f"{case.scheme}, {case.configuration}, {quantity_text(drive, case.drive)}"


def read_case(directory: Path, results: Mapping[str, Any], scheme: str, configuration: str) -> Case:
    """Read all fields of a scheme and configuration of a run.

    Args:
        directory: Directory of the results.
        results: Content of its ``results.json``.
        scheme: The injection scheme.
        configuration: The magnetic configuration.

    Raises:
        InputError: They were not written, or by another run.
    """
    run = results.get("run", {}).get("id", "")
    orders = read_orders(directory, scheme, configuration, run)
    solved = read_solved(directory, scheme, configuration, run)
    drive = results["schemes"][scheme].get("drive", {}).get("unit", "A")
    return Case(scheme, configuration, orders, results["config"]["temperature"], drive, solved, run)


def read_orders(directory: Path, scheme: str, configuration: str, run: str = "") -> dict[int, FieldSample]:
    """Read the fields of a scheme and configuration, by order.

    Args:
        directory: Directory of the results.
        scheme: The injection scheme.
        configuration: The magnetic configuration.
        run: Number of the run that must have written them; any by default.

    Raises:
        InputError: They were not written, or not by this program, or by another run.
    """
    place = case_directory(directory, scheme, configuration)
    files = {int(found[1]): path for path in place.glob("*") if (found := _ORDER_FILE.fullmatch(path.name))}
    if not files:
        raise InputError(
            "there are no fields here; run again with 'output.fields: true', and let the run finish",
            file=str(place),
        )
    return {order: read_sample(files[order], run) for order in sorted(files)}


def read_solved(directory: Path, scheme: str, configuration: str, run: str = "") -> dict[float, FieldSample]:
    """Read the fields that were solved for at drives, by drive, as far as they were written.

    Args:
        directory: Directory of the results.
        scheme: The injection scheme.
        configuration: The magnetic configuration.
        run: Number of the run that must have written them; any by default.

    Raises:
        InputError: They were written by another program or another run.
    """
    found = {}
    for path in sorted(case_directory(directory, scheme, configuration).glob("at_*.vtu")):
        drive = _read_grid(path).field_data.get(_SOLVED)
        if drive is not None:
            found[float(drive[0])] = read_sample(path, run)
    return found


def case_directory(directory: Path, scheme: str, configuration: str) -> Path:
    """Directory of the fields of a scheme and configuration.

    Args:
        directory: Directory of the results.
        scheme: The injection scheme.
        configuration: The magnetic configuration.
    """
    return directory / "fields" / scheme / configuration


def write_sample(
    path: Path,
    sample: FieldSample,
    units: Mapping[str, str],
    title: str,
    solved: float | None = None,
    run: str = "",
) -> None:
    """Write one VTU file, from the grid of :func:`sample_grid`.

    Args:
        path: The file.
        sample: The fields.
        units: Name of an array to its unit.
        title: Description of the fields, for people.
        solved: The drive, A or V, if the fields were solved for there.
        run: Number of the run, if it has one.

    Raises:
        InputError: The file cannot be written.
    """
    grid = sample_grid(sample, units, title, solved, run)
    with replacing(path) as aside:
        aside.write_bytes(encoded(grid))


def sample_grid(
    sample: FieldSample,
    units: Mapping[str, str],
    title: str,
    solved: float | None = None,
    run: str = "",
) -> pv.UnstructuredGrid:
    """Fields as VTK has them.

    Args:
        sample: The fields.
        units: Name of an array to its unit.
        title: Description of the fields, for people.
        solved: The drive, A or V, if the fields were solved for there.
        run: Number of the run, if it has one.
    """
    grid = pv.UnstructuredGrid({KINDS[sample.cells.shape[1]]: sample.cells}, sample.points)
    for name, values in sample.point_data.items():
        grid.point_data[name] = np.asarray(values, dtype=np.float64)
    for name, values in sample.cell_data.items():
        grid.cell_data[name] = np.asarray(values, dtype=np.float32)
    fluxes = {name: name + _PLACES[values.shape[1]] for name, values in sample.flux_data.items()}
    for name, values in sample.flux_data.items():
        flat = np.asarray(values, dtype=np.float32).reshape(len(values), -1)
        grid.cell_data[fluxes[name]] = flat
    grid.cell_data["region"] = np.asarray(sample.region, dtype=np.int32)
    names = {name: name for name in (*sample.point_data, *sample.cell_data)}
    names |= {array: name for name, array in fluxes.items()}
    _add_texts(grid, "units", [f"{array} [{units[name]}]" for array, name in names.items()])
    _add_texts(grid, "region_names", sample.regions)
    grid.field_data["region_tags"] = list(sample.regions.values())
    _add_texts(grid, "title", [title])
    if solved is not None:
        grid.field_data[_SOLVED] = [solved]
    if run:
        _add_texts(grid, _RUN, [run])
    return grid


def encoded(grid: pv.UnstructuredGrid) -> bytes:
    """The content of a VTU file; VTK itself would break down where a disk is full.

    Args:
        grid: What the file holds.

    Raises:
        MemoryError: There is too little memory.
    """
    writer = vtkXMLUnstructuredGridWriter()
    writer.SetInputData(grid)
    writer.SetDataModeToBinary()
    writer.SetCompressorTypeToLZ4()
    writer.WriteToOutputStringOn()
    if not writer.Write():
        raise MemoryError
    return writer.GetOutputString().encode("utf-8")


def read_sample(path: Path, run: str = "") -> FieldSample:
    """Read a VTU file that :func:`write_sample` wrote.

    Args:
        path: The file.
        run: Number of the run that must have written it; any by default.

    Raises:
        InputError: The file was not written by this program, or by another run.
    """
    grid = _read_grid(path)
    if run and str(grid.field_data.get(_RUN, [run])[0]) != run:
        raise InputError(
            "these fields and results.json beside them are of different runs; run again", file=str(path)
        )
    try:
        names, tags = grid.field_data["region_names"], grid.field_data["region_tags"]
        region = np.asarray(grid.cell_data["region"])
        [cells] = grid.cells_dict.values()
    except (AttributeError, KeyError, ValueError):
        raise InputError("this is not a field file of thermospin", file=str(path)) from None
    in_cells = {name: np.asarray(values) for name, values in grid.cell_data.items() if name != "region"}
    return FieldSample(
        points=np.asarray(grid.points),
        cells=np.asarray(cells),
        region=region,
        regions={str(name): int(tag) for name, tag in zip(names, tags, strict=True)},
        point_data={name: np.asarray(values) for name, values in grid.point_data.items()},
        cell_data={name: values for name, values in in_cells.items() if " at " not in name},
        flux_data={
            name.removesuffix(place): values.reshape(-1, n_places, 3)
            for name, values in in_cells.items()
            for n_places, place in _PLACES.items()
            if name.endswith(place)
        },
    )


def _read_grid(path: Path) -> pv.DataSet:
    """The content of a VTU file.

    Raises:
        InputError: It cannot be read.
    """
    try:
        with pv.vtk_verbosity("off"), warnings.catch_warnings(action="ignore"):
            return pv.read(path)
    except (OSError, ValueError, RuntimeError) as error:
        raise InputError(f"cannot be read ({reason_of(error)}); run again", file=str(path)) from None


def _add_texts(grid: pv.UnstructuredGrid, name: str, texts: Iterable[str]) -> None:
    """Add texts to the field data; pyvista itself takes ASCII only."""
    array = vtkStringArray()
    array.SetName(name)
    for text in texts:
        array.InsertNextValue(text)
    grid.GetFieldData().AddArray(array)


def collection(files: Mapping[str, str]) -> str:
    """A PVD file of files and their places on the axis of time.

    Args:
        files: Name of a file to its place.
    """
    sets = "".join(f'    <DataSet timestep="{at}" file="{name}"/>\n' for name, at in files.items())
    return (
        '<?xml version="1.0"?>\n<VTKFile type="Collection" version="0.1">\n  <Collection>\n'
        f"{sets}  </Collection>\n</VTKFile>\n"
    )
