"""Overview of a device and its mesh for people, as ``validate`` and ``mesh`` print it."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from thermospin.config import Config
from thermospin.config.directions import shown
from thermospin.config.magnetisation import DEFAULT
from thermospin.device import Device
from thermospin.device.on_mesh import device_on, groups, interface_areas
from thermospin.errors import InputError
from thermospin.meshes.quality import describe
from thermospin.meshes.record import MeshRecord
from thermospin.output.place import claim
from thermospin.runs.checks import find_pieces
from thermospin.runs.estimates import Estimate, estimate_record
from thermospin.runs.preparation import make_mesh, prepare_mesh
from thermospin.runs.resolution import unresolved
from thermospin.runtime.cache import cache_home
from thermospin.runtime.console import say
from thermospin.validation.peltier import insulated_ends

PICTURE = "mesh.png"
"""The picture of a mesh, beside it, where its format is PNG."""
_PICTURES = "mesh.p[nd][gf]", "mesh.svg", "section*.*"


def show_device(config: Config, file: Path) -> None:
    """Check a configuration against its mesh, on one rank, and print its content.

    Args:
        config: The configuration.
        file: Its file.

    Raises:
        InputError: The device cannot be meshed, or is not a closed circuit.
    """
    record = prepare_mesh(config, _say)
    say(f"{file}: valid")
    device = device_on(config, record)
    pieces, areas = find_pieces(record), interface_areas(device, record)
    for title, names in {
        "regions": [f"{region} ({material})" for region, material in device.material_names.items()],
        **describe_magnetisation(config, device),
        "configurations": device.states,
        **describe_loop(config),
        **({"mirror planes": [f"{axis} = 0" for axis in config.symmetry]} if config.symmetry else {}),
        "terminals": device.terminals,
        "schemes": device.drives,
        "probes": [f"{name} ({plus} - {minus})" for name, (plus, minus) in device.probes.items()],
        "conductors": pieces.conductors(device.insulators),
        "interfaces": [f"{name} ({area * 1e18:.4g} nm²)" for name, area in areas.items() if area],
        "groups": groups(device, record),
    }.items():
        say(f"  {title}: {', '.join(names) or 'none'}")
    _say_cost(device, record)
    _show_notes(record)
    for line in insulated_ends(config, device):
        say(f"  note: {line}")
    _warn(config, device, record)


def describe_magnetisation(config: Config, device: Device) -> dict[str, list[str]]:
    """The magnetic field, and with vector spin the direction of each magnet, for people.

    Args:
        config: The configuration.
        device: Its device.
    """
    field = {"magnetic field": [f"{shown(config.magnetic_field)} T"]}
    if not device.unknowns.vector:
        return field if any(config.magnetic_field) else {}
    given = {region: config.magnetisation.get(region, DEFAULT) for region in device.magnets}
    return field | {
        "magnetisation": [
            f"{region} {shown(value) if isinstance(value, tuple) else value}"
            for region, value in given.items()
        ],
    }


def describe_loop(config: Config) -> dict[str, list[str]]:
    """The loop for people; nothing without one.

    Args:
        config: The configuration.
    """
    if config.loop is None:
        return {}
    low, high = config.loop.range
    field = f"{1e3 * low:g} to {1e3 * high:g} mT along {shown(config.loop.axis)}, {config.loop.points} points"
    magnets = [f"{region} {magnet.described}" for region, magnet in config.loop.magnets.items()]
    return {"loop": [field, *magnets]}


def _show_notes(record: MeshRecord) -> None:
    for note in record.notes:
        say(f"  note: {note}")


def _say(estimate: Estimate) -> None:
    """Print an estimate, before work that may be long."""
    say(f"mesh: {estimate.text}")


def _say_cost(device: Device, record: MeshRecord) -> None:
    """Print the cost of solving a device whose mesh exists."""
    estimate = estimate_record(device, record)
    say(f"  size: {estimate.text}")
    if estimate.warning:
        say(f"  warning: {estimate.warning}")


def show_mesh(config: Config, output: Path | None, lines: Sequence[str] = ()) -> None:
    """Make or find the mesh of a configuration, on one rank; describe it and draw it.

    Args:
        config: The configuration.
        output: Directory to copy the mesh to; by default it stays where it is.
        lines: Lines of the plan over which cross-sections are drawn, as ``x0, y0, x1, y1``.

    Raises:
        InputError: The device cannot be meshed, or the directory cannot be written.
    """
    from thermospin.output.mesh_picture import draw_mesh  # its libraries are heavy, and validate needs none
    from thermospin.output.sections import Line, draw_section

    sections = [Line.read(text) for text in lines]

    if output is not None:
        claim(output)
    device = Device.of(config)
    record = make_mesh(config, device, _say)
    if output is not None:
        _copy(record.directory, output)
    elif not record.directory.is_relative_to(cache_home()):
        raise InputError("the mesh cannot be kept; give a directory for it with -o", file=str(cache_home()))
    directory = output or record.directory
    _describe(record, directory)
    _say_cost(device, record)
    _show_notes(record)
    _warn(config, device, record)
    style = config.output.style
    for path in draw_mesh(directory / PICTURE, record, device.insulators, style):
        say(f"  picture: {path}")
    for number, line in enumerate(sections, start=1):
        for path in draw_section(directory / f"section{number}.png", record, line, style):
            say(f"  section: {path}")


def _warn(config: Config, device: Device, record: MeshRecord) -> None:
    """Print the lengths that the mesh does not resolve."""
    for warning in unresolved(config, device, record):
        say(f"  warning: {warning}")


def _copy(source: Path, target: Path) -> None:
    try:
        shutil.copytree(
            source, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns(*_PICTURES, ".*", "cut-*")
        )
    except OSError as error:
        raise InputError(f"cannot write the mesh: {error.strerror or error}", file=str(target)) from None


def _describe(record: MeshRecord, directory: Path) -> None:
    found = describe(record)
    say(
        f"{directory / record.file.name}: {found.cells} tetrahedra, {found.points} points, hash {record.hash}"
    )
    for name, region in found.regions.items():
        shortest, longest = region.shortest_edge * 1e9, region.longest_edge * 1e9
        say(
            f"  region {name} ({record.materials[name]}): {region.cells} tetrahedra, "
            f"{region.volume * 1e27:.4g} nm³, edges {shortest:.3g} to {longest:.3g} nm"
        )
    for name, area in found.terminals.items():
        say(f"  terminal {name}: {area * 1e18:.4g} nm²")
    say("  quality (1 regular, 0 flat): " + ", ".join(f"{key} {q:.3f}" for key, q in found.quality.items()))
    for i, count in enumerate(found.histogram):
        bar = "#" * round(50 * count / max(found.histogram))
        say(f"    {i / 10:.1f} to {(i + 1) / 10:.1f} {count:9d} {bar}")
    place = ", ".join(f"{1e9 * x:.1f}" for x in found.worst_place)
    say(f"  worst: tetrahedron {found.worst_cell} in {found.worst_region} at ({place}) nm")
