"""The README's examples run, and it names every setting."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from salescope.service import ServiceSettings

TEXT = (Path(__file__).resolve().parents[2] / "serving" / "README.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```sh\n(.*?)```", TEXT, flags=re.DOTALL)


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_an_example_runs_as_it_stands(client, shared_place, number):
    environment = {**os.environ, "SERVICE": str(client.base_url).rstrip("/"), "KEY": shared_place.keys["admin"]}
    done = subprocess.run(
        ["bash", "-euc", EXAMPLES[number]], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert '"version":"1"' in done.stdout
    assert '"problem"' not in done.stdout


def test_there_are_examples():
    assert len(EXAMPLES) == 3


def test_every_setting_is_named():
    assert [name for name in ServiceSettings.model_fields if f"`{name.upper()}`" not in TEXT] == []
