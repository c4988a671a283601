"""The stray field of magnets in open space, against closed forms (solver/physics.md §12)."""

import numpy as np
import pytest
from bodies import REGION, body, sphere

from thermospin.constants import VACUUM_PERMEABILITY
from thermospin.micromagnetics.body import dot, unit
from thermospin.micromagnetics.magnet import Ferromagnet
from thermospin.micromagnetics.midpoint import Midpoint
from thermospin.micromagnetics.model import Micromagnet
from thermospin.micromagnetics.shapes import prism_factors
from thermospin.micromagnetics.stray_field import StrayField
from thermospin.micromagnetics.surface_charges import RADON, RADON_WEIGHTS, Triangles, mean_potential

M_S = 8e5


def factors(magnet):
    """Energy of uniform magnets along x, y, z, in units of ``μ0 M_s² V/2``."""
    field = StrayField(magnet, {REGION: M_S})
    found = []
    for m in np.eye(3)[:, :, None] * np.ones(magnet.n_owned):
        energy = magnet.sum(dot(m, field.gradient(m)))
        found.append(energy / (VACUUM_PERMEABILITY * M_S**2 * magnet.sum(magnet.volumes[REGION])))
    return np.array(found)


def test_factor_of_a_sphere(shared_directory, comm):
    """A third, to 0.5 %, of a sphere of 6³ bricks."""
    assert factors(sphere(20e-9, 6, shared_directory, comm)) == pytest.approx([1 / 3] * 3, rel=5e-3)


@pytest.mark.parametrize("cells", [(6, 4, 2), pytest.param((12, 8, 4), marks=pytest.mark.slow)])
def test_factors_of_a_prism(cells, shared_directory, comm):
    """Those of Aharoni 1998; the error falls with the size of the cells."""
    size = 30e-9, 20e-9, 10e-9
    error = factors(body(size, cells, shared_directory, comm)) / prism_factors(size) - 1
    assert np.all(abs(error) < 0.015 / cells[0])


def test_field_within_a_sphere(shared_directory, comm):
    """``−μ0 M_s m/3`` at every node inside."""
    magnet = Micromagnet(
        sphere(20e-9, 6, shared_directory, comm), {REGION: Ferromagnet(M_S, 1e-11, is_charged=True)}
    )
    m = unit(np.array([1.0, 2.0, 3.0])[:, None] * np.ones(magnet.body.n_owned))
    inside = np.linalg.norm(magnet.body.points, axis=1) < 7e-9
    error = (magnet.field(m) + VACUUM_PERMEABILITY * M_S * m / 3)[:, inside]
    assert magnet.body.largest(abs(error)) < 0.02 * VACUUM_PERMEABILITY * M_S / 3


@pytest.mark.parametrize("step", [1e-13, 5e-12])
def test_energy_law_holds_with_the_stray_field(step, shared_directory, comm):
    """``ΔE = −(α/γ) Σ M_s V |Δm|²/Δt``, to rounding: the matrix of the stray field is symmetric."""
    numbers = Ferromagnet(M_S, 1.3e-11, 0.1, is_charged=True)
    magnet = Micromagnet(body((24e-9, 8e-9, 8e-9), (6, 2, 2), shared_directory, comm), {REGION: numbers})
    x, y, _ = magnet.body.points.T / 8e-9
    m = unit(np.array([np.cos(x + y), np.sin(x) + 0.3, np.cos(2 * y)]))
    found = Midpoint(magnet).step(m, step).m
    change = found - m
    taken = magnet.body.sum(magnet.moments * dot(change, change)) * 0.1 / (magnet.rate * step)
    assert magnet.energy(m) - magnet.energy(found) == pytest.approx(taken, rel=1e-6, abs=0)


@pytest.mark.serial
@pytest.mark.parametrize("shift", [0.0, 0.4, 1.0, 1.9, 2.1, 5.0])
def test_interaction_of_triangles(shift):
    """The mean of 1/r, against points on 4⁴ parts of one triangle."""
    first = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], dtype=float)
    second = first @ np.array([[1, 0, 0.3], [0.2, 1, 0], [0, 0, 1]]) + shift * np.array([0.6, 0.0, 0.8])
    parts = second[None]
    for _ in range(4):
        middles = (parts + np.roll(parts, -1, axis=1)) / 2
        corners = [np.stack([parts[:, i], middles[:, i], middles[:, i - 1]], axis=1) for i in range(3)]
        parts = np.concatenate([*corners, middles])
    points = RADON @ parts
    expected = (mean_potential(np.repeat(first[None], len(parts), axis=0), points) @ RADON_WEIGHTS).mean()
    assert Triangles(np.array([first, second])).rows(np.array([0]))[0, 1] == pytest.approx(expected, rel=3e-3)
