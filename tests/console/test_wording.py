"""Words and drawings: both languages say the same things, and geometry stays inside its frame."""

from __future__ import annotations

import re
from datetime import timedelta
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.console.conftest import NOW

from salescope.console.card import Bin
from salescope.console.data import LeadReason, PastScore
from salescope.console.drawings import importance_bars, reason_bars, reliability_plot, spark_line
from salescope.console.wording import LANGUAGES, WORDS, preferred_language

SHARES = st.floats(0, 1)


def test_both_languages_have_the_same_words_with_the_same_blanks():
    english, chinese = WORDS["en"], WORDS["zh"]
    assert set(WORDS) == set(LANGUAGES)
    assert set(english) == set(chinese)
    for name in english:
        assert set(re.findall(r"{\w+}", english[name])) == set(re.findall(r"{\w+}", chinese[name])), name


def test_every_word_is_used_and_every_used_word_exists():
    package = files("salescope.console")
    texts = [page.read_text() for page in package.joinpath("templates").iterdir() if page.name.endswith(".html")]
    used = set(re.findall(r"\bt\.(\w+)", " ".join(texts)))
    notices = {f"{notice}{end}" for notice in ("missing", "unavailable") for end in ("", "_more")}
    assert used | notices == set(WORDS["en"])


@pytest.mark.parametrize(("header", "language"), [("zh-TW", "zh"), ("en-GB,zh", "en"), ("", "en"), ("*;q=0.1", "en")])
def test_a_browser_gets_the_first_language_it_names_that_we_speak(header: str, language: str):
    assert preferred_language(header) == language


@given(st.lists(st.tuples(SHARES, SHARES, SHARES), min_size=1, max_size=10))
def test_reliability_stays_inside_its_frame_and_on_the_diagonal_where_exact(drawn):
    bins = [
        Bin(n_rows=1, probability=chance, rate=rate, lo_95=min(rate, edge), hi_95=max(rate, edge))
        for chance, rate, edge in drawn
    ]
    plot = reliability_plot(bins)
    for dot, row in zip(plot.dots, bins, strict=True):
        assert 0 <= dot.x <= 300
        assert 0 <= dot.top <= dot.y <= dot.bottom <= 300
        if row.probability == row.rate:
            assert dot.x == pytest.approx(300 - dot.y, abs=0.2)
    places = [place for place, _ in plot.ticks]
    assert places[0] == 0
    assert places[-1] == 300
    assert 2 <= len(places) <= 6 or places == sorted(places)


@given(st.lists(st.floats(-9, 9), max_size=12))
def test_reasons_are_bars_on_their_side_as_long_as_they_are_strong(contributions):
    bars = reason_bars([LeadReason("x", value) for value in contributions])
    strongest = max((abs(value) for value in contributions), default=0)
    for bar, value in zip(bars, contributions, strict=True):
        assert 0 <= bar.x <= bar.x + bar.width <= 200.1
        assert (bar.x >= 100) if value >= 0 else (bar.x + bar.width == pytest.approx(100, abs=0.11))
        if strongest:
            assert bar.width == pytest.approx(100 * abs(value) / strongest, abs=0.06)


def test_importance_shows_at_most_eight_the_largest_first():
    bars = importance_bars({f"c{number}": float(number) for number in range(12)}, say=str.upper)
    assert [bar.text for bar in bars] == [f"C{number}" for number in range(11, 3, -1)]
    assert bars[0].width == 200
    assert importance_bars({}, say=str) == []
    assert importance_bars({"a": 0.0}, say=str)[0].width == 0


def test_a_spark_needs_two_answers_and_runs_from_old_to_new():
    newest_first = [PastScore(100 - step, "A", "1", NOW - timedelta(days=step)) for step in range(3)]
    assert spark_line(newest_first[:1]) is None
    spark = spark_line(newest_first)
    assert spark is not None
    xs = [float(point.split(",")[0]) for point in spark.points.split()]
    assert xs == sorted(xs)
    assert spark.last == (950.0, 10.0)


def test_answers_of_one_instant_still_draw():
    assert spark_line([PastScore(50, "B", "1", NOW), PastScore(40, "B", "1", NOW)]) is not None
