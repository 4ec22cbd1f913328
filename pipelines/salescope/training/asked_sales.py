"""What is to be forecast of a workspace: its orders as long sales, and a forecaster as its settings say."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from salescope.forecasting import EarningDrivers, KnownAhead, SalesForecaster, sales_of_orders
from salescope.frames.errors import OutcomeError, listed
from salescope.project import Workspace
from salescope.sources import read_cells, read_table, write_quarantine
from salescope.training.customer_tables import DAY, CustomerTables
from salescope.training.progress import Steps

__all__ = ["PUBLISHED_LEVELS", "AskedSales", "ask_sales", "teller"]

READ = ("orders", "products", "customers")
# What a published table has columns for, whatever else is asked for.
PUBLISHED_LEVELS = (80, 95)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedSales:
    """Holds what is to be forecast.

    Parameters
    ----------
    sales : DataFrame
        Long sales, as `salescope.forecasting.sales_of_orders` gives them.
    forecaster : SalesForecaster
        As the settings say; not fitted.
    as_of : Timestamp
        Only earlier orders count.
    left_out : tuple of str
        What is said of levels of the tree that no table has all columns of.
    recorded : CustomerTables
        The tables that were read.
    measure : {"money", "quantity"}
        What is added up.
    known : KnownAhead or None
        Holidays, events, prices and other series that are known ahead, all that the settings name; None for none.
    """

    sales: pd.DataFrame
    forecaster: SalesForecaster
    as_of: pd.Timestamp
    left_out: tuple[str, ...]
    recorded: CustomerTables
    measure: str
    known: KnownAhead | None = None

    def earning(self) -> EarningDrivers | None:
        """Gives what is known ahead, without what earns no place in backtests; None where nothing is."""
        if self.known is None:
            return None
        return EarningDrivers(self.known, horizon=self.forecaster.horizon, seed=self.forecaster.seed)

    @property
    def recipe(self) -> dict[str, Any]:
        """Is what makes such a forecaster again, as JSON keeps it."""
        forecaster, hierarchy = self.forecaster, self.forecaster.hierarchy or {}
        return {
            "frequency": forecaster.frequency,
            "horizon": forecaster.horizon,
            "hierarchy": [[level, list(columns)] for level, columns in hierarchy.items()],
            "measure": self.measure,
            "levels": list(forecaster.levels),
            "windows": forecaster.windows,
            "seed": forecaster.seed,
        }

    @property
    def notes(self) -> pd.DataFrame:
        """Is what is said of levels, as rows of `salescope.forecasting.PreparedSales.notes`."""
        rows = [{"finding": "left_out", "rows": 0, "series": 0, "detail": said} for said in self.left_out]
        return pd.DataFrame(rows, columns=["finding", "rows", "series", "detail"])


def ask_sales(workspace: Workspace, *, as_of: pd.Timestamp | None, levels: Sequence[int] = ()) -> AskedSales:
    """Reads what a workspace's settings want to be forecast.

    Parameters
    ----------
    workspace : Workspace
        Its tables "orders", "products" and "customers", where mapped, and its section "sales".
    as_of : Timestamp or None
        Only earlier orders count; None for all, up to the last whole period.
    levels : sequence of int, default ()
        Intervals to measure beside those of the settings, in percent.

    Returns
    -------
    AskedSales

    Raises
    ------
    OutcomeError
        If there is no order.
    SourceError
        If a table cannot be read.
    """
    tables = {name: read_table(workspace, name) for name in READ if name in workspace.tables}
    for name, table in tables.items():
        write_quarantine(table.rejected, workspace.quarantine / f"{name}.csv")
    recorded = CustomerTables(tables)
    orders = recorded.frames.get("orders")
    if orders is None or not len(orders):
        raise OutcomeError("There is no order to forecast from", remedy="Map the table 'orders' in salescope.yaml.")
    settings = workspace.sales
    hierarchy, left_out = _hierarchy(settings.hierarchy, recorded=recorded)
    by = list(dict.fromkeys(column for columns in hierarchy.values() for column in columns))
    products, customers = (recorded.frames.get(name) for name in ("products", "customers"))
    forecaster = SalesForecaster(
        settings.horizon,
        frequency=settings.frequency,
        hierarchy=hierarchy,
        levels=tuple(sorted({*levels, *settings.levels})),
        windows=settings.windows,
        seed=settings.seed,
    )
    return AskedSales(
        sales=sales_of_orders(orders, by=by, measure=settings.measure, products=products, customers=customers),
        forecaster=forecaster,
        # Without a moment, what comes after the last order is not known to be without orders.
        as_of=as_of or orders["ordered_at"].max().normalize() + DAY,
        left_out=left_out,
        recorded=recorded,
        measure=settings.measure,
        known=_known(workspace),
    )


def teller(steps: Steps) -> Callable[[int, str], None]:
    """Makes what a forecaster tells of its members into steps.

    Parameters
    ----------
    steps : Steps
        Is told each.

    Returns
    -------
    callable
    """

    def tell(cutoff: int, member: str) -> None:  # architecture: allow positional
        steps(f"{member} from period {cutoff}")

    return tell


def _known(workspace: Workspace) -> KnownAhead | None:
    settings = workspace.sales
    files = {"events": settings.events, "drivers": settings.drivers}
    tables = {name: read_cells(workspace.path / path) for name, path in files.items() if path is not None}
    if not tables and settings.country is None:
        return None
    return KnownAhead(ahead=settings.horizon + 1, country=settings.country, **tables)


def _hierarchy(
    wanted: Mapping[str, Sequence[str]], *, recorded: CustomerTables
) -> tuple[dict[str, list[str]], tuple[str, ...]]:
    """Keeps what tables have of each level, and says what they have not."""
    present = {str(column) for frame in recorded.frames.values() for column in frame}
    found: dict[str, list[str]] = {}
    said = []
    for level, columns in wanted.items():
        kept = [column for column in columns if column in present]
        missing = listed([column for column in columns if column not in present])
        same = next((name for name, others in found.items() if others == kept), None)
        if not kept:
            said.append(f"Level {level!r} was left out: no mapped table has {missing}.")
        elif same is not None:
            without = missing or "more columns"
            said.append(f"Level {level!r} was left out: without {without} it is level {same!r} again.")
        else:
            found[level] = kept
            if missing:
                said.append(f"Level {level!r} is made without {missing}, which no mapped table has.")
    return found, tuple(said)
