"""Checks of the pictures that a configuration asks for: they show solved fields."""

from thermospin.config import Config
from thermospin.config.outputs import Map
from thermospin.device import Device
from thermospin.fields import HALL_FIELD, TORQUE, output_fields
from thermospin.validation.names import check_known


def check(config: Config, device: Device) -> None:
    """Check that maps show a scheme, a magnetic state, an order and a field that exist.

    Args:
        config: The configuration.
        device: Its device.

    Raises:
        InputError: The first that does not.
    """
    _shown(config, config.output.current, "output", "current")
    for i, item in enumerate(config.output.maps):
        at = ("output", "maps", i)
        _shown(config, item.current, *at, "current")
        _field(config, device, item.field, *at, "field")
        if item.scheme is not None:
            check_known(config, item.scheme, config.schemes, "scheme", *at, "scheme")
        for name in item.configurations:
            check_known(config, name, device.states, "configuration", *at, "configuration")
        _has_current(config, item, *at, "current")
        if (item.order or 0) > config.solver.orders:
            raise config.mistake(
                f"the highest order solved is {config.solver.orders}; raise solver.orders", *at, "order"
            )
        if item.order == 0 and not _has_rest(device):
            raise config.mistake(
                "there are no fields without a drive; write an order from 1 on (at rest there are fields "
                "where a sink is not at the base temperature, or spins relax to an equilibrium)",
                *at, "order",
            )  # fmt: skip
        for j, region in enumerate(item.regions):
            check_known(config, region, device.material_names, "region", *at, "regions", j)


def _has_current(config: Config, item: Map, *at: str | int) -> None:
    """Check that a map at a current is of a scheme that a current drives."""
    scheme = next(iter(config.schemes)) if item.scheme is None else item.scheme
    conditions = config.schemes[scheme]
    if item.current is None or conditions.currents:
        return
    driver = "a voltage drives" if conditions.is_driven else "heat sinks drive"
    raise config.mistake(f"{driver} scheme '{scheme}'; give the map an 'order', not a 'current'", *at)


def _shown(config: Config, current: float | None, *at: str | int) -> None:
    """Check that a current to show is none in volts."""
    if getattr(current, "unit", "") == "V":
        raise config.mistake(
            f"{current:g} V is not a current; write it in A (a scheme that a voltage drives is shown at "
            "its own voltage)",
            *at,
        )  # fmt: skip


def _has_rest(device: Device) -> bool:
    """Whether there are fields without a drive."""
    tensors = (material.tensor_diffusion for material in device.materials.values())
    return bool(device.thermal) or any(tensor and tensor.equilibrium for tensor in tensors)


def _field(config: Config, device: Device, name: str, *at: str | int) -> None:
    """Check that a field is among those solved for."""
    unknowns = device.unknowns
    fields = output_fields(unknowns.vector, unknowns.spin_heat, bool(device.turning), bool(device.magnets))
    present = [field.name for field in fields]
    if name in present:
        return
    if name == HALL_FIELD:
        raise config.mistake(
            f"'{name}' needs a material that turns currents, such as one with an anomalous_hall_angle", *at
        )
    if name == TORQUE and unknowns.vector:
        raise config.mistake(f"'{name}' needs a magnet; no material is magnetic", *at)
    if name in (field.name for field in output_fields(device.unknowns.vector)):
        raise config.mistake(f"'{name}' needs 'solver.spin_heat: true'", *at)
    if not device.unknowns.vector:
        raise config.mistake(f"'{name}' needs 'solver.spin: vector'", *at)
    raise config.mistake(
        f"'{name}' needs one axis for all spins, 'solver.spin: collinear'; with vector spin choose one of "
        f"{', '.join(present)}",
        *at,
    )
