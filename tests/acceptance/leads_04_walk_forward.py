"""Row 4: retrained each month on all that went before, the scorer keeps its calibration while the market drifts."""

from __future__ import annotations

from tests.acceptance.outcome import Outcome
from tests.acceptance.real_sets import KNOWN_LATER, Labelled, bank_marketing, folder, judge_splits, month_blocks

from salescope.evaluation.splits import walk_forward


def run() -> Outcome:
    """Walks through the months of the last 70 % of the bank's calls."""
    data = bank_marketing(folder())
    known_before = Labelled(data.frame.drop(columns=KNOWN_LATER), data.y)
    blocks = month_blocks(data.frame["month"])
    judged = judge_splits(known_before, walk_forward(blocks, first=1), ordered=True)
    tested = int((blocks > 0).sum())
    figure = f"bank-marketing, {blocks.max()} months walked forward ({tested:,} rows): {judged}"
    return Outcome(figure, judged.log_loss <= 0.381 and judged.calibration_error <= 0.029)
