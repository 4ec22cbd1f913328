"""The published folder is wholly old or wholly new, verified against its pointer, and can go back."""

from __future__ import annotations

import errno
import json
import threading
from pathlib import Path

import pytest
from tests.acceptance.leads_12_kill_promotion import bundle_of

from salescope.frames.errors import (
    BusyError,
    DamagedBundleError,
    NoEarlierBundleError,
    NothingPublishedError,
    PublishedFolderError,
    PublishedVersionError,
    PublishingError,
)
from salescope.registry import durable_files
from salescope.registry import published as module
from salescope.registry.durable_files import STAGING, exclusive_lock
from salescope.registry.published import POINTER, current, load_current, publish, read_bundle, rollback


def folders(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "versions").iterdir())


def test_what_is_published_is_read_back(tmp_path: Path) -> None:
    published = publish(tmp_path, bundle_of(1), version="7")
    found, files = load_current(tmp_path)
    assert files == bundle_of(1)
    assert (found.version, found.digest) == ("7", published.digest)
    assert found.path.name == f"7-{published.digest[:12]}"


def test_nothing_published_says_what_to_do(tmp_path: Path) -> None:
    for ask in (current, load_current, rollback):
        with pytest.raises(NothingPublishedError, match="Train a model and promote it first"):
            ask(tmp_path)


def test_rollback_goes_back_one_by_one_and_then_refuses(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        publish(tmp_path, bundle_of(number), version=str(number))
    assert rollback(tmp_path).version == "2"
    assert rollback(tmp_path).version == "1"
    assert load_current(tmp_path)[1] == bundle_of(1)
    with pytest.raises(NoEarlierBundleError, match="Version '1' has no earlier"):
        rollback(tmp_path)
    assert len(folders(tmp_path)) == 1


def test_publishing_after_a_rollback_forgets_what_was_rejected(tmp_path: Path) -> None:
    for number in (1, 2):
        publish(tmp_path, bundle_of(number), version=str(number))
    rollback(tmp_path)
    published = publish(tmp_path, bundle_of(3), version="3")
    assert [bundle.version for bundle in published.previous] == ["1"]


def test_so_many_are_kept(tmp_path: Path) -> None:
    for number in range(5):
        publish(tmp_path, bundle_of(number), version=str(number), keep=2)
    assert [name[0] for name in folders(tmp_path)] == ["3", "4"]
    assert [bundle.version for bundle in current(tmp_path).previous] == ["3"]


def test_publishing_the_current_bundle_again_changes_nothing(tmp_path: Path) -> None:
    publish(tmp_path, bundle_of(1), version="1")
    before = (tmp_path / POINTER).stat()
    publish(tmp_path, bundle_of(1), version="1")
    after = (tmp_path / POINTER).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_publishing_again_mends_a_bundle_damaged_on_the_disk(tmp_path: Path) -> None:
    path = publish(tmp_path, bundle_of(1), version="1").path
    (path / "part0.json").write_bytes(b"")
    with pytest.raises(DamagedBundleError, match="part0"):
        load_current(tmp_path)
    publish(tmp_path, bundle_of(1), version="1")
    assert load_current(tmp_path)[1] == bundle_of(1)
    assert len(folders(tmp_path)) == 1


def test_a_bundle_resealed_on_the_disk_is_told_by_the_pointer(tmp_path: Path) -> None:
    path = publish(tmp_path, bundle_of(1), version="1").path
    for name, data in bundle_of(2).items():
        (path / name).write_bytes(data)
    with pytest.raises(DamagedBundleError, match="was promoted"):
        load_current(tmp_path)


def test_a_check_that_fails_leaves_everything_as_it_was(tmp_path: Path) -> None:
    publish(tmp_path, bundle_of(1), version="1")

    def refuse(staged: Path) -> None:
        assert read_bundle(staged) == bundle_of(2)
        raise DamagedBundleError("part0.json", problem="it was refused")

    with pytest.raises(DamagedBundleError, match="it was refused"):
        publish(tmp_path, bundle_of(2), version="2", check=refuse)
    assert current(tmp_path).version == "1"
    assert not [path for path in tmp_path.rglob("*") if path.name.startswith(STAGING)]


def test_files_that_do_not_fit_their_manifest_never_reach_the_disk(tmp_path: Path) -> None:
    for files in ({**bundle_of(1), "part0.json": b""}, {"part0.json": b""}):
        with pytest.raises(DamagedBundleError):
            publish(tmp_path / "published", files, version="1")
    assert not (tmp_path / "published").exists()


@pytest.mark.parametrize("version", ["", "../1", "a/b", "1-2", ".hidden", "x" * 65, "7\n"])
def test_a_version_that_cannot_name_a_folder_is_refused(tmp_path: Path, version: str) -> None:
    with pytest.raises(PublishedVersionError, match="plain letters"):
        publish(tmp_path, bundle_of(1), version=version)


def test_rollback_to_a_damaged_bundle_is_refused_and_the_present_one_stays(tmp_path: Path) -> None:
    path = publish(tmp_path, bundle_of(1), version="1").path
    publish(tmp_path, bundle_of(2), version="2")
    (path / "part1.json").unlink()
    with pytest.raises(DamagedBundleError):
        rollback(tmp_path)
    assert load_current(tmp_path)[1] == bundle_of(2)


def test_a_second_promotion_waits_for_the_first(tmp_path: Path) -> None:
    with exclusive_lock(tmp_path / ".lock", timeout=1), pytest.raises(BusyError):
        publish(tmp_path, bundle_of(1), version="1", timeout=0.1)


def test_a_full_disk_is_named_and_the_present_bundle_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(tmp_path, bundle_of(1), version="1")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(durable_files.os, "fsync", full)
        with pytest.raises(PublishedFolderError, match=r"No space left on device\); the current bundle stays"):
            publish(tmp_path, bundle_of(2), version="2")
    assert load_current(tmp_path)[1] == bundle_of(1)
    publish(tmp_path, bundle_of(2), version="2")
    assert not [path for path in tmp_path.rglob("*") if path.name.startswith(STAGING)]


@pytest.mark.parametrize(
    "pointer",
    [
        b"",
        b"{}",
        b'{"schema": 2, "bundles": [{}]}',
        b'{"schema": 1, "bundles": []}',
        b'{"schema": 1, "bundles": [{"version": "1", "digest": "x", "path": "1-x"}]}',
        json.dumps({"schema": 1, "bundles": [{"version": "1", "digest": 64 * "0", "path": "../../etc"}]}).encode(),
        json.dumps({"schema": 1, "bundles": [{"version": "1", "digest": 64 * "0", "path": ".."}]}).encode(),
    ],
)
def test_a_malformed_pointer_is_refused(tmp_path: Path, pointer: bytes) -> None:
    (tmp_path / POINTER).write_bytes(pointer)
    with pytest.raises(DamagedBundleError, match=r"current\.json"):
        current(tmp_path)


def test_promoting_mends_a_malformed_pointer(tmp_path: Path) -> None:
    publish(tmp_path, bundle_of(1), version="1")
    (tmp_path / POINTER).write_bytes(b"{")
    publish(tmp_path, bundle_of(2), version="2")
    assert load_current(tmp_path)[1] == bundle_of(2)
    assert len(folders(tmp_path)) == 1


def test_links_folders_and_too_large_files_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = publish(tmp_path / "published", bundle_of(1), version="1").path
    (path / "link.json").symlink_to("/etc/hostname")
    with pytest.raises(DamagedBundleError, match="plain files"):
        read_bundle(path)
    (path / "link.json").unlink()
    (path / "folder").mkdir()
    with pytest.raises(DamagedBundleError, match="plain files"):
        read_bundle(path)
    (path / "folder").rmdir()
    monkeypatch.setattr(module, "MOST_BYTES", 10)
    with pytest.raises(DamagedBundleError, match="plain files"):
        read_bundle(path)


def test_a_reader_beside_a_busy_writer_always_reads_one_whole_bundle(tmp_path: Path) -> None:
    publish(tmp_path, bundle_of(0), version="0", keep=1)
    done = threading.Event()

    def write() -> None:
        try:
            for number in range(1, 40):
                publish(tmp_path, bundle_of(number), version=str(number), keep=1)
        finally:
            done.set()

    writer = threading.Thread(target=write)
    writer.start()
    versions = []
    while not done.is_set() or not versions:
        try:
            published, files = load_current(tmp_path)
        except PublishingError:
            # With one bundle kept and a writer that never rests, a reader may be told to come back.
            continue
        assert files == bundle_of(int(published.version))
        versions.append(int(published.version))
    writer.join()
    assert versions == sorted(versions)
    assert load_current(tmp_path)[0].version == "39"
