"""Recall and discounted gain of recommended products, against plain loops and scikit-learn."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import ndcg_score

from salescope.evaluation.ranking import ndcg_at_k, recall_at_k
from salescope.frames.errors import MisalignedError, MissingColumnError, OutOfRangeError

PRODUCTS = [f"P{number}" for number in range(6)]

lists = st.dictionaries(st.sampled_from("abc"), st.permutations(PRODUCTS), max_size=3)
sets = st.dictionaries(st.sampled_from("abcd"), st.sets(st.sampled_from(PRODUCTS), min_size=1), min_size=1)


def framed(ranked: dict[str, list[str]]) -> pd.DataFrame:
    rows = [(who, rank, what) for who, order in ranked.items() for rank, what in enumerate(order, 1)]
    return pd.DataFrame(rows, columns=["customer_id", "rank", "product_id"])


def purchases(later: dict[str, set[str]]) -> pd.DataFrame:
    rows = [(who, what) for who, products in later.items() for what in sorted(products)]
    return pd.DataFrame(rows, columns=["customer_id", "product_id"])


@given(lists, sets, st.integers(1, 7))
def test_recall_is_that_of_plain_loops(ranked, later, k):
    shares = [len(set(ranked.get(who, [])[:k]) & products) / len(products) for who, products in later.items()]
    assert recall_at_k(framed(ranked), purchases(later), k=k) == pytest.approx(np.mean(shares))


@given(lists, sets, st.integers(1, 6))
def test_gain_is_that_of_scikit_learn(ranked, later, k):
    gains = []
    for who, products in later.items():
        order = ranked.get(who, [])
        relevance = [[float(what in products) for what in PRODUCTS]]
        scores = [[-order.index(what) if what in order else -99 for what in PRODUCTS]]
        gains.append(ndcg_score(relevance, scores, k=k) if order else 0.0)
    assert ndcg_at_k(framed(ranked), purchases(later), k=k) == pytest.approx(np.mean(gains))


@given(lists, sets)
def test_order_of_rows_and_twice_bought_products_are_irrelevant(ranked, later):
    told, bought = framed(ranked), purchases(later)
    mixed = told.sample(frac=1, random_state=1), pd.concat([bought, bought]).sample(frac=1, random_state=2)
    assert recall_at_k(*mixed) == recall_at_k(told, bought)
    assert ndcg_at_k(*mixed) == pytest.approx(ndcg_at_k(told, bought))


def test_all_found_first_is_one():
    told, bought = framed({"a": PRODUCTS}), purchases({"a": set(PRODUCTS[:2])})
    assert recall_at_k(told, bought, k=2) == ndcg_at_k(told, bought, k=2) == 1.0


@pytest.mark.parametrize("figure", [recall_at_k, ndcg_at_k])
def test_what_cannot_be_judged_is_refused(figure):
    told, bought = framed({"a": PRODUCTS}), purchases({"a": {"P1"}})
    with pytest.raises(MissingColumnError, match="'rank' in products"):
        figure(told.drop(columns="rank"), bought)
    with pytest.raises(MisalignedError, match="no row"):
        figure(told, bought.head(0))
    with pytest.raises(MisalignedError, match="one rank twice"):
        figure(told.assign(rank=1), bought)
    with pytest.raises(OutOfRangeError, match="0 is out of range for k"):
        figure(told, bought, k=0)
