"""From a fitted model to a bundle, and from a bundle that anyone may have touched back to a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import pandas as pd

from salescope.bundle.canary import CANARY, build_canary, check_canary
from salescope.bundle.kinds import KINDS, Fitted
from salescope.bundle.manifest import MANIFEST, Manifest, build_manifest, digest_of, verify_manifest
from salescope.bundle.model_text import check_model_text
from salescope.bundle.strict_json import canonical_json, parse_json
from salescope.frames.errors import BundleError, DamagedBundleError, listed

__all__ = ["CARD", "SCHEMA", "bundle_model", "check_structure", "load_as", "load_model"]

CARD = "card.json"
SCHEMA = "schema.json"

_ADDED = frozenset({CANARY, CARD, MANIFEST})
_TIMES = ("as_of", "created_at")

Model = TypeVar("Model", bound=Fitted)


def bundle_model(
    model: Fitted, *, canary_rows: pd.DataFrame | Sequence[Mapping[str, Any]], card: Mapping[str, Any], made_with: str
) -> dict[str, bytes]:
    """Makes the bundle of a fitted model of any kind.

    Parameters
    ----------
    model : Fitted
        The fitted model.
    canary_rows : DataFrame, shape (n_rows, n_columns), or sequence of mappings, shape (n_rows,)
        Rows whose answers every loaded copy must reproduce. Of a frame at most 63 are used, and of them only the
        columns that the model reads, so that names and identifiers do not travel with it. Records, at most 64, are
        kept as they are: for models that read nested facts.
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
        If a file of the model has a name that the bundle needs for itself, or one that is not plain.
    """
    learned = model.to_bundle()
    taken = sorted(_ADDED & set(learned))
    if taken:
        raise DamagedBundleError(taken[0], problem=f"the model may not name its own files {listed(taken)}")
    rows = _read_columns(model, canary_rows) if isinstance(canary_rows, pd.DataFrame) else canary_rows
    files = {**learned, CANARY: build_canary(model, rows), CARD: canonical_json(dict(card))}
    manifest = build_manifest(files, kind=model.kind, contract=digest_of(learned[SCHEMA]), made_with=made_with)
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
    _check_kind(manifest.kind, accepted=list(KINDS))
    for name in sorted({CANARY, CARD, SCHEMA} - set(others)):
        raise DamagedBundleError(name, problem="it is missing")
    for name, data in others.items():
        _check_format(name, data)
    if manifest.contract != digest_of(others[SCHEMA]):
        raise DamagedBundleError(MANIFEST, problem="its contract is not the SHA-256 of schema.json")
    return manifest


def load_model(files: Mapping[str, bytes], *, digest: str | None = None) -> Fitted:
    """Loads the model of a bundle after every check, and has it reproduce the canary rows.

    Parameters
    ----------
    files : mapping of str to bytes
        The files of the bundle, the manifest among them.
    digest : str, optional
        The digest that the bundle must have, from the pointer or the registry.

    Returns
    -------
    Fitted
        The model, of the class that the manifest's kind names, answering bit for bit as it did when it was fitted.

    Raises
    ------
    DamagedBundleError
        If a file is missing, altered or malformed, or the kind is not known.
    CanaryError
        If the model answers other values than were recorded.

    Examples
    --------
    >>> load_model({})
    Traceback (most recent call last):
        ...
    salescope.frames.bundle_errors.DamagedBundleError: Bundle file 'manifest.json' is damaged: it is missing. ...
    """
    manifest = check_structure(files, digest=digest)
    return _rebuilt(KINDS[manifest.kind](), files)


def load_as(kind: type[Model], files: Mapping[str, bytes], *, digest: str | None = None) -> Model:
    """Loads a bundle that must hold a model of one kind.

    Parameters
    ----------
    kind : type
        The class, as `salescope.scoring.LeadScorer`.
    files : mapping of str to bytes
        The files of the bundle, the manifest among them.
    digest : str, optional
        The digest that the bundle must have, from the pointer or the registry.

    Returns
    -------
    Fitted
        Of that class; see `load_model`.

    Raises
    ------
    DamagedBundleError
        If a file is missing, altered or malformed, or the bundle is of another kind.
    CanaryError
        If the model answers other values than were recorded.
    """
    manifest = check_structure(files, digest=digest)
    _check_kind(manifest.kind, accepted=[kind.kind])
    return _rebuilt(kind, files)


def _rebuilt(kind: type[Model], files: Mapping[str, bytes]) -> Model:
    learned = {name: data for name, data in files.items() if name not in _ADDED}
    try:
        model = kind.from_bundle(learned)
        check_canary(model, files[CANARY])
    except BundleError:
        raise
    except Exception as problem:
        # State that is sound JSON can still be nonsense, and nonsense fails anywhere; here it is the bundle's fault.
        raise DamagedBundleError(
            listed(sorted(learned)).replace("'", ""),
            problem=f"the model cannot be rebuilt from it ({type(problem).__name__}: {str(problem)[:200]})",
        ) from problem
    return model


def _read_columns(model: Fitted, rows: pd.DataFrame) -> pd.DataFrame:
    read = {column["name"] for column in model.input_schema()["columns"]}.union(_TIMES)
    return rows[[name for name in rows.columns if name in read]]


def _check_kind(found: str, *, accepted: Sequence[str]) -> None:
    if found not in accepted:
        raise DamagedBundleError(MANIFEST, problem=f"its kind is {found[:80]!r}; accepted: {listed(accepted)}")


def _check_format(name: str, data: bytes) -> None:
    match name.rpartition(".")[2]:
        case "json":
            parse_json(data, file=name)
        case "txt":
            check_model_text(data, file=name)
        case _:
            raise DamagedBundleError(name, problem="its format is neither .json nor .txt (LightGBM text)")
