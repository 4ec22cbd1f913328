"""The one door to DuckDB: relations in, columns of numbers out; nothing outside this process is read or written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from salescope.features.customer_facts import Facts, Instants
from salescope.features.customer_moments import Wanted
from salescope.features.customer_sql import FEATURES_SQL, FIRST_SEEN_SQL, MACROS_SQL, ORDERED_BEFORE_SQL, OUTCOMES_SQL

__all__ = ["Columns", "feature_columns", "first_seen", "ordered_before", "outcome_columns"]

# No file, no network, no extension, no peeking at Python variables: the query sees what it is given and nothing else.
CLOSED: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "python_enable_replacements": False,
    "temp_directory": "",
}

Columns = dict[str, npt.NDArray[np.float64]]


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
    return _numbers(_ask(FEATURES_SQL, facts=facts, wanted=wanted.relation(facts)))


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
    return _numbers(_ask(OUTCOMES_SQL, facts=facts, wanted=wanted.relation(facts, outcome_window=outcome_window)))


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


def ordered_before(facts: Facts, *, moments: Instants) -> dict[str, npt.NDArray[Any]]:
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

    with duckdb.connect(":memory:", config=CLOSED) as connection:
        for name, relation in {**facts.relations, **relations}.items():
            connection.register(name, relation)
        connection.execute(MACROS_SQL)
        return {name: np.ma.asarray(values) for name, values in connection.execute(sql).fetchnumpy().items()}
