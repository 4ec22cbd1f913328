"""Files are whole or absent, locks end with their process, and leftovers are swept."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from salescope.frames.errors import BusyError
from salescope.registry import durable_files
from salescope.registry.durable_files import STAGING, discard, exclusive_lock, replace_file, stage_folder, sweep

PATIENCE = 60.0
# Another program, not ours: it knows nothing but the file.
HOLD = (
    "import fcntl, sys; f = open(sys.argv[1], 'w'); fcntl.flock(f, fcntl.LOCK_EX); print('held', flush=True); input()"
)


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Is another process that holds the lock ``.lock`` of the folder."""
    command = [sys.executable, "-c", HOLD, str(tmp_path / ".lock")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_held_lock_is_waited_for_and_then_named(tmp_path: Path, holder) -> None:
    with pytest.raises(BusyError, match=r"\.lock' for 0\.1 s"), exclusive_lock(tmp_path / ".lock", timeout=0.1):
        pass


def test_a_killed_process_gives_its_lock_back(tmp_path: Path, holder) -> None:
    holder.kill()
    with exclusive_lock(tmp_path / ".lock", timeout=PATIENCE):
        assert holder.wait(PATIENCE) < 0


def test_a_lock_can_be_taken_again_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), exclusive_lock(tmp_path / "a" / ".lock", timeout=1):
        _ = 1 / 0
    with exclusive_lock(tmp_path / "a" / ".lock", timeout=0.1):
        assert (tmp_path / "a" / ".lock").exists()


def test_replacing_leaves_the_new_bytes_and_nothing_else(tmp_path: Path) -> None:
    for data in (b"old", b"new"):
        replace_file(tmp_path / "pointer", data)
    assert [path.name for path in tmp_path.iterdir()] == ["pointer"]
    assert (tmp_path / "pointer").read_bytes() == b"new"


def test_bytes_are_flushed_before_the_rename_and_the_folder_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def flushed(descriptor: int) -> None:
        told.append("flush folder" if Path(f"/proc/self/fd/{descriptor}").resolve().is_dir() else "flush file")
        fsync(descriptor)

    def replaced(path: Path, target: Path) -> Path:
        told.append("rename")
        return replace(path, target)

    monkeypatch.setattr(durable_files.os, "fsync", flushed)
    monkeypatch.setattr(Path, "replace", replaced)
    replace_file(tmp_path / "pointer", b"new")
    assert told == ["flush file", "rename", "flush folder"]


def test_staging_writes_every_file_and_sweeping_removes_it(tmp_path: Path) -> None:
    folder = stage_folder(tmp_path, {"a.json": b"1", "b.json": b"2"})
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {"a.json": b"1", "b.json": b"2"}
    (tmp_path / f"{STAGING}file").write_bytes(b"")
    (tmp_path / "kept").mkdir()
    sweep(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


def test_discarding_removes_a_folder_whole(tmp_path: Path) -> None:
    folder = stage_folder(tmp_path, {"a.json": b"1"})
    discard(folder)
    assert list(tmp_path.iterdir()) == []
