"""Row 9: a record answered alone, in a batch, in a frame or in any order gets the same bits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from tests.acceptance.leads_08_reasons import damaged
from tests.acceptance.outcome import Outcome
from tests.acceptance.real_sets import KNOWN_LATER, Labelled, bank_marketing, folder, telco_churn

from salescope.scoring import LeadScorer

ALONE = 3000


@dataclass(frozen=True)
class Differences:
    """Counts the records whose probability differs in any bit."""

    alone: int
    as_records: int
    shuffled: int
    trained_shuffled: int

    @property
    def total(self) -> int:
        """Is the count over all ways of asking."""
        return self.alone + self.as_records + self.shuffled + self.trained_shuffled


def differences(data: Labelled, *, rows: int, alone: int) -> Differences:
    """Asks the same records in four ways."""
    mixed = np.random.default_rng(1).permutation(rows)
    scorer = LeadScorer().fit(data.frame.iloc[:rows], data.y[:rows])
    other = LeadScorer().fit(data.frame.iloc[mixed], data.y[mixed])
    frame = damaged(data.frame, seed=2)
    order = np.random.default_rng(0).permutation(len(frame))
    batch = scorer.predict_proba(frame)[:, 1]
    records = frame.to_dict("records")
    one_by_one = [scorer.predict_proba([record])[0, 1] for record in records[:alone]]
    return Differences(
        alone=int((np.array(one_by_one) != batch[:alone]).sum()),
        as_records=int((scorer.predict_proba(records)[:, 1] != batch).sum()),
        shuffled=int((scorer.predict_proba(frame.iloc[order])[:, 1] != batch[order]).sum()),
        trained_shuffled=int((other.predict_proba(frame)[:, 1] != batch).sum()),
    )


def run() -> Outcome:
    """Asks the records of two real sets in four ways."""
    bank = bank_marketing(folder())
    sets = [telco_churn(folder()), Labelled(bank.frame.drop(columns=KNOWN_LATER), bank.y)]
    found = [differences(data, rows=len(data.y), alone=ALONE) for data in sets]
    total = sum(each.total for each in found)
    asked = sum(len(data.y) for data in sets)
    figure = f"{total} of {asked:,} records differ in any bit: alone ({ALONE:,} a set), as records, shuffled, trained on shuffled rows"
    return Outcome(figure, total == 0)
