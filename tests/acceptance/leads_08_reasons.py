"""Row 8: reasons and base add up to the log-odds of the score, on every record."""

from __future__ import annotations

import numpy as np
import pandas as pd
from tests.acceptance.outcome import Outcome
from tests.acceptance.real_sets import KNOWN_LATER, Labelled, bank_marketing, folder, telco_churn

from salescope.scoring import LeadScorer

WITHIN = 1e-6


def damaged(frame: pd.DataFrame, *, seed: int) -> pd.DataFrame:
    """Blanks a tenth of the cells and puts a word never seen into another tenth, whatever the column's type."""
    rng = np.random.default_rng(seed)
    chance = rng.random(frame.shape)
    return frame.astype(object).mask(chance < 0.1, None).mask(chance > 0.9, "never seen")


def largest_gap(data: Labelled, *, rows: int, ordered: bool = False) -> float:
    """Gives the largest difference between the log-odds and base + contributions, on whole and damaged records."""
    scorer = LeadScorer().fit(data.frame.iloc[:rows], data.y[:rows], order=range(rows) if ordered else None)
    gaps = [0.0]
    for frame in (data.frame, damaged(data.frame, seed=0)):
        total = scorer.contributions(frame).sum(axis="columns")
        gaps.append(float(np.abs(total.to_numpy() - scorer.decision_function(frame)).max()))
    return max(gaps)


def run() -> Outcome:
    """Adds up the reasons of every record of two real sets."""
    bank = bank_marketing(folder())
    known_before = Labelled(bank.frame.drop(columns=KNOWN_LATER), bank.y)
    telco = telco_churn(folder())
    # All members answer for the one, boosted trees alone for the other, whose calls are in time order.
    gaps = [
        largest_gap(telco, rows=len(telco.y)),
        largest_gap(known_before, rows=len(known_before.y), ordered=True),
    ]
    records = 2 * (len(telco.y) + len(known_before.y))
    figure = f"largest gap over {records:,} records, damaged ones too: {max(gaps):.1e}"
    return Outcome(figure, max(gaps) <= WITHIN)
