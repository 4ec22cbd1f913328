"""The one door to DuckDB: relations in, columns of numbers out; nothing outside is read, nor written unasked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from salescope.features.customer_engine import IN_MEMORY, Engine
from salescope.features.customer_facts import Facts, Instants
from salescope.features.customer_moments import Wanted
from salescope.features.customer_sql import (
    AT_EACH_MOMENT_SQL,
    AT_ONE_MOMENT_SQL,
    FEATURES_SQL,
    MACROS_SQL,
    ORDERED_BEFORE_SQL,
    OUTCOMES_SQL,
)

__all__ = ["Columns", "feature_columns", "ordered_before", "outcome_columns"]

# No file, no network, no extension, no peeking at Python variables: the query sees what it is given and nothing else.
CLOSED: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "python_enable_replacements": False,
}
# Said once the engine runs, for from then on it lets nobody name another folder to spill into.
SHUT_SQL = "SET enable_external_access = false"

PIECE = 122_880

Columns = dict[str, npt.NDArray[np.float64]]
Answer = dict[str, npt.NDArray[Any]]


def feature_columns(facts: Facts, *, wanted: Wanted, engine: Engine = IN_MEMORY) -> Columns:
    """Computes the features of every wanted customer and moment.

    Parameters
    ----------
    facts : Facts
        What is known of them, later facts too.
    wanted : Wanted
        Of whom, and as of when.
    engine : Engine, default IN_MEMORY
        How much memory the query may take, and where the rest goes.

    Returns
    -------
    dict of str to ndarray of float64, shape (n_rows,)
        See `salescope.features.customers.customer_features`; and "recorded", how many facts lie before the moment.
    """
    pairs = AT_ONE_MOMENT_SQL if wanted.at_once else AT_EACH_MOMENT_SQL
    return _by_row(_ask(pairs + FEATURES_SQL, relations={**facts.relations, **wanted.relations(facts)}, engine=engine))


def outcome_columns(facts: Facts, *, wanted: Wanted, outcome_window: int, engine: Engine = IN_MEMORY) -> Columns:
    """Computes what happened in the window that starts at every wanted moment.

    Parameters
    ----------
    facts : Facts
        What is known of them.
    wanted : Wanted
        Of whom, and as of when.
    outcome_window : int
        Days.
    engine : Engine, default IN_MEMORY
        How much memory the query may take, and where the rest goes.

    Returns
    -------
    dict of str to ndarray of float64, shape (n_rows,)
        See `salescope.features.customer_snapshots.customer_snapshots`.
    """
    asked = wanted.relations(facts, outcome_window=outcome_window)
    return _by_row(_ask(OUTCOMES_SQL, relations={**facts.relations, **asked}, engine=engine))


def ordered_before(facts: Facts, *, moments: Instants, engine: Engine = IN_MEMORY) -> Wanted:
    """Finds the customers that had ordered before each of several moments.

    Parameters
    ----------
    facts : Facts
        What is known of customers.
    moments : ndarray of int64, shape (n_moments,)
        Nanoseconds since 1970, naive.
    engine : Engine, default IN_MEMORY
        How much memory the query may take, and where the rest goes.

    Returns
    -------
    Wanted
        Sorted by customer and moment.
    """
    asked = {"orders": facts.relations["orders"], "moments": pa.table({"as_of": np.unique(moments)})}
    pairs = _ask(ORDERED_BEFORE_SQL, relations=asked, engine=engine)
    return Wanted(np.ma.getdata(pairs["customer"]), np.ma.getdata(pairs["as_of"]))


def _by_row(answer: Answer) -> Columns:
    """Puts the rows in their order; sorted here, for sorting fifty columns costs the query more than sorting one."""
    order = np.argsort(answer["row"])
    return {name: np.ma.filled(values, np.nan)[order] for name, values in answer.items() if name != "row"}


def _ask(sql: str, *, relations: Mapping[str, pa.Table], engine: Engine) -> Answer:
    # Imported when it is first asked: the command line's help must not wait for an engine.
    import duckdb  # noqa: PLC0415

    try:
        with duckdb.connect(":memory:", config={**CLOSED, **engine.options}) as connection:
            connection.execute(SHUT_SQL)
            for name, relation in relations.items():
                # A table in one piece would be read by one thread.
                connection.register(name, pa.Table.from_batches(relation.to_batches(PIECE), relation.schema))
            # Executed, not made a relation: that would bind the statement once more before it runs.
            answer = connection.execute(MACROS_SQL + sql).fetchnumpy()
            return {name: np.ma.asanyarray(values) for name, values in answer.items()}
    except (duckdb.OutOfMemoryException, duckdb.IOException) as error:
        # What it says names settings of the engine that nobody here can reach.
        raise engine.refusal() from error
