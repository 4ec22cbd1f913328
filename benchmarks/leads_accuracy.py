"""Accuracy of the lead learner beside its peers on the public sets: five shuffled folds, one thread."""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from benchmarks.peers import PEERS
from threadpoolctl import threadpool_limits

from salescope.evaluation import classifier_metrics, random_folds
from salescope.project import load_workspace
from salescope.training import lead_data

__all__ = ["measure"]

EXAMPLES = Path(__file__).resolve().parents[1] / "notebooks" / "examples"
SETS = ("bank-marketing", "telco-churn", "crm-sales-opportunities")
FIGURES = ("auc", "log_loss", "calibration_error", "lift_at_10")


def measure() -> Iterator[str]:
    """Yields the lines of a Markdown table a set."""
    for name in SETS:
        data = lead_data(load_workspace(EXAMPLES / name))
        features = data.features.drop(columns=["lead_id", "created_at"], errors="ignore")
        yield from ["", f"**{name}** ({len(data.y):,} closed leads, {data.y.mean():.1%} won)", ""]
        yield "| learner | AUC | log loss | calibration error | lift at 10 % | CPU-s a fit |"
        yield "|---|---|---|---|---|---|"
        for peer, make in PEERS.items():
            figures, seconds = _judged(features, data.y, make)
            cells = " | ".join(f"{figures[figure]:.4f}" for figure in FIGURES)
            yield f"| {peer} | {cells} | {seconds:.2f} |"


def _judged(features: pd.DataFrame, y: np.ndarray, make) -> tuple[dict[str, float], float]:
    p, seconds = np.empty(len(y)), []
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for fold in random_folds(y):
            started = time.process_time()
            fitted = make().fit(features.iloc[fold.train], y[fold.train])
            seconds.append(time.process_time() - started)
            p[fold.test] = fitted.predict_proba(features.iloc[fold.test])[:, 1]
    return classifier_metrics(y, p), float(np.median(seconds))
