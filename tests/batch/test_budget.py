"""Promotion of a workspace: weeks by loops, nothing from the day of the question on, and what cannot be told refused."""

from __future__ import annotations

import pandas as pd
import pytest
from tests.batch import customer_night
from tests.scoring import customer_company as made

from salescope.batch import budget_sheet, read_channels, read_promotion
from salescope.frames.errors import OutOfRangeError, SettingsError, SourceError, UnknownNameError
from salescope.planning import allocate, response_curves

TABLES = made.TINY.company.tables
AS_OF = pd.Timestamp("2024-08-07 15:30")
SAME = {"paid search": "search", "trade show": "trade shows"}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    return customer_night.made_workspace(tmp_path_factory.mktemp("promotion"))


@pytest.fixture(scope="module")
def poisoned(tmp_path_factory):
    """Is the same company with other rows from the day of the question on, and other outcomes of older leads."""
    workspace = customer_night.made_workspace(tmp_path_factory.mktemp("poisoned"))
    day = AS_OF.normalize()
    later = {"orders": ("ordered_at", "unit_price", 1e9), "spend": ("date", "amount", 1e9)}
    for name, (when, what, value) in later.items():
        frame = TABLES[name].copy()
        frame.loc[frame[when] >= day, what] = value
        frame.to_parquet(workspace.path / "data" / f"{name}.parquet", index=False)
    leads = TABLES["leads"].copy()
    unknown = ~(leads["outcome_at"] < day)
    leads.loc[unknown, ["outcome", "outcome_at", "amount"]] = ["won", day + pd.Timedelta(days=1), 1e9]
    leads.to_parquet(workspace.path / "data" / "leads.parquet", index=False)
    return workspace


def test_weeks_are_sums_of_their_days(workspace):
    record = read_promotion(workspace, as_of=AS_OF)
    orders, spend = TABLES["orders"], TABLES["spend"]
    assert record.end == pd.Timestamp("2024-08-05")
    assert (len(record.sales), len(record.spend)) == (30, 30)
    for place in (0, 17, 29):
        monday = record.spend.index[place]
        assert monday.weekday() == 0
        inside = orders[(orders["ordered_at"] >= monday) & (orders["ordered_at"] < monday + pd.Timedelta(days=7))]
        money = sum(
            quantity * price * (1.0 - discount)
            for quantity, price, discount in zip(
                inside["quantity"], inside["unit_price"], inside["discount"].fillna(0.0), strict=True
            )
        )
        assert record.sales[place] == pytest.approx(money)
        paid = spend[(spend["date"] >= monday) & (spend["date"] < monday + pd.Timedelta(days=7))]
        for channel in record.spend:
            amounts = [amount for name, amount in zip(paid["channel"], paid["amount"], strict=True) if name == channel]
            assert record.spend[channel].iloc[place] == pytest.approx(sum(amounts))


def test_nothing_from_the_day_of_the_question_on_counts(workspace, poisoned):
    told, other = (read_promotion(each, as_of=AS_OF) for each in (workspace, poisoned))
    assert told.sales.tolist() == other.sales.tolist()
    assert told.spend.equals(other.spend)
    channels, others = (read_channels(each, as_of=AS_OF, same=SAME) for each in (workspace, poisoned))
    pd.testing.assert_frame_equal(channels.report.table, others.report.table)
    assert (channels.first, channels.end) == (others.first, others.end)
    assert channels.end == AS_OF.normalize()


def test_channels_are_what_became_of_their_leads_and_cost(workspace):
    record = read_channels(workspace, same=SAME, days=60)
    assert (record.end - record.first).days == 60
    assert record.strangers == ("mailing",)
    leads, spend = TABLES["leads"], TABLES["spend"]
    inside = leads[(leads["created_at"] >= record.first) & (leads["created_at"] < record.end)]
    for row in record.report.table.to_dict("records"):
        ours = {name for name, paid in SAME.items() if paid == row["channel"]} or {row["channel"]}
        mine = inside[inside["source"].isin(ours)]
        assert row["leads"] == len(mine)
        assert row["won"] == int((mine["outcome"] == "won").sum())
        paid = spend[
            (spend["channel"] == row["channel"]) & (spend["date"] >= record.first) & (spend["date"] < record.end)
        ]
        assert row["spent"] == pytest.approx(paid["amount"].sum())
    # Orders of this company are by phone or in the shop: no channel of theirs is paid for.
    assert record.report.table["customers_covered"].isna().all()
    by_order = read_channels(workspace, same={"phone": "search"}, days=60).report.table.set_index("channel")
    assert 0.0 < by_order.loc["search", "customers_covered"] < 1.0


def test_what_was_never_paid_is_left_out_and_named(tmp_path):
    workspace = customer_night.made_workspace(tmp_path)
    spend = TABLES["spend"]
    spend.assign(amount=spend["amount"].where(spend["channel"] != "social", 0.0)).to_parquet(
        tmp_path / "data" / "spend.parquet", index=False
    )
    record = read_promotion(workspace)
    assert record.unpaid == ("social",)
    assert list(record.spend) == ["mailing", "search", "trade shows"]
    sheet = budget_sheet(allocate(response_curves(record.sales, spend=record.spend), periods=8, reserve=0.0))
    assert sheet["channel"].tolist() == list(record.spend)
    assert set(sheet["known"]) <= {"yes", "no"}
    assert (sheet["plan"].round(2) == sheet["plan"]).all()


def test_what_cannot_be_read_is_refused_with_what_to_do(workspace):
    without = workspace.model_copy(
        update={"tables": {name: table for name, table in workspace.tables.items() if name not in {"spend", "leads"}}}
    )
    with pytest.raises(SettingsError, match="add 'spend"):
        read_promotion(without)
    with pytest.raises(SettingsError, match="add 'leads"):
        read_channels(without)
    with pytest.raises(SourceError, match="have 3 whole weeks in common"):
        read_promotion(workspace, as_of=pd.Timestamp("2024-02-01"))
    with pytest.raises(SourceError, match="no row before 2020-01-01"):
        read_promotion(workspace, as_of=pd.Timestamp("2020-01-01"))
    with pytest.raises(UnknownNameError, match="'paid serch' in leads and orders: did you mean 'paid search'"):
        read_channels(workspace, same={"paid serch": "search"})
    with pytest.raises(UnknownNameError, match="'serch' in spend: did you mean 'search'"):
        read_channels(workspace, same={"paid search": "serch"})
    with pytest.raises(OutOfRangeError, match="days"):
        read_channels(workspace, days=0)


def test_without_spend_channels_have_no_costs(workspace):
    tables = {name: table for name, table in workspace.tables.items() if name != "spend"}
    record = read_channels(workspace.model_copy(update={"tables": tables}))
    assert record.report.table["spent"].isna().all()
    assert record.strangers == ()
