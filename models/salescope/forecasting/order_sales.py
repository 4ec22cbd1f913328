"""Sales of order lines, by whatever is known of orders, products and customers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd

from salescope.forecasting.calendar import Floats, Frequency, frequency_named
from salescope.forecasting.sales_columns import LARGEST, UNKNOWN, exact_sums, joined, local, moments, worded
from salescope.frames.errors import MissingColumnError, UnknownNameError

__all__ = ["Measure", "period_starts", "sales_of_orders"]

Measure = Literal["money", "quantity"]
_MEASURES = {"money": ("ordered_at", "quantity", "unit_price"), "quantity": ("ordered_at", "quantity")}


def sales_of_orders(
    orders: pd.DataFrame,
    *,
    by: Sequence[str],
    measure: Measure = "money",
    frequency: str = "day",
    as_of: pd.Timestamp | None = None,
    products: pd.DataFrame | None = None,
    customers: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Adds order lines up to long sales.

    Parameters
    ----------
    orders : DataFrame, shape (n_lines, n_columns)
        Order lines of the data contract; a return has a negative quantity.
    by : sequence of str
        Attributes that make a series: columns of `orders`, else of `products`, else of `customers`.
    measure : {"money", "quantity"}
        Money net of the discount, or quantity.
    frequency : {"day", "week", "month", "quarter"}
        The periods to add up to.
    as_of : Timestamp, optional
        Lines at or after the first day of its period are left out, so that every period is whole.
    products, customers : DataFrame, optional
        Where else attributes are.

    Returns
    -------
    DataFrame, shape (n_cells, 4 + n_attributes)
        ``series_id``, the attributes ("unknown" where missing), ``date`` (first day of the period), ``y`` and
        ``lines``, how many order lines. Lines without a price or a time keep rows of their own, with ``y`` or ``date``
        missing: `prepare_sales` refuses those and says so.

    Raises
    ------
    MissingColumnError
        If no table has an attribute, or `orders` lacks a column of the measure.
    MisalignedError
        If times have a time zone, or are numbers.
    UnknownNameError
        If there is no such measure or frequency.

    Examples
    --------
    >>> orders = pd.DataFrame(
    ...     {
    ...         "ordered_at": pd.to_datetime(["2026-03-17 10:00", "2026-03-17 11:00"]),
    ...         "quantity": [3, -1],
    ...         "unit_price": [10.0, 10.0],
    ...         "discount": [0.1, None],
    ...         "region": ["North", "North"],
    ...     }
    ... )
    >>> sales_of_orders(orders, by=["region"])[["series_id", "date", "y", "lines"]]
          series_id       date     y  lines
    0  region=North 2026-03-17  17.0      2
    """
    if measure not in _MEASURES:
        raise UnknownNameError(measure, what="measure", where="sales_of_orders", accepted=tuple(_MEASURES))
    pace = frequency_named(frequency)
    lacking = [name for name in _MEASURES[measure] if name not in orders]
    if lacking:
        raise MissingColumnError(lacking, present=[str(name) for name in orders.columns], where="orders")
    ordered = moments(orders["ordered_at"], name="ordered_at")
    end = None if as_of is None else pace.floor(pd.DatetimeIndex([local(as_of)]))[0]
    kept = np.ones(len(orders), dtype=bool) if end is None else ~(ordered >= end).to_numpy()
    lines, ordered = orders.loc[kept], ordered[kept]
    words = {name: worded(_attribute(name, lines, others=[products, customers]), missing=UNKNOWN) for name in by}
    series = joined(words) if words else worded(pd.Series(["all"] * len(lines), dtype=object))
    cells = _cells(series, dates=_starts_or_missing(ordered, pace), y=_amounts(lines, measure))
    return _described(cells, series=series, words=words)


def period_starts(days: pd.Series, frequency: Frequency) -> pd.DatetimeIndex:
    """Finds the first day of the period of each of many moments, each day only once.

    Parameters
    ----------
    days : Series of datetime64[ns], shape (n_rows,)
        None is missing.
    frequency : Frequency
        The periods.

    Returns
    -------
    DatetimeIndex, shape (n_rows,)

    Examples
    --------
    >>> period_starts(pd.Series(pd.to_datetime(["2026-03-17 23:59"])), frequency_named("month"))[0]
    Timestamp('2026-03-01 00:00:00')
    """
    codes, found = pd.factorize(days.to_numpy().astype("datetime64[D]"))
    return frequency.floor(pd.DatetimeIndex(found.astype("datetime64[ns]")))[codes]


def _attribute(name: str, lines: pd.DataFrame, *, others: Sequence[pd.DataFrame | None]) -> pd.Series:
    if name in lines:
        return lines[name]
    for table, key in zip(others, ("product_id", "customer_id"), strict=True):
        if table is not None and name in table and key in lines and key in table:
            known = table.dropna(subset=[key]).drop_duplicates(key, keep="last").set_index(key)[name]
            codes, found = pd.factorize(lines[key])
            values = known.reindex(found).astype(object).to_numpy()
            return pd.Series(np.append(values, [None])[codes], index=lines.index)
    present = [str(column) for table in (lines, *others) if table is not None for column in table]
    raise MissingColumnError([name], present=present, where="orders, products and customers")


def _amounts(lines: pd.DataFrame, measure: Measure) -> Floats:
    quantity = pd.to_numeric(lines["quantity"], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    if measure == "quantity":
        return np.asarray(quantity, dtype=np.float64)
    price = pd.to_numeric(lines["unit_price"], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    if "discount" not in lines:
        return np.asarray(quantity * price, dtype=np.float64)
    discount = pd.to_numeric(lines["discount"], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    return np.asarray(quantity * price * (1.0 - np.nan_to_num(discount)), dtype=np.float64)


def _starts_or_missing(ordered: pd.Series, frequency: Frequency) -> pd.DatetimeIndex:
    starts = np.full(len(ordered), np.datetime64("NaT", "ns"))
    timed = ordered.notna().to_numpy()
    starts[timed] = period_starts(ordered[timed], frequency).to_numpy()
    return pd.DatetimeIndex(starts)


def _cells(series: pd.Categorical, *, dates: pd.DatetimeIndex, y: Floats) -> pd.DataFrame:
    day, found = pd.factorize(dates, sort=True)
    good = np.abs(y) <= LARGEST
    width = len(found) + 1
    cell = (series.codes.astype(np.int64) * width + day + 1) * 2 + ~good
    place, sums = exact_sums(cell, np.where(good, y, 0.0))
    count = np.diff(np.append(np.searchsorted(np.sort(cell), place), len(cell)))
    owner, day = np.divmod(place // 2, width)
    return pd.DataFrame(
        {
            "series": owner,
            "date": pd.DatetimeIndex(found).append(pd.DatetimeIndex([pd.NaT]))[day - 1],
            "y": np.where(place % 2 == 1, np.nan, sums),
            "lines": count,
        }
    )


def _described(cells: pd.DataFrame, *, series: pd.Categorical, words: dict[str, pd.Categorical]) -> pd.DataFrame:
    # The first line of a series stands for all of them: they were joined by these very words.
    first = np.zeros(len(series.categories), dtype=np.int64)
    first[series.codes[::-1]] = np.arange(len(series) - 1, -1, -1)
    owner = cells["series"].to_numpy()
    said = {"series_id": series.categories.to_numpy()[owner]}
    said |= {name: np.asarray(column[first[owner]], dtype=object) for name, column in words.items()}
    return pd.DataFrame({**said, "date": cells["date"], "y": cells["y"], "lines": cells["lines"]})
