"""The buyers of a record shop: weeks 1 to 39 are learned from, the 39 that follow are foretold."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from tests.acceptance.real_sets import folder

__all__ = ["AS_OF", "HORIZON", "everybody", "orders_of", "orders_within", "published_tenth"]

COLUMNS = ["customer_id", "date", "quantity", "money"]
AS_OF, HORIZON = pd.Timestamp("1997-10-01"), 273


def everybody() -> pd.DataFrame:
    """Reads the orders of all 23,570 customers, those of the later weeks too."""
    return orders_of(folder() / "cdnow" / "CDNOW_master.txt", columns=COLUMNS)


def published_tenth() -> pd.DataFrame:
    """Reads the orders of the tenth that the literature fits its models to."""
    return orders_of(folder() / "cdnow" / "CDNOW_sample.txt", columns=["customer", *COLUMNS])


def orders_of(path: Path, *, columns: list[str]) -> pd.DataFrame:
    """Maps the lines onto the contract's orders."""
    text = path.read_text(encoding="utf-8").split()
    cells = np.array(text[text.index("19970101") - columns.index("date") :]).reshape(-1, len(columns))
    rows = dict(zip(columns, cells.T, strict=True))
    pieces = rows["quantity"].astype(np.float64)
    return pd.DataFrame(
        {
            "order_id": np.arange(len(cells)).astype(str),
            "line": "1",
            "customer_id": rows["customer_id"],
            "ordered_at": pd.to_datetime(rows["date"], format="%Y%m%d"),
            "quantity": pieces,
            "unit_price": rows["money"].astype(np.float64) / pieces,
        }
    )


def orders_within(orders: pd.DataFrame, customers: pd.Series) -> npt.NDArray[np.float64]:
    """Counts the days with an order in the weeks that are foretold, of each customer."""
    ends = AS_OF + pd.Timedelta(HORIZON, "D")
    later = orders[(orders["quantity"] > 0) & (orders["ordered_at"] >= AS_OF) & (orders["ordered_at"] < ends)]
    days = later.groupby("customer_id")["ordered_at"].nunique()
    return days.reindex(customers.astype(str)).fillna(0.0).to_numpy(dtype=np.float64)
