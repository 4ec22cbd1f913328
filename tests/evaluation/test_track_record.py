"""The track record against plain loops, closed forms and a world whose truth is known."""

from __future__ import annotations

import json
import math
from dataclasses import asdict

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, logit

from salescope.evaluation import auc_interval, check_calibration, classifier_metrics
from salescope.evaluation.track_figures import chance_figures, interval_figures, ratio_interval, value_figures
from salescope.evaluation.track_record import track_record, track_table
from salescope.frames.errors import MisalignedError, MissingColumnError, UnknownNameError

DAY = pd.Timedelta(days=1)


def made_rows(n_rows=400, *, seed=0, days=150, versions=("9", "10")):
    """Makes answers of two versions over some months, whose probabilities and intervals are true."""
    rng = np.random.default_rng(seed)
    as_of = pd.Timestamp("2026-01-01") + pd.to_timedelta(rng.integers(0, days, size=n_rows), unit="D")
    p = rng.beta(1, 3, size=n_rows)
    mean = rng.gamma(2.0, 50.0, size=n_rows)
    return pd.DataFrame(
        {
            "model": "churn",
            "version": rng.choice(versions, size=n_rows),
            "as_of": as_of,
            "known_at": as_of + pd.to_timedelta(rng.integers(1, 40, size=n_rows), unit="D"),
            "probability": p,
            "y": (rng.random(n_rows) < p).astype(float),
            "value": mean,
            "value_low": mean - 1.2816 * 10,
            "value_high": mean + 1.2816 * 10,
            "actual": rng.normal(mean, 10.0),
        }
    )


class TestCells:
    def test_every_answer_is_in_the_period_of_its_truth(self):
        rows = made_rows()
        for period in ("month", "week"):
            expected = {}
            for version, known_at in zip(rows["version"], rows["known_at"], strict=True):
                iso = known_at.isocalendar()
                name = f"{known_at:%Y-%m}" if period == "month" else f"{iso.year}-W{iso.week:02d}"
                expected[version, name] = expected.get((version, name), 0) + 1
            cells = track_record(rows, period=period)
            assert {(cell.version, cell.period): cell.n_rows for cell in cells} == expected
            assert [cell.version for cell in cells] == sorted((cell.version for cell in cells), key=int)
            for version in ("9", "10"):
                starts = [cell.start for cell in cells if cell.version == version]
                assert starts == sorted(starts)

    def test_a_week_begins_on_monday_and_a_month_on_its_first(self):
        rows = made_rows().assign(known_at=pd.Timestamp("2027-01-03 23:59"))
        assert {(cell.period, cell.start) for cell in track_record(rows, period="week")} == {("2026-W53", "2026-12-28")}
        assert {(cell.period, cell.start) for cell in track_record(rows)} == {("2027-01", "2027-01-01")}
        assert {(cell.period, cell.start) for cell in track_record(rows, period="all")} == {("all", None)}

    def test_figures_are_those_of_the_metrics(self):
        rows = made_rows()
        (cell,) = track_record(rows[rows["version"] == "9"], period="all", seed=3)
        own = rows[rows["version"] == "9"].sort_values(["as_of", "known_at", "probability"])
        y, p = own["y"].to_numpy(), own["probability"].to_numpy()
        figures, check, interval = classifier_metrics(y, p), check_calibration(y, p, seed=3), auc_interval(y, p)
        expected = {name: figures[name] for name in ("auc", "log_loss", "calibration_error", "lift_at_10")}
        expected |= {"auc_lo_95": interval.lo, "auc_hi_95": interval.hi, "base_rate": y.mean()}
        expected |= {"calibration_floor": check.floor, "calibration_p95": check.p95, "total_ratio": p.sum() / y.sum()}
        assert {name: cell.figures[name] for name in expected} == pytest.approx(expected)
        assert cell.reasons == {}

    def test_coverage_and_values_by_plain_loops(self):
        rows = made_rows(300)
        (cell,) = track_record(rows.assign(version="1"), period="all")
        inside = width = errors = 0.0
        for row in rows.itertuples():
            inside += row.value_low <= row.actual <= row.value_high
            width += row.value_high - row.value_low
            errors += (row.value - row.actual) ** 2
        assert cell.figures["coverage"] == inside / 300
        assert cell.figures["width"] == pytest.approx(width / 300)
        assert cell.figures["value_rmse"] == pytest.approx(math.sqrt(errors / 300))
        assert cell.figures["value_total_ratio"] == pytest.approx(rows["value"].sum() / rows["actual"].sum())
        assert cell.figures["coverage_lo_95"] < 0.8 < cell.figures["coverage_hi_95"]

    @pytest.mark.parametrize("base_rate", [None, 0.3])
    def test_the_baseline_is_what_was_known_before_by_a_slow_loop(self, base_rate):
        rows = made_rows(250)
        cells = track_record(rows, base_rate=base_rate)
        for cell in cells:
            own = theirs = own_value = their_value = 0.0
            for row in rows.itertuples():
                if row.version != cell.version or f"{row.known_at:%Y-%m}" != cell.period:
                    continue
                told = rows[rows["known_at"] < row.as_of]
                rate = (told["y"].sum() + 1) / (len(told) + 2) if len(told) else base_rate
                if rate is not None:
                    own -= math.log(row.probability if row.y else 1 - row.probability)
                    theirs -= math.log(rate if row.y else 1 - rate)
                if len(told):
                    own_value += (row.value - row.actual) ** 2
                    their_value += (told["actual"].mean() - row.actual) ** 2
            expected = {"skill": 1 - own / theirs if theirs else None}
            expected["value_skill"] = 1 - own_value / their_value if their_value else None
            for name, skill in expected.items():
                assert cell.figures[name] == (None if skill is None else pytest.approx(skill))
            if expected["value_skill"] is None:
                assert cell.reasons["value_skill"] == "no outcome was known before these answers were given"

    def test_another_model_is_another_world(self):
        rows = made_rows(150)
        other = rows.assign(model="leads", y=1.0)
        together = track_record(pd.concat([rows, other], ignore_index=True))
        assert [cell for cell in together if cell.model == "churn"] == list(track_record(rows))

    def test_order_of_rows_and_zone_do_not_matter(self):
        rows = made_rows(150)
        cells = track_record(rows)
        aware = rows.assign(**{name: rows[name].dt.tz_localize("UTC") for name in ("as_of", "known_at")})
        assert track_record(aware) == cells
        assert track_record(rows.sample(frac=1.0, random_state=1)) == cells

    def test_what_is_not_known_yet_is_left_out(self):
        rows = made_rows(100)
        opened = rows.assign(known_at=pd.NaT, y=np.nan, actual=np.nan)
        assert track_record(pd.concat([rows, opened], ignore_index=True)) == track_record(rows)
        assert track_record(opened) == ()
        assert track_record(rows.iloc[:0]) == ()

    def test_a_late_outcome_changes_its_own_period_and_none_before(self):
        rows = made_rows(400, versions=("1",))
        cells = track_record(rows)
        late = rows.iloc[[0]].assign(as_of=rows["as_of"].max(), known_at=pd.Timestamp("2026-06-30"), y=1.0)
        assert track_record(pd.concat([rows, late], ignore_index=True))[: len(cells) - 1] == cells[:-1]

    def test_only_columns_that_are_there_have_figures(self):
        rows = made_rows(100)
        chances = track_record(rows.drop(columns=["value", "value_low", "value_high", "actual"]))[0]
        values = track_record(rows.drop(columns=["probability", "value_low"]))[0]
        assert {"auc", "skill"} <= set(chances.figures)
        assert not {"value_rmse", "coverage"} & set(chances.figures)
        assert {"value_rmse", "value_skill"} <= set(values.figures)
        assert not {"auc", "coverage"} & set(values.figures)


class TestUndefined:
    @given(
        st.lists(
            st.tuples(
                st.sampled_from([0.0, 0.25, 0.25, 0.5, 1.0, np.nan]),
                st.sampled_from([0.0, 1.0, np.nan]),
                st.sampled_from([0.0, 0.0, 10.0, 1e9, np.nan]),
                st.sampled_from([0.0, 0.0, 10.0, -5.0, 1e9, np.nan]),
                st.integers(0, 9),
            ),
            max_size=14,
        )
    )
    @settings(max_examples=25, deadline=None)
    def test_whatever_is_missing_or_one_sided_every_figure_is_finite_or_has_a_reason(self, facts):
        rows = pd.DataFrame(facts, columns=["probability", "y", "value", "actual", "day"], dtype=np.float64)
        as_of = pd.Timestamp("2026-01-01") + pd.to_timedelta(rows["day"], unit="D")
        rows = rows.assign(
            model="m", version="1", as_of=as_of, known_at=as_of + DAY, value_low=rows["value"] - 1, value_high=rows["value"] + 1
        )  # fmt: skip
        for cell in track_record(rows, period="week"):
            assert set(cell.reasons) == {name for name, figure in cell.figures.items() if figure is None}
            assert all(cell.reasons.values())
            assert len(cell.figures) == 28
            json.dumps(asdict(cell), allow_nan=False)

    def test_the_names_are_the_same_with_and_without_rows(self):
        y, p, value = np.array([0, 1] * 10), np.linspace(0.1, 0.9, 20), np.arange(20.0)
        some, none = np.full(20, 0.5), np.empty(0)
        assert set(chance_figures(y, p, baseline=some)) == set(chance_figures(y[:0], none, baseline=none))
        assert set(value_figures(value, p, baseline=some)) == set(value_figures(none, none, baseline=none))
        assert set(interval_figures(value, low=p, high=p)) == set(interval_figures(none, low=none, high=none))

    @pytest.mark.parametrize(
        ("y", "p", "name", "reason"),
        [
            ([0] * 12, [0.2] * 12, "auc", "only one kind of outcome: 0 positive, 12 negative"),
            ([0] * 12, [0.2] * 12, "total_ratio", "nothing happened, so that there is no ratio"),
            ([1] + [0] * 11, [0.2] * 12, "auc_lo_95", "a single outcome of its kind: 1 positive, 11 negative"),
            ([1, 0, 0], [0.2, 0.1, 0.3], "calibration_error", "3 outcomes, where 10 are needed"),
            ([1, 0, 0], [0.2, 0.1, 0.3], "lift_at_10", "3 outcomes, where 10 are needed"),
            ([1], [0.2], "total_ratio_hi_95", "a single outcome has no spread"),
            ([], [], "log_loss", "no answer with a probability has an outcome"),
        ],
    )
    def test_each_reason_says_what_is_missing(self, y, p, name, reason):
        told = chance_figures(np.array(y, dtype=np.int64), np.array(p), baseline=np.full(len(y), 0.5))
        assert told[name] == reason

    def test_values_that_never_vary_have_no_rank_and_no_total(self):
        told = value_figures(np.zeros(5), np.ones(5), baseline=np.zeros(5))
        assert told["value_spearman"] == "all values are equal, so that nothing can be ranked"
        assert told["value_total_ratio"] == "the actual total is not above 0"
        assert told["value_skill"] == "the baseline made no error"

    def test_what_overflows_has_a_reason(self):
        rows = made_rows(20).assign(version="1", value=1e200)
        with np.errstate(over="ignore", invalid="ignore"):
            (cell,) = track_record(rows, period="all")
        assert cell.figures["value_rmse"] is None
        assert cell.reasons["value_rmse"] == "it is inf, no finite number"


class TestRefusals:
    @pytest.mark.parametrize("column", ["model", "version", "as_of", "known_at"])
    def test_a_missing_column_is_named(self, column):
        with pytest.raises(MissingColumnError, match=column):
            track_record(made_rows(20).drop(columns=column))

    def test_answers_without_anything_to_judge_are_refused(self):
        with pytest.raises(MissingColumnError, match="'probability', 'y'"):
            track_record(made_rows(20)[["model", "version", "as_of", "known_at", "probability"]])

    def test_an_unknown_period_is_refused(self):
        with pytest.raises(UnknownNameError, match="did you mean 'month'"):
            track_record(made_rows(20), period="moth")

    def test_a_truth_from_before_the_answer_is_refused(self):
        rows = made_rows(20)
        with pytest.raises(MisalignedError, match=r"before 2026-.*, which the answer is of"):
            track_record(rows.assign(known_at=rows["as_of"] - DAY))

    @pytest.mark.parametrize("wrong", [{"y": 2.0}, {"probability": 1.5}])
    def test_outcomes_and_probabilities_must_be_such(self, wrong):
        with pytest.raises(MisalignedError):
            track_record(made_rows(20).assign(**wrong))


class TestTruth:
    def test_true_answers_pass_and_wrong_ones_do_not(self):
        rows = made_rows(6000, seed=5, versions=("1",))
        wrong = rows.assign(version="2", probability=expit(1.6 * logit(rows["probability"])), value=rows["value"] * 1.2)
        wrong = wrong.assign(value_low=rows["value"] - 5, value_high=rows["value"] + 5)
        true, false = track_record(pd.concat([rows, wrong], ignore_index=True), period="all")
        assert true.figures["calibration_error"] < true.figures["calibration_p95"]
        assert false.figures["calibration_error"] > false.figures["calibration_p95"]
        assert true.figures["total_ratio_lo_95"] < 1 < true.figures["total_ratio_hi_95"]
        assert false.figures["total_ratio_hi_95"] < 1
        assert true.figures["coverage_lo_95"] < 0.8 < true.figures["coverage_hi_95"]
        assert false.figures["coverage_hi_95"] < 0.8
        assert false.figures["value_total_ratio_lo_95"] > 1
        assert true.figures["skill"] > false.figures["skill"]
        assert true.figures["skill_lo_95"] > 0
        assert true.figures["auc"] == false.figures["auc"]

    def test_a_ratio_is_covered_as_often_as_said(self):
        rng = np.random.default_rng(0)
        inside = 0
        for _ in range(400):
            p = rng.beta(1, 3, size=400)
            interval = ratio_interval(p, (rng.random(400) < p).astype(float))
            inside += 1.0 in interval
        # 380 expected; three and a half standard deviations of a binomial are 15.
        assert 365 <= inside <= 395

    def test_a_ratio_of_bernoulli_rows_in_closed_form(self):
        above, below = np.full(100, 0.5), np.repeat([0.0, 1.0], 50)
        # Its variance: that of 0.5 - y, over the rows and the squared mean of y.
        half = 1.959964 * math.sqrt(0.25 * 100 / 99 / 100 / 0.25)
        interval = ratio_interval(above, below)
        assert (interval.lo, interval.hi) == (pytest.approx(1 - half), pytest.approx(1 + half))


class TestTable:
    def test_the_table_holds_every_cell(self):
        cells = track_record(made_rows(200))
        table = track_table(cells)
        assert table["n_rows"].sum() == 200
        for (_, row), cell in zip(table.iterrows(), cells, strict=True):
            assert (row["model"], row["version"], row["period"]) == (cell.model, cell.version, cell.period)
            assert f"{row['start']:%Y-%m-%d}" == cell.start
            for name, figure in cell.figures.items():
                assert np.isnan(row[name]) if figure is None else row[name] == figure

    def test_no_cell_is_an_empty_table(self):
        table = track_table([])
        assert table.empty
        assert list(table.columns) == ["model", "version", "period", "start", "n_rows"]
        assert track_table(track_record(made_rows(50), period="all"))["start"].isna().all()
