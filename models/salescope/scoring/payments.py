"""The payment scorer: the chance that an invoice is paid late, the days until it is paid, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from salescope.features.columns import AttributeColumn
from salescope.frames.errors import OutOfRangeError
from salescope.scoring.door import Outcomes, Rows
from salescope.scoring.members import Design, Floats, sigmoid
from salescope.scoring.payment_days import CERTAIN, Unpaid
from salescope.scoring.payment_wording import PAYING
from salescope.scoring.probability_scorer import ProbabilityScorer
from salescope.scoring.settlement import NONE, SettlementCurve, Settlements, fit_settlement
from salescope.scoring.waiting_invoices import AGE, TERMS, looked_at, numbers_of, waited, with_waiting
from salescope.scoring.wording import Phrases

__all__ = ["PaymentScorer"]

WATCHED, SETTLED = "days_watched", "days_to_settle"
CHUNK = 2_000
Positions = npt.NDArray[np.intp]


class PaymentScorer(ProbabilityScorer):
    """Scores invoices: the chance of late payment, a score (100 is the highest risk), a grade, reasons and the days.

    Parameters
    ----------
    exclude : iterable of str, default ()
        Columns that are never features, such as those that are filled in after issue. The keys, the days of issue, due
        and payment, and what became of the invoice never are.
    grades : mapping of str to int, optional
        The lowest score of grades A, B and C; by default 80, 50 and 20. A is what is most likely to be paid late.
    labels : mapping of str to str, optional
        Names of columns as people say them, for the reasons.
    trees : mapping, optional
        LightGBM parameters of the boosted member over its preset, as a search found them.
    seed : int, default 0
        Where all randomness comes from.

    Attributes
    ----------
    curve_ : SettlementCurve or None
        When invoices are paid; None where no payment was learned from.

    Notes
    -----
    It is fitted to `salescope.features.invoice_snapshots`: invoices as they were known at issue. It learns from those
    whose day due is over, whether they were paid in time and, from paid and open ones alike, when they were paid.

    The chance is calibrated and has reasons, the days have a shape: so the curve of the days is scaled to the chance at
    the day the invoice is due. One that is looked at later, unpaid, has a greater chance of being paid late, see
    `salescope.scoring.payment_days.Unpaid.evidence`; when the day it was due is over, it is 1, and the days until
    payment are what is left to say.

    Records may carry a list "invoices" of the customer's other ones; their history is then described as
    `salescope.features.invoice_record_features` does.

    Examples
    --------
    >>> from salescope.features import invoice_snapshots
    >>> issued = pd.Series(pd.date_range("2024-01-01", periods=120))
    >>> invoices = pd.DataFrame({"invoice_id": issued.index.astype(str), "customer_id": ["a", "b"] * 60})
    >>> invoices = invoices.assign(issued_at=issued, due_at=issued + pd.Timedelta(days=30), amount=100.0)
    >>> invoices["paid_at"] = issued + pd.to_timedelta([20, 40, 22, 44] * 30, unit="D")
    >>> scorer = PaymentScorer().fit(invoice_snapshots(invoices, as_of="2024-05-01"))
    >>> history = invoices[invoices["customer_id"] == "b"].tail(20).to_dict("records")
    >>> new = {"invoice_id": "new", "issued_at": "2024-05-01", "due_at": "2024-05-31", "amount": 100}
    >>> scored = scorer.predict_scores([{**new, "invoices": history}], as_of="2024-05-20")
    >>> scored[["probability", "days_median", "lo_80", "hi_80"]].round(2).to_numpy().tolist()
    [[0.95, 38.0, 31.0, 44.0]]
    """

    kind: ClassVar[str] = "payment_scorer"
    key: ClassVar[str] = "invoice_id"
    outcome: ClassVar[str] = "y"
    remedy: ClassVar[str] = "Give y, or snapshots of invoices."
    not_features: ClassVar[tuple[str, ...]] = (
        "invoice_id", "customer_id", "issued_at", "due_at", "paid_at", AGE, "days_until_due", WATCHED, SETTLED, "y",
    )  # fmt: skip
    languages: ClassVar[Mapping[str, Phrases]] = PAYING

    def _outcomes(self, rows: pd.DataFrame, y: object) -> Outcomes:
        if y is not None or self.outcome not in rows.columns:
            return super()._outcomes(rows, y)
        known = np.flatnonzero(rows[self.outcome].notna())
        return known, rows[self.outcome].to_numpy(dtype=np.float64)[known].astype(np.int64)

    def _also_learn(self, frame: pd.DataFrame, design: Design) -> None:
        self.curve_: SettlementCurve | None = None
        if WATCHED in frame.columns and SETTLED in frame.columns:
            known = Settlements(*(numbers_of(frame, name) for name in (TERMS, WATCHED, SETTLED)))
            self.curve_ = fit_settlement(design, known)

    def _described(self, rows: Rows, *, as_of: datetime | None) -> Rows:
        return looked_at(rows, as_of=as_of)

    def _chunks(self, places: Positions) -> Iterator[Positions]:
        # Pieces whose days fit into memory; nothing where no days were learned.
        if self.curve_ is not None:
            yield from (places[start : start + CHUNK] for start in range(0, len(places), CHUNK))

    def _unpaid(self, encoded: Floats, terms: Floats) -> Unpaid:
        assert self.curve_ is not None  # noqa: S101 - asked only in the chunks there are
        late = sigmoid(self.ensemble_.log_odds(encoded))
        return self.curve_.unpaid(encoded, terms=terms).anchored(late, due=terms)

    def _evidence(self, rows: Rows, encoded: Floats) -> Floats:
        age, terms = waited(rows), numbers_of(rows, TERMS)
        evidence = np.where(age > terms, CERTAIN, 0.0)
        for some in self._chunks(np.flatnonzero((age > 0) & (age <= terms))):
            evidence[some] = self._unpaid(encoded[some], terms[some]).evidence(age[some], due=terms[some])
        return evidence

    def _log_odds(self, rows: Rows, encoded: Floats) -> Floats:
        return super()._log_odds(rows, encoded) + self._evidence(rows, encoded)

    def _parts(self, rows: Rows, encoded: Floats) -> tuple[tuple[AttributeColumn, ...], Floats]:
        columns, parts = super()._parts(rows, encoded)
        waiting = np.insert(parts, len(columns), self._evidence(rows, encoded), axis=1)
        return (*columns, AttributeColumn(AGE, "number", low=0.0, middle=0.0, high=0.0)), waiting

    def predict_scores(
        self, X: object, *, as_of: datetime | None = None, language: str = "en", top: int = 5
    ) -> pd.DataFrame:
        """Scores invoices for people: probability of late payment, score, grade, reasons, and the days to payment.

        Parameters
        ----------
        X : DataFrame, list of mappings, or array-like of shape (n_rows, n_columns)
            `salescope.features.invoice_features`, or records with their facts.
        as_of : datetime, optional
            The moment, naive, on the day of which the invoices are still unpaid. By default each row's own, and the day
            of issue for records that have none. The history in a frame stays as it was described.
        language : {"en", "zh"}, default "en"
            The language of the reasons.
        top : int, default 5
            At most so many reasons that raise and so many that lower; 0 saves their computation.

        Returns
        -------
        DataFrame, shape (n_rows, 9 or 10)
            "invoice_id" where the rows have it, "probability", "score" (1-100), "grade" (A-D), "reasons", a tuple of
            `Reason`, and the columns of `predict_days` at the level 80.

        Raises
        ------
        UnknownNameError
            When the language is not known.
        """
        rows = self._rows(X, as_of=as_of)
        scores = super().predict_scores(rows, language=language, top=top)
        return pd.concat([scores, self.predict_days(rows)], axis="columns")

    def predict_days(
        self, X: object, *, as_of: datetime | None = None, levels: Sequence[float] = (80.0,)
    ) -> pd.DataFrame:
        """Gives when invoices will be paid.

        Parameters
        ----------
        X, as_of
            As in `predict_scores`.
        levels : sequence of float, default (80,)
            Levels of the intervals, in percent.

        Returns
        -------
        DataFrame, shape (n_rows, 3 + 2 * n_levels)
            Days from issue to payment: "days_median" (whole) and "days_mean"; "overdue_days", the days that the invoice
            is expected to be overdue from the moment on, of an overdue one those until payment, missing without a day
            due; and for every level as "lo_80" and "hi_80" (whole; as much of the chance lies below as above). All
            given that it is unpaid at the moment; NaN where no payment was learned from.

        Raises
        ------
        OutOfRangeError
            When a level is not above 0 and below 100.
        """
        for level in levels:
            if not 0 < level < 100:
                raise OutOfRangeError(level, name="levels", where="predict_days", least="above 0, below 100")
        rows = self._rows(X, as_of=as_of)
        encoded, age, terms = self.encoder_.encode(rows), waited(rows), numbers_of(rows, TERMS)
        names = ["days_median", "days_mean", "overdue_days"]
        names += [f"{side}_{level:g}" for level in levels for side in ("lo", "hi")]
        values = np.full((len(encoded), len(names)), np.nan)
        for some in self._chunks(np.arange(len(encoded))):
            unpaid = self._unpaid(encoded[some], terms[some])
            values[some] = unpaid.answers(age[some], due=terms[some], levels=levels)
        return pd.DataFrame(values, columns=names, index=rows.index if isinstance(rows, pd.DataFrame) else None)

    def input_schema(self) -> dict[str, Any]:
        """Says which columns a record may carry: kinds, accepted categories and usual ranges.

        Returns
        -------
        dict
            See `salescope.scoring.schema`. The days since issue and the terms are always among them.
        """
        return with_waiting(super().input_schema(), labels=self.labels or {})

    def canary_values(self, records: Sequence[Mapping[str, Any]]) -> Floats:
        """Answers records with what a loaded copy must reproduce bit for bit.

        Parameters
        ----------
        records : sequence of mappings, shape (n_records,)
            Invoices as JSON gives them.

        Returns
        -------
        ndarray of float64, shape (n_records,) or (n_records, 6)
            Log-odds, and the days of `predict_days` where they were learned.
        """
        log_odds = super().canary_values(records)
        return log_odds if self.curve_ is None else np.column_stack([log_odds, self.predict_days(records)])

    def to_bundle(self) -> dict[str, bytes]:
        """Gives everything that was learned as files: JSON and LightGBM text, nothing that runs.

        Returns
        -------
        dict of str to bytes
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
        PaymentScorer
            Answers with the same bits as the one that was written.
        """
        scorer = super().from_bundle(files)
        scorer.curve_ = SettlementCurve.from_files(files)
        return scorer
