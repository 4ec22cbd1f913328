"""Row 10: nothing recorded from the moment on changes a bit of any customer feature, over 2,000 random histories."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.acceptance.outcome import Outcome
from tests.features.test_customers import AS_OF, after_the_moment, drawn_tables

from salescope.features import customer_features

HISTORIES, TOGETHER = 2_000, 10
NOT_FEATURES = ["customer_id", "as_of"]


def run() -> Outcome:
    """Compares what is known of a past alone with what is known of it beside many futures, by both ways to ask."""
    leaks, seen, histories = Counter[str](), defaultdict[str, set[float]](set), 0

    @settings(
        max_examples=HISTORIES // TOGETHER,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(st.integers(0, 2**31), min_size=TOGETHER, max_size=TOGETHER, unique=True))
    def compare(seeds: list[int]) -> None:
        nonlocal histories
        pasts = [drawn_tables(seed, rows=30) for seed in seeds]
        futures = [after_the_moment(past, seed) for past, seed in zip(pasts, seeds, strict=True)]
        cut = joined([until_the_moment(past) for past in pasts])
        whole = joined(futures)
        histories += len(seeds)
        for name, told, found in both_ways(cut, whole):
            leaks[name] += int((told.view(np.int64) != found.view(np.int64)).sum())
            seen[name].update(told[np.isfinite(told)].tolist())

    compare()
    leaking = {name: count for name, count in leaks.items() if count}
    blind = [name for name, values in seen.items() if len(values) < 2]
    for name, count in leaking.items():
        print(f"{name}: {count} values changed")
    figure = f"{histories:,} random histories, {len(leaks)} features: {sum(leaking.values())} leaks"
    varied = f"; {len(leaks) - len(blind)} features took different values"
    return Outcome(figure + varied, not leaking and not blind and histories >= HISTORIES)


def until_the_moment(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Cuts a history off at the moment: later rows, and later ends of earlier rows, are not there."""
    cut = dict(tables)
    for name, time, end in (
        ("orders", "ordered_at", "delivered_at"),
        ("contacts", "at", "resolved_at"),
        ("invoices", "issued_at", "paid_at"),
    ):
        past = tables[name][tables[name][time] < AS_OF]
        cut[name] = past.assign(**{end: past[end].where(past[end] < AS_OF)})
    return cut


def joined(histories: list[dict[str, pd.DataFrame]]) -> dict[str, pd.DataFrame]:
    """Puts histories side by side, each with customers of its own."""
    tables = {
        name: pd.concat(
            [
                one[name].assign(customer_id=str(place) + one[name]["customer_id"])
                for place, one in enumerate(histories)
            ],
            ignore_index=True,
        )
        for name in ("orders", "contacts", "invoices")
    }
    return {**tables, "products": histories[0]["products"]}


def both_ways(cut: dict[str, pd.DataFrame], whole: dict[str, pd.DataFrame]):
    """Yields every feature of the cut and of the whole history, asked at one moment and at several."""
    customers = [f"{place}{name}" for place in range(TOGETHER) for name in "abc"]
    moments = pd.DataFrame({"customer_id": customers, "as_of": AS_OF})
    for asked in ({"as_of": AS_OF, "customers": customers}, {"as_of": moments}):
        told, found = customer_features(cut, **asked), customer_features(whole, **asked)
        for name in told.columns.drop(NOT_FEATURES):
            yield name, told[name].to_numpy(), found[name].to_numpy()
