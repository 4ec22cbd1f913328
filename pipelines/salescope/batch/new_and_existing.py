"""The forecast of a workspace, split into sales of the customers of today and of those to come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from salescope.features import customer_features
from salescope.forecasting.new_and_existing import SplitSettings, split_forecast
from salescope.frames.errors import SettingsError
from salescope.project import Workspace
from salescope.scoring import LifetimeValue
from salescope.scoring.histories import Histories
from salescope.sources import read_table

__all__ = ["customer_sales", "expected_of_customers", "split_by_customers", "split_of_workspace"]


def expected_of_customers(
    tables: Mapping[str, pd.DataFrame], *, as_of: pd.Timestamp, horizons: Sequence[int]
) -> pd.DataFrame:
    """Expects the orders and the money of every customer within several horizons, at the average season.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        "orders" at least; later rows are not looked at.
    as_of : Timestamp
        The moment, naive.
    horizons : sequence of int
        Days from the moment.

    Returns
    -------
    DataFrame, shape (n_customers * n_horizons, 4)
        ``customer_id``, ``horizon``, ``orders`` and ``money``, what `split_forecast` reads.

    Examples
    --------
    >>> dates = pd.to_datetime(["2025-01-01", "2025-02-01", "2025-03-01"] * 8)
    >>> names = [f"C{number}" for number in range(8) for _ in range(3)]
    >>> orders = pd.DataFrame({"customer_id": names, "ordered_at": dates, "quantity": 1, "unit_price": 10.0})
    >>> expected = expected_of_customers({"orders": orders}, as_of=pd.Timestamp("2025-04-01"), horizons=[7, 30])
    >>> expected.groupby("horizon")["customer_id"].nunique().to_dict()
    {7: 8, 30: 8}
    """
    known = {"orders": tables["orders"]}
    model = LifetimeValue(horizon=max(horizons), season=False, windows=False).fit(known, as_of=as_of)
    now = customer_features(known, as_of=as_of)
    now = now[now["order_days"] > 0].reset_index(drop=True)
    told = Histories.from_features(now)
    per_order = model.predict(now, levels=())["money_per_order"].to_numpy()
    orders = [model.members_.process.expected_orders(told, horizon=days) for days in horizons]
    return pd.DataFrame(
        {
            "customer_id": np.tile(now["customer_id"].astype(object).to_numpy(), len(horizons)),
            "horizon": np.repeat(np.asarray(horizons, dtype=np.int64), len(now)),
            "orders": np.concatenate(orders),
            "money": np.concatenate([count * np.nan_to_num(per_order) for count in orders]),
        }
    )


def split_of_workspace(workspace: Workspace, *, forecast: pd.DataFrame, settings: SplitSettings) -> pd.DataFrame:
    """Splits a forecast of money by the customers of a workspace.

    Parameters
    ----------
    workspace : Workspace
        Its tables "orders" and, where mapped, "customers" are read.
    forecast : DataFrame, shape (n_rows, n_columns)
        ``node``, ``date`` and ``mean``; the total and regions are split, other nodes are left out.
    settings : SplitSettings
        From when, and how.

    Returns
    -------
    DataFrame, shape (n_nodes * n_periods, 9)
        As `salescope.forecasting.new_and_existing.split_forecast` gives it.

    Raises
    ------
    SettingsError
        If no table "orders" is mapped.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from salescope.project import init_workspace, load_workspace
    >>> settings = SplitSettings(as_of=pd.Timestamp("2026-01-01"))
    >>> with TemporaryDirectory() as folder:
    ...     _ = init_workspace(folder, example=True)
    ...     split_of_workspace(load_workspace(folder, environment={}), forecast=pd.DataFrame(), settings=settings)
    Traceback (most recent call last):
    ...
    salescope.frames.workspace_errors.SettingsError: In salescope.yaml: there is no table 'orders', ...
    """
    return split_by_customers(customer_sales(workspace), forecast=forecast, settings=settings)


def customer_sales(workspace: Workspace) -> dict[str, pd.DataFrame]:
    """Reads who bought what, and since when each is a customer.

    Parameters
    ----------
    workspace : Workspace
        Its tables "orders" and, where mapped, "customers" are read.

    Returns
    -------
    dict of str to DataFrame

    Raises
    ------
    SettingsError
        If no table "orders" is mapped.
    """
    if "orders" not in workspace.tables:
        fault = "there is no table 'orders', so that no customer is known; add 'orders: {path: …}' under tables"
        raise SettingsError(fault, place="salescope.yaml")
    names = [name for name in ("orders", "customers") if name in workspace.tables]
    return {name: read_table(workspace, name).frame for name in names}


def split_by_customers(
    tables: Mapping[str, pd.DataFrame], *, forecast: pd.DataFrame, settings: SplitSettings
) -> pd.DataFrame:
    """Splits a forecast of money by customers.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        As of `customer_sales`.
    forecast, settings
        As of `split_of_workspace`.

    Returns
    -------
    DataFrame, shape (n_nodes * n_periods, 9)
        As `salescope.forecasting.new_and_existing.split_forecast` gives it.
    """
    # A region is a branch of one column; deeper branches and other cuts have customers in common.
    branch = forecast["node"].astype(str)
    chosen = forecast[(branch == "all") | (branch.str.startswith("region=") & ~branch.str.contains("/"))]
    last = settings.pace.starts(pd.Timestamp(chosen["date"].max()), count=2)[1]
    days = max(1, (last - settings.as_of).days)
    horizons = sorted({*range(7, days, 7), days})
    expected = expected_of_customers(tables, as_of=settings.as_of, horizons=horizons)
    return split_forecast(
        chosen, tables["orders"], expected=expected, settings=settings, customers=tables.get("customers")
    )
