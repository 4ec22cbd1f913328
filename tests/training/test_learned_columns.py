"""The summary of the learned columns: one row a subject, the important first, small, and comparable later."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
from tests.training.test_scorers import made_rows

from salescope.evaluation import feature_drift
from salescope.training.learned_columns import MOST_CHARACTERS, learned_columns

IMPORTANCE = {"region": 0.1, "silent": 0.9}


def test_each_subject_counts_once_as_it_was_seen_last():
    rows = made_rows(subjects=60, moments=5)
    shuffled = rows.take(np.random.default_rng(1).permutation(len(rows.y)))
    summary = learned_columns(shuffled, importance=IMPORTANCE)
    newest = rows.features[rows.seen_at == rows.seen_at.max()]
    assert (summary["n_rows"], list(summary["columns"]), summary["left_out"]) == (60, ["silent", "region"], 0)
    assert summary["columns"]["region"]["shares"][0] == newest["region"].value_counts(normalize=True).max()
    assert {drift.psi for drift in feature_drift(summary, newest)} == {0.0}


def test_what_the_scorer_does_not_read_is_not_kept():
    assert list(learned_columns(made_rows(), importance={"silent": 0.2})["columns"]) == ["silent"]


def test_a_wide_table_of_long_words_stays_small():
    rows = made_rows(subjects=400, moments=1)
    words = pd.DataFrame({f"column {number}": [f"{'x' * 400}{row % 20}" for row in range(400)] for number in range(40)})
    wide = type(rows)(
        **{name: getattr(rows, name) for name in ("y", "order", "seen_at", "as_of", "digest")}, features=words
    )
    summary = learned_columns(wide, importance={name: 40 - place for place, name in enumerate(words)})
    assert list(summary["columns"]) == list(words)[: len(summary["columns"])]
    assert len(summary["columns"]) + summary["left_out"] == 40
    assert summary["left_out"] > 0
    assert len(json.dumps(summary["columns"])) < MOST_CHARACTERS + 100
