"""The table of representatives, as capacity reads it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from salescope.frames.errors import MisalignedError, MissingColumnError, OutOfRangeError
from salescope.planning.grid import Floats, Ints

__all__ = ["column_of", "experience_of", "market_of", "past_sales_of", "peers_of", "refuse_force", "selling_time_of"]


def selling_time_of(representatives: pd.DataFrame) -> Floats:
    """Takes visits a month as selling time, 1 for the median; who has none stated has that."""
    visits = column_of(representatives, "capacity", missing=np.nan).to_numpy(dtype=np.float64, na_value=np.nan)
    known = np.isfinite(visits)
    if not known.any():
        return np.ones(len(visits))
    middle = float(np.median(visits[known]))
    if not (middle > 0.0 and (visits[known] >= 0.0).all()):
        least = float(visits[known].min())
        raise OutOfRangeError(least, name="capacity", where="capacity_of", least="0, and above it for most")
    return np.where(known, visits / middle, 1.0)


def market_of(representatives: pd.DataFrame, *, otherwise: Floats) -> Floats:
    """Takes the potential of territories as what sales are held against, or what is otherwise."""
    if "potential" not in representatives:
        return otherwise
    market = representatives["potential"].to_numpy(dtype=np.float64, na_value=np.nan)
    if not (np.isfinite(market) & (market >= 0.0)).all():
        wrong = float(market[~(np.isfinite(market) & (market >= 0.0))][0])
        raise OutOfRangeError(wrong, name="potential", where="capacity_of", least="0, and finite")
    return np.asarray(market, dtype=np.float64)


def experience_of(representatives: pd.DataFrame, since: pd.Series, *, first: str) -> Floats:
    """Takes the years with the company from those in the trade."""
    years = column_of(representatives, "seniority", missing=np.nan).to_numpy(dtype=np.float64, na_value=np.nan)
    here = (pd.Period(first, freq="M").start_time - since).dt.days.to_numpy(dtype=np.float64, na_value=0.0) / 365.25
    return np.asarray(np.nan_to_num(years - here.clip(0.0)).clip(0.0), dtype=np.float64)


def past_sales_of(representatives: pd.DataFrame, sales: pd.DataFrame | None) -> pd.DataFrame:
    """Brings past sales into the order of the representatives and of the months."""
    if sales is None:
        return pd.DataFrame(index=representatives.index)
    by_rep = sales.set_axis(sales.index.astype(str), axis=0)
    return by_rep.reindex(representatives["rep_id"].astype(str)).sort_index(axis=1)


def peers_of(representatives: pd.DataFrame, peers: str) -> Ints:
    """Counts groups of peers from 0; without such a column there is one."""
    names = column_of(representatives, peers, missing="").astype(str)
    return np.unique(names.to_numpy(dtype=str), return_inverse=True)[1].astype(np.int64)


def column_of(representatives: pd.DataFrame, name: str, *, missing: object) -> pd.Series:
    """Takes a column of the table, or as many missing values."""
    if name in representatives:
        return representatives[name]
    return pd.Series([missing] * len(representatives), index=representatives.index)


def refuse_force(representatives: pd.DataFrame, *, months: Sequence[str], sales: pd.DataFrame | None) -> None:
    """Refuses what cannot be planned for; raises what `capacity_of` says."""
    if "rep_id" not in representatives:
        raise MissingColumnError(["rep_id"], where="representatives", present=list(representatives.columns))
    if not (len(months) and len(representatives)):
        name = "representatives" if len(months) else "months"
        raise OutOfRangeError(0, name=name, where="capacity_of", least=1)
    ids = representatives["rep_id"].astype(str)
    if ids.duplicated().any():
        found = f"{ids[ids.duplicated()].iloc[0]!r} twice"
        raise MisalignedError("representatives", found=found, accepted="one row a representative")
    if sales is not None and sales.index.duplicated().any():
        found = f"{sales.index[sales.index.duplicated()][0]!r} twice"
        raise MisalignedError("sales", found=found, accepted="one row a representative")
    if sales is not None and sales.shape[1] and (late := str(max(sales.columns))) >= min(months):
        raise MisalignedError("sales", found=f"the month {late!r}", accepted=f"months before {min(months)!r}")
