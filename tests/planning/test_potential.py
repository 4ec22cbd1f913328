"""Potential against plain loops, made companies whose truth is known, and leaves with hardly a past."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salescope.frames.errors import MisalignedError, OutOfRangeError
from salescope.planning.leaf_facts import LeafFacts, years_of
from salescope.planning.potential import Fading, potential


def steady_by_loops(history, peers, fading):
    n_years, leaves = len(history[0]), range(len(history))
    whole = [sum(row[y] for row in history) for y in range(n_years)]
    together = {p: [sum(history[i][y] for i in leaves if peers[i] == p) for y in range(n_years)] for p in set(peers)}

    def mean(shares, newest):
        weights = [(1 - newest) ** (n_years - 1 - y) for y in range(n_years)]
        return sum(w * s for w, s in zip(weights, shares, strict=True)) / sum(weights)

    among = {p: mean([together[p][y] / whole[y] for y in range(n_years)], fading.newest_of_peers) for p in together}
    inside = [mean([history[i][y] / together[peers[i]][y] for y in range(n_years)], fading.newest) for i in leaves]
    held = {p: sum(inside[i] for i in leaves if peers[i] == p) for p in together}
    return [inside[i] / held[peers[i]] * among[peers[i]] / sum(among.values()) * whole[-1] for i in leaves]


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10_000), st.integers(1, 8), st.integers(1, 6))
def test_a_level_is_that_of_plain_loops(seed, n_leaves, n_years):
    rng = np.random.default_rng(seed)
    history = rng.gamma(2.0, 50.0, (n_leaves, n_years))
    peers = [str(code) for code in rng.integers(0, 3, n_leaves)]
    fading = Fading(newest=float(rng.uniform(0.1, 0.9)), newest_of_peers=float(rng.uniform(0.1, 0.9)))
    found = potential(LeafFacts(history=history, peers=peers), fading=fading)
    assert found.achievable == pytest.approx(steady_by_loops(history.tolist(), peers, fading))
    assert found.achievable.sum() == pytest.approx(history[:, -1].sum())


def made(*, seed=0, n=60, n_years=8, closes=0.0, follows=0.0):
    """Draws leaves in four groups, whose sales close part of a gap to their market, and follow their customers."""
    rng = np.random.default_rng(seed)
    people = rng.lognormal(3.0, 1.0, n)
    usual = 10.0 * people
    level = np.log(usual) + rng.normal(0.0, 0.6, n)
    base = np.log(200.0) + rng.normal(0.0, 0.5, n)
    sales, customers = [], []
    for _ in range(n_years):
        sales.append(np.exp(level + rng.normal(0.0, 0.05, n)))
        customers.append(np.exp(base))
        step = rng.normal(0.0, 0.25, n)
        base = base + step
        level = level + closes * (np.log(usual) - level) + follows * step
    peers = [str(place % 4) for place in range(n)]
    return np.array(sales).T, np.array(customers).T, people, peers, np.exp(level)


def error(found, truth):
    log = np.log(found.achievable / found.achievable.sum()) - np.log(truth / truth.sum())
    return float(np.abs(log).mean())


def test_gaps_that_close_are_carried_and_improve_the_split():
    sales, _, people, peers, truth = made(closes=0.4)
    plain = potential(LeafFacts(history=sales, peers=peers))
    found = potential(LeafFacts(history=sales, peers=peers, drivers={"population": people}))
    assert found.carried["head-room"] > 0.3
    assert error(found, truth) < 0.6 * error(plain, truth)


def test_customers_that_bring_sales_are_carried_and_improve_the_split():
    sales, customers, _, peers, truth = made(follows=0.9)
    plain = potential(LeafFacts(history=sales, peers=peers))
    found = potential(LeafFacts(history=sales, peers=peers, accounts={"customers": customers}))
    assert 0.6 < found.carried["customers"] <= 1.0
    assert error(found, truth) < 0.6 * error(plain, truth)


@pytest.mark.parametrize("seed", range(4))
def test_what_has_nothing_to_do_with_sales_is_hardly_carried(seed):
    sales, customers, people, peers, _ = made(seed=seed)
    shuffled = np.random.default_rng(seed + 9).permutation(people)
    facts = LeafFacts(history=sales, peers=peers, accounts={"customers": customers}, drivers={"noise": shuffled})
    assert max(potential(facts).carried.values()) < 0.1


def test_parts_add_up_to_what_is_achievable():
    sales, customers, people, peers, _ = made(closes=0.3, follows=0.5)
    sales[0, :] = np.nan
    sales[1, :6] = np.nan
    facts = LeafFacts(history=sales, peers=peers, accounts={"customers": customers}, drivers={"population": people})
    found = potential(facts)
    assert sum(found.parts.values()) == pytest.approx(found.achievable)
    assert list(found.parts) == ["last year", "steadied", "customers", "head-room", "new leaf"]
    assert found.table([str(k) for k in range(60)]).shape == (60, 8)
    assert (found.achievable > 0.0).all()


def test_head_room_is_what_peers_sell_in_such_a_market_beyond():
    people = np.arange(1.0, 21.0)
    sales = 10.0 * people
    sales[10] *= 0.4
    found = potential(LeafFacts(history=np.tile(sales[:, None], 4), drivers={"population": people}))
    assert found.head_room.argmax() == 10
    assert found.head_room[10] == pytest.approx(0.6 * 110.0, rel=0.2)
    assert (potential(LeafFacts(history=np.tile(sales[:, None], 4))).head_room == 0.0).all()


def test_a_leaf_without_a_past_is_given_what_peers_sell_in_such_a_market():
    people = np.arange(1.0, 21.0)
    history = np.tile(10.0 * people[:, None], 3)
    history[4] = np.nan
    found = potential(LeafFacts(history=history, drivers={"population": people}))
    assert found.achievable[4] == pytest.approx(50.0, rel=0.2)
    assert found.parts["new leaf"][4] == found.achievable[4]


def test_a_young_leaf_is_not_held_to_the_years_before_it_began():
    history = np.array([[100.0, 100.0, 100.0, 100.0], [np.nan, np.nan, np.nan, 100.0]])
    assert potential(LeafFacts(history=history)).achievable[1] > 95.0


@settings(deadline=None, max_examples=5)
@given(st.integers(0, 1_000), st.floats(0.01, 1e6))
def test_neither_the_order_of_leaves_nor_the_unit_of_money_matters(seed, unit):
    sales, customers, people, peers, _ = made(seed=seed, n=20, n_years=5, closes=0.3, follows=0.3)
    order = np.random.default_rng(seed).permutation(20)

    def found(rows, money):
        base, market = {"customers": customers[rows]}, {"population": people[rows]}
        return potential(
            LeafFacts(history=sales[rows] * money, peers=[peers[k] for k in rows], accounts=base, drivers=market)
        )

    straight, turned = found(np.arange(20), 1.0), found(order, unit)
    assert turned.achievable == pytest.approx(straight.achievable[order] * unit, rel=1e-4)
    assert turned.head_room == pytest.approx(straight.head_room[order] * unit, rel=1e-3, abs=1e-3 * unit)


def test_nothing_of_the_future_is_read():
    sales, customers, people, peers, _ = made(n_years=7)
    facts = LeafFacts(history=sales, peers=peers, accounts={"customers": customers}, drivers={"population": people})
    cut = LeafFacts(
        history=sales[:, :5], peers=peers, accounts={"customers": customers[:, :5]}, drivers={"population": people}
    )
    assert (potential(facts.until(5)).achievable == potential(cut).achievable).all()


def test_one_year_and_one_leaf_are_enough():
    assert potential(LeafFacts(history=np.array([[5.0]]))).achievable.tolist() == [5.0]
    only = LeafFacts(history=np.array([[0.0, 7.0], [0.0, 3.0]]), drivers={"population": np.array([1.0, 2.0])})
    assert potential(only).achievable == pytest.approx([7.0, 3.0])


def test_last_year_alone_is_the_end_of_fading():
    history = np.array([[1.0, 2.0], [3.0, 8.0]])
    found = potential(LeafFacts(history=history), fading=Fading(newest=1.0, newest_of_peers=1.0))
    assert found.achievable == pytest.approx([2.0, 8.0])


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"history": np.zeros((2, 2))}, "one sale"),
        ({"history": np.array([[1.0, np.inf]])}, "inf is out of range for history"),
        ({"history": np.ones((1, 1)), "drivers": {"population": np.zeros(1)}}, "population"),
        ({"history": np.ones((1, 1)), "accounts": {"customers": -np.ones((1, 1))}}, "customers"),
    ],
)
def test_figures_that_cannot_be_meant_are_refused(wrong, said):
    with pytest.raises(OutOfRangeError, match=said):
        LeafFacts(**wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"history": np.ones(3)},
        {"history": np.ones((2, 2)), "peers": ["a"]},
        {"history": np.ones((2, 2)), "accounts": {"customers": np.ones((2, 1))}},
    ],
)
def test_facts_of_other_leaves_are_refused(wrong):
    with pytest.raises(MisalignedError):
        LeafFacts(**wrong)


def test_weights_and_years_that_cannot_be_meant_are_refused():
    with pytest.raises(OutOfRangeError, match="newest_of_peers"):
        Fading(newest_of_peers=0.0)
    with pytest.raises(OutOfRangeError, match="12 periods"):
        years_of(np.ones((2, 11)))
    assert years_of(np.ones((2, 25))).tolist() == [[12.0, 12.0], [12.0, 12.0]]
