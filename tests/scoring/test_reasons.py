"""Reasons in words a person can repeat."""

from __future__ import annotations

import string

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salescope.features.columns import OTHER, AttributeColumn
from salescope.scoring.reasons import Reasons
from salescope.scoring.wording import LANGUAGES, column_label

TENURE = AttributeColumn("tenure", "number", low=9.0, middle=29.0, high=55.0)
CONTRACT = AttributeColumn("Contract", "category", levels=("Month-to-month", "Two year"), common="Month-to-month")
CITY = AttributeColumn("city", "category", levels=("Berlin", OTHER), common="Berlin")
ASKED = AttributeColumn("asked_for_demo", "flag")
CREATED = AttributeColumn("created_at", "date")
NOTE = AttributeColumn("note", "text")
KINDS = [TENURE, CONTRACT, CITY, ASKED, CREATED, NOTE]


def said(column: AttributeColumn, value: object, *, contribution: float = 0.5, language: str = "en") -> str:
    words = Reasons([column], {}, language)
    return words.of({column.name: value}, np.array([contribution]))[0].text


@pytest.mark.parametrize(
    ("column", "value", "english", "chinese"),
    [
        (TENURE, 2, "Tenure is 2, lower than for most – raises the chance", "Tenure為 2（低於多數），提高機會"),
        (TENURE, 30, "Tenure is 30, about as for most – raises the chance", "Tenure為 30（與多數相近），提高機會"),
        (
            TENURE,
            1234.5,
            "Tenure is 1,234, higher than for most – raises the chance",
            "Tenure為 1,234（高於多數），提高機會",
        ),
        (TENURE, None, "Tenure is not known – raises the chance", "Tenure未知，提高機會"),
        (CONTRACT, "Two year", "Contract is 'Two year' – raises the chance", "Contract為「Two year」，提高機會"),
        (
            CITY,
            "Bonn",
            "City is 'Bonn', which is rare or new – raises the chance",
            "City為「Bonn」（少見或新出現），提高機會",
        ),
        (ASKED, True, "Asked for demo: yes – raises the chance", "Asked for demo為「是」，提高機會"),
        (
            CREATED,
            "2024-05-31T09:30",
            "Created at is 2024-05-31 – raises the chance",
            "建立時間在 2024-05-31，提高機會",
        ),
        (NOTE, "please call back", "Note has 3 words – raises the chance", "Note共 3 個詞，提高機會"),
    ],
)
def test_sentences(column, value, english, chinese):
    assert said(column, value) == english
    assert said(column, value, language="zh") == chinese
    assert said(column, value, contribution=-0.5) == english.replace("raises", "lowers")


def test_strong_before_weak_and_for_before_against():
    contributions = np.array([0.2, -0.4, 0.005, 0.9, -0.02, 0.0])
    reasons = Reasons(KINDS, {}, top=2).of({}, contributions)
    assert [reason.contribution for reason in reasons] == [0.9, 0.2, -0.4, -0.02]
    assert [reason.direction for reason in reasons] == ["raises", "raises", "lowers", "lowers"]


def test_long_values_are_cut():
    assert len(said(CITY, "x" * 500)) < 120


def test_the_users_own_name_comes_first():
    assert column_label("tenure", phrases=LANGUAGES["zh"], labels={"tenure": "年資"}) == "年資"
    assert column_label("events_of_call", phrases=LANGUAGES["zh"], labels={}) == "call類聯繫次數"


def test_both_languages_have_the_same_phrases():
    english, chinese = LANGUAGES["en"], LANGUAGES["zh"]
    assert set(english.labels) <= set(chinese.labels)
    for name in ("raises", "lowers", "missing", "unseen", "level", "number", "flag", "date", "text"):
        fields = [
            {field for _, field, _, _ in string.Formatter().parse(getattr(phrases, name)) if field}
            for phrases in (english, chinese)
        ]
        assert fields[0] == fields[1], name


@given(
    st.sampled_from(KINDS),
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.integers())),
    st.sampled_from(["en", "zh"]),
    st.floats(0.01, 9) | st.floats(-9, -0.01),
)
def test_anything_can_be_said(column, value, language, contribution):
    text = said(column, value, contribution=contribution, language=language)
    assert text
    assert not any(f"{{{field}" in text for field in ("what", "label", "value", "typical", "kind"))
