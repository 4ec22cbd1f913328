"""The real data sets as leads, and the drivers that judge the scorer on them."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from salescope.evaluation.metrics import auc, calibration_error, log_loss
from salescope.evaluation.splits import Split
from salescope.scoring import LeadScorer

__all__ = ["Judged", "Labelled", "bank_marketing", "folder", "judge_splits", "month_blocks", "telco_churn"]

KNOWN_LATER = "duration"
FEWEST_IN_A_MONTH = 100
HISTORY = 0.3


@dataclass(frozen=True)
class Labelled:
    """Holds records and their outcomes as 0 and 1."""

    frame: pd.DataFrame
    y: npt.NDArray[np.int64]


@dataclass(frozen=True)
class Judged:
    """Holds the figures over all tested rows together."""

    auc: float
    log_loss: float
    calibration_error: float
    seconds_a_fit: float

    def __str__(self) -> str:
        return (
            f"AUC {self.auc:.4f}, log loss {self.log_loss:.4f}, calibration error {self.calibration_error:.4f}, "
            f"{self.seconds_a_fit:.1f} CPU-s a fit"
        )


def folder() -> Path:
    """Finds the folder of the real data sets."""
    root = Path(__file__).resolve().parent.parent.parent
    return Path(os.environ.get("SALESCOPE_DATA", root.parent / "shared" / "data"))


def bank_marketing(data: Path) -> Labelled:
    """Reads the calls of a bank in the order they were made, with the field that is known only after the call."""
    frame = pd.read_csv(data / "bank-marketing" / "bank-additional-full.csv", sep=";")
    return Labelled(frame.drop(columns="y"), frame["y"].eq("yes").to_numpy(dtype=np.int64))


def telco_churn(data: Path) -> Labelled:
    """Reads the customers of a telephone company; the outcome is that they left."""
    frame = pd.read_csv(data / "telco-churn" / "Telco-Customer-Churn.csv")
    return Labelled(frame.drop(columns="Churn"), frame["Churn"].eq("Yes").to_numpy(dtype=np.int64))


def month_blocks(month: pd.Series) -> npt.NDArray[np.int64]:
    """Numbers the runs of one month, oldest first; 0 is the history, the run that crosses 30 % of the rows included.

    A run of fewer than 100 rows joins the next one; what is left at the end joins nothing and is -1.
    """
    rows = len(month)
    starts = np.flatnonzero(month.ne(month.shift()).to_numpy())
    block = np.full(rows, -1, dtype=np.int64)
    first = starts[starts >= HISTORY * rows]
    block[: first[0]] = 0
    begin, number = first[0], 1
    for stop in (*first[1:], rows):
        if stop - begin >= FEWEST_IN_A_MONTH:
            block[begin:stop] = number
            begin, number = stop, number + 1
    return block


def judge_splits(data: Labelled, splits: Iterable[Split], *, ordered: bool = False) -> Judged:
    """Fits the scorer on each split's training rows and judges all tested rows together."""
    chance = np.full(len(data.y), np.nan)
    fits, started = 0, time.process_time()
    for split in splits:
        order = split.train if ordered else None
        scorer = LeadScorer().fit(data.frame.iloc[split.train], data.y[split.train], order=order)
        chance[split.test] = scorer.predict_proba(data.frame.iloc[split.test])[:, 1]
        fits += 1
    seconds = (time.process_time() - started) / fits
    tested = ~np.isnan(chance)
    y, p = data.y[tested], chance[tested]
    return Judged(auc(y, p), log_loss(y, p), calibration_error(y, p), seconds)
