"""Observables of linear fields, which the elements hold exactly; and the fields gathered on one rank."""

from dataclasses import replace

import numpy as np
import pytest
from valve import BOXES, MIXED, corners, gather, linear, solution_of, volume

from thermospin.compat import basix
from thermospin.fields import output_fields
from thermospin.observables.cells import Observer
from thermospin.observables.sampling import Sampler
from thermospin.output.quantities import quantities

OFFSET = 0.25
FIELDS = {field.name: field for field in output_fields(vector=False)}
SLOPES = {"V": (1e-3, -2e-3, 5e-4), "s": (2e-5, 1e-5, -4e-5), "theta": (0.5, 1.5, -2.0)}
"""V, V and K per 10 nm."""
FUNCTIONS = {name: linear(value, SLOPES[name]) for name, value in {"V": 0.1, "s": 3e-5, "theta": 4.0}.items()}


@pytest.fixture
def observer(problem):
    problem.magnetise(MIXED)
    return Observer(problem.spaces, problem.coefficients)


@pytest.fixture
def fields(problem, observer):
    """The observed fields of a solution that is linear in space."""
    return observer.observe(solution_of(problem, FUNCTIONS, OFFSET))


def fluxes(problem, region):
    """``j``, ``j_s`` and ``Q`` channel by channel (Slachter et al. 2010, Eq. 4)."""
    material = problem.config.material(BOXES[region][0])
    v, s, theta = (np.array(SLOPES[name]) / 1e-8 for name in ("V", "s", "theta"))
    t0, k = problem.config.temperature, material.thermal_conductivity
    if not material.is_conductor:
        return np.full(3, np.nan), np.full(3, np.nan), -k * theta
    order = MIXED.get(region, 1)  # a reversed magnet exchanges the two channels
    sigmas, seebecks = material.channel_conductivity[::order], material.channel_seebeck[::order]
    slopes = v + s, v - s
    up, down = (-g * (e + seebeck * theta) for g, seebeck, e in zip(sigmas, seebecks, slopes, strict=True))
    peltier = sum(g * seebeck * e for g, seebeck, e in zip(sigmas, seebecks, slopes, strict=True))
    return up + down, up - down, -k * theta - t0 * peltier


@pytest.mark.parametrize("region", BOXES)
def test_fluxes(problem, fields, device, region):
    cells = device.owned(device.cells([region]))
    for found, expected in zip((fields.j, fields.j_s, fields.q), fluxes(problem, region), strict=True):
        scale = np.nan_to_num(np.abs(expected)).max()
        np.testing.assert_allclose(
            found[cells], np.broadcast_to(expected, (len(cells), 3)), rtol=0, atol=1e-9 * scale
        )


def test_values_at_the_nodes(fields, device):
    x = device.mesh.geometry.x[device.mesh.geometry.dofmaps[0][: len(fields.V)]]
    if fields.V.shape[1] == 10:
        edges = np.array(basix.topology(basix.CellType.tetrahedron)[1])
        x = np.concatenate([x, x[:, edges].mean(axis=2)], axis=1)
    values = {name: f(x.reshape(-1, 3).T).reshape(fields.V.shape) for name, f in FUNCTIONS.items()}
    insulating = device.owned(device.cells(["Sub"]))
    values["V"][insulating] = values["s"][insulating] = np.nan
    np.testing.assert_allclose(fields.V, values["V"] + OFFSET, rtol=1e-12)
    np.testing.assert_allclose(fields.s, values["s"], rtol=1e-10)
    np.testing.assert_allclose(fields.rise, values["theta"], rtol=1e-12)


def vertices(low, high):
    """The eight vertices of a box, shape (3, 8)."""
    return np.stack(np.meshgrid(*np.transpose([low, high])), axis=0).reshape(3, -1)


def highest(region):
    """The largest temperature rise in a box is that of a corner."""
    ends = np.array(corners(region))
    vertices = np.array(
        [[ends[i][0], ends[j][1], ends[k][2]] for i in (0, 1) for j in (0, 1) for k in (0, 1)]
    )
    return FUNCTIONS["theta"](vertices.T).max()


@pytest.mark.parametrize("region", BOXES)
def test_maxima(problem, observer, fields, region):
    found = observer.maxima(fields)[region]
    current, spin_current = (np.nan_to_num(np.linalg.norm(flux)) for flux in fluxes(problem, region)[:2])
    assert found["max_temperature_rise"] == pytest.approx(highest(region), rel=1e-12)
    assert found["max_current_density"] == pytest.approx(current, rel=1e-9, abs=0)
    assert found["max_spin_current_density"] == pytest.approx(spin_current, rel=1e-9, abs=0)


INTERFACES = {
    ("N", "F1"): ((10, 0, 12), (25, 30, 12), 2, 1),
    ("F1", "N"): ((10, 0, 12), (25, 30, 12), 2, -1),
    ("F2", "N"): ((60, 0, 0), (60, 30, 12), 0, -1),
}
"""Lowest and highest corner of the common face, nm; its axis, and the direction from first to second."""


@pytest.mark.parametrize("pair", INTERFACES, ids="|".join)
def test_interface_averages(problem, observer, fields, pair):
    low, high, axis, direction = INTERFACES[pair]
    ends = np.array([low, high]) * 1e-9
    found = observer.interface(fields, *pair)
    assert found["area"] == pytest.approx(np.prod(np.delete(ends[1] - ends[0], axis)), rel=1e-12, abs=0)
    assert found["gradient_T"] == pytest.approx(direction * SLOPES["theta"][axis] / 1e-8, rel=1e-9)
    mu_s = 2 * FUNCTIONS["s"](vertices(*ends))
    known = {"mean": mu_s.mean(), "min": mu_s.min(), "max": mu_s.max()}
    assert found["mu_s"] == pytest.approx(known, rel=1e-9, abs=0)
    crossing = abs(fluxes(problem, pair[0])[0][axis]) * found["area"] / 2
    assert found["crossing"] == pytest.approx(crossing, rel=1e-9, abs=0)


def test_regions_that_do_not_touch(observer, fields):
    assert observer.interface(fields, "F1", "F2") is None


@pytest.fixture
def sample(device, fields, comm):
    """The gathered fields, on rank 0."""
    found = Sampler(device).sample(fields, 300.0)
    assert (found is None) == (comm.rank > 0)
    return found


@pytest.fixture
def on_root(comm):
    if comm.rank > 0:
        pytest.skip("only rank 0 has the sample")


def test_sample_is_the_whole_device(valve, sample, on_root):
    """Cells in the order of the mesh on disk, nodes split between regions."""
    record = valve.record
    cells, tags = record.array("cells"), record.array("cell_tags")
    np.testing.assert_array_equal(sample.region, tags)
    np.testing.assert_array_equal(sample.points[sample.vertices], record.array("points")[cells])
    n_vertices = sum(len(np.unique(cells[tags == tag])) for tag in sample.regions.values())
    assert len(np.unique(sample.vertices)) == n_vertices
    if sample.cells.shape[1] == 4:
        assert len(sample.points) == n_vertices
    used = [np.unique(sample.cells[sample.region == tag]) for tag in sample.regions.values()]
    np.testing.assert_array_equal(np.sort(np.concatenate(used)), np.arange(len(sample.points)))


@pytest.mark.parametrize("region", BOXES)
def test_sample_of_a_region(problem, sample, on_root, region):
    cells = np.flatnonzero(sample.region == sample.regions[region])
    nodes = sample.cells[cells]
    x = sample.points[sample.vertices[cells]]
    volumes = np.abs(np.linalg.det(x[:, 1:] - x[:, :1])) / 6
    assert volumes.sum() == pytest.approx(volume(region), rel=1e-12, abs=0)
    x = sample.points[nodes].reshape(-1, 3).T
    v, s, rise = (FUNCTIONS[name](x).reshape(nodes.shape) for name in ("V", "s", "theta"))
    exist = 1.0 if region != "Sub" else np.nan
    expected = {"V": v + OFFSET, "mu_up": v + s + OFFSET, "mu_down": v - s + OFFSET, "mu_s": 2 * s}
    for name, values in expected.items():
        np.testing.assert_allclose(sample.point_data[name][nodes], exist * values, rtol=1e-10)
    np.testing.assert_allclose(sample.point_data["T"][nodes], 300.0 + rise, rtol=1e-12)
    j, j_s, q = fluxes(problem, region)
    known = {"J": j, "J_up": (j + j_s) / 2, "J_down": (j - j_s) / 2, "J_s": j_s, "Q": q}
    known["E"] = -exist * np.array(SLOPES["V"]) / 1e-8
    for name, flux in known.items():
        scale = np.nan_to_num(np.abs(flux)).max()
        expected = np.broadcast_to(flux, (len(cells), 3))
        np.testing.assert_allclose(sample.cell_data[name][cells], expected, rtol=0, atol=1e-9 * scale)


def test_a_registered_field_is_evaluated_and_drawn(device, fields, comm, monkeypatch):
    """One entry of the registry is a field of the output, at points or in cells."""
    celsius = replace(FIELDS["T"], name="celsius", unit="K", values=lambda at: at.T - 273.15)
    heat = replace(FIELDS["Q"], name="spin_heat", values=lambda at: at.Q - at.J, style="signed")
    monkeypatch.setattr("thermospin.fields._COLLINEAR", (*FIELDS.values(), celsius, heat))
    sample = Sampler(device).sample(fields, 300.0)
    if comm.rank == 0:
        points, cells = sample.point_data, sample.cell_data
        np.testing.assert_array_equal(points["celsius"], points["T"] - 273.15)
        np.testing.assert_array_equal(cells["spin_heat"], cells["Q"] - cells["J"])
        assert quantities(vector=False)["spin_heat"].diverging


def test_sample_counts_every_owned_cell(device, fields, comm):
    sample = Sampler(device).sample(fields, 0.0)
    owned = gather(comm, [len(fields.V)]).sum()
    if comm.rank == 0:
        assert len(sample.cells) == owned
        assert sample.regions == device.regions
