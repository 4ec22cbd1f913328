"""Dates that tell the outcome only together."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from salescope.evaluation import audit

ROWS = 1_500
DAY = pd.Timedelta(days=1)


@pytest.fixture
def invoices() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    issued = pd.Timestamp("2024-01-01") + rng.integers(0, 700, ROWS) * DAY
    due = issued + rng.choice([14, 30, 60], ROWS) * DAY
    settled = due + np.round(rng.normal(-3, 12, ROWS)) * DAY
    frame = pd.DataFrame({"issued": issued, "due": due, "settled": settled, "amount": rng.lognormal(4, 1, ROWS)})
    return frame.assign(late=(frame["settled"] > frame["due"]).astype(int))


@pytest.mark.parametrize("written", [False, True], ids=["dates", "text"])
def test_a_date_that_tells_by_its_distance_from_another_is_found(invoices, written):
    frame = invoices.drop(columns="late")
    if written:
        frame = frame.assign(**{name: frame[name].dt.strftime("%m/%d/%Y") for name in ("issued", "due", "settled")})
    report = audit(frame, invoices["late"], order=invoices["issued"])
    assert [finding.columns for finding in report.blocking] == [("settled",)]
    assert "minus 'due' tells won from lost with AUC 1.000" in report.blocking[0].evidence


def test_planned_dates_alone_are_no_leak(invoices):
    report = audit(invoices.drop(columns=["late", "settled"]), invoices["late"], order=invoices["issued"])
    assert report.blocking == ()


def test_the_distance_from_the_leads_own_time_counts_too():
    rng = np.random.default_rng(1)
    came = pd.Series(pd.Timestamp("2024-01-01") + rng.integers(0, 700, ROWS) * DAY)
    won = (rng.random(ROWS) < 0.4).astype(int)
    touched = came + np.where(won, rng.integers(40, 90, ROWS), rng.integers(1, 30, ROWS)) * DAY
    report = audit(pd.DataFrame({"touched": touched, "noise": rng.normal(size=ROWS)}), won, order=came)
    assert ("touched",) in [finding.columns for finding in report.blocking]
