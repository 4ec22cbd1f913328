"""The project speaks of itself alone: no path of a machine, no package registry's host, nothing left for later.

Reason: a lock that records download addresses, or a path that exists on one machine only, breaks for everybody else.
"""

from __future__ import annotations

import re
import subprocess

from tests.architecture.code import ROOT, product_modules

REGISTRY_HOSTS = "|".join(
    ["registry" + r"\.npmjs", "files" + r"\.pythonhosted", "pypi" + r"\.org/simple", "deb" + r"\.debian"]
)
MACHINE_PATHS = r"(?<![\w.])/(?:" + "|".join(["wo" + "rk", "fa" + "rm", "ho" + "me/[a-z]", "ro" + "ot"]) + ")/"
LEFT_FOR_LATER = re.compile(r"\b(?:TODO|FIXME|XXX)\b|NotImplementedError|\bstub\b|\bplaceholder\b")


def tracked_texts() -> list[tuple[str, str]]:
    names = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    texts = []
    for name in filter(None, names):
        path = ROOT / name
        if path.is_file() and b"\0" not in path.read_bytes()[:4096]:
            texts.append((name, path.read_text(encoding="utf-8", errors="replace")))
    return texts


def test_no_machine_and_no_registry_is_named():
    pattern = re.compile(f"{REGISTRY_HOSTS}|{MACHINE_PATHS}")
    assert [(name, match.group()) for name, text in tracked_texts() if (match := pattern.search(text))] == []


def test_nothing_is_left_for_later():
    found = [
        f"{module.where}:{number}"
        for module in product_modules()
        for number, line in enumerate(module.text.splitlines(), 1)
        if LEFT_FOR_LATER.search(line)
    ]
    assert found == []
