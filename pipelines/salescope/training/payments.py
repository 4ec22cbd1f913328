"""Trains a payment scorer on the invoices of a workspace, as each was known at its issue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from salescope.evaluation import AuditReport, audit
from salescope.features import invoice_snapshots
from salescope.frames.errors import OutcomeError
from salescope.monitoring.wording import Words
from salescope.project import ModelName, Workspace
from salescope.scoring import PaymentScorer
from salescope.training.customer_tables import DAY, CustomerTables, customer_tables
from salescope.training.labelled import LabelledRows
from salescope.training.progress import Progress, silent
from salescope.training.running import TrainingOptions, TrainingResult
from salescope.training.scorers import train_read
from salescope.training.splitting import BySnapshot
from salescope.training.task import ScorerTask

__all__ = ["PaymentData", "payment_data", "payment_task", "scorer_of", "train_payments"]

TABLES = ("invoices", "customers")
LABELS = {"rows": "invoices due", "customers": "customers", "late": "of these invoices, paid late"}
INVOICES = Words(rows="invoices", positive="late payments")


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentData(LabelledRows):
    """Holds invoices whose day due is over; 1 was not paid by then, 0 was.

    Parameters
    ----------
    open : int
        Invoices that are not yet due, of which nobody knows.
    quarantined : int
        Rows of all tables that were rejected.
    attributes : frozenset of str
        The columns that the tables "invoices" and "customers" brought; all others were counted by us.
    """

    open: int
    quarantined: int
    attributes: frozenset[str]


def payment_data(workspace: Workspace, *, recorded: CustomerTables | None = None) -> PaymentData:
    """Reads, checks and describes the invoices of a workspace, each as it was known at its issue.

    Parameters
    ----------
    workspace : Workspace
        Its tables "invoices" and, where mapped, "customers" are read.
    recorded : CustomerTables, optional
        What was read before; by default the tables are read.

    Returns
    -------
    PaymentData
        In the order of the table; credit notes left out.

    Raises
    ------
    OutcomeError
        If there is no invoice, or none whose day due is over.
    SourceError
        If a table cannot be read.

    Notes
    -----
    Payments are known until the midnight after the newest issue or payment. An invoice is looked at on the day of its
    issue, and whether it was late is known on the day after it was due: so the newest invoices are judged by a scorer
    that learned from those that were due before the first of them was issued.
    """
    recorded = recorded or customer_tables(workspace)
    invoices = recorded.frames.get("invoices")
    if invoices is None or invoices["issued_at"].notna().sum() == 0:
        raise OutcomeError("There is no invoice to learn from", remedy="Map the table 'invoices' in salescope.yaml.")
    end = _end(invoices)
    snapshots = invoice_snapshots(invoices, customers=recorded.frames.get("customers"), as_of=end.to_pydatetime())
    due = snapshots[snapshots["y"].notna()].reset_index(drop=True)
    if due.empty:
        raise OutcomeError("No invoice is past the day it was due", remedy="Map more history of the table 'invoices'.")
    return _laid_out(due, recorded, workspace=workspace, end=end, n_open=len(snapshots) - len(due))


def payment_task(data: PaymentData, workspace: Workspace) -> ScorerTask:
    """Says what is learned of invoices, and how it is judged.

    Parameters
    ----------
    data : PaymentData
        Invoices whose day due is over.
    workspace : Workspace
        Its settings say the rest.

    Returns
    -------
    ScorerTask
    """
    settings = workspace.payments
    return ScorerTask(
        model=ModelName.PAYMENTS.value,
        rows=data,
        splitting=BySnapshot(),
        audit=lambda: _audited(data, workspace),
        make=scorer_of,
        recipe={"exclude": list(settings.exclude), "seed": settings.seed, "trees": None},
        trials=settings.tune_trials,
        data={
            "customers": data.features["customer_id"].nunique(),
            "late": data.positive,
            "open": data.open,
            "quarantined": data.quarantined,
        },
        labels=LABELS,
        words=INVOICES,
    )


def scorer_of(recipe: Mapping[str, Any]) -> PaymentScorer:
    """Makes a fresh scorer of a recipe, as a card keeps it.

    Parameters
    ----------
    recipe : mapping
        Arguments of `PaymentScorer`.

    Returns
    -------
    PaymentScorer

    Examples
    --------
    >>> scorer_of({"exclude": ["segment"], "seed": 0, "trees": None}).exclude
    ('segment',)
    """
    return PaymentScorer(exclude=tuple(recipe["exclude"]), trees=recipe["trees"], seed=recipe["seed"])


def train_payments(
    workspace: Workspace,
    *,
    options: TrainingOptions | None = None,
    progress: Progress = silent,
    recorded: CustomerTables | None = None,
) -> TrainingResult:
    """Trains, judges and registers a payment scorer, and promotes it if every gate lets it pass.

    Parameters
    ----------
    workspace : Workspace
        Where the invoices come from and what is learned from them.
    options : TrainingOptions, optional
        What differs in this training.
    progress : callable, optional
        Is told each step.
    recorded : CustomerTables, optional
        What was read before; by default the tables are read.

    Returns
    -------
    TrainingResult
        Also of a scorer that was not promoted; it is registered for whoever wants to look.

    Raises
    ------
    LeakageError
        If the audit blocks; the findings are in the failed run as well.
    SalescopeError
        If the settings or the data cannot be used.
    """

    def read() -> ScorerTask:
        return payment_task(payment_data(workspace, recorded=recorded), workspace)

    return train_read(read, workspace=workspace, options=options, progress=progress)


def _end(invoices: pd.DataFrame) -> pd.Timestamp:
    """Gives the midnight after the newest issue or payment: until then it is known what was paid."""
    newest: pd.Timestamp = invoices[[name for name in ("issued_at", "paid_at") if name in invoices.columns]].max().max()
    return newest.normalize() + DAY


def _laid_out(
    due: pd.DataFrame, recorded: CustomerTables, *, workspace: Workspace, end: pd.Timestamp, n_open: int
) -> PaymentData:
    issued = due["issued_at"].dt.normalize()
    # One that was due before its issue counts as due at issue, as in its features.
    known = due["due_at"].dt.normalize().clip(lower=issued) + DAY
    brought = {name for table in TABLES for name in recorded.frames.get(table, pd.DataFrame()).columns}
    return PaymentData(
        features=due.drop(columns=["y", *(name for name in workspace.payments.exclude if name in due.columns)]),
        y=due["y"].to_numpy(dtype=np.int64),
        order=known.to_numpy(),
        seen_at=issued.to_numpy(),
        period=(issued.dt.year * 12 + issued.dt.month).to_numpy(dtype=np.int64),
        group=_numbered(due["customer_id"]),
        as_of=end.isoformat(),
        digest=recorded.digest,
        open=n_open,
        quarantined=recorded.quarantined,
        attributes=frozenset(brought),
    )


def _numbered(customers: pd.Series) -> npt.NDArray[np.int64]:
    """Numbers customers; each invoice of nobody stands alone."""
    number: npt.NDArray[np.int64] = pd.factorize(customers, use_na_sentinel=True)[0].astype(np.int64)
    alone = np.flatnonzero(number < 0)
    number[alone] = len(number) + alone
    return number


def _audited(data: PaymentData, workspace: Workspace) -> AuditReport:
    # What tells who and when, and what came of it: the scorer knows that it must not be learned from.
    known = {*PaymentScorer.not_features, "as_of"}
    columns = data.features.drop(columns=[name for name in data.features.columns if name in known])
    # What we counted ourselves, strictly before the day of issue, is known in time whatever it looks like.
    counted = set(columns.columns) - data.attributes
    return audit(
        columns,
        data.y,
        order=data.seen_at,
        allowed=counted | set(workspace.payments.allow),
        seed=workspace.payments.seed,
    )
