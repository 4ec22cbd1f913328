"""A bundle is tried in a process that may die of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.bundle.made import made_bundle, resealed

from salescope.bundle import MANIFEST, digest_of
from salescope.frames.errors import DamagedBundleError, TrialError
from salescope.registry import trial
from salescope.registry.durable_files import stage_folder
from salescope.registry.trial import Limits, offer


def test_a_sound_bundle_passes_in_a_process_of_its_own(tmp_path: Path) -> None:
    digest = digest_of(made_bundle()[MANIFEST])
    assert offer(stage_folder(tmp_path, made_bundle()), digest=digest) == digest


def test_a_damaged_bundle_is_refused_without_a_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "_tried", lambda *_, **__: pytest.fail("a process was started"))
    with pytest.raises(DamagedBundleError):
        offer(stage_folder(tmp_path, {**made_bundle(), "card.json": b"{}"}))
    with pytest.raises(DamagedBundleError):
        offer(stage_folder(tmp_path, resealed({**made_bundle(), "extra.txt": b"tree\n"})))
    with pytest.raises(DamagedBundleError, match="was promoted"):
        offer(stage_folder(tmp_path, made_bundle()), digest=64 * "0")


def test_what_the_process_refuses_is_told_in_its_words(tmp_path: Path) -> None:
    with pytest.raises(TrialError, match=r"cannot be rebuilt.*The current bundle stays"):
        offer(stage_folder(tmp_path, resealed({**made_bundle(), "scorer.json": b"{}"})))


def test_the_process_may_not_take_more_memory_than_it_is_given() -> None:
    code = "import sys; from salescope.registry import trial; trial._confine(trial.Limits(mebibytes=64)); bytes(2**29)"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, text=True)
    assert ended.returncode == 1
    assert ended.stderr.strip().endswith("MemoryError")


def test_a_process_that_hangs_is_ended(tmp_path: Path) -> None:
    with pytest.raises(TrialError, match=r"did not end within 0\.01 s"):
        offer(stage_folder(tmp_path, made_bundle()), limits=Limits(seconds=0.01))


@pytest.mark.parametrize(
    ("code", "stdout", "reason"),
    [(-11, "", "ended by signal 11"), (0, "", "ended with code 0"), (1, "", r"ended with code 1 \(Boom\)")],
)
def test_every_other_end_is_a_refusal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, stdout: str, reason: str
) -> None:
    ended = subprocess.CompletedProcess([], code, stdout=stdout, stderr="Traceback\nBoom\n")
    monkeypatch.setattr(trial, "_tried", lambda *_, **__: ended)
    with pytest.raises(TrialError, match=reason):
        offer(stage_folder(tmp_path, made_bundle()))
