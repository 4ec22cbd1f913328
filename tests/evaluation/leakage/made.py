"""Made leads with known truth: honest columns of every kind, and leaks to add to them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit

__all__ = ["Made", "honest_leads", "oversampled", "smote"]

REGIONS = np.array([f"region {i}" for i in range(60)])


@dataclass(frozen=True)
class Made:
    """Holds leads whose columns were all known before the outcome."""

    frame: pd.DataFrame
    y: np.ndarray
    created: pd.DatetimeIndex
    rng: np.random.Generator


def honest_leads(seed: int, *, n_rows: int | None = None) -> Made:
    """Draws outcomes from season, region, source and behaviour; strong drift and rare pure categories included."""
    rng = np.random.default_rng(seed)
    n = n_rows or int(rng.integers(250, 1500))
    day = np.sort(rng.integers(0, 700, n))
    created = pd.Timestamp("2024-01-01") + pd.to_timedelta(day, unit="D")
    season = rng.uniform(0, 2) * np.sin(day / 365 * 2 * np.pi) + rng.uniform(-2, 2) * day / 700
    interest, size = rng.normal(size=(2, n))
    region = rng.choice(60, n, p=(1 / np.arange(1, 61)) / (1 / np.arange(1, 61)).sum())
    source = rng.choice(list("abcdefg"), n)
    odds = rng.uniform(-1.5, 0) + season + rng.uniform(0.3, 1.5) * interest + rng.uniform(0, 1) * size
    odds += rng.normal(0, 0.5, 60)[region] + 1.5 * (source == "a") - 2.0 * (source == "b")
    frame = pd.DataFrame(
        {
            "region": REGIONS[region],
            "source": source,
            "visits": rng.poisson(np.exp(0.5 + 0.6 * interest)),
            "budget": np.where(rng.random(n) < 0.3, np.nan, np.round(np.exp(4 + size), 2)),
            "rate_index": np.round(season + rng.normal(0, 0.01, n), 3),
            "month": created.month_name(),
            "created": created,
            "expected_close": created + pd.to_timedelta(rng.integers(20, 90, n), unit="D"),
            "employees": np.exp(rng.normal(4, 1.5, n)).astype(int),
            "newsletter": rng.random(n) < 0.3,
            "note": rng.choice(["", "call back", "wants to see the product soon"], n),
            "rare": np.where(rng.random(n) < 0.01, rng.choice(list("xyz"), n), "none"),
        }
    )
    return Made(frame, (rng.random(n) < expit(odds)).astype(int), created, rng)


def oversampled(y: np.ndarray, *, seed: int) -> np.ndarray:
    """Gives row positions in which the smaller class was copied until both are equal."""
    few = int(y.sum() * 2 < len(y))
    rows = np.flatnonzero(y == few)
    more = np.random.default_rng(seed).choice(rows, len(y) - 2 * len(rows))
    return np.concatenate([np.arange(len(y)), more])


def smote(points: np.ndarray, y: np.ndarray, *, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Fills the won class up by points between a won row and one of its five nearest, by plain distances."""
    rng = np.random.default_rng(seed)
    won = points[y == 1]
    distance = np.linalg.norm(won[:, None, :] - won[None, :, :], axis=2)
    nearest = np.argsort(distance, axis=1)[:, 1:6]
    start = rng.integers(0, len(won), len(y) - 2 * len(won))
    end = nearest[start, rng.integers(0, 5, len(start))]
    made = won[start] + rng.random((len(start), 1)) * (won[end] - won[start])
    return np.vstack([points, made]), np.concatenate([y, np.ones(len(made), dtype=int)])
