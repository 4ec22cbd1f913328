"""Profiles of customers: everything the models say of one customer at one moment, as one JSON object."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pandas as pd

from salescope.features.cells import word_of
from salescope.features.customer_moments import moment_of
from salescope.frames.errors import MissingColumnError
from salescope.scoring.baskets import Baskets
from salescope.scoring.churn import ChurnScorer
from salescope.scoring.next_policy import NextPolicy
from salescope.scoring.products import ProductRecommender
from salescope.scoring.profile_columns import with_said
from salescope.scoring.profile_parts import churn_told, next_told, products_told, tiers_told, value_told
from salescope.scoring.segments import Segmenter
from salescope.scoring.value import LifetimeValue

__all__ = ["CustomerModels", "CustomerProfile", "customer_profiles"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CustomerModels:
    """Holds the models that say something of a customer; what is not there is said to be null.

    Parameters
    ----------
    churn : ChurnScorer, optional
        Says who leaves.
    value : LifetimeValue, optional
        Expects orders and money.
    segments : Segmenter, optional
        Puts customers into tiers; without tiers no next step is chosen.
    products : ProductRecommender, optional
        Recommends products.
    versions : mapping of str to str, default {}
        The version of each, as ``{"churn": "7"}``; told as it is.
    """

    churn: ChurnScorer | None = None
    value: LifetimeValue | None = None
    segments: Segmenter | None = None
    products: ProductRecommender | None = None
    versions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerProfile:
    """Holds what is said of one customer, and what customers are ranked and chosen by.

    Parameters
    ----------
    customer_id : str or None
        The customer; None where the row names none.
    owner, region : str or None
        Who looks after it and where it is, by its attributes.
    tier : str or None
        A key of `salescope.scoring.TIERS`.
    churn_probability : float or None
        The chance to leave.
    expected_money : float or None
        The money expected within the horizon.
    gain : float
        The expected gain of the next step; 0 where there is none.
    content : dict
        The whole profile, of what JSON can say; `customer_profiles` says what is in it.
    """

    customer_id: str | None
    owner: str | None
    region: str | None
    tier: str | None
    churn_probability: float | None
    expected_money: float | None
    gain: float
    content: dict[str, Any]


def customer_profiles(
    features: pd.DataFrame,
    *,
    models: CustomerModels,
    as_of: datetime | str,
    baskets: Baskets | None = None,
    language: str = "en",
    top: int = 3,
    policy: NextPolicy | None = None,
) -> list[CustomerProfile]:
    """Says everything that models know of customers, each customer by itself.

    Parameters
    ----------
    features : DataFrame, shape (n_customers, n_features)
        `salescope.features.customer_features` or ``customer_record_features`` at one moment; it is not changed.
    models : CustomerModels
        What answers.
    as_of : datetime or str
        That moment, naive.
    baskets : Baskets, optional
        Who bought what before it, customers named as in ``features``; by default as the recommender remembers it.
    language : {"en", "zh"}, default "en"
        The language of names and reasons.
    top : int, default 3
        At most so many reasons that raise the chance to leave, so many that lower it, and so many products.
    policy : NextPolicy, optional
        How the next step is chosen.

    Returns
    -------
    list of CustomerProfile, shape (n_customers,)
        In the order of the rows. A profile is the same, bit for bit, alone and among others. Its ``content`` has

        - "customer_id"; "as_of", ISO 8601 without an offset;
        - "tier": "name" (a key of `salescope.scoring.TIERS`), "label" (in the language), "recency", "frequency" and
          "money" (scores 1 to 5, or null);
        - "churn": "probability", "score" (1 to 100), "grade", "outcome_window" (days, or null), "curve" (a list of
          "days" and "probability", empty where there is none) and "reasons" ("column", "label", "value",
          "contribution", "direction", "text");
        - "value": "horizon" (days), "orders" with "orders_low" and "orders_high", "money" with "money_low" and
          "money_high", "level" (of both intervals, percent), "alive" (the chance of not having left),
          "money_per_order" and "next_order_at" (a date, or null);
        - "next": "step", "step_name", "gain" (in the workspace's currency), "rank" (with the representative; null
          until somebody who knows all customers sets it), "days_overdue", "reasons" (sentences), "because" (why there
          is no step) and "skipped" (why the customer must not be contacted);
        - "products": a list of "product_id", "score" and "reason"; empty for those who must not be contacted;
        - "models": the version of each model.

        "tier", "churn", "value" and "next" are null where their model is not there; "churn" also of a customer without
        orders, where leaving means to order no more, and "value" of one that has not ordered yet.

    Raises
    ------
    MissingColumnError
        When a column is missing.
    MisalignedError
        When a recommender that was read from its bundle is given no baskets.
    OutOfRangeError
        When the moment cannot be meant.
    UnknownNameError
        When the language is not known.

    Examples
    --------
    >>> from salescope.features import customer_features
    >>> orders = pd.DataFrame({"customer_id": ["a", "a", "b"], "quantity": 1.0, "unit_price": [10.0, 30.0, 5.0]})
    >>> orders = orders.assign(ordered_at=pd.to_datetime(["2024-01-01", "2024-02-01", "2024-02-20"]))
    >>> known = customer_features({"orders": orders}, as_of="2024-03-01")
    >>> models = CustomerModels(segments=Segmenter().fit(known), versions={"segments": "1"})
    >>> first, second = customer_profiles(known, models=models, as_of="2024-03-01")
    >>> first.content["tier"]["label"], second.content["churn"], second.content["models"]
    ('At risk', None, {'segments': '1'})
    """
    _check(features)
    rows, moment = features.reset_index(drop=True), pd.Timestamp(moment_of(as_of, where="customer_profiles"))
    tiers = tiers_told(rows, models.segments, language=language)
    churn = churn_told(rows, models.churn, as_of=moment, language=language, top=top)
    value = value_told(rows, models.value)
    policy = policy or NextPolicy()
    parts = [
        {"tier": tier, "churn": leaves, "value": worth} for tier, leaves, worth in zip(tiers, churn, value, strict=True)
    ]
    known = with_said(rows, parts, policy=policy)
    steps = next_told(known, policy=policy, language=language)
    products = products_told(
        known, models.products, baskets=baskets, skipped=[step["skipped"] for step in steps], language=language, top=top
    )
    ids, owners = _words(rows, "customer_id"), _words(known, policy.columns.representative)
    told = zip(ids, owners, _words(rows, "region"), tiers, churn, value, steps, products, strict=True)
    return [
        CustomerProfile(
            customer_id=name,
            owner=owner,
            region=region,
            tier=tier and tier["name"],
            churn_probability=leaves and leaves["probability"],
            expected_money=worth and worth["money"],
            gain=(step["gain"] or 0.0) if models.segments else 0.0,
            content={
                "customer_id": name,
                "as_of": moment.isoformat(),
                "tier": tier,
                "churn": leaves,
                "value": worth,
                "next": step if models.segments else None,
                "products": bought,
                "models": dict(models.versions),
            },
        )
        for name, owner, region, tier, leaves, worth, step, bought in told
    ]


def _check(features: pd.DataFrame) -> None:
    missing = [name for name in ("customer_id", "as_of", "order_days") if name not in features.columns]
    if missing:
        present = [str(name) for name in features.columns]
        raise MissingColumnError(missing, where="customer features", present=present)


def _words(rows: pd.DataFrame, column: str) -> list[str | None]:
    return [word_of(cell) for cell in rows[column]] if column in rows.columns else [None] * len(rows)
