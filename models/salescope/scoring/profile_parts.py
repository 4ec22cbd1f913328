"""The parts of a customer's profile, each as JSON can say it: what is not known is null, never NaN."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from salescope.features.cells import NEVER, instant_of, word_of
from salescope.scoring.baskets import Baskets
from salescope.scoring.churn import ChurnScorer
from salescope.scoring.next_policy import NextPolicy
from salescope.scoring.next_reasons import NextReasons
from salescope.scoring.products import ProductRecommender
from salescope.scoring.prospects import Prospects, prospects_of
from salescope.scoring.reasons import Reason
from salescope.scoring.segments import Segmenter
from salescope.scoring.tiers import tier_names
from salescope.scoring.value import LifetimeValue

__all__ = ["Told", "churn_told", "next_told", "products_told", "tiers_told", "value_told"]

Told = Any
"""A JSON object, or None where nothing is said."""

LEVEL = 80
ORDERS = "order_days"


def tiers_told(rows: pd.DataFrame, segmenter: Segmenter | None, *, language: str) -> list[Told]:
    """Says the tier of each customer.

    Parameters
    ----------
    rows : DataFrame, shape (n_customers, n_features)
        Features of customers.
    segmenter : Segmenter or None
        What answers.
    language : {"en", "zh"}
        The language of the label.

    Returns
    -------
    list of dict or None, shape (n_customers,)
        See `salescope.scoring.profiles.customer_profiles` for this and all others.
    """
    # Checks the language also where there is no tier to say.
    names = tier_names(language)
    if segmenter is None:
        return [None] * len(rows)
    answer = segmenter.predict(rows, language=language)
    scores = [answer[f"{name}_score"].tolist() for name in ("recency", "frequency", "money")]
    return [
        {
            "name": tier,
            "label": names[tier],
            "recency": _known(recency),
            "frequency": _known(often),
            "money": _known(money),
        }
        for tier, recency, often, money in zip(answer["tier"].tolist(), *scores, strict=True)
    ]


def churn_told(
    rows: pd.DataFrame, scorer: ChurnScorer | None, *, as_of: pd.Timestamp, language: str, top: int
) -> list[Told]:
    """Says the chance of each customer to leave, by when, and why.

    Parameters
    ----------
    rows : DataFrame, shape (n_customers, n_features)
        Features of customers.
    scorer : ChurnScorer or None
        What answers.
    as_of : Timestamp
        The moment, naive.
    language : {"en", "zh"}
        The language of the reasons.
    top : int
        At most so many reasons of each direction.

    Returns
    -------
    list of dict or None, shape (n_customers,)
    """
    if scorer is None or not len(rows):
        return [None] * len(rows)
    scored = scorer.predict_scores(rows, as_of=as_of, language=language, top=top)
    curves: list[list[dict[str, float]]] = [[] for _ in range(len(rows))]
    if scorer.curve_ is not None:
        curve = scorer.churn_curve(rows, as_of=as_of)
        ends = [float(days) for days in curve.columns]
        told = (zip(ends, chances, strict=True) for chances in curve.to_numpy().tolist())
        curves = [[{"days": day, "probability": chance} for day, chance in points] for points in told]
    # Who never ordered cannot stop ordering; contracts are another matter.
    by_silence = scorer.curve_ is not None and scorer.curve_.whole
    meant = (rows[ORDERS].to_numpy(dtype=np.float64) > 0) | (not by_silence)
    cells, kinds = [scored[name].tolist() for name in ("probability", "score", "grade", "reasons")], scorer.columns_
    return [
        {
            "probability": probability,
            "score": int(score),
            "grade": grade,
            "outcome_window": scorer.outcome_window,
            "curve": points,
            "reasons": [_reason(reason, kind=kinds.get(reason.column)) for reason in reasons],
        }
        if is_meant
        else None
        for is_meant, points, probability, score, grade, reasons in zip(meant.tolist(), curves, *cells, strict=True)
    ]


def value_told(rows: pd.DataFrame, model: LifetimeValue | None) -> list[Told]:
    """Says the orders and the money to expect of each customer.

    Parameters
    ----------
    rows : DataFrame, shape (n_customers, n_features)
        Features of customers.
    model : LifetimeValue or None
        What answers.

    Returns
    -------
    list of dict or None, shape (n_customers,)
    """
    if model is None or not len(rows):
        return [None] * len(rows)
    answer = model.predict(rows, levels=(LEVEL,))
    parts = {
        "orders": "expected_orders", "orders_low": f"lo_{LEVEL}", "orders_high": f"hi_{LEVEL}",
        "money": "expected_money", "money_low": f"money_lo_{LEVEL}", "money_high": f"money_hi_{LEVEL}",
        "alive": "probability_alive", "money_per_order": "money_per_order",
    }  # fmt: skip
    columns = {ours: answer[theirs].tolist() for ours, theirs in parts.items()}
    dates = answer["next_order_at"].tolist()
    return [
        None
        if math.isnan(columns["orders"][row])
        else {
            "horizon": model.horizon,
            **{name: _known(values[row]) for name, values in columns.items()},
            "level": LEVEL,
            "next_order_at": None if pd.isna(dates[row]) else dates[row].date().isoformat(),
        }
        for row in range(len(rows))
    ]


def next_told(customers: pd.DataFrame, *, policy: NextPolicy, language: str) -> list[dict[str, Any]]:
    """Says the next step with each customer, as if no other customer waited.

    Parameters
    ----------
    customers : DataFrame, shape (n_customers, n_columns)
        Features with "tier", "churn_probability" and "value".
    policy : NextPolicy
        How it is chosen.
    language : {"en", "zh"}
        The language of the reasons.

    Returns
    -------
    list of dict, shape (n_customers,)
    """
    words = NextReasons(language)
    refused = policy.opt_outs.reasons(customers, language=language).astype(object)
    prospects = prospects_of(customers, policy=policy)
    return [
        _nothing(skipped=str(why)) if isinstance(why, str) else _step(prospects, row, policy=policy, words=words)
        for row, why in enumerate(refused.tolist())
    ]


def products_told(
    customers: pd.DataFrame,
    recommender: ProductRecommender | None,
    *,
    baskets: Baskets | None,
    skipped: Sequence[str | None],
    language: str,
    top: int,
) -> list[list[dict[str, Any]]]:
    """Says which products to offer each customer.

    Parameters
    ----------
    customers : DataFrame, shape (n_customers, n_columns)
        With "customer_id".
    recommender : ProductRecommender or None
        What answers.
    baskets : Baskets or None
        Who bought what.
    skipped : sequence of str or None, shape (n_customers,)
        Why somebody must not be contacted, and so is offered nothing.
    language : {"en", "zh"}
        The language of the reasons.
    top : int
        At most so many products.

    Returns
    -------
    list of list of dict, shape (n_customers,)
    """
    ids = [word_of(name) or "" for name in customers["customer_id"]]
    asked = dict.fromkeys(name for name, why in zip(ids, skipped, strict=True) if why is None)
    if recommender is None or not asked or top < 1:
        return [[] for _ in ids]
    answer = recommender.recommend(list(asked), k=top, history=baskets, language=language)
    told: dict[str, list[dict[str, Any]]] = {}
    cells = [answer[name].tolist() for name in ("customer_id", "product_id", "score", "because")]
    for name, product, score, because in zip(*cells, strict=True):
        told.setdefault(name, []).append({"product_id": product, "score": score, "reason": because})
    return [told.get(name, []) if why is None else [] for name, why in zip(ids, skipped, strict=True)]


def _step(prospects: Prospects, row: int, *, policy: NextPolicy, words: NextReasons) -> dict[str, Any]:
    gain = float(prospects.gain[row])
    if not gain > 0:
        return _nothing(because=prospects.why_not(row, leaves=policy.columns.leaves, words=words))
    step, late = prospects.steps[prospects.best[row]], float(prospects.since[row] - prospects.every[row])
    return {
        **_nothing(),
        "step": step.name,
        "step_name": step.names.get(words.language, step.name),
        "gain": gain,
        "days_overdue": None if math.isnan(late) else max(late, 0.0),
        "reasons": list(words.chosen(step, prospects.situation(row), gain=gain)),
    }


def _nothing(*, because: str | None = None, skipped: str | None = None) -> dict[str, Any]:
    nothing = dict.fromkeys(("step", "step_name", "gain", "rank", "days_overdue"))
    return {**nothing, "reasons": [], "because": because, "skipped": skipped}


def _reason(reason: Reason, *, kind: str | None) -> dict[str, Any]:
    """Says a reason; a time the same, however it was written in the table or in the call."""
    told, instant = asdict(reason), instant_of(reason.value) if kind == "date" else NEVER
    return told if instant == NEVER else {**told, "value": pd.Timestamp(instant).isoformat()}


def _known(value: Any) -> Any:  # noqa: ANN401 - whatever a cell holds
    return None if value is pd.NA or value != value else value  # noqa: PLR0124 - NaN alone differs from itself
