"""What a column is worth: the AUC of a small model with it, minus the AUC without it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import lightgbm as lgb
import numpy as np
import pandas as pd

from salescope.evaluation.leakage.case import Case, ColumnView
from salescope.evaluation.metrics import auc
from salescope.evaluation.outcomes import Floats
from salescope.evaluation.splits import Split

__all__ = ["Price", "PriceList", "fold_scores"]

# A fifth of the trees of the scorer's preset at a higher rate: on bank-marketing both price the length of the call at
# .147 AUC, and this costs a fifth.
TREES = 60
SETTINGS: dict[str, object] = {
    "objective": "binary",
    "num_leaves": 7,
    "learning_rate": 0.1,
    "feature_fraction": 0.5,
    "verbosity": -1,
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
}
PRICE_FOLDS = 3


@dataclass(frozen=True, slots=True)
class Price:
    """Holds how much AUC columns add.

    Parameters
    ----------
    random : float
        On random folds.
    newest : float
        On the newest fifth, learned from the rest; NaN where that cannot be judged.
    """

    random: float
    newest: float

    @property
    def least(self) -> float:
        """Gives the smaller of the two that could be measured."""
        return self.random if np.isnan(self.newest) else min(self.random, self.newest)

    @property
    def words(self) -> str:
        """Says the price for a sentence of evidence."""
        newest = "" if np.isnan(self.newest) else f" and {self.newest:+.3f} on the newest rows"
        return f"it is worth {self.random:+.3f} AUC on random folds{newest}"


def fold_scores(matrix: Floats, *, y: np.ndarray, split: Split, seed: int) -> Floats:
    """Learns from a split's training rows and scores its test rows.

    Parameters
    ----------
    matrix : ndarray of float64, shape (n_rows, n_columns)
        NaN for missing.
    y : ndarray of int64, shape (n_rows,)
        Outcomes, 0 or 1.
    split : Split
        Which rows to learn from and to score.
    seed : int
        Draws the columns of each tree.

    Returns
    -------
    ndarray of float64, shape (n_test,)
        Log-odds.
    """
    if matrix.shape[1] == 0:
        return np.zeros(len(split.test))
    leaf = max(3, min(20, len(split.train) // 20))
    settings = {**SETTINGS, "seed": seed, "min_data_in_leaf": leaf}
    data = lgb.Dataset(matrix[split.train], label=y[split.train], params=settings)
    model = lgb.train(settings, data, num_boost_round=TREES)
    return np.asarray(model.predict(matrix[split.test], raw_score=True), dtype=np.float64)


def _as_learned(view: ColumnView, case: Case) -> list[Floats]:
    """Gives a date also as its distance from the lead's own time, which is how a scorer reads it."""
    if not (view.is_date and pd.api.types.is_datetime64_any_dtype(case.order)):
        return [view.numbers]
    since = (view.entries - case.order.reset_index(drop=True)).dt.total_seconds()
    return [view.numbers, np.asarray(since, dtype=np.float64)]


class PriceList:
    """Measures joint AUCs of sets of columns, each set once.

    Parameters
    ----------
    case : Case
        The audited rows.
    """

    def __init__(self, case: Case) -> None:
        self._case = case
        self._known: dict[frozenset[str], Price] = {}

    def joint(self, names: Iterable[str]) -> Price:
        """Gives the AUC that a small model of some columns reaches.

        Parameters
        ----------
        names : iterable of str
            The columns.

        Returns
        -------
        Price
            The two AUCs themselves.
        """
        wanted = frozenset(names)
        if wanted not in self._known:
            self._known[wanted] = self._measured(wanted)
        return self._known[wanted]

    def of(self, names: Iterable[str], *, pool: Iterable[str]) -> Price:
        """Gives what some columns add to the others of a pool.

        Parameters
        ----------
        names : iterable of str
            The columns to price.
        pool : iterable of str
            All columns that stand beside them.

        Returns
        -------
        Price
        """
        wanted = set(names)
        with_them, without = self.joint(wanted | set(pool)), self.joint(set(pool) - wanted)
        return Price(with_them.random - without.random, with_them.newest - without.newest)

    def _measured(self, names: frozenset[str]) -> Price:
        case = self._case
        # Columns keep the frame's order, so that the same set always draws the same trees.
        views = [view for name, view in case.columns.items() if name in names]
        columns = [column for view in views for column in _as_learned(view, case)]
        matrix = np.column_stack(columns) if columns else np.empty((len(case.y), 0))
        scores, judged = np.empty(len(case.y)), np.zeros(len(case.y), dtype=np.bool_)
        for split in case.folds[:PRICE_FOLDS]:
            scores[split.test] = fold_scores(matrix, y=case.y, split=split, seed=case.seed)
            judged[split.test] = True
        newest = float("nan")
        if case.newest is not None:
            scored = fold_scores(matrix, y=case.y, split=case.newest, seed=case.seed)
            newest = auc(case.y[case.newest.test], scored)
        return Price(auc(case.y[judged], scores[judged]), newest)
