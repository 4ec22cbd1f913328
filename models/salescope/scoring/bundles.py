"""A fitted scorer as files and back: JSON and LightGBM text only, pure bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from salescope.features.encoding import AttributeEncoder
from salescope.scoring.ensemble import Ensemble

if TYPE_CHECKING:
    # The estimator imports this module; only its name is needed here.
    from salescope.scoring.probability_scorer import ProbabilityScorer

__all__ = ["read_bundle", "write_bundle"]

FORM = 1
Scorer = TypeVar("Scorer", bound="ProbabilityScorer")


def write_bundle(scorer: ProbabilityScorer) -> dict[str, bytes]:
    """Gives the files of a fitted scorer.

    Parameters
    ----------
    scorer : ProbabilityScorer

    Returns
    -------
    dict of str to bytes
        "scorer.json" (settings, columns, weights, percentiles), "schema.json" (what a record may carry) and the files
        of the members. JSON numbers are written so that they read back bit for bit.
    """
    settings = {
        **scorer.get_params(deep=False),
        "exclude": list(scorer.exclude),
        "grades": scorer.grades_,
        "labels": dict(scorer.labels or {}),
        "trees": dict(scorer.trees or {}),
    }
    state = {
        "form": FORM,
        "settings": settings,
        "names": [str(name) for name in getattr(scorer, "feature_names_in_", [])],
        "n_columns": scorer.n_features_in_,
        "classes": scorer.classes_.tolist(),
        "encoder": scorer.encoder_.to_state(),
        "ensemble": scorer.ensemble_.to_state(),
        "cuts": scorer.cuts_.tolist(),
    }
    return {
        "scorer.json": _json(state),
        "schema.json": _json(scorer.input_schema()),
        **scorer.ensemble_.to_files(),
    }


def read_bundle(kind: type[Scorer], files: Mapping[str, bytes]) -> Scorer:
    """Reads a fitted scorer from its files, which were verified before.

    Parameters
    ----------
    kind : type
        The class of the scorer.
    files : mapping of str to bytes

    Returns
    -------
    ProbabilityScorer
    """
    state = json.loads(files["scorer.json"])
    scorer = kind(**state["settings"])
    scorer.n_features_in_ = int(state["n_columns"])
    if state["names"]:
        scorer.feature_names_in_ = np.array(state["names"], dtype=object)
    scorer.grades_ = state["settings"]["grades"]
    scorer.classes_ = np.array(state["classes"])
    scorer.encoder_ = AttributeEncoder.from_state(state["encoder"])
    scorer.ensemble_ = Ensemble.from_files(state["ensemble"], files)
    scorer.cuts_ = np.array(state["cuts"], dtype=np.float64)
    return scorer


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, allow_nan=False, ensure_ascii=False, sort_keys=True).encode()
