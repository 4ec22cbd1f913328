"""Events and drivers: shares of days and of series, against plain loops, and holidays that were published."""

# ruff: noqa: PD011 - `values` is a field of Known, not of a frame

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from tests.forecasting.made import made_panel

from salescope.forecasting import FREQUENCIES, Tree, frequency_named
from salescope.forecasting.events import KnownAhead, known_ahead
from salescope.forecasting.holiday_calendar import holiday_days, provisional_years
from salescope.frames.errors import MissingColumnError, OutcomeError, UnknownNameError

DAY, WEEK, MONTH = (frequency_named(name) for name in ("day", "week", "month"))


@pytest.fixture(scope="module")
def tree() -> Tree:
    keys = pd.DataFrame({"region": ["N", "N", "S"], "shop": ["1", "2", "3"]})
    return Tree.of(keys, levels={"region": ["region"], "shop": ["region", "shop"]})


def rows(tree: Tree, values: np.ndarray) -> dict[str, np.ndarray]:
    return dict(zip(tree.nodes, values, strict=True))


@pytest.mark.parametrize("frequency", FREQUENCIES, ids=lambda one: one.name)
def test_events_against_plain_loops(tree, frequency):
    dates = frequency.starts(pd.Timestamp("2025-02-10"), count=9)
    after = frequency.starts(dates[0], count=10)[1:]
    table = pd.DataFrame(
        {
            "event": ["sale", "sale", "sale", "launch"],
            "start": ["2025-02-12", "2025-02-14", "2025-03-01", "2025-02-16"],
            "end": ["2025-02-15", "2025-02-20", None, "2025-05-01"],
            "node": ["region=N", "region=N/shop=1", None, "region=S/shop=3"],
        }
    )
    found = known_ahead(tree, dates=dates, frequency=frequency, events=table)
    assert found.kinds == {"launch": "event", "sale": "event"}
    concerned = {"region=N": [0, 1], "region=N/shop=1": [0], "all": [0, 1, 2], "region=S/shop=3": [2]}
    for name in ("sale", "launch"):
        bottom = np.zeros((3, len(dates)))
        for period, (first, end) in enumerate(zip(dates, after, strict=True)):
            days = pd.date_range(first, end - pd.Timedelta(days=1))
            for node, series in concerned.items():
                alike = table[(table["event"] == name) & (table["node"].fillna("all") == node)]
                spans = [(pd.Timestamp(row.start), pd.Timestamp(row.end or row.start)) for row in alike.itertuples()]
                on = sum(any(start <= day <= stop for start, stop in spans) for day in days)
                bottom[series, period] = np.minimum(bottom[series, period] + on / len(days), 1)
        wanted = [bottom[np.asarray(tree.sums[[node]].indices)].mean(axis=0) for node in range(len(tree.nodes))]
        np.testing.assert_allclose(found.values[name], wanted, atol=1e-12)


def test_a_price_holds_until_the_next_and_a_deeper_node_has_the_last_word(tree):
    table = pd.DataFrame(
        {
            "driver": "price",
            "date": ["2026-01-11", "2026-02-01", "2026-02-15"],
            "value": [10.0, 20.0, 6.0],
            "kind": "price",
            "node": ["all", "all", "region=S/shop=3"],
        }
    )
    dates = MONTH.starts(pd.Timestamp("2025-12-01"), count=4)
    for shuffled in (table, table[::-1], pd.concat([table, table])):
        found = known_ahead(tree, dates=dates, frequency=MONTH, drivers=shuffled)
        assert found.kinds == {"price": "price"}
        told = rows(tree, found.values["price"])
        np.testing.assert_allclose(told["region=N/shop=1"], [np.nan, 10, 20, 20])
        np.testing.assert_allclose(told["region=S/shop=3"], [np.nan, np.nan, 6, 6])
        np.testing.assert_allclose(told["all"], [np.nan, 10, 46 / 3, 46 / 3])
    later = table[table["node"] == "all"]
    found = known_ahead(tree, dates=dates, frequency=MONTH, drivers=later)
    np.testing.assert_allclose(found.values["price"][0], [np.nan, 10, 20, 20])


def test_more_periods_ahead_change_no_earlier_one(tree):
    table = pd.DataFrame({"event": ["sale"], "start": ["2026-02-12"], "end": ["2026-06-01"]})
    short, long = (
        known_ahead(
            tree, dates=DAY.starts(pd.Timestamp("2026-02-01"), count=count), frequency=DAY, events=table, country="CN"
        )
        for count in (20, 40)
    )
    for name, value in short.values.items():
        np.testing.assert_array_equal(long.values[name][:, :20], value)


def test_china_works_at_weekends_in_exchange_for_days_off():
    found = holiday_days("CN", first=pd.Timestamp("2026-01-01"), last=pd.Timestamp("2026-12-31"))
    worked = found.loc[found["kind"] == "made_up_workday", "day"]
    assert worked.dt.strftime("%m-%d").tolist() == ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"]
    assert (worked.dt.dayofweek >= 5).all()
    off = found[found["kind"] == "holiday"].set_index("day")["name"]
    # The twentieth is off for a Saturday that is worked: it belongs to the feast that it lengthens.
    assert off[pd.Timestamp("2026-02-20")] == "Chinese New Year"
    assert not off.str.contains("substituted|observed").any()
    assert not found["provisional"].any()


def test_holidays_that_nobody_has_published_are_provisional():
    assert provisional_years("CN", first=pd.Timestamp("2025-06-01"), last=pd.Timestamp("2028-01-31")) == (2027, 2028)
    assert 2040 in provisional_years("SA", first=pd.Timestamp("2040-01-01"), last=pd.Timestamp("2040-12-31"))
    assert provisional_years("DE-BY", first=pd.Timestamp("2026-01-01"), last=pd.Timestamp("2040-12-31")) == ()
    known = KnownAhead(ahead=14, country="CN")
    panel = made_panel(np.ones((1, 20)), frequency="month")
    assert known.notes(panel) == ()
    later = KnownAhead(ahead=100, country="CN").notes(panel)
    assert [note.split()[2] for note in later] == ["2027"]
    assert KnownAhead(ahead=100).notes(panel) == ()


def test_holidays_of_days_know_how_near_they_are(tree):
    dates = DAY.starts(pd.Timestamp("2026-12-17"), count=12)
    found = known_ahead(tree, dates=dates, frequency=DAY, country="DE-BY")
    assert (found.values["holiday"] == found.values["holiday"][0]).all()
    assert found.values["holiday"][0].tolist() == [0.0] * 8 + [1.0, 1.0, 0.0, 0.0]
    np.testing.assert_allclose(
        found.values["before_holiday"][0, :9], [0, 1 / 8, 2 / 8, 3 / 8, 4 / 8, 5 / 8, 6 / 8, 7 / 8, 0]
    )
    np.testing.assert_allclose(found.values["after_holiday"][0, 9:], [0, 7 / 8, 6 / 8])
    assert set(found.kinds.values()) == {"event"}
    weekly = known_ahead(tree, dates=WEEK.starts(dates[0], count=3), frequency=WEEK, country="DE-BY")
    np.testing.assert_allclose(weekly.values["holiday"][0], [0, 2 / 7, 1 / 7])
    assert "before_holiday" not in weekly.values


def test_an_event_of_a_holidays_name_is_both(tree):
    table = pd.DataFrame({"event": ["holiday"], "start": ["2026-12-27"], "node": ["region=S"]})
    found = known_ahead(
        tree, dates=DAY.starts(pd.Timestamp("2026-12-25"), count=3), frequency=DAY, events=table, country="DE"
    )
    assert rows(tree, found.values["holiday"])["region=S"].tolist() == [1.0, 1.0, 1.0]
    assert rows(tree, found.values["holiday"])["region=N"].tolist() == [1.0, 1.0, 0.0]


def test_a_panel_is_told_what_is_known_over_its_periods_and_ahead(tree):
    panel = made_panel(np.ones((len(tree.nodes), 5)), frequency="week")
    table = pd.DataFrame({"event": ["sale"], "start": [panel.dates[-1] + pd.Timedelta(days=7)]})
    found = KnownAhead(ahead=2, events=table)(tree, panel)
    np.testing.assert_allclose(found.values["sale"][0], [0, 0, 0, 0, 0, 1 / 7, 0])
    assert KnownAhead(ahead=2)(tree, panel).values == {}


@pytest.mark.parametrize(
    ("tables", "error", "words"),
    [
        ({"events": {"event": ["a"]}}, MissingColumnError, "start"),
        ({"events": {"event": ["a"], "start": ["2026-02-30"]}}, OutcomeError, "dates that are none"),
        ({"events": {"event": ["a"], "start": ["2026-02-03"], "end": ["2026-02-01"]}}, OutcomeError, "'a' ends before"),
        ({"events": {"event": ["a"], "start": ["2026-02-01"], "node": ["region=M"]}}, UnknownNameError, "region=N"),
        ({"events": {"event": ["a"], "start": ["2026-02-01T00:00:00+08:00"]}}, OutcomeError, "time zone"),
        ({"drivers": {"driver": ["a"], "date": ["2026-02-01"]}}, MissingColumnError, "value"),
        ({"drivers": {"driver": ["a"], "date": ["2026-02-01"], "value": ["much"]}}, OutcomeError, "lacks values"),
        (
            {"drivers": {"driver": ["a"], "date": ["2026-02-01"], "value": [1], "kind": ["cost"]}},
            UnknownNameError,
            "price",
        ),
        ({"country": "XX"}, UnknownNameError, "country"),
        ({"country": "DE-XX"}, UnknownNameError, "BY"),
    ],
)
def test_tables_that_cannot_be_meant_are_refused(tree, tables, error, words):
    given = {name: pd.DataFrame(table) if isinstance(table, dict) else table for name, table in tables.items()}
    with pytest.raises(error, match=words):
        known_ahead(tree, dates=DAY.starts(pd.Timestamp("2026-02-01"), count=3), frequency=DAY, **given)


def test_a_driver_cannot_have_the_name_of_an_event(tree):
    events = pd.DataFrame({"event": ["a"], "start": ["2026-02-01"]})
    drivers = pd.DataFrame({"driver": ["a"], "date": ["2026-02-01"], "value": [1.0]})
    with pytest.raises(OutcomeError, match="'a' is the name"):
        known_ahead(
            tree, dates=DAY.starts(pd.Timestamp("2026-02-01"), count=3), frequency=DAY, events=events, drivers=drivers
        )
