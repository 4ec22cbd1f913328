"""Fixtures shared by every test."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Finds the folder of real data; absent it skips, except in CI, where that is a failure."""
    folder = Path(os.environ.get("SALESCOPE_DATA", ROOT.parent / "shared" / "data"))
    if folder.is_dir():
        return folder
    message = f"The data folder {folder} is absent; set SALESCOPE_DATA to run the tests that need it."
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
def repository() -> Path:
    """Is the root of the checkout."""
    return ROOT
