"""Each rule about columns at its edges."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from salescope.evaluation.leakage.after_outcome import absent_while_open, accumulated, dated_later
from salescope.evaluation.leakage.case import MISSING, prepare, view_of
from salescope.evaluation.leakage.disguise import nearly_the_outcome, telltale_value
from salescope.evaluation.leakage.hints import dominant, named_like_an_outcome
from salescope.evaluation.leakage.identifiers import identifiers
from salescope.evaluation.leakage.naming import speaks_of_outcome
from salescope.evaluation.leakage.price import PriceList
from salescope.evaluation.leakage.report import AuditReport, Finding


def suspects(rule, y, *, order=None, **columns):
    case = prepare(pd.DataFrame(columns), y, order=order, skipped=(), seed=0)
    return list(dict.fromkeys(suspicion.column for suspicion in rule(case)))


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def y(rng):
    return (rng.random(2000) < 0.3).astype(int)


def test_a_column_given_up_long_ago_is_not_absent_while_open(rng):
    y = np.where(np.arange(1000) < 800, rng.integers(0, 2, 1000), np.nan)
    old = np.where(np.arange(1000) < 300, "x", None)
    written = np.where(np.isnan(y), None, "x")
    order = np.where(np.arange(1000) < 800, np.arange(1000), np.arange(1000) - 400)
    assert suspects(absent_while_open, y, order=order, old=old, written=written) == ["written"]


def test_zero_counts_as_absent_where_open_leads_have_nothing_else(rng):
    y = np.where(np.arange(400) < 300, rng.integers(0, 2, 400), np.nan)
    value = np.where(np.isnan(y), 0.0, rng.random(400))
    assert suspects(absent_while_open, y, value=value, amount=rng.random(400)) == ["value"]


def test_planned_dates_are_told_from_dates_of_what_happened(rng):
    created = pd.Series(pd.Timestamp("2025-01-01") + pd.to_timedelta(np.sort(rng.integers(0, 400, 2000)), unit="D"))
    lag = pd.to_timedelta(rng.exponential(45, 2000) + 1, unit="D")
    planned, happened = created + lag, created + lag
    kept = (happened <= "2026-02-05").to_numpy()
    y = rng.integers(0, 2, 2000)
    columns = {
        "born": created - pd.Timedelta(days=9000),
        "planned": planned,
        "written": happened.dt.strftime("%Y-%m-%d"),
    }
    assert suspects(dated_later, y, order=created, born=columns["born"], planned=planned) == []
    cut = pd.DataFrame(columns)[kept]
    assert suspects(dated_later, y[kept], order=created[kept], written=cut["written"]) == ["written"]
    assert suspects(dated_later, y[kept], created=created[kept], written=cut["written"]) == ["written"]
    assert suspects(dated_later, y[kept], written=cut["written"]) == []


def test_instants_with_a_zone_are_compared_with_naive_ones(rng):
    created = pd.Series(pd.date_range("2025-01-01", periods=400, tz="Europe/Berlin"))
    seen = created.dt.tz_localize(None) + pd.Timedelta(days=1)
    assert suspects(dated_later, rng.integers(0, 2, 400), order=created, seen=seen) == []


def test_the_low_end_counts_and_the_high_end_does_not(rng, y):
    grown = np.where(y == 1, 2.0 + rng.exponential(2, 2000), rng.exponential(2, 2000))
    sure = np.where(y == 1, rng.exponential(6, 2000), np.minimum(rng.exponential(1, 2000), 3))
    assert suspects(accumulated, y, grown=grown, sure=sure) == ["grown"]
    assert suspects(accumulated, 1 - y, grown=grown) == ["grown"]


def test_a_field_that_only_knows_the_season_has_not_accumulated(rng):
    y = (rng.random(4000) < np.repeat([0.02, 0.9], 2000)).astype(int)
    assert suspects(accumulated, y, rate=np.repeat([1.0, 2.0], 2000) + rng.random(4000) / 10) == []


@pytest.mark.parametrize(("noise", "expected"), [(0.0, ["mark"]), (0.04, ["mark"]), (0.2, [])])
def test_a_mark_of_the_outcome_is_known_through_noise(rng, y, noise, expected):
    mark = np.where(rng.random(2000) < noise, 1 - y, y)
    assert suspects(nearly_the_outcome, y, mark=np.where(mark, "yes", "no")) == expected


def test_small_pure_groups_tell_nothing(rng):
    y = rng.integers(0, 2, 300)
    assert suspects(nearly_the_outcome, y, group=rng.integers(0, 150, 300).astype(str)) == []


@pytest.mark.parametrize("dirt", [0.0, 0.001])
def test_a_reason_that_only_lost_leads_have_is_telltale(rng, y, dirt):
    reason = np.where(((y == 0) & (rng.random(2000) < 0.5)) | (rng.random(2000) < dirt), "price", "")
    assert suspects(telltale_value, y, reason=reason, other=rng.choice(list("ab"), 2000)) == ["reason"]


def test_a_rare_value_pure_by_chance_is_not_telltale(rng, y):
    value = np.where((y == 0) & (rng.random(2000) < 0.03), "rare", "usual")
    assert suspects(telltale_value, y, value=value) == []


def test_who_hardly_ever_buys_is_no_leak(rng):
    owner = rng.random(20_000) < 0.46
    y = (rng.random(20_000) < np.where(owner, 0.001, 0.2)).astype(int)
    assert y[owner].sum() > 0
    assert suspects(telltale_value, y, owner=owner.astype(int), word=np.where(owner, "yes", "no")) == []


def test_a_rare_outcome_makes_no_filled_column_telltale(rng):
    filled = rng.random(20_000) < 0.5
    y = (rng.random(20_000) < np.where(filled, 0.006, 0.014)).astype(int)
    assert (
        suspects(telltale_value, y, phone=np.where(filled, "x", None), visits=filled * rng.integers(1, 50, 20_000))
        == []
    )


def test_an_amount_that_only_won_leads_have_may_have_exceptions(rng, y):
    amount = np.where((y == 1) | (rng.random(2000) < 0.0005), np.exp(rng.normal(5, 1, 2000)), 0.0)
    assert suspects(telltale_value, y, amount=amount) == ["amount"]


def test_an_amount_of_a_rare_outcome_is_seen_beside_its_zeros(rng):
    y = (rng.random(20_000) < 0.01).astype(int)
    amount = np.where(y == 1, np.exp(rng.normal(5, 1, 20_000)), 0.0)
    assert suspects(nearly_the_outcome, y, amount=amount) == ["amount"]


def test_identifiers_are_told_from_measures(rng, y):
    n = len(y)
    found = suspects(
        identifiers,
        y,
        code=[f"A{i:06d}" for i in rng.permutation(n)],
        counter=np.arange(n) * 3 + 17,
        dense=rng.permutation(n),
        phone=rng.choice(9 * 10**9, n, replace=False) + 10**9,
        weight=rng.random(n),
        employees=np.exp(rng.normal(8, 2, n)).astype(int),
        region=rng.choice([f"r{i}" for i in range(200)], n),
        story=[f"wants {a} and {b} before {c}" for a, b, c in rng.integers(0, 10**6, (n, 3))],
        at=pd.Timestamp("2026-01-01") + pd.to_timedelta(np.arange(n), unit="h"),
    )
    assert found == ["code", "counter", "dense", "phone"]


def test_a_name_is_a_hint_only_where_the_column_tells_something(rng, y):
    telling = y + rng.normal(size=2000)
    found = suspects(named_like_an_outcome, y, call_duration=telling, stage=rng.random(2000), calm=telling)
    assert found == ["call_duration"]


@pytest.mark.parametrize(
    ("name", "speaks"),
    [
        ("duration", True),
        ("callDuration", True),
        ("close_value", True),
        ("是否成交", True),
        ("結案日期", True),
        ("poutcome", False),
        ("previous_outcome", False),
        ("expected_close", False),
        ("Contract", False),
        ("tenure", False),
        ("region", False),
    ],
)
def test_names_are_read_by_whole_words(name, speaks):
    assert speaks_of_outcome(name) is speaks


def test_one_column_that_says_nearly_everything_is_a_hint(rng, y):
    case = prepare(pd.DataFrame({"visits": rng.normal(size=2000) + 1.5 * y}), y, order=None, skipped=(), seed=0)
    suspicion = next(dominant(case))
    assert suspicion.hint
    assert suspicion.worth == 0.10


def test_with_a_name_that_speaks_of_the_outcome_it_blocks(rng, y):
    frame = pd.DataFrame({"call_minutes": rng.normal(size=2000) + 1.5 * y})
    suspicion = next(dominant(prepare(frame, y, order=None, skipped=(), seed=0)))
    assert not suspicion.hint
    assert "a name that speaks of the outcome" in suspicion.evidence


def test_spans_of_time_and_infinite_numbers_are_numbers():
    spans = view_of("s", pd.Series(pd.to_timedelta([36, None, 12], unit="h")))
    assert spans.ordered
    assert spans.numbers[[0, 2]].tolist() == [1.5, 0.5]
    assert view_of("i", pd.Series([1.0, np.inf])).codes.tolist() == [1, MISSING]


def test_text_that_is_numbers_or_dates_gets_its_type():
    numbers = view_of("n", pd.Series(["1.5", " ", "10"]))
    assert numbers.ordered
    assert numbers.codes.tolist() == [1, MISSING, 2]
    assert view_of("d", pd.Series(["31/12/2025", None])).is_date
    assert view_of("d", pd.Series(["2025-12-31T10:00", "2025-12-01T09:30"])).is_date
    assert not view_of("t", pd.Series(["2025-12-31", "soon"])).ordered
    assert view_of("c", pd.Series(pd.Categorical(["b", "a", None]))).codes.tolist() == [1, 2, MISSING]


def test_prices_compare_models_with_and_without(rng, y):
    frame = pd.DataFrame({"leak": y + 0.1 * rng.random(2000), "noise": rng.random(2000)})
    prices = PriceList(prepare(frame, y, order=None, skipped=(), seed=0))
    assert prices.joint(["leak"]).random == pytest.approx(1.0, abs=1e-3)
    assert prices.joint([]).random == 0.5
    assert prices.of(["leak"], pool=["noise"]).least == pytest.approx(0.5, abs=0.06)
    assert "on the newest rows" in prices.of(["leak"], pool=[]).words


def test_rows_sorted_by_outcome_have_no_newest_block(rng):
    y = np.repeat([0, 1], 100)
    prices = PriceList(prepare(pd.DataFrame({"a": rng.random(200)}), y, order=None, skipped=(), seed=0))
    price = prices.joint(["a"])
    assert np.isnan(price.newest)
    assert price.least == price.random
    assert "newest" not in price.words


def test_a_report_tabulates_and_separates_hints():
    hint = Finding("after_outcome", ("a",), "'a' is odd.", 0.1, blocking=False)
    report = AuditReport((hint,), n_rows=10, auc_random=0.7, auc_newest=0.6)
    assert report.blocking == ()
    assert report.to_frame().loc[0, ["columns", "blocking"]].tolist() == ["a", False]
    report.raise_for_findings()
