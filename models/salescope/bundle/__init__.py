"""A fitted model of any kind as a handful of files: manifest, checksums, canary rows, native formats and no pickle."""

from __future__ import annotations

from salescope.bundle.canary import build_canary, check_canary
from salescope.bundle.kinds import KINDS, LEAD_SCORER, Fitted
from salescope.bundle.manifest import MANIFEST, FileEntry, Manifest, build_manifest, digest_of, verify_manifest
from salescope.bundle.model_text import check_model_text
from salescope.bundle.scorers import CARD, SCHEMA, bundle_model, check_structure, load_as, load_model
from salescope.bundle.strict_json import canonical_json, parse_json

__all__ = [
    "CARD",
    "KINDS",
    "LEAD_SCORER",
    "MANIFEST",
    "SCHEMA",
    "FileEntry",
    "Fitted",
    "Manifest",
    "build_canary",
    "build_manifest",
    "bundle_model",
    "canonical_json",
    "check_canary",
    "check_model_text",
    "check_structure",
    "digest_of",
    "load_as",
    "load_model",
    "parse_json",
    "verify_manifest",
]
