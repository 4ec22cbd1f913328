"""Daily sales of 1,115 drugstores, and what was known of the days ahead."""

# ruff: noqa: PD011 - `values` is a field of Panel and Known, not of a frame

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from salescope.forecasting import Known, Panel, Tree, frequency_named
from salescope.forecasting.history import node_panel

__all__ = ["HORIZON", "Stores", "errors", "stores", "tree_of"]

HORIZON = 42
NEWEST = 28


@dataclass(frozen=True)
class Stores:
    """Holds the panel of stores and their type and assortment."""

    panel: Panel
    kind: npt.NDArray[np.str_]
    assortment: npt.NDArray[np.str_]


def stores(data: Path) -> Stores:
    """Reads the stores; days that are missing had no sales, for the store was closed."""
    rows = pd.read_parquet(data / "rossmann" / "train_clean.parquet")
    facts = pd.read_csv(data / "rossmann" / "store.csv").set_index("Store").sort_index()
    days = frequency_named("day").starts(rows["Date"].min(), count=(rows["Date"].max() - rows["Date"].min()).days + 1)
    place = facts.index.get_indexer(rows["Store"]), days.get_indexer(pd.DatetimeIndex(rows["Date"]))

    def table(values: pd.Series, missing: float = 0.0) -> npt.NDArray[np.float64]:
        found = np.full((len(facts), len(days)), missing)
        found[place] = values.to_numpy(dtype=np.float64)
        return found

    promotion = table(rows["Promo"], np.nan)
    school = table(rows["SchoolHoliday"], np.nan)
    known = {
        "closed": 1 - table(rows["Open"]),
        # Promotions are those of the whole chain.
        "promotion": np.where(np.isnan(promotion), np.nanmedian(promotion, axis=0), promotion),
        "school": np.where(np.isnan(school), np.nanmean(school, axis=0) > 0.5, school).astype(np.float64),
        "repeated_promotion": _repeated(facts, days),
    } | {f"state_{code}": table((rows["StateHoliday"] == code).astype(float)) for code in "abc"}
    kind = facts["StoreType"].to_numpy(dtype=str)
    panel = Panel(
        series=tuple(facts.index.astype(str)),
        values=table(rows["Sales"]),
        dates=days,
        frequency=frequency_named("day"),
        known=Known(values=known, kinds=dict.fromkeys(known, "event")),
        group=np.unique(kind, return_inverse=True)[1].astype(np.int64),
    )
    return Stores(panel, kind, facts["Assortment"].to_numpy(dtype=str))


def tree_of(data: Stores) -> tuple[Panel, Tree]:
    """Adds stores up to types and the total; what is known of a node ahead is the share of its stores."""
    keys = pd.DataFrame({"type": data.kind, "store": data.panel.series})
    tree = Tree.of(keys, levels={"type": ["type"], "store": ["type", "store"]})
    known, stores_of = data.panel.known, tree.add_up(np.ones((len(keys), 1)))
    shares = {name: tree.add_up(values) / stores_of for name, values in known.values.items()}
    return replace(node_panel(data.panel, tree), known=Known(values=shares, kinds=known.kinds)), tree


def _repeated(facts: pd.DataFrame, days: pd.DatetimeIndex) -> npt.NDArray[np.float64]:
    months = np.array(["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sept", "Oct", "Nov", "Dec"])
    found = np.zeros((len(facts), len(days)))
    for row, store in enumerate(facts.itertuples()):
        if store.Promo2:
            begin = pd.Timestamp.fromisocalendar(int(store.Promo2SinceYear), int(store.Promo2SinceWeek), 1)
            found[row] = np.isin(months[days.month - 1], store.PromoInterval.split(",")) & (days >= begin)
    return found


def errors(data: Stores, mean: npt.NDArray[np.float64], *, cutoff: int) -> tuple[float, float]:
    """Gives RMSPE of the days with sales, and WRMSSE over total, types and stores, each level counting the same."""
    sales = data.panel.values
    real = sales[:, cutoff : cutoff + HORIZON]
    sold = real > 0
    percent = float(np.sqrt((((real - mean)[sold] / real[sold]) ** 2).mean()))
    kinds = np.array([data.kind == kind for kind in np.unique(data.kind)], dtype=np.float64)
    levels = []
    for sums in (np.ones((1, len(sales))), kinds, np.eye(len(sales))):
        history = sums @ sales[:, :cutoff]
        scale = (np.diff(history, axis=1) ** 2).mean(axis=1)
        scaled = np.sqrt(((sums @ (real - mean)) ** 2).mean(axis=1) / scale)
        levels.append(np.average(scaled, weights=history[:, -NEWEST:].sum(axis=1)))
    return percent, float(np.mean(levels))
