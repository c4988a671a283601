"""The device of a configuration: numbers that are decided once."""

from dataclasses import FrozenInstanceError

import pytest
from test_interfaces_config import RESISTS, device

from thermospin.device import Device

pytestmark = pytest.mark.serial


def test_regions_by_kind():
    found = Device.of(device())
    kinds = found.magnets, found.normal_metals, found.insulators
    assert all(len(set(kind)) == len(kind) for kind in kinds)
    assert {*found.magnets, *found.normal_metals, *found.insulators} == set(found.materials)
    assert {*found.magnets, *found.normal_metals} == set(found.conductors)
    assert all(found.materials[region].is_magnetic for region in found.magnets)


def test_an_interface_knows_its_entry():
    config = device({"between": ["Py", "Cu"], **RESISTS}, {"between": ["F1", "N1"], "conductance": 3e15})
    found = Device.of(config).resistive_interfaces
    for interface in found.values():
        assert interface.law == config.interfaces[interface.entry].material
    assert found["F1|N1"].entry == 1
    assert {interface.entry for interface in found.values()} == {0, 1}


def test_materials_are_numbers_and_laws_stay():
    """``S (1 + α (T − T_ref))`` at 310 K."""
    law = {"linear": "2 uV/K", "temperature_coefficient": 1e-3, "reference": 300}
    found = Device.of(device(materials={"Cu": {"base": "Cu", "seebeck": law}}, temperature=310))
    assert found.materials["N1"].seebeck == pytest.approx(2e-6 * 1.01, rel=1e-12)
    assert found.has_laws and not found.laws["N1"].is_constant
    assert found.laws["F1"].is_constant


def test_a_device_does_not_change():
    found = Device.of(device())
    with pytest.raises(FrozenInstanceError):
        found.temperature = 1.0
