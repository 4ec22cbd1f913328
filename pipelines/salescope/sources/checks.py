"""Checks of whole rows against the contract: filled, accepted, large enough, in order, and not given twice."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from salescope.frames import Column, Table
from salescope.frames.errors import listed
from salescope.sources.facts import Fault

__all__ = ["check_contract", "check_keys", "check_leads", "schema_of"]


def schema_of(contract: Table, *, present: Sequence[str]) -> pa.DataFrameSchema:
    """Builds the pandera schema of a table: filled, accepted and smallest values.

    Parameters
    ----------
    contract : Table
        The table.
    present : sequence of str
        The columns that the source has.

    Returns
    -------
    pandera.DataFrameSchema
        The schema of those that have something to check.

    Examples
    --------
    >>> from salescope.frames import TABLES
    >>> sorted(schema_of(TABLES["leads"], present=["lead_id", "outcome", "region"]).columns)
    ['lead_id', 'outcome']
    """
    columns = [contract.column(name) for name in contract.names if name in present]
    return pa.DataFrameSchema(
        {
            column.name: pa.Column(checks=_checks(column), nullable=not column.required)
            for column in columns
            if column.required or column.accepted or column.minimum is not None
        }
    )


def _checks(column: Column) -> list[pa.Check]:
    checks = [pa.Check.isin(list(column.accepted))] if column.accepted else []
    return [*checks, pa.Check.ge(column.minimum)] if column.minimum is not None else checks


def check_contract(frame: pd.DataFrame, contract: Table, *, names: Mapping[str, str]) -> list[Fault]:
    """Checks the columns of a canonical frame one by one.

    Parameters
    ----------
    frame : DataFrame, shape (n_rows, n_columns)
        The understood values.
    contract : Table
        The table.
    names : mapping of str to str
        The user's name of each of our columns.

    Returns
    -------
    list of Fault
        What is empty, not accepted or too small.
    """
    schema = schema_of(contract, present=[name for name in names if name in frame])
    if frame.empty or not schema.columns:
        return []
    try:
        with warnings.catch_warnings():
            # pandera mentions its own coming changes here; they concern none of the three checks.
            warnings.simplefilter("ignore", FutureWarning)
            schema.validate(frame[list(schema.columns)], lazy=True)
    except SchemaErrors as error:
        cases = error.failure_cases
        faults = []
        for (name, check), case in cases.groupby(["column", "check"], sort=True):
            wrong = np.zeros(len(frame), dtype=bool)
            wrong[case["index"].to_numpy(dtype=np.int64)] = True
            faults.append(Fault(names[str(name)], wrong, _reason(contract.column(str(name)), str(check))))
        return faults
    return []


def _reason(column: Column, check: str) -> str:
    if check == "not_nullable":
        return "it is empty and must not be"
    if check.startswith("isin"):
        return f"it is none of {listed(column.accepted)}"
    return f"it is below {column.minimum:g}{' ' + column.unit if column.unit else ''}"


def check_keys(
    frame: pd.DataFrame, contract: Table, *, rows: npt.NDArray[np.int64], names: Mapping[str, str]
) -> list[Fault]:
    """Finds rows whose key was given before; the first one stays.

    Parameters
    ----------
    frame : DataFrame, shape (n_rows, n_columns)
        The rows that have no other fault.
    contract : Table
        The table.
    rows : ndarray of int64, shape (n_rows,)
        Their numbers as a spreadsheet shows them.
    names : mapping of str to str
        The user's name of each of our columns.

    Returns
    -------
    list of Fault
        One fault at most; its reason names the first row.

    Examples
    --------
    >>> from salescope.frames import TABLES
    >>> frame = pd.DataFrame({"lead_id": ["a", "b", "a"]})
    >>> check_keys(frame, TABLES["leads"], rows=np.array([2, 3, 4]), names={"lead_id": "Id"})[0].reason_of(2)
    'its key was given before, in row 2'
    """
    key = [name for name in contract.key if name in frame]
    again = frame.duplicated(key).to_numpy(dtype=bool) if key else np.zeros(len(frame), dtype=bool)
    if not again.any():
        return []
    first = frame.groupby(key, sort=False, dropna=False).ngroup().to_numpy()
    origin = pd.Series(rows).groupby(first, sort=False).transform("first").to_numpy()
    reasons = [
        f"its key was given before, in row {row}" if twice else "" for row, twice in zip(origin, again, strict=True)
    ]
    return [Fault(", ".join(names[name] for name in key), again, reasons)]


def check_leads(frame: pd.DataFrame, *, names: Mapping[str, str], order_by: str) -> list[Fault]:
    """Checks that leads happened in order, and that closed ones can be put in order.

    Parameters
    ----------
    frame : DataFrame, shape (n_rows, n_columns)
        Canonical leads.
    names : mapping of str to str
        The user's name of each of our columns.
    order_by : str
        What tells older from newer.

    Returns
    -------
    list of Fault
        Leads closed before they came in, and closed leads without the time that orders them.
    """
    faults = []
    closed = frame["outcome"].isin(["won", "lost"]).to_numpy(dtype=bool)
    if "created_at" in frame and "outcome_at" in frame:
        early = closed & (frame["outcome_at"] < frame["created_at"]).to_numpy(dtype=bool)
        # A date without a time of day is midnight, so a lead won on the day it came in is in order.
        same_day = (frame["outcome_at"].dt.normalize() == frame["created_at"].dt.normalize()).to_numpy(dtype=bool)
        midnight = (frame["outcome_at"] == frame["outcome_at"].dt.normalize()).to_numpy(dtype=bool)
        early &= ~(same_day & midnight)
        faults.append(Fault(names["outcome_at"], early, "it is before the lead came in"))
    if order_by in {"outcome_at", "created_at"} and order_by in frame:
        lost = closed & frame[order_by].isna().to_numpy(dtype=bool)
        faults.append(Fault(names[order_by], lost, "it is empty, so the closed lead cannot be put in order"))
    return [fault for fault in faults if fault.wrong.any()]
