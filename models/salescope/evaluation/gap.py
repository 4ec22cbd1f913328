"""How much better a model looks on random folds than on the newest rows: what time costs it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from sklearn.base import clone

from salescope.evaluation.metrics import classifier_metrics
from salescope.evaluation.outcomes import Floats, outcome_array
from salescope.evaluation.splits import Split, newest_split, random_folds

__all__ = ["Classifier", "Gap", "random_against_newest"]


class Classifier(Protocol):
    """Names what a model must be able to do: scikit-learn's manner of a binary classifier."""

    def fit(self, X: pd.DataFrame, y: ArrayLike) -> object:
        """Learns from rows and their outcomes."""

    def predict_proba(self, X: pd.DataFrame) -> Floats:
        """Gives probabilities of shape ``(n_rows, 2)``, won second."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Holds the six figures of a model twice.

    Parameters
    ----------
    random : dict of str to float
        On random folds, pooled.
    newest : dict of str to float
        On the newest rows, learned from the older ones: the figure to believe.
    """

    random: dict[str, float]
    newest: dict[str, float]

    def to_frame(self) -> pd.DataFrame:
        """Tabulates both and their difference.

        Returns
        -------
        DataFrame, shape (6, 3)
            Index: the metric; columns random, newest, gap (random minus newest).
        """
        table = pd.DataFrame({"random": self.random, "newest": self.newest})
        return table.assign(gap=table["random"] - table["newest"])


def random_against_newest(model: Classifier, X: pd.DataFrame, *, y: ArrayLike, order: ArrayLike, seed: int = 0) -> Gap:
    """Judges clones of a model on random folds and on the newest fifth.

    Parameters
    ----------
    model : scikit-learn classifier
        Not fitted; it is cloned.
    X : DataFrame, shape (n_rows, n_columns)
        What it learns from.
    y : array_like of int, shape (n_rows,)
        Outcomes, 0 or 1.
    order : array_like, shape (n_rows,)
        Sortable time or row number of every row.
    seed : int, default 0
        Deals the folds.

    Returns
    -------
    Gap

    Raises
    ------
    TooFewOutcomesError
        If a kind of outcome has fewer than five rows, or is missing among the newest.

    Examples
    --------
    >>> from sklearn.dummy import DummyClassifier
    >>> X = pd.DataFrame({"visits": range(40)})
    >>> gap = random_against_newest(DummyClassifier(), X, y=[0, 1] * 20, order=range(40))
    >>> gap.to_frame().loc["auc"].tolist()
    [0.5, 0.5, 0.0]
    """
    outcomes = outcome_array(y)
    pooled = np.empty(len(outcomes))
    for fold in random_folds(outcomes, seed=seed):
        pooled[fold.test] = _learned(model, X, y=outcomes, split=fold)
    late = newest_split(order)
    newest = _learned(model, X, y=outcomes, split=late)
    return Gap(classifier_metrics(outcomes, pooled), classifier_metrics(outcomes[late.test], newest))


def _learned(model: Classifier, X: pd.DataFrame, *, y: ArrayLike, split: Split) -> Floats:
    fresh = clone(model)
    fresh.fit(X.iloc[split.train], np.asarray(y)[split.train])
    return np.asarray(fresh.predict_proba(X.iloc[split.test])[:, 1], dtype=np.float64)
