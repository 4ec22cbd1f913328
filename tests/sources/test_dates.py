"""Dates: the style of a whole column, ambiguity, offsets and numbers that are dates."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salescope.sources.dates import PATTERNS, DateStyle, agreed_styles, date_style, parse_dates

DAYS = st.lists(st.dates(dt.date(1990, 1, 1), dt.date(2060, 12, 31)), min_size=1, max_size=12, unique=True)


@pytest.mark.parametrize("pattern", [name for names in PATTERNS.values() for name in names if "%y" not in name])
@settings(deadline=None, max_examples=25)
@given(days=DAYS)
def test_dates_written_in_a_pattern_are_read_in_it(pattern, days):
    values = pd.Series([day.strftime(pattern) for day in days], dtype="str")
    style = DateStyle(pattern)
    assert parse_dates(values, style).times.dt.date.tolist() == days


@settings(deadline=None, max_examples=25)
@given(days=DAYS)
def test_a_column_with_a_day_above_twelve_is_never_ambiguous(days):
    days = [*days, dt.date(2025, 7, 31)]
    values = pd.Series(list({day.strftime("%d/%m/%Y") for day in days}), dtype="str")
    style = date_style(values)
    assert style is not None
    assert (style.name, style.is_ambiguous) == ("%d/%m/%Y", False)


@pytest.mark.parametrize(
    ("values", "name", "first"),
    [
        (["2025-01-31"], "iso", "2025-01-31"),
        (["2025-01-31 10:20", "2025-02-01"], "iso", "2025-01-31 10:20"),
        (["2025-01-31T10:20:30.123456Z"], "iso", "2025-01-31 10:20:30.123456"),
        (["2025-01-31 10:20:30 UTC"], "iso", "2025-01-31 10:20:30"),
        (["2025-01-31T10:20:30+0200"], "iso", "2025-01-31 08:20:30"),
        (["31.01.2025 10:20"], "%d.%m.%Y", "2025-01-31 10:20"),
        (["1/31/2025, 3:05 PM"], "%m/%d/%Y", "2025-01-31 15:05"),
        (["1/31/25"], "%m/%d/%y", "2025-01-31"),
        (["31-Jan-2025"], "%d-%b-%Y", "2025-01-31"),
        (["January 31, 2025"], "%B %d, %Y", "2025-01-31"),
        (["2025年1月31日"], "%Y年%m月%d日", "2025-01-31"),
        (["20250131"], "%Y%m%d", "2025-01-31"),
        (["45688.5"], "excel", "2025-01-31 12:00"),
        (["1738281600"], "epoch_s", "2025-01-31"),
        (["1738281600000"], "epoch_ms", "2025-01-31"),
    ],
)
def test_the_style_of_a_column_is_found(values, name, first):
    style = date_style(pd.Series(values, dtype="str"))
    assert style is not None
    assert style.name == name
    assert parse_dates(pd.Series(values, dtype="str"), style).times.iloc[0] == pd.Timestamp(first)


def test_words_are_no_dates():
    assert date_style(pd.Series(["web", "fair"], dtype="str")) is None


def test_most_values_decide_and_the_others_are_wrong():
    values = pd.Series(["31/01/2025", "02/03/2025", "2025-01-01", "31/02/2025"], dtype="str")
    style = date_style(values)
    assert style is not None
    assert parse_dates(values, style).wrong.tolist() == [False, False, True, True]


def test_times_with_an_offset_are_utc_unless_local_ones_are_asked_for():
    values = pd.Series(["2025-01-31T10:00:00+02:00"], dtype="str")
    style = date_style(values)
    assert style is not None
    assert style.has_offset
    assert parse_dates(values, style).times[0] == pd.Timestamp("2025-01-31 08:00")
    assert parse_dates(values, style, keep_local=True).times[0] == pd.Timestamp("2025-01-31 10:00")


def test_a_plain_date_has_no_offset():
    style = date_style(pd.Series(["2016-10-20"], dtype="str"))
    assert style == DateStyle("iso")


def test_another_column_settles_day_and_month():
    unclear = date_style(pd.Series(["01/02/2025"], dtype="str"))
    clear = date_style(pd.Series(["31/02/2025", "31/01/2025"], dtype="str"))
    settled = agreed_styles({"a": unclear, "b": clear})["a"]
    assert settled is not None
    assert (settled.order, settled.is_ambiguous) == ("day_first", False)


@pytest.mark.parametrize(("value", "order"), [("01/02/2025", "month_first"), ("01.02.2025", "day_first")])
def test_what_nothing_settles_is_a_stated_guess(value, order):
    settled = agreed_styles({"a": date_style(pd.Series([value], dtype="str"))})["a"]
    assert settled is not None
    assert (settled.order, settled.is_ambiguous) == (order, True)


def test_the_settings_decide_without_a_doubt():
    style = date_style(pd.Series(["01/02/2025"], dtype="str"), asked="day_first")
    assert style is not None
    assert (style.name, style.is_ambiguous) == ("%d/%m/%Y", False)


def test_a_day_that_equals_its_month_is_not_ambiguous():
    style = date_style(pd.Series(["01/01/2025", "02/02/2025"], dtype="str"))
    assert style is not None
    assert not style.is_ambiguous
