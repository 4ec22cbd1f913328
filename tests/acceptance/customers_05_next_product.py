"""Row 5: recommended products on the last month of a wholesaler's orders, against what is popular.

The last month is the last 30 days of the file, 2011-11-10 to 2011-12-09. Judged are the customers who had bought before and
bought in it. Codes that are no products (postage, fees, discounts: all that do not begin with a digit) are left out for
everybody. Popularity may choose: customers who bought it in the 30 days before, or ever.
"""

from __future__ import annotations

import itertools
import time

import pandas as pd
from tests.acceptance.outcome import Outcome
from tests.acceptance.real_sets import folder

from salescope.evaluation import ndcg_at_k, recall_at_k
from salescope.scoring.products import ProductRecommender

AS_OF = pd.Timestamp("2011-11-10")
K = 10


def orders() -> pd.DataFrame:
    """Reads the order lines of products as the contract's table."""
    raw = pd.read_parquet(folder() / "online-retail" / "online_retail.parquet")
    raw = raw[raw["CustomerID"].notna() & raw["StockCode"].astype(str).str.match(r"\d")]
    return pd.DataFrame(
        {
            "customer_id": raw["CustomerID"].astype(int).astype(str),
            "ordered_at": raw["InvoiceDate"].astype("datetime64[ns]"),
            "product_id": raw["StockCode"].astype(str),
            "quantity": raw["Quantity"].astype(float),
        }
    )


def popular(counted: pd.DataFrame, customers: list[str], *, owned: dict[str, set[str]]) -> pd.DataFrame:
    """Recommends what most customers bought of the rows that count, but for what each owns."""
    buyers = counted.drop_duplicates(["customer_id", "product_id"])["product_id"].value_counts(sort=False)
    order = buyers.sort_index().sort_values(ascending=False, kind="stable").index.tolist()
    rows = []
    for who in customers:
        first = itertools.islice((product for product in order if product not in owned.get(who, ())), K)
        rows.extend((who, rank, product) for rank, product in enumerate(first, 1))
    return pd.DataFrame(rows, columns=["customer_id", "rank", "product_id"])


def run() -> Outcome:
    """Compares recall at 10 with the better of two popularities."""
    table = orders()
    bought = table[table["quantity"] > 0]
    past, later = bought[bought["ordered_at"] < AS_OF], bought[bought["ordered_at"] >= AS_OF]
    customers = sorted(set(past["customer_id"]) & set(later["customer_id"]))
    later = later.loc[later["customer_id"].isin(customers), ["customer_id", "product_id"]].drop_duplicates()
    pairs = past[["customer_id", "product_id"]].drop_duplicates()
    unseen = later.merge(pairs, how="left", indicator="known").query("known == 'left_only'")
    owned = pairs.groupby("customer_id")["product_id"].agg(set).to_dict()
    recent = past[past["ordered_at"] >= AS_OF - pd.Timedelta(days=30)]
    started = time.process_time()
    recommender = ProductRecommender().fit(table, as_of=AS_OF)
    told = {new: recommender.recommend(customers, k=K, repeat=not new) for new in (False, True)}
    seconds = time.process_time() - started
    print(f"{len(customers)} customers, {len(later)} products bought later, {len(unseen)} of them new to the customer")
    recall = {}
    for new, wanted in ((False, later), (True, unseen)):
        known = owned if new else {}
        answers = {"ours": told[new], "ever": popular(past, customers, owned=known)}
        answers["recent"] = popular(recent, customers, owned=known)
        recall[new] = {name: recall_at_k(frame, wanted, k=K) for name, frame in answers.items()}
        gain = {name: round(ndcg_at_k(frame, wanted, k=K), 4) for name, frame in answers.items()}
        rounded = {name: round(value, 4) for name, value in recall[new].items()}
        print(f"{'new to the customer' if new else 'all'}: recall {rounded}, discounted gain {gain}")
    times = {new: found["ours"] / max(found["ever"], found["recent"]) for new, found in recall.items()}
    figure = (
        f"online-retail, last 30 days: recall@10 {recall[False]['ours']:.4f} against "
        f"{max(recall[False]['ever'], recall[False]['recent']):.4f} of popularity, {times[False]:.2f} times; new to the "
        f"customer {recall[True]['ours']:.4f} against {max(recall[True]['ever'], recall[True]['recent']):.4f}, "
        f"{times[True]:.2f} times; {seconds:.1f} CPU-s"
    )
    return Outcome(figure, times[False] >= 1.5)
