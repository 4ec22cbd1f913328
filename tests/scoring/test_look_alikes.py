"""Look-alike leads: against plain loops; the same alone and among others; nobody lost."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salescope.frames.errors import (
    MissingColumnError,
    NotFittedModelError,
    OutOfRangeError,
    TooFewOutcomesError,
    UnknownNameError,
)
from salescope.scoring.attribute_space import telling
from salescope.scoring.look_alikes import LookAlikes


def some_leads(rows: int, seed: int, *, won: bool) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    sources = ["fair", "web", "call"]
    frame = pd.DataFrame(
        {
            "lead_id": [f"{'W' if won else 'L'}{seed}-{row:03}" for row in range(rows)],
            "source": rng.choice(sources, rows, p=[0.7, 0.2, 0.1] if won else [0.1, 0.4, 0.5]),
            "region": rng.choice(["North", "South", None], rows),
            "staff": rng.lognormal(4 if won else 3, 1, rows).round(),
            "asked": rng.random(rows) < (0.6 if won else 0.2),
            "noise": rng.integers(0, 1000, rows).astype(float),
            "created_at": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 99, rows), unit="D"),
        }
    )
    frame.loc[rng.random(rows) < 0.1, "staff"] = np.nan
    return frame


BEST, OTHERS, LEADS = some_leads(60, 1, won=True), some_leads(120, 2, won=False), some_leads(40, 3, won=False)
FITTED = LookAlikes(neighbours=4).fit(BEST, OTHERS)
COLUMNS = ("source", "region", "staff", "asked", "noise")


def slow_similarity(lead: dict, *, weights: dict[str, float], k: int = 4) -> float:
    known = {name: sorted(pd.concat([BEST[name], OTHERS[name]]).dropna()) for name in ("staff", "noise")}

    def share(name: str, value: float) -> float:
        if np.isnan(value):
            return 0.5
        return (sum(v < value for v in known[name]) + sum(v <= value for v in known[name])) / 2 / len(known[name])

    distances = []
    for row in BEST.to_dict("records"):
        total = 0.0
        for name, weight in weights.items():
            if name in known:
                apart = abs(share(name, row[name]) - share(name, lead[name]))
            else:
                apart = float((row[name] or "") != (lead[name] or ""))
            total += weight * apart
        distances.append(total)
    return 1 - float(np.mean(sorted(distances)[:k]))


def test_similarities_are_those_of_plain_loops():
    ranked = FITTED.rank(LEADS).ranked.set_index("lead_id")["similarity"]
    for lead in LEADS.to_dict("records"):
        assert ranked[lead["lead_id"]] == pytest.approx(slow_similarity(lead, weights=FITTED.weights_))


def test_weights_follow_what_tells():
    weights = FITTED.weights_
    assert set(weights) == set(COLUMNS)
    assert sum(weights.values()) == pytest.approx(1)
    assert weights["source"] == max(weights.values())
    assert weights["noise"] < 0.1
    assert FITTED.signal_


@settings(max_examples=60)
@given(st.lists(st.integers(0, 3), min_size=4, max_size=40), st.integers(1, 39))
def test_telling_is_the_corrected_measure(levels, best):
    best = min(best, len(levels) - 1)
    n, kinds = len(levels), sorted(set(levels))
    chi = 0.0
    for kind in kinds:
        for part in (levels[:best], levels[best:]):
            expected = len(part) * levels.count(kind) / n
            chi += (part.count(kind) - expected) ** 2 / expected
    phi = max(0.0, chi / n - (len(kinds) - 1) / (n - 1))
    size = min(2 - 1 / (n - 1), len(kinds) - (len(kinds) - 1) ** 2 / (n - 1)) - 1
    expected = 0.0 if len(kinds) < 2 else min(1.0, (phi / size) ** 0.5 if size > 0 else 0.0)
    assert telling(np.array(levels, dtype=float), best=best) == pytest.approx(expected, abs=1e-6)


def test_the_best_themselves_are_most_alike_and_others_least():
    far = some_leads(30, 9, won=False)
    ranked = LookAlikes(neighbours=1).fit(BEST, OTHERS).rank(pd.concat([far, BEST])).ranked
    assert (ranked.set_index("lead_id")["similarity"].loc[BEST["lead_id"]] == 1).all()
    whole = FITTED.rank(pd.concat([far, some_leads(30, 8, won=True)])).ranked
    assert whole.head(20)["lead_id"].str.startswith("W").mean() > 0.6


@settings(max_examples=15)
@given(st.integers(0, 999))
def test_order_and_other_leads_change_nothing(seed):
    whole = FITTED.rank(LEADS).ranked
    pd.testing.assert_frame_equal(FITTED.rank(LEADS.sample(frac=1, random_state=seed)).ranked, whole)
    some = LEADS.sample(3, random_state=seed)
    alone = FITTED.rank(some).ranked.drop(columns="rank")
    among = whole[whole["lead_id"].isin(some["lead_id"])].drop(columns="rank").reset_index(drop=True)
    pd.testing.assert_frame_equal(alone, among)
    mixed = [frame.sample(frac=1, random_state=seed) for frame in (BEST, OTHERS)]
    shuffled = LookAlikes(neighbours=4).fit(*mixed)
    pd.testing.assert_frame_equal(shuffled.rank(LEADS).ranked, whole)


def test_leads_are_compared_in_blocks_as_at_once(monkeypatch):
    whole = FITTED.rank(LEADS).ranked
    monkeypatch.setattr("salescope.scoring.look_alikes.BLOCK", 7)
    pd.testing.assert_frame_equal(FITTED.rank(LEADS).ranked, whole)


def test_who_opted_out_is_skipped_with_the_reason():
    leads = LEADS.assign(opted_in=[True, False, None, "STOP"] * 10)
    answer = FITTED.rank(leads)
    refused = leads.loc[leads["opted_in"].map(lambda cell: cell in (False, "STOP")), "lead_id"]
    assert answer.skipped["lead_id"].tolist() == sorted(refused)
    assert sorted([*answer.ranked["lead_id"], *answer.skipped["lead_id"]]) == sorted(leads["lead_id"])
    assert set(answer.skipped["because"].str.slice(0, 15)) == {"did not opt in", "opted_in says '"}


def test_reasons_name_what_is_in_common():
    lead = BEST.head(1).assign(lead_id="new")
    told = FITTED.rank(lead).ranked.iloc[0]
    assert told["like"][0] == BEST["lead_id"].iloc[0]
    assert told["because"].startswith(f"like {', '.join(told['like'])}: Source: {lead['source'].iloc[0]}")
    zh = LookAlikes(labels={"source": "來源管道"}).fit(BEST, OTHERS).rank(lead, language="zh").ranked.iloc[0]
    assert "相似：來源管道「" in zh["because"]


def test_attributes_that_leads_lack_are_not_compared():
    weights = {"source": FITTED.weights_["source"], "staff": FITTED.weights_["staff"]}
    shared = {name: weight / sum(weights.values()) for name, weight in weights.items()}
    ranked = FITTED.rank(LEADS[["lead_id", *weights]]).ranked.set_index("lead_id")["similarity"]
    for lead in LEADS.head(5).to_dict("records"):
        assert ranked[lead["lead_id"]] == pytest.approx(slow_similarity(lead, weights=shared))


def test_customers_may_be_the_best_records():
    customers = BEST.rename(columns={"lead_id": "customer_id"}).drop(columns=["noise", "created_at"])
    ranked = LookAlikes(exclude=["asked"]).fit(customers, LEADS, key="customer_id").rank(LEADS).ranked
    assert len(ranked) == len(LEADS)
    assert ranked["like"].iloc[0][0] in set(customers["customer_id"])


def test_degenerate_records_are_defined():
    same = LookAlikes().fit(BEST, BEST)
    assert not same.signal_
    assert len(set(same.weights_.values())) == 1
    one = LookAlikes().fit(BEST.head(1), OTHERS.head(1)).rank(LEADS).ranked
    assert one["similarity"].between(0, 1).all()
    assert FITTED.rank(LEADS.head(0)).ranked.empty
    blank = LEADS.head(2).assign(source=None, region=None, staff=np.nan, asked=None, noise=np.nan)
    told = FITTED.rank(blank).ranked
    assert told["similarity"].between(0, 1).all()
    assert told["because"].str.contains("the same in nothing").all()


def test_fit_and_rank_are_pure():
    frames = [frame.copy(deep=True) for frame in (BEST, OTHERS, LEADS)]
    LookAlikes().fit(BEST, OTHERS).rank(LEADS)
    for before, after in zip(frames, (BEST, OTHERS, LEADS), strict=True):
        pd.testing.assert_frame_equal(before, after)


def test_what_cannot_be_meant_is_refused():
    with pytest.raises(TooFewOutcomesError):
        LookAlikes().fit(BEST.head(0), OTHERS)
    with pytest.raises(OutOfRangeError, match="0 is out of range for neighbours"):
        LookAlikes(neighbours=0).fit(BEST, OTHERS)
    with pytest.raises(MissingColumnError, match="'customer_id' in best"):
        LookAlikes().fit(BEST, OTHERS, key="customer_id")
    with pytest.raises(MissingColumnError, match="'any attribute' in both frames"):
        LookAlikes(exclude=COLUMNS).fit(BEST, OTHERS)
    with pytest.raises(MissingColumnError, match="'lead_id' in leads"):
        FITTED.rank(LEADS.drop(columns="lead_id"))
    with pytest.raises(MissingColumnError, match="in leads"):
        FITTED.rank(LEADS[["lead_id"]])
    with pytest.raises(UnknownNameError, match="'fr'"):
        FITTED.rank(LEADS, language="fr")
    with pytest.raises(NotFittedModelError, match="This LookAlikes is not fitted yet"):
        LookAlikes().rank(LEADS)
