"""Solves every case of the validation gallery again and writes its data.

    docker/enter python docs/gallery            all cases, some minutes of one core
    docker/enter python docs/gallery hanle …    some of them

The tables go to docs/validation/data/; docs/build draws them. The cases use the bars and closed forms of the
tests that assert the same agreement.
"""

import datetime
import json
import sys
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / folder) for folder in ("tests", "tests/analytic", "tests/mms", "configs")]

from cases import CASES  # noqa: E402
from comparison import write  # noqa: E402

DATA = ROOT / "docs" / "validation" / "data"


def main() -> None:
    """Solve the named cases, or all, and write their tables and when they were made."""
    DATA.mkdir(exist_ok=True)
    about = DATA / "about.json"
    made = json.loads(about.read_text(encoding="utf-8")) if about.exists() else {}
    names = sys.argv[1:] or [case.name for case in CASES]
    for case in CASES:
        if case.name in names:
            curves = list(case.curves())
            write(DATA / f"{case.name}.csv", curves)
            made[case.name] = case.about | {
                "date": str(datetime.date.today()),
                "version": version("thermospin"),
            }
            ordered = {known.name: made[known.name] for known in CASES if known.name in made}
            text = json.dumps(ordered, indent=1, ensure_ascii=False)
            about.write_text(text + "\n", encoding="utf-8")
            print(f"{case.name}: {max(curve.error for curve in curves):.1e}", flush=True)


if __name__ == "__main__":
    main()
