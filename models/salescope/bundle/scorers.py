"""From a fitted scorer to a bundle, and from a bundle that anyone may have touched back to a scorer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from salescope.bundle.canary import CANARY, build_canary, check_canary
from salescope.bundle.manifest import MANIFEST, Manifest, build_manifest, digest_of, verify_manifest
from salescope.bundle.model_text import check_model_text
from salescope.bundle.strict_json import canonical_json, parse_json
from salescope.frames.errors import BundleError, DamagedBundleError, listed
from salescope.scoring.leads import LeadScorer

__all__ = ["CARD", "LEAD_SCORER", "SCHEMA", "bundle_scorer", "check_structure", "load_scorer"]

LEAD_SCORER = "lead_scorer"
CARD = "card.json"
SCHEMA = "schema.json"

_ADDED = frozenset({CANARY, CARD, MANIFEST})
_TIMES = ("as_of", "created_at")


def bundle_scorer(
    scorer: LeadScorer, *, canary_rows: pd.DataFrame, card: Mapping[str, Any], made_with: str
) -> dict[str, bytes]:
    """Makes the bundle of a fitted scorer.

    Parameters
    ----------
    scorer : LeadScorer
        The fitted scorer.
    canary_rows : DataFrame, shape (n_rows, n_columns)
        Leads whose log-odds every loaded copy must reproduce; at most 63 are used, and of them only the columns that
        the scorer reads, so that names and identifiers do not travel with the model.
    card : mapping
        What people should know of the model: figures, ``as_of``, data digest, verdict, calibration, findings.
        Strings, finite numbers, booleans, None, lists and dictionaries.
    made_with : str
        The version of Salescope.

    Returns
    -------
    dict of str to bytes
        The files by name, the manifest among them.

    Raises
    ------
    DamagedBundleError
        If a file of the scorer has a name that the bundle needs for itself, or one that is not plain.
    """
    learned = scorer.to_bundle()
    taken = sorted(_ADDED & set(learned))
    if taken:
        raise DamagedBundleError(taken[0], problem=f"the scorer may not name its own files {listed(taken)}")
    files = {
        **learned,
        CANARY: build_canary(scorer, _read_columns(scorer, canary_rows)),
        CARD: canonical_json(dict(card)),
    }
    manifest = build_manifest(files, kind=LEAD_SCORER, contract=digest_of(learned[SCHEMA]), made_with=made_with)
    return {**files, MANIFEST: manifest}


def check_structure(files: Mapping[str, bytes], *, digest: str | None = None) -> Manifest:
    """Verifies the manifest of a bundle, then the structure of every file, without loading a model.

    Parameters
    ----------
    files : mapping of str to bytes
        The files of the bundle, the manifest among them.
    digest : str, optional
        The digest that the bundle must have.

    Returns
    -------
    Manifest
        What the manifest says.

    Raises
    ------
    DamagedBundleError
        If the manifest does not hold, or a file is neither sound JSON nor sound LightGBM text.
    """
    others = {name: data for name, data in files.items() if name != MANIFEST}
    if MANIFEST not in files:
        raise DamagedBundleError(MANIFEST, problem="it is missing")
    manifest = verify_manifest(files[MANIFEST], others, digest=digest)
    if manifest.kind != LEAD_SCORER:
        raise DamagedBundleError(MANIFEST, problem=f"its kind is {manifest.kind[:80]!r}; {LEAD_SCORER!r} is accepted")
    for name in sorted({CANARY, CARD, SCHEMA} - set(others)):
        raise DamagedBundleError(name, problem="it is missing")
    for name, data in others.items():
        _check_format(name, data)
    if manifest.contract != digest_of(others[SCHEMA]):
        raise DamagedBundleError(MANIFEST, problem="its contract is not the SHA-256 of schema.json")
    return manifest


def load_scorer(files: Mapping[str, bytes], *, digest: str | None = None) -> LeadScorer:
    """Loads the scorer of a bundle after every check, and has it reproduce the canary rows.

    Parameters
    ----------
    files : mapping of str to bytes
        The files of the bundle, the manifest among them.
    digest : str, optional
        The digest that the bundle must have, from the pointer or the registry.

    Returns
    -------
    LeadScorer
        The scorer, answering bit for bit as it did when it was fitted.

    Raises
    ------
    DamagedBundleError
        If a file is missing, altered or malformed.
    CanaryError
        If the scorer answers other log-odds than were recorded.

    Examples
    --------
    >>> load_scorer({})
    Traceback (most recent call last):
        ...
    salescope.frames.bundle_errors.DamagedBundleError: Bundle file 'manifest.json' is damaged: it is missing. ...
    """
    check_structure(files, digest=digest)
    learned = {name: data for name, data in files.items() if name not in _ADDED}
    try:
        scorer = LeadScorer.from_bundle(learned)
        check_canary(scorer, files[CANARY])
    except BundleError:
        raise
    except Exception as problem:
        # State that is sound JSON can still be nonsense, and nonsense fails anywhere; here it is the bundle's fault.
        raise DamagedBundleError(
            listed(sorted(learned)).replace("'", ""),
            problem=f"the scorer cannot be rebuilt from it ({type(problem).__name__}: {str(problem)[:200]})",
        ) from problem
    return scorer


def _read_columns(scorer: LeadScorer, rows: pd.DataFrame) -> pd.DataFrame:
    read = {column["name"] for column in scorer.input_schema()["columns"]}.union(_TIMES)
    return rows[[name for name in rows.columns if name in read]]


def _check_format(name: str, data: bytes) -> None:
    match name.rpartition(".")[2]:
        case "json":
            parse_json(data, file=name)
        case "txt":
            check_model_text(data, file=name)
        case _:
            raise DamagedBundleError(name, problem="its format is neither .json nor .txt (LightGBM text)")
