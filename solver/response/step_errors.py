"""Errors of readings from their steps between two polynomial degrees."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from thermospin.compat import MPI
from thermospin.discretisation.singular_edges import touches_singular_edge
from thermospin.meshes.read import DeviceMesh
from thermospin.response.degree_steps import Step
from thermospin.response.discretisation_error import fractions_left
from thermospin.response.solution import TerminalPair


class StepErrors:
    """The errors that steps leave, by cell and by place: a region, at singular edges or elsewhere.

    All cells of a place have the same fraction of the step of a field left: what neighbours are given of an
    unknown cancels among them only so. All magnetic configurations have those of the first, so that the error
    of a small difference of them is that of its own step.

    Args:
        mesh: The mesh.
        materials: Region to its material.
        degree: The higher degree of the two.
        is_higher: Whether errors are those of the higher degree; else of the lower, which have the step too.
    """

    def __init__(self, mesh: DeviceMesh, materials: Mapping[str, Any], degree: int, is_higher: bool) -> None:
        self._comm, self._degree, self._is_higher = mesh.mesh.comm, degree, is_higher
        self._singular = touches_singular_edge(mesh, materials)
        regions = mesh.cell_tags[: len(self._singular)] - min(mesh.regions.values())
        self._places, self._n_places = 2 * regions + self._singular, 2 * len(mesh.regions)
        self._fractions: dict[tuple[TerminalPair, int], np.ndarray] = {}

    def begin(self) -> None:
        """Begin another scheme."""
        self._fractions = {}

    def left(self, pair: TerminalPair, power: int, found: Step, step: float) -> np.ndarray:
        """The error of a reading, cell by cell (collective).

        Args:
            pair: The probe.
            power: The power of the drive.
            found: The parts of its step.
            step: The step. What residuals of the adjoints leave out is divided by size.

        Returns:
            V per power of the drive, shape (n_cells,), of owned cells.
        """
        key = pair, power
        if key not in self._fractions:
            self._fractions[key] = self._mean_fractions(found)
        errors = (self._fractions[key][:, self._places] * found.parts).sum(axis=0)
        sums = np.array([found.parts.sum(), np.abs(found.parts.sum(axis=0)).sum()])
        total, size = self._comm.allreduce(sums, MPI.SUM)
        return errors + ((step - total) / size * np.abs(errors) if size else 0.0)

    def by_place(self, errors: np.ndarray) -> np.ndarray:
        """The sums over every region, at singular edges and elsewhere (collective).

        Args:
            errors: By cell.
        """
        return self._comm.allreduce(self._sums(errors), MPI.SUM)

    def _mean_fractions(self, found: Step) -> np.ndarray:
        """The fractions of every field at every place, weighted by the cells' parts (collective)."""
        sizes = np.abs(found.parts)
        left = fractions_left(self._degree, found.bending, self._singular)
        sums = np.array([[self._sums(row) for row in rows] for rows in (sizes * left, sizes)])
        weighted, weights = self._comm.allreduce(sums, MPI.SUM)
        mean = weighted / np.where(weights > 0, weights, 1.0)
        return mean if self._is_higher else 1.0 + mean

    def _sums(self, values: np.ndarray) -> np.ndarray:
        """Sums over the owned cells of every place."""
        return np.bincount(self._places, values, minlength=self._n_places)
