"""The contract of every forecaster: one suite over all members, one over the forecaster of a tree; both are counted.

A new member joins by one row in ``MEMBERS``.
"""

# ruff: noqa: PD011 - `values` is a field of Panel, not of a frame

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from tests.forecasting.made import made_forecaster, made_panel, made_sales, made_values, quarters

from salescope.forecasting import SalesForecaster
from salescope.forecasting.baselines import SeasonalNaive, SeasonalNaiveGrowth
from salescope.forecasting.boosted import Boosted
from salescope.forecasting.contributions import Explained, contributions
from salescope.forecasting.driver_effects import Learner
from salescope.forecasting.member import Member
from salescope.forecasting.smoothing import Smoothing
from salescope.forecasting.statistical import Ets, Mstl, Theta
from salescope.forecasting.what_if import what_if
from salescope.frames.errors import NotFittedModelError

N_MEMBER_CHECKS, N_FORECASTER_CHECKS = 17, 23
HORIZON = 6
PERIODS = 24
PARTS = ["trend", "season", "events", "price", "other"]


@dataclass(frozen=True)
class Subject:
    """Is a member under the contract; one that learns from all series together is not asked what each alone would be."""

    member: Member
    together: bool = False


MEMBERS = [
    Subject(SeasonalNaive()),
    Subject(SeasonalNaiveGrowth()),
    Subject(Smoothing()),
    Subject(Smoothing(root=True)),
    Subject(Theta()),
    Subject(Ets()),
    Subject(Mstl()),
    Subject(Boosted(), together=True),
]
FORECASTERS = {
    "tree": made_forecaster,
    "series_alone": partial(
        made_forecaster, horizon=2, hierarchy={"rep": ["rep"]}, members=[SeasonalNaiveGrowth()], windows=2
    ),
}


def degenerate(periods: int = PERIODS) -> dict[str, np.ndarray]:
    """Lists histories that have broken forecasters."""
    nothing, steps = np.full(periods, np.nan), np.arange(float(periods))
    return {
        "constant": np.full(periods, 5.0),
        "zero": np.zeros(periods),
        "one_observation": np.r_[nothing[1:], 7.0],
        "began_late": np.r_[nothing[:9], 10.0 + steps[9:]],
        "returns": np.where(steps % 5 == 0, -30.0, 12.0),
        "only_returns": -10.0 - steps,
        "spike": np.where(steps == 11, 1e12, 3.0),
        "newest_spike": np.where(steps == periods - 1, 1e12, 3.0),
        "intermittent": np.where(steps % 7 == 0, 4.0, 0.0),
        "ended": np.where(steps < 12, 8.0, 0.0),
        "tiny": 1e-12 * (1 + steps % 3),
        "falling": 100.0 * 0.5**steps,
    }


@cache
def usual() -> Any:
    values = made_values(series=3, periods=PERIODS)
    values[1, :5] = np.nan
    values.setflags(write=False)
    return made_panel(values)


@cache
def said(subject: Subject) -> np.ndarray:
    return subject.member.forecast(usual(), horizon=HORIZON)


def check_it_has_a_name_and_a_family(subject):
    assert subject.member.name.isidentifier()
    assert subject.member.family in {"baseline", "statistical", "boosted"}


def check_one_row_a_series_and_one_column_a_step(subject):
    assert said(subject).shape == (3, HORIZON)
    assert said(subject).dtype == np.float64
    assert np.isfinite(said(subject)).all()


def check_later_periods_change_nothing(subject):
    values = np.hstack([usual().values, made_values(series=3, periods=8, seed=1) * -1e6])
    np.testing.assert_array_equal(
        subject.member.forecast(made_panel(values).until(PERIODS), horizon=HORIZON), said(subject)
    )


def check_a_series_that_has_not_begun_changes_nobody(subject):
    values = np.vstack([usual().values, np.full((1, PERIODS), np.nan)])
    found = subject.member.forecast(made_panel(values), horizon=HORIZON)
    np.testing.assert_allclose(found[:3], said(subject), rtol=1e-12)
    assert (found[3] == 0).all()


def check_histories_are_not_changed(subject):
    before = usual().values.tobytes()
    subject.member.forecast(usual(), horizon=1)
    assert usual().values.tobytes() == before


def check_twice_gives_the_same_bits(subject):
    assert subject.member.forecast(usual(), horizon=HORIZON).tobytes() == said(subject).tobytes()


def check_order_of_series_is_irrelevant(subject):
    found = subject.member.forecast(usual().only(np.array([2, 0, 1])), horizon=HORIZON)
    np.testing.assert_allclose(found, said(subject)[[2, 0, 1]], rtol=1e-12)


def check_a_series_alone_is_as_in_company(subject):
    if subject.together:
        return
    panel = made_panel(usual().values, alone=True)
    company = subject.member.forecast(panel, horizon=HORIZON)
    alone = subject.member.forecast(panel.only(np.array([1])), horizon=HORIZON)
    np.testing.assert_allclose(alone[0], company[1], rtol=1e-12)


def check_a_thousand_times_the_sales_is_a_thousand_times_the_forecast(subject):
    found = subject.member.forecast(made_panel(usual().values * 1000), horizon=HORIZON)
    np.testing.assert_allclose(found, said(subject) * 1000, rtol=1e-6)


def check_a_longer_horizon_changes_no_earlier_step(subject):
    if subject.member.family == "boosted":
        return
    longer = subject.member.forecast(usual(), horizon=2 * HORIZON)
    np.testing.assert_allclose(longer[:, :HORIZON], said(subject), rtol=1e-12)


def check_degenerate_series_have_finite_forecasts(subject):
    values = np.array(list(degenerate().values()))
    for alone in (False, True):
        assert np.isfinite(subject.member.forecast(made_panel(values, alone=alone), horizon=HORIZON)).all()


def check_every_length_has_finite_forecasts(subject):
    values = made_values(series=PERIODS, periods=PERIODS, seed=2)
    values[np.arange(PERIODS)[None] < np.arange(PERIODS)[:, None]] = np.nan
    found = subject.member.forecast(made_panel(values, alone=True), horizon=HORIZON)
    assert np.isfinite(found).all()
    assert (np.abs(found) < 100 * np.nanmax(values)).all()


def check_constant_series_go_on(subject):
    values = np.array([np.full(PERIODS, 5.0), np.zeros(PERIODS), np.full(PERIODS, -2.0)])
    found = subject.member.forecast(made_panel(values, alone=True), horizon=HORIZON)
    np.testing.assert_allclose(found, np.repeat(values[:, :1], HORIZON, axis=1), rtol=1e-9, atol=1e-12)


def check_a_year_of_weeks_is_a_season(subject):
    values = made_values(series=1, periods=107, season=52, seed=3)
    found = subject.member.forecast(made_panel(values, frequency="week"), horizon=2)
    assert (np.abs(found - values[0, 55:57]) < 0.6 * values.max()).all()


def check_no_series_have_no_forecasts(subject):
    assert subject.member.forecast(usual().only(np.arange(0)), horizon=HORIZON).shape == (0, HORIZON)


def check_one_period_of_history_is_repeated(subject):
    found = subject.member.forecast(made_panel(np.array([[3.0], [np.nan]])), horizon=2)
    np.testing.assert_array_equal(found, [[3.0, 3.0], [0.0, 0.0]])


def check_what_was_learned_once_says_the_same_whenever_it_is_asked(subject):
    if isinstance(subject.member, Learner):
        learned = subject.member.fit(usual(), horizon=HORIZON)
        for _ in range(2):
            assert learned.predict(usual()).tobytes() == said(subject).tobytes()


@cache
def fitted(make) -> SalesForecaster:
    return make().fit(made_sales())


def told(make, sales: pd.DataFrame, *, as_of: pd.Timestamp | None = None) -> pd.DataFrame:
    return make().fit(sales, as_of=as_of).predict()


def degenerate_sales(histories: dict[str, np.ndarray]) -> pd.DataFrame:
    reps = {name: "NS"[place % 2] for place, name in enumerate(histories)}
    return made_sales(np.array(list(histories.values())), reps=reps)


def figures(table: pd.DataFrame) -> np.ndarray:
    return table.drop(columns=["node", "level", "date", "step"]).to_numpy(dtype=np.float64)


def holds_together(table: pd.DataFrame, forecaster: SalesForecaster) -> None:
    """Says that a forecast is finite, adds up, and has its intervals around it."""
    assert np.isfinite(figures(table)).all()
    tree, mean = forecaster.tree_, table["mean"].to_numpy().reshape(len(forecaster.tree_.nodes), -1)
    size = tree.add_up(np.abs(mean[tree.bottom]))
    assert (np.abs(mean - tree.add_up(mean[tree.bottom])) <= 1e-6 * np.maximum(size, 1e-300)).all()
    for lower, upper in zip(["lo_95", "lo_80", "mean", "hi_80"], ["lo_80", "mean", "hi_80", "hi_95"], strict=True):
        assert (table[lower] <= table[upper]).all()


def check_tree_clone_is_equal(make):
    forecaster = make()
    copied, params = clone(forecaster).get_params(), forecaster.get_params()
    assert [one.name for one in copied.pop("members")] == [one.name for one in params.pop("members")]
    assert copied == params


def check_tree_unfitted_says_so(make):
    with pytest.raises(NotFittedModelError):
        make().predict()


def check_tree_one_row_a_node_and_period(make):
    forecaster = fitted(make)
    table = forecaster.predict()
    assert table.columns.tolist() == [
        "node",
        "level",
        "date",
        "step",
        "mean",
        "baseline",
        "lo_80",
        "hi_80",
        "lo_95",
        "hi_95",
    ]
    assert not table.duplicated(["node", "date"]).any()
    ahead = quarters(PERIODS + forecaster.horizon)[PERIODS:]
    for node, rows in table.groupby("node", sort=False):
        assert node in forecaster.tree_.nodes
        assert rows["date"].tolist() == list(ahead)
        assert rows["step"].tolist() == list(range(1, forecaster.horizon + 1))


def check_tree_fit_is_pure(make):
    sales = made_sales()
    before = sales.copy(deep=True)
    make().fit(sales)
    pd.testing.assert_frame_equal(sales, before)


def check_tree_predict_is_pure(make):
    forecaster = fitted(make)
    mean = forecaster.fitted_.mean.tobytes()
    first = forecaster.predict()
    first["mean"] = -1.0
    pd.testing.assert_frame_equal(forecaster.predict(), told(make, made_sales()), check_exact=True)
    assert forecaster.fitted_.mean.tobytes() == mean


def check_tree_fit_twice_is_fit_once(make):
    forecaster = make().fit(made_sales(periods=13)).fit(made_sales())
    pd.testing.assert_frame_equal(forecaster.predict(), fitted(make).predict(), check_exact=True)


def check_tree_order_of_rows_is_irrelevant(make):
    mixed = made_sales().sample(frac=1, random_state=0)
    pd.testing.assert_frame_equal(told(make, mixed), fitted(make).predict(), check_exact=True)


def check_tree_split_rows_are_added(make):
    sales = made_sales()
    halves = pd.concat([sales.assign(y=sales["y"] / 2)] * 2)
    pd.testing.assert_frame_equal(told(make, halves), fitted(make).predict(), check_exact=True)


def check_tree_later_rows_change_nothing(make):
    later = made_sales(periods=PERIODS + 6)
    later = later[later["date"] >= quarters(PERIODS + 1)[-1]]
    for changed in (later, later.assign(y=-1e9), later.assign(region="Z"), later.assign(region="Z", rep="9")):
        found = told(make, pd.concat([made_sales(), changed]), as_of=quarters(PERIODS + 1)[-1])
        pd.testing.assert_frame_equal(found, fitted(make).predict(), check_exact=True)


def check_tree_a_begun_period_changes_nothing(make):
    begun = quarters(PERIODS + 1)[-1]
    rows = made_sales(periods=1).assign(date=begun + pd.Timedelta(days=3), y=1e9)
    found = told(make, pd.concat([made_sales(), rows]), as_of=begun + pd.Timedelta(days=40))
    pd.testing.assert_frame_equal(found, fitted(make).predict(), check_exact=True)


def check_tree_members_see_nothing_later(make):
    as_of = quarters(PERIODS - 3)[-1]
    spy = Spy()
    make(members=[SeasonalNaiveGrowth(), spy]).fit(made_sales(), as_of=as_of)
    assert max(spy.seen) < as_of
    assert len(spy.seen) >= 2


class Spy:
    """Is a member that remembers the last date it was shown."""

    name = "spy"
    family = "baseline"

    def __init__(self) -> None:
        self.seen: list[pd.Timestamp] = []

    def forecast(self, panel, *, horizon):
        assert panel.values.shape[1] == len(panel.dates)
        self.seen.append(panel.dates[-1])
        return SeasonalNaive().forecast(panel, horizon=horizon)


def check_tree_a_thousand_times_the_sales(make):
    sales = made_sales()
    found = told(make, sales.assign(y=sales["y"] * 1000))
    np.testing.assert_allclose(figures(found), figures(fitted(make).predict()) * 1000, rtol=1e-6)


def check_tree_children_add_up_and_intervals_nest(make):
    holds_together(fitted(make).predict(), fitted(make))


def check_tree_degenerate_series(make):
    forecaster = make().fit(degenerate_sales(degenerate()))
    holds_together(forecaster.predict(), forecaster)


def check_tree_each_degenerate_series_alone(make):
    for name, history in degenerate().items():
        forecaster = make().fit(degenerate_sales({name: history}))
        holds_together(forecaster.predict(), forecaster)


def check_tree_every_short_history(make):
    for periods in (1, 2, 3, 5, 8, 9, 13):
        forecaster = make().fit(made_sales(periods=periods))
        holds_together(forecaster.predict(), forecaster)


def check_tree_nothing_is_negative_where_nothing_was(make):
    plain = {name: history for name, history in degenerate().items() if not (history < 0).any()}
    table = told(make, degenerate_sales(plain))
    assert (figures(table) >= 0).all()


def check_tree_returns_may_be_negative(make):
    table = told(make, degenerate_sales({name: degenerate()[name] for name in ("constant", "only_returns")}))
    found = table[table["node"].str.contains("only_returns")]
    assert (found["mean"] < 0).all()
    assert (found["lo_95"] < found["mean"]).all()
    assert (table[table["node"].str.contains("constant")]["lo_95"] >= 0).all()


def check_tree_total_is_its_own_forecast(make):
    forecaster = fitted(make)
    np.testing.assert_allclose(forecaster.fitted_.mean[0], forecaster.fitted_.base[0], rtol=1e-9)


def is_explained(forecaster: SalesForecaster) -> None:
    """Says that parts are finite, add up to the forecast, and those of children to those of their parents."""
    table, tree = contributions(forecaster), forecaster.tree_
    pd.testing.assert_frame_equal(table.drop(columns=PARTS), forecaster.predict(), check_exact=True)
    parts = table[PARTS].to_numpy().reshape(len(tree.nodes), -1, len(PARTS))
    assert np.isfinite(parts).all()
    mean = forecaster.fitted_.mean
    size = np.maximum(tree.add_up(np.abs(mean[tree.bottom])).max(axis=1, keepdims=True), 1e-300)
    assert (np.abs(parts.sum(axis=2) - mean) <= 1e-6 * size).all()
    for part in np.moveaxis(parts, 2, 0):
        assert (np.abs(part - tree.sums.toarray() @ part[tree.bottom]) <= 1e-6 * size).all()


def check_tree_contributions_add_up(make):
    is_explained(fitted(make))


def check_tree_contributions_of_degenerate_series_add_up(make):
    is_explained(make().fit(degenerate_sales(degenerate())))
    for periods in (1, 2, 5, 9):
        is_explained(make().fit(made_sales(periods=periods)))


def check_tree_contributions_see_nothing_later(make):
    later = made_sales(periods=PERIODS + 6)
    later = later[later["date"] >= quarters(PERIODS + 1)[-1]].assign(y=-1e9)
    found = contributions(make().fit(pd.concat([made_sales(), later]), as_of=quarters(PERIODS + 1)[-1]))
    pd.testing.assert_frame_equal(found, contributions(fitted(make)), check_exact=True)


def check_tree_what_if_holds_locks_and_changes_nothing_else(make):
    explained = Explained.of(fitted(make))
    before = fitted(make).predict()
    total = np.linspace(1e3, 2e3, fitted(make).horizon)
    told = what_if(explained, locks={"all": total})
    np.testing.assert_allclose(told.loc[told["node"] == "all", "mean"], total, rtol=1e-9)
    np.testing.assert_allclose(told[PARTS].sum(axis=1), told["mean"], rtol=1e-9)
    np.testing.assert_array_equal(what_if(explained)["mean"], before["mean"])
    pd.testing.assert_frame_equal(fitted(make).predict(), before, check_exact=True)


CHECKS = [check for name, check in list(globals().items()) if name.startswith("check_")]
TREE_CHECKS = [check for check in CHECKS if check.__name__.startswith("check_tree_")]
MEMBER_CHECKS = [check for check in CHECKS if check not in TREE_CHECKS]


@pytest.mark.parametrize("check", MEMBER_CHECKS, ids=lambda check: check.__name__.removeprefix("check_"))
@pytest.mark.parametrize("subject", MEMBERS, ids=lambda subject: subject.member.name)
def test_member(subject, check):
    check(subject)


@pytest.mark.parametrize("check", TREE_CHECKS, ids=lambda check: check.__name__.removeprefix("check_tree_"))
@pytest.mark.parametrize("make", FORECASTERS.values(), ids=FORECASTERS.keys())
def test_forecaster(make, check):
    check(make)


def test_no_check_got_lost():
    assert (len(MEMBER_CHECKS), len(TREE_CHECKS)) == (N_MEMBER_CHECKS, N_FORECASTER_CHECKS)
    assert len({check.__name__ for check in CHECKS}) == N_MEMBER_CHECKS + N_FORECASTER_CHECKS
    assert len({subject.member.name for subject in MEMBERS}) == len(MEMBERS)
