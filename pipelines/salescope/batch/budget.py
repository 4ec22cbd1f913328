"""What a workspace knows of its promotion: sales and spend of whole weeks, and what became of each channel's leads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from salescope.frames.errors import MissingColumnError, OutOfRangeError, SettingsError, SourceError, UnknownNameError
from salescope.planning import Budget, ChannelReport, channel_report, weekly_history
from salescope.planning.response_curves import LEAST_PERIODS
from salescope.project import Workspace
from salescope.sources import read_table, write_quarantine

__all__ = ["ChannelRecord", "PromotionRecord", "budget_sheet", "read_channels", "read_promotion"]

DAY = pd.Timedelta(days=1)
YEAR = 365
# Shares have four digits and money two: what a spreadsheet shows is what it holds.
SHARES = ("change", "variation", "needed_variation")
REACH = "channel"


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionRecord:
    """Holds what response curves of a workspace are learned from.

    Parameters
    ----------
    sales : ndarray of float, shape (n_weeks,)
        Money of each week from Monday to Sunday: after discount, returns taken off.
    spend : DataFrame, shape (n_weeks, n_channels)
        Money of each channel, indexed by the Mondays.
    end : Timestamp
        The day after the last whole week.
    unpaid : tuple of str
        Channels of the table that nothing was paid for in these weeks; they are not in `spend`.
    quarantined : int
        Rows of tables that were rejected.
    """

    sales: npt.NDArray[np.float64] = field(repr=False)
    spend: pd.DataFrame = field(repr=False)
    end: pd.Timestamp
    unpaid: tuple[str, ...] = ()
    quarantined: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelRecord:
    """Holds what became of the leads of a workspace, by channel.

    Parameters
    ----------
    report : ChannelReport
        One row a channel.
    first, end : Timestamp
        Leads that came in and money that was spent from the first day on and before the end count.
    strangers : tuple of str
        Channels of spend that no lead is from.
    quarantined : int
        Rows of tables that were rejected.
    """

    report: ChannelReport
    first: pd.Timestamp
    end: pd.Timestamp
    strangers: tuple[str, ...] = ()
    quarantined: int = 0


def read_promotion(workspace: Workspace, *, as_of: pd.Timestamp | None = None) -> PromotionRecord:
    """Reads sales and spend of a workspace, week by week.

    Parameters
    ----------
    workspace : Workspace
        Its tables "orders" and "spend" are read; every line of an order counts, with and without a customer.
    as_of : Timestamp, optional
        Only rows of earlier days count; naive. By default all, up to the last week that both tables cover.

    Returns
    -------
    PromotionRecord

    Raises
    ------
    SettingsError
        If a table is not mapped.
    SourceError
        If a table cannot be read or has no row before the moment, or they have less than half a year in common.
    MissingColumnError
        If orders have no price.
    OutOfRangeError
        If the tables have no whole week in common.
    """
    tables, quarantined = _tables(workspace, needed=("orders", "spend"), why="no curve of response is known")
    orders = _before(tables["orders"], column="ordered_at", as_of=as_of, name="orders")
    spend = _before(tables["spend"], column="date", as_of=as_of, name="spend")
    sales, weeks = weekly_history(orders, spend=spend)
    if len(sales) < LEAST_PERIODS:
        fault = f"and orders have {len(sales)} whole weeks in common, too few to tell what promotion brings"
        raise SourceError("spend", fault=fault, remedy="Map at least half a year of both; two years tell more")
    paid = weeks.columns[weeks.sum() > 0.0]
    known = {*spend["channel"].astype(str)}
    return PromotionRecord(
        sales=sales,
        spend=weeks[paid],
        end=weeks.index[-1] + 7 * DAY,
        unpaid=tuple(sorted(known - {*paid})),
        quarantined=quarantined,
    )


def read_channels(
    workspace: Workspace,
    *,
    as_of: pd.Timestamp | None = None,
    days: int = YEAR,
    same: Mapping[str, str] | None = None,
    level: float = 95.0,
) -> ChannelRecord:
    """Reads what became of the leads of each channel, what it cost, and whom it reached.

    Parameters
    ----------
    workspace : Workspace
        Its table "leads" is read and, where mapped, "spend" and "orders": customers who ordered through a channel count
        as reached by it.
    as_of : Timestamp, optional
        Only rows of earlier days count, and outcomes that were known by then; naive. By default all.
    days : int, default 365
        The newest so many days that leads and spend cover both.
    same : mapping of str to str, optional
        What leads and orders call a channel, and what spend calls it.
    level : float, default 95
        Percent that intervals hold.

    Returns
    -------
    ChannelRecord

    Raises
    ------
    SettingsError
        If no table "leads" is mapped.
    SourceError
        If a table cannot be read or has no row before the moment, or leads and spend have no day in common.
    MissingColumnError
        If leads have no outcome, no source, or not the day on which they came in.
    UnknownNameError
        If `same` names no channel.
    OutOfRangeError
        If `days` is not above 0, or the level is not inside 0 and 100.
    """
    if days < 1:
        raise OutOfRangeError(days, name="days", where="read_channels", least=1)
    tables, quarantined = _tables(workspace, needed=("leads",), why="no channel is known", wanted=("spend", "orders"))
    _check_same(same or {}, tables=tables)
    called = {name: _renamed(frame, same or {}) for name, frame in tables.items() if name != "spend"}
    leads = _known_leads(_before(called["leads"], column="created_at", as_of=as_of, name="leads"), as_of=as_of)
    spend = _before(tables["spend"], column="date", as_of=as_of, name="spend") if "spend" in tables else None
    first, end = _covered(leads, spend=spend, days=days)
    inside = leads[(leads["created_at"] >= first) & (leads["created_at"] < end)]
    report = channel_report(
        inside,
        spend=spend,
        customers=_reached(called.get("orders"), leads=leads, spend=spend, window=(first, end)),
        days=None if spend is None else (first, end),
        level=level,
    )
    found = report.table
    strangers = found.loc[(found["leads"] == 0) & (found["spent"] > 0.0), "channel"]
    return ChannelRecord(report=report, first=first, end=end, strangers=tuple(strangers), quarantined=quarantined)


def budget_sheet(budget: Budget) -> pd.DataFrame:
    """Lays a budget out for a spreadsheet: money to the cent, shares to a hundredth of a percent.

    Parameters
    ----------
    budget : Budget
        Any.

    Returns
    -------
    DataFrame, shape (n_channels, 16)
        As `salescope.planning.Budget.table`; ``known`` is yes or no.
    """
    told = budget.table()
    digits = {str(name): 4 if name in SHARES else 2 for name in told.select_dtypes("number")}
    return told.round(digits).assign(known=np.where(told["known"], "yes", "no"))


def _tables(
    workspace: Workspace, *, needed: tuple[str, ...], why: str, wanted: tuple[str, ...] = ()
) -> tuple[dict[str, pd.DataFrame], int]:
    for name in needed:
        if name not in workspace.tables:
            fault = f"there is no table '{name}', so that {why}; add '{name}: {{path: …}}' under tables"
            raise SettingsError(fault, place="salescope.yaml")
    tables = {name: read_table(workspace, name) for name in (*needed, *wanted) if name in workspace.tables}
    for name, table in tables.items():
        write_quarantine(table.rejected, workspace.quarantine / f"{name}.csv")
    return {name: table.frame for name, table in tables.items()}, sum(len(table.rejected) for table in tables.values())


def _before(frame: pd.DataFrame, *, column: str, as_of: pd.Timestamp | None, name: str) -> pd.DataFrame:
    """Keeps rows of days before a moment: the day on which it falls is not over, and half a day is no day's money."""
    if column not in frame:
        return frame
    kept = frame[frame[column].notna()]
    if as_of is not None:
        kept = kept[kept[column] < as_of.normalize()]
    if kept.empty:
        when = "with a date" if as_of is None else f"before {as_of:%Y-%m-%d}"
        raise SourceError(name, fault=f"has no row {when}", remedy="Map more history, or look from a later day")
    return kept


def _known_leads(leads: pd.DataFrame, *, as_of: pd.Timestamp | None) -> pd.DataFrame:
    """Takes back what was not known yet: an outcome that came later, or at nobody knows which time."""
    if as_of is None or "outcome" not in leads:
        return leads
    moments = leads["outcome_at"] if "outcome_at" in leads else pd.Series(pd.NaT, index=leads.index)
    known = moments < as_of.normalize()
    return leads.assign(**{name: leads[name].where(known) for name in ("outcome", "amount") if name in leads})


def _check_same(same: Mapping[str, str], *, tables: Mapping[str, pd.DataFrame]) -> None:
    """Checks that both names of a channel are used: a mistyped one would only leave its costs at nothing."""
    ours = _names(tables["leads"]) | (_names(tables["orders"]) if "orders" in tables else set())
    paid = _names(tables["spend"]) if "spend" in tables else set()
    for name, channel in same.items():
        if name not in ours:
            raise UnknownNameError(name, what="channel", where="leads and orders", accepted=sorted(ours))
        if channel not in paid:
            raise UnknownNameError(channel, what="channel", where="spend", accepted=sorted(paid))


def _names(frame: pd.DataFrame) -> set[str]:
    """Lists what a table calls its channels."""
    column = next((name for name in (REACH, "source") if name in frame), None)
    return set() if column is None else {*frame[column].dropna().astype(str)}


def _renamed(frame: pd.DataFrame, same: Mapping[str, str]) -> pd.DataFrame:
    told = {name: frame[name].astype(object).replace(dict(same)) for name in (REACH, "source") if name in frame}
    return frame.assign(**told)


def _covered(leads: pd.DataFrame, *, spend: pd.DataFrame | None, days: int) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Finds the newest days that all tables cover: what was paid before the first lead came in bought none of them."""
    if "created_at" not in leads:
        raise MissingColumnError(["created_at"], where="leads", present=[str(name) for name in leads])
    known = [leads["created_at"], *([] if spend is None else [spend["date"]])]
    first = max(column.min().normalize() for column in known)
    end = min(column.max().normalize() + DAY for column in known)
    if not first < end:
        raise SourceError("spend", fault="ends before the first lead came in", remedy="Map both for the same days")
    return max(first, end - days * DAY), end


def _reached(
    orders: pd.DataFrame | None,
    *,
    leads: pd.DataFrame,
    spend: pd.DataFrame | None,
    window: tuple[pd.Timestamp, pd.Timestamp],
) -> pd.DataFrame | None:
    """Says who ordered through which channel; nothing where orders call no channel as leads and spend do."""
    if orders is None or not {"customer_id", REACH} <= set(orders):
        return None
    inside = orders[(orders["ordered_at"] >= window[0]) & (orders["ordered_at"] < window[1])]
    names = _names(leads) | (set() if spend is None else _names(spend))
    return inside[["customer_id", REACH]] if inside[REACH].astype(str).isin(names).any() else None
