"""The nearest name: spelling, case and separators."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salescope.frames import nearest_name

NAMES = st.lists(st.text("abcdefghij_", min_size=4, max_size=12), min_size=1, max_size=8, unique=True)


@pytest.mark.parametrize(
    ("given_name", "expected"),
    [("duraton", "duration"), ("LEAD ID", "lead_id"), ("leadid", "lead_id"), ("regoin", "region"), ("zzzz", None)],
)
def test_a_misspelling_finds_its_word(given_name, expected):
    assert nearest_name(given_name, ["lead_id", "duration", "region"]) == expected


@settings(deadline=None, max_examples=25)
@given(NAMES)
def test_every_name_is_nearest_to_itself_up_to_case_and_underscores(names):
    for name in names:
        found = nearest_name(name.upper(), names)
        if name.replace("_", ""):
            assert found is not None
            assert found.replace("_", "") == name.replace("_", "")


def test_nothing_is_near_where_nothing_is_accepted():
    assert nearest_name("lead_id", []) is None
