"""Who moved between tiers and why, and what each tier holds."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from salescope.features.cells import word_of
from salescope.frames.errors import MisalignedError, MissingColumnError
from salescope.scoring.tiers import TIERS, tier_names

__all__ = ["movements", "tier_table"]

SCORES = ("recency", "frequency", "money")
TEXT = pd.StringDtype("pyarrow", na_value=np.nan)
WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "recency": "recency", "frequency": "frequency", "money": "money", "unknown": "not known", "comma": ", ",
        "time": "no longer new", "joined": "first seen", "left": "no longer listed",
    },
    "zh": {
        "recency": "最近下單", "frequency": "下單次數", "money": "金額", "unknown": "未知", "comma": "，",
        "time": "已非新客戶", "joined": "首次出現", "left": "不再列出",
    },
}  # fmt: skip


def movements(before: pd.DataFrame, after: pd.DataFrame, *, language: str = "en") -> pd.DataFrame:
    """Finds the customers whose tier is another one, and what changed.

    Parameters
    ----------
    before, after : DataFrame, shape (n_customers, n_columns)
        What one `salescope.scoring.segments.Segmenter` answered for two moments, a customer once; any order of rows.
    language : {"en", "zh"}, default "en"
        The language of names and reasons.

    Returns
    -------
    DataFrame, shape (n_moved, 7)
        Sorted by "customer_id": "from_tier", "to_tier", their names "from_name" and "to_name", "changed" (a tuple of
        "recency", "frequency" and "money"; empty where only time since the first order did) and "because". A customer
        who is in one of the frames only came from, or went to, a missing tier.

    Raises
    ------
    MissingColumnError
        When a column is missing.
    MisalignedError
        When a customer is there twice.

    Examples
    --------
    >>> before = pd.DataFrame({"customer_id": ["a"], "tier": ["champions"], "recency_score": [5]})
    >>> before = before.assign(frequency_score=5, money_score=4)
    >>> moved = movements(before, before.assign(tier="at_risk", recency_score=2))
    >>> moved[["customer_id", "from_name", "to_name", "because"]].to_numpy().tolist()
    [['a', 'Champions', 'At risk', 'recency 5 → 2']]
    """
    names = tier_names(language)
    both = _by_customer(before, name="before").join(
        _by_customer(after, name="after"), how="outer", lsuffix="_before", rsuffix="_after"
    )
    moved = both[both["tier_before"].fillna("") != both["tier_after"].fillna("")].sort_index()
    rows: list[Mapping[Any, object]] = [*moved.to_dict("records")]
    told = [_told(row, words=WORDS[language]) for row in rows]
    return pd.DataFrame(
        {
            "customer_id": moved.index,
            "from_tier": moved["tier_before"].astype(TEXT).array,
            "to_tier": moved["tier_after"].astype(TEXT).array,
            "from_name": moved["tier_before"].map(names).astype(TEXT).array,
            "to_name": moved["tier_after"].map(names).astype(TEXT).array,
            "changed": pd.Series([changed for changed, _ in told], dtype=object),
            "because": pd.Series([because for _, because in told], dtype=TEXT),
        }
    )


def _by_customer(segments: pd.DataFrame, *, name: str) -> pd.DataFrame:
    needed = ["customer_id", "tier", *(f"{score}_score" for score in SCORES)]
    missing = [column for column in needed if column not in segments.columns]
    if missing:
        raise MissingColumnError(missing, where=name, present=[str(column) for column in segments.columns])
    twice = segments.loc[segments["customer_id"].duplicated(), "customer_id"]
    if len(twice):
        raise MisalignedError(name, found=f"customer {twice.iloc[0]!r} twice", accepted="each customer once")
    return segments[needed].set_index("customer_id").astype(object)


def _told(row: Mapping[Any, object], *, words: Mapping[str, str]) -> tuple[tuple[str, ...], str]:
    for missing, word in (("tier_before", "joined"), ("tier_after", "left")):
        if word_of(row[missing]) is None:
            return (), words[word]
    said = {
        name: [word_of(row[f"{name}_score_{when}"]) or words["unknown"] for when in ("before", "after")]
        for name in SCORES
    }
    changed = tuple(name for name, (old, new) in said.items() if old != new)
    because = [f"{words[name]} {said[name][0]} → {said[name][1]}" for name in changed]
    return changed, words["comma"].join(because) or words["time"]


def tier_table(segments: pd.DataFrame, measures: pd.DataFrame | None = None, *, language: str = "en") -> pd.DataFrame:
    """Counts and adds up the customers of every tier.

    Parameters
    ----------
    segments : DataFrame, shape (n_customers, n_columns)
        "customer_id" and "tier".
    measures : DataFrame, shape (n_rows, n_columns), optional
        "customer_id", each once, and numbers to add up: money, expected value, chance to leave (whose sum is how many
        are expected to). Customers it lacks, and missing numbers, add nothing.
    language : {"en", "zh"}, default "en"
        The language of the names.

    Returns
    -------
    DataFrame, shape (n_tiers, 4 + n_measures)
        "tier", "tier_name", "customers", "share" (of customers, 0 where there are none), then each number's sum; every
        tier, also an empty one, from the best on.

    Raises
    ------
    MisalignedError
        When a customer is measured twice.

    Examples
    --------
    >>> segments = pd.DataFrame({"customer_id": ["a", "b"], "tier": ["loyal", "lost"]})
    >>> table = tier_table(segments, pd.DataFrame({"customer_id": ["a"], "money_365d": [80.0]}))
    >>> table[table["customers"] > 0].to_numpy().tolist()
    [['loyal', 'Loyal', 1, 0.5, 80.0], ['lost', 'Lost', 1, 0.5, 0.0]]
    """
    names = tier_names(language)
    counts = segments["tier"].value_counts().reindex(list(TIERS), fill_value=0)
    table = pd.DataFrame({"tier": list(TIERS), "tier_name": list(names.values())}, dtype=TEXT)
    table["customers"] = counts.to_numpy(dtype=np.int64)
    table["share"] = table["customers"] / max(len(segments), 1)
    if measures is None:
        return table
    if measures["customer_id"].duplicated().any():
        raise MisalignedError("measures", found="a customer twice", accepted="each customer once")
    told = segments[["customer_id", "tier"]].merge(measures, on="customer_id", how="left")
    for name in measures.columns.drop("customer_id"):
        numbers = pd.to_numeric(told[name]).groupby(told["tier"])
        # Exact whatever the order of rows.
        sums = {tier: math.fsum(values.dropna()) for tier, values in numbers}
        table[name] = [sums.get(tier, 0.0) for tier in TIERS]
    return table
