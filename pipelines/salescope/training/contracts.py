"""Looks at customers with a contract: until when each ran, or, where no day is recorded, whether it ended."""

from __future__ import annotations

import numpy as np
import pandas as pd

from salescope.features import customer_features
from salescope.frames.errors import MissingColumnError, OutcomeError
from salescope.project import ChurnSettings
from salescope.training.customer_tables import DAY, CustomerTables, snapshot_moments

__all__ = ["contract_flags", "contract_looks", "has_ends"]

ENDS = ("churned", "churned_at")
REMEDY = "Map more history, or set a shorter churn.outcome_window in salescope.yaml."


def has_ends(recorded: CustomerTables) -> bool:
    """Says whether the days on which contracts ended are recorded, or only whether they did.

    Parameters
    ----------
    recorded : CustomerTables
        What is recorded.

    Returns
    -------
    bool

    Raises
    ------
    MissingColumnError
        If neither is.
    """
    present = [str(name) for name in recorded.frames["customers"].columns] if "customers" in recorded.frames else []
    if not set(ENDS) & set(present):
        raise MissingColumnError(["churned_at"], where="customers", present=present)
    return "churned_at" in present


def contract_looks(recorded: CustomerTables, *, settings: ChurnSettings, window: int) -> pd.DataFrame:
    """Looks at everybody who had a contract at a moment; who ends it within the window has left.

    Parameters
    ----------
    recorded : CustomerTables
        With "churned_at" in "customers".
    settings : ChurnSettings
        How many moments, and how far apart.
    window : int
        Days within which a contract ends.

    Returns
    -------
    DataFrame, shape (n_looks, n_columns)
        `customer_features` of each customer at each moment, sorted by both, with "y" and, for the curve, "churned_at".

    Raises
    ------
    OutcomeError
        If history is shorter than two windows.
    """
    customers = recorded.frames["customers"]
    known = "since" in customers.columns
    since = customers["since"] if known else pd.Series(pd.NaT, index=customers.index, dtype="datetime64[ns]")
    ends = customers["churned_at"]
    end, first = pd.concat([since, ends]).max().normalize() + DAY, pd.concat([since, ends]).min()
    looks = []
    for moment in snapshot_moments(first, end=end, outcome_window=window, every=settings.every, most=settings.moments):
        bound = ~(since >= moment) & ~(ends < moment)
        if "churned" in customers.columns:
            # Neither said to have left nor to have stayed: there is no contract that could end.
            bound &= customers["churned"].notna()
        look = customer_features(
            recorded.frames, as_of=pd.DataFrame({"customer_id": customers.loc[bound, "customer_id"], "as_of": moment})
        )
        ended = customers.loc[bound].set_index("customer_id")["churned_at"].reindex(look["customer_id"]).to_numpy()
        left = (ended < (moment + window * DAY).to_datetime64()).astype(np.int64)
        looks.append(look.assign(y=left, churned_at=ended))
    if len(looks) < 2:
        problem = f"The history of contracts is too short for an outcome window of {window} days"
        raise OutcomeError(problem, remedy=REMEDY)
    return pd.concat(looks).sort_values(["customer_id", "as_of"], ignore_index=True)


def contract_flags(recorded: CustomerTables) -> pd.DataFrame:
    """Looks at each customer of whom it is known whether the contract ended, once.

    Parameters
    ----------
    recorded : CustomerTables
        With "churned" in "customers".

    Returns
    -------
    DataFrame, shape (n_customers, n_columns)
        The attributes of the table and "y", in its order. Nothing that was counted: without a moment nobody could tell
        an order before leaving from one that would have followed it.

    Raises
    ------
    OutcomeError
        If not both are among them who left and who stayed.
    """
    customers = recorded.frames["customers"]
    known = customers[customers["churned"].notna()].reset_index(drop=True)
    left = known["churned"].to_numpy(dtype=np.int64)
    if len(np.unique(left)) < 2:
        problem = f"Of {len(left)} customers with a contract {left.sum()} left, so there is nothing to tell apart"
        raise OutcomeError(problem, remedy="Map 'churned' so that both values occur.")
    return known.drop(columns=list(ENDS), errors="ignore").assign(y=left)
