"""Imports point one way: import-linter's contracts, style and types, run as tests.

Reason: a rule that only a person runs is a rule until Friday.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.architecture.code import ROOT

BIN = Path(sys.executable).parent


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=420, check=False)


def test_import_contracts_are_kept(tmp_path):
    done = run(str(BIN / "lint-imports"), "--no-logo", "--cache-dir", str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Contracts: 7 kept, 0 broken." in done.stdout


@pytest.mark.parametrize("command", [("check", "."), ("format", "--check", ".")], ids=["check", "format"])
def test_style_is_clean(command):
    done = run(str(BIN / "ruff"), *command, "--no-cache")
    assert done.returncode == 0, done.stdout + done.stderr


def test_types_are_strict_and_clean():
    done = run(str(BIN / "mypy"))
    assert done.returncode == 0, done.stdout + done.stderr
