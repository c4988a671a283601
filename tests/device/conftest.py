"""Results that several tests read, computed once."""

import pytest
from lateral import device, solved


@pytest.fixture(scope="session")
def joule(comm):
    """The device with ``heating: joule`` and ζ = 2."""
    return solved(device(), comm)


@pytest.fixture(scope="session")
def conserving(comm):
    """The device with ``heating: conserving``."""
    return solved(device(heating={"model": "conserving"}), comm)


@pytest.fixture(params=["joule", "conserving"])
def results(request):
    """Both."""
    return request.getfixturevalue(request.param)
