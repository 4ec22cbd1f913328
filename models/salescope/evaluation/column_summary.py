"""A compact summary of a frame's columns: bins and shares, small enough for a card, enough to see drift by."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from salescope.evaluation.outcomes import Floats

__all__ = ["bin_counts", "bin_labels", "summarise_columns"]

BINS = 10
MOST_NAMES = 20
LEAST_SHARE = 0.01
FEWEST_ROWS = 5
MOSTLY = 0.95


def summarise_columns(frame: pd.DataFrame) -> dict[str, Any]:
    """Summarises the columns of a training snapshot for later comparison.

    Parameters
    ----------
    frame : DataFrame, shape (n_rows, n_columns)
        What was learned from. Numbers (also those written as text) and categories are summarised; dates are left out,
        for they drift by nature.

    Returns
    -------
    dict
        JSON values: ``n_rows`` and, by column, ``kind`` ("number" or "category"), ``edges`` (of at most ten bins of
        equal count, each edge the low end of its bin) or ``names`` (of at most twenty categories), ``shares`` of all
        rows a bin (of categories, the last is every other one) and ``missing``, the share without a value. A category
        that fewer than five rows or 1 % share is not named, so that no identifier travels with a summary.

    Examples
    --------
    >>> frame = pd.DataFrame({"source": ["web"] * 6 + ["fair"] * 2, "visits": [0, 0, 0, 0, 1, 2, 3, None]})
    >>> summary = summarise_columns(frame)
    >>> summary["columns"]["source"]
    {'kind': 'category', 'names': ['web'], 'shares': [0.75, 0.25], 'missing': 0.0}
    >>> summary["columns"]["visits"]
    {'kind': 'number', 'edges': [1.0, 2.0, 3.0], 'shares': [0.5, 0.125, 0.125, 0.125], 'missing': 0.125}
    """
    columns = {str(name): _summary(frame[name]) for name in frame.columns if _is_told(frame[name])}
    return {"n_rows": len(frame), "columns": columns}


def bin_counts(column: Mapping[str, Any], values: pd.Series) -> Floats:
    """Counts how many values fall into each bin of a summary.

    Parameters
    ----------
    column : mapping
        One column of a summary.
    values : Series, shape (n_rows,)
        The column's values in other rows.

    Returns
    -------
    ndarray of float64, shape (n_bins + 1,)
        The last is the rows without a value; of a number, also those whose text is none.

    Examples
    --------
    >>> column = {"kind": "number", "edges": [1.0, 5.0], "shares": [0.5, 0.3, 0.2], "missing": 0.0}
    >>> bin_counts(column, pd.Series([0, 1, 4.9, 5, None]))
    array([1., 2., 1., 1.])
    """
    if column["kind"] == "number":
        numbers = _numbers(values)
        present = np.isfinite(numbers)
        places = np.searchsorted(column["edges"], numbers[present], side="right")
        n_bins = len(column["edges"]) + 1
    else:
        present = values.notna().to_numpy()
        places = pd.Index(column["names"], dtype=object).get_indexer(values[present].astype(str).to_numpy(dtype=object))
        n_bins = len(column["names"]) + 1
        places = np.where(places < 0, n_bins - 1, places)
    counts = np.bincount(places, minlength=n_bins)
    return np.append(counts, len(values) - present.sum()).astype(np.float64)


def bin_labels(column: Mapping[str, Any]) -> list[str]:
    """Names the bins of a summary, the one without a value last.

    Parameters
    ----------
    column : mapping
        One column of a summary.

    Returns
    -------
    list of str, length n_bins + 1

    Examples
    --------
    >>> bin_labels({"kind": "number", "edges": [1.0, 5.0]})
    ['below 1', '1 to 5', '5 or more', '(missing)']
    >>> bin_labels({"kind": "category", "names": ["web"]})
    ['web', '(other)', '(missing)']
    """
    if column["kind"] == "category":
        return [*column["names"], "(other)", "(missing)"]
    edges = [f"{edge:.6g}" for edge in column["edges"]]
    if not edges:
        return ["any number", "(missing)"]
    between = [f"{low} to {high}" for low, high in pairwise(edges)]
    return [f"below {edges[0]}", *between, f"{edges[-1]} or more", "(missing)"]


def _is_told(values: pd.Series) -> bool:
    is_date = pd.api.types.is_datetime64_any_dtype(values) or pd.api.types.is_timedelta64_dtype(values)
    return not is_date and bool(values.notna().any())


def _summary(values: pd.Series) -> dict[str, Any]:
    column = _bins(values)
    counts = bin_counts(column, values)
    shares = (counts / len(values)).tolist()
    return {**column, "shares": shares[:-1], "missing": shares[-1]}


def _bins(values: pd.Series) -> dict[str, Any]:
    if _is_number(values):
        numbers = _numbers(values)
        known = numbers[np.isfinite(numbers)]
        # Edges are values that occur, so that a value which many rows share has a bin of its own.
        quantiles = np.quantile(known, np.arange(1, BINS) / BINS, method="inverted_cdf") if len(known) else known
        return {"kind": "number", "edges": [float(edge) for edge in np.unique(quantiles) if edge > known.min()]}
    counted = values[values.notna()].astype(str).value_counts()
    told = counted[counted >= max(FEWEST_ROWS, LEAST_SHARE * len(values))]
    names = sorted(told.index, key=lambda name: (-told[name], name))[:MOST_NAMES]
    return {"kind": "category", "names": names}


def _is_number(values: pd.Series) -> bool:
    known = values[values.notna()]
    if pd.api.types.is_bool_dtype(known.infer_objects()):
        return False
    return float(np.isfinite(_numbers(known)).mean()) >= MOSTLY


def _numbers(values: pd.Series) -> Floats:
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(object)
    numbers: Floats = pd.to_numeric(values, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    return numbers
