"""Kinds of columns: what is learned, and what is said about what was dropped."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salescope.features.columns import OTHER, AttributeColumn, learn_column

SENTENCES = [f"asked us about {n} seats and a later start" for n in range(40)]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1, 2, 3], "number"),
        ([1.5, None, 2.5], "number"),
        (["1,200", "950", ""], "number"),
        (["1.200,5", "950"], "number"),
        (["$ 12", "$ 13"], "number"),
        ([True, False, None], "flag"),
        (["yes", "no", "yes"], "category"),
        (["web", "fair", None], "category"),
        (["01234", "98765"], "category"),
        (["2024-01-01", "2024-02-01 10:00"], "date"),
        (pd.to_datetime(["2024-01-01", "2024-02-01"]), "date"),
        (pd.Categorical(["a", "b", "a"]), "category"),
        (pd.array(["a", "b"], dtype="string"), "category"),
        (pd.array([1, None, 2], dtype="Int64"), "number"),
        ([["a"], ["b"], ["a"]], "category"),
        (SENTENCES, "text"),
        ([None, None], "dropped"),
        (["same", "same", None], "dropped"),
        ([f"L-{n}" for n in range(40)], "dropped"),
        (np.arange(1000, 1040), "dropped"),
    ],
)
def test_kind(values, kind):
    assert learn_column(pd.Series(values), name="column").kind == kind


def test_a_few_words_among_numbers_are_missing_and_said_so():
    column = learn_column(pd.Series([*map(str, range(0, 400, 2)), "unknown"]), name="staff")
    assert column.kind == "number"
    assert np.isnan(column.encode("unknown")[0])
    assert "not numbers" in column.note


def test_spread_whole_numbers_are_no_counter():
    assert learn_column(pd.Series(np.arange(40) ** 2), name="revenue").kind == "number"


def test_many_levels_share_a_code_and_new_ones_join_them():
    values = pd.Series([f"city {n}" for n in range(100) for _ in range(1 + n % 3)])
    column = learn_column(values, name="city")
    assert len(column.levels) == 64
    assert column.levels[-1] == OTHER
    assert column.encode("nowhere") == (63.0,)


def test_a_new_level_of_few_is_missing():
    column = learn_column(pd.Series(["a", "b", "a"]), name="source")
    assert np.isnan(column.encode("c")[0])


def test_typical_values_are_quartiles():
    column = learn_column(pd.Series(np.arange(101) / 4), name="tenure")
    assert (column.low, column.middle, column.high) == (6.25, 12.5, 18.75)


def test_weekday_of_a_date():
    column = AttributeColumn("created_at", "date")
    days = pd.date_range("1969-12-25", "1970-01-09")
    assert [column.encode(day)[1] for day in days] == days.weekday.tolist()


def test_text_counts_letters_and_words():
    column = AttributeColumn("note", "text")
    assert column.encode("two words") == (8.0, 2.0)
    assert column.encode(None) == (0.0, 0.0)


VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.datetimes(), st.lists(st.integers(), max_size=2)
)


@given(st.lists(VALUES, max_size=60), st.lists(VALUES, max_size=5))
def test_anything_can_be_learned_and_encoded(values, later):
    column = learn_column(pd.Series(values, dtype=object), name="column")
    for value in (*values, *later):
        cells = column.encode(value)
        assert len(cells) == len(column.parts)
        assert not np.isinf(cells).any()


@given(st.lists(VALUES, max_size=60), st.randoms(use_true_random=False))
def test_row_order_does_not_matter(values, random):
    mixed = values.copy()
    random.shuffle(mixed)
    learned = [learn_column(pd.Series(rows, dtype=object), name="column") for rows in (values, mixed)]
    assert learned[0] == learned[1]


@pytest.mark.parametrize("values", [[True, 1, False, 0], [1, True, 0, False], [0, 1, False, True]])
def test_true_and_one_are_two_values_in_any_order(values):
    assert learn_column(pd.Series(values, dtype=object), name="column").kind == "number"


def test_nested_values_are_read_as_their_text():
    column = learn_column(pd.Series([("a", ["b"]), ["c"], ["c"]], dtype=object), name="column")
    assert column.levels == ("('a', ['b'])", "['c']")


@given(st.lists(VALUES, max_size=40))
def test_state_round_trip(values):
    column = learn_column(pd.Series(values, dtype=object), name="column")
    assert AttributeColumn.from_state(column.to_state()) == column
