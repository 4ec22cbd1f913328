"""The churn scorer: the chance that a customer leaves, by when, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from salescope.features.cells import word_of
from salescope.frames.errors import OutcomeError, OutOfRangeError
from salescope.scoring.churn_curve import NONE, ChurnCurve, fit_curve
from salescope.scoring.customer_wording import LEAVING
from salescope.scoring.door import Outcomes, Rows
from salescope.scoring.inline_customers import with_facts
from salescope.scoring.leaving_periods import MOST_STARTS, LeavingPeriods, contract_periods, silence_periods
from salescope.scoring.members import Design, Floats, sigmoid
from salescope.scoring.probability_scorer import ProbabilityScorer
from salescope.scoring.time_of_year import DAY_OF_YEAR, is_covered, with_day_of_year
from salescope.scoring.wording import Phrases

__all__ = ["ChurnScorer"]

SECONDS_A_DAY = 86_400.0


class ChurnScorer(ProbabilityScorer):
    """Scores customers: the chance that they leave, a score (100 is the highest risk), a grade, reasons and a curve.

    Parameters
    ----------
    outcome_window : int, optional
        Days within which a customer leaves, or is silent; the window of the snapshots. Without it there is no curve.
    exclude : iterable of str, default ()
        Columns that are never features, such as those the leakage audit refused. The key and what is known only
        afterwards never are.
    grades : mapping of str to int, optional
        The lowest score of grades A, B and C; by default 80, 50 and 20. A is who is most likely to leave.
    labels : mapping of str to str, optional
        Names of columns as people say them, for the reasons.
    trees : mapping, optional
        LightGBM parameters of the boosted member over its preset, as a search found them.
    seed : int, default 0
        Where all randomness comes from.

    Attributes
    ----------
    curve_ : ChurnCurve or None
        How the chance grows with time; None without an outcome window, or without moments.

    Notes
    -----
    Without labels, `fit` takes the column "y" of `salescope.features.customer_snapshots`, where customers have no
    contract and have left when they order nothing within the window; or, of contracts, "churned_at" with "as_of"
    and the window, or the flag "churned". Rows without a contract (neither said to have left nor to have stayed), and
    of those who had left before their moment, are left out. Several snapshots of a customer count once, and are never
    on both sides of a fold.

    Where the moments go round the year, the day of the year is learned from too: business has seasons, and what is
    silence in summer is not in winter. Where they do not, a season cannot be told from a trend.

    Records may carry lists "orders", "contacts" and "invoices" instead of features; they are then described as
    `salescope.features.customer_record_features` does.

    What is learned and how it answers: `salescope.scoring.probability_scorer.ProbabilityScorer`.

    Examples
    --------
    >>> customers = pd.DataFrame(
    ...     {"plan": ["monthly", "yearly"] * 40, "churned": ([True, False] * 3 + [False] * 2) * 10}
    ... )
    >>> scorer = ChurnScorer().fit(customers)
    >>> scored = scorer.predict_scores([{"customer_id": "c-1", "plan": "monthly"}])
    >>> scored["reasons"][0][0].text
    "Plan is 'monthly' – raises the chance of leaving"
    >>> ChurnScorer().fit(customers.drop(columns="churned"))
    Traceback (most recent call last):
        ...
    salescope.frames.errors.OutcomeError: ChurnScorer requires y to be passed, but the target y is None ...
    """

    kind: ClassVar[str] = "churn_scorer"
    key: ClassVar[str] = "customer_id"
    outcome: ClassVar[str] = "churned"
    remedy: ClassVar[str] = "Give y, snapshots of customers, or the column 'churned' of the contract."
    not_features: ClassVar[tuple[str, ...]] = (
        "customer_id", "y", "orders_after", "money_after", "days_to_next_order", "churned", "churned_at",
    )  # fmt: skip
    languages: ClassVar[Mapping[str, Phrases]] = LEAVING

    def __init__(
        self,
        *,
        outcome_window: int | None = None,
        exclude: Iterable[str] = (),
        grades: Mapping[str, int] | None = None,
        labels: Mapping[str, str] | None = None,
        trees: Mapping[str, Any] | None = None,
        seed: int = 0,
    ) -> None:
        super().__init__(exclude=exclude, grades=grades, labels=labels, trees=trees, seed=seed)
        self.outcome_window = outcome_window

    def _outcomes(self, rows: pd.DataFrame, y: object) -> Outcomes:
        if self.outcome_window is not None and self.outcome_window < 1:
            raise OutOfRangeError(self.outcome_window, name="outcome_window", where="ChurnScorer", least=1)
        if y is not None or "y" in rows.columns:
            return super()._outcomes(rows, y)
        if self.outcome_window is not None and {"churned_at", "as_of"} <= set(rows.columns):
            days = _days_to_leaving(rows)
            bound = rows["churned"].notna().to_numpy() if "churned" in rows.columns else np.ones(len(rows), dtype=bool)
            known = np.flatnonzero(bound & ~(days < 0))
            return known, (days[known] < self.outcome_window).astype(np.int64)
        if self.outcome not in rows.columns:
            return super()._outcomes(rows, y)
        known = np.flatnonzero(rows[self.outcome].notna())
        labels = rows[self.outcome].iloc[known].astype(object).infer_objects().to_numpy()
        return known, labels if labels.dtype.kind in "biuf" else labels.astype(str)

    def _observed(self, frame: pd.DataFrame) -> pd.DataFrame:
        seasonal = "as_of" in frame.columns and is_covered(frame["as_of"])
        return pd.DataFrame(with_day_of_year(frame)) if seasonal else frame

    def _described(self, rows: Rows, *, as_of: datetime | None) -> Rows:
        rows = super()._described(rows, as_of=as_of)
        rows = rows if isinstance(rows, pd.DataFrame) else with_facts(rows)
        seasonal = any(column.name == DAY_OF_YEAR for column in self.encoder_.used_)
        return with_day_of_year(rows) if seasonal else rows

    def _groups(self, frame: pd.DataFrame) -> npt.NDArray[np.int64] | None:
        if self.key not in frame.columns or not frame[self.key].duplicated().any():
            return None
        # Numbered in the order of the names, so that the order of rows is not in the numbers.
        return np.unique(
            frame[self.key].map(lambda name: word_of(name) or "").to_numpy(dtype=str), return_inverse=True
        )[1]

    def _also_learn(self, frame: pd.DataFrame, design: Design) -> None:
        self.curve_: ChurnCurve | None = None
        if self.outcome_window is None or "as_of" not in frame.columns or frame["as_of"].isna().any():
            return
        bound = "churned_at" in frame.columns
        periods = _periods_of_contracts if bound else _periods_of_silence
        found = periods(frame, design, outcome_window=self.outcome_window)
        self.curve_ = fit_curve(design, found, outcome_window=self.outcome_window, whole=not bound)

    def churn_curve(
        self, X: object, *, days: Sequence[float] | None = None, as_of: datetime | None = None
    ) -> pd.DataFrame:
        """Gives the chance of having left by some days after the moment.

        Parameters
        ----------
        X : DataFrame, list of mappings, or array-like of shape (n_rows, n_columns)
        days : sequence of float, optional
            Days after the moment; by default the ends of the periods that were learned from.
        as_of : datetime, optional
            The moment, naive; by default each row's own "as_of".

        Returns
        -------
        DataFrame, shape (n_rows, n_days)
            One column a number of days, never falling from left to right where the days rise. At the outcome window it
            is the probability of `predict_proba`. Without a contract nobody has left before a whole window of silence
            is over, so before it the chance is 0, and after it grows by those who fall silent later. NaN beyond the
            days that were learned from.

        Raises
        ------
        UnfittedScorerError
            When the scorer was not fitted.
        OutcomeError
            When it was fitted without an outcome window or without moments.

        Examples
        --------
        >>> moment = pd.Timestamp("2024-01-01")
        >>> left = [pd.Timestamp("2024-01-11"), pd.NaT, pd.NaT, pd.NaT] * 20
        >>> contracts = pd.DataFrame({"plan": ["a", "b"] * 40, "as_of": moment, "churned_at": left})
        >>> scorer = ChurnScorer(outcome_window=30).fit(contracts)
        >>> scorer.churn_curve([{"plan": "a"}], days=[10, 20, 30]).round(2).to_numpy().tolist()
        [[0.06, 0.42, 0.49]]
        """
        rows = self._rows(X, as_of=as_of)
        if self.curve_ is None:
            raise OutcomeError(
                "This ChurnScorer has no curve, for it was fitted without an outcome window or without moments",
                remedy="Set outcome_window, and fit it to rows with the column 'as_of'.",
            )
        encoded = self.encoder_.encode(rows)
        asked = self.curve_.ends if days is None else tuple(days)
        chance = self.curve_.chance(encoded, within_window=sigmoid(self.ensemble_.log_odds(encoded)), days=asked)
        return pd.DataFrame(chance, columns=asked, index=rows.index if isinstance(rows, pd.DataFrame) else None)

    def canary_values(self, records: Sequence[Mapping[str, Any]]) -> Floats:
        """Answers records with what a loaded copy must reproduce bit for bit.

        Parameters
        ----------
        records : sequence of mappings, shape (n_records,)
            Customers as JSON gives them.

        Returns
        -------
        ndarray of float64, shape (n_records,) or (n_records, 1 + n_periods)
            Log-odds, and the curve where there is one.
        """
        log_odds = super().canary_values(records)
        return log_odds if self.curve_ is None else np.column_stack([log_odds, self.churn_curve(records)])

    def to_bundle(self) -> dict[str, bytes]:
        """Gives everything that was learned as files: JSON and LightGBM text, nothing that runs.

        Returns
        -------
        dict of str to bytes
            The content of each file by its flat name.
        """
        return super().to_bundle() | (dict(NONE) if self.curve_ is None else self.curve_.to_files())

    @classmethod
    def from_bundle(cls, files: Mapping[str, bytes]) -> Self:
        """Reads a fitted scorer back from `to_bundle`; files it does not know are left alone.

        Parameters
        ----------
        files : mapping of str to bytes

        Returns
        -------
        ChurnScorer
            Answers with the same bits as the one that was written.
        """
        scorer = super().from_bundle(files)
        scorer.curve_ = ChurnCurve.from_files(files)
        return scorer


def _days_to_leaving(rows: pd.DataFrame) -> Floats:
    return _days_between(rows["as_of"], rows["churned_at"])


def _days_between(earlier: pd.Series, later: pd.Series | pd.Timestamp) -> Floats:
    return np.asarray((later - earlier).dt.total_seconds(), dtype=np.float64) / SECONDS_A_DAY


def _periods_of_contracts(frame: pd.DataFrame, design: Design, *, outcome_window: int) -> LeavingPeriods:
    days = _days_to_leaving(frame)
    # The window of the newest snapshot has closed, so until then it is known of everybody who left.
    known = (
        np.asarray((frame["as_of"].max() - frame["as_of"]) / pd.Timedelta(days=1), dtype=np.float64) + outcome_window
    )
    # Some snapshots, evenly spaced in an order by content, tell when customers leave as well as all do.
    every = np.lexsort((days, known, *design.encoded.T))
    some = every[:: max(-(-len(every) // MOST_STARTS), 1)]
    periods = contract_periods(days[some], known[some], outcome_window=outcome_window)
    return replace(periods, row=some[periods.row])


def _periods_of_silence(frame: pd.DataFrame, design: Design, *, outcome_window: int) -> LeavingPeriods:
    customer = np.arange(len(frame)) if design.group is None else design.group
    moments = frame["as_of"].to_numpy(dtype="datetime64[ns]").view(np.int64)
    return silence_periods(customer, moments, silent=design.y, outcome_window=outcome_window)
