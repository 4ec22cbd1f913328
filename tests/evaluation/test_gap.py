"""The gap between random folds and the newest rows is what drift makes it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.tree import DecisionTreeClassifier

from salescope.evaluation.gap import random_against_newest
from salescope.evaluation.metrics import auc
from salescope.evaluation.splits import newest_split
from salescope.frames.errors import TooFewOutcomesError


def seasonal(n_rows=1000):
    rng = np.random.default_rng(0)
    month = np.arange(n_rows) // 50
    y = (rng.random(n_rows) < np.where(month % 2 == 0, 0.2, 0.8)).astype(int)
    return pd.DataFrame({"month": month}), y


def test_a_model_that_learns_the_calendar_by_heart_has_a_gap():
    X, y = seasonal()
    gap = random_against_newest(DecisionTreeClassifier(random_state=0), X, y=y, order=np.arange(1000))
    assert gap.random["auc"] > 0.75
    assert gap.newest["auc"] == pytest.approx(0.5)
    assert gap.to_frame().loc["auc", "gap"] == pytest.approx(gap.random["auc"] - 0.5)


def test_the_newest_figure_is_that_of_the_split():
    X, y = seasonal()
    X = X.assign(told=y + np.random.default_rng(1).normal(size=1000))
    model = DecisionTreeClassifier(max_depth=3, random_state=0)
    split = newest_split(np.arange(1000))
    expected = model.fit(X.iloc[split.train], y[split.train]).predict_proba(X.iloc[split.test])[:, 1]
    gap = random_against_newest(DecisionTreeClassifier(max_depth=3, random_state=0), X, y=y, order=np.arange(1000))
    assert gap.newest["auc"] == auc(y[split.test], expected)


def test_the_newest_need_both_kinds():
    X, y = seasonal(100)
    with pytest.raises(TooFewOutcomesError):
        random_against_newest(DecisionTreeClassifier(), X, y=np.sort(y), order=np.arange(100))
