"""The peers that the lead learner is measured against, set up as their documentation does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import lightgbm as lgb
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from salescope.scoring import LeadScorer

__all__ = ["PEERS"]


def columns(words: Any, numbers: Any) -> Any:
    chosen = make_column_selector(dtype_exclude="number")
    return make_column_transformer((words, chosen), (numbers, make_column_selector(dtype_include="number")))


def codes() -> Any:
    ordinal = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=-1)
    return columns(ordinal, "passthrough")


def dummies() -> Any:
    one_hot = make_pipeline(
        SimpleImputer(strategy="constant", fill_value="missing"), OneHotEncoder(handle_unknown="ignore")
    )
    return columns(one_hot, make_pipeline(SimpleImputer(strategy="median"), StandardScaler()))


PEERS: dict[str, Callable[[], Any]] = {
    "Salescope LeadScorer": LeadScorer,
    "LightGBM, defaults": lambda: make_pipeline(codes(), lgb.LGBMClassifier(n_jobs=1, verbose=-1)),
    "HistGradientBoosting, defaults": lambda: make_pipeline(codes(), HistGradientBoostingClassifier(random_state=0)),
    "random forest, 500 trees": lambda: make_pipeline(dummies(), RandomForestClassifier(500, n_jobs=1, random_state=0)),
    "logistic regression": lambda: make_pipeline(dummies(), LogisticRegression(max_iter=2_000)),
}
