"""Row 11: SQLite and PostgreSQL behave alike: every check of the store over both, and hostile values kept or refused alike."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree  # noqa: ICN001

from tests.acceptance.outcome import Outcome
from tests.store.hostile_values import PLACES, VALUES, fates
from tests.store.postgresql import empty_database, programs, running_server

from salescope.store import open_store

ENGINES = ("sqlite", "postgresql")
ROOT = Path(__file__).resolve().parents[2]
LEAST_CHECKS = 150
LEAST_VALUES = 20


def run() -> Outcome:
    """Runs the store's tests, then puts every hostile value into every place of both databases."""
    passed = checked_over_both()
    one_sided = passed["sqlite"] ^ passed["postgresql"]
    sqlite, postgresql = hostile_fates()
    different = [case for case, fate in sqlite.items() if fate != postgresql[case]]
    by_database = [case for case in sqlite if "refused by" in sqlite[case] + postgresql[case]]
    for place, value in [*different, *by_database]:
        print(f"{value} in {place}: {sqlite[place, value]} | {postgresql[place, value]}")
    fate_of = Counter(fate.partition(":")[0] for fate in sqlite.values())
    figure = (
        f"{len(passed['sqlite'])} checks pass on SQLite and {len(passed['postgresql'])} on PostgreSQL, "
        f"{len(one_sided)} on one alone, {len(passed['neither'])} fail; "
        f"{len(VALUES)} hostile values in {len(PLACES)} places ({fate_of['kept']} kept, {fate_of['refused']} refused): "
        f"{len(different)} differences"
    )
    unlike = bool(different or by_database or one_sided or passed["neither"])
    enough = len(passed["sqlite"]) >= LEAST_CHECKS and len(VALUES) >= LEAST_VALUES
    return Outcome(figure, holds=enough and not unlike)


def checked_over_both() -> dict[str, set[str]]:
    """Names the tests that passed on each database, and under "neither" every test that did not pass."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.xml")
        command = [
            sys.executable,
            "-m",
            "pytest",
            "tests/store",
            "-q",
            "-p",
            "no:cacheprovider",
            f"--junitxml={report}",
        ]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            print(done.stdout[-4_000:])
        tested = ElementTree.parse(report).iter("testcase")
        cases = [(f"{case.attrib['classname']}.{case.attrib['name']}", len(case) == 0) for case in tested]
    found: dict[str, set[str]] = {"neither": {name for name, is_passed in cases if not is_passed}}
    for engine in ENGINES:
        over = re.compile(rf"(?<=[\[-]){engine}(?=[\]-])")
        found[engine] = {over.sub("", name) for name, is_passed in cases if is_passed and over.search(name)}
    return found


def hostile_fates() -> tuple[dict[tuple[str, str], str], dict[tuple[str, str], str]]:
    """Tells what became of every hostile value in every place of both databases."""
    binaries = programs()
    assert binaries is not None, "PostgreSQL is not installed"
    found = []
    with tempfile.TemporaryDirectory() as folder, running_server(binaries) as server, empty_database(server) as url:
        for address in (f"sqlite:///{folder}/service.db", url):
            store = open_store(address)
            found.append(fates(store))
            store.close()
    sqlite, postgresql = found
    return sqlite, postgresql
