"""What the customers of a workspace owe: days outstanding, ageing, and whom to call, by the published model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from salescope.bundle import load_as
from salescope.features import invoice_features
from salescope.frames.errors import NothingPublishedError, SettingsError, SourceError
from salescope.project import ModelName, Workspace
from salescope.receivables import Ageing, CollectionList, DaysOutstanding, ageing, collection_list, days_outstanding
from salescope.receivables.ageing import CUTS
from salescope.registry import Published, load_current
from salescope.scoring import PaymentScorer
from salescope.sources import read_table, write_quarantine

__all__ = ["LookedAt", "Receivables", "collection_table", "read_receivables"]

READ = ("invoices", "customers")
WINDOW = 90
NO_MODEL = (
    "No model of payments serves yet, see `salescope train payments`: invoices are taken to be as late as the "
    "customer's others were on average, and overdue ones to stay open for as long again, whichever is more."
)
NO_PAYMENTS = "No column paid_at is mapped, so that every invoice counts as owed."
NO_CUSTOMERS = "No table 'customers' is mapped, so that nobody is known to have opted out."
OLD = (
    "The newest invoice is of {newest:%Y-%m-%d}, {days:,} days before: give the moment until which invoices are known."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedAt:
    """Says how receivables are looked at.

    Parameters
    ----------
    as_of : datetime
        The moment, naive; nothing dated on its day or after it is known.
    window : int, default 90
        Days over which sales are summed.
    cuts : tuple of int, default (30, 60, 90)
        The last day overdue of each bucket but the last one.
    language : {"en", "zh"}, optional
        The language of the reasons; the workspace's by default.
    """

    as_of: datetime
    window: int = WINDOW
    cuts: tuple[int, ...] = CUTS
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receivables:
    """Holds what the customers of a workspace owe.

    Parameters
    ----------
    outstanding : DaysOutstanding
        How long the company waits for its money.
    ageing : Ageing
        How old it has become.
    collection : CollectionList
        Whom to call about it.
    published : Published or None
        The model that said what is expected of each invoice; None where none serves.
    quarantined : int
        Rows of all tables that were rejected.
    remarks : tuple of str
        What should be known beside the figures.
    """

    outstanding: DaysOutstanding
    ageing: Ageing
    collection: CollectionList
    published: Published | None
    quarantined: int
    remarks: tuple[str, ...]


def read_receivables(workspace: Workspace, *, asked: LookedAt) -> Receivables:
    """Reads the invoices of a workspace and says what is owed, how old it is, and whom to call.

    Parameters
    ----------
    workspace : Workspace
        Its tables "invoices" and, where mapped, "customers" are read; has the published model, if there is one.
    asked : LookedAt
        From when, and how.

    Returns
    -------
    Receivables

    Raises
    ------
    SettingsError
        If no table "invoices" is mapped.
    SourceError
        If a table cannot be read, or no invoice was issued before the moment.
    OutOfRangeError
        If the window or the cuts cannot be meant.
    MissingColumnError
        If a column that the model has learned from is missing.

    Notes
    -----
    The chances are those of `PaymentScorer.predict_scores` at the moment. They are not written into the ledger: a
    report may be asked for any moment as often as one likes, and a track record of that would say nothing.
    """
    if "invoices" not in workspace.tables:
        fault = (
            "there is no table 'invoices', so that nothing is known to be owed; add 'invoices: {path: …}' under tables"
        )
        raise SettingsError(fault, place="salescope.yaml")
    tables = {name: read_table(workspace, name) for name in READ if name in workspace.tables}
    for name, table in tables.items():
        write_quarantine(table.rejected, workspace.quarantine / f"{name}.csv")
    invoices = tables["invoices"].frame
    customers = tables["customers"].frame if "customers" in tables else None
    newest = _newest(invoices, as_of=asked.as_of)
    outstanding = days_outstanding(invoices, as_of=asked.as_of, window=asked.window)
    aged = ageing(invoices, as_of=asked.as_of, cuts=asked.cuts)
    published, scores = _scores(workspace, invoices, customers=customers, as_of=asked.as_of)
    language = asked.language or workspace.language
    calls = collection_list(invoices, as_of=asked.as_of, scores=scores, customers=customers, language=language)
    return Receivables(
        outstanding=outstanding,
        ageing=aged,
        collection=calls,
        published=published,
        quarantined=sum(len(table.rejected) for table in tables.values()),
        remarks=tuple(_remarks(invoices, customers, asked=asked, newest=newest, published=published)),
    )


def collection_table(collection: CollectionList) -> pd.DataFrame:
    """Lays out every open invoice as one table, those to call about first.

    Parameters
    ----------
    collection : CollectionList

    Returns
    -------
    DataFrame, shape (n_open, 9)
        invoice_id, customer_id, amount, days_overdue, probability, expected_days, gain, reasons, because.
    """
    listed, left = collection.invoices, collection.left_out
    listed = listed.assign(reasons=listed["reasons"].map("; ".join))
    names = [*listed.columns, "because"]
    parts = [frame.astype(object).reindex(columns=names) for frame in (listed, left)]
    columns = {name: [cell for part in parts for cell in part[name].tolist()] for name in names}
    return pd.DataFrame(columns).astype({"days_overdue": "Int64"})


def _newest(invoices: pd.DataFrame, *, as_of: datetime) -> pd.Timestamp:
    """Finds the day of the newest invoice before the moment."""
    known = invoices["issued_at"][invoices["issued_at"] < pd.Timestamp(as_of).normalize()]
    if known.empty:
        fault = f"has no invoice issued before {as_of:%Y-%m-%d}"
        raise SourceError("invoices", fault=fault, remedy="Look from a later moment (--as-of), or map more history")
    newest: pd.Timestamp = known.max()
    return newest


def _scores(
    workspace: Workspace, invoices: pd.DataFrame, *, customers: pd.DataFrame | None, as_of: datetime
) -> tuple[Published | None, pd.DataFrame | None]:
    """Scores the open invoices with the model that serves, if one does."""
    try:
        published, files = load_current(workspace.published_of(ModelName.PAYMENTS))
    except NothingPublishedError:
        return None, None
    scorer = load_as(PaymentScorer, files, digest=published.digest)
    known = invoice_features(invoices, customers=customers, as_of=as_of)
    return published, scorer.predict_scores(known, top=0)


def _remarks(
    invoices: pd.DataFrame,
    customers: pd.DataFrame | None,
    *,
    asked: LookedAt,
    newest: pd.Timestamp,
    published: Published | None,
) -> Iterator[str]:
    if published is None:
        yield NO_MODEL
    if "paid_at" not in invoices.columns:
        yield NO_PAYMENTS
    if customers is None:
        yield NO_CUSTOMERS
    days = (pd.Timestamp(asked.as_of).normalize() - newest.normalize()).days
    if days > asked.window:
        yield OLD.format(newest=newest, days=days)
