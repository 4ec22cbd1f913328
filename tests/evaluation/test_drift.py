"""Drift of features: the index and the distance by plain loops, chance that seldom cries wolf, and real moves that are found."""

from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import ks_2samp

from salescope.evaluation.column_summary import bin_counts, bin_labels, summarise_columns
from salescope.evaluation.drift import EXPLANATION, feature_drift


def made_frame(n_rows, *, seed):
    """Makes numbers, counts, flags and categories with rare names and missing values."""
    rng = np.random.default_rng(seed)
    rare = 1 / np.arange(1, 26) ** 1.4
    return pd.DataFrame(
        {
            "amount": rng.lognormal(3, 1, size=n_rows),
            "visits": rng.poisson(0.6, size=n_rows),
            "rarely": np.where(rng.random(n_rows) < 0.98, np.nan, rng.random(n_rows)),
            "days": np.where(rng.random(n_rows) < 0.3, np.nan, rng.gamma(2, 20, size=n_rows)),
            "active": rng.random(n_rows) < 0.02,
            "source": rng.choice(["web", "fair", "call", None], p=[0.6, 0.25, 0.1, 0.05], size=n_rows),
            "town": rng.choice([f"town {k}" for k in range(25)], p=rare / rare.sum(), size=n_rows),
            "constant": "same",
        }
    )


def only(found, column):
    return next(one for one in found if one.column == column)


class TestSummary:
    def test_it_is_small_plain_json_and_shares_add_up(self):
        summary = summarise_columns(made_frame(2000, seed=0))
        assert json.loads(json.dumps(summary, allow_nan=False)) == summary
        assert len(json.dumps(summary)) < 4000
        for column in summary["columns"].values():
            assert math.fsum([*column["shares"], column["missing"]]) == pytest.approx(1)
            assert len(bin_labels(column)) == len(column["shares"]) + 1

    def test_the_order_of_rows_does_not_matter(self):
        frame = made_frame(500, seed=1)
        assert summarise_columns(frame) == summarise_columns(frame.sample(frac=1, random_state=0))

    def test_numbers_are_cut_into_ten_bins_of_equal_count(self):
        column = summarise_columns(pd.DataFrame({"x": np.arange(1000.0)}))["columns"]["x"]
        assert column["shares"] == pytest.approx([0.1] * 10, abs=0.0011)

    def test_a_value_that_many_rows_share_has_a_bin_of_its_own(self):
        column = summarise_columns(pd.DataFrame({"x": [0] * 80 + [1] * 11 + [2] * 9}))["columns"]["x"]
        assert column["edges"] == [1.0]
        assert column["shares"] == [0.8, 0.2]

    @pytest.mark.parametrize(
        ("values", "kind"),
        [
            (["1.5", "2", None] * 10, "number"),
            ([True, False, None] * 10, "category"),
            (pd.array([1, 2, None] * 10, dtype="Int64"), "number"),
            (pd.array([True, None] * 10, dtype="boolean"), "category"),
            (pd.Categorical(["a", "b", None] * 10), "category"),
            (["a"] * 9 + ["1"], "category"),
        ],
    )
    def test_what_a_column_is(self, values, kind):
        column = summarise_columns(pd.DataFrame({"x": values}))["columns"]["x"]
        assert column["kind"] == kind
        assert column["missing"] == pytest.approx(pd.Series(values).isna().mean())

    def test_dates_and_empty_columns_are_left_out(self):
        frame = pd.DataFrame({"at": pd.Timestamp("2026-01-01"), "none": [None] * 3, "nan": np.nan})
        assert summarise_columns(frame) == {"n_rows": 3, "columns": {}}
        assert summarise_columns(frame.iloc[:0]) == {"n_rows": 0, "columns": {}}

    def test_no_identifier_travels_with_a_summary(self):
        names = [f"customer {k // 4}" for k in range(400)]
        summary = summarise_columns(pd.DataFrame({"name": names, "town": ["here"] * 396 + ["there"] * 4}))
        assert summary["columns"]["name"]["names"] == []
        assert summary["columns"]["town"]["names"] == ["here"]

    def test_at_most_twenty_names_the_most_frequent_first_ties_by_name(self):
        values = [f"{k:02d}x" for k in range(30) for _ in range(10)] + ["05x"]
        names = summarise_columns(pd.DataFrame({"x": values}))["columns"]["x"]["names"]
        assert names == ["05x", *(f"{k:02d}x" for k in range(20) if k != 5)]

    @given(
        st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=30),
        st.lists(st.one_of(st.none(), st.floats(allow_nan=True, allow_infinity=True)), max_size=30),
    )
    def test_every_value_falls_into_the_bin_that_its_label_names(self, before, now):
        column = summarise_columns(pd.DataFrame({"x": before}))["columns"]["x"]
        expected = [0] * (len(column["edges"]) + 2)
        for value in now:
            known = value is not None and math.isfinite(value)
            expected[sum(edge <= value for edge in column["edges"]) if known else -1] += 1
        assert bin_counts(column, pd.Series(now, dtype=np.float64)).tolist() == expected


class TestIndex:
    @given(st.lists(st.integers(0, 30), min_size=3, max_size=3), st.lists(st.integers(0, 30), min_size=3, max_size=3))
    @settings(max_examples=50)
    def test_by_a_plain_loop(self, before, now):
        before, now = [before[0] + 40, before[1] + 40, before[2]], [*now[:2], now[2] + 1]
        frame, recent = (
            pd.DataFrame({"x": ["a"] * counts[0] + ["b"] * counts[1] + [None] * counts[2]}, dtype=object)
            for counts in (before, now)
        )
        (found,) = feature_drift(summarise_columns(frame), recent)
        filled = [(b, n) for b, n in zip(before, now, strict=True) if b + n]
        n_before, n_now = (sum(pair[k] + 0.5 for pair in filled) for k in (0, 1))
        psi = sum(
            ((n + 0.5) / n_now - (b + 0.5) / n_before) * math.log((n + 0.5) / n_now * n_before / (b + 0.5))
            for b, n in filled
        )
        assert found.psi == pytest.approx(psi, abs=1e-12)
        assert found.floor == pytest.approx((len(filled) - 1) * (1 / sum(before) + 1 / sum(now)))
        assert (found.missing_before, found.missing_now) == (before[2] / sum(before), pytest.approx(now[2] / sum(now)))
        if now[0] + now[1]:
            gap = abs(now[0] / (now[0] + now[1]) - before[0] / (before[0] + before[1]))
            assert found.distance == pytest.approx(gap)
        else:
            assert found.distance is None

    def test_the_distance_of_numbers_is_kolmogorovs_but_for_the_width_of_a_bin(self):
        rng = np.random.default_rng(0)
        before, now = rng.normal(size=3000), rng.normal(0.5, 1.2, size=2000)
        (found,) = feature_drift(summarise_columns(pd.DataFrame({"x": before})), pd.DataFrame({"x": now}))
        exact = ks_2samp(before, now).statistic
        assert exact - 0.1 < found.distance <= exact + 1e-9
        assert found.distance == pytest.approx(exact, abs=0.03)

    def test_it_is_much_the_same_however_many_rows_tell_it(self):
        few, many = (
            feature_drift(
                summarise_columns(pd.DataFrame({"x": ["a", "b"] * n})), pd.DataFrame({"x": ["a"] * n + ["b"] * 3 * n})
            )[0]
            for n in (100, 10_000)
        )
        assert few.psi == pytest.approx(many.psi, rel=0.02)
        assert few.p95 == pytest.approx(100 * many.p95)


class TestChance:
    @pytest.mark.parametrize(("n_now", "seed"), [(25, 0), (400, 1)])
    def test_one_comparison_in_twenty_cries_wolf_at_most(self, n_now, seed):
        alarms = 0
        for draw in range(40):
            summary = summarise_columns(made_frame(1500, seed=1000 * seed + 2 * draw))
            found = feature_drift(summary, made_frame(n_now, seed=1000 * seed + 2 * draw + 1))
            alarms += any(one.drifted for one in found)
        # 2 expected at most; four standard deviations of a binomial are 5.5.
        assert alarms <= 7

    def test_the_floor_is_the_mean_index_without_drift(self):
        draws = [
            feature_drift(
                summarise_columns(pd.DataFrame({"x": rng.random(2000)})), pd.DataFrame({"x": rng.random(500)})
            )[0]
            for rng in map(np.random.default_rng, range(80))
        ]
        assert np.mean([one.psi for one in draws]) == pytest.approx(draws[0].floor, rel=0.15)

    def test_a_small_sample_may_exceed_the_customary_quarter_and_still_be_chance(self):
        found = feature_drift(summarise_columns(made_frame(2000, seed=3)), made_frame(30, seed=5))
        assert max(one.psi for one in found) > 0.25
        assert not any(one.drifted for one in found)


class TestMoves:
    def test_what_moved_is_found_named_and_ranked(self):
        now = made_frame(600, seed=8)
        now["source"] = np.where(now["source"] == "web", "partner", now["source"])
        now["days"] = now["days"].where(np.arange(600) % 4 == 0)
        now["amount"] = now["amount"] * 1.25
        found = feature_drift(summarise_columns(made_frame(3000, seed=7)), now)
        assert [one.column for one in found if one.drifted] == ["source", "days", "amount"]
        assert [one.drifted for one in found] == sorted((one.drifted for one in found), reverse=True)
        source, days = found[:2]
        # What used to be "web" is a name that training had not seen.
        assert (source.moved, source.share_before) == ("(other)", 0.0)
        assert 0.55 < source.share_now < 0.65
        assert days.moved == "(missing)"
        assert days.missing_now > 0.75 > 0.35 > days.missing_before
        shares = f"from {days.share_before:.1%} to {days.share_now:.1%} of rows."
        assert days.message.endswith(f"most of all '(missing)': {shares}")
        assert "has not moved beyond chance" in only(found, "visits").message

    def test_a_column_that_became_text_is_missing(self):
        found = feature_drift(summarise_columns(pd.DataFrame({"x": range(100)})), pd.DataFrame({"x": ["much"] * 50}))
        assert found[0].drifted
        assert (found[0].moved, found[0].missing_now, found[0].distance) == ("(missing)", 1.0, None)

    def test_a_constant_that_stays_has_no_index_and_one_that_changes_has(self):
        summary = summarise_columns(pd.DataFrame({"x": ["same"] * 100, "n": [7] * 100}))
        for one in feature_drift(summary, pd.DataFrame({"x": ["same"] * 40, "n": 7})):
            assert (one.psi, one.floor, one.p95, one.distance, one.drifted) == (0, 0, 0, 0, False)
        assert feature_drift(summary, pd.DataFrame({"x": ["other"] * 40}))[0].drifted

    def test_columns_that_cannot_be_compared_come_last_with_a_reason(self):
        summary = summarise_columns(made_frame(200, seed=0))
        found = feature_drift(summary, made_frame(100, seed=1).drop(columns=["amount", "town"]))
        assert [one.column for one in found][-2:] == ["amount", "town"]
        assert found[-1].message == "'town' cannot be compared: no recent record has the column."
        nothing = feature_drift(summary, made_frame(200, seed=0).iloc[:0])
        assert {one.reason for one in nothing} == {"there are no recent records"}
        assert feature_drift({"n_rows": 0, "columns": {}}, made_frame(5, seed=0)) == ()

    def test_a_single_record_is_no_drift(self):
        found = feature_drift(summarise_columns(made_frame(500, seed=0)), made_frame(1, seed=1))
        assert not any(one.drifted for one in found)

    def test_it_says_that_it_explains_and_does_not_judge(self):
        assert "does not judge" in EXPLANATION
