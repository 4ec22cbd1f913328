"""Trains a churn scorer on what a workspace records of its customers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from salescope.evaluation import AuditReport, audit
from salescope.features import customer_snapshots
from salescope.frames.errors import OutcomeError
from salescope.monitoring.wording import Words
from salescope.project import ModelName, Workspace
from salescope.scoring import ChurnScorer, propose_outcome_window
from salescope.training.contracts import contract_flags, contract_looks, has_ends
from salescope.training.customer_tables import DAY, CustomerTables, customer_tables, snapshot_moments
from salescope.training.labelled import LabelledRows
from salescope.training.progress import Progress, silent
from salescope.training.running import TrainingOptions, TrainingResult
from salescope.training.scorers import train_read
from salescope.training.splitting import ByOutcome, BySnapshot
from salescope.training.task import ScorerTask

__all__ = ["ChurnData", "churn_data", "churn_task", "train_churn"]

# What tells who and when, and what came of it: the scorer knows that it must not be learned from.
TOLD_LATER = ("customer_id", "as_of", "y", "orders_after", "money_after", "days_to_next_order", "churned", "churned_at")
CONTRACT_WINDOW = 90
NO_WINDOW = "No day of leaving is recorded, so each customer is looked at once, without a window and a curve."
LABELS = {"rows": "looks at customers", "customers": "customers", "left": "of these looks, left", "window": "days"}
CUSTOMERS = Words(rows="customers", positive="departures")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChurnData(LabelledRows):
    """Holds looks at customers whose outcome window has closed; 1 is left, 0 stayed.

    Parameters
    ----------
    outcome_window : int or None
        Days of the window; None where no day of leaving is recorded, so that each customer is looked at once.
    chosen_by : str
        Why the window is so long, a sentence.
    quarantined : int
        Rows of all tables that were rejected.
    attributes : frozenset of str
        The columns that the table "customers" brought; all others were counted by us.
    """

    outcome_window: int | None
    chosen_by: str
    quarantined: int
    attributes: frozenset[str]


def churn_data(workspace: Workspace, *, recorded: CustomerTables | None = None) -> ChurnData:
    """Reads, checks and describes the customers of a workspace at several moments.

    Parameters
    ----------
    workspace : Workspace
        Its tables "orders", "customers", "contacts", "invoices" and "products" are read, where mapped.
    recorded : CustomerTables, optional
        What was read before; by default the tables are read.

    Returns
    -------
    ChurnData
        Sorted by customer and moment; in the order of the table where there is no moment.

    Raises
    ------
    OutcomeError
        If nobody can be told to have left or stayed, or history is shorter than the window.
    MissingColumnError
        If contracts are asked for, and neither their ends nor whether they ended is mapped.
    SourceError
        If a table cannot be read.
    """
    recorded = recorded or customer_tables(workspace)
    basis = workspace.churn.basis or ("orders" if "orders" in recorded.frames else "contract")
    if basis == "contract":
        if not has_ends(recorded):
            return _flagged(contract_flags(recorded), recorded, workspace=workspace)
        window = workspace.churn.outcome_window or CONTRACT_WINDOW
        looks = contract_looks(recorded, settings=workspace.churn, window=window)
        reason = "It is the window of contracts."
    else:
        window, reason = _window(recorded, asked=workspace.churn.outcome_window)
        looks = customer_snapshots(
            recorded.frames, as_of=_moments(recorded, workspace=workspace, window=window), outcome_window=window
        )
    return _laid_out(looks, recorded, workspace=workspace, window=window, reason=reason)


def churn_task(data: ChurnData, workspace: Workspace) -> ScorerTask:
    """Says what is learned of customers, and how it is judged.

    Parameters
    ----------
    data : ChurnData
        Looks at customers.
    workspace : Workspace
        Its settings say the rest.

    Returns
    -------
    ScorerTask
    """
    settings = workspace.churn
    window = data.outcome_window
    return ScorerTask(
        model=ModelName.CHURN.value,
        rows=data,
        splitting=ByOutcome() if window is None else BySnapshot(share=1 / max(2, len(np.unique(data.seen_at)))),
        audit=lambda: _audited(data, workspace),
        make=scorer_of,
        recipe={"exclude": list(settings.exclude), "seed": settings.seed, "trees": None, "outcome_window": window},
        trials=settings.tune_trials,
        data={
            "customers": len(np.unique(data.features["customer_id"].to_numpy(dtype=str))),
            "left": data.positive,
            "window": window,
            "window_reason": data.chosen_by,
            "quarantined": data.quarantined,
        },
        labels={name: label for name, label in LABELS.items() if name != "window" or window is not None},
        words=CUSTOMERS,
    )


def scorer_of(recipe: Mapping[str, Any]) -> ChurnScorer:
    """Makes a fresh scorer of a recipe, as a card keeps it.

    Parameters
    ----------
    recipe : mapping
        Arguments of `ChurnScorer`.

    Returns
    -------
    ChurnScorer

    Examples
    --------
    >>> scorer_of({"exclude": ["segment"], "seed": 0, "trees": None, "outcome_window": 90}).outcome_window
    90
    """
    window = recipe["outcome_window"]
    return ChurnScorer(
        outcome_window=window, exclude=tuple(recipe["exclude"]), trees=recipe["trees"], seed=recipe["seed"]
    )


def train_churn(
    workspace: Workspace,
    *,
    options: TrainingOptions | None = None,
    progress: Progress = silent,
    recorded: CustomerTables | None = None,
) -> TrainingResult:
    """Trains, judges and registers a churn scorer, and promotes it if every gate lets it pass.

    Parameters
    ----------
    workspace : Workspace
        Where the customers come from and what is learned from them.
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
        return churn_task(churn_data(workspace, recorded=recorded), workspace)

    return train_read(read, workspace=workspace, options=options, progress=progress)


def _window(recorded: CustomerTables, *, asked: int | None) -> tuple[int, str]:
    if asked is not None:
        return asked, "It was set in salescope.yaml."
    end = recorded.end
    proposal = propose_outcome_window(recorded.frames["orders"], as_of=end)
    # Its first line says which and why; the evidence for the other windows is in the lines after it.
    return proposal.days, str(proposal).splitlines()[0].rstrip(":")


def _moments(recorded: CustomerTables, *, workspace: Workspace, window: int) -> list[pd.Timestamp]:
    settings, end = workspace.churn, recorded.end
    first = recorded.frames["orders"]["ordered_at"].min()
    moments = snapshot_moments(first, end=end, outcome_window=window, every=settings.every, most=settings.moments)
    if len(moments) < 2:
        problem = f"{(end - first).days} days of orders are too few for an outcome window of {window} days"
        raise OutcomeError(problem, remedy="Map more history, or set a shorter churn.outcome_window in salescope.yaml.")
    return moments


def _laid_out(
    looks: pd.DataFrame, recorded: CustomerTables, *, workspace: Workspace, window: int, reason: str
) -> ChurnData:
    seen_at = looks["as_of"].to_numpy()
    excluded = [name for name in workspace.churn.exclude if name in looks.columns]
    return ChurnData(
        features=looks.drop(columns=["y", *excluded]),
        y=looks["y"].to_numpy(dtype=np.int64),
        order=seen_at + np.timedelta64(window, "D"),
        seen_at=seen_at,
        period=np.unique(seen_at, return_inverse=True)[1].astype(np.int64),
        group=np.unique(looks["customer_id"].to_numpy(dtype=str), return_inverse=True)[1],
        as_of=(pd.Timestamp(seen_at.max()) + window * DAY).isoformat(),
        digest=recorded.digest,
        outcome_window=window,
        chosen_by=reason,
        quarantined=recorded.quarantined,
        attributes=frozenset(recorded.frames["customers"].columns) if "customers" in recorded.frames else frozenset(),
    )


def _flagged(customers: pd.DataFrame, recorded: CustomerTables, *, workspace: Workspace) -> ChurnData:
    """Lays out customers without any moment: as with leads, a later row is taken to be a later customer."""
    row = np.arange(len(customers))
    excluded = [name for name in workspace.churn.exclude if name in customers.columns]
    return ChurnData(
        features=customers.drop(columns=["y", *excluded]),
        y=customers["y"].to_numpy(dtype=np.int64),
        order=row,
        seen_at=row,
        as_of=f"row {len(customers)}",
        digest=recorded.digest,
        outcome_window=None,
        chosen_by=NO_WINDOW,
        quarantined=recorded.quarantined,
        attributes=frozenset(customers.columns),
    )


def _audited(data: ChurnData, workspace: Workspace) -> AuditReport:
    columns = data.features.drop(columns=[name for name in TOLD_LATER if name in data.features.columns])
    # What we counted ourselves, strictly before the moment, is known in time whatever it looks like.
    counted = set(columns.columns) - data.attributes
    # Twins are the rule among looks at one customer, so each is audited once: as it was seen last.
    last = np.flatnonzero(np.append(data.group[1:] != data.group[:-1], True)) if data.group is not None else slice(None)
    return audit(
        columns.iloc[last].reset_index(drop=True),
        data.y[last],
        order=data.seen_at[last],
        allowed=counted | set(workspace.churn.allow),
        seed=workspace.churn.seed,
    )
