"""A fitted model as a handful of files: manifest, checksums, canary rows, native formats and no pickle."""

from __future__ import annotations

from salescope.bundle.canary import build_canary, check_canary
from salescope.bundle.manifest import MANIFEST, FileEntry, Manifest, build_manifest, digest_of, verify_manifest
from salescope.bundle.model_text import check_model_text
from salescope.bundle.strict_json import canonical_json, parse_json

__all__ = [
    "MANIFEST",
    "FileEntry",
    "Manifest",
    "build_canary",
    "build_manifest",
    "canonical_json",
    "check_canary",
    "check_model_text",
    "digest_of",
    "parse_json",
    "verify_manifest",
]
