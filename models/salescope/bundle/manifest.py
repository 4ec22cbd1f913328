"""The manifest of a bundle: which files belong to it, byte for byte, checked before any of them is parsed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from salescope.bundle.strict_json import canonical_json, parse_json
from salescope.frames.errors import DamagedBundleError, listed

__all__ = [
    "MANIFEST",
    "MOST_BYTES",
    "MOST_FILES",
    "FileEntry",
    "Manifest",
    "build_manifest",
    "digest_of",
    "verify_manifest",
]

MANIFEST = "manifest.json"
MOST_FILES = 64
MOST_BYTES = 256 * 1024**2
SCHEMA = 1

_MOST_MANIFEST_BYTES = 64 * 1024
_DEEPEST_MANIFEST = 3
_PLAIN_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,79}", re.ASCII)
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class FileEntry:
    """Holds what the manifest says about one file.

    Parameters
    ----------
    size : int
        Length in bytes.
    sha256 : str
        SHA-256 of the bytes, in lower-case hexadecimal.
    """

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """Holds the verified manifest of a bundle.

    Parameters
    ----------
    kind : str
        What the bundle is, as "lead_scorer".
    contract : str
        SHA-256 of the input schema the scorer was fitted to.
    made_with : str
        The version of Salescope that made the bundle.
    files : mapping of str to FileEntry
        Every file of the bundle but the manifest itself.
    digest : str
        SHA-256 of the manifest's bytes; it stands for the whole bundle.
    """

    kind: str
    contract: str
    made_with: str
    files: Mapping[str, FileEntry]
    digest: str


def digest_of(data: bytes) -> str:
    """Digests bytes with SHA-256.

    Parameters
    ----------
    data : bytes
        What to digest; the manifest's bytes give the digest of its bundle.

    Returns
    -------
    str
        64 lower-case hexadecimal digits.

    Examples
    --------
    >>> digest_of(b"")[:12]
    'e3b0c44298fc'
    """
    return hashlib.sha256(data).hexdigest()


def build_manifest(files: Mapping[str, bytes], *, kind: str, contract: str, made_with: str) -> bytes:
    """Writes the manifest of the files of a bundle.

    Parameters
    ----------
    files : mapping of str to bytes
        The files by plain name: lower-case letters, digits, ``_``, ``.`` and ``-``.
    kind : str
        What the bundle is, as "lead_scorer".
    contract : str
        SHA-256 of the input schema.
    made_with : str
        The version of Salescope that makes the bundle.

    Returns
    -------
    bytes
        Canonical JSON; equal files give equal bytes, so a bundle has one digest.

    Raises
    ------
    DamagedBundleError
        If a name is not plain, or the files exceed the limits on their number or size.

    Examples
    --------
    >>> manifest = build_manifest({"card.json": b"{}"}, kind="lead_scorer", contract=64 * "0", made_with="0.1.0")
    >>> verify_manifest(manifest, {"card.json": b"{}"}).kind
    'lead_scorer'
    >>> verify_manifest(manifest, {"card.json": b"[]"})
    Traceback (most recent call last):
        ...
    salescope.frames.bundle_errors.DamagedBundleError: Bundle file 'card.json' is damaged: ...
    """
    _check_names(list(files))
    _check_total(sum(map(len, files.values())))
    entries = {name: {"sha256": digest_of(data), "size": len(data)} for name, data in files.items()}
    return canonical_json(
        {"contract": contract, "files": entries, "kind": kind, "made_with": made_with, "schema": SCHEMA}
    )


def verify_manifest(manifest: bytes, files: Mapping[str, bytes], *, digest: str | None = None) -> Manifest:
    """Verifies that files are exactly those a manifest lists.

    Parameters
    ----------
    manifest : bytes
        The manifest's own bytes.
    files : mapping of str to bytes
        The other files of the bundle.
    digest : str, optional
        The digest that the bundle must have, from the pointer or the registry. Without it the manifest can only
        prove that the files fit together, not that they are the ones meant.

    Returns
    -------
    Manifest
        What the manifest says.

    Raises
    ------
    DamagedBundleError
        If the manifest is malformed or has another digest, or if a file is missing, extra or altered.
    """
    found = digest_of(manifest)
    if digest is not None and found != digest:
        raise DamagedBundleError(MANIFEST, problem=f"its SHA-256 is {found[:12]}… where {digest[:12]}… was promoted")
    described = _parse_manifest(manifest, digest=found)
    _check_same_names(described.files, files)
    for name, entry in described.files.items():
        _check_file(name, files[name], entry=entry)
    return described


def _parse_manifest(manifest: bytes, *, digest: str) -> Manifest:
    if len(manifest) > _MOST_MANIFEST_BYTES:
        raise DamagedBundleError(
            MANIFEST, problem=f"it has {len(manifest):,} bytes; at most {_MOST_MANIFEST_BYTES:,} are accepted"
        )
    content = parse_json(manifest, file=MANIFEST, deepest=_DEEPEST_MANIFEST)
    match content:
        case {
            "schema": int(schema),
            "kind": str(kind),
            "contract": str(contract),
            "made_with": str(made_with),
            "files": dict(listing),
        } if len(content) == 5:
            _check_schema(schema)
            _check_names(list(listing))
            entries = {name: _entry(name, described) for name, described in listing.items()}
            _check_total(sum(entry.size for entry in entries.values()))
            return Manifest(kind=kind, contract=contract, made_with=made_with, files=entries, digest=digest)
        case _:
            raise DamagedBundleError(
                MANIFEST, problem="it must hold schema, kind, contract, made_with and files, and nothing else"
            )


def _entry(name: str, described: object) -> FileEntry:
    match described:
        case {"size": int(size), "sha256": str(sha256), **others}:
            if type(size) is int and size >= 0 and _DIGEST.fullmatch(sha256) and not others:
                return FileEntry(size=size, sha256=sha256)
    raise DamagedBundleError(MANIFEST, problem=f"its entry for {name!r} needs a size and a SHA-256, and nothing else")


def _check_schema(schema: int) -> None:
    if schema is True or schema != SCHEMA:
        raise DamagedBundleError(MANIFEST, problem=f"it has schema {schema!r}; this version reads schema {SCHEMA}")


def _check_names(names: list[str]) -> None:
    if not names or len(names) > MOST_FILES:
        raise DamagedBundleError(MANIFEST, problem=f"it lists {len(names)} files; 1 to {MOST_FILES} are accepted")
    for name in names:
        # A name becomes a path when the bundle is written out, so it must not be able to leave its folder.
        if not _PLAIN_NAME.fullmatch(name) or ".." in name or name == MANIFEST:
            raise DamagedBundleError(
                MANIFEST,
                problem=f"{name[:80]!r} is not a plain file name of lower-case letters, digits, '_', '.' and '-'",
            )


def _check_total(size: int) -> None:
    if size > MOST_BYTES:
        raise DamagedBundleError(
            MANIFEST, problem=f"its files have {size:,} bytes in all; at most {MOST_BYTES:,} are accepted"
        )


def _check_same_names(entries: Mapping[str, FileEntry], files: Mapping[str, bytes]) -> None:
    missing = sorted(set(entries) - set(files))
    extra = sorted(set(files) - set(entries))
    if missing:
        raise DamagedBundleError(MANIFEST, problem=f"it lists {listed(missing)}, which the bundle lacks")
    if extra:
        raise DamagedBundleError(MANIFEST, problem=f"it does not list {listed(extra)}, which the bundle holds")


def _check_file(name: str, data: bytes, *, entry: FileEntry) -> None:
    if len(data) != entry.size:
        raise DamagedBundleError(name, problem=f"it has {len(data):,} bytes where the manifest says {entry.size:,}")
    if digest_of(data) != entry.sha256:
        raise DamagedBundleError(name, problem="its SHA-256 is not the one in the manifest")
