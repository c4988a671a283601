"""The layout of ``results.json``, typed and versioned: of a run, a loop, a sweep, and a point that failed.

All numbers are SI. JSON has neither NaN nor infinity: such a number is ``null``. A list *by order* begins
with the first power of the drive, in V, A or W per A or V to that power. Names of schemes, configurations,
probes, terminals and regions are those of the configuration.
"""

from thermospin.output.layout.documents import SCHEMA, check_layout, check_version, results_schema

__all__ = ["SCHEMA", "check_layout", "check_version", "results_schema"]
