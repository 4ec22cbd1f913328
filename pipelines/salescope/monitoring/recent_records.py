"""Recent records of a workspace, described as the model reads them: what is compared with those it learned from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from salescope.evaluation import ColumnDrift, feature_drift
from salescope.features import customer_features, lead_features
from salescope.features.behaviour import event_kinds
from salescope.project import Workspace
from salescope.sources import read_table

__all__ = ["RecentDrift", "recent_drift"]

CUSTOMER_TABLES = ("orders", "contacts", "invoices", "products", "customers")
CLOSED = ("won", "lost")
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
        Every column of the summary, see `salescope.evaluation.feature_drift`.
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
    Leads are the open ones, as a nightly run scores them. They are not looked at when those that were learned from
    were, so that columns of their age may differ for that alone. Customers are all of them, at the midnight after the
    last order: an export that is some days old makes nobody look silent.
    """
    summary = card.get("columns")
    if summary is None:
        return RecentDrift(compared=NO_SUMMARY)
    if model == "leads":
        recent, called = _open_leads(workspace, as_of=as_of, read=list(summary["columns"])), "open leads"
    elif model == "churn" and "orders" in workspace.tables:
        recent, called = _customers(workspace, as_of=as_of), "customers"
    else:
        return RecentDrift(compared=NO_RECORDS)
    compared = f"{len(recent):,} {called} of now beside {summary['n_rows']:,} that were learned from."
    return RecentDrift(compared=compared, columns=feature_drift(summary, recent))


def _open_leads(workspace: Workspace, *, as_of: datetime, read: list[str]) -> pd.DataFrame:
    leads = read_table(workspace, "leads").frame
    if "outcome" in leads.columns:
        leads = leads[~leads["outcome"].isin(CLOSED)].reset_index(drop=True)
    events = read_table(workspace, "lead_events").frame if "lead_events" in workspace.tables else None
    return lead_features(leads, events, as_of=as_of, kinds=event_kinds(read) if events is not None else None)


def _customers(workspace: Workspace, *, as_of: datetime) -> pd.DataFrame:
    frames = {name: read_table(workspace, name).frame for name in CUSTOMER_TABLES if name in workspace.tables}
    newest = frames["orders"]["ordered_at"].max()
    end = as_of if pd.isna(newest) else min(pd.Timestamp(as_of), newest.normalize() + pd.Timedelta(1, "D"))
    return customer_features(frames, as_of=pd.Timestamp(end).to_pydatetime())
