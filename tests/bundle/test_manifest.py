"""The manifest proves which files belong to a bundle, before any of them is parsed."""

from __future__ import annotations

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salescope.bundle import manifest as module
from salescope.bundle.manifest import MANIFEST, MOST_FILES, build_manifest, digest_of, verify_manifest
from salescope.frames.errors import DamagedBundleError

FILES = {"card.json": b"{}\n", "boosted.txt": b"tree\n"}
NAMES = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,10}(\.json|\.txt|\.npy)", fullmatch=True)


def sealed(files: dict[str, bytes] = FILES) -> bytes:
    return build_manifest(files, kind="lead_scorer", contract=64 * "0", made_with="0.1.0")


def altered(**changes: object) -> bytes:
    return json.dumps({**json.loads(sealed()), **changes}).encode()


@given(st.dictionaries(NAMES, st.binary(max_size=200), min_size=1, max_size=8))
def test_every_file_is_listed_with_its_size_and_sha256(files: dict[str, bytes]) -> None:
    found = verify_manifest(sealed(files), files)
    for name, data in files.items():
        assert found.files[name].size == len(data)
        assert found.files[name].sha256 == hashlib.sha256(data).hexdigest()
    assert set(found.files) == set(files)


def test_the_digest_stands_for_the_manifest_and_does_not_depend_on_order() -> None:
    backwards = dict(reversed(FILES.items()))
    assert sealed(backwards) == sealed()
    assert verify_manifest(sealed(), FILES).digest == digest_of(sealed()) == hashlib.sha256(sealed()).hexdigest()


@given(st.data())
def test_any_change_of_any_byte_is_refused(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(FILES)))
    place = data.draw(st.integers(0, len(FILES[name]) - 1))
    changed = bytearray(FILES[name])
    changed[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(DamagedBundleError, match=name):
        verify_manifest(sealed(), {**FILES, name: bytes(changed)})


def test_a_manifest_that_fits_its_files_is_still_refused_when_another_was_promoted() -> None:
    with pytest.raises(DamagedBundleError, match="was promoted"):
        verify_manifest(sealed(), FILES, digest=64 * "a")


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"card.json": b"{}\n"}, "lists 'boosted.txt', which the bundle lacks"),
        ({**FILES, "extra.json": b""}, "does not list 'extra.json'"),
        ({**FILES, "card.json": b"{}"}, "2 bytes where the manifest says 3"),
        ({**FILES, "card.json": b"[]\n"}, "SHA-256 is not the one"),
    ],
)
def test_missing_extra_and_altered_files_are_refused(files: dict[str, bytes], reason: str) -> None:
    with pytest.raises(DamagedBundleError, match=reason):
        verify_manifest(sealed(), files)


@pytest.mark.parametrize(
    "name",
    ["../card.json", "a/b.json", "/etc/passwd", "..", ".hidden", "", "Card.json", "a\\b", "a b", "café.json", MANIFEST],
)
def test_names_that_could_leave_the_folder_are_refused(name: str) -> None:
    with pytest.raises(DamagedBundleError, match="not a plain file name"):
        sealed({name: b""})
    entry = {"size": 0, "sha256": digest_of(b"")}
    with pytest.raises(DamagedBundleError, match="not a plain file name"):
        verify_manifest(altered(files={name: entry}), {name: b""})


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"schema": 2}, "schema 2; this version reads schema 1"),
        ({"schema": True}, "schema True"),
        ({"kind": 3}, "must hold schema, kind"),
        ({"author": "x"}, "and nothing else"),
        ({"files": []}, "must hold schema"),
        ({"files": {}}, "lists 0 files"),
        ({"files": {"a.json": {"size": -1, "sha256": 64 * "0"}}}, "needs a size and a SHA-256"),
        ({"files": {"a.json": {"size": True, "sha256": 64 * "0"}}}, "needs a size and a SHA-256"),
        ({"files": {"a.json": {"size": 1, "sha256": "0"}}}, "needs a size and a SHA-256"),
        ({"files": {"a.json": {"size": 1, "sha256": 64 * "0", "mode": 7}}}, "and nothing else"),
        ({"files": {"a.json": {"size": 10**12, "sha256": 64 * "0"}}}, "bytes in all"),
    ],
)
def test_malformed_manifests_are_refused(changes: dict[str, object], reason: str) -> None:
    with pytest.raises(DamagedBundleError, match=reason):
        verify_manifest(altered(**changes), FILES)


def test_limits_hold_for_makers_too(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DamagedBundleError, match=f"1 to {MOST_FILES} are accepted"):
        sealed({f"part{number}.json": b"" for number in range(MOST_FILES + 1)})
    monkeypatch.setattr(module, "MOST_BYTES", 4)
    with pytest.raises(DamagedBundleError, match="at most 4 are accepted"):
        sealed()


def test_a_huge_manifest_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(DamagedBundleError, match=r"at most 65,536 are accepted"):
        verify_manifest(b" " * 100_000, FILES)
