"""A short form of acceptance row 15, and proof that its search finds what it looks for."""

from __future__ import annotations

import io
import os
import pickle
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from tests.acceptance.leads_15_no_pickle import holds_pickle
from tests.bundle.made import made_bundle


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("value", [{"a": [1.5, None]}, "text", ValueError])
def test_pickles_of_every_protocol_are_found_under_any_name(value: object, protocol: int) -> None:
    assert holds_pickle("model.json", pickle.dumps(value, protocol))


def test_a_pickle_inside_an_archive_is_found() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("weights", pickle.dumps([1]))
    assert holds_pickle("model.zip", stream.getvalue())


def test_no_file_of_a_bundle_is_taken_for_one() -> None:
    assert not [name for name, data in made_bundle().items() if holds_pickle(name, data)]


def test_what_is_registered_and_published_holds_none_and_the_switches_are_off(repository: Path) -> None:
    # In a process of its own: another test may have imported MLflow before we could turn its switches off.
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MLFLOW_")}
    command = [sys.executable, "-m", "tests.acceptance.run", "leads.15"]
    done = subprocess.run(command, cwd=repository, env=clean, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 pickles in" in done.stdout
