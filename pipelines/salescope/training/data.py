"""What a lead scorer is trained on: checked tables become snapshots, each with its outcome and its place in time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from salescope.features import lead_features, lead_snapshots
from salescope.frames.errors import MissingColumnError, OutcomeError
from salescope.project import LeadSettings, Workspace
from salescope.sources import CheckedTable, content_digest, order_by_of, read_table, write_quarantine
from salescope.training.order import KNOWN_AT, ROW, order_of, periods_of

__all__ = ["LeadData", "lead_data", "write_snapshot"]

CLOSED = ("won", "lost")
# How the rows came about; none of it says anything about a lead.
NOT_LEARNED = ("as_of", "y", ROW, KNOWN_AT)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadData:
    """Holds the closed leads that a scorer learns from.

    Parameters
    ----------
    features : DataFrame, shape (n_rows, n_columns)
        One row a closed lead, as it was known at its moment ``as_of``; excluded columns are gone.
    y : ndarray of int64, shape (n_rows,)
        1 won, 0 lost.
    order : ndarray, shape (n_rows,)
        Sortable time at which each outcome was known; row numbers where the table has no time.
    seen_at : ndarray, shape (n_rows,)
        The moment at which each lead was looked at; ``order`` where the table has no time.
    period : ndarray or None, shape (n_rows,)
        Number of the period of each row, rising in time.
    still_open : DataFrame, shape (n_open, n_columns)
        The open leads, with the same columns as ``features``; for the audit.
    as_of : str
        The moment of training: just after the newest record, or "row n" without times. ISO 8601.
    digest : str
        SHA-256 of the accepted rows of every table that was read.
    closed : int
        All closed leads; those that had ended before the moment at which they would have been looked at are not among
        the rows.
    tables : mapping of str to CheckedTable
        What was read, with what was quarantined.
    """

    features: pd.DataFrame
    y: npt.NDArray[np.int64]
    order: npt.NDArray[Any]
    seen_at: npt.NDArray[Any]
    period: npt.NDArray[np.int64] | None
    still_open: pd.DataFrame
    as_of: str
    digest: str
    closed: int
    tables: Mapping[str, CheckedTable]

    @property
    def won(self) -> int:
        """Counts the won leads."""
        return int(self.y.sum())

    def without(self, columns: tuple[str, ...]) -> pd.DataFrame:
        """Gives the features without some columns."""
        return self.features.drop(columns=[name for name in columns if name in self.features.columns])


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


def write_snapshot(data: LeadData, *, folder: Path) -> Path:
    """Keeps the rows that were learned from, named by the digest of what was read.

    Parameters
    ----------
    data : LeadData
        What was read.
    folder : Path
        Where snapshots are kept; made where it is missing.

    Returns
    -------
    Path
        The Parquet file; an existing one of the same digest is left as it is.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"leads-{data.digest[:16]}.parquet"
    if not path.exists():
        kept = data.features.assign(y=data.y).convert_dtypes(dtype_backend="pyarrow")
        kept.to_parquet(path.with_suffix(".part"), index=False)
        path.with_suffix(".part").replace(path)
    return path


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
