"""The one door to DuckDB: relations in, columns of numbers out; nothing outside this process is read or written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from salescope.features.cells import DAY
from salescope.features.customer_facts import Facts
from salescope.features.customer_sql import FEATURES_SQL, FIRST_SEEN_SQL, MACROS_SQL, ORDERED_BEFORE_SQL, OUTCOMES_SQL

__all__ = ["Wanted", "feature_columns", "first_seen", "ordered_before", "outcome_columns"]

WINDOWS = (30, 90, 180, 365)
# No file, no network, no extension, no peeking at Python variables: the query sees what it is given and nothing else.
CLOSED: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "python_enable_replacements": False,
    "temp_directory": "",
}

Columns = dict[str, npt.NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Says of whom features are wanted, and as of when.

    Parameters
    ----------
    customer : ndarray of int32, shape (n_rows,)
        Positions of customers; a customer may stand there several times.
    as_of : ndarray of int64, shape (n_rows,)
        The moments, in nanoseconds since 1970, naive.
    knows : mapping of str to (bool or ndarray of bool, shape (n_rows,))
        For "orders", "contacts" and "invoices": whether such facts were told of the customer at all.
    """

    customer: npt.NDArray[np.int32]
    as_of: npt.NDArray[np.int64]
    knows: Mapping[str, bool | npt.NDArray[np.bool_]]

    def table(self, *, outcome_window: int = 0) -> pa.Table:
        """Gives the rows as the relation ``wanted``.

        Parameters
        ----------
        outcome_window : int, default 0
            How long the outcome window stays open, days.

        Returns
        -------
        pyarrow.Table, shape (n_rows, n_columns)
        """
        rows = len(self.customer)
        return pa.table(
            {
                "row": np.arange(rows, dtype=np.int32),
                "customer": self.customer,
                "as_of": self.as_of,
                "closes_at": self.as_of + outcome_window * DAY,
                **{f"since_{days}d": self.as_of - days * DAY for days in WINDOWS},
                **{f"knows_{name}": np.broadcast_to(told, rows) for name, told in self.knows.items()},
            }
        )


def feature_columns(facts: Facts, *, wanted: Wanted) -> Columns:
    """Computes the features of every wanted customer and moment.

    Parameters
    ----------
    facts : Facts
        What is known of them, later facts too.
    wanted : Wanted
        Of whom, and as of when.

    Returns
    -------
    dict of str to ndarray of float64, shape (n_rows,)
        See `salescope.features.customers.customer_features`.
    """
    return _numbers(_ask(FEATURES_SQL, facts=facts, wanted=wanted.table()))


def outcome_columns(facts: Facts, *, wanted: Wanted, outcome_window: int) -> Columns:
    """Computes what happened in the window that starts at every wanted moment.

    Parameters
    ----------
    facts : Facts
        What is known of them.
    wanted : Wanted
        Of whom, and as of when.
    outcome_window : int
        Days.

    Returns
    -------
    dict of str to ndarray of float64, shape (n_rows,)
        See `salescope.features.customer_snapshots.customer_snapshots`.
    """
    return _numbers(_ask(OUTCOMES_SQL, facts=facts, wanted=wanted.table(outcome_window=outcome_window)))


def first_seen(facts: Facts) -> dict[str, npt.NDArray[Any]]:
    """Finds the first moment at which anything is known of a customer.

    Parameters
    ----------
    facts : Facts
        What is known of customers.

    Returns
    -------
    dict of str to ndarray, shape (n_seen,)
        "customer" and "moment", sorted by customer.
    """
    return _ask(FIRST_SEEN_SQL, facts=facts)


def ordered_before(facts: Facts, *, moments: npt.NDArray[np.int64]) -> dict[str, npt.NDArray[Any]]:
    """Finds the customers that had ordered before each of several moments.

    Parameters
    ----------
    facts : Facts
        What is known of customers.
    moments : ndarray of int64, shape (n_moments,)
        Nanoseconds since 1970, naive.

    Returns
    -------
    dict of str to ndarray, shape (n_rows,)
        "customer" and "as_of", sorted by both.
    """
    return _ask(ORDERED_BEFORE_SQL, facts=facts, moments=pa.table({"as_of": np.unique(moments)}))


def _numbers(columns: Mapping[str, npt.NDArray[Any]]) -> Columns:
    return {name: np.ma.filled(np.ma.asarray(values, dtype=np.float64), np.nan) for name, values in columns.items()}


def _ask(sql: str, *, facts: Facts, **relations: pa.Table) -> dict[str, npt.NDArray[Any]]:
    # Imported when it is first asked: the command line's help must not wait for an engine.
    import duckdb  # noqa: PLC0415

    told = {name: getattr(facts, name) for name in ("orders", "contacts", "invoices", "customers")}
    with duckdb.connect(":memory:", config=CLOSED) as connection:
        for name, relation in {**told, **relations}.items():
            connection.register(name, relation)
        connection.execute(MACROS_SQL)
        return {name: np.ma.asarray(values) for name, values in connection.execute(sql).fetchnumpy().items()}
