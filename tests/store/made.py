"""Rows for the tests of the store, plain unless a test says otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import numpy as np

from salescope.store import (
    ForecastRow,
    NewPublication,
    Outcome,
    PlanChange,
    Prediction,
    Profile,
    PublishedFutures,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def made_prediction(**changes: object) -> Prediction:
    plain = {
        "subject_id": "C-1",
        "model": "churn",
        "version": "3",
        "digest": "ab" * 32,
        "probability": 0.25,
        "outcome_window_days": 90,
        "as_of": NOW,
        "request_id": "night",
        "at": NOW,
    }
    return Prediction(**{**plain, **changes})


def made_profile(**changes: object) -> Profile:
    return Profile(**{"customer_id": "C-1", "rank_score": 10.0, "content": {"next": "visit"}, **changes})


def made_profiles(count: int, *, first: int = 0) -> Iterator[Profile]:
    """Makes profiles of which every seventh has the same score."""
    for number in range(first, first + count):
        yield made_profile(
            customer_id=f"C-{number:05d}",
            rank_score=float(number % 7),
            region="NESW"[number % 4],
            tier=("loyal", "lost", None)[number % 3],
            owner=f"rep-{number % 5}",
            content={"number": number},
        )


def made_edition(day: int = 0, **changes: object) -> NewPublication:
    at = NOW + timedelta(days=day)
    plain = {"name": "customers", "as_of": at, "at": at, "versions": {"churn": "3", "value": "1"}, "currency": "EUR"}
    return NewPublication(**{**plain, **changes})


def made_outcome(**changes: object) -> Outcome:
    plain = {
        "key": "crm-1",
        "subject_kind": "customer",
        "subject_id": "C-1",
        "kind": "ordered",
        "happened_at": NOW + timedelta(days=1),
        "amount": 12.5,
        "received_at": NOW + timedelta(days=2),
        "request_id": "call",
    }
    return Outcome(**{**plain, **changes})


ABOUT = {
    "frequency": "month",
    "horizon": 3,
    "unit": "money",
    "levels": ["all", "region", "rep"],
    "coverage": {"all": {"80": 0.75, "95": 1.0}, "region": {"80": 0.8, "95": 0.95}, "rep": {"80": 0.82, "95": None}},
}
REPS = {"North": ("1", "2"), "South": ("3", "4/5")}


def made_row(**changes: object) -> ForecastRow:
    plain = {"node": "all", "level": "all", "date": date(2026, 3, 1), "step": 1, "mean": 10.0}
    ends = {"lo_80": 8.0, "hi_80": 12.0, "lo_95": 7.0, "hi_95": 13.5}
    return ForecastRow(**{**plain, **ends, **changes})


def made_tree(scale: float = 1.0) -> dict[str, tuple[str, float]]:
    """Makes the nodes of a small tree with their level and what they sell."""
    reps = {
        f"region={region}/rep={rep}": scale * (number + 1)
        for number, (region, rep) in enumerate((region, rep) for region, them in REPS.items() for rep in them)
    }
    regions = {
        f"region={region}": sum(reps[f"region={region}/rep={rep}"] for rep in them) for region, them in REPS.items()
    }
    return {
        "all": ("all", sum(reps.values())),
        **{node: ("region", sold) for node, sold in regions.items()},
        **{node: ("rep", sold) for node, sold in reps.items()},
    }


def made_rows(horizon: int = 3, *, scale: float = 1.0) -> Iterator[ForecastRow]:
    """Makes a coherent forecast of the small tree, by month."""
    for node, (level, sold) in made_tree(scale).items():
        for step in range(1, horizon + 1):
            mean = sold * (10.0 + step)
            ends = {"lo_80": 0.8 * mean, "hi_80": 1.2 * mean, "lo_95": 0.7 * mean, "hi_95": 1.4 * mean}
            parts = {"trend": 0.75 * mean, "season": 0.25 * mean}
            day = date(2026, 2 + step, 1)
            yield made_row(
                node=node, level=level, date=day, step=step, mean=mean, baseline=0.9 * mean, contributions=parts, **ends
            )


def forecast_edition(day: int = 0, **changes: object) -> NewPublication:
    return made_edition(day, **{"name": "forecasts", "versions": {"sales": "2026.03"}, **changes})


def futures_edition(day: int = 0, **changes: object) -> NewPublication:
    return made_edition(day, **{"name": "futures", "versions": {"sales": "2026.03"}, **changes})


def made_futures(*, scale: float = 1.0, **changes: object) -> PublishedFutures:
    """Makes futures of the small tree: three months, the first of them over, two hundred draws that are what they say."""
    rng = np.random.default_rng(7)
    keys = {
        "region": [region for region, reps in REPS.items() for _ in reps],
        "rep": [rep for reps in REPS.values() for rep in reps],
    }
    size = np.arange(1.0, 5.0)[:, None] * np.array([11.0, 12.0, 13.0]) * 10.0 * scale
    company = rng.normal(size=(200, 1, 3))
    paths = size * (1.05 + 0.10 * company + 0.10 * rng.normal(size=(200, 4, 3)))
    paths[:, :, 0] = size[:, 0]
    plain = {
        "kind": "paths",
        "levels": ["region", "rep"],
        "keys": keys,
        "months": ["2026-03", "2026-04", "2026-05"],
        "last": size,
        "fair": size / size.sum(),
        "arrays": {"paths": paths},
        "closed": 1,
    }
    return PublishedFutures(**{**plain, **changes})


def made_change(**changes: object) -> PlanChange:
    plain = {
        "action": "create",
        "content": {"goal": 100_000},
        "at": NOW,
        "by": "Ana",
        "key_id": "0123456789",
        "request_id": "call",
    }
    return PlanChange(**{**plain, **changes})
