"""Draws configs/layout_valve.gds: the valve of Slachter et al. 2010 as a chip, with leads that end in pads.

Run with `python configs/layout_valve.py`. Lengths are in nm. The magnets are a cell of their own, alignment
marks an array on a layer that no film uses.
"""

from datetime import datetime
from pathlib import Path

import gdstk

MAGNETS, COPPER, GOLD, MARKS = 1, 2, 3, 99
"""Layers."""

END = 6000
"""Distance of the pads from the middle of the device."""

PAD = 1000
"""Width of a pad."""

FUNNEL = [
    (-20, 40),
    (-20, -140),
    (-500, -340),
    (-END, -340),
    (-END, -1340),
    (-500, -1340),
    (-500, -END),
    (500, -END),
]
FUNNEL += [(500, -340), (20, -140), (20, 40)]
"""Corners of the copper, from its contact on the injector down to its two leads."""

ARMS = {
    "contact1": (10, 150, END, 650),
    "contact2": (-END, 150, -140, 650),
    "contact3": (90, -140, END, -90),
}
"""Gold contacts, x0, y0, x1, y1; the labels lie on their pads."""


def draw(path: Path) -> None:
    """Write the layout.

    Args:
        path: A .gds file.
    """
    library = gdstk.Library(unit=1e-9, precision=1e-10)
    magnets, mark, chip = (library.new_cell(name) for name in ("MAGNETS", "MARK", "VALVE"))
    magnets.add(gdstk.rectangle((-500, 0), (500, 300), layer=MAGNETS))
    magnets.add(gdstk.rectangle((-10, -140), (140, -100), layer=MAGNETS))
    magnets.add(gdstk.Label("Py1", (0, 200), layer=MAGNETS), gdstk.Label("Py2", (70, -120), layer=MAGNETS))
    mark.add(gdstk.cross((0, 0), 2000, 200, layer=MARKS))
    chip.add(gdstk.Reference(magnets), gdstk.Polygon(FUNNEL, layer=COPPER))
    chip.add(gdstk.Reference(mark, (-9000, -9000), columns=2, rows=2, spacing=(18000, 18000)))
    chip.add(gdstk.Label("contact4", (-END + 100, -840), layer=COPPER))
    chip.add(gdstk.Label("contact5", (0, -END + 100), layer=COPPER))
    for number, (name, (x0, y0, x1, y1)) in enumerate(ARMS.items(), start=1):
        end, inner = (x1, x0) if x1 == END else (x0, x1)
        middle, towards = (y0 + y1) / 2, 1 if end > 0 else -1
        chip.add(gdstk.rectangle((x0, y0), (x1, y1), layer=GOLD))
        chip.add(gdstk.rectangle((end - PAD, middle - PAD / 4), (end + PAD, middle + PAD / 4), layer=GOLD))
        chip.add(gdstk.Label(name, (end, middle), layer=GOLD))
        chip.add(gdstk.Label(f"Au{number}", (inner + 60 * towards, middle), layer=GOLD))
    library.write_gds(path, timestamp=datetime(2010, 10, 10))


if __name__ == "__main__":
    draw(Path(__file__).with_suffix(".gds"))
