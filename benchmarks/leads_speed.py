"""Speed of one answer and of many, in one process and one thread, against a scikit-learn pipeline on a data frame."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from benchmarks.peers import PEERS
from threadpoolctl import threadpool_limits

from salescope.project import load_workspace
from salescope.scoring import LeadScorer
from salescope.training import lead_data

__all__ = ["measure"]

EXAMPLE = Path(__file__).resolve().parents[1] / "notebooks" / "examples" / "telco-churn"
REPEATS = 5


def measure() -> Iterator[str]:
    """Yields the lines of a Markdown table."""
    data = lead_data(load_workspace(EXAMPLE))
    features = data.features.drop(columns="lead_id")
    scorer = LeadScorer().fit(features, data.y)
    peer = PEERS["LightGBM, defaults"]().fit(features, data.y)
    yield from ["", "| CPU milliseconds, medians of five | 1 record | 1,000 records |", "|---|---|---|"]
    rows: dict[str, Callable[[int], object]] = {
        "pipeline + LightGBM on a data frame": lambda n: peer.predict_proba(features.head(n)),
        "LeadScorer, probabilities from records": lambda n: scorer.predict_proba(records[:n]),
        "LeadScorer, scores with reasons from records": lambda n: scorer.predict_scores(records[:n]),
    }
    records = features.head(1_000).to_dict("records")
    with threadpool_limits(1):
        for name, answer in rows.items():
            yield f"| {name} | {_milliseconds(answer, 1):.2f} | {_milliseconds(answer, 1_000):.1f} |"


def _milliseconds(answer: Callable[[int], object], n: int) -> float:
    times = []
    for _ in range(REPEATS):
        started = time.process_time()
        calls = 20 if n == 1 else 1
        for _ in range(calls):
            answer(n)
        times.append(1_000 * (time.process_time() - started) / calls)
    return float(np.median(times))
