"""Single cells: numbers, flags, dates and words in every spelling."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salescope.features.cells import (
    DAY,
    NEVER,
    date_of,
    decimal_mark,
    flag_of,
    instant_of,
    is_blank,
    number_of,
    word_of,
)

NAN = float("nan")


def same(found: float, wanted: float) -> bool:
    return found == wanted or (math.isnan(found) and math.isnan(wanted))


@pytest.mark.parametrize(
    ("cell", "mark", "wanted"),
    [
        ("1,234.5", ".", 1234.5),
        ("1.234,5", ",", 1234.5),
        ("1'234.5", ".", 1234.5),
        ("1 234 567", ".", 1234567.0),
        ("-0.5", ".", -0.5),
        ("+7", ".", 7.0),
        (".5", ".", 0.5),
        ("5.", ".", 5.0),
        ("1e3", ".", 1000.0),
        ("12 %", ".", 12.0),
        ("€ 99", ".", 99.0),
        ("1,23", ".", NAN),
        ("1,2345", ".", NAN),
        ("1e999", ".", NAN),
        ("inf", ".", NAN),
        ("nan", ".", NAN),
        ("0x10", ".", NAN),
        ("1_000", ".", NAN),
        ("twelve", ".", NAN),
        ("", ".", NAN),
        (True, ".", 1.0),
        (Decimal("2.5"), ".", 2.5),
        (np.int64(3), ".", 3.0),
        (np.float32(0.5), ".", 0.5),
        (10**400, ".", NAN),
        (float("inf"), ".", NAN),
        (None, ".", NAN),
        ([1], ".", NAN),
    ],
)
def test_number(cell, mark, wanted):
    assert same(number_of(cell, mark=mark), wanted)


@given(st.floats(allow_nan=False, allow_infinity=False, width=64))
def test_every_number_survives_its_own_text(number):
    assert number_of(repr(number)) == number


@given(st.integers(-(10**15), 10**15))
def test_grouping_does_not_change_a_number(number):
    assert number_of(f"{number:,}") == number_of(f"{number:,}".replace(",", "."), mark=",") == number


@pytest.mark.parametrize(
    ("texts", "wanted"),
    [(["1,5", "2,25"], ","), (["1.5", "2"], "."), (["1.234.567", "3"], ","), (["1,234,567", "3"], "."), ([], ".")],
)
def test_decimal_mark(texts, wanted):
    assert decimal_mark(texts) == wanted


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [
        (True, 1.0),
        (np.False_, 0.0),
        ("YES", 1.0),
        (" n ", 0.0),
        (1, 1.0),
        (0.0, 0.0),
        (2, NAN),
        ("perhaps", NAN),
        (None, NAN),
    ],
)
def test_flag(cell, wanted):
    assert same(flag_of(cell), wanted)


NOON = 19723 + 0.5


@pytest.mark.parametrize(
    "cell",
    [
        "2024-01-01 12:00",
        "2024-01-01T12:00:00.000",
        "2024-01-01T14:00:00+02:00",
        " 2024-01-01T12:00:00Z ",
        datetime.fromisoformat("2024-01-01T12:00"),
        datetime(2024, 1, 1, 12, tzinfo=UTC),
        datetime(2024, 1, 1, 4, tzinfo=timezone(timedelta(hours=-8))),
        pd.Timestamp("2024-01-01 12:00"),
        np.datetime64("2024-01-01T12:00"),
    ],
)
def test_every_spelling_of_an_instant_is_the_same(cell):
    assert date_of(cell) == NOON
    assert instant_of(cell) == NOON * DAY


def test_a_date_is_its_midnight():
    assert date_of(date(2024, 1, 1)) == date_of("2024-01-01") == 19723.0


@pytest.mark.parametrize(
    "cell",
    ["now", "today", "01/02/2024", "2024-02-30", "9999-12-31", "", None, pd.NaT, 7, 1e18, np.datetime64("NaT"), True],
)
def test_what_is_no_instant_is_never(cell):
    assert instant_of(cell) == NEVER
    assert math.isnan(date_of(cell))


@pytest.mark.parametrize("cell", [None, NAN, np.float32("nan"), pd.NA, pd.NaT, np.datetime64("NaT"), "", " \t"])
def test_blank(cell):
    assert is_blank(cell)
    assert word_of(cell) is None


@pytest.mark.parametrize(
    ("cell", "wanted"), [(1, "1"), (1.0, "1"), ("1", "1"), (1.5, "1.5"), (" a b ", "a b"), (True, "True")]
)
def test_word(cell, wanted):
    assert word_of(cell) == wanted
