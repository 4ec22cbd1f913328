"""Snapshots of customers: features at several moments beside what followed, to learn from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from salescope.features.customer_engine import IN_MEMORY, Engine
from salescope.features.customer_facts import Facts
from salescope.features.customer_moments import Moment, moment_of
from salescope.features.customer_query import feature_columns, ordered_before, outcome_columns
from salescope.features.customers import described
from salescope.frames.errors import OutOfRangeError

__all__ = ["customer_snapshots"]


def customer_snapshots(
    tables: Mapping[str, pd.DataFrame],
    *,
    as_of: Sequence[Moment],
    outcome_window: int,
    engine: Engine = IN_MEMORY,
) -> pd.DataFrame:
    """Looks at every customer that had ordered before, at several moments, beside what it did next.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        The contract's tables as `customer_features` takes them, with "orders".
    as_of : sequence of datetime or str, shape (n_moments,)
        The moments, naive. Give those whose outcome window has closed: what is not recorded yet counts as not bought.
    outcome_window : int
        How long the outcome window stays open from each moment, days.
    engine : Engine, default IN_MEMORY
        How much memory the queries may take, and into which folder they put what does not fit; by default no folder.

    Returns
    -------
    DataFrame, shape (n_snapshots, n_features)
        `customer_features` of everybody with an order before the moment, sorted by "customer_id" and "as_of", and of
        the window that starts at the moment: ``y`` (int64, 1 where nothing was ordered), ``orders_after`` (count of
        orders, which are days), ``money_after`` (less returns; NaN where lines were recorded and none has a price) and
        ``days_to_next_order`` (with its fraction; NaN where ``y`` is 1).

    Raises
    ------
    MissingColumnError
        When a table lacks a column that the features need.
    OutOfRangeError
        When the window is shorter than a day, a moment cannot be meant, or the engine is given too little memory and
        no folder.

    Examples
    --------
    >>> days = pd.to_datetime(["2024-01-01", "2024-02-01", "2024-05-01"])
    >>> orders = pd.DataFrame({"customer_id": "a", "ordered_at": days, "quantity": 1.0, "unit_price": 10.0})
    >>> snapshots = customer_snapshots({"orders": orders}, as_of=["2024-02-01", "2024-03-01"], outcome_window=30)
    >>> snapshots[["order_days", "y", "orders_after", "money_after", "days_to_next_order"]].to_numpy().tolist()
    [[1.0, 0.0, 1.0, 10.0, 0.0], [2.0, 1.0, 0.0, 0.0, nan]]
    """
    if outcome_window < 1:
        raise OutOfRangeError(outcome_window, name="outcome_window", where="customer_snapshots", least=1)
    moments = np.array([moment_of(moment, where="customer_snapshots") for moment in as_of], dtype=np.int64)
    facts = Facts.from_frames(tables)
    wanted = ordered_before(facts, moments=moments, engine=engine)
    columns = feature_columns(facts, wanted=wanted, engine=engine)
    outcomes = outcome_columns(facts, wanted=wanted, outcome_window=outcome_window, engine=engine)
    features = described(columns, facts=facts, wanted=wanted, tables=tables)
    return features.assign(**{**outcomes, "y": outcomes["y"].astype(np.int64)})
