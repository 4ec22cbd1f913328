"""What every scorer of probabilities shares: a scikit-learn classifier whose every answer comes with its reasons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import Tags
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from salescope.features.columns import AttributeColumn
from salescope.features.encoding import AttributeEncoder
from salescope.frames.errors import OutOfRangeError
from salescope.scoring.bundles import read_bundle, write_bundle
from salescope.scoring.door import Outcomes, Rows, UnfittedScorerError, keys_of, labelled, recency, rows_of, two_classes
from salescope.scoring.grades import checked_grades, cuts_of, grade_of, score_of
from salescope.scoring.members import Design, Floats, sigmoid
from salescope.scoring.reasons import Reasons, by_source
from salescope.scoring.recipe import fit_ensemble
from salescope.scoring.schema import schema_of
from salescope.scoring.wording import LANGUAGES, Phrases

__all__ = ["ProbabilityScorer"]


class ProbabilityScorer(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn is not typed
    """Learns the chance of one of two outcomes; its subclasses say whose and which.

    Parameters
    ----------
    exclude : iterable of str, default ()
        Columns that are never features, such as those the leakage audit refused; `not_features` never are.
    grades : mapping of str to int, optional
        The lowest score of grades A, B and C; by default 80, 50 and 20.
    labels : mapping of str to str, optional
        Names of columns as people say them, for the reasons.
    trees : mapping, optional
        LightGBM parameters of the boosted member over its preset, as a search found them.
    seed : int, default 0
        Where all randomness comes from.

    Attributes
    ----------
    classes_ : ndarray, shape (2,)
        The labels; the second is the positive outcome.
    encoder_ : AttributeEncoder
        How every column is read.
    ensemble_ : Ensemble
        The fitted members, their weights and recalibration.
    cuts_ : ndarray of float64, shape (99,)
        The percentiles of the training probabilities, from which scores are made.
    kind : str
        What the scorer is, as its bundle says it.
    key, outcome, remedy : str
        The columns that say whom a row is about, and its outcome; what to do where there are no outcomes.
    not_features : tuple of str
        Columns that are never features: the key, and what is known only after the outcome.
    languages : mapping of str to Phrases
        The words of the reasons.

    Notes
    -----
    The learner follows the number of outcomes (see `salescope.scoring.recipe`). Everything is additive in log-odds, so
    that reasons and base add up to the answer; a record answered alone and in a batch gives the same bits.
    """

    kind: ClassVar[str]
    key: ClassVar[str]
    outcome: ClassVar[str]
    remedy: ClassVar[str]
    not_features: ClassVar[tuple[str, ...]] = ("y",)
    languages: ClassVar[Mapping[str, Phrases]] = LANGUAGES

    def __init__(
        self,
        *,
        exclude: Iterable[str] = (),
        grades: Mapping[str, int] | None = None,
        labels: Mapping[str, str] | None = None,
        trees: Mapping[str, Any] | None = None,
        seed: int = 0,
    ) -> None:
        self.exclude = exclude
        self.grades = grades
        self.labels = labels
        self.trees = trees
        self.seed = seed

    def __sklearn_tags__(self) -> Tags:
        """Says what scikit-learn may expect: two classes, missing values, words and numbers."""
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        tags.input_tags.allow_nan = tags.input_tags.string = tags.input_tags.categorical = True
        return tags

    def _outcomes(self, rows: pd.DataFrame, y: object) -> Outcomes:
        """Finds the rows with an outcome, and their outcomes."""
        return labelled(rows, y, estimator=type(self).__name__, column=self.outcome, remedy=self.remedy)

    def _described(self, rows: Rows, *, as_of: datetime | None) -> Rows:
        """Gives rows the columns that are computed from what they carry, at the moment they are looked at."""
        if as_of is None:
            return rows
        if isinstance(rows, pd.DataFrame):
            return rows.assign(as_of=as_of)
        return [{**row, "as_of": as_of} for row in rows]

    def _observed(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Gives rows that are learned from the columns that are computed from all of them."""
        return frame

    def _groups(self, frame: pd.DataFrame) -> npt.NDArray[np.int64] | None:  # noqa: ARG002 - for subclasses
        """Says whose each row is, where one of them has several rows."""
        return None

    def _also_learn(self, frame: pd.DataFrame, design: Design) -> None:
        """Learns what a subclass answers beside the chance."""

    def _log_odds(self, rows: Rows, encoded: Floats) -> Floats:  # noqa: ARG002 - for subclasses
        return self.ensemble_.log_odds(encoded)

    def _parts(self, rows: Rows, encoded: Floats) -> tuple[tuple[AttributeColumn, ...], Floats]:  # noqa: ARG002 - base last
        parts = self.ensemble_.contributions(encoded)
        return self.encoder_.used_, np.column_stack([by_source(parts, encoder=self.encoder_), parts[:, -1]])

    def fit(self, X: object, y: object = None, *, order: npt.ArrayLike | None = None) -> Self:
        """Learns from rows whose outcome is known.

        Parameters
        ----------
        X : DataFrame, list of mappings, or array-like of shape (n_rows, n_columns)
            Rows with attributes of any type; it is not changed.
        y : array-like of shape (n_rows,), optional
            Labels; None takes the columns of the rows that say the outcome.
        order : array-like of shape (n_rows,), optional
            A sortable time of each row, as ``created_at``, where the model is for what comes after: newer rows then
            count more, and members that suffer when the market drifts are not asked.

        Returns
        -------
        ProbabilityScorer

        Raises
        ------
        OutcomeError
            When outcomes are absent or not of two kinds.
        GradeThresholdsError
            When ``grades`` cannot be meant.
        MisalignedError
            When ``order`` does not fit the rows.
        """
        rows = pd.DataFrame(rows_of(X, estimator=self, reset=True))
        known, labels = self._outcomes(rows, y)
        frame = self._observed(rows.iloc[known])
        self.grades_ = checked_grades(self.grades)
        self.classes_ = two_classes(labels)
        self.encoder_ = AttributeEncoder(exclude=(*self.not_features, *self.exclude)).fit(frame)
        weight = None if order is None else recency(order, rows=len(rows))[known]
        positive = (labels == self.classes_[1]).astype(np.int64)
        encoded, groups = self.encoder_.encode(frame), self._groups(frame)
        design = Design(encoded, positive, self.encoder_.features_, self.seed, weight, groups)
        # Linear algebra on several threads sums in another order: the bits would hang on the number of cores.
        with threadpool_limits(1):
            learned = fit_ensemble(design.sorted(), trees=self.trees)
        self.ensemble_ = learned.ensemble
        self.cuts_ = cuts_of(sigmoid(learned.log_odds))
        self._also_learn(frame, design)
        return self

    @property
    def columns_(self) -> dict[str, str]:
        """Gives the kind of every column that was seen."""
        return {column.name: column.kind for column in self.encoder_.columns_}

    @property
    def notes_(self) -> dict[str, str]:
        """Gives what was dropped or read unusually, and why."""
        return self.encoder_.notes_

    @property
    def learner_(self) -> str:
        """Says which members answer, with their weights in log-odds."""
        shares = [f"{weight:.0%} {name}" for name, weight in self.ensemble_.weights.items()]
        return ", ".join(shares) or "pooled prior"

    def _fitted(self) -> None:
        if not hasattr(self, "ensemble_"):
            raise UnfittedScorerError(type(self).__name__)

    def _rows(self, X: object, *, as_of: datetime | None = None) -> Rows:
        self._fitted()
        return self._described(rows_of(X, estimator=self, reset=False), as_of=as_of)

    def decision_function(self, X: object) -> Floats:
        """Gives the log-odds of the positive outcome.

        Parameters
        ----------
        X : DataFrame, list of mappings, or array-like of shape (n_rows, n_columns)

        Returns
        -------
        ndarray of float64, shape (n_rows,)
        """
        rows = self._rows(X)
        return self._log_odds(rows, self.encoder_.encode(rows))

    def predict_proba(self, X: object) -> Floats:
        """Gives the probabilities of the two outcomes.

        Parameters
        ----------
        X : DataFrame, list of mappings, or array-like of shape (n_rows, n_columns)

        Returns
        -------
        ndarray of float64, shape (n_rows, 2)
            In the order of ``classes_``.
        """
        positive = sigmoid(self.decision_function(X))
        return np.column_stack([1.0 - positive, positive])

    def predict(self, X: object) -> npt.NDArray[Any]:
        """Gives the likelier outcome.

        Parameters
        ----------
        X : DataFrame, list of mappings, or array-like of shape (n_rows, n_columns)

        Returns
        -------
        ndarray, shape (n_rows,)
        """
        positive = (self.decision_function(X) > 0).astype(np.intp)
        likelier: npt.NDArray[Any] = self.classes_[positive]
        return likelier

    def contributions(self, X: object) -> pd.DataFrame:
        """Gives what each source column adds to the log-odds; a row's sum is its `decision_function`.

        Parameters
        ----------
        X : DataFrame, list of mappings, or array-like of shape (n_rows, n_columns)

        Returns
        -------
        DataFrame, shape (n_rows, 1 + n_columns)
            "base", then one column a source column that is used; in log-odds.
        """
        rows = self._rows(X)
        columns, parts = self._parts(rows, self.encoder_.encode(rows))
        index = rows.index if isinstance(rows, pd.DataFrame) else None
        names = ["base", *(column.name for column in columns)]
        return pd.DataFrame(np.roll(parts, 1, axis=1), columns=names, index=index)

    def predict_scores(
        self, X: object, *, as_of: datetime | None = None, language: str = "en", top: int = 5
    ) -> pd.DataFrame:
        """Scores rows for people: probability, score, grade and reasons.

        Parameters
        ----------
        X : DataFrame, list of mappings, or array-like of shape (n_rows, n_columns)
        as_of : datetime, optional
            The time at which the rows are looked at, naive; dates become days before it. By default each row's own
            "as_of", else "created_at".
        language : {"en", "zh"}, default "en"
            The language of the reasons.
        top : int, default 5
            At most so many reasons that raise and so many that lower; 0 saves their computation.

        Returns
        -------
        DataFrame, shape (n_rows, 4 or 5)
            The key where the rows have it, "probability", "score" (1-100), "grade" (A-D) and "reasons", a tuple of
            `Reason`.

        Raises
        ------
        UnfittedScorerError
            When the scorer was not fitted.
        UnknownNameError
            When the language is not known.

        Examples
        --------
        >>> from salescope.scoring import LeadScorer
        >>> leads = pd.DataFrame({"source": ["web", "fair"] * 30, "outcome": ["won", "lost", "won", "won"] * 15})
        >>> scored = LeadScorer().fit(leads).predict_scores([{"source": "web"}])
        >>> scored["reasons"][0][0].text
        "Source is 'web' – raises the chance"
        """
        rows = self._rows(X, as_of=as_of)
        encoded = self.encoder_.encode(rows)
        probability = sigmoid(self._log_odds(rows, encoded))
        score = score_of(probability, cuts=self.cuts_)
        grade = [grade_of(value, self.grades_) for value in score]
        answer = pd.DataFrame({"probability": probability, "score": score, "grade": grade})
        columns, parts = self._parts(rows, encoded) if top > 0 else ((), encoded)
        words = Reasons(columns, self.labels or {}, language, top, self.languages)
        told: list[Any] = words.of_rows(rows, parts[:, :-1]) if top > 0 else [()] * len(encoded)
        answer["reasons"] = told
        if isinstance(rows, pd.DataFrame):
            answer.index = rows.index
        identities = keys_of(rows, key=self.key)
        if identities is not None:
            answer.insert(0, self.key, identities)
        return answer

    def recalibrate(self, *, intercept: float, slope: float) -> Self:
        """Moves every answer along a calibration line, as the newest outcomes ask for.

        Parameters
        ----------
        intercept, slope : float
            From now on log-odds are ``intercept + slope * log_odds``; the slope is above 0, so that no order changes.

        Returns
        -------
        ProbabilityScorer
            Itself; contributions, scores and bundles follow.

        Raises
        ------
        UnfittedScorerError
            When the scorer was not fitted.
        OutOfRangeError
            When the slope is not above 0.

        Examples
        --------
        >>> from salescope.scoring import LeadScorer
        >>> leads = pd.DataFrame({"source": ["web", "fair"] * 30, "outcome": ["won", "lost", "won", "won"] * 15})
        >>> scorer = LeadScorer().fit(leads)
        >>> before = scorer.decision_function(leads)
        >>> bool(np.allclose(scorer.recalibrate(intercept=0.5, slope=1.0).decision_function(leads), before + 0.5))
        True
        """
        self._fitted()
        if not slope > 0:
            raise OutOfRangeError(slope, name="slope", where="recalibrate", least=0)
        self.ensemble_ = self.ensemble_.moved(intercept=intercept, slope=slope)
        self.cuts_ = sigmoid(intercept + slope * np.log(self.cuts_ / (1.0 - self.cuts_)))
        return self

    def input_schema(self) -> dict[str, Any]:
        """Says which columns a record may carry: kinds, accepted categories and usual ranges.

        Returns
        -------
        dict
            A JSON object, see `salescope.scoring.schema`.
        """
        return schema_of(self.encoder_, labels=self.labels or {})

    def canary_values(self, records: Sequence[Mapping[str, Any]]) -> Floats:
        """Answers records with what a loaded copy must reproduce bit for bit.

        Parameters
        ----------
        records : sequence of mappings, shape (n_records,)
            Rows as JSON gives them.

        Returns
        -------
        ndarray of float64, shape (n_records,) or (n_records, k)
            Log-odds, and whatever else the scorer answers.
        """
        return self.decision_function(records)

    def to_bundle(self) -> dict[str, bytes]:
        """Gives everything that was learned as files: JSON and LightGBM text, nothing that runs.

        Returns
        -------
        dict of str to bytes
            The content of each file by its flat name.
        """
        self._fitted()
        return write_bundle(self)

    @classmethod
    def from_bundle(cls, files: Mapping[str, bytes]) -> Self:
        """Reads a fitted scorer back from `to_bundle`; files it does not know are left alone.

        Parameters
        ----------
        files : mapping of str to bytes

        Returns
        -------
        ProbabilityScorer
            Answers with the same bits as the one that was written.
        """
        return read_bundle(cls, files)
