"""The channel report: against loops, Wilson's formula, and tables that lack what it would need."""

from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest

from salescope.frames.errors import MissingColumnError, OutOfRangeError
from salescope.planning import channel_report

START, END = pd.Timestamp("2026-03-01"), pd.Timestamp("2026-04-01")


def tables(seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    rng = np.random.default_rng(seed)
    leads = pd.DataFrame(
        {
            "source": pd.Categorical(rng.choice(["web", "fair", "mail"], 400)),
            "created_at": pd.Timestamp("2026-02-15") + pd.to_timedelta(rng.integers(0, 60 * 24, 400), unit="h"),
            "outcome": rng.choice(["won", "lost", "open"], 400),
            "region": rng.choice(["N", "S", "E"], 400, p=[0.6, 0.395, 0.005]),
            "amount": rng.lognormal(5.0, 1.0, 400),
        }
    )
    dates = pd.date_range("2026-02-15", periods=60)
    spend = pd.DataFrame(
        {"date": np.repeat(dates, 2), "channel": ["web", "fair"] * 60, "amount": rng.uniform(0, 9, 120)}
    )
    spend.loc[::3, "amount"] = 0.0
    customers = pd.DataFrame(
        {"customer_id": rng.integers(0, 50, 200).astype(str), "channel": rng.choice(["web", "mail"], 200)}
    )
    return leads, spend, customers


def test_every_figure_is_what_a_loop_gives() -> None:
    leads, spend, customers = tables()
    report = channel_report(leads, spend=spend, customers=customers, days=(START, END)).table.set_index("channel")
    assert list(report.index) == ["fair", "mail", "web"]
    rows = [row for row in leads.itertuples() if START <= row.created_at < END]
    for name, told in report.iterrows():
        mine = [row for row in rows if row.source == name]
        won, lost = (sum(row.outcome == what for row in mine) for what in ("won", "lost"))
        assert told[["leads", "won", "lost", "open"]].tolist() == [len(mine), won, lost, len(mine) - won - lost]
        assert told["conversion"] == pytest.approx(won / (won + lost))
        money = sum(row.amount for row in mine if row.outcome == "won")
        assert told["money"] == pytest.approx(money)
        paid = [row for row in spend.itertuples() if row.channel == name and START <= row.date < END]
        spent = sum(row.amount for row in paid)
        assert told["spent"] == pytest.approx(spent)
        assert told["cost_per_lead"] == pytest.approx(spent / len(mine))
        assert told["cost_per_won"] == pytest.approx(spent / won)
        assert told["days_covered"] == pytest.approx(len({row.date for row in paid if row.amount > 0}) / 31)
        assert told["regions_covered"] == pytest.approx(
            len({row.region for row in mine}) / len({row.region for row in rows})
        )
        reached = set(customers.loc[customers["channel"] == name, "customer_id"])
        assert told["customers_covered"] == pytest.approx(len(reached) / customers["customer_id"].nunique())
        if spent:
            assert told["money_per_spend"] == pytest.approx(money / spent)
        else:
            assert math.isnan(told["money_per_spend"])


def test_intervals_are_wilsons_and_costs_have_the_same_ends() -> None:
    leads, spend, _ = tables()
    report = channel_report(leads, spend=spend, level=90.0).table
    z = 1.6448536269514722
    for row in report.itertuples():
        n, p = row.won + row.lost, row.conversion
        middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        reach = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        assert (row.conversion_low, row.conversion_high) == pytest.approx((middle - reach, middle + reach))
        if row.spent:
            assert row.cost_per_won_low == pytest.approx(row.spent / (n * row.conversion_high))
            assert row.cost_per_won_high == pytest.approx(row.spent / (n * row.conversion_low))


def test_money_keeps_its_interval_over_redrawn_leads() -> None:
    rng, channels = np.random.default_rng(0), [f"channel {number}" for number in range(100)]
    leads = pd.DataFrame({"source": np.repeat(channels, 300), "amount": rng.gamma(2.0, 50.0, 30_000)})
    leads["outcome"] = np.where(rng.random(30_000) < 0.3, "won", "lost")
    paid = pd.DataFrame({"date": START, "channel": channels, "amount": 1_000.0})
    made = channel_report(leads, spend=paid).table
    truth = 300 * 0.3 * 100.0 / 1_000.0
    assert 88 <= ((made["money_per_spend_low"] <= truth) & (truth <= made["money_per_spend_high"])).sum() <= 100


def test_what_no_table_tells_is_missing_and_written_as_none() -> None:
    leads = pd.DataFrame({"channel": ["a", "b", None], "outcome": ["won", None, "lost"]})
    report = channel_report(leads)
    told = report.table.set_index("channel")
    assert told.loc["b", "open"] == 1
    assert told.loc["b", ["conversion", "conversion_low", "money", "spent", "cost_per_lead"]].isna().all()
    assert told[["days_covered", "regions_covered", "customers_covered"]].isna().all(axis=None)
    written = json.loads(json.dumps(report.as_dict(), allow_nan=False))
    assert written["channels"][0]["won"] == 1
    assert written["channels"][1]["conversion"] is None


def test_no_lead_at_all_is_no_row() -> None:
    assert channel_report(pd.DataFrame({"source": [], "outcome": []})).table.empty


def test_a_channel_with_spend_and_without_leads_is_told() -> None:
    leads = pd.DataFrame({"source": ["web"], "outcome": ["won"]})
    paid = pd.DataFrame({"date": [START], "channel": ["radio"], "amount": [7.0]})
    told = channel_report(leads, spend=paid).table.set_index("channel")
    assert told.loc["radio", ["leads", "spent"]].tolist() == [0, 7.0]
    assert math.isnan(told.loc["radio", "cost_per_won"])


def test_columns_and_levels_that_are_missing_are_named() -> None:
    leads, spend, _ = tables()
    with pytest.raises(MissingColumnError, match="'source' in leads"):
        channel_report(leads.drop(columns="source"))
    with pytest.raises(MissingColumnError, match="'created_at' in leads"):
        channel_report(leads.drop(columns="created_at"), days=(START, END))
    with pytest.raises(MissingColumnError, match="'date' in spend"):
        channel_report(leads, spend=spend.drop(columns="date"))
    with pytest.raises(OutOfRangeError, match="level"):
        channel_report(leads, level=0.0)


def test_days_may_be_named_where_nothing_was_spent() -> None:
    leads = pd.DataFrame({"source": ["web"], "outcome": ["won"], "created_at": pd.to_datetime(["2026-05-02"])})
    days = (pd.Timestamp("2026-05-01"), pd.Timestamp("2026-06-01"))
    assert channel_report(leads, days=days).table["won"].tolist() == [1]
    assert channel_report(leads, days=(days[1], days[1] + pd.Timedelta(days=1))).table.empty
