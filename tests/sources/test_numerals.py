"""Numbers as people write them, held against plain arithmetic."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salescope.sources.numerals import is_code, parse_numbers

AMOUNTS = st.lists(st.integers(-(10**9), 10**9).map(lambda cents: cents / 100), min_size=2, max_size=12, unique=True)


def as_german(amount: float) -> str:
    return f"{amount:,.2f}".replace(",", " ").replace(".", ",").replace(" ", ".")


@settings(deadline=None, max_examples=25)
@given(AMOUNTS)
def test_thousands_and_decimals_are_told_apart_in_both_manners(amounts):
    english = pd.Series([f"{amount:,.2f}" for amount in amounts], dtype="str")
    german = pd.Series([as_german(amount) for amount in amounts], dtype="str")
    assert parse_numbers(english).numbers.tolist() == amounts
    assert parse_numbers(german).numbers.tolist() == amounts


@settings(deadline=None, max_examples=25)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=10))
def test_what_python_writes_is_read_back_exactly(numbers):
    assert parse_numbers(pd.Series([repr(number) for number in numbers], dtype="str")).numbers.tolist() == numbers


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("-5", -5.0), ("(1,234.50)", -1234.5), ("12-", -12.0), ("$1,200", 1200.0), ("1200 EUR", 1200.0),
        ("NT$3,000.00", 3000.0), ("12.5%", 0.125), ("1'234.50", 1234.5), ("1\u2019234.50", 1234.5),
        ("12,34,567.50", 1234567.5), ("\u22125.5", -5.5), ("-$5.25", -5.25), ("€ 7", 7.0), (".5", 0.5), ("5.", 5.0),
    ],
)  # fmt: skip
def test_a_number_in_a_manner_of_its_own(text, number):
    assert parse_numbers(pd.Series([text], dtype="str")).numbers.tolist() == [number]


@pytest.mark.parametrize(
    "text", ["=1+1", "1e999", "inf", "nan", "0x10", "1_000", "1,2,3", "web", "--5", "1.2.3.4", "@1"]
)
def test_what_is_no_number_is_wrong(text):
    assert parse_numbers(pd.Series(["1", text], dtype="str")).wrong.tolist() == [False, True]


@pytest.mark.parametrize(("prefer", "number"), [(".", 1234.0), (",", 1.234)])
def test_one_group_of_three_is_ambiguous_and_the_preferred_mark_decides(prefer, number):
    found = parse_numbers(pd.Series(["1,234"], dtype="str"), prefer=prefer)
    assert found.style.is_ambiguous
    assert found.numbers.tolist() == [number]


def test_one_clear_value_settles_the_column():
    found = parse_numbers(pd.Series(["1.234", "5,5"], dtype="str"))
    assert not found.style.is_ambiguous
    assert found.numbers.tolist() == [1234.0, 5.5]


def test_the_settings_decide():
    assert parse_numbers(pd.Series(["1.234"], dtype="str"), decimal=",").numbers.tolist() == [1234.0]


def test_a_column_of_plain_decimals_is_not_ambiguous():
    assert not parse_numbers(pd.Series(["1.234", "0.5"], dtype="str")).style.is_ambiguous


@pytest.mark.parametrize(
    ("values", "expected"),
    [(["02134"], True), (["+4930123"], True), (["12345678901234567"], True), (["0", "10", "-3.5", "0.25"], False)],
)
def test_codes_are_not_numbers(values, expected):
    assert is_code(pd.Series(values, dtype="str")) is expected
