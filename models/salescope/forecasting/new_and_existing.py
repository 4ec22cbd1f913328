"""Sales of the customers of today, and of those to come: a forecast split in two that add up to it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from salescope.forecasting.calendar import Floats, Frequency, Ints, frequency_named
from salescope.forecasting.cohorts import Acquisition, CustomerDays, customer_days
from salescope.forecasting.tree import TOTAL
from salescope.frames.errors import MisalignedError, MissingColumnError, OutcomeError, OutOfRangeError

__all__ = ["SPLIT_COLUMNS", "SplitSettings", "split_forecast"]

SPLIT_COLUMNS = ("node", "date", "mean", "existing", "new", "unnamed", "customers", "growth_existing", "growth_new")


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitSettings:
    """Says how a forecast is split.

    Parameters
    ----------
    as_of : Timestamp
        The moment of the forecast, naive; later orders are not looked at.
    frequency : {"day", "week", "month", "quarter"}, default "month"
        Its periods.
    error_forecast, error_customers : float, optional
        Relative errors that backtests measured, of the forecast and of the sum over the customers: each weighs as the
        inverse of its square. Without both, the forecast stays what it is.

    Raises
    ------
    OutOfRangeError
        If an error is not above 0.

    Examples
    --------
    >>> SplitSettings(as_of=pd.Timestamp("2026-01-01"), error_forecast=0.1, error_customers=0.2).trust
    0.2
    >>> SplitSettings(as_of=pd.Timestamp("2026-01-01"), error_forecast=0.0)
    Traceback (most recent call last):
    ...
    salescope.frames.errors.OutOfRangeError: ...
    """

    as_of: pd.Timestamp
    frequency: str = "month"
    error_forecast: float | None = None
    error_customers: float | None = None

    def __post_init__(self) -> None:
        for name in ("error_forecast", "error_customers"):
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise OutOfRangeError(value, name=name, where="SplitSettings", least="a number above 0")

    @property
    def pace(self) -> Frequency:
        """Is the frequency."""
        return frequency_named(self.frequency)

    @property
    def trust(self) -> float:
        """Is the weight of the customers' sum, 0 to 1."""
        if self.error_forecast is None or self.error_customers is None:
            return 0.0
        return float(self.error_forecast**2 / (self.error_forecast**2 + self.error_customers**2))


def split_forecast(
    forecast: pd.DataFrame,
    orders: pd.DataFrame,
    *,
    expected: pd.DataFrame,
    settings: SplitSettings,
    customers: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Splits the forecast of the total, or of each region, into sales of existing and of new customers.

    Parameters
    ----------
    forecast : DataFrame, shape (n_rows, 2 or 3)
        ``date`` (first day of the period) and ``mean``; with ``node``, "region=North" and so on, one block a region;
        the total is then the sum of the regions.
    orders : DataFrame, shape (n_lines, n_columns)
        ``customer_id``, ``ordered_at``, ``quantity``, ``unit_price``; ``discount`` and ``region`` where there are any.
    expected : DataFrame, shape (n_customers * n_horizons, 4)
        What each customer is expected to buy within so many days of the moment, at the average season: ``customer_id``,
        ``horizon`` (days), ``orders`` and ``money``. Between horizons it is read on a straight line.
    settings : SplitSettings
        From when, and how.
    customers : DataFrame, optional
        ``customer_id`` and ``since``: whoever began before the orders do is not new when first seen in them.

    Returns
    -------
    DataFrame, shape (n_nodes * n_periods, 9)
        `SPLIT_COLUMNS`: ``existing`` of customers that had ordered before the moment, ``new`` of all later ones,
        ``unnamed`` of sales without a customer; they add up to ``mean``. ``customers`` is how many begin in the period;
        growth is against the same period of last year, split as it was a year before the moment, NaN where there is
        none.

    Raises
    ------
    MissingColumnError
        If a column is not there.
    MisalignedError
        If a period of the forecast began before the moment's own.
    OutcomeError
        If no customer had ordered before the moment.

    Notes
    -----
    New customers come as often as in the last year; each brings what earlier ones brought by the same age (cohort
    value). Both sums are of an average season, and the forecast says what the season is: so only their proportion, and
    by the weight of `SplitSettings.trust` their level against last year's, is taken from them.

    Examples
    --------
    >>> orders = pd.DataFrame(
    ...     {
    ...         "customer_id": ["a", "b", "a", None],
    ...         "ordered_at": pd.to_datetime(["2025-01-01", "2025-11-01", "2025-12-01", "2025-12-05"]),
    ...         "quantity": [1, 1, 2, 1],
    ...         "unit_price": [10.0, 30.0, 20.0, 10.0],
    ...     }
    ... )
    >>> expected = pd.DataFrame({"customer_id": ["a", "b"], "horizon": 31, "orders": 1.0, "money": [40.0, 20.0]})
    >>> forecast = pd.DataFrame({"date": [pd.Timestamp("2026-01-01")], "mean": [90.0]})
    >>> settings = SplitSettings(as_of=pd.Timestamp("2026-01-01"))
    >>> split = split_forecast(forecast, orders, expected=expected, settings=settings)
    >>> split[["existing", "new", "unnamed"]].round(1).to_numpy().tolist()
    [[73.7, 6.3, 10.0]]
    """
    _check(forecast, orders=orders, expected=expected)
    days = customer_days(orders, as_of=settings.as_of, customers=customers)
    if days.money.empty:
        problem = f"No customer had ordered before {settings.as_of}"
        raise OutcomeError(problem, remedy="Give earlier orders.")
    blocks = forecast if "node" in forecast else forecast.assign(node=TOTAL)
    first = settings.pace.floor(pd.DatetimeIndex([settings.as_of]))[0]
    if (blocks["date"] < first).any():
        raise MisalignedError("date", found=f"{blocks['date'].min()}", accepted=f"periods from {first} on")
    several = len(set(blocks["node"])) > 1
    parts = []
    for node, block in (blocks[blocks["node"] != TOTAL] if several else blocks).groupby("node"):
        own = days if node == TOTAL else days.of_region(str(node).partition("=")[2])
        parts.append(_split_node(block.sort_values("date"), own, expected=expected, settings=settings))
    bottom = pd.concat(parts, ignore_index=True)
    whole = pd.concat([_total(bottom), bottom], ignore_index=True) if several else bottom
    return _with_growth(whole)[list(SPLIT_COLUMNS)]


def _check(forecast: pd.DataFrame, *, orders: pd.DataFrame, expected: pd.DataFrame) -> None:
    wanted = {
        "forecast": (forecast, ("date", "mean")),
        "orders": (orders, ("customer_id", "ordered_at", "quantity", "unit_price")),
        "expected": (expected, ("customer_id", "horizon", "money")),
    }
    for where, (frame, names) in wanted.items():
        lacking = [name for name in names if name not in frame]
        if lacking:
            raise MissingColumnError(lacking, present=[str(name) for name in frame.columns], where=where)


def _split_node(
    block: pd.DataFrame, days: CustomerDays, *, expected: pd.DataFrame, settings: SplitSettings
) -> pd.DataFrame:
    dates = pd.DatetimeIndex(block["date"])
    ends = pd.DatetimeIndex([settings.pace.starts(date, count=2)[1] for date in dates])
    edges = np.stack([(dates - settings.as_of).days, (ends - settings.as_of).days]).clip(0)
    repeat = _repeat(expected, days, edges=edges)
    acquisition = Acquisition.of(days, as_of=settings.as_of)
    new = acquisition.money(int(edges.max()))[edges]
    new = new[1] - new[0]
    mean = block["mean"].to_numpy(dtype=np.float64)
    told = _last_year(days, dates=dates, ends=ends, as_of=settings.as_of)
    unnamed = days.unnamed_share * mean
    level = _levelled(repeat + new, named=mean - unnamed, edges=edges, days=days, settings=settings)
    share = np.divide(new, repeat + new, out=np.zeros_like(new), where=repeat + new > 0)
    return pd.DataFrame(
        {
            "node": block["node"].to_numpy(),
            "date": dates,
            "mean": level + unnamed,
            "existing": level - level * share,
            "new": level * share,
            "unnamed": unnamed,
            "customers": acquisition.rate * (edges[1] - edges[0]),
            "before_existing": told[:, 0],
            "before_new": told[:, 1],
        }
    )


def _last_year(days: CustomerDays, *, dates: pd.DatetimeIndex, ends: pd.DatetimeIndex, as_of: pd.Timestamp) -> Floats:
    """Splits the same periods a year ago, as they were to be split then: a row a period."""
    year = pd.DateOffset(years=1)
    pairs = zip(dates, ends, strict=True)
    return np.array([days.split(start - year, end - year, moment=as_of - year) for start, end in pairs])


def _repeat(expected: pd.DataFrame, days: CustomerDays, *, edges: Ints) -> Floats:
    """Reads the money of customers that exist between the edges of periods."""
    own = expected[expected["customer_id"].isin(days.first.index)]
    sums = own.groupby("horizon")["money"].sum()
    at = np.interp(edges, np.append(0.0, sums.index.to_numpy(dtype=np.float64)), np.append(0.0, sums.to_numpy()))
    return np.asarray(at[1] - at[0], dtype=np.float64)


def _levelled(total: Floats, *, named: Floats, edges: Ints, days: CustomerDays, settings: SplitSettings) -> Floats:
    """Moves the forecast towards the customers' sum, each weighed by how well it did."""
    usual = days.money_a_day(settings.as_of, span=365)
    span = np.maximum(edges[1] - edges[0], 1)
    if settings.trust == 0 or usual <= 0 or named.sum() <= 0:
        return named
    # The season ahead is last year's: of the same periods, against all of it.
    ago = [settings.as_of + pd.Timedelta(days=int(day)) - pd.DateOffset(years=1) for day in edges.ravel()]
    starts, ends = ago[: len(total)], ago[len(total) :]
    season = np.array([days.between(start, end) for start, end in zip(starts, ends, strict=True)]) / span / usual
    if not (season > 0).all():
        return named
    return np.asarray(settings.trust * total * season + (1 - settings.trust) * named)


def _total(bottom: pd.DataFrame) -> pd.DataFrame:
    numbers = [name for name in bottom.columns if name not in ("node", "date")]
    return bottom.groupby("date", as_index=False)[numbers].sum(min_count=1).assign(node=TOTAL)


def _with_growth(split: pd.DataFrame) -> pd.DataFrame:
    growth = {}
    for part in ("existing", "new"):
        before = split[f"before_{part}"].to_numpy(dtype=np.float64)
        past = np.where(before > 0, before, np.nan)
        growth[f"growth_{part}"] = split[part].to_numpy() / past - 1
    return split.assign(**growth)
