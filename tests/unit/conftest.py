"""The unit tests' device, made once."""

import pytest
from support import prepare_with_record
from valve import Valve, valve_config


@pytest.fixture(scope="session", params=[1, 2], ids=["P1", "P2"])
def valve(request, comm):
    """The device at degree 1 and at degree 2."""
    return Valve(*prepare_with_record(valve_config(degree=request.param), comm))


@pytest.fixture
def problem(valve):
    return valve.problem


@pytest.fixture
def spaces(valve):
    return valve.problem.spaces


@pytest.fixture
def device(valve):
    return valve.problem.spaces.device
