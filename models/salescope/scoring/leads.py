"""The lead scorer: the chance that a lead is won, from its attributes and behaviour."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

import numpy as np
import pandas as pd

from salescope.features.behaviour import KIND_PREFIX, event_kinds
from salescope.features.leads import record_features
from salescope.scoring.door import Outcomes, Rows
from salescope.scoring.probability_scorer import ProbabilityScorer

__all__ = ["LeadScorer"]

CLOSED = ("lost", "won")


class LeadScorer(ProbabilityScorer):
    """Scores leads: the chance that they are won, a score, a grade and the reasons.

    Parameters
    ----------
    exclude : iterable of str, default ()
        Columns that are never features, such as those the leakage audit refused. The contract's ``lead_id``,
        ``outcome`` and ``outcome_at`` never are.
    grades : mapping of str to int, optional
        The lowest score of grades A, B and C; by default 80, 50 and 20.
    labels : mapping of str to str, optional
        Names of columns as people say them, for the reasons.
    trees : mapping, optional
        LightGBM parameters of the boosted member over its preset, as a search found them.
    seed : int, default 0
        Where all randomness comes from.

    Notes
    -----
    Without labels, `fit` takes the column "outcome" of the contract and leaves out open leads, or the column "y" of
    `lead_snapshots`. Records may carry a list "events"; their behaviour is then counted as `lead_features` counts it.

    What is learned and how it answers: `salescope.scoring.probability_scorer.ProbabilityScorer`.

    Examples
    --------
    >>> leads = pd.DataFrame(
    ...     {"source": ["web", "fair"] * 30, "outcome": ["won", "lost", "won", "won", "lost", "lost"] * 10}
    ... )
    >>> scorer = LeadScorer().fit(leads)
    >>> scorer.predict(pd.DataFrame({"source": ["web", "fair"]})).tolist()
    ['won', 'lost']
    >>> LeadScorer().fit(leads.assign(outcome="won"))
    Traceback (most recent call last):
        ...
    salescope.frames.errors.OutcomeError: Only one class, 'won', is among 60 outcomes. ...
    """

    kind: ClassVar[str] = "lead_scorer"
    key: ClassVar[str] = "lead_id"
    outcome: ClassVar[str] = "outcome"
    remedy: ClassVar[str] = "Give y, or map the column 'outcome' with the values 'open', 'won' and 'lost'."
    # The key, what is known only after the outcome by the contract, and the label of snapshots.
    not_features: ClassVar[tuple[str, ...]] = ("lead_id", "outcome", "outcome_at", "amount", "y")

    def _outcomes(self, rows: pd.DataFrame, y: object) -> Outcomes:
        if y is not None or self.outcome not in rows.columns:
            return super()._outcomes(rows, y)
        outcome = rows[self.outcome].astype("object")
        closed = np.flatnonzero(outcome.isin(CLOSED))
        return closed, outcome.iloc[closed].to_numpy(dtype=str)

    def _described(self, rows: Rows, *, as_of: datetime | None) -> Rows:
        kinds = event_kinds([column.name for column in self.encoder_.used_])
        if not isinstance(rows, pd.DataFrame):
            return record_features(rows, as_of=as_of, kinds=kinds)
        counted = "events_total" in rows.columns
        # A kind of event that nobody had yet is absent from a frame of behaviour: it was seen zero times.
        unseen = {KIND_PREFIX + kind: 0.0 for kind in kinds if counted and KIND_PREFIX + kind not in rows.columns}
        moment = {} if as_of is None else {"as_of": as_of}
        return rows.assign(**unseen, **moment) if unseen or moment else rows
