"""The table of faults and tests in the README of the tests: every file and test that it names exists."""

import fnmatch
import re
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
TABLE = (TESTS / "README.md").read_text(encoding="utf-8").partition("| row |")[2]


def functions(path):
    return re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), flags=re.MULTILINE)


def test_every_row_from_1_to_44_is_there():
    assert set(range(1, 45)) == {int(row) for row in re.findall(r"^\| (\d+)", TABLE, flags=re.MULTILINE)}


def test_the_tests_that_the_table_names_exist():
    for line in TABLE.splitlines():
        path = None
        for text in re.findall(r"`([^`]*(?:\.py|::)[^`]*)`", line):
            file, _, name = text.partition("::")
            path = TESTS / file if file else path
            assert path.is_file(), text
            pattern = name.partition("[")[0].replace("…", "*")
            assert not name or fnmatch.filter(functions(path), pattern), text
