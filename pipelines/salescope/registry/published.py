"""The published folder of a model: whole bundles, and one pointer file that says which of them is current.

::

    published/leads/
        current.json                  version, digest and folder of the current bundle, and of those before it
        versions/
            7-3f0c9a1b22de/           one bundle: <version>-<first 12 digits of its digest>
        .lock                         held by the one process that promotes

A bundle is staged, flushed to the disk and renamed; only then the pointer is replaced, in one step. So a reader finds
the old bundle or the new one, whole, whatever happens to the writer. The digest in the pointer is the anchor: a
bundle altered together with its own manifest still differs from it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from salescope.bundle.manifest import MANIFEST, MOST_BYTES, MOST_FILES, digest_of, verify_manifest
from salescope.bundle.strict_json import canonical_json, parse_json
from salescope.frames.errors import (
    DamagedBundleError,
    NoEarlierBundleError,
    NothingPublishedError,
    PublishedFolderError,
    PublishedVersionError,
    PublishingError,
)
from salescope.registry.durable_files import (
    discard,
    exclusive_lock,
    flush_folder,
    replace_file,
    stage_folder,
    sweep,
)

__all__ = ["POINTER", "Published", "current", "load_current", "publish", "read_bundle", "rollback"]

POINTER = "current.json"

_LOCK = ".lock"
_LOCK_SECONDS = 180.0
_VERSIONS = "versions"
_SCHEMA = 1
_READ_ATTEMPTS = 5
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._]{0,63}", re.ASCII)
_FOLDER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}", re.ASCII)
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Published:
    """Holds what the pointer says about a published bundle.

    Parameters
    ----------
    version : str
        The version, as the registry counts it.
    digest : str
        SHA-256 of the bundle's manifest.
    path : Path
        The folder of the bundle.
    previous : tuple of Published
        The bundles that were current before it, newest first; a rollback goes to the first of them.
    """

    version: str
    digest: str
    path: Path
    previous: tuple[Published, ...] = ()


def current(folder: Path) -> Published:
    """Reads which bundle is current.

    Parameters
    ----------
    folder : Path
        The published folder.

    Returns
    -------
    Published
        The current bundle.

    Raises
    ------
    NothingPublishedError
        If nothing was promoted yet.
    DamagedBundleError
        If the pointer is malformed.

    Examples
    --------
    >>> current(Path("nowhere"))
    Traceback (most recent call last):
        ...
    salescope.frames.bundle_errors.NothingPublishedError: Nothing is published in 'nowhere' yet. ...
    """
    try:
        data = (folder / POINTER).read_bytes()
    except FileNotFoundError:
        raise NothingPublishedError(str(folder)) from None
    except OSError as problem:
        raise DamagedBundleError(POINTER, problem=f"it cannot be read ({problem.strerror})") from problem
    match parse_json(data, file=POINTER):
        case {"schema": 1, "bundles": [_, *_] as bundles}:
            newest, *earlier = [_from_pointer(folder, bundle) for bundle in bundles]
            return replace(newest, previous=tuple(earlier))
    raise DamagedBundleError(POINTER, problem=f"it must hold schema {_SCHEMA} and at least one bundle")


def load_current(folder: Path) -> tuple[Published, dict[str, bytes]]:
    """Reads the current bundle and verifies it against the digest in the pointer.

    Parameters
    ----------
    folder : Path
        The published folder.

    Returns
    -------
    Published
        Which bundle it is.
    dict of str to bytes
        Its files, the manifest among them.

    Raises
    ------
    NothingPublishedError
        If nothing was promoted yet.
    DamagedBundleError
        If the bundle is not, byte for byte, the one that was promoted.
    """
    for _ in range(_READ_ATTEMPTS):
        pointed = current(folder)
        try:
            return pointed, read_bundle(pointed.path, digest=pointed.digest)
        except DamagedBundleError:
            # A promotion may have retired the folder between our two reads; then the pointer has moved too.
            if current(folder).path == pointed.path:
                raise
    raise PublishingError("The current bundle changed at every attempt to read it. Read again when promotions pause.")


def read_bundle(path: Path, *, digest: str | None = None) -> dict[str, bytes]:
    """Reads a bundle's folder, within the limits on number and size, and verifies it.

    Parameters
    ----------
    path : Path
        The folder of the bundle.
    digest : str, optional
        The digest that the bundle must have.

    Returns
    -------
    dict of str to bytes
        Its files, the manifest among them.

    Raises
    ------
    DamagedBundleError
        If a file is missing, extra, altered, too large, or not a regular file.
    """
    try:
        found = sorted(path.iterdir())
        # Sizes come before contents: a folder that anyone may have written must not fill the memory.
        regular = [file for file in found if file.is_file() and not file.is_symlink()]
        sizes = [file.stat().st_size for file in regular]
        if len(regular) < len(found) or len(found) > MOST_FILES + 1 or sum(sizes) > 2 * MOST_BYTES:
            raise DamagedBundleError(MANIFEST, problem="its folder holds more, or other, than a bundle's plain files")
        files = {file.name: file.read_bytes() for file in regular}
    except OSError as problem:
        name = Path(str(problem.filename)).name
        raise DamagedBundleError(name, problem=f"it cannot be read ({problem.strerror})") from problem
    if MANIFEST not in files:
        raise DamagedBundleError(MANIFEST, problem="it is missing")
    others = {name: data for name, data in files.items() if name != MANIFEST}
    verify_manifest(files[MANIFEST], others, digest=digest)
    return files


def publish(
    folder: Path,
    files: Mapping[str, bytes],
    *,
    version: str,
    check: Callable[[Path], object] | None = None,
    keep: int = 5,
    timeout: float = _LOCK_SECONDS,
) -> Published:
    """Makes a bundle the current one, so that a crash at any moment leaves the old one or the new one.

    Parameters
    ----------
    folder : Path
        The published folder; made when it is absent.
    files : mapping of str to bytes
        The files of the bundle, the manifest among them.
    version : str
        The version, as the registry counts it: letters, digits, ``.`` and ``_``.
    check : callable, optional
        Called with the staged folder before it gets its name; an error from it stops the promotion. Promotions for a
        service pass :func:`salescope.registry.trial.offer`.
    keep : int, default 5
        How many bundles stay on the disk, the current one included; at least 1.
    timeout : float, default 180
        How long to wait for another promotion, which may be in its trial, in seconds.

    Returns
    -------
    Published
        The bundle as published. Publishing the current bundle again changes nothing.

    Raises
    ------
    DamagedBundleError
        If the files do not fit their manifest.
    BusyError
        If another process promotes for longer than ``timeout``.
    PublishedVersionError
        If the version is not a plain name.
    PublishedFolderError
        If the folder cannot be written; the current bundle stays.
    """
    if not _VERSION.fullmatch(version):
        raise PublishedVersionError(version)
    digest = _verified_digest(files)
    with _promotion(folder, timeout=timeout):
        _prepare(folder)
        history = _history(folder)
        if history and (history[0].version, history[0].digest) == (version, digest) and _is_whole(history[0]):
            return current(folder)
        path = _place(folder, files, version=version, check=check)
        newest = Published(version=version, digest=digest, path=path)
        others = [bundle for bundle in history if (bundle.version, bundle.digest) != (version, digest)]
        return _point_to(folder, [newest, *others][: max(keep, 1)])


def rollback(folder: Path, *, timeout: float = _LOCK_SECONDS) -> Published:
    """Makes the bundle that was current before the present one current again.

    Parameters
    ----------
    folder : Path
        The published folder.
    timeout : float, default 180
        How long to wait for another promotion, which may be in its trial, in seconds.

    Returns
    -------
    Published
        The bundle that is current now.

    Raises
    ------
    NothingPublishedError
        If nothing was promoted yet.
    NoEarlierBundleError
        If there is no earlier bundle.
    DamagedBundleError
        If the earlier bundle is no longer whole; the present one stays.
    """
    with _promotion(folder, timeout=timeout):
        pointed = current(folder)
        if not pointed.previous:
            raise NoEarlierBundleError(pointed.version)
        _prepare(folder)
        read_bundle(pointed.previous[0].path, digest=pointed.previous[0].digest)
        return _point_to(folder, list(pointed.previous))


@contextmanager
def _promotion(folder: Path, *, timeout: float) -> Iterator[None]:
    try:
        with exclusive_lock(folder / _LOCK, timeout=timeout):
            yield
    except OSError as problem:
        raise PublishedFolderError(str(folder), problem=problem.strerror or str(problem)) from problem


def _prepare(folder: Path) -> None:
    (folder / _VERSIONS).mkdir(exist_ok=True)
    flush_folder(folder)
    for place in (folder, folder / _VERSIONS):
        sweep(place)


def _verified_digest(files: Mapping[str, bytes]) -> str:
    if MANIFEST not in files:
        raise DamagedBundleError(MANIFEST, problem="it is missing")
    others = {name: data for name, data in files.items() if name != MANIFEST}
    return verify_manifest(files[MANIFEST], others).digest


def _history(folder: Path) -> list[Published]:
    try:
        pointed = current(folder)
    except (NothingPublishedError, DamagedBundleError):
        # A pointer that cannot be read tells of no history; promoting is how it is mended.
        return []
    return [replace(pointed, previous=()), *pointed.previous]


def _is_whole(bundle: Published) -> bool:
    try:
        read_bundle(bundle.path, digest=bundle.digest)
    except DamagedBundleError:
        return False
    return True


def _place(folder: Path, files: Mapping[str, bytes], *, version: str, check: Callable[[Path], object] | None) -> Path:
    staged = stage_folder(folder / _VERSIONS, files)
    try:
        if check is not None:
            check(staged)
    except BaseException:
        discard(staged)
        raise
    path = _vacant_path(folder / _VERSIONS, f"{version}-{digest_of(files[MANIFEST])[:12]}")
    staged.rename(path)
    flush_folder(path.parent)
    return path


def _vacant_path(parent: Path, name: str) -> Path:
    # A folder of that name is left by a promotion killed before its pointer, or damaged since: never written into.
    attempts = (parent / (f"{name}.{number}" if number else name) for number in range(1_000_000))
    return next(path for path in attempts if not path.exists())


def _point_to(folder: Path, bundles: list[Published]) -> Published:
    entries = [{"version": it.version, "digest": it.digest, "path": it.path.name} for it in bundles]
    replace_file(folder / POINTER, canonical_json({"bundles": entries, "schema": _SCHEMA}))
    kept = {bundle.path.name for bundle in bundles}
    for path in (folder / _VERSIONS).iterdir():
        if path.name not in kept:
            discard(path)
    return replace(bundles[0], previous=tuple(bundles[1:]))


def _from_pointer(folder: Path, entry: Any) -> Published:  # noqa: ANN401
    match entry:
        case {"version": str(version), "digest": str(digest), "path": str(name)}:
            if _VERSION.fullmatch(version) and _DIGEST.fullmatch(digest) and _FOLDER.fullmatch(name):
                return Published(version=version, digest=digest, path=folder / _VERSIONS / name)
    raise DamagedBundleError(POINTER, problem="a bundle in it needs a version, a digest and a plain folder name")
