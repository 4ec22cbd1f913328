"""What a lead scorer is trained on: checked tables become snapshots, each with its outcome and its place in time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pandas as pd

from salescope.features import lead_features, lead_snapshots
from salescope.frames.errors import MissingColumnError, OutcomeError
from salescope.project import LeadSettings, Workspace
from salescope.sources import CheckedTable, content_digest, order_by_of, read_table, write_quarantine
from salescope.training.labelled import LabelledRows
from salescope.training.order import KNOWN_AT, ROW, order_of, periods_of

__all__ = ["LeadData", "lead_data"]

CLOSED = ("won", "lost")
# How the rows came about; none of it says anything about a lead.
NOT_LEARNED = ("as_of", "y", ROW, KNOWN_AT)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadData(LabelledRows):
    """Holds the closed leads that a scorer learns from; 1 is won, 0 lost.

    Parameters
    ----------
    still_open : DataFrame, shape (n_open, n_columns)
        The open leads, with the same columns as ``features``; for the audit.
    closed : int
        All closed leads; those that had ended before the moment at which they would have been looked at are not among
        the rows.
    tables : mapping of str to CheckedTable
        What was read, with what was quarantined.
    """

    still_open: pd.DataFrame
    closed: int
    tables: Mapping[str, CheckedTable]


def lead_data(workspace: Workspace) -> LeadData:
    """Reads, checks and describes the leads of a workspace.

    Parameters
    ----------
    workspace : Workspace
        Its tables ``leads`` and, where mapped, ``lead_events`` are read; rejected rows go to quarantine.

    Returns
    -------
    LeadData
        The closed leads, in the order of the table.

    Raises
    ------
    OutcomeError
        If no lead is closed.
    MissingColumnError
        If the workspace says how leads are ordered by a column that is not there.
    SourceError
        If a table cannot be read.
    """
    tables = {name: _read(workspace, name) for name in ("leads", "lead_events") if name in workspace.tables}
    leads = tables["leads"].frame
    events = tables["lead_events"].frame if "lead_events" in tables else None
    _require_closed(leads)
    moment = _newest_instant(leads, events)
    described = _described(leads, events, moment=moment, settings=workspace.leads)
    order = order_of(described, by=order_by_of(workspace.leads, leads.columns))
    # The sources leave excluded columns out, but for one that orders the leads or makes periods.
    excluded = [*NOT_LEARNED, *workspace.leads.excluded]
    return LeadData(
        features=described.drop(columns=excluded, errors="ignore"),
        y=described["y"].to_numpy(dtype=np.int64),
        order=order,
        seen_at=order if moment is None else described["as_of"].to_numpy(),
        period=periods_of(leads, described, by=workspace.leads.period),
        still_open=_still_open(leads, events, moment=moment).drop(columns=excluded, errors="ignore"),
        as_of=f"row {len(leads)}" if moment is None else moment.isoformat(),
        digest=content_digest({name: table.frame for name, table in tables.items()}),
        closed=int(leads["outcome"].isin(CLOSED).sum()),
        tables=tables,
    )


def _read(workspace: Workspace, name: str) -> CheckedTable:
    table = read_table(workspace, name)
    write_quarantine(table.rejected, workspace.quarantine / f"{name}.csv")
    return table


def _require_closed(leads: pd.DataFrame) -> None:
    if "outcome" not in leads.columns:
        raise MissingColumnError(["outcome"], where="leads", present=[str(name) for name in leads.columns])
    if not leads["outcome"].isin(CLOSED).any():
        problem = f"No lead of {len(leads)} is won or lost"
        raise OutcomeError(problem, remedy="Say in salescope.yaml, leads.outcome, which values mean so.")


def _has_times(leads: pd.DataFrame) -> bool:
    closed = leads["outcome"].isin(CLOSED)
    return all(name in leads.columns and leads.loc[closed, name].notna().all() for name in ("created_at", "outcome_at"))


def _newest_instant(leads: pd.DataFrame, events: pd.DataFrame | None) -> pd.Timestamp | None:
    if not _has_times(leads):
        return None
    seen = [leads[name].max() for name in ("created_at", "outcome_at")]
    if events is not None and len(events):
        seen.append(events["at"].max())
    newest: pd.Timestamp = max(moment for moment in seen if pd.notna(moment))
    return newest + pd.Timedelta(1, "s")


def _described(
    leads: pd.DataFrame, events: pd.DataFrame | None, *, moment: pd.Timestamp | None, settings: LeadSettings
) -> pd.DataFrame:
    """Describes closed leads, with the row each came from and the time at which its outcome was known."""
    numbered = leads.assign(**{ROW: np.arange(len(leads))})
    numbered[KNOWN_AT] = leads["outcome_at"] if "outcome_at" in leads.columns else pd.NaT
    if moment is None:
        closed = numbered[numbered["outcome"].isin(CLOSED)].reset_index(drop=True)
        seen = closed["created_at"] if "created_at" in closed.columns else pd.Series(pd.NaT, index=closed.index)
        return lead_features(closed, events, as_of=seen).assign(y=closed["outcome"].eq("won").astype(np.int64))
    window = None if settings.outcome_window is None else timedelta(days=settings.outcome_window)
    snapshots = lead_snapshots(numbered, events, as_of=moment, seed=settings.seed, outcome_window=window)
    if window is not None:
        ends = snapshots["as_of"] + window
        snapshots[KNOWN_AT] = snapshots[KNOWN_AT].fillna(ends).clip(upper=ends)
    return snapshots


def _still_open(leads: pd.DataFrame, events: pd.DataFrame | None, *, moment: pd.Timestamp | None) -> pd.DataFrame:
    remaining = leads[~leads["outcome"].isin(CLOSED)].reset_index(drop=True)
    return lead_features(remaining, events, as_of=moment or pd.Series(pd.NaT, index=remaining.index))
