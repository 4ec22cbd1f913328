"""What is recorded of customers: checked tables, and the moments at which customers are looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from salescope.frames.errors import OutcomeError
from salescope.project import Workspace
from salescope.sources import CheckedTable, content_digest, read_table, write_quarantine

__all__ = ["CustomerTables", "customer_tables", "snapshot_moments"]

READ = ("orders", "contacts", "invoices", "products", "customers")
DAY = pd.Timedelta(1, "D")


@dataclass(frozen=True)
class CustomerTables:
    """Holds the checked tables that say something of customers.

    Parameters
    ----------
    tables : mapping of str to CheckedTable
        Those of "orders", "contacts", "invoices", "products" and "customers" that the workspace maps.
    """

    tables: Mapping[str, CheckedTable]

    @cached_property
    def frames(self) -> dict[str, pd.DataFrame]:
        """Gives the accepted rows by table."""
        return {name: table.frame for name, table in self.tables.items()}

    @cached_property
    def digest(self) -> str:
        """Is the SHA-256 of the accepted rows of every table."""
        return content_digest(self.frames)

    @property
    def quarantined(self) -> int:
        """Counts the rejected rows of every table."""
        return sum(len(table.rejected) for table in self.tables.values())

    @cached_property
    def end(self) -> pd.Timestamp:
        """Is the midnight after the last order: until then it is known who ordered.

        Raises
        ------
        OutcomeError
            If there is no order.
        """
        orders = self.frames.get("orders")
        if orders is None or not len(orders):
            problem = "There is no order from which to tell who stayed and who left"
            raise OutcomeError(
                problem, remedy="Map the table 'orders' in salescope.yaml, or set churn.basis to contract."
            )
        newest: pd.Timestamp = orders["ordered_at"].max()
        return newest.normalize() + DAY


def customer_tables(workspace: Workspace) -> CustomerTables:
    """Reads and checks what a workspace maps of its customers; rejected rows go to quarantine.

    Parameters
    ----------
    workspace : Workspace
        The settings.

    Returns
    -------
    CustomerTables

    Raises
    ------
    SourceError
        If a table cannot be read.
    """
    tables = {name: read_table(workspace, name) for name in READ if name in workspace.tables}
    for name, table in tables.items():
        write_quarantine(table.rejected, workspace.quarantine / f"{name}.csv")
    return CustomerTables(tables)


def snapshot_moments(
    first: pd.Timestamp, *, end: pd.Timestamp, outcome_window: int, every: int, most: int
) -> list[pd.Timestamp]:
    """Chooses the moments at which customers are looked at, all with a window that has closed.

    Parameters
    ----------
    first : Timestamp
        The first order; no moment lies before one window of history.
    end : Timestamp
        Until when everything is recorded.
    outcome_window : int
        Days of the window that starts at a moment.
    every : int
        Days between two moments.
    most : int
        The most moments.

    Returns
    -------
    list of Timestamp
        Rising; the newest window closes at the end. Empty where history is too short.

    Examples
    --------
    >>> first, end = pd.Timestamp("2024-01-05 10:00"), pd.Timestamp("2024-07-01")
    >>> [f"{moment:%m-%d}" for moment in snapshot_moments(first, end=end, outcome_window=60, every=30, most=12)]
    ['04-02', '05-02']
    """
    newest = end - outcome_window * DAY
    earliest = first + outcome_window * DAY
    moments = [newest - step * every * DAY for step in range(most)]
    return [moment for moment in reversed(moments) if moment >= earliest]
