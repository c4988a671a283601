"""Times of rows and pictures of `dynamics`."""

from fractions import Fraction

import pytest

from thermospin.config.dynamics import Dynamics

MAGNETS = {"Free": {"saturation_magnetisation": "800 kA/m", "exchange_stiffness": "13 pJ/m"}}


def dynamics(**given):
    return Dynamics.model_validate({"magnets": MAGNETS, **given})


@pytest.mark.parametrize("duration", ["1 ns", "0.7 ns", "3.3 ps", "17 ps"])
@pytest.mark.parametrize(("points", "pictures"), [(100, 10), (7, 49), (30, 12), (3, 0)])
def test_there_are_as_many_rows_and_pictures_as_asked_for(duration, points, pictures):
    found = dynamics(duration=duration, points=points, pictures=pictures)
    parts = {Fraction(i, n) for n in (points, pictures) for i in range(1, n + 1)}
    assert len(found.stops) == len(parts)
    assert found.stops[-1] == found.duration
    assert found.stops == pytest.approx([found.duration * float(part) for part in sorted(parts)], rel=1e-14)
    assert sum(map(found.is_pictured, found.stops)) == pictures
    assert found.is_pictured(0.0) == (pictures > 0)


def test_an_edge_takes_the_place_of_a_row():
    """In other units an edge differs by an ulp from the same time of a row or of another edge."""
    torque = {"scheme": "through", "course": {"pulse": ["0.1 ns", "0.30000000000000004 ns"]}}
    field = {"pulse": ["100.00000000000001 ps", "1.0000000000000002 ns"]}
    found = dynamics(duration="1 ns", points=10, pictures=0, torque=torque, field_course=field)
    assert len(found.edges) == 2
    assert len(found.stops) == 10
    assert set(found.edges) < set(found.stops)
    assert found.stops[-1] == found.duration
