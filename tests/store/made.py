"""Rows for the tests of the store, plain unless a test says otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from salescope.store import NewPublication, Outcome, Prediction, Profile

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
