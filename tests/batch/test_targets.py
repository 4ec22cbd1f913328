"""Targets of a workspace: futures of its leaves, what is published of them, and tables that people have agreed on."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from importlib import import_module

import numpy as np
import pandas as pd
import pytest
from tests.batch.sales_night import made_sales, quick_members

from salescope.batch import (
    PlanFacts,
    agreed_targets,
    chances,
    plan_facts,
    plan_fairness,
    plan_of_targets,
    plan_sheet,
    publish_plan_facts,
    published_plan_facts,
    recommended_plan,
    revised_plan,
    target_rows,
)
from salescope.batch.plan_accounts import plan_accounts
from salescope.batch.plan_force import PlanForce, plan_force
from salescope.batch.plan_leaves import plan_levels
from salescope.batch.plan_shares import fair_shares, past_years
from salescope.frames.errors import MissingColumnError, OutcomeError, OutOfRangeError, SettingsError
from salescope.planning import ClashingRulesError, Futures, Goal, PlanGrid, Rule
from salescope.planning.ramp import Ramp, tenure_of
from salescope.project import load_workspace
from salescope.store import open_store
from salescope.training.sales import forecast_sales

SETTINGS = "\nsales: {horizon: 6, windows: 1, hierarchy: {region: region, rep: [region, rep_id]}}\n"


@pytest.fixture(scope="module", autouse=True)
def few_paths():
    """Draws as many as tell chances apart here."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(import_module("salescope.batch.plan_facts"), "MOST_PATHS", 300)
        yield


@pytest.fixture(scope="module")
def night(tmp_path_factory):
    workspace = made_sales(tmp_path_factory.mktemp("company"), settings=SETTINGS)
    with quick_members():
        told = forecast_sales(workspace)
    return workspace, told


@pytest.fixture(scope="module")
def facts(night):
    workspace, told = night
    return plan_facts(workspace, told.fitted, as_of=told.as_of, months=6)


def sold_by_hand(told, *, rep: str, month: str) -> float:
    panel = told.fitted.prepared_.panel
    keys = told.fitted.prepared_.keys
    rows = np.flatnonzero((keys["region"] + "/" + keys["rep_id"]).to_numpy() == rep)
    place = [f"{day:%Y-%m}" == month for day in panel.dates]
    return float(np.nansum(np.asarray(panel.values)[rows][:, place]))


def test_a_plan_is_of_the_months_ahead_and_expects_what_the_forecast_says(night, facts):
    _, told = night
    grid = facts.futures.grid
    assert grid.months == tuple(f"{day:%Y-%m}" for day in told.fitted.dates_ahead())
    assert (facts.futures.closed, facts.levels, len(facts.leaves)) == (0, ("region", "rep_id"), grid.shape[0])
    total = told.forecast[told.forecast["node"] == "all"].sort_values("step")
    expected = facts.futures.paths.mean(axis=0).sum(axis=0)
    # What cannot fall under nothing makes the mean of small leaves a little larger.
    assert expected == pytest.approx(total["mean"].to_numpy(), rel=0.15)
    leaf = facts.leaves[0]
    last = f"{int(grid.months[0][:4]) - 1}{grid.months[0][4:]}"
    rep = leaf.replace("region=", "").replace("rep_id=", "")
    assert facts.last[0, 0] == pytest.approx(sold_by_hand(told, rep=rep, month=last))
    assert facts.fair.sum() == pytest.approx(1.0)


def test_months_that_are_over_are_what_was_sold(night):
    workspace, told = night
    days = told.fitted.panel_.dates
    first = f"{days[-2]:%Y-%m}"
    late = plan_facts(workspace, told.fitted, as_of=told.as_of, first=first, months=8)
    assert (late.futures.closed, late.futures.grid.months[0]) == (2, first)
    assert np.ptp(late.futures.paths[:, :, :2], axis=0).max() == 0.0
    rep = late.leaves[-1].replace("region=", "").replace("rep_id=", "")
    assert late.futures.paths[0, -1, 0] == pytest.approx(sold_by_hand(told, rep=rep, month=first))
    told_of = chances(late, pd.DataFrame({"node": ["all"], "period": ["plan"], "cents": [0]}))
    assert told_of["sold"][0] == pytest.approx(late.futures.paths[0, :, :2].sum())


def test_a_plan_that_goes_too_far_says_how_far_it_may_go(night):
    workspace, told = night
    with pytest.raises(OutOfRangeError, match=r"at most 6 .the forecast ends with 20\d\d-\d\d; sales.horizon"):
        plan_facts(workspace, told.fitted, as_of=told.as_of, months=7)
    with pytest.raises(OutOfRangeError, match="the first month"):
        plan_facts(workspace, told.fitted, as_of=told.as_of, first="1999-01", months=3)
    for wrong, said in (({"frequency": "week"}, "sales.frequency is week"), ({"measure": "quantity"}, "sales.measure")):
        other = workspace.model_copy(update={"sales": workspace.sales.model_copy(update=wrong)})
        with pytest.raises(SettingsError, match=said):
            plan_facts(other, told.fitted, as_of=told.as_of, months=3)


def test_what_is_published_is_read_again_to_the_bit(night, facts, tmp_path):
    workspace, _ = night
    with closing(open_store(f"sqlite:///{tmp_path}/store.db")) as store:
        assert published_plan_facts(store) is None
        publication = publish_plan_facts(workspace, facts, store=store)
        found = published_plan_facts(store)
    assert (found.publication, found.levels, found.as_of) == (publication.id, facts.levels, facts.as_of)
    assert found.futures.grid.nodes == facts.futures.grid.nodes
    for name in ("last", "fair", "past", "potential", "ramp_up", "seniority"):
        np.testing.assert_array_equal(getattr(found, name), getattr(facts, name))
    assert facts.model is not None
    np.testing.assert_array_equal(found.futures.paths, facts.futures.paths)
    plans = [recommended_plan(each, Goal.probability(0.6)) for each in (facts, found)]
    np.testing.assert_array_equal(plans[0].cascade.cents, plans[1].cascade.cents)


def test_a_recommended_plan_adds_up_and_keeps_its_rules(facts):
    leaf = facts.leaves[0]
    plan = recommended_plan(facts, Goal.growth(0.05), rules=[Rule.lock(leaf, cents=123_400)], step=100)
    assert plan.cascade.at(leaf) == 123_400
    assert plan.cascade.at("all") == round(facts.last.sum() * 105.0)
    sheet = plan_sheet(plan)
    leaves = sheet[sheet["node"].isin(facts.leaves) & (sheet["period"] == "plan")]
    assert round(leaves["target"].sum(), 2) == plan.amount


def test_targets_that_were_written_are_the_plan_again(facts):
    plan = recommended_plan(facts, Goal.probability(0.5))
    for table in (target_rows(plan), plan_sheet(plan)):
        again = plan_of_targets(agreed_targets(table, facts.futures.grid), facts)
        np.testing.assert_array_equal(again.cascade.cents, plan.cascade.cents)
        assert again.probability == plan.probability


def test_paths_themselves_are_published_where_months_are_over(night, tmp_path):
    workspace, told = night
    late = plan_facts(workspace, told.fitted, as_of=told.as_of, first=f"{told.fitted.panel_.dates[-1]:%Y-%m}", months=4)
    assert late.model is None
    with closing(open_store(f"sqlite:///{tmp_path}/store.db")) as store:
        publish_plan_facts(workspace, late, store=store)
        found = published_plan_facts(store)
    assert found.futures.closed == 1
    np.testing.assert_array_equal(found.futures.paths, late.futures.paths)


def test_who_is_new_is_told_by_the_table_of_representatives(night, facts):
    workspace, _ = night
    months = ["2024-09", "2024-10"]
    keys = pd.DataFrame({"region": ["North", "North"], "rep_id": ["R-001", "R-999"]})
    past = pd.DataFrame([[1.0, 2.0], [3.0, 4.0]], columns=["2024-07", "2024-08"])
    force = plan_force(workspace, keys, months=months, past=past)
    assert force.ramp_up.shape == (2, 2)
    assert (force.ramp_up[1].tolist(), force.lately[1], force.selling_time[1]) == ([1.0, 1.0], 1.0, 1.0)
    assert np.isfinite(force.seniority).tolist() == [True, False]
    assert ((force.ramp_up >= 0.0) & (force.ramp_up <= 1.0)).all()
    assert plan_force(workspace, keys[["region"]], months=months, past=past) is None
    assert plan_force(workspace, keys.assign(rep_id="R-999"), months=months, past=past) is None
    without = workspace.model_copy(update={"tables": {}})
    assert plan_force(without, keys, months=months, past=past) is None
    assert facts.ramp_up.shape == facts.futures.grid.shape
    assert facts.newcomers["rep_id"].isin(facts.keys["rep_id"]).all()


def written_force(folder, rows):
    """A workspace that knows no more than its representatives."""
    pd.DataFrame(rows, columns=["rep_id", "since", "capacity", "seniority"]).to_csv(folder / "r.csv", index=False)
    text = "workspace: {name: Made}\ntables:\n  representatives: {path: r.csv}\n"
    (folder / "salescope.yaml").write_text(text, encoding="utf-8")
    return load_workspace(folder, environment={})


def test_nobody_is_asked_twice_for_having_been_new(tmp_path):
    """Two sell alike once trained; one came in the middle of the only year, and his past is as low as he was new."""
    rows = [("A", "2015-01-01", 60, 9), ("B", "2026-03-01", 60, 0), ("C", "2027-01-01", 30, None)]
    workspace = written_force(tmp_path, rows)
    keys = pd.DataFrame({"rep_id": ["A", "B", "C"]})
    past, ahead = [[f"{year}-{month:02d}" for month in range(1, 13)] for year in (2026, 2027)]
    ramp = Ramp()
    tenure, there = tenure_of(pd.Series(pd.to_datetime([None, "2026-03-01"])), months=past)
    sold = 100.0 * ramp.at(tenure, seniority=np.zeros((2, 1))) * there
    sold = np.vstack([np.where(sold > 0.0, sold, np.nan), np.full(12, np.nan)])
    force = plan_force(workspace, keys, months=ahead, past=pd.DataFrame(sold, columns=past))
    assert force.was[:, 0] * 1_200.0 == pytest.approx([1_200.0, np.nanmean(sold[1]) * 12, 1_200.0])
    expected = np.vstack([np.full(12, 100.0), np.full(12, np.nanmean(sold[1])), np.full(12, 1.0)])
    futures = Futures(grid=PlanGrid.of(keys, months=ahead), paths=np.stack([expected] * 2))
    fair, achievable = fair_shares(futures, past=past_years(sold), force=force)
    each = fair.sum(axis=1)
    assert each[1] / each[0] == pytest.approx(force.ramp_up[1].mean() / force.ramp_up[0].mean(), rel=1e-6)
    assert 0.95 < each[1] / each[0] < 1.0
    # Without a past of his own the third is expected to sell what the others do, in half of the time, and as he learns.
    assert fair[2, 0] / fair[2, 11] == pytest.approx(force.ramp_up[2, 0] / force.ramp_up[2, 11])
    assert achievable[2] < 0.55 * achievable[0]
    assert np.allclose(fair_shares(futures, past=np.empty((3, 0)), force=force)[0].sum(axis=1)[:2], each[:2], rtol=0.7)


def test_who_has_not_come_bears_nothing_and_if_nobody_has_all_bear_alike():
    keys = pd.DataFrame({"rep_id": ["A", "B"]})
    futures = Futures(grid=PlanGrid.of(keys, months=["2027-01", "2027-02"]), paths=np.full((3, 2, 2), 10.0))
    ones = np.ones(2)

    def shares(ramp_up):
        force = PlanForce(ramp_up=np.array(ramp_up), was=ones[:, None], lately=ones, selling_time=ones, seniority=ones)
        return fair_shares(futures, past=np.empty((2, 0)), force=replace(force, was=np.ones((2, 0))))[0].tolist()

    assert shares([[0.0, 0.5], [1.0, 1.0]]) == [[0.0, 0.2], [0.4, 0.4]]
    assert shares([[0.0, 0.0], [0.0, 0.0]]) == [[0.25, 0.25], [0.25, 0.25]]


def test_customers_are_counted_at_the_end_of_every_year(tmp_path):
    rng = np.random.default_rng(1)
    days = pd.Timestamp("2022-11-01") + pd.to_timedelta(rng.integers(0, 1_300, 80), unit="D")
    names = ["order_id", "line", "customer_id", "ordered_at", "product_id", "quantity", "unit_price", "rep_id"]
    rows = [
        (f"O{place}", 1, f"C{rng.integers(9)}" if place else "", day, "P", float(rng.choice([1, 1, 1, -1])), 5.0, rep)
        for place, (day, rep) in enumerate(zip(days, rng.choice(["A", "B", "elsewhere"], 80), strict=True))
    ]
    pd.DataFrame(rows, columns=names).to_csv(tmp_path / "o.csv", index=False)
    text = "workspace: {name: Made}\ntables:\n  orders: {path: o.csv}\n"
    (tmp_path / "salescope.yaml").write_text(text, encoding="utf-8")
    workspace = load_workspace(tmp_path, environment={})
    keys, until = pd.DataFrame({"rep_id": ["A", "B"]}), pd.Timestamp("2026-03-01")
    past = np.array([[1.0, 1.0, 1.0], [np.nan, 1.0, 1.0]])
    found = plan_accounts(workspace, keys, past=past, until=until)
    months = {}
    for _, _, customer, day, _, quantity, _, rep in rows:
        months[rep, customer, day.year, day.month] = months.get((rep, customer, day.year, day.month), 0.0) + quantity
    for leaf, rep in enumerate("AB"):
        for year in range(3):
            end = (2024 + year) * 12 + 3
            own = [(who, y * 12 + m) for (of, who, y, m), net in months.items() if of == rep and who and net > 0.0]
            ever = {who for who, month in own if month < end}
            recent = {who for who, month in own if end - 12 <= month < end}
            told = [found[name][leaf, year] for name in ("customers", "recent customers")]
            wanted = [float(len(ever)), float(len(recent))] if np.isfinite(past[leaf, year]) else [np.nan] * 2
            np.testing.assert_array_equal(told, wanted)
    assert plan_accounts(workspace, keys, past=past[:, 1:], until=until) == {}


def test_a_leaf_that_gains_customers_is_expected_to_sell_more():
    rng = np.random.default_rng(2)
    base = 40.0 * np.exp(rng.normal(0.0, 0.3, size=(30, 7)).cumsum(axis=1))
    sold = np.hstack([base[:, :1], base[:, :-1]]) * 10.0
    futures = Futures(
        grid=PlanGrid.of(pd.DataFrame({"rep": [f"{leaf:02d}" for leaf in range(30)]}), months=["2027-01"]),
        paths=np.ones((2, 30, 1)),
    )
    without, _ = fair_shares(futures, past=sold)
    informed, _ = fair_shares(futures, past=sold, accounts={"recent customers": base})
    coming = base[:, -1] / base[:, -1].sum()
    wrong = [np.abs(np.log(share[:, 0] / coming)).mean() for share in (without, informed)]
    assert wrong[1] < 0.9 * wrong[0]


def test_fairness_is_told_by_seniority_too():
    facts = replace(facts_of_year(), seniority=np.array([0.5, 12.0, np.nan]))
    plan = recommended_plan(facts, Goal.probability(0.6))
    told = plan_fairness(plan, facts).table()
    names = set(told.loc[told["kind"] == "seniority", "name"])
    assert names == {"under 1 year", "10 years and more", "not known"}
    alike = plan_fairness(plan, replace(facts, seniority=np.full(3, np.nan))).table()
    assert set(alike["kind"]) == {"all", "region"}


def grid_of_year() -> PlanGrid:
    months = [f"2027-{month:02d}" for month in range(1, 13)]
    return PlanGrid.of(pd.DataFrame({"region": ["N", "N", "S"], "rep": ["1", "2", "3"]}), months=months)


def facts_of_year():
    grid = grid_of_year()
    paths = np.random.default_rng(0).normal(100.0, 10.0, size=(200, 3, 12))
    fair = np.full((3, 12), 1 / 36)
    keys = pd.DataFrame({"region": ["N", "N", "S"], "rep": ["1", "2", "3"]})
    return PlanFacts(
        futures=Futures(grid=grid, paths=paths), keys=keys, last=np.full((3, 12), 95.0), fair=fair,
        past=np.full((3, 2), 1_140.0), potential=np.ones(3), as_of=pd.Timestamp("2027-01-01"),
    )  # fmt: skip


def test_first_days_are_months_quarters_or_years_as_their_rows_say():
    quarters = [f"2027-{month:02d}-01" for month in (1, 4, 7, 10)]
    rows = [("region=N", day, 10) for day in quarters] + [("region=S", "2027-01-01", 40), ("all", "2027-02-01", 3)]
    found = agreed_targets(pd.DataFrame(rows, columns=["node", "period", "amount"]), grid_of_year())
    assert found.rows["period"].tolist() == ["2027-Q1", "2027-Q2", "2027-Q3", "2027-Q4", "2027", "2027-02"]
    assert found.rows["cents"].tolist() == [1_000] * 4 + [4_000, 300]


def test_what_a_spreadsheet_makes_of_a_month_is_that_month():
    said = ["2027/1/1", "Feb-27", "2027年3月", "2027.4", "2027-Q2", "plan", "2027", "2027/13/1", "soon"]
    found = agreed_targets(pd.DataFrame({"node": "all", "period": said, "amount": 1}), grid_of_year())
    assert found.rows["period"].tolist() == ["2027-01", "2027-02", "2027-03", "2027-04", "2027-Q2", "plan", "2027"]
    assert found.passed["period"].tolist() == ["2027-13", "soon"]
    days = pd.DataFrame({"node": "all", "period": ["2027/1/1", "2027/2/1"], "amount": 1})
    assert agreed_targets(days, grid_of_year()).rows["period"].tolist() == ["2027-01", "2027-02"]


def test_coarse_targets_are_handed_down_by_fair_shares():
    table = pd.DataFrame({"node": ["region=N", "region=S"], "period": "2027", "amount": [240.0, 60.0]})
    plan = plan_of_targets(agreed_targets(table, grid_of_year()), facts_of_year())
    assert (plan.cascade.at("region=N"), plan.cascade.at("region=S", "2027-Q1")) == (24_000, 1_500)
    assert plan.cascade.at("region=N/rep=1", "2027-05") == 1_000


def test_targets_that_are_not_complete_or_no_amounts_are_refused():
    grid, facts = grid_of_year(), facts_of_year()
    half = agreed_targets(pd.DataFrame({"node": ["region=N"], "period": ["2027"], "amount": [1]}), grid)
    with pytest.raises(OutcomeError, match=r"of 'region=N' are not of every leaf and month from 2027-01 to 2027-12"):
        plan_of_targets(half, facts)
    with pytest.raises(MissingColumnError, match="amount"):
        agreed_targets(pd.DataFrame({"node": ["all"], "period": ["2027"]}), grid)
    for amount in (-1.0, "many"):
        with pytest.raises(OutOfRangeError, match="amount"):
            agreed_targets(pd.DataFrame({"node": ["all"], "period": ["2027"], "amount": [amount]}), grid)
    passed = agreed_targets(
        pd.DataFrame({"node": ["rep=9", "all"], "period": ["2027", "2028"], "amount": [1, 2]}), grid
    )
    assert (len(passed.rows), passed.passed["node"].tolist()) == (0, ["rep=9", "all"])


def test_what_people_changed_is_an_override_and_the_goal_stays():
    facts = facts_of_year()
    plan = recommended_plan(facts, Goal.amount(3_600.0))
    sheet = plan_sheet(plan)
    chosen = (sheet["node"] == "region=N/rep=1") & (sheet["period"] == "2027-Q1")
    sheet.loc[chosen, ["target", "reason"]] = [150.0, "leave"]
    revised = revised_plan(plan, agreed_targets(sheet[chosen], facts.futures.grid), said="as agreed")
    assert (revised.cascade.at("region=N/rep=1", "2027-Q1"), revised.cascade.at("all")) == (15_000, 360_000)
    assert [rule.reason for rule in revised.cascade.rules if rule.kind == "override"] == ["leave"]
    assert revised_plan(plan, agreed_targets(plan_sheet(plan), facts.futures.grid), said="") is plan
    raised = pd.DataFrame({"node": ["all"], "period": ["plan"], "target": [4_000.0]})
    assert revised_plan(plan, agreed_targets(raised, facts.futures.grid), said="more").amount == 4_000.0
    both = pd.DataFrame({"node": ["all", "region=N", "region=S"], "period": "plan", "target": [100.0, 60.0, 60.0]})
    with pytest.raises(ClashingRulesError):
        revised_plan(plan, agreed_targets(both, facts.futures.grid), said="more")


def test_the_run_rate_stands_beside_the_chance_of_the_whole_plan_alone():
    facts = facts_of_year()
    paths = facts.futures.paths.copy()
    paths[:, :, :3] = 190.0
    late = replace(facts, futures=Futures(grid=facts.futures.grid, paths=paths, closed=3))
    asked = pd.DataFrame(
        {"node": ["all", "all", "all"], "period": ["plan", "2027", "2027-Q1"], "cents": [0, 0, 171_000]}
    )
    told = chances(late, asked)
    assert told["run_rate"].tolist()[:2] == pytest.approx([2 * 36 * 95.0] * 2)
    assert np.isnan(told["run_rate"][2])
    assert told["sold"].tolist() == [1_710.0] * 3
    assert told["probability"][2] == 1.0


def test_levels_of_other_views_are_no_levels_of_a_plan():
    assert plan_levels({"category": ["category"], "region": ["region"], "both": ["category", "region"]}) == (
        "category",
        "region",
    )
    assert plan_levels({}) == ()


def test_a_leaf_that_sells_nothing_any_more_bears_nothing():
    grid = PlanGrid.of(pd.DataFrame({"rep": ["1", "2"]}), months=["2027-01"])
    paths = np.stack([np.array([[0.0], [50.0]])] * 3)
    fair, achievable = fair_shares(Futures(grid=grid, paths=paths), past=np.array([[100.0, 100.0], [80.0, 90.0]]))
    assert fair.tolist() == [[0.0], [1.0]]
    assert np.isfinite(achievable).all()
    short, half = fair_shares(Futures(grid=grid, paths=paths + 25.0), past=np.array([[80.0], [20.0]]))
    assert (half.tolist(), short.ravel().tolist()) == (pytest.approx([52.5, 47.5]), pytest.approx([0.525, 0.475]))
    young, unknown = fair_shares(Futures(grid=grid, paths=paths + 1.0), past=np.empty((2, 0)))
    assert young.ravel().tolist() == pytest.approx([1 / 52, 51 / 52])
    assert np.isnan(unknown).all()
