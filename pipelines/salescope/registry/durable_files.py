"""Files that survive a kill and a power cut: written whole, flushed to the disk, and renamed into place."""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from salescope.frames.errors import BusyError

__all__ = ["STAGING", "discard", "exclusive_lock", "flush_folder", "replace_file", "stage_folder", "sweep"]

STAGING = ".staging-"

_POLL_SECONDS = 0.02


@contextmanager
def exclusive_lock(path: Path, *, timeout: float) -> Iterator[None]:
    """Holds a lock that at most one process has, and that ends with the process.

    Parameters
    ----------
    path : Path
        The lock file; made when it is absent and never removed.
    timeout : float
        How long to wait for another process, in seconds.

    Raises
    ------
    BusyError
        If another process keeps the lock for longer.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        _acquire(descriptor, path=path, timeout=timeout)
        yield
    finally:
        # Closing gives the lock back; so does the kernel when the process is killed.
        os.close(descriptor)


def stage_folder(parent: Path, files: Mapping[str, bytes]) -> Path:
    """Writes files into a new staging folder and flushes every one of them, and the folder, to the disk.

    Parameters
    ----------
    parent : Path
        Where the staging folder is made; it must be on the disk of the final place.
    files : mapping of str to bytes
        The files by plain name.

    Returns
    -------
    Path
        The staging folder, ready to be renamed into place.
    """
    folder = _new_staging(parent)
    folder.mkdir()
    for name, data in files.items():
        _write_flushed(folder / name, data)
    flush_folder(folder)
    return folder


def replace_file(path: Path, data: bytes) -> None:
    """Replaces a file in one step: a reader finds the old bytes or the new ones, and never a mixture.

    Parameters
    ----------
    path : Path
        The file to make or replace.
    data : bytes
        Its new content.
    """
    staged = _new_staging(path.parent)
    _write_flushed(staged, data)
    staged.replace(path)
    flush_folder(path.parent)


def discard(folder: Path) -> None:
    """Removes a folder so that nobody can find it half removed under its own name.

    Parameters
    ----------
    folder : Path
        The folder to remove.
    """
    doomed = _new_staging(folder.parent)
    folder.rename(doomed)
    shutil.rmtree(doomed)


def sweep(parent: Path) -> None:
    """Removes what killed promotions left behind; call it only while holding the lock.

    Parameters
    ----------
    parent : Path
        The folder whose staging files and folders are removed.
    """
    for left in parent.glob(f"{STAGING}*"):
        if left.is_dir():
            shutil.rmtree(left)
        else:
            left.unlink()


def flush_folder(folder: Path) -> None:
    """Flushes a folder's own entries, so that a rename in it survives a power cut.

    Parameters
    ----------
    folder : Path
        The folder.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _new_staging(parent: Path) -> Path:
    return parent / f"{STAGING}{os.getpid()}-{time.monotonic_ns()}"


def _write_flushed(path: Path, data: bytes) -> None:
    with path.open("xb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def _acquire(descriptor: int, *, path: Path, timeout: float) -> None:
    deadline = time.monotonic() + timeout
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise BusyError(str(path), seconds=timeout) from None
            time.sleep(_POLL_SECONDS)
        else:
            return
