"""Meshes that VTK reads: VTU of every encoding, and legacy VTK files."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkCommonDataModel import vtkCellTypes, vtkGenericCell, vtkUnstructuredGrid
from vtkmodules.vtkIOLegacy import vtkGenericDataObjectReader
from vtkmodules.vtkIOXML import vtkXMLUnstructuredGridReader

from thermospin.meshes.readers import straight
from thermospin.meshes.readers.arrays import choose, groups_of, is_whole, note
from thermospin.meshes.readers.foreign import ForeignMesh, Groups, Other, UnreadableError

TRIANGLE, TETRAHEDRON = 5, 10
"""VTK's numbers of the cell types."""

SIZES = {TRIANGLE: 3, TETRAHEDRON: 4}
"""Number of their nodes."""

SECOND_ORDER = {22: (TRIANGLE, 6), 24: (TETRAHEDRON, 10)}
"""VTK's numbers of second-order cells: the cells of their corners, and the number of their nodes."""


def read(request: Mapping[str, Any]) -> ForeignMesh:
    """Read a mesh.

    Args:
        request: See :mod:`thermospin.meshes.readers.isolated`.

    Raises:
        UnreadableError: VTK reports an error, or the file holds no unstructured grid.
    """
    grid = _grid(request["link"])
    types, offsets, nodes = (
        np.empty(0, np.int64) if array is None else vtk_to_numpy(array).astype(np.int64)
        for array in (grid.GetCellTypes(), grid.GetCells().GetOffsetsArray(), _connectivity(grid))
    )
    if np.any(np.diff(offsets) < 0) or (len(offsets) and offsets[-1] > len(nodes)):
        raise UnreadableError("the cells' offsets do not fit their nodes")
    curved = {kind: _cells(kind, size, types, offsets, nodes) for kind, (_, size) in SECOND_ORDER.items()}
    for kind, size in SIZES.items():
        _cells(kind, size, types, offsets, nodes)
    for kind, (simple, _) in SECOND_ORDER.items():
        types = np.where(types == kind, simple, types)
    cells = {kind: _corners(kind, size, types, offsets, nodes) for kind, size in SIZES.items()}
    arrays = _arrays(grid)
    tetrahedra = types == TETRAHEDRON
    solid = np.isin(types, [kind for kind in np.unique(types) if _dimension(kind) == 3])
    name = choose({n: a[solid] for n, a in arrays.items()}, request["wanted"], request["cell_data"])
    values = arrays[name] if name else None
    volumes = groups_of(values[tetrahedra]) if name else _whole(tetrahedra)
    flat = types == TRIANGLE
    surfaces = groups_of(values[flat]) if name and is_whole(values[flat]) else {}
    points = grid.GetPoints()
    coordinates = np.empty((0, 3)) if points is None else np.asarray(vtk_to_numpy(points.GetData()), float)
    return ForeignMesh(
        coordinates,
        cells[TETRAHEDRON],
        cells[TRIANGLE],
        volumes,
        surfaces,
        _others(types, values),
        notes=[*note(name, arrays), *straight.notes(coordinates, curved[24], straight.VTK_EDGES)],
    )


def _grid(file: str) -> vtkUnstructuredGrid:
    reader = vtkXMLUnstructuredGridReader() if file.endswith(".vtu") else vtkGenericDataObjectReader()
    errors: list[str] = []
    reader.AddObserver("ErrorEvent", lambda *_: errors.append("damaged, or of another kind"))
    if isinstance(reader, vtkGenericDataObjectReader):
        reader.ReadAllScalarsOn()
        reader.ReadAllFieldsOn()
    reader.SetFileName(file)
    reader.Update()
    grid = reader.GetOutputDataObject(0)
    if errors or reader.GetErrorCode():
        raise UnreadableError("the file is damaged, or of another kind; export the mesh again")
    if isinstance(grid, vtkUnstructuredGrid) and not grid.GetNumberOfCells():
        raise UnreadableError("it holds no cells")
    if not isinstance(grid, vtkUnstructuredGrid):
        kind = type(grid).__name__.removeprefix("vtk")
        raise UnreadableError(f"it holds a {kind}, not an unstructured grid of tetrahedra")
    return grid


def _connectivity(grid: vtkUnstructuredGrid) -> Any:
    return grid.GetCells().GetConnectivityArray()


def _cells(kind: int, size: int, types: np.ndarray, offsets: np.ndarray, nodes: np.ndarray) -> np.ndarray:
    """Nodes of the cells of a type, all of which must have as many."""
    if np.any(np.diff(offsets)[types == kind] != size):
        raise UnreadableError(f"a {_name(kind)} does not have {size} nodes")
    return _corners(kind, size, types, offsets, nodes)


def _corners(kind: int, size: int, types: np.ndarray, offsets: np.ndarray, nodes: np.ndarray) -> np.ndarray:
    """The first nodes of the cells of a type."""
    return nodes[offsets[np.flatnonzero(types == kind)][:, None] + np.arange(size)]


def _arrays(grid: vtkUnstructuredGrid) -> dict[str, np.ndarray]:
    """The arrays of numbers on the cells."""
    data, found = grid.GetCellData(), {}
    for i in range(data.GetNumberOfArrays()):
        array = data.GetArray(i)
        if array is not None and array.GetName() and array.GetNumberOfTuples() == grid.GetNumberOfCells():
            found[array.GetName()] = vtk_to_numpy(array)
    return found


def _whole(tetrahedra: np.ndarray) -> Groups:
    """One group of all, where nothing tells the cells apart."""
    return {"volume1": np.arange(tetrahedra.sum())} if tetrahedra.any() else {}


def _others(types: np.ndarray, values: np.ndarray | None) -> list[Other]:
    """The cells of two and three dimensions that are no simplices of first order."""
    found = []
    for kind in np.unique(types).tolist():
        if kind in SIZES or _dimension(kind) < 2:
            continue
        mine = types == kind
        groups = groups_of(values[mine]) if values is not None and is_whole(values[mine]) else {}
        counts = {name: len(members) for name, members in groups.items()} or {"": int(mine.sum())}
        found += [Other(_dimension(kind), name, _name(kind), count) for name, count in counts.items()]
    return found


def _dimension(kind: int) -> int:
    cell = vtkGenericCell.InstantiateCell(int(kind))
    return cell.GetCellDimension() if cell is not None else 3


def _name(kind: int) -> str:
    return (vtkCellTypes.GetClassNameFromTypeId(kind) or f"cell of type {kind}").removeprefix("vtk").lower()
