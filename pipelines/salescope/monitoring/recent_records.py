"""Recent records of a workspace, described as the model reads them: what is compared with those it learned from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from salescope.evaluation import ColumnDrift, feature_drift
from salescope.features import customer_features, lead_features
from salescope.project import Workspace
from salescope.sources import read_table

__all__ = ["RecentDrift", "recent_drift"]

CUSTOMER_TABLES = ("orders", "contacts", "invoices", "products", "customers")
CLOSED = ("won", "lost")
# Grows for everybody while time goes by.
AGES = ["days_since_first_order"]
RECENT = pd.Timedelta(90, "D")
NO_SUMMARY = "The card of the version that serves does not say what its columns looked like: train it again."
NO_RECORDS = "Only records of leads and customers are compared with those that were learned from."


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentDrift:
    """Holds what differs between recent records and those that were learned from.

    Parameters
    ----------
    compared : str
        What was compared, or why nothing was, in one sentence.
    columns : tuple of ColumnDrift, default ()
        Every column that can be compared, see `salescope.evaluation.feature_drift`.
    """

    compared: str
    columns: tuple[ColumnDrift, ...] = ()


def recent_drift(workspace: Workspace, *, model: str, card: Mapping[str, Any], as_of: datetime) -> RecentDrift:
    """Compares a workspace's recent records with what a model learned from; nothing of them is kept.

    Parameters
    ----------
    workspace : Workspace
        Its mapped tables are read.
    model : str
        The model, as "leads" or "churn".
    card : mapping
        Of the version that serves; a ``columns`` part has the summary, an older card has none.
    as_of : datetime
        Now, naive UTC; only rows before it are looked at.

    Returns
    -------
    RecentDrift

    Raises
    ------
    SourceError
        If a table cannot be read.

    Notes
    -----
    Leads are those created in the last 90 days of the table (without times, the open ones), and only columns that the
    table brings are compared: open leads are younger or older than those that were learned from, whatever happens, so
    that columns of their age and behaviour would cry wolf every time. Customers are all of them, at the midnight after
    the last order: an export that is some days old makes nobody look silent.
    """
    summary = card.get("columns")
    if summary is None:
        return RecentDrift(compared=NO_SUMMARY)
    if model == "leads":
        recent, called = _recent_leads(workspace, as_of=as_of), "leads"
    elif model == "churn" and "orders" in workspace.tables:
        recent, called = _customers(workspace, as_of=as_of).drop(columns=AGES), "customers"
    else:
        return RecentDrift(compared=NO_RECORDS)
    told = {name: column for name, column in summary["columns"].items() if name in recent.columns}
    compared = f"{len(recent):,} recent {called} beside {summary['n_rows']:,} that were learned from."
    return RecentDrift(compared=compared, columns=feature_drift({**summary, "columns": told}, recent))


def _recent_leads(workspace: Workspace, *, as_of: datetime) -> pd.DataFrame:
    leads = read_table(workspace, "leads").frame
    if "created_at" in leads.columns and leads["created_at"].notna().any():
        newest = min(pd.Timestamp(as_of), leads["created_at"].max())
        leads = leads[leads["created_at"].between(newest - RECENT, newest)]
    elif "outcome" in leads.columns:
        leads = leads[~leads["outcome"].isin(CLOSED)]
    described = lead_features(leads.reset_index(drop=True), None, as_of=as_of)
    return described[[name for name in described.columns if name in leads.columns]]


def _customers(workspace: Workspace, *, as_of: datetime) -> pd.DataFrame:
    frames = {name: read_table(workspace, name).frame for name in CUSTOMER_TABLES if name in workspace.tables}
    newest = frames["orders"]["ordered_at"].max()
    end = as_of if pd.isna(newest) else min(pd.Timestamp(as_of), newest.normalize() + pd.Timedelta(1, "D"))
    return customer_features(frames, as_of=pd.Timestamp(end).to_pydatetime())
