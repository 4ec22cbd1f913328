"""The product recommender: against plain loops, without leaks, the same bits on every way."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone

from salescope.frames.errors import MisalignedError, NotFittedModelError, OutOfRangeError, UnknownNameError
from salescope.scoring.baskets import Baskets
from salescope.scoring.co_purchase import CoPurchaseRule, co_purchases
from salescope.scoring.products import ProductRecommender

AS_OF = pd.Timestamp("2024-07-01")


def some_orders(seed: int = 0, *, lines: int = 600, customers: int = 30, products: int = 12) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    customer = rng.integers(customers, size=lines)
    # Customers like every third product best, so that there is something to find.
    product = np.where(rng.random(lines) < 0.6, customer % 3 + 3 * rng.integers(products // 3, size=lines), 0)
    product = np.where(product == 0, rng.integers(products, size=lines), product)
    return pd.DataFrame(
        {
            "order_id": [f"O{line}" for line in range(lines)],
            "customer_id": [f"C{number:02}" for number in customer],
            "ordered_at": AS_OF - pd.to_timedelta(240 * rng.integers(1, 21, size=lines) - 5, unit="h"),
            "product_id": [f"P{number:02}" for number in product],
            "quantity": rng.choice([1.0, 2.0, -1.0], size=lines, p=[0.5, 0.4, 0.1]),
        }
    )


ORDERS = some_orders()
FITTED = ProductRecommender().fit(ORDERS, as_of=AS_OF)


def purchases(orders: pd.DataFrame) -> set[tuple[str, str, float]]:
    rows = orders[orders["quantity"] > 0].itertuples()
    return {
        (row.customer_id, row.product_id, (AS_OF - row.ordered_at.normalize()) / pd.Timedelta(days=1)) for row in rows
    }


def slow_similarity(bought: set[tuple[str, str, float]], *, fewest: int) -> dict[tuple[str, str], float]:
    baskets: dict[tuple[str, float], set[str]] = {}
    for who, what, age in bought:
        baskets.setdefault((who, age), set()).add(what)
    inner: dict[tuple[str, str], float] = {}
    shared: dict[tuple[str, str], int] = {}
    for (_, age), products in baskets.items():
        for one in products:
            for other in products:
                inner[one, other] = inner.get((one, other), 0.0) + 0.5 ** (age / 180) / len(products)
                shared[one, other] = shared.get((one, other), 0) + 1
    return {
        (one, other): value / (inner[one, one] * inner[other, other]) ** 0.5
        for (one, other), value in inner.items()
        if one != other and shared[one, other] >= fewest
    }


def slow_scores(orders: pd.DataFrame, customer: str) -> dict[str, float]:
    bought = purchases(orders)
    similar = slow_similarity(bought, fewest=3)
    recent = {(who, what) for who, what, age in bought if age <= 30}
    people = len({who for who, _ in recent})
    own: dict[str, float] = {}
    for who, what, age in bought:
        if who == customer:
            own[what] = own.get(what, 0.0) + 0.5 ** (age / 180)
    scores = {}
    for product in {what for _, what, _ in bought}:
        share = sum(what == product for _, what in recent) / people
        together = 0.2 * sum(weight * similar.get((other, product), 0.0) for other, weight in own.items())
        scores[product] = max(own.get(product, 0.0) * (1 + 5 * share), together + share)
    return scores


def test_similarities_are_those_of_plain_loops():
    rule = CoPurchaseRule(half_life=180, neighbours=99, fewest=3)
    baskets = Baskets.from_orders(ORDERS, as_of=AS_OF)
    found = co_purchases(baskets, rule=rule).todok()
    expected = slow_similarity(purchases(ORDERS), fewest=3)
    named = {(baskets.products[one], baskets.products[other]): value for (one, other), value in found.items()}
    assert named.keys() == expected.keys()
    assert all(abs(named[pair] - expected[pair]) < 0.51e-4 for pair in expected)


def test_only_the_nearest_are_kept():
    baskets = Baskets.from_orders(ORDERS, as_of=AS_OF)
    whole = co_purchases(baskets, rule=CoPurchaseRule(half_life=180, neighbours=99, fewest=1)).toarray()
    few = co_purchases(baskets, rule=CoPurchaseRule(half_life=180, neighbours=3, fewest=1)).toarray()
    for kept, row in zip(few, whole, strict=True):
        assert set(np.flatnonzero(kept)) == {
            place for place in np.lexsort((np.arange(len(row)), -row))[:3] if row[place] > 0
        }
        np.testing.assert_array_equal(kept[kept > 0], row[kept > 0])


def test_products_are_found_in_blocks_as_in_one(monkeypatch):
    baskets = Baskets.from_orders(ORDERS, as_of=AS_OF)
    rule = CoPurchaseRule(half_life=180, neighbours=5, fewest=1)
    whole = co_purchases(baskets, rule=rule)
    monkeypatch.setattr("salescope.scoring.co_purchase.BLOCK", 5)
    np.testing.assert_array_equal(co_purchases(baskets, rule=rule).toarray(), whole.toarray())


@pytest.mark.parametrize("customer", ["C00", "C07", "nobody"])
def test_scores_are_those_of_plain_loops(customer):
    told = FITTED.recommend([customer], k=12)
    expected = slow_scores(ORDERS, customer)
    best = sorted(expected, key=lambda product: (-expected[product], product))
    assert told["product_id"].tolist() == [product for product in best if expected[product] > 0]
    np.testing.assert_allclose(told["score"], [expected[name] for name in told["product_id"]], atol=1e-3)
    assert told["rank"].tolist() == list(range(1, len(told) + 1))


def test_one_customer_has_the_bits_of_the_batch(monkeypatch):
    batch = FITTED.recommend()
    monkeypatch.setattr("salescope.scoring.product_ranks.CELLS", 1)
    pd.testing.assert_frame_equal(FITTED.recommend(), batch)
    for name, own in batch.groupby("customer_id"):
        pd.testing.assert_frame_equal(FITTED.recommend([name]), own.reset_index(drop=True))


@settings(max_examples=10)
@given(st.integers(0, 1000))
def test_order_of_rows_and_rows_at_or_after_the_moment_change_nothing(seed):
    later = some_orders(seed, lines=80).assign(
        ordered_at=lambda rows: AS_OF + (AS_OF - rows["ordered_at"]).dt.floor("D")
    )
    mixed = pd.concat([ORDERS, later]).sample(frac=1, random_state=seed)
    again = ProductRecommender().fit(mixed, as_of=AS_OF)
    assert again.to_bundle() == FITTED.to_bundle()
    pd.testing.assert_frame_equal(again.recommend(), FITTED.recommend())


def test_a_history_of_today_is_used_with_what_was_learned():
    extra = pd.DataFrame({"customer_id": ["new"], "product_id": ["P05"], "quantity": [1.0], "ordered_at": [AS_OF]})
    history = Baskets.from_orders(pd.concat([ORDERS, extra]), as_of=AS_OF + pd.Timedelta(days=1))
    first = FITTED.recommend(["new"], history=history, k=1).iloc[0]
    assert (first["product_id"], first["because"]) == ("P05", "bought once, 1 day ago")


def test_repeat_says_whether_the_known_comes_again():
    owned = {(who, what) for who, what, _ in purchases(ORDERS)}
    fresh = FITTED.recommend(repeat=False, k=5)
    assert not owned & set(zip(fresh["customer_id"], fresh["product_id"], strict=True))
    again = FITTED.recommend(k=1)
    assert owned >= set(zip(again["customer_id"], again["product_id"], strict=True))


def test_excluded_products_and_those_off_sale_are_not_recommended():
    old = ORDERS.assign(
        ordered_at=ORDERS["ordered_at"].mask(ORDERS["product_id"] == "P03", AS_OF - pd.Timedelta(days=400))
    )
    told = ProductRecommender(exclude=["P01"]).fit(old, as_of=AS_OF).recommend(k=12)
    assert not {"P01", "P03"} & set(told["product_id"])
    assert "P03" in set(ProductRecommender(sold_within=None).fit(old, as_of=AS_OF).recommend(k=12)["product_id"])
    without = ProductRecommender(exclude=["P01"]).fit(ORDERS[ORDERS["product_id"] != "P01"], as_of=AS_OF)
    bare = ProductRecommender().fit(ORDERS[ORDERS["product_id"] != "P01"], as_of=AS_OF)
    pd.testing.assert_frame_equal(without.recommend(), bare.recommend())


def test_an_inline_customer_is_answered_as_by_id():
    own = ORDERS[ORDERS["customer_id"] == "C03"].drop(columns="customer_id")
    own = own.assign(ordered_at=own["ordered_at"].map(lambda moment: moment.isoformat()))
    record = {"orders": own.to_dict("records"), "as_of": AS_OF.isoformat()}
    inline = FITTED.recommend_baskets([{}, record], repeat=True)
    by_id = FITTED.recommend(["nobody", "C03"])
    assert inline["basket"].unique().tolist() == [0, 1]
    columns = ["rank", "product_id", "score", "because"]
    pd.testing.assert_frame_equal(inline[columns], by_id[columns])


def test_a_basket_is_completed_by_what_goes_with_it():
    sets = [["bolt", "nut", "washer"]] * 4 + [["paint", "brush"]] * 4 + [["saw"]] * 2
    rows = [
        {
            "customer_id": f"C{number}",
            "product_id": product,
            "quantity": 1.0,
            "ordered_at": AS_OF - pd.Timedelta(days=40),
        }
        for number, products in enumerate(sets)
        for product in products
    ]
    recommender = ProductRecommender(popular=0.0, labels={"nut": "nuts M8"}).fit(pd.DataFrame(rows), as_of=AS_OF)
    told = recommender.recommend_baskets([["nut"], ["brush"], ["saw"], ["never seen"], []])
    assert told.groupby("basket")["product_id"].agg(list).to_dict() == {0: ["bolt", "washer"], 1: ["paint"]}
    assert told["because"].iloc[0] == "often bought together with nuts M8"
    assert recommender.catalogue_.popular_days == 60
    zh = recommender.recommend_baskets([["nut"]], language="zh")
    assert zh["because"].iloc[0] == "常與nuts M8一起購買"


def test_reasons_speak_of_what_the_customer_did():
    days = [AS_OF - pd.Timedelta(days=age) for age in (10, 40, 70, 100)]
    rows = [("a", "nut", day) for day in days] + [("a", "saw", days[2]), ("a", "bolt", days[0]), ("a", "bolt", days[1])]
    orders = pd.DataFrame(rows, columns=["customer_id", "product_id", "ordered_at"]).assign(quantity=1.0)
    told = ProductRecommender(popular=0.0).fit(orders, as_of=AS_OF).recommend(["a"])
    assert told.set_index("product_id")["because"].to_dict() == {
        "nut": "bought 4 times, usually every 30 days, last 10 days ago",
        "bolt": "bought 2 times, last 10 days ago",
        "saw": "bought once, 70 days ago",
    }


def test_bundle_round_trip_is_bit_equal_and_holds_no_customer():
    recommender = ProductRecommender(exclude={"P01"}, labels={"P02": "螺帽"}).fit(ORDERS, as_of=AS_OF)
    files = recommender.to_bundle()
    read = ProductRecommender.from_bundle({**files, "more.json": b"{}"})
    assert read.to_bundle() == files
    assert json.loads(files["schema.json"]) == recommender.input_schema()
    assert b"C00" not in b"".join(files.values())
    pd.testing.assert_frame_equal(read.recommend(history=recommender.history_), recommender.recommend())
    records = [{"products": ["P02", "P05"]}, {}, recommender.input_schema()["example"]]
    values = recommender.canary_values(records)
    assert values.shape == (3, 20)
    np.testing.assert_array_equal(read.canary_values(records), values)
    np.testing.assert_array_equal(recommender.canary_values(records[:1]), values[:1])
    with pytest.raises(MisalignedError, match="a bundle holds products, not customers"):
        read.recommend(["C00"])


def test_nothing_bought_is_defined():
    empty = ProductRecommender().fit(ORDERS.head(0), as_of=AS_OF)
    assert empty.recommend(["C00"]).empty
    assert empty.recommend_baskets([["P01"]]).empty
    assert np.isnan(empty.canary_values([{"products": ["P01"]}])).all()
    assert ProductRecommender.from_bundle(empty.to_bundle()).to_bundle() == empty.to_bundle()
    one = ProductRecommender().fit(ORDERS.head(1).assign(quantity=1.0), as_of=AS_OF)
    assert len(one.recommend()) == 1
    assert list(empty.recommend().columns) == list(one.recommend().columns)


def test_very_old_purchases_do_not_vanish():
    old = ORDERS.assign(ordered_at=ORDERS["ordered_at"] - pd.Timedelta(days=30_000))
    told = ProductRecommender(half_life=1.0, sold_within=None).fit(old, as_of=AS_OF).recommend(k=3)
    assert np.isfinite(told["score"]).all()
    assert len(told) == 90


def test_fit_is_pure_and_settings_are_kept():
    before = ORDERS.copy(deep=True)
    recommender = ProductRecommender(together=0.5)
    clone(recommender).fit(ORDERS, as_of=AS_OF)
    pd.testing.assert_frame_equal(ORDERS, before)
    assert clone(recommender).get_params() == recommender.get_params()


@pytest.mark.parametrize(
    "setting", [{"half_life": 0.0}, {"popular_days": 0}, {"neighbours": 0}, {"together": -1.0}, {"fewest_together": 0}]
)
def test_settings_that_cannot_be_meant_are_refused(setting):
    with pytest.raises(OutOfRangeError, match=f"out of range for {next(iter(setting))} in ProductRecommender"):
        ProductRecommender(**setting).fit(ORDERS, as_of=AS_OF)


def test_questions_that_cannot_be_meant_are_refused():
    with pytest.raises(OutOfRangeError, match="0 is out of range for k"):
        FITTED.recommend(k=0)
    with pytest.raises(UnknownNameError, match="'fr'"):
        FITTED.recommend(language="fr")
    with pytest.raises(NotFittedModelError, match="This ProductRecommender is not fitted yet"):
        ProductRecommender().recommend_baskets([["nut"]])
