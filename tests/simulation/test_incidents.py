"""Incidents: each is visible in the data, at its place and time and nowhere else, and costs what it says."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from salescope.simulation import INCIDENTS, MadeCompany, simulate


@pytest.fixture(scope="module", params=range(2))
def company(request: pytest.FixtureRequest) -> MadeCompany:
    return simulate(seed=20 + request.param)


def found(company: MadeCompany, kind: str) -> pd.Series:
    rows = company.truth["incidents"]
    return rows[rows["kind"] == kind].iloc[0]


def within(orders: pd.DataFrame, incident: pd.Series) -> pd.Series:
    return (orders["ordered_at"] >= incident["start"]) & (orders["ordered_at"] < incident["end"])


def part(node: str, level: str) -> str:
    return dict(piece.split("=", 1) for piece in node.split("/"))[level]


def test_every_kind_is_there_once_with_cause_and_owner(company: MadeCompany):
    incidents = company.truth["incidents"]
    assert incidents["kind"].tolist() == list(INCIDENTS)
    assert incidents.notna().all().all()
    assert (incidents["end"] > incidents["start"]).all()
    assert incidents["end"].max() == company.end
    assert (incidents["amount"] != 0).all()


def test_an_outage_leaves_a_hole_in_its_region_alone(company: MadeCompany):
    incident, orders = found(company, "data_outage"), company.tables["orders"]
    hit = within(orders, incident)
    assert part(incident["node"], "region") not in set(orders.loc[hit, "region"])
    assert orders.loc[hit, "region"].nunique() == 4
    assert incident["amount"] < 0


def test_a_price_error_multiplies_one_product_by_ten(company: MadeCompany):
    incident, orders = found(company, "price_error"), company.tables["orders"]
    wrong = part(incident["node"], "product")
    listed = company.tables["products"].set_index("product_id")["list_price"]
    hit = within(orders, incident) & (orders["product_id"] == wrong) & (orders["quantity"] > 0)
    ratio = orders["unit_price"] / orders["product_id"].map(listed)
    assert hit.any()
    assert ratio[hit].between(9.9, 11).all()
    new = orders["quantity"] > 0
    assert ratio[new & ~hit].between(0.99, 1.1).all()
    money = (orders["quantity"] * orders["unit_price"] * (1 - orders["discount"]))[hit].sum()
    assert incident["amount"] == pytest.approx(0.9 * money)


def test_duplicates_repeat_orders_under_new_numbers(company: MadeCompany):
    incident, orders = found(company, "duplicate_orders"), company.tables["orders"]
    content = ["customer_id", "ordered_at", "line", "product_id", "quantity"]
    twin = orders.duplicated(content, keep=False) & (orders["quantity"] > 0)
    assert twin.any()
    assert within(orders, incident)[twin].all()
    assert set(orders.loc[twin, "region"]) == {part(incident["node"], "region")}
    money = (orders["quantity"] * orders["unit_price"] * (1 - orders["discount"]))[twin].sum()
    assert incident["amount"] == pytest.approx(money / 2)


def test_a_lost_key_account_falls_silent(company: MadeCompany):
    incident, orders = found(company, "lost_key_account"), company.tables["orders"]
    lost = part(incident["node"], "customer")
    theirs = orders[(orders["customer_id"] == lost) & (orders["quantity"] > 0)]
    assert len(theirs) > 20
    assert (theirs["ordered_at"] < incident["start"]).all()
    truth = company.truth["customers"].set_index("customer_id")
    assert truth.loc[lost, "died_at"] == incident["start"]


@pytest.mark.parametrize(("kind", "direction"), [("level_shift", -1), ("spike", 1), ("lost_key_account", -1)])
def test_incidents_of_demand_move_the_true_mean_by_their_amount(kind: str, direction: int):
    company = simulate(seed=22, incidents=[kind])
    incident, sales = found(company, kind), company.truth["sales"]
    leaves = sales[sales["node"].str.contains("/category=")]
    moved = leaves["gross"] + leaves["returns"] - leaves["calm"]
    hit = (leaves["date"] >= incident["start"]) & (leaves["date"] < incident["end"])
    # A first purchase happens anyway, so it moves to the other categories of the same region, and only there.
    elsewhere = ~leaves["node"].str.startswith(incident["node"].split("/")[0])
    assert np.sign(incident["amount"]) == direction
    # Returns take back three percent of it, some of them after the end.
    assert moved.sum() == pytest.approx(incident["amount"], rel=0.04)
    assert (moved[hit].sum() - incident["amount"]) == pytest.approx(0, abs=0.05 * abs(incident["amount"]))
    assert np.allclose(moved[elsewhere], 0)


def test_what_is_not_wished_is_absent_and_the_rest_stays_in_place():
    few = simulate(seed=20, incidents=["spike", "data_outage"]).truth["incidents"].set_index("kind")
    full = simulate(seed=20).truth["incidents"].set_index("kind")
    columns = ["start", "end", "node", "cause", "owner"]
    pd.testing.assert_frame_equal(few[columns], full.loc[["spike", "data_outage"], columns])
