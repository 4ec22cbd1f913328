"""Customers, orders and what follows from them: sums, order in time, and the true means against the drawn data."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from salescope.simulation import MadeCompany, simulate
from salescope.simulation.orders import draw_lines
from salescope.simulation.period import SECONDS_A_DAY
from salescope.simulation.products import CATEGORIES
from salescope.simulation.representatives import REGIONS
from salescope.simulation.sales import mean_sales, order_rate


@pytest.fixture(scope="module")
def calm() -> MadeCompany:
    return simulate(seed=4, incidents=())


def money_of(orders: pd.DataFrame) -> pd.Series:
    return orders["quantity"] * orders["unit_price"] * (1 - orders["discount"])


def test_returns_are_negative_and_others_positive(small: MadeCompany):
    orders = small.tables["orders"]
    returned = orders["status"] == "returned"
    assert (orders.loc[returned, "quantity"] < 0).all()
    assert (orders.loc[~returned, "quantity"] > 0).all()
    assert 0.02 < returned.mean() < 0.04


def test_moments_of_an_order_follow_one_another(small: MadeCompany):
    orders = small.tables["orders"]
    assert orders["ordered_at"].is_monotonic_increasing
    delivered = orders.dropna(subset="delivered_at")
    assert (delivered["delivered_at"] > delivered["ordered_at"]).all()
    assert (orders.dropna(subset="promised_at").eval("promised_at > ordered_at")).all()
    assert orders.loc[orders["status"] == "open", "delivered_at"].isna().all()


def test_an_order_has_one_customer_moment_and_channel(small: MadeCompany):
    per_order = small.tables["orders"].groupby("order_id")[["customer_id", "ordered_at", "channel", "region"]].nunique()
    assert (per_order == 1).all().all()


def test_customers_buy_only_while_they_are_customers(small: MadeCompany):
    orders = small.tables["orders"].query("quantity > 0")
    joined = orders.merge(small.tables["customers"], on="customer_id").merge(small.truth["customers"], on="customer_id")
    assert (joined["ordered_at"] >= joined["since"]).all()
    gone = joined.dropna(subset="died_at")
    assert (gone["ordered_at"] < gone["died_at"]).all()


def test_products_are_sold_only_after_their_launch(small: MadeCompany):
    joined = small.tables["orders"].merge(small.tables["products"], on="product_id")
    assert (joined["ordered_at"] >= joined["launched_at"]).all()
    assert (small.tables["products"]["launched_at"] > small.start).any()


def test_a_known_leaver_really_left_and_only_contracts_are_known(small: MadeCompany):
    customers, truth = small.tables["customers"], small.truth["customers"]
    assert (customers["churned"].isna() == (customers["contract"] == "none")).all()
    bound = customers["churned"].notna()
    assert (customers.loc[bound, "churned"].astype(bool) == ~truth.loc[bound, "alive"]).all()
    assert (customers["churned_at"].notna() == customers["churned"].fillna(value=False)).all()


def test_invoices_add_up_to_the_orders_sold(small: MadeCompany):
    orders, invoices = small.tables["orders"], small.tables["invoices"]
    sold = orders[(orders["quantity"] > 0) & (orders["ordered_at"] < small.end - pd.Timedelta(days=1))]
    assert invoices["amount"].sum() == pytest.approx(money_of(sold).sum(), rel=1e-5)
    assert len(invoices) == sold["order_id"].nunique()


def test_invoices_are_due_after_and_paid_not_before_they_are_issued(small: MadeCompany):
    invoices = small.tables["invoices"]
    assert (invoices["due_at"] > invoices["issued_at"]).all()
    paid = invoices.dropna(subset="paid_at")
    assert (paid["paid_at"] >= paid["issued_at"]).all()
    assert 0.1 < (paid["paid_at"] > paid["due_at"]).mean() < 0.6


def test_complaints_pile_up_before_a_customer_leaves(small: MadeCompany):
    contacts = small.tables["contacts"].query("kind == 'complaint'")
    joined = contacts.merge(small.truth["customers"], on="customer_id").dropna(subset="died_at")
    days_left = (joined["died_at"] - joined["at"]).dt.days
    assert (days_left >= 0).all()
    assert (days_left < 60).sum() > 3 * days_left.between(60, 119).sum()
    assert small.tables["contacts"].query("kind != 'complaint'")["resolved_at"].isna().all()


def test_the_true_mean_is_what_the_lines_are_drawn_from(calm: MadeCompany):
    """Redraws the history sixty times and compares total money of a region and category with its mean."""
    world = calm.world
    sums = np.zeros((60, len(REGIONS), len(CATEGORIES)))
    for draw in range(60):
        lines = draw_lines(world, window=(0, 120), rng=np.random.default_rng([9, draw]))
        money = lines["quantity"] * lines["unit_price"] * (1 - lines["discount"])
        region = world.region[lines["customer"].to_numpy()]
        category = world.demand.catalogue.category[lines["product"].to_numpy()]
        np.add.at(sums[draw], (region, category), money.to_numpy())
    expected = mean_sales(world).category[:, :120].sum(axis=1)
    z = (sums.mean(axis=0) - expected) / (sums.std(axis=0, ddof=1) / np.sqrt(60))
    assert stats.chi2.sf((z**2).sum(), z.size) > 0.001


def test_both_cuts_of_the_true_mean_hold_the_same_money(calm: MadeCompany):
    sales = calm.truth["sales"]
    by_rep = sales["node"].str.contains("/rep=")
    for column in ("gross", "returns", "net", "calm"):
        assert sales.loc[by_rep, column].sum() == pytest.approx(sales.loc[~by_rep, column].sum(), rel=1e-9)


def test_without_incidents_the_calm_mean_is_the_mean(calm: MadeCompany):
    sales = calm.truth["sales"]
    np.testing.assert_array_equal(sales["net"], sales["calm"])
    assert calm.truth["incidents"].empty


def test_the_expected_returns_are_near_the_drawn_ones(calm: MadeCompany):
    orders = calm.tables["orders"]
    drawn = money_of(orders[orders["quantity"] < 0]).sum()
    sales = calm.truth["sales"]
    expected = sales.loc[sales["node"].str.contains("/rep="), "returns"].sum()
    assert drawn == pytest.approx(expected, rel=0.15)


def test_the_order_rate_agrees_with_counting_customers_day_by_day(tiny: MadeCompany):
    world = tiny.world
    book = world.book
    factor = world.demand.factor[world.force.region]
    fast = order_rate(book, weight=book.size, factor=factor)
    slow = np.zeros_like(fast)
    for day in range(factor.shape[1]):
        for number in range(book.rate.size):
            if book.since[number] == day:
                slow[book.owner[number], day] += book.size[number]
            if book.since[number] < day < book.died[number]:
                slow[book.owner[number], day] += book.size[number] * book.rate[number] * factor[book.owner[number], day]
    np.testing.assert_allclose(fast, slow, rtol=1e-9, atol=1e-9)


def test_promotions_lift_their_category_and_cut_its_price(calm: MadeCompany):
    events = calm.tables["events"].query("kind == 'promotion'")
    orders = calm.tables["orders"].merge(calm.tables["products"][["product_id", "category"]], on="product_id")
    orders["date"] = orders["ordered_at"].dt.normalize()
    promoted = set(zip(events["date"], events["scope"].str.removeprefix("category="), strict=True))
    on = np.array([key in promoted for key in zip(orders["date"], orders["category"], strict=True)])
    new = (orders["quantity"] > 0).to_numpy()
    assert (orders.loc[on & new, "discount"] > 0).all()
    assert (orders.loc[~on & new, "discount"] == 0).all()
    days_on = events.loc[events["date"] < calm.end].groupby("scope")["date"].nunique().sum()
    rate_on = (on & new).sum() / days_on
    rate_off = (~on & new).sum() / (calm.world.period.days * len(CATEGORIES) - days_on)
    assert 1.3 < rate_on / rate_off < 2.4


def test_weekends_and_holidays_are_quiet(calm: MadeCompany):
    orders = calm.tables["orders"].query("quantity > 0")
    by_day = orders["ordered_at"].dt.dayofweek.value_counts()
    assert by_day[6] < 0.6 * by_day[2]
    per_date = orders["ordered_at"].dt.normalize().value_counts()
    holidays = calm.tables["events"].query("kind == 'holiday'")["date"]
    assert per_date.reindex(holidays[holidays < calm.end]).fillna(0).mean() < 0.6 * per_date.mean()


def test_drivers_that_are_past_only_end_with_the_history(small: MadeCompany):
    drivers = small.tables["drivers"]
    ahead = drivers["date"] >= small.end
    assert drivers.loc[ahead, ["economy", "temperature"]].isna().all().all()
    assert drivers["price_index"].notna().all()
    assert drivers.loc[~ahead].notna().all().all()


def test_lines_number_from_one_within_an_order(tiny: MadeCompany):
    lines = draw_lines(tiny.world, window=(30, 90), rng=np.random.default_rng(0))
    numbers = lines.groupby("order")["line"]
    assert (numbers.min() == 1).all()
    assert (numbers.max() == numbers.size()).all()
    day = lines["at"] // SECONDS_A_DAY
    assert day.between(30, 89).all()
