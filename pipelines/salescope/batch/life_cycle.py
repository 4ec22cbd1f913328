"""The life cycle of what a workspace sells: stages, since when, level shifts, and what launches are to bring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from salescope.forecasting import (
    STAGES,
    Panel,
    PreparedSales,
    cold_start,
    level_shifts,
    life_cycle,
    prepare_sales,
    sales_of_orders,
)
from salescope.forecasting.life_cycle import stage_since
from salescope.frames.errors import SettingsError, SourceError, UnknownNameError
from salescope.project import Workspace
from salescope.sources import CheckedTable, read_table, write_quarantine

__all__ = ["LIFE_COLUMNS", "PRODUCT", "LifeCycles", "lives_of", "read_life_cycles"]

READ = ("orders", "products", "customers")
PRODUCT = "product"
LIFE_COLUMNS = (
    "node", "stage", "since", "began", "began_earlier", "last_sale", "sales", "share", "growth", "error", "compared",
    "shifts", "shifted", "shift", "ahead", "look_alikes",
)  # fmt: skip
# With more words than this an attribute tells products apart instead of saying which are alike.
_MOST_WORDS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class LifeCycles:
    """Holds the life of every product of a workspace, or of every node of another level.

    Parameters
    ----------
    lives : DataFrame, shape (n_nodes, 16)
        `LIFE_COLUMNS`, see `lives_of`; by stage in the order of a life, what sells most first.
    shifts : DataFrame, shape (n_shifts, 4)
        ``node``, ``date`` (first day of the first period on the new level), ``before`` and ``after`` (a period, without
        season); the newest first.
    level : str
        What the nodes are.
    first, end : Timestamp
        The periods that were looked at, from the first day on and before the end.
    frequency : {"week", "month", "quarter"}
        The periods.
    notes : DataFrame, shape (n_findings, 4)
        As of `salescope.forecasting.PreparedSales`.
    quarantined : int
        Rows of tables that were rejected.
    """

    lives: pd.DataFrame
    shifts: pd.DataFrame
    level: str
    first: pd.Timestamp
    end: pd.Timestamp
    frequency: str
    notes: pd.DataFrame
    quarantined: int


def read_life_cycles(
    workspace: Workspace, *, level: str = PRODUCT, as_of: pd.Timestamp | None = None, threshold: float = 0.1
) -> LifeCycles:
    """Reads the orders of a workspace and says which stage of its life each product is in.

    Parameters
    ----------
    workspace : Workspace
        Its tables "orders", "products" and "customers", where mapped, and the frequency and the measure of its section
        "sales"; days are added up to months, for they would keep the season of the year.
    level : str, default "product"
        Another level of the hierarchy in the settings, or a column of a table.
    as_of : Timestamp, optional
        Only earlier orders count; by default all, up to the last whole period.
    threshold : float, default 0.1
        The change, as a share, above which a product grows or declines.

    Returns
    -------
    LifeCycles

    Raises
    ------
    SettingsError
        If no table "orders" is mapped.
    SourceError
        If a table cannot be read, or there is no order.
    UnknownNameError
        If there is no such level.
    OutcomeError
        If no whole period of sales is known.
    OutOfRangeError
        If the threshold is negative.
    """
    tables = _tables(workspace)
    orders = tables["orders"].frame
    if not len(orders):
        raise SourceError("orders", fault="has no order", remedy="Map more history")
    columns = _columns(workspace, level, tables=tables)
    settings = workspace.sales
    products, customers = (tables[name].frame if name in tables else None for name in ("products", "customers"))
    frequency = "month" if settings.frequency == "day" else settings.frequency
    ready = prepare_sales(
        sales_of_orders(orders, by=columns, measure=settings.measure, products=products, customers=customers),
        frequency=frequency,
        as_of=orders["ordered_at"].max().normalize() + pd.Timedelta(days=1) if as_of is None else as_of,
        attributes=columns,
    )
    launched = None
    if columns == ["product_id"] and products is not None and "launched_at" in products:
        launched = products.drop_duplicates("product_id").set_index("product_id")["launched_at"]
    keys = _alike(ready.keys, products=products if "product_id" in columns else None)
    shifts = level_shifts(ready.panel).rename(columns={"series_id": "node"})
    panel = ready.panel
    return LifeCycles(
        lives=lives_of(ready, keys=keys, launched=launched, threshold=threshold),
        shifts=shifts.sort_values(["date", "node"], ascending=[False, True], kind="stable", ignore_index=True),
        level=level,
        first=panel.dates[0],
        end=panel.frequency.starts(panel.dates[-1], count=2)[1],
        frequency=frequency,
        notes=ready.notes,
        quarantined=sum(len(table.rejected) for table in tables.values()),
    )


def lives_of(
    ready: PreparedSales, *, keys: pd.DataFrame, launched: pd.Series | None = None, threshold: float = 0.1
) -> pd.DataFrame:
    """Lays out the life of every series.

    Parameters
    ----------
    ready : PreparedSales
        Histories by week, month or quarter.
    keys : DataFrame, shape (n_series, n_attributes)
        What tells which series are alike; see `salescope.forecasting.cold_start`.
    launched : Series of datetime64[ns], optional
        By ``product_id``, the first day of sale.
    threshold : float, default 0.1
        As of `salescope.forecasting.life_cycle`.

    Returns
    -------
    DataFrame, shape (n_series, 16)
        ``node``; ``stage``; ``since`` it is in it; ``began``, the first day of sale or the first period with one;
        ``began_earlier``, whether that is only where the history begins; ``last_sale``; ``sales`` of the last year and
        their ``share`` of all; ``growth``, as a share, of the newest ``compared`` periods (a year, or half of a shorter
        life) over as many before them, with its standard ``error``; ``shifts``, how many, and of the newest its date
        (``shifted``) and by which share (``shift``); ``ahead``, what a launch is to sell in the year to come by its own
        sales and by ``look_alikes``, so many others. What has no figure is missing.

    Examples
    --------
    >>> dates = pd.date_range("2023-01-01", periods=24, freq="MS")
    >>> sales = pd.concat(
    ...     [
    ...         pd.DataFrame({"product_id": "A", "date": dates, "y": [10.0] * 12 + [15.0] * 12}),
    ...         pd.DataFrame({"product_id": "B", "date": dates[-3:], "y": 5.0}),
    ...     ]
    ... )
    >>> ready = prepare_sales(sales, frequency="month", attributes=["product_id"])
    >>> lives = lives_of(ready, keys=ready.keys.assign(category="tools"))
    >>> lives[["node", "stage", "sales", "growth", "look_alikes"]].to_numpy().tolist()
    [['product_id=B', 'launch', 15.0, nan, 1], ['product_id=A', 'growth', 180.0, 0.5, 0]]
    """
    panel, year = ready.panel, ready.panel.frequency.year
    told = life_cycle(panel, threshold=threshold)
    sales = np.nan_to_num(panel.values[:, -year:]).sum(axis=1)  # noqa: PD011 - an array
    known = _began(told["since"], panel=panel, keys=ready.keys, launched=launched)
    # The change is a share of the mean of both windows: of that before them it is c / (1 - c / 2).
    change = told["change"].where(told["change"].abs() < 2)
    lives = pd.DataFrame(
        {
            "node": told["series_id"],
            "stage": told["stage"],
            "since": stage_since(panel, threshold=threshold),
            "began": known["began"],
            "began_earlier": known["earlier"],
            "last_sale": ready.series["last_sale"],
            "sales": sales,
            "share": sales / sales.sum() if sales.sum() > 0 else np.nan,
            "growth": change / (1 - change / 2),
            "error": told["error"],
            "compared": np.where(told["change"].notna(), np.minimum(told["periods"] // 2, year), 0),
            **_shifts(panel),
            **_launches(panel, told=told, keys=keys),
        }
    )[list(LIFE_COLUMNS)]
    place = lives["stage"].map(list(STAGES).index)
    return lives.assign(place=place).sort_values(
        ["place", "sales", "node"], ascending=[True, False, True], kind="stable", ignore_index=True
    )[list(LIFE_COLUMNS)]


def _tables(workspace: Workspace) -> dict[str, CheckedTable]:
    if "orders" not in workspace.tables:
        fault = "there is no table 'orders', so that nothing is known to be sold; add 'orders: {path: …}' under tables"
        raise SettingsError(fault, place="salescope.yaml")
    tables = {name: read_table(workspace, name) for name in READ if name in workspace.tables}
    for name, table in tables.items():
        write_quarantine(table.rejected, workspace.quarantine / f"{name}.csv")
    return tables


def _columns(workspace: Workspace, level: str, *, tables: Mapping[str, CheckedTable]) -> list[str]:
    """Finds the columns that make a level: as the settings say, else the product, else the column of that name."""
    present = list(dict.fromkeys(str(column) for table in tables.values() for column in table.frame))
    levels: dict[str, Sequence[str]] = {PRODUCT: ("product_id",), **workspace.sales.hierarchy}
    wanted = [name for name in levels.get(level, (level,)) if name in present]
    if not wanted:
        accepted = (*levels, *(name for name in present if name not in levels))
        raise UnknownNameError(level, what="level", where="the tables of the workspace", accepted=accepted)
    return wanted


def _alike(keys: pd.DataFrame, *, products: pd.DataFrame | None) -> pd.DataFrame:
    """Says of each series what others may share with it."""
    if products is None:
        return keys
    told = products.drop_duplicates("product_id").set_index("product_id")
    words = [
        str(name)
        for name in told
        if told[name].dtype.kind not in "Mmfiu" and 1 < told[name].nunique() <= min(_MOST_WORDS, len(told) - 1)
    ]
    more = told[words].astype(object).reindex(keys["product_id"].to_numpy()).reset_index(drop=True)
    return keys.assign(**{name: more[name] for name in words if name not in keys})


def _began(
    first: pd.Series, *, panel: Panel, keys: pd.DataFrame, launched: pd.Series | None
) -> dict[str, pd.Series | np.ndarray]:
    """Takes the day of the launch where it is told and no sale came earlier; else the first period with a sale."""
    if launched is None:
        return {"began": first, "earlier": (first == panel.dates[0]).to_numpy()}
    days = pd.Series(pd.to_datetime(launched.reindex(keys["product_id"].to_numpy()).to_numpy()), index=first.index)
    floor = pd.Series(panel.frequency.floor(pd.DatetimeIndex(days.fillna(panel.dates[0]))), index=first.index)
    told = days.notna() & ~(floor > first)
    return {"began": days.where(told, first), "earlier": ((first == panel.dates[0]) & ~told).to_numpy()}


def _shifts(panel: Panel) -> dict[str, pd.Series]:
    found = level_shifts(panel)
    counts = found.groupby("series_id").size()
    newest = found.groupby("series_id").last().reindex(list(panel.series)).reset_index(drop=True)
    before = newest["before"].where(newest["before"] > 0)
    return {
        "shifts": pd.Series(counts.reindex(list(panel.series)).fillna(0).to_numpy(dtype=np.int64)),
        "shifted": newest["date"],
        "shift": newest["after"] / before - 1,
    }


def _launches(panel: Panel, *, told: pd.DataFrame, keys: pd.DataFrame) -> dict[str, np.ndarray]:
    rows = np.flatnonzero((told["stage"] == "launch") & told["since"].notna())
    ahead, look_alikes = np.full(len(told), np.nan), np.zeros(len(told), dtype=np.int64)
    new = cold_start(panel, keys=keys, horizon=panel.frequency.year, rows=rows)
    ahead[rows], look_alikes[rows] = new.forecast.sum(axis=1), new.look_alikes
    return {"ahead": ahead, "look_alikes": look_alikes}
