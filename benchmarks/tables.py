"""The tables of the benchmark, in markdown."""

from collections.abc import Sequence

from agreement import Agreement, digits

STAGES = ("read", "assembly", "set-up", "solve")


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A markdown table; the first column is text, the others are numbers."""
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def markdown(
    machine: dict[str, str | int], cases: list[dict], agreements: list[Agreement], statistic: str
) -> str:
    """Everything that was measured.

    Args:
        machine: What it was measured on.
        cases: One per mesh and degree: ``rows`` are the outcomes of the programs.
        agreements: Whether they agree, one per case.
        statistic: Which of the repeated runs are shown.
    """
    about = f"{machine['processor']}, {machine['cores']} cores, Python {machine['python']}, {machine['date']}"
    parts = ["# Benchmark", f"Measured on {about}; {statistic}. Times in seconds."]
    for case, found in zip(cases, agreements, strict=True):
        parts += [f"## {_title(case)}", _times(case["rows"]), *case["skipped"], _agreement(found)]
    return "\n\n".join([*parts, "## Growth with size, P1", _growth(cases)]) + "\n"


def _title(case: dict) -> str:
    unknowns = f", {case['rows'][0]['unknowns']:,} unknowns" if case["rows"] else ""
    return f"P{case['degree']}, refinement {case['refinement']:g}, {case['cells']:,} tetrahedra{unknowns}"


def _times(rows: list[dict]) -> str:
    memory = ["memory (GB)", "kB/unknown", "without libraries"]
    return table(["program", *STAGES, "total", "process", *memory, "iterations"], [_row(row) for row in rows])


def _row(row: dict) -> list[str]:
    stages = [f"{row['stages'][stage]:.2f}" if stage in row["stages"] else "in solve" for stage in STAGES]
    memory, own = row["memory"], row["memory"] - row["baseline"]
    per_unknown = [f"{amount / row['unknowns'] / 1e3:.2f}" for amount in (memory, own)]
    iterations = "; ".join(f"{name} {', '.join(map(str, n))}" for name, n in row["iterations"].items())
    return [
        row["program"],
        *stages,
        f"**{row['total']:.2f}**",
        f"{row['wall']:.2f}",
        f"{memory / 1e9:.2f}",
        *per_unknown,
        iterations or "direct",
    ]


def _agreement(found: Agreement) -> str:
    rows = [
        [
            difference.program,
            f"R{difference.order} {difference.configuration}",
            f"{difference.value:.9e}",
            f"{digits(difference.relative):.1f}",
            f"{digits(difference.to_scale):.1f}",
            "yes" if difference.passed else "**no**",
        ]
        for difference in found.differences
    ]
    return table(["program", "reading", "V/Aⁿ", "digits", "digits of the scale", "agrees"], rows)


def _growth(cases: list[dict]) -> str:
    """Time and memory per unknown of every program, and relative to its smallest mesh."""
    by_program: dict[str, list[dict]] = {}
    for case in cases:
        for row in case["rows"] if case["degree"] == 1 else []:
            by_program.setdefault(row["program"], []).append(row)
    header = ["program", "unknowns", "µs/unknown", "relative to the smallest", "kB/unknown without libraries"]
    rows = []
    for program, outcomes in by_program.items():
        first = outcomes[0]["total"] / outcomes[0]["unknowns"]
        for row in outcomes:
            unknowns, time = row["unknowns"], row["total"] / row["unknowns"]
            own = (row["memory"] - row["baseline"]) / unknowns / 1e3
            rows.append([program, f"{unknowns:,}", f"{time * 1e6:.1f}", f"{time / first:.2f}", f"{own:.2f}"])
    return table(header, rows)
