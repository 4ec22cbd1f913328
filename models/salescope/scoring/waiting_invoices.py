"""Invoices at the moment they are looked at, unpaid: how long they have waited, and what a record of one may carry."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from salescope.features import invoice_record_features
from salescope.features.cells import DAY, NEVER, number_of
from salescope.features.customer_facts import instants_of
from salescope.features.customer_moments import moment_of
from salescope.scoring.door import Rows
from salescope.scoring.members import Floats

__all__ = ["AGE", "TERMS", "looked_at", "numbers_of", "waited", "with_waiting"]

AGE, TERMS = "days_since_issue", "terms_days"


def looked_at(rows: Rows, *, as_of: datetime | None) -> Rows:
    """Describes invoices at a moment: records by their facts, frames by how long the invoices have waited.

    Parameters
    ----------
    rows : DataFrame of shape (n_rows, n_columns) or sequence of mappings, shape (n_rows,)
    as_of : datetime or None
        The moment, naive; None leaves each row its own.

    Returns
    -------
    DataFrame or list of dict
        With "days_since_issue", missing where it is not known.

    Raises
    ------
    OutOfRangeError
        When the moment cannot be meant.

    Examples
    --------
    >>> invoices = pd.DataFrame({"issued_at": pd.to_datetime(["2024-01-01", None])})
    >>> looked_at(invoices, as_of="2024-01-11")["days_since_issue"].tolist()
    [10.0, nan]
    """
    if not isinstance(rows, pd.DataFrame):
        return invoice_record_features(rows, as_of=as_of)
    if as_of is None:
        return rows if AGE in rows.columns else rows.assign(**{AGE: np.nan})
    day = moment_of(as_of, where="PaymentScorer") // DAY
    issued = instants_of(rows["issued_at"]) if "issued_at" in rows.columns else np.full(len(rows), NEVER)
    age = np.where(issued == NEVER, np.nan, np.maximum(day - issued // DAY, 0))
    return rows.assign(as_of=pd.Timestamp(day * DAY), **{AGE: age})


def numbers_of(rows: Rows, name: str) -> Floats:
    """Reads a column of numbers; missing where it is not there.

    Parameters
    ----------
    rows : DataFrame of shape (n_rows, n_columns) or sequence of mappings, shape (n_rows,)
    name : str
        The column.

    Returns
    -------
    ndarray of float64, shape (n_rows,)

    Examples
    --------
    >>> numbers_of([{"terms_days": "30"}, {}], "terms_days").tolist()
    [30.0, nan]
    """
    if not isinstance(rows, pd.DataFrame):
        return np.array([number_of(row.get(name)) for row in rows], dtype=np.float64)
    if name not in rows.columns:
        return np.full(len(rows), np.nan)
    return pd.to_numeric(rows[name], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)


def waited(rows: Rows) -> Floats:
    """Gives for how many days invoices have waited; 0 where it is not known.

    Parameters
    ----------
    rows : DataFrame of shape (n_rows, n_columns) or sequence of mappings, shape (n_rows,)

    Returns
    -------
    ndarray of float64, shape (n_rows,)
    """
    return np.maximum(np.nan_to_num(numbers_of(rows, AGE), nan=0.0), 0.0)


def with_waiting(schema: Mapping[str, Any], *, labels: Mapping[str, str]) -> dict[str, Any]:
    """Puts among the columns of a record those that are read even where they are no features.

    Parameters
    ----------
    schema : mapping
        See `salescope.scoring.schema.schema_of`.
    labels : mapping of str to str
        Names of columns as people say them.

    Returns
    -------
    dict
        With "days_since_issue" and "terms_days".
    """
    listed = {column["name"] for column in schema["columns"]}
    number: dict[str, Any] = {"kind": "number", "categories": [], "usual": None}
    also = [
        {"name": name, "label": labels.get(name), **number, "example": example}
        for name, example in ((AGE, 0.0), (TERMS, 30.0))
        if name not in listed
    ]
    return {
        "columns": [*schema["columns"], *also],
        "ignored": {name: why for name, why in schema["ignored"].items() if name != TERMS},
        "example": schema["example"] | {column["name"]: column["example"] for column in also},
    }
