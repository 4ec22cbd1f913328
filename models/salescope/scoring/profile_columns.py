"""What customers are chosen by: their features, beside what the models say of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from salescope.scoring.next_policy import NextPolicy

__all__ = ["next_columns", "with_said"]

# What the models say of a customer, under the names by which the next step is chosen.
SAID = ("tier", "churn_probability", "value")
Content = Mapping[str, Any]


def with_said(features: pd.DataFrame, contents: Sequence[Content], *, policy: NextPolicy) -> pd.DataFrame:
    """Puts what was said of customers beside their features, in place of attributes of the same names.

    Parameters
    ----------
    features : DataFrame, shape (n_customers, n_features)
        At one moment.
    contents : sequence of mappings, shape (n_customers,)
        What was said of each: "tier", "churn" and "value" of its profile.
    policy : NextPolicy
        Says which column names the representative; empty where it is not there.

    Returns
    -------
    DataFrame, shape (n_customers, n_columns)
        Numbered from 0.

    Examples
    --------
    >>> said = {"tier": {"name": "loyal"}, "churn": {"probability": 0.25}, "value": None}
    >>> with_said(pd.DataFrame({"customer_id": ["a"], "value": ["much"]}), [said], policy=NextPolicy()).to_dict(
    ...     "records"
    ... )
    [{'customer_id': 'a', 'tier': 'loyal', 'churn_probability': 0.25, 'value': nan, 'owner': None}]
    """
    tiers = [content["tier"] and content["tier"]["name"] for content in contents]
    said = {
        "tier": pd.Series(tiers, dtype=object),
        "churn_probability": _numbers([content["churn"] and content["churn"]["probability"] for content in contents]),
        "value": _numbers([content["value"] and content["value"]["money"] for content in contents]),
    }
    known = features.drop(columns=list(SAID), errors="ignore").reset_index(drop=True).assign(**said)
    owner = policy.columns.representative
    return known if owner in known.columns else known.assign(**{owner: None})


def next_columns(features: pd.DataFrame, contents: Sequence[Content], *, policy: NextPolicy) -> pd.DataFrame:
    """Gives what customers are chosen by, and nothing else of them.

    Parameters
    ----------
    features : DataFrame, shape (n_customers, n_features)
        At one moment.
    contents : sequence of mappings, shape (n_customers,)
        Their profiles, see `salescope.scoring.profiles.customer_profiles`.
    policy : NextPolicy
        How they are chosen.

    Returns
    -------
    DataFrame, shape (n_customers, n_columns)
        For `salescope.scoring.recommend_customers`.

    Examples
    --------
    >>> said = {"tier": {"name": "loyal"}, "churn": None, "value": None}
    >>> features = pd.DataFrame({"customer_id": ["a"], "staff": [7.0], "owner": ["R-1"]})
    >>> next_columns(features, [said], policy=NextPolicy()).columns.tolist()
    ['customer_id', 'owner', 'tier', 'churn_probability', 'value']
    """
    known = with_said(features, contents, policy=policy)
    columns, wishes = policy.columns, policy.opt_outs
    read = {"customer_id", *SAID, columns.representative, columns.leaves, columns.since_contact, columns.since_first}
    read |= {columns.contacts, wishes.opted_out, wishes.opted_in}
    read |= {name for step in policy.steps for name in (step.stake, step.needs) if name is not None}
    return known[[name for name in known.columns if name in read]]


def _numbers(values: Sequence[float | None]) -> pd.Series:
    return pd.Series([np.nan if value is None else value for value in values], dtype=np.float64)
